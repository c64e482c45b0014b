"""Who opened which file, when, and why when it was not theirs; and a word of warning when somebody opens many.

A reason holds for a working day. It is written into the log sealed under the key of the person the file is about, so
that it is forgotten with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from coupole.errors import CoupoleError
from coupole.node.staff import log
from coupole.node.staff.access import Relation
from coupole.node.staff.accounts import Staff
from coupole.node.store import logs
from coupole.node.store.staff_tables import Opening
from coupole.node.store.tables import Record
from coupole.node.store.vault import Vault, seal, unseal

GOOD_FOR = timedelta(hours=12)
"""How long a reason is not asked for again."""
NOTED_EVERY = timedelta(hours=12)
"""The same file opened again by the same person within so long makes no new line."""
MANY = 30
WITHIN = timedelta(hours=24)
LONGEST_REASON = 500


class ReasonMissing(CoupoleError):
    """Say why you open a file that is not yours."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody opened many files that are not theirs within a day."""

    staff: str
    files: int
    last_at: datetime


def opened(session: Session, staff: Staff, accompaniment: str, now: datetime) -> bool:
    """Whether they have lately said why they open this file."""
    mine = (Opening.staff == staff.id, Opening.accompaniment == accompaniment, col(Opening.reason).is_not(None))
    return session.exec(select(Opening.seq).where(*mine, Opening.at > now - GOOD_FOR)).first() is not None


def open_with_reason(
    session: Session, vault: Vault, staff: Staff, accompaniment: str, reason: str, now: datetime
) -> None:
    """Keep why somebody opens a file that is not theirs. Raises ``ReasonMissing``, ``PersonErased``."""
    words = " ".join(reason.split())
    participant = _whose(session, accompaniment)
    if participant is None or not 3 <= len(words) <= LONGEST_REASON:
        raise ReasonMissing("/reason")
    sealed = seal(vault.key(participant), words.encode(), _place(staff.id, accompaniment, now))
    _note(session, staff, accompaniment, participant, "other", sealed, now)


def note_opening(
    session: Session, staff: Staff, accompaniment: str, participant: str, relation: Relation, now: datetime
) -> None:
    """Write down that somebody looked into a file; once in half a day."""
    kept: str = relation if relation in ("assigned", "team") else "other"
    mine = (Opening.staff == staff.id, Opening.accompaniment == accompaniment, Opening.at > now - NOTED_EVERY)
    if session.exec(select(Opening.seq).where(*mine)).first() is None:
        _note(session, staff, accompaniment, participant, kept, None, now)


def noted(session: Session, staff: Staff, accompaniment: str, now: datetime) -> bool:
    """Whether ``note_opening`` would write nothing: asked in a session that only reads."""
    mine = (Opening.staff == staff.id, Opening.accompaniment == accompaniment, Opening.at > now - NOTED_EVERY)
    return session.exec(select(Opening.seq).where(*mine)).first() is not None


def openings(
    session: Session, *, before: int | None = None, participant: str | None = None, limit: int = 100
) -> Sequence[Opening]:
    """The newest lines, newest first; of one person's files if asked."""
    query = select(Opening).order_by(col(Opening.seq).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Opening.seq) < before)
    return session.exec(query if participant is None else query.where(Opening.participant == participant)).all()


def reason_of(vault: Vault, row: Opening) -> str | None:
    """The reason somebody gave; none when none was asked for, or the person was forgotten since."""
    if row.reason is None or vault.erased(row.participant):
        return None
    return unseal(vault.key(row.participant), row.reason, _place(row.staff, row.accompaniment, row.at)).decode()


def alerts(session: Session, now: datetime) -> list[Alert]:
    """Who opened thirty or more files within a day that are not theirs."""
    files = func.count(func.distinct(Opening.accompaniment))
    recent = (Opening.relation == "other", Opening.at > now - WITHIN)
    query = select(Opening.staff, files, func.max(Opening.at)).where(*recent).group_by(col(Opening.staff))
    return [Alert(*row) for row in session.exec(query.having(files >= MANY).order_by(files.desc()))]


def clear(session: Session, now: datetime) -> None:
    """Forget lines that are older than they are kept."""
    logs.clear(session, "opening", now - log.KEPT)


def _note(
    session: Session,
    staff: Staff,
    accompaniment: str,
    participant: str,
    relation: str,
    reason: bytes | None,
    now: datetime,
) -> None:
    before = any(alert.staff == staff.id for alert in alerts(session, now))
    row = Opening(
        at=now,
        staff=staff.id,
        accompaniment=accompaniment,
        participant=participant,
        relation=relation,
        reason=reason,
    )
    logs.append(session, row)
    if not before and any(alert.staff == staff.id for alert in alerts(session, now)):
        log.note(session, "many_openings", staff=staff.id, now=now)


def _whose(session: Session, accompaniment: str) -> str | None:
    row = session.get(Record, accompaniment)
    return row.participant if row and row.entity == "accompaniment" else None


def _place(staff: str, accompaniment: str, at: datetime) -> str:
    return f"opening|{staff}|{accompaniment}|{at.timestamp():.6f}"
