"""Reads what was written: a record, its history, a list, a dossier, what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, bindparam, func, select
from sqlmodel import Session

from coupole.database import listed, look
from coupole.errors import CoupoleError
from coupole.node.store.changes import Document, RecordNotFound
from coupole.node.store.dossiers import dossier as dossier
from coupole.node.store.opening import living, opened, text_of
from coupole.node.store.standing import body_place, reason_place
from coupole.node.store.tables import JOURNAL, RECORD
from coupole.node.store.vault import NODE, PersonErased, Vault, unseal

EXPORT_ORDER = ("organisation", "actor", "participant", "referral", "agreement", "accompaniment")
"""Entities others refer to, in the order an import needs them; all others follow."""

EQUAL = ("participant", "accompaniment", "status", "responsible", "organisation")
DAYS = ("starts_on", "ends_on", "due_on")


VERSION = select(JOURNAL.c.revision, JOURNAL.c.participant, JOURNAL.c.body)
LATEST = VERSION.join(RECORD, RECORD.c.seq == JOURNAL.c.seq).where(RECORD.c.id == bindparam("record"))
FORMER = VERSION.where(JOURNAL.c.record == bindparam("record")).order_by(JOURNAL.c.seq.desc()).limit(1)
TEXTS = select(RECORD.c.id, RECORD.c.revision, RECORD.c.participant, JOURNAL.c.body).join(
    JOURNAL, JOURNAL.c.seq == RECORD.c.seq
)
PAGE = (
    TEXTS.where(RECORD.c.entity == bindparam("entity"), RECORD.c.id > bindparam("after"))
    .order_by(RECORD.c.id)
    .limit(bindparam("limit"))
)
# Made once: building the statement took as long as running it.


class FilterUnknown(CoupoleError):
    """Lists cannot be narrowed down by this."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A living document: ``text`` is its canonical JSON."""

    id: str
    entity: str
    revision: int
    updated_at: datetime
    text: bytes

    @property
    def document(self) -> Document:
        """The document, fresh each time."""
        found: Document = orjson.loads(self.text)
        return found


@dataclass(frozen=True, slots=True)
class Version:
    """One row of the journal, opened. ``text``: none for a deletion, an erasure, or when the person was erased."""

    seq: int
    entity: str
    id: str
    revision: int
    kind: str
    participant: str | None
    actor: str
    client: str | None
    at: datetime
    reason: str | None
    text: bytes | None


def read(session: Session, vault: Vault, record: str, as_of: date | datetime | int | None = None) -> Document:
    """The document as it stands, or as it stood.

    ``as_of``: a revision, a moment, or a day (its end, UTC). Raises ``RecordNotFound``, ``PersonErased``.
    """
    found: Document = orjson.loads(read_text(session, vault, record, as_of))
    return found


def read_text(session: Session, vault: Vault, record: str, as_of: date | datetime | int | None = None) -> bytes:
    """``read`` without parsing: the canonical JSON."""
    return read_version(session, vault, record, as_of)[1]


def read_version(
    session: Session | Connection, vault: Vault, record: str, as_of: date | datetime | int | None = None
) -> tuple[int, bytes]:
    """``read`` without parsing: the revision and the canonical JSON."""
    query = LATEST if as_of is None else FORMER.where(_until(as_of))
    row = session.execute(query, {"record": record}).first()
    if row is None:
        raise RecordNotFound()
    if row.body is None:  # the last thing that happened to it by then was its end
        raise PersonErased() if row.participant and vault.erased(row.participant) else RecordNotFound()
    return row.revision, text_of(vault, record, row.revision, row.participant, row.body)


def read_current(source: Engine, vault: Vault, record: str) -> tuple[int, bytes]:
    """``read_version`` of the record as it stands. Raises ``RecordNotFound``, ``PersonErased``."""
    for revision, participant, body in look(source, LATEST, record=record):
        return revision, text_of(vault, record, revision, participant, body)
    raise RecordNotFound()


def _until(as_of: date | datetime | int) -> ColumnElement[bool]:
    if isinstance(as_of, int):
        return JOURNAL.c.revision == as_of
    if isinstance(as_of, datetime):
        return JOURNAL.c.at <= as_of
    return JOURNAL.c.at < datetime.combine(as_of + timedelta(days=1), time(), UTC)


def history(session: Session, vault: Vault, record: str) -> list[Version]:
    """All versions of a record, oldest first. Raises ``RecordNotFound``, ``PersonErased``."""
    rows = session.execute(select(JOURNAL).where(JOURNAL.c.record == record).order_by(JOURNAL.c.seq)).all()
    if not rows:
        raise RecordNotFound()
    owner = rows[0].participant
    if owner and vault.erased(owner):
        raise PersonErased()
    return [_version(vault, row) for row in rows]


def history_of_person(session: Session, vault: Vault, participant: str) -> list[Version]:
    """All versions of everything written about a person, oldest first. Raises ``RecordNotFound``, ``PersonErased``."""
    rows = session.execute(select(JOURNAL).where(JOURNAL.c.participant == participant).order_by(JOURNAL.c.seq)).all()
    if not rows:
        raise RecordNotFound()
    if vault.erased(participant):
        raise PersonErased()
    return [_version(vault, row) for row in rows]


