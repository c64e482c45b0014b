"""Sessions of signed-in people: kept here, known to the browser by 256 bits of chance of which we keep the hash.

Limits are of the operator's settings: unused for ``idle``, or older than ``absolute``, a session is over. When it was
last used is noted once a minute, so an unused one may end up to a minute early.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from coupole.errors import CoupoleError
from coupole.node.staff import log
from coupole.node.staff.accounts import Staff, find
from coupole.node.store import Store
from coupole.node.store.staff_tables import StaffSession

NOTED_EVERY = timedelta(minutes=1)
LONGEST = timedelta(hours=24)
"""No session lasts longer, whatever the settings say."""


class SessionOver(CoupoleError):
    """You were signed out meanwhile."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=8)
    recent: timedelta = timedelta(minutes=10)
    """For so long after proving who one is, factors may be changed and whole files taken away."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A live session and whose it is."""

    staff: Staff
    key: str
    """The hash it is kept under; not what the browser holds."""
    begun_at: datetime
    seen_at: datetime
    verified_at: datetime
    how: str
    device: str

    def recently_verified(self, now: datetime, limits: Limits) -> bool:
        """Whether they proved who they are a short while ago."""
        return now - self.verified_at <= limits.recent


def begin(
    session: Session, staff_id: str, now: datetime | None = None, *, how: str = "password", device: str = "other"
) -> str:
    """Sign somebody in; the token that only their browser will hold. ``how`` and ``device`` are codes."""
    moment = now or datetime.now(UTC)
    token = secrets.token_urlsafe(32)
    _keep(session, token, staff_id, begun_at=moment, now=moment, how=how, device=device)
    log.note(session, "signed_in", staff=staff_id, how=how, now=moment)
    return token


def current(store: Store, token: str, now: datetime | None = None, limits: Limits | None = None) -> Signed | None:
    """The live session of a token, noted as used; none when it is over, was ended, or its account disabled."""
    moment, within = now or datetime.now(UTC), limits or Limits()
    key = hashed(token)
    with store.reading() as session:
        row = session.get(StaffSession, key)
        signed = row and _signed(session, row, moment, within)
    if signed and moment - signed.seen_at >= NOTED_EVERY:
        with store.writing() as session:
            session.exec(update(StaffSession).where(col(StaffSession.sha256) == key).values(seen_at=moment))
    return signed or None


def of(session: Session, staff_id: str, now: datetime, limits: Limits) -> list[Signed]:
    """The live sessions of a person, latest used first."""
    query = select(StaffSession).where(StaffSession.staff == staff_id).order_by(col(StaffSession.seen_at).desc())
    signed = (_signed(session, row, now, limits) for row in session.exec(query).all())
    return [one for one in signed if one]


def renew(session: Session, key: str, now: datetime) -> str:
    """Whoever proved again who they are goes on under a new token; the old one is dead. Raises ``SessionOver``.

    ``key``: the hash their session is kept under.
    """
    row = session.get(StaffSession, key)
    if row is None:
        raise SessionOver()
    session.delete(row)
    fresh = secrets.token_urlsafe(32)
    _keep(session, fresh, row.staff, begun_at=row.begun_at, now=now, how=row.how, device=row.device)
    log.note(session, "verified_again", staff=row.staff, now=now)
    return fresh


def end(session: Session, token: str, now: datetime | None = None) -> None:
    """Sign out: the token is dead at once."""
    row = session.get(StaffSession, hashed(token))
    if row is not None:
        session.delete(row)
        log.note(session, "signed_out", staff=row.staff, now=now)


def end_one(session: Session, staff_id: str, key: str, *, by: str | None = None, now: datetime | None = None) -> bool:
    """End one session of a person by the hash it is kept under; False when they have no such session."""
    row = session.get(StaffSession, key)
    if row is None or row.staff != staff_id:
        return False
    session.delete(row)
    log.note(session, "session_ended", staff=staff_id, actor=by, now=now)
    return True


def end_all(
    session: Session, staff_id: str, *, but: str | None = None, by: str | None = None, now: datetime | None = None
) -> None:
    """End all sessions of a person, but the one kept under that hash."""
    mine = select(StaffSession).where(StaffSession.staff == staff_id, StaffSession.sha256 != (but or ""))
    for row in session.exec(mine).all():
        session.delete(row)
        log.note(session, "session_ended", staff=staff_id, actor=by, now=now)


def clear(session: Session, now: datetime) -> None:
    """Forget sessions that are over whatever the operator set."""
    session.exec(delete(StaffSession).where(col(StaffSession.begun_at) <= now - LONGEST))


def hashed(token: str) -> str:
    """What is kept of a token. It is all chance, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _keep(
    session: Session, token: str, staff: str, *, begun_at: datetime, now: datetime, how: str, device: str
) -> None:
    row = StaffSession(
        sha256=hashed(token), staff=staff, begun_at=begun_at, seen_at=now, verified_at=now, how=how, device=device
    )
    session.add(row)


def _signed(session: Session, row: StaffSession, now: datetime, limits: Limits) -> Signed | None:
    over = now - row.seen_at >= limits.idle or now - row.begun_at >= limits.absolute
    staff = None if over else find(session, row.staff)
    if staff is None or staff.disabled:
        return None
    return Signed(staff, row.sha256, row.begun_at, row.seen_at, row.verified_at, row.how, row.device)
