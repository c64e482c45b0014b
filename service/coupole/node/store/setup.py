"""Codes to type: how one is made and kept; and the one the first member of staff logs in with.

Each is shown once and kept as a hash; that of the first is good for some days.
"""

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
LONGEST = 64
"""Characters of what was typed that are looked at."""


@dataclass(frozen=True, slots=True)
class SetupCode:
    """A code to show once."""

    code: str = field(repr=False)
    expires_at: datetime


def make_setup_code(session: Session, now: datetime | None = None) -> SetupCode:
    """A fresh code; any earlier one is good for nothing from now on."""
    made_at = now or datetime.now(UTC)
    code = new_code()
    expires_at = made_at + timedelta(days=DAYS)
    session.exec(delete(Setup))
    session.add(Setup(sha256=hash_of(code), made_at=made_at, expires_at=expires_at))
    return SetupCode(code, expires_at)


def setup_code_good(session: Session, code: str, now: datetime | None = None) -> bool:
    """Whether the code may be used; it stays so."""
    row = session.get(Setup, hash_of(code))
    return row is not None and row.expires_at > (now or datetime.now(UTC))


def use_setup_code(session: Session, code: str, now: datetime | None = None) -> bool:
    """Use up the code; False when it is not the one, was used or has expired."""
    row = session.exec(select(Setup).where(Setup.sha256 == hash_of(code))).first()
    if row is None:
        return False
    session.delete(row)
    return row.expires_at > (now or datetime.now(UTC))


def new_code() -> str:
    """Sixteen letters and figures in groups of four: eighty bits of chance."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(GROUPS))


def bare(code: str) -> str:
    """A code as it is compared: capitals, hyphens and spaces do not matter."""
    return code[:LONGEST].upper().replace("-", "").replace(" ", "")


def hash_of(code: str) -> str:
    """What is kept of a code. Nobody finds eighty bits by trying, so a plain hash is enough."""
    return hashlib.sha256(bare(code).encode()).hexdigest()
