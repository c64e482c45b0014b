"""The log of sign-ins, refusals and changes of accounts: codes and identifiers, never a name or an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sqlmodel import Session, col, select

from coupole.node.store import logs
from coupole.node.store.staff_tables import StaffEvent

What = Literal[
    "account_made",
    "account_changed",
    "account_disabled",
    "account_enabled",
    "role_changed",
    "code_made",
    "code_used",
    "code_refused",
    "password_changed",
    "totp_changed",
    "recovery_codes_made",
    "recovery_code_used",
    "passkey_added",
    "passkey_removed",
    "passkey_refused",
    "outside_account_linked",
    "outside_account_unlinked",
    "outside_sign_in_refused",
    "signed_in",
    "signed_out",
    "session_ended",
    "sign_in_refused",
    "second_factor_refused",
    "sign_in_slowed",
    "verified_again",
    "access_refused",
    "many_openings",
    "own_field_changed",
    "own_pathway_changed",
]
KEPT = timedelta(days=370)
"""How long both logs of this room are kept: some days more than the database itself refuses to delete a line."""
EVENTS: tuple[What, ...] = get_args(What)


def note(
    session: Session,
    what: What,
    *,
    staff: str | None = None,
    actor: str | None = None,
    how: str | None = None,
    now: datetime | None = None,
) -> None:
    """Write one line. ``staff``: whose account; ``actor``: who did it, when somebody else; ``how``: a code."""
    logs.append(session, StaffEvent(at=now or datetime.now(UTC), what=what, staff=staff, actor=actor, how=how))


def events(session: Session, *, before: int | None = None, limit: int = 100) -> Sequence[StaffEvent]:
    """The newest lines, newest first, from before line ``before``."""
    query = select(StaffEvent).order_by(col(StaffEvent.seq).desc()).limit(limit)
    return session.exec(query if before is None else query.where(col(StaffEvent.seq) < before)).all()


def clear(session: Session, now: datetime) -> None:
    """Forget lines that are older than they are kept."""
    logs.clear(session, "staff_event", now - KEPT)
