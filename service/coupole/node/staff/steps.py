"""What a browser has shown so far of a sign-in, kept here for some minutes and known to it by a token.

The text lies sealed under the node's own key: it may hold a TOTP secret that is not confirmed yet.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson
from sqlmodel import Session, col, delete, select

from coupole.errors import CoupoleError
from coupole.node.staff.sessions import hashed
from coupole.node.store import journal
from coupole.node.store.staff_tables import Step
from coupole.node.store.vault import NODE, Vault, seal, unseal

Kind = Literal["second", "joining", "passkey", "adding", "factor", "outside"]
LASTS = timedelta(minutes=10)
MOST = 5_000
"""So many of a kind are kept at a time: strangers begin them as well, and the oldest goes when one too many comes."""

Values = dict[str, Any]


class StepOver(CoupoleError):
    """This took too long, or was done already: begin again."""


def begin(session: Session, vault: Vault, kind: Kind, values: Values, now: datetime) -> str:
    """Keep what was shown; the token that only this browser will hold. What is too old is cleared away."""
    session.exec(delete(Step).where(col(Step.expires_at) <= now))
    kept = select(Step.expires_at).where(Step.kind == kind).order_by(col(Step.expires_at).desc())
    oldest = session.exec(kept.offset(MOST - 1).limit(1)).first()
    if oldest is not None:
        session.exec(delete(Step).where(col(Step.kind) == kind, col(Step.expires_at) <= oldest))
    token = secrets.token_urlsafe(32)
    key = hashed(token)
    session.add(Step(sha256=key, kind=kind, body=_sealed(vault, key, values), expires_at=now + LASTS))
    session.flush()
    return token


def look(session: Session, vault: Vault, kind: Kind, token: str, now: datetime) -> Values:
    """What was shown so far. Raises ``StepOver``."""
    row = session.get(Step, hashed(token))
    if row is None or row.kind != kind or row.expires_at <= now:
        raise StepOver()
    found: Values = orjson.loads(unseal(vault.key(NODE), row.body, _place(row.sha256)))
    return found


def keep(session: Session, vault: Vault, kind: Kind, token: str, values: Values, now: datetime) -> None:
    """Keep what was shown since. Raises ``StepOver``."""
    journal.hold(session)
    look(session, vault, kind, token, now)
    row = session.get_one(Step, hashed(token))
    row.body = _sealed(vault, row.sha256, values)
    session.add(row)
    session.flush()


def take(session: Session, vault: Vault, kind: Kind, token: str, now: datetime) -> Values:
    """What was shown, for the last time: of two that ask, one gets it. Raises ``StepOver``."""
    journal.hold(session)
    values = look(session, vault, kind, token, now)
    session.exec(delete(Step).where(col(Step.sha256) == hashed(token)))
    return values


def _sealed(vault: Vault, key: str, values: Values) -> bytes:
    return seal(vault.key(NODE), orjson.dumps(values), _place(key))


def _place(key: str) -> str:
    return f"step|{key}"
