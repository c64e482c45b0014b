"""From a row of the journal to the text it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from coupole.node.store.standing import body_place
from coupole.node.store.tables import JOURNAL, RECORD
from coupole.node.store.vault import NODE, Vault, unseal


def living() -> Select[Any]:
    """Living records, each with its sealed text."""
    names = ("id", "entity", "revision", "participant", "accompaniment", "organisation")
    return select(*(RECORD.c[name] for name in names), JOURNAL.c.body).join(JOURNAL, JOURNAL.c.seq == RECORD.c.seq)


def opened(vault: Vault, rows: Sequence[Row[Any]]) -> list[bytes]:
    """The canonical JSON of each of those rows."""
    owners = [row.participant or NODE for row in rows]
    keys = vault.keys(owners)
    return [
        unseal(keys[owner], row.body, body_place(row.id, row.revision)) for owner, row in zip(owners, rows, strict=True)
    ]


def text_of(vault: Vault, record: str, revision: int, participant: str | None, body: bytes) -> bytes:
    """The canonical JSON sealed in one version of a record. Raises ``PersonErased``, ``RecordUnreadable``."""
    return unseal(vault.key(participant or NODE), body, body_place(record, revision))