def changes(
    session: Session,
    vault: Vault,
    after: int,
    limit: int,
    entities: Iterable[str] = (),
    *,
    participant: str | None = None,
) -> list[Version]:
    """What happened after journal row ``after``, oldest first; every entity or the named ones, one person if told."""
    query = select(JOURNAL).where(JOURNAL.c.seq > after).order_by(JOURNAL.c.seq).limit(limit)
    wanted = list(entities)
    if wanted:
        query = query.where(JOURNAL.c.entity.in_(wanted))
    if participant is not None:
        query = query.where(JOURNAL.c.participant == participant)
    return [_version(vault, row) for row in session.execute(query)]


def deletions(
    session: Session,
    vault: Vault,
    since: datetime,
    *,
    limit: int,
    participant: str | None = None,
    records: Iterable[str] | None = None,
) -> list[Version]:
    """Deletions from ``since`` on of records that did not come back, the last first; nothing of who was erased."""
    last = JOURNAL.alias()
    newest = select(func.max(last.c.revision)).where(last.c.record == JOURNAL.c.record).scalar_subquery()
    query = select(JOURNAL).where(JOURNAL.c.kind == "delete", JOURNAL.c.at >= since, JOURNAL.c.revision == newest)
    if participant is not None:
        query = query.where(JOURNAL.c.participant == participant)
    if records is not None:
        query = query.where(JOURNAL.c.record.in_(listed(session, records)))
    rows = session.execute(query.order_by(JOURNAL.c.seq.desc()).limit(limit))
    return [_version(vault, row) for row in rows if row.participant is None or not vault.erased(row.participant)]


def page(
    session: Session,
    vault: Vault,
    entity: str,
    *,
    after: str | None = None,
    limit: int = 50,
    filters: Mapping[str, str | date | datetime] | None = None,
) -> list[Stored]:
    """At most ``limit`` documents of one entity, by id, from the one behind ``after``.

    Filters: participant, accompaniment, status, responsible, organisation (equal); starts_on, ends_on, due_on with
    ``_from`` or ``_to`` behind them (both days included); updated_from. Raises ``FilterUnknown``.
    """
    query = _paged(living(), entity, after, limit, filters or {})
    rows = session.execute(query.add_columns(RECORD.c.updated_at)).all()
    texts = opened(vault, rows)
    return [
        Stored(row.id, row.entity, row.revision, row.updated_at, text) for row, text in zip(rows, texts, strict=True)
    ]


def page_texts(
    session: Session | Connection,
    vault: Vault,
    entity: str,
    *,
    after: str | None,
    limit: int,
    filters: Mapping[str, str | date | datetime],
) -> list[tuple[str, bytes]]:
    """``page`` without objects: identifier and canonical JSON of each."""
    rows = session.execute(_paged(TEXTS, entity, after, limit, filters)).all()
    return list(zip([row[0] for row in rows], opened(vault, rows), strict=True))


def first_texts(source: Engine, vault: Vault, entity: str, *, after: str | None, limit: int) -> list[tuple[str, bytes]]:
    """``page_texts`` without filters."""
    rows = look(source, PAGE, entity=entity, after=after or "", limit=limit)
    keys = vault.keys(participant or NODE for _record, _revision, participant, _body in rows)
    return [
        (record, unseal(keys[participant or NODE], body, body_place(record, revision)))
        for record, revision, participant, body in rows
    ]


def _paged(
    query: Select[Any], entity: str, after: str | None, limit: int, filters: Mapping[str, str | date | datetime]
) -> Select[Any]:
    query = query.where(RECORD.c.entity == entity).order_by(RECORD.c.id).limit(limit)
    return _narrowed(query if after is None else query.where(RECORD.c.id > after), filters)


def counts(session: Session) -> dict[str, int]:
    """How many living documents there are of each entity."""
    query = select(RECORD.c.entity, func.count()).group_by(RECORD.c.entity)
    return {entity: count for entity, count in session.execute(query)}


def standing(session: Session, records: Iterable[str]) -> dict[str, int]:
    """The revision of each of these records that lives."""
    query = select(RECORD.c.id, RECORD.c.revision).where(RECORD.c.id.in_(listed(session, records)))
    return {row.id: row.revision for row in session.execute(query)}


def export(session: Session, vault: Vault, limit: int = 500) -> Iterator[Stored]:
    """Every living document, owners before what names them: another node imports it as it comes."""
    others = sorted(counts(session).keys() - set(EXPORT_ORDER))
    for entity in (*EXPORT_ORDER, *others):
        after = None
        while found := page(session, vault, entity, after=after, limit=limit):
            yield from found
            after = found[-1].id


def _version(vault: Vault, row: Row[Any]) -> Version:
    reason = body = None
    if not (row.participant and vault.erased(row.participant)):
        key = vault.key(row.participant or NODE)
        reason = row.reason and unseal(key, row.reason, reason_place(row.record, row.revision)).decode()
        body = row.body and unseal(key, row.body, body_place(row.record, row.revision))
    plain = (row.seq, row.entity, row.record, row.revision, row.kind, row.participant, row.actor, row.client, row.at)
    return Version(*plain, reason, body)


def _narrowed(query: Select[Any], filters: Mapping[str, str | date | datetime]) -> Select[Any]:
    for name, value in filters.items():
        if name in EQUAL:
            query = query.where(RECORD.c[name] == value)
        elif name == "updated_from":
            query = query.where(RECORD.c.updated_at >= value)
        elif name.removesuffix("_from") in DAYS:
            query = query.where(RECORD.c[name.removesuffix("_from")] >= value)
        elif name.removesuffix("_to") in DAYS:
            query = query.where(RECORD.c[name.removesuffix("_to")] <= value)
        else:
            raise FilterUnknown(filter=name)
    return query
