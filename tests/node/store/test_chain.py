from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from coupole.node.store import Store
from coupole.node.store.journal import End, head, verify_chain
from tests.factories import participant
from tests.stores import keep, with_files

TRIGGERS = ("journal_refuses_update", "journal_refuses_delete")


def test_an_untouched_chain_holds(store: Store) -> None:
    with_files(store, 1)
    with store.reading() as session:
        report = verify_chain(session)
        assert report.broken_at is None
        assert report.rows == head(session).seq > 0
        assert verify_chain(session, known=report.end).broken_at is None


def test_an_empty_chain_holds(store: Store) -> None:
    with store.reading() as session:
        assert verify_chain(session).broken_at is None


@pytest.mark.parametrize("statement", ["UPDATE journal SET actor = 'x'", "DELETE FROM journal"])
def test_the_database_itself_refuses_to_change_the_journal(store: Store, statement: str) -> None:
    keep(store, [participant()])
    with pytest.raises(DBAPIError, match="the journal only grows"), store.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE journal SET actor = 'x' WHERE seq = 2", 2),
        ("UPDATE journal SET at = '2020-01-01 00:00:00.000000' WHERE seq = 3", 3),
        ("UPDATE journal SET body = x'00' WHERE seq = 3", 3),
        ("UPDATE journal SET hash = x'00' WHERE seq = 4", 4),
        ("DELETE FROM record; DELETE FROM journal WHERE seq = 2", 2),
        ("DELETE FROM record; DELETE FROM journal WHERE seq = 4", 4),
        ("UPDATE journal SET seq = 9 WHERE seq = 4; UPDATE record SET seq = 9 WHERE seq = 4", 4),
        ("UPDATE head SET seq = 3", 5),
    ],
)
def test_whoever_changes_the_journal_behind_our_back_is_found_out(
    sqlite_store: Store, tmp_path: Path, statement: str, broken_at: int
) -> None:
    keep(sqlite_store, [participant(number) for number in (1, 2, 3, 4)])
    with closing(sqlite3.connect(tmp_path / "node.sqlite")) as file:
        for trigger in TRIGGERS:
            file.execute(f"DROP TRIGGER {trigger}")
        file.executescript(statement)
        file.commit()
    with sqlite_store.reading() as session:
        assert verify_chain(session).broken_at == broken_at


def test_a_cut_tail_is_found_by_an_end_kept_elsewhere(sqlite_store: Store) -> None:
    keep(sqlite_store, [participant()])
    with sqlite_store.reading() as session:
        end = head(session)
        assert verify_chain(session, known=End(end.seq + 1, b"later")).broken_at == end.seq + 1
        assert verify_chain(session, known=End(end.seq, b"other")).broken_at == end.seq
