from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from coupole.node.reminders import outbox
from coupole.node.reminders.outbox import WAITS, Written, week_of
from coupole.node.staff import accounts
from coupole.node.store import Store
from coupole.node.store.reminder_tables import Letter

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = "2026-W48"
TEXT = Written("3 things are due", "A.B. monthly meeting, 2 days late")


@pytest.fixture
def anna(store: Store) -> accounts.Staff:
    with store.writing() as session:
        return accounts.create(session, login="anna", name="Anna", role="coach", email="anna@example.org")


def put(store: Store, staff: accounts.Staff, week: str = WEEK, now: datetime = NOW) -> bool:
    with store.writing() as session:
        return outbox.put(session, staff, week, TEXT, now)


def claim(store: Store, now: datetime) -> list[Letter]:
    with store.writing() as session:
        return outbox.claim(session, now)


def wanting(store: Store, week: str = WEEK) -> list[str]:
    with store.reading() as session:
        return [one.name for one in outbox.wanting(session, week)]


@pytest.mark.parametrize(
    ("day", "week"),
    [(date(2026, 11, 25), "2026-W48"), (date(2027, 1, 1), "2026-W53"), (date(2024, 12, 30), "2025-W01")],
)
def test_a_week_is_named_as_calendars_name_it(day: date, week: str) -> None:
    assert week_of(day) == week


def test_nobody_gets_two_letters_for_one_week(store: Store, anna: accounts.Staff) -> None:
    assert put(store, anna)
    assert not put(store, anna)
    assert put(store, anna, "2026-W49")


def test_a_letter_is_for_whoever_has_an_address_and_did_not_say_no(store: Store, anna: accounts.Staff) -> None:
    with store.writing() as session:
        accounts.create(session, login="bob", name="Bob", role="admin")
        carla = accounts.create(session, login="carla", name="Carla", role="coach", email="carla@example.org")
        dirk = accounts.create(session, login="dirk", name="Dirk", role="coach", email="dirk@example.org")
        accounts.disable(session, dirk.id, by=None)
        outbox.choose(session, carla.id, weekly=False)
    assert wanting(store) == ["Anna"]
    put(store, anna)
    assert wanting(store) == []
    with store.writing() as session:
        outbox.choose(session, carla.id, weekly=True)
    assert wanting(store) == ["Carla"]


def test_a_claimed_letter_is_not_claimed_again_until_its_sender_must_have_died(
    store: Store, anna: accounts.Staff
) -> None:
    put(store, anna)
    assert [letter.recipient for letter in claim(store, NOW)] == ["anna@example.org"]
    assert claim(store, NOW) == []
    assert len(claim(store, NOW + outbox.CLAIMED_FOR)) == 1


def test_a_letter_that_was_sent_is_never_tried_again(store: Store, anna: accounts.Staff) -> None:
    put(store, anna)
    number = claim(store, NOW)[0].id
    assert number is not None
    with store.writing() as session:
        outbox.sent(session, number, NOW)
    assert claim(store, NOW + timedelta(days=10)) == []


def test_a_failed_letter_is_tried_six_times_over_three_days_and_then_given_up(
    store: Store, anna: accounts.Staff
) -> None:
    put(store, anna)
    moment, tries = NOW, 0
    while letters := claim(store, moment):
        tries += 1
        with store.writing() as session:
            outbox.failed(session, letters[0], "mail_server_away", moment)
        moment += WAITS[min(tries, len(WAITS)) - 1]
    assert tries == 6
    assert timedelta(days=3) <= moment - NOW < timedelta(days=5)
    with store.reading() as session:
        assert outbox.last(session, anna.id).failure == "mail_server_away"  # type: ignore[union-attr]


def test_a_letter_that_can_never_arrive_is_given_up_at_once(store: Store, anna: accounts.Staff) -> None:
    put(store, anna)
    letter = claim(store, NOW)[0]
    with store.writing() as session:
        outbox.failed(session, letter, "mail_recipient_refused", NOW, for_good=True)
    assert claim(store, NOW + timedelta(days=10)) == []


@pytest.mark.parametrize("end", ["said no", "disabled"])
def test_a_letter_on_its_way_stops_with_the_wish_and_with_the_account(
    store: Store, anna: accounts.Staff, end: str
) -> None:
    with store.writing() as session:
        accounts.create(session, login="bob", name="Bob", role="admin")
    put(store, anna)
    with store.writing() as session:
        if end == "disabled":
            accounts.disable(session, anna.id, by=None)
        else:
            outbox.choose(session, anna.id, weekly=False)
    assert claim(store, NOW) == []


def test_letters_are_forgotten_after_thirty_days(store: Store, anna: accounts.Staff) -> None:
    put(store, anna)
    for days, kept in ((30, 1), (31, 0)):
        with store.writing() as session:
            outbox.clear(session, NOW + timedelta(days=days))
            found: list[Any] = list(session.exec(select(Letter)))
            assert len(found) == kept
