from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from coupole.node.staff import accounts, log, openings
from coupole.node.staff.accounts import Staff
from coupole.node.staff.openings import MANY, ReasonMissing
from coupole.node.store import Store
from coupole.node.store.staff_tables import Opening
from tests.factories import id_of
from tests.node.passwords import NOON
from tests.stores import PARTICIPANT, with_files

FILE = id_of("accompaniment")
REASON = "Luc is ill; I hold his meeting on Tuesday"


@pytest.fixture
def coach(store: Store) -> Staff:
    with_files(store, *range(1, 3))
    with store.writing() as session:
        return accounts.create(session, login="anna", name="Anna", role="coach")


def tell(store: Store, staff: Staff, reason: str = REASON, now: Any = NOON, file: str = FILE) -> None:
    with store.writing() as session:
        openings.open_with_reason(session, store.vault, staff, file, reason, now)


def test_a_reason_opens_a_file_for_half_a_day_for_whoever_gave_it(store: Store, coach: Staff) -> None:
    with store.writing() as session:
        luc = accounts.create(session, login="luc", name="Luc", role="coach")
        assert not openings.opened(session, coach, FILE, NOON)
    tell(store, coach)
    with store.reading() as session:
        assert openings.opened(session, coach, FILE, NOON)
        assert openings.opened(session, coach, FILE, NOON + openings.GOOD_FOR - timedelta(seconds=1))
        assert not openings.opened(session, coach, FILE, NOON + openings.GOOD_FOR)
        assert not openings.opened(session, luc, FILE, NOON)
        assert not openings.opened(session, coach, "another file", NOON)


@pytest.mark.parametrize("reason", ["", "  ", "ok", "x" * 501])
def test_a_reason_has_some_words(store: Store, coach: Staff, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        tell(store, coach, reason)


@pytest.mark.parametrize("file", ["", "nothing", PARTICIPANT])
def test_a_reason_is_for_a_file_that_is_there(store: Store, coach: Staff, file: str) -> None:
    with pytest.raises(ReasonMissing):
        tell(store, coach, file=file)


def test_the_reason_lies_sealed_and_goes_with_the_person(store: Store, coach: Staff) -> None:
    tell(store, coach)
    with store.reading() as session:
        row = session.exec(select(Opening)).one()
    assert row.reason
    assert b"Luc" not in row.reason
    assert openings.reason_of(store.vault, row) == REASON
    store.erase(row.participant, store.context("staff-1"))
    with store.reading() as session:
        row = session.exec(select(Opening)).one()
        assert openings.reason_of(store.vault, row) is None
        assert (row.staff, row.at) == (coach.id, NOON), "that it was opened stays known"


def test_looking_into_a_file_is_noted_once_in_half_a_day(store: Store, coach: Staff) -> None:
    for hours in (0, 1, 11.9, 12, 13):
        now = NOON + timedelta(hours=hours)
        with store.writing() as session:
            known = openings.noted(session, coach, FILE, now)
            openings.note_opening(session, coach, FILE, PARTICIPANT, "assigned", now)
            assert openings.noted(session, coach, FILE, now)
        assert known is (hours not in (0, 12))
    with store.reading() as session:
        assert len(openings.openings(session)) == 2
        assert openings.reason_of(store.vault, openings.openings(session)[0]) is None


def look_at(store: Store, staff: Staff, count: int, relation: Any = "none", now: Any = NOON) -> None:
    with store.writing() as session:
        for number in range(count):
            openings.note_opening(session, staff, f"file {number}", PARTICIPANT, relation, now)


def test_thirty_files_that_are_not_theirs_in_a_day_raise_one_alert(store: Store, coach: Staff) -> None:
    look_at(store, coach, MANY - 1)
    with store.reading() as session:
        assert openings.alerts(session, NOON) == []
    look_at(store, coach, MANY)
    look_at(store, coach, MANY + 5)
    with store.reading() as session:
        assert [(one.staff, one.files) for one in openings.alerts(session, NOON)] == [(coach.id, MANY + 5)]
        assert sum(event.what == "many_openings" for event in log.events(session)) == 1
        assert openings.alerts(session, NOON + openings.WITHIN) == []


def test_ones_own_files_and_the_same_file_raise_none(store: Store, coach: Staff) -> None:
    look_at(store, coach, MANY + 5, "assigned")
    look_at(store, coach, MANY + 5, "team", NOON + timedelta(hours=12))
    for hour in range(MANY):
        tell(store, coach, now=NOON + timedelta(minutes=hour))
    with store.reading() as session:
        assert openings.alerts(session, NOON + timedelta(hours=1)) == []


def test_the_log_is_read_page_by_page_and_for_one_person(store: Store, coach: Staff) -> None:
    look_at(store, coach, 5)
    tell(store, coach)
    with store.reading() as session:
        first = openings.openings(session, limit=4)
        rest = openings.openings(session, before=first[-1].seq, limit=4)
        assert len({row.seq for row in (*first, *rest)}) == 6
        assert len(openings.openings(session, participant="somebody else")) == 0
        assert len(openings.openings(session, participant=PARTICIPANT)) == 6
