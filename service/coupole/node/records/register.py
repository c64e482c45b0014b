"""What lists show of every living document: opened once, kept in memory, brought up to date by the journal.

Names are encrypted under each person's own key, so no index on disk could find them without becoming the very list of
names that erasure must not leave behind. A workshop has hundreds of files, not millions: the few fields that lists
show are held in memory instead, never on disk. Before each use the register asks for the number of the journal's last
row and reads again what was written since, by whichever process. Who was erased is gone from it with that row.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Row, select
from sqlmodel import Session

from coupole.database import listed
from coupole.node.records.searching import fold, words
from coupole.node.store.changes import Document
from coupole.node.store.opening import living, opened
from coupole.node.store.tables import HEAD, JOURNAL, RECORD
from coupole.node.store.vault import PersonErased, Vault
from coupole.standard.consents import left_out

SHOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "organisation": (
            "name",
            "types",
            "municipality",
            "postcode",
            "country",
            "sectors",
            "member_of",
            "coordinates_for",
            "extensions",
        ),
        "participant": ("local_id", "family_name", "given_name", "consents", "extensions"),
        "actor": (
            "display_name",
            "organisation",
            "roles",
            "trained_on",
            "active_from",
            "active_to",
            "extensions",
        ),
        "referral": ("participant", "source_actor", "source_organisation"),
        "accompaniment": (
            "participant",
            "agency",
            "responsible",
            "pathway",
            "phase",
            "referral",
            "opened_on",
            "closed_on",
            "extensions",
        ),
        "status_observation": ("accompaniment", "stage", "target_groups"),
        "team": ("accompaniment", "members"),
        "placement": ("accompaniment", "type", "host", "from", "to"),
    }
)
"""The fields held of each entity."""


@dataclass(frozen=True)
class Register:
    """The register as of one row of the journal; never changed, replaced by the next."""

    seq: int
    documents: Mapping[str, Mapping[str, Document]]
    """Entity -> id -> the fields that lists show."""

    def of(self, entity: str) -> Mapping[str, Document]:
        """Every living document of an entity, by id."""
        return self.documents[entity]

    def name(self, record: str | None) -> str:
        """What a person, an actor or an organisation is called; empty for one that is not (or no longer) here."""
        entity = record.split(":")[1] if record else ""
        document = self.documents.get(entity, {}).get(record or "", {})
        if entity == "participant":
            return full_name(document)
        return str(document.get("display_name") or document.get("name") or "")

    @cached_property
    def people(self) -> Sequence[str]:
        """Everybody's id, in the order of their names."""
        named = {record: fold(full_name(document)) for record, document in self.of("participant").items()}
        return sorted(named, key=lambda record: (named[record], record))

    @cached_property
    def left_out(self) -> frozenset[str]:
        """The people who are in no figure but those that a law demands."""
        return frozenset(record for record, document in self.of("participant").items() if left_out(document))

    @cached_property
    def files(self) -> Mapping[str, list[str]]:
        """The accompaniments of each person, the last opened first."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        opened_last = sorted(self.of("accompaniment").items(), key=_opened, reverse=True)
        for record, document in opened_last:
            found[document["participant"]].append(record)
        return found

    @cached_property
    def words(self) -> Mapping[str, frozenset[str]]:
        """What each person is found by."""
        return {record: frozenset(words(*_names(document))) for record, document in self.of("participant").items()}

    @cached_property
    def teams(self) -> Mapping[str, list[Document]]:
        """The memberships of each accompaniment's team, past ones included."""
        return {team["accompaniment"]: team["members"] for team in self.of("team").values()}

    @cached_property
    def memberships(self) -> Mapping[str, list[tuple[str, Document]]]:
        """For each actor: accompaniment and membership of every team the actor is or was in."""
        found: defaultdict[str, list[tuple[str, Document]]] = defaultdict(list)
        for accompaniment, members in self.teams.items():
            for member in members:
                found[member["actor"]].append((accompaniment, member))
        return found

    @cached_property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """The target groups observed of each accompaniment."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for document in self.of("status_observation").values():
            found[document["accompaniment"]].update(group["code"] for group in document.get("target_groups") or ())
        return {accompaniment: frozenset(codes) for accompaniment, codes in found.items()}


def full_name(person: Document) -> str:
    """Family name and given name, as a list orders them; the file's number for somebody without a name."""
    family, given, number = _names(person)
    return ", ".join(part for part in (family, given) if part) or number


