"""The journal: append only, each row holding the hash of the one before.

    hash = SHA-256(previous + JSON list of the row's plain values and the two lengths + reason + body)

An edited, removed or reordered row breaks the chain where it stands. A cut tail does not: keep ``head`` elsewhere
(print it, send it to the umbrella) and give it back to ``verify_chain``. Erasing a person leaves the chain whole: the
rows stay and nobody can read them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
from sqlalchemy import select, update
from sqlmodel import Session

from coupole.database import insert_rows
from coupole.errors import CoupoleError
from coupole.node.store.tables import HEAD, JOURNAL

GENESIS = hashlib.sha256(b"coupole journal 1").digest()
"""What stands before the first row; the first migration writes it as the head of an empty journal."""


class ChainBroken(CoupoleError):
    """The journal was changed behind the service's back."""


class Entry(NamedTuple):
    """One row to append. ``reason`` and ``body`` are sealed already."""

    entity: str
    record: str
    revision: int
    kind: str
    participant: str | None
    reason: bytes | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class End:
    """The last row's number and hash: all that must be kept elsewhere to prove the journal whole."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How far the chain holds. ``broken_at``: number of the first row that is wrong, missing or out of place."""

    rows: int
    end: End
    broken_at: int | None


def head(session: Session) -> End:
    """The end of the journal; in a writing session nobody else can append until it is closed."""
    row = session.execute(select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == 1).with_for_update()).one()
    return End(row.seq, row.hash)


def end(session: Session) -> End:
    """The end of the journal as it is seen now; others may append meanwhile."""
    row = session.execute(select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == 1)).one()
    return End(row.seq, row.hash)


def hold(session: Session) -> None:
    """Let nobody else write until this session ends; call it before reading what a write depends on.

    On SQLite a writing session has the whole file to itself. PostgreSQL lets two read the same revision before either
    writes; and it shows a statement what was committed before that statement, so what is read after this is current.
    """
    if session.get_bind().dialect.name != "sqlite":
        head(session)


def append(session: Session, entries: Sequence[Entry], *, actor: str, client: str | None, at: datetime) -> list[int]:
    """Add rows to the chain; their numbers, in order."""
    end = head(session)
    seq, previous = end.seq, end.hash
    moment = at.astimezone(UTC).isoformat()
    rows, numbers = [], []
    for entry in entries:
        seq += 1
        what = (entry.entity, entry.record, entry.revision, entry.kind, entry.participant)
        digest = _digest(previous, [seq, *what, actor, client, moment], entry.reason, entry.body)
        rows.append((seq, *what, actor, client, at, entry.reason, entry.body, previous, digest))
        numbers.append(seq)
        previous = digest
    insert_rows(session.connection(), JOURNAL, rows)
    session.execute(update(HEAD).where(HEAD.c.id == 1).values(seq=seq, hash=previous))
    return numbers


def _digest(previous: bytes, plain: list[str | int | None], reason: bytes | None, body: bytes | None) -> bytes:
    lengths = [None if part is None else len(part) for part in (reason, body)]
    return hashlib.sha256(b"".join((previous, orjson.dumps([*plain, *lengths]), reason or b"", body or b""))).digest()


def verify_chain(session: Session, known: End | None = None) -> ChainReport:
    """Follow the whole chain. ``known``: an end kept elsewhere, which must be one of its rows."""
    previous, seq = GENESIS, 0
    broken = None
    for row in session.execute(select(JOURNAL).order_by(JOURNAL.c.seq).execution_options(yield_per=1000)):
        plain = [row.seq, row.entity, row.record, row.revision, row.kind, row.participant, row.actor, row.client]
        digest = _digest(previous, [*plain, row.at.isoformat()], row.reason, row.body)
        if row.seq != seq + 1 or row.previous != previous or row.hash != digest:
            broken = seq + 1
            break
        previous, seq = row.hash, row.seq
        if known and known.seq == seq and known.hash != previous:
            broken = seq
            break
    end = head(session)
    if broken is None and (end != End(seq, previous) or (known is not None and known.seq > seq)):
        broken = seq + 1
    return ChainReport(seq, end, broken)
