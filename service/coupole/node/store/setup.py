"""The code that the first member of staff logs in with: shown once, kept as a hash, good for some days."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, delete, select

from coupole.node.store.tables import Setup

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which are mistaken for each other on paper."""
GROUPS = 4
DAYS = 7


@dataclass(frozen=True, slots=True)
class SetupCode:
    """A code to show once."""

    code: str = field(repr=False)
    expires_at: datetime


def make_setup_code(session: Session, now: datetime | None = None) -> SetupCode:
    """A fresh code; any earlier one is good for nothing from now on."""
    made_at = now or datetime.now(UTC)
    code = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(GROUPS))
    expires_at = made_at + timedelta(days=DAYS)
    session.exec(delete(Setup))
    session.add(Setup(sha256=_hash(code), made_at=made_at, expires_at=expires_at))
    return SetupCode(code, expires_at)


def setup_code_good(session: Session, code: str, now: datetime | None = None) -> bool:
    """Whether the code may be used; it stays so."""
    row = session.get(Setup, _hash(code))
    return row is not None and row.expires_at > (now or datetime.now(UTC))


def use_setup_code(session: Session, code: str, now: datetime | None = None) -> bool:
    """Use up the code; False when it is not the one, was used or has expired."""
    row = session.exec(select(Setup).where(Setup.sha256 == _hash(code))).first()
    if row is None:
        return False
    session.delete(row)
    return row.expires_at > (now or datetime.now(UTC))


def _hash(code: str) -> str:
    # Eighty bits of chance: nobody finds them by trying, so a plain hash is enough.
    plain = code.upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()
