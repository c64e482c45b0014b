"""A calendar that other programs read: one whole-day entry for everything due, initials only.

The address is the key: 256 bits of chance of which the hash is kept. Whoever takes it back or makes a new one ends the
former at once. Format: iCalendar, RFC 5545; refresh hint of RFC 7986.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event
from sqlmodel import Session, col, delete, select, update

from coupole.node.store.reminder_tables import Feed

READ_NOTED_EVERY = timedelta(hours=1)
REFRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing due: a stable key, its day, what it says, where it is settled."""

    key: str
    day: date
    title: str
    address: str


def make_feed(session: Session, staff: str, now: datetime) -> str:
    """A new secret for somebody's calendar; the former one, if any, opens nothing any more."""
    revoke_feed(session, staff)
    secret = secrets.token_urlsafe(32)
    session.add(Feed(staff=staff, sha256=_hash(secret), made_at=now))
    session.flush()
    return secret


def revoke_feed(session: Session, staff: str) -> None:
    """Take the address back."""
    session.exec(delete(Feed).where(col(Feed.staff) == staff))


def feed_of(session: Session, staff: str) -> Feed | None:
    """When somebody's address was made and last read; none when they have none."""
    return session.get(Feed, staff)


def owner(session: Session, secret: str) -> Feed | None:
    """Whose calendar opens with that secret."""
    return session.exec(select(Feed).where(Feed.sha256 == _hash(secret))).first()


def note_reading(session: Session, feed: Feed, now: datetime) -> None:
    """Remember that a program read it."""
    session.exec(update(Feed).where(col(Feed.staff) == feed.staff).values(read_at=now))


def is_noted(feed: Feed, now: datetime) -> bool:
    """Whether a reading just before was noted already."""
    return feed.read_at is not None and now - feed.read_at < READ_NOTED_EVERY


def calendar(name: str, entries: Iterable[Entry], now: datetime) -> bytes:
    """The entries as an iCalendar file."""
    made = Calendar()
    made.add("prodid", "-//Coupole//What is due//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for entry in entries:
        made.add_component(_event(entry, now))
    return bytes(made.to_ical())


def _event(entry: Entry, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.key)
    event.add("dtstamp", now)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", entry.title)
    event.add("url", entry.address)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # it does not make anybody busy
    return event


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