def spoken_name(person: Document) -> str:
    """Given name and family name, as people say them; the file's number for somebody without a name."""
    family, given, number = _names(person)
    return " ".join(part for part in (given, family) if part) or number


def initials(person: Document) -> str:
    """The first letters of both names, for whoever may not read the names."""
    return " ".join(f"{part[0].upper()}." for part in _names(person)[1::-1] if part)


def _names(person: Document) -> tuple[str, str, str]:
    return person.get("family_name") or "", person.get("given_name") or "", person.get("local_id") or ""


def _opened(item: tuple[str, Document]) -> tuple[str, str]:
    return item[1]["opened_on"], item[0]


class Registers:
    """Keeps the register of one store current; one for each open node."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = Register(0, {entity: {} for entity in SHOWN})

    def current(self, session: Session, vault: Vault) -> Register:
        """The register as of what the session sees, or later."""
        seq = session.scalar(select(HEAD.c.seq))
        with self._lock:
            if seq is not None and seq > self._last.seq:
                self._last = self._advanced(session, vault, seq)
            return self._last

    def _advanced(self, session: Session, vault: Vault, seq: int) -> Register:
        changed = _since(session, self._last.seq) if self._last.seq else None
        fresh = {entity: dict(documents) for entity, documents in self._last.documents.items()}
        for entity, record, document in _read(session, vault, changed):
            if document is None:
                fresh[entity].pop(record, None)
            else:
                fresh[entity][record] = document
        _drop_orphans(fresh)
        return Register(seq, fresh)


def _read(
    session: Session, vault: Vault, records: Mapping[str, str] | None
) -> Iterator[tuple[str, str, Document | None]]:
    """Entity, id and shown fields of these records, or of all there are; no document for one that is gone."""
    query = living().where(RECORD.c.entity.in_(SHOWN))
    if records is not None:
        query = query.where(RECORD.c.id.in_(listed(session, records)))
    rows = session.execute(query).all()
    gone = dict(records or {})
    for row, text in zip(rows, _texts(vault, rows), strict=True):
        if text is not None:
            gone.pop(row.id, None)
            document = orjson.loads(text)
            yield row.entity, row.id, {name: document[name] for name in SHOWN[row.entity] if name in document}
    for record, entity in gone.items():
        yield entity, record, None


def _texts(vault: Vault, rows: Sequence[Row[Any]]) -> list[bytes | None]:
    try:
        return list(opened(vault, rows))
    except PersonErased:  # while this session's snapshot still shows the rows
        return [None if row.participant and vault.erased(row.participant) else opened(vault, [row])[0] for row in rows]


def _since(session: Session, seq: int) -> Mapping[str, str]:
    """Record and entity of what was written after that row."""
    query = select(JOURNAL.c.record, JOURNAL.c.entity).where(JOURNAL.c.seq > seq, JOURNAL.c.entity.in_(SHOWN))
    return {row.record: row.entity for row in session.execute(query.distinct())}


def _drop_orphans(fresh: Mapping[str, dict[str, Document]]) -> None:
    """An erasure is one row of the journal: what hung on the person goes with them."""
    people, files = fresh["participant"], fresh["accompaniment"]
    for held in (fresh["referral"], files):
        for record in [record for record, document in held.items() if document["participant"] not in people]:
            del held[record]
    for entity in ("status_observation", "team", "placement"):
        held = fresh[entity]
        for record in [record for record, document in held.items() if document["accompaniment"] not in files]:
            del held[record]
