"""Keeps what somebody typed and could not be saved yet, for thirty days: sealed, and for nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlmodel import Session, col, delete

from coupole.node.store.tables import Draft
from coupole.node.store.vault import NODE, Vault, seal, unseal

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft, opened."""

    content: dict[str, Any]
    at: datetime


def keep(
    session: Session,
    vault: Vault,
    page: tuple[str, str],
    content: dict[str, Any],
    now: datetime,
    participant: str | None = None,
) -> None:
    """Keep what was typed in a page, in place of what was kept of it before. ``page``: whose, and its address.

    ``participant``: whom it is about, so that it is forgotten with them. Raises ``PersonErased``.
    """
    clear(session, now)
    staff, address = page
    sealed = seal(vault.key(participant or NODE), orjson.dumps(content), _place(page))
    session.merge(Draft(staff=staff, address=address, participant=participant, body=sealed, at=now))
    session.flush()


def kept(session: Session, vault: Vault, page: tuple[str, str], now: datetime) -> Kept | None:
    """What is kept of a page; none when nothing is, or the person was forgotten."""
    row = session.get(Draft, page)
    if row is None or row.at < now - KEPT or (row.participant and vault.erased(row.participant)):
        return None
    return Kept(orjson.loads(unseal(vault.key(row.participant or NODE), row.body, _place(page))), row.at)


def forget(session: Session, page: tuple[str, str]) -> None:
    """Keep nothing of a page any more."""
    staff, address = page
    session.exec(delete(Draft).where(col(Draft.staff) == staff, col(Draft.address) == address))


def clear(session: Session, now: datetime) -> None:
    """Forget what was kept for its thirty days."""
    session.exec(delete(Draft).where(col(Draft.at) < now - KEPT))


def _place(page: tuple[str, str]) -> str:
    return "draft|" + "|".join(page)
