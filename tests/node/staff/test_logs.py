"""The two logs only grow: the database refuses to change a line, and who goes behind its back is found out."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from coupole.node.staff import log, openings
from coupole.node.store import Store, logs
from coupole.node.store.journal import End
from coupole.node.store.logs import Log
from coupole.node.store.staff_tables import Opening

RECENT, OLD = datetime.now(UTC), datetime.now(UTC) - timedelta(days=400)
LOGS: tuple[Log, ...] = ("staff_event", "opening")


def filled(store: Store, at: datetime) -> None:
    with store.writing() as session:
        log.note(session, "signed_in", staff="staff-1", now=at)
        row = Opening(at=at, staff="staff-1", accompaniment="a", participant="p", relation="other", reason=b"sealed")
        logs.append(session, row)


@pytest.mark.parametrize("log_table", LOGS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET staff = 'staff-2'", "DELETE FROM {}"])
def test_a_line_can_be_neither_changed_nor_deleted(every_store: Store, log_table: Log, statement: str) -> None:
    filled(every_store, RECENT)
    with pytest.raises(DatabaseError), every_store.writing() as session:
        session.execute(text(statement.format(log_table)))


@pytest.mark.parametrize("log_table", LOGS)
def test_after_a_year_a_line_may_be_cleared_away_but_never_changed(every_store: Store, log_table: Log) -> None:
    filled(every_store, OLD)
    with pytest.raises(DatabaseError), every_store.writing() as session:
        session.execute(text(f"UPDATE {log_table} SET staff = 'staff-2'"))
    with every_store.writing() as session:
        session.execute(text(f"DELETE FROM {log_table}"))


def test_the_daily_clearing_takes_what_is_older_than_a_year_and_nothing_else(every_store: Store) -> None:
    filled(every_store, OLD)
    filled(every_store, RECENT)
    with every_store.writing() as session:
        log.clear(session, RECENT)
        openings.clear(session, RECENT)
        assert [row.at for row in log.events(session)] == [RECENT]
        assert [row.at for row in openings.openings(session)] == [RECENT]


def test_lines_are_read_newest_first_and_page_by_page(store: Store) -> None:
    with store.writing() as session:
        for number in range(7):
            log.note(session, "signed_in", staff=f"staff-{number}", now=RECENT)
        first = log.events(session, limit=4)
        second = log.events(session, before=first[-1].seq, limit=4)
    assert [row.staff for row in (*first, *second)] == [f"staff-{number}" for number in reversed(range(7))]


def broken_at(store: Store, log_table: Log, known: End | None = None) -> int | None:
    with store.reading() as session:
        return logs.verify(session, log_table, known).broken_at


def end_of(store: Store, log_table: Log) -> End:
    with store.reading() as session:
        return logs.verify(session, log_table).end


@pytest.mark.parametrize("log_table", LOGS)
def test_an_untouched_log_holds_empty_and_filled(every_store: Store, log_table: Log) -> None:
    assert broken_at(every_store, log_table) is None
    first = end_of(every_store, log_table)
    for _ in range(3):
        filled(every_store, RECENT)
    assert broken_at(every_store, log_table, first) is None
    assert end_of(every_store, log_table).seq == 3
    assert broken_at(every_store, log_table, end_of(every_store, log_table)) is None


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE {log} SET staff = 'staff-2' WHERE seq = 2", 2),
        ("UPDATE {log} SET at = '2020-01-01 00:00:00.000000' WHERE seq = 3", 3),
        ("UPDATE {log} SET hash = x'00' WHERE seq = 4", 4),
        ("UPDATE {log} SET previous = x'00' WHERE seq = 2", 2),
        ("DELETE FROM {log} WHERE seq = 1", 1),
        ("DELETE FROM {log} WHERE seq = 2", 2),
        ("DELETE FROM {log} WHERE seq = 4", 4),
        ("DELETE FROM {log}", 1),
        ("UPDATE {log} SET seq = 9 WHERE seq = 4", 4),
        ("UPDATE {log} SET seq = 0 WHERE seq = 3", 0),
        ("INSERT INTO {log} SELECT * FROM {copy} WHERE seq = 5", 5),
        ("DELETE FROM {log} WHERE seq = 4; INSERT INTO {log} SELECT * FROM {copy} WHERE seq = 4", 4),
        ("UPDATE log_end SET seq = 3 WHERE log = '{log}'", 4),
        ("UPDATE log_end SET hash = x'00' WHERE log = '{log}'", 4),
        ("UPDATE log_end SET cut_seq = 1 WHERE log = '{log}'", 1),
        ("UPDATE log_end SET cut_hash = x'00' WHERE log = '{log}'", 1),
    ],
)
@pytest.mark.parametrize("log_table", LOGS)
def test_a_line_changed_deleted_or_put_in_behind_our_back_is_found_and_named(
    store: Store, tmp_path: Path, log_table: Log, statement: str, named: int
) -> None:
    for _ in range(4):
        filled(store, RECENT)
    with closing(sqlite3.connect(tmp_path / "node.sqlite")) as file:
        for verb in ("update", "delete"):
            file.execute(f"DROP TRIGGER {log_table}_refuses_{verb}")
        # Lines somebody would like to be there: the right numbers, and what stands before each.
        file.execute(f"CREATE TABLE copy AS SELECT * FROM {log_table}")
        file.execute("UPDATE copy SET staff = 'staff-2'")
        file.execute("INSERT INTO copy SELECT * FROM copy WHERE seq = 4")
        file.execute("UPDATE copy SET seq = 5, previous = hash WHERE rowid = 5")
        file.executescript(statement.format(log=log_table, copy="copy"))
        file.commit()
    assert broken_at(store, log_table) == named


def test_a_reason_put_in_the_place_of_another_is_found(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        filled(store, RECENT)
    for text_of in ("x'00'", "NULL", "CAST('seale_' AS BLOB)"):
        with closing(sqlite3.connect(tmp_path / "node.sqlite")) as file:
            file.execute("DROP TRIGGER IF EXISTS opening_refuses_update")
            file.execute(f"UPDATE opening SET reason = {text_of} WHERE seq = 2")
            file.commit()
        assert broken_at(store, "opening") == 2


def test_a_line_that_follows_the_last_properly_is_found_by_the_end_that_was_kept(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        filled(store, RECENT)
    with closing(sqlite3.connect(tmp_path / "node.sqlite")) as file:
        last = file.execute("SELECT hash FROM staff_event WHERE seq = 2").fetchone()[0]
        forged = logs.digest(last, [3, RECENT, "signed_in", "staff-9", None, None], None)
        at = RECENT.strftime("%Y-%m-%d %H:%M:%S.%f")
        values = (3, at, "signed_in", "staff-9", None, None, last, forged)
        file.execute("INSERT INTO staff_event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        file.commit()
    assert broken_at(store, "staff_event") == 3


@pytest.mark.parametrize("log_table", LOGS)
def test_a_cut_tail_is_found_by_an_end_kept_elsewhere(store: Store, log_table: Log) -> None:
    filled(store, RECENT)
    end = end_of(store, log_table)
    assert broken_at(store, log_table, End(end.seq + 1, b"later")) == end.seq + 1
    assert broken_at(store, log_table, End(end.seq, b"other")) == end.seq


@pytest.mark.parametrize("log_table", LOGS)
def test_a_log_that_was_cleared_goes_on_from_where_it_begins_now(every_store: Store, log_table: Log) -> None:
    filled(every_store, OLD)
    old = end_of(every_store, log_table)
    filled(every_store, RECENT)
    filled(every_store, OLD)  # a clock that was put back: it stays, for the line before it does
    filled(every_store, RECENT)
    with every_store.writing() as session:
        log.clear(session, RECENT)
        openings.clear(session, RECENT)
    with every_store.reading() as session:
        report = logs.verify(session, log_table, old)
        assert (report.rows, report.broken_at, report.end.seq) == (3, None, 4)


@pytest.mark.parametrize("log_table", LOGS)
def test_a_log_that_was_cleared_whole_gives_no_number_twice(store: Store, log_table: Log) -> None:
    for _ in range(2):
        filled(store, OLD)
    for _ in range(2):
        with store.writing() as session:
            log.clear(session, RECENT)
            openings.clear(session, RECENT)
        assert broken_at(store, log_table) is None
    filled(store, RECENT)
    assert broken_at(store, log_table) is None
    assert end_of(store, log_table).seq == 3


def test_many_who_write_at_one_moment_make_one_chain(every_store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: filled(every_store, RECENT), range(12)))
    for log_table in LOGS:
        assert broken_at(every_store, log_table) is None
        assert end_of(every_store, log_table).seq == 12
