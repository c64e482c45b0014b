"""What tests do with a store: write whole documents, or one change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from coupole.node.store import Store
from coupole.node.store.changes import Change, Written
from coupole.node.store.write import write
from tests.factories import SHARED, content, dossier, id_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entity_of(document: dict[str, Any]) -> str:
    return str(document["id"].split(":")[1])


def keep(store: Store, documents: Iterable[dict[str, Any]], now: datetime = NOW) -> list[Written]:
    """Write whole documents as an import does."""
    changes = [Change(entity_of(document), document, keep_envelope=True) for document in documents]
    return change(store, *changes, now=now)


def change(
    store: Store, *changes: Change, now: datetime = NOW, actor: str = "anna", reason: str | None = None
) -> list[Written]:
    with store.writing() as session:
        return write(session, store.vault, list(changes), store.context(actor, now=now, reason=reason))


def replace(document: dict[str, Any], expect: int = 1, **fields: Any) -> Change:
    """Another content for a document."""
    return Change(entity_of(document), content({**document, **fields}), id=document["id"], expect=expect)


def with_files(store: Store, *numbers: int) -> None:
    """What every file refers to, and some files."""
    keep(store, [*SHARED, *(document for number in numbers for document in dossier(number))])


PARTICIPANT = id_of("participant")
