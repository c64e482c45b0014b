"""Loads dossiers: everything known of one root, opened and parsed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import Row
from sqlmodel import Session

from coupole.database import in_pieces
from coupole.node.store.changes import Document, RecordNotFound, StoredDossier
from coupole.node.store.opening import living, opened
from coupole.node.store.tables import RECORD
from coupole.node.store.vault import Vault

NAMED = re.compile(rb'"([a-z][a-z0-9-]{1,38}[a-z0-9]:(?:organisation|agreement|actor):[0-7][0-9A-HJKMNP-TV-Z]{25})"')
"""References to what lies outside a dossier, in canonical JSON: an id is a whole string there."""


def dossier(session: Session, vault: Vault, root: str) -> StoredDossier:
    """One root with everything known of it. Raises ``RecordNotFound``."""
    for found in dossiers(session, vault, [root]):
        return found
    raise RecordNotFound()


def dossiers(session: Session, vault: Vault, roots: Iterable[str]) -> Iterator[StoredDossier]:
    """The dossiers of those ids that are roots, by a few statements for each hundred."""
    known: dict[str, Document] = {}
    for piece in in_pieces(roots, 100):
        rows: defaultdict[str, list[Row[Any]]] = defaultdict(list)
        for root, row in _rows_of(session, piece):
            rows[root].append(row)
        texts = {root: opened(vault, rows[root]) for root in piece if _is_root(root, rows[root])}
        named = {root: set(NAMED.findall(b"".join(found))) - {root.encode()} for root, found in texts.items()}
        _learn(session, vault, known, set().union(*named.values()))
        for root, found in texts.items():
            documents: defaultdict[str, list[Document]] = defaultdict(list)
            for row, text in zip(rows[root], found, strict=True):
                documents[row.entity].append(orjson.loads(text))
            outside = {name: known[name] for source in named[root] if (name := source.decode()) in known}
            yield StoredDossier(root, _entity(root), dict(documents), outside)


def _rows_of(session: Session, piece: list[str]) -> Iterator[tuple[str, Row[Any]]]:
    """Root and row of each document: the roots themselves, what hangs on them, their participants."""
    people: dict[str, list[str]] = {}
    for row in session.execute(living().where(RECORD.c.id.in_(piece))):
        yield row.id, row
        if row.participant and row.entity != "participant":
            people.setdefault(row.participant, []).append(row.id)
    files = [root for root in piece if _entity(root) == "accompaniment"]
    hanging = (RECORD.c.accompaniment.in_(files), RECORD.c.id != RECORD.c.accompaniment)
    for row in session.execute(living().where(*hanging).order_by(RECORD.c.id)):
        yield row.accompaniment, row
    agencies = [root for root in piece if _entity(root) == "organisation"]
    meetings = (RECORD.c.entity == "coordination_meeting", RECORD.c.organisation.in_(agencies))
    if agencies:
        for row in session.execute(living().where(*meetings).order_by(RECORD.c.id)):
            yield row.organisation, row
    for row in session.execute(living().where(RECORD.c.id.in_(people))):
        for root in people[row.id]:
            yield root, row


def _is_root(root: str, rows: list[Row[Any]]) -> bool:
    entity = _entity(root)
    if not rows or rows[0].id != root:
        return False
    loose = entity in ("referral", "action") and rows[0].accompaniment is None
    return loose or entity in ("accompaniment", "agreement", "organisation")


def _learn(session: Session, vault: Vault, known: dict[str, Document], sources: set[bytes]) -> None:
    missing = [name for source in sources if (name := source.decode()) not in known]
    for piece in in_pieces(missing):
        rows = session.execute(living().where(RECORD.c.id.in_(piece))).all()
        known.update((row.id, orjson.loads(text)) for row, text in zip(rows, opened(vault, rows), strict=True))


def _entity(record: str) -> str:
    return record.partition(":")[2].partition(":")[0]
