"""Codes that are good once: invitations, resets, and those that stand in for a lost second factor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlmodel import Session, col, delete, select

from coupole.node.staff import log
from coupole.node.store import journal
from coupole.node.store.setup import bare, hash_of, new_code
from coupole.node.store.staff_tables import OneTimeCode, RecoveryCode

Purpose = Literal["invitation", "password", "everything", "visit"]
"""``invitation``: choose how to sign in; ``password``: a new one, the second factor stays; ``everything``: both are
lost; ``visit``: sign in once without either, for a demonstration."""

GOOD_FOR: dict[Purpose, timedelta] = {
    "invitation": timedelta(days=7),
    "password": timedelta(days=1),
    "everything": timedelta(days=1),
    "visit": timedelta(days=1),
}
RECOVERY_CODES = 10


class Known(NamedTuple):
    """What a code is for."""

    staff: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Made:
    """A code to show once."""

    code: str = field(repr=False)
    expires_at: datetime


def make(session: Session, staff_id: str, purpose: Purpose, *, by: str | None, now: datetime) -> Made:
    """A fresh code for somebody; any earlier one of theirs is good for nothing from now on."""
    code = new_code()
    expires_at = now + GOOD_FOR[purpose]
    session.exec(delete(OneTimeCode).where(col(OneTimeCode.staff) == staff_id))
    session.add(OneTimeCode(sha256=hash_of(code), staff=staff_id, purpose=purpose, made_at=now, expires_at=expires_at))
    log.note(session, "code_made", staff=staff_id, actor=by, how=purpose, now=now)
    return Made(code, expires_at)


def look(session: Session, code: str, now: datetime) -> Known | None:
    """What the code is for, while it is good; it stays so."""
    row = session.get(OneTimeCode, hash_of(code))
    if row is None or row.expires_at <= now:
        return None
    purpose: Purpose = row.purpose  # type: ignore[assignment]  # one of them: ``make`` wrote it
    return Known(row.staff, purpose)


def use(session: Session, code: str, now: datetime) -> Known | None:
    """Use up the code; of two at one moment, one gets it."""
    journal.hold(session)
    known = look(session, code, now)
    session.exec(delete(OneTimeCode).where(col(OneTimeCode.sha256) == hash_of(code)))
    if known:
        log.note(session, "code_used", staff=known.staff, how=known.purpose, now=now)
    return known


def invited(session: Session, staff_id: str, now: datetime) -> bool:
    """Whether somebody has an invitation that is good."""
    mine = (OneTimeCode.staff == staff_id, OneTimeCode.purpose == "invitation", OneTimeCode.expires_at > now)
    return session.exec(select(OneTimeCode.sha256).where(*mine)).first() is not None


def use_invitation(session: Session, staff_id: str, now: datetime) -> bool:
    """Use up somebody's invitation without its code; False when it is not good, or another was quicker."""
    journal.hold(session)
    if not invited(session, staff_id, now):
        return False
    session.exec(delete(OneTimeCode).where(col(OneTimeCode.staff) == staff_id))
    log.note(session, "code_used", staff=staff_id, how="invitation", now=now)
    return True


def waiting(session: Session) -> dict[str, datetime]:
    """Whose code was not used yet, and until when it is good."""
    return {row.staff: row.expires_at for row in session.exec(select(OneTimeCode))}


def make_recovery_codes(session: Session, staff_id: str, now: datetime) -> list[str]:
    """Ten fresh codes, each in the place of the second factor once; earlier ones are good for nothing."""
    made = [new_code() for _ in range(RECOVERY_CODES)]
    forget_recovery_codes(session, staff_id)
    session.add_all([RecoveryCode(sha256=hash_of(code), staff=staff_id) for code in made])
    log.note(session, "recovery_codes_made", staff=staff_id, now=now)
    return made


def use_recovery_code(session: Session, staff_id: str, code: str, now: datetime) -> bool:
    """Use up one of somebody's codes; False when it is none of them."""
    journal.hold(session)
    row = session.get(RecoveryCode, hash_of(code))
    if row is None or row.staff != staff_id:
        return False
    session.delete(row)
    log.note(session, "recovery_code_used", staff=staff_id, now=now)
    return True


def forget_recovery_codes(session: Session, staff_id: str) -> None:
    """None of somebody's codes is good any more."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.staff) == staff_id))


def recovery_codes_left(session: Session, staff_id: str) -> int:
    """How many of somebody's codes are unused."""
    return len(session.exec(select(RecoveryCode.sha256).where(RecoveryCode.staff == staff_id)).all())


def looks_like_one(text: str) -> bool:
    """Whether it is written like a code of ours, and not like six figures."""
    return len(bare(text)) == 16
