"""Up to where each member of staff has seen a file, so that its page can say what others changed since."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from coupole.node.store.tables import HEAD, FileVisit

PAUSE = timedelta(minutes=30)
"""Who comes back within this time is still on the same visit."""
NOTED = timedelta(minutes=5)
"""So long a visit to a file in which nothing is new need not be noted again."""


def noted(session: Session, staff: str, accompaniment: str, now: datetime) -> int | None:
    """The last journal row of the visit before, when this one is noted already; none when it is still to be."""
    known = session.get(FileVisit, (staff, accompaniment))
    last = session.execute(select(HEAD.c.seq)).scalar_one()
    return known.since if known and known.seen == last and now - known.at < NOTED else None


def visited(session: Session, staff: str, accompaniment: str, now: datetime) -> int:
    """Note a visit; the last journal row of the visit before. Whoever comes for the first time has missed nothing."""
    last = session.execute(select(HEAD.c.seq)).scalar_one()
    known = session.get(FileVisit, (staff, accompaniment))
    if known is None:
        session.add(FileVisit(staff=staff, accompaniment=accompaniment, since=last, seen=last, at=now))
        return int(last)
    if now - known.at > PAUSE:
        known.since = known.seen
    known.seen, known.at = last, now
    return known.since
