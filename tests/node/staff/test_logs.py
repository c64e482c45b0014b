"""The two logs only grow: not even somebody with the database in hand changes a line unnoticed by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from coupole.node.staff import log, openings
from coupole.node.store import Store
from coupole.node.store.staff_tables import Opening

RECENT, OLD = datetime.now(UTC), datetime.now(UTC) - timedelta(days=400)
LOGS = ("staff_event", "opening")


def filled(store: Store, at: datetime) -> None:
    with store.writing() as session:
        log.note(session, "signed_in", staff="staff-1", now=at)
        row = Opening(at=at, staff="staff-1", accompaniment="a", participant="p", relation="other")
        session.add(row)


@pytest.mark.parametrize("log_table", LOGS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET staff = 'staff-2'", "DELETE FROM {}"])
def test_a_line_can_be_neither_changed_nor_deleted(every_store: Store, log_table: str, statement: str) -> None:
    filled(every_store, RECENT)
    with pytest.raises(DatabaseError), every_store.writing() as session:
        session.execute(text(statement.format(log_table)))


@pytest.mark.parametrize("log_table", LOGS)
def test_after_a_year_a_line_may_be_cleared_away_but_never_changed(every_store: Store, log_table: str) -> None:
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
