"""Slows down whoever guesses, and only them.

Five tries are free; each further one must wait twice as long as the one before, up to a quarter of an hour. Failures
are counted by the name that is tried, and apart for each browser its owner has signed in with before: a stranger who
guesses slows down strangers, never the owner at their own machine. Passkeys cannot be guessed and are never slowed.

A try is counted before it is looked at, and taken off the count when it was right: ten tries at one moment are ten.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from coupole.errors import CoupoleError
from coupole.node.staff import log
from coupole.node.store import Store, journal
from coupole.node.store.staff_tables import Throttle

FREE = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


class TooManyTries(CoupoleError):
    """There were too many wrong tries; wait a little."""


def wait_after(failures: int) -> timedelta:
    """How long the next try must wait."""
    if failures < FREE:
        return timedelta(0)
    doubled: int = 2 ** min(failures - FREE, 20)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def charge(store: Store, kind: str, name: str, now: datetime, *, device: str = "", staff: str | None = None) -> str:
    """Count a try; what to give to ``clear`` when it was right. Raises ``TooManyTries``.

    ``device``: the known browser it comes from, if it is one; ``staff``: whose account, for the log.
    """
    key = hashlib.sha256(f"{kind}|{name}|{device}".encode()).hexdigest()
    with store.writing() as session:
        journal.hold(session)
        session.exec(delete(Throttle).where(col(Throttle.until) < now - FORGOTTEN_AFTER))
        row = session.get(Throttle, key) or Throttle(key=key, failures=0, until=now)
        left = row.until - now
        if left <= timedelta(0):
            row.failures += 1
            row.until = now + wait_after(row.failures)
            session.add(row)
            if row.failures == FREE:
                log.note(session, "sign_in_slowed", staff=staff, how=kind, now=now)
    if left > timedelta(0):
        raise TooManyTries(seconds=max(1, round(left.total_seconds())))
    return key


def clear(session: Session, key: str) -> None:
    """The try was right: nothing is held against that name and browser any more."""
    session.exec(delete(Throttle).where(col(Throttle.key) == key))
