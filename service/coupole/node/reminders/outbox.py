"""Letters on their way: kept until they were sent, tried again after a while, given up after three days.

A letter is claimed before it is sent, by moving its next try ahead: two processes never send one letter at once. A
process that dies between sending and noting it sends the letter a second time; none is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select, update

from coupole.node.staff.accounts import Staff, everybody
from coupole.node.store.reminder_tables import Letter, Unreminded
from coupole.node.store.staff_tables import Account

CLAIMED_FOR = timedelta(minutes=15)
WAITS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=41))
"""After each failed try; three days in all, and then a new week is near."""
KEPT = timedelta(days=30)
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it will be sent."""

    subject: str
    text: str


def week_of(day: date) -> str:
    """The ISO week of a day, ``2026-W48``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def wanting(session: Session, week: str) -> list[Staff]:
    """Who is to get a letter this week and has none yet: accounts in use with an address, unless they said no."""
    done = set(session.exec(select(Letter.staff).where(Letter.week == week)))
    done |= set(session.exec(select(Unreminded.staff)))
    return [one for one in everybody(session) if one.email and not one.disabled and one.id not in done]


def wants(session: Session, staff: str) -> bool:
    """Whether somebody gets the weekly letter."""
    return session.get(Unreminded, staff) is None


def choose(session: Session, staff: str, *, weekly: bool) -> None:
    """Have the weekly letter sent, or not; one on its way to somebody who wants none is taken back."""
    session.exec(delete(Unreminded).where(col(Unreminded.staff) == staff))
    if not weekly:
        session.add(Unreminded(staff=staff))
        waiting = (col(Letter.staff) == staff, col(Letter.next_try_at).is_not(None))
        session.exec(delete(Letter).where(*waiting))
    session.flush()


def put(session: Session, staff: Staff, week: str, letter: Written, now: datetime) -> bool:
    """Put a letter in the outbox; False when there is one for that week already."""
    values = {
        "staff": staff.id,
        "week": week,
        "recipient": staff.email,
        "subject": letter.subject,
        "text": letter.text,
        "written_at": now,
        "next_try_at": now,
        "tries": 0,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    once = insert(Letter).values(**values).on_conflict_do_nothing(index_elements=["staff", "week"])
    return session.connection().execute(once.returning(col(Letter.id))).first() is not None


def claim(session: Session, now: datetime) -> list[Letter]:
    """The letters to be tried now, taken so that nobody else tries them meanwhile."""
    in_use = select(Account.id).where(col(Account.disabled_at).is_(None))
    due = (col(Letter.next_try_at) <= now, col(Letter.staff).in_(in_use))
    letters = list(session.exec(select(Letter).where(*due).order_by(col(Letter.id)).limit(AT_ONCE)))
    for letter in letters:
        letter.next_try_at = now + CLAIMED_FOR
        letter.tries += 1
        session.add(letter)
    session.flush()
    return letters


def sent(session: Session, letter: int, now: datetime) -> None:
    """Note that a letter was handed to the mail server."""
    at = col(Letter.id) == letter
    session.exec(update(Letter).where(at).values(sent_at=now, next_try_at=None, failure=None))


def failed(session: Session, letter: Letter, failure: str, now: datetime, *, for_good: bool = False) -> None:
    """Note that a try failed; it is tried again after a while unless that cannot help."""
    tries = letter.tries
    again = None if for_good or tries > len(WAITS) else now + WAITS[tries - 1]
    session.exec(update(Letter).where(col(Letter.id) == letter.id).values(failure=failure, next_try_at=again))


def last(session: Session, staff: str) -> Letter | None:
    """The last letter somebody was written."""
    return session.exec(select(Letter).where(Letter.staff == staff).order_by(col(Letter.id).desc())).first()


def clear(session: Session, now: datetime) -> None:
    """Forget letters of long ago."""
    session.exec(delete(Letter).where(col(Letter.written_at) < now - KEPT))
