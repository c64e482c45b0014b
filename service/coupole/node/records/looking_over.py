"""What the rules find in many files at once: what to look at after a register from before was brought in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from coupole.errors import Finding
from coupole.node.records import rules
from coupole.node.records.changing import pointed
from coupole.node.store import Store
from coupole.node.store.dossiers import dossiers
from coupole.node.store.tables import RECORD


def look_over(
    session: Session, store: Store, today: date, *, after: str | None = None, limit: int = 50
) -> Iterator[tuple[str, list[Finding]]]:
    """Each file with its findings, places told by record; at most ``limit`` files by id, those behind ``after``."""
    query = select(RECORD.c.id).where(RECORD.c.entity == "accompaniment").order_by(RECORD.c.id).limit(limit)
    files = list(session.scalars(query if after is None else query.where(RECORD.c.id > after)))
    for dossier in dossiers(session, store.vault, files):
        yield dossier.id, pointed(dossier, rules.findings(dossier, today))
