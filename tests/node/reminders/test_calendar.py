from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.reminders import calendar as feeds
from coupole.node.reminders.calendar import Entry, calendar
from coupole.node.staff import accounts
from coupole.node.store import Store
from coupole.node.store.reminder_tables import Feed

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LINE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@pytest.fixture
def anna(store: Store) -> str:
    with store.writing() as session:
        return accounts.create(session, login="anna", name="Anna", role="coach").id


def owner(store: Store, secret: str) -> str | None:
    with store.reading() as session:
        feed = feeds.owner(session, secret)
        return feed.staff if feed else None


def make(store: Store, staff: str) -> str:
    with store.writing() as session:
        return feeds.make_feed(session, staff, NOW)


def test_an_address_opens_until_it_is_taken_back(store: Store, anna: str) -> None:
    secret = make(store, anna)
    assert owner(store, secret) == anna
    with store.writing() as session:
        feeds.revoke_feed(session, anna)
    assert owner(store, secret) is None


def test_a_new_address_ends_the_former(store: Store, anna: str) -> None:
    former, new = make(store, anna), make(store, anna)
    assert owner(store, former) is None
    assert owner(store, new) == anna


def test_the_secret_itself_is_nowhere_kept(store: Store, anna: str) -> None:
    secret = make(store, anna)
    with store.reading() as session:
        kept = session.get(Feed, anna)
        assert kept is not None
        assert secret not in repr(kept.model_dump())
    assert len(secret) >= 43


@pytest.mark.parametrize("secret", ["", "x", "é" * 50, "\0"])
def test_what_is_no_secret_opens_nothing(store: Store, anna: str, secret: str) -> None:
    make(store, anna)
    assert owner(store, secret) is None


def test_a_reading_is_noted_once_an_hour(store: Store, anna: str) -> None:
    make(store, anna)
    with store.writing() as session:
        feed = feeds.feed_of(session, anna)
        assert feed is not None
        assert not feeds.is_noted(feed, NOW)
        feeds.note_reading(session, feed, NOW)
    with store.reading() as session:
        noted = feeds.feed_of(session, anna)
        assert noted is not None
        assert feeds.is_noted(noted, NOW + timedelta(minutes=59))
        assert not feeds.is_noted(noted, NOW + timedelta(hours=1))


@given(st.lists(st.tuples(st.dates(date(1900, 1, 1), date(2999, 1, 1)), LINE), max_size=5), LINE)
def test_a_calendar_program_reads_back_what_was_due(due: list[tuple[date, str]], name: str) -> None:
    entries = [Entry(f"{number}@x", day, title, "https://x.example/files/1") for number, (day, title) in enumerate(due)]
    read = icalendar.Calendar.from_ical(calendar(name, entries, NOW))
    found = [(event["dtstart"].dt, str(event["summary"])) for event in read.walk("VEVENT")]
    assert found == due
    assert all(event["dtend"].dt - event["dtstart"].dt == timedelta(days=1) for event in read.walk("VEVENT"))


def test_lines_are_no_longer_than_the_format_allows_and_end_as_it_says() -> None:
    made = calendar("À faire", [Entry("1@x", date(2026, 11, 25), "é" * 300, "https://x.example")], NOW)
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")
