"""Reads a batch of changes against the standard, against what stands and against each other; writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import EllipsisType
from typing import TypeVar

import orjson
from sqlmodel import Session
from ulid import ULID

from coupole import standard
from coupole.errors import CoupoleError, Finding
from coupole.node.store.changes import (
    Change,
    Context,
    Document,
    OwnerChanged,
    RecordExists,
    RecordInUse,
    RecordNotFound,
    ReferenceMissing,
    Refused,
    RevisionConflict,
    Written,
)
from coupole.node.store.columns import found_by
from coupole.node.store.facts import Touched
from coupole.node.store.journal import Entry
from coupole.node.store.local_fields import LocalForms
from coupole.node.store.standing import Living, Standing
from coupole.node.store.vault import PersonErased, Vault
from coupole.standard.reading import canonical
from coupole.standard.validation import DocumentInvalid, accepts, findings

ORDER = {"participant": 0, "referral": 1, "accompaniment": 2}
VERSION_FIELDS = frozenset({"revision", "updated_at", "node", "schema_version"})
"""The part of the envelope that differs between two versions of equal content."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a living document will stand: the number of its entry in the batch, and what it is found by."""

    entry: int
    living: Living
    updated_at: str


@dataclass(slots=True)
class Work:
    """What a batch comes to, ready to be stored.

    ``moment`` is what ``updated_at`` says where the node sets it; ``own`` what the node's own fields were like;
    ``stored`` are the records changed that have a row already. ``entries`` are the journal rows to come, unsealed;
    ``rows`` the places of living documents, none for those that go; ``links`` the accompaniments that referrals are
    named by.
    """

    moment: str
    own: LocalForms
    stored: set[str]
    entries: list[Entry] = field(default_factory=list)
    rows: dict[str, Place | None] = field(default_factory=dict)
    links: dict[str, str | None] = field(default_factory=dict)
    new_people: list[str] = field(default_factory=list)
    touched: Touched = field(default_factory=Touched)


class Batch:
    """What a call of ``write`` is about to do."""

    def __init__(self, session: Session, vault: Vault, context: Context, changes: Sequence[Change]) -> None:
        self._vault = vault
        self._context = context
        self._standing = Standing(session, vault)
        stored = self._standing.learn(changes)
        self.work = Work(moment_of(context), LocalForms(session, context.node), stored)
        self._undo: list[tuple[str, Place | EllipsisType | None]] = []
        self._undo_links: list[tuple[str, str | EllipsisType | None]] = []

    def go_on(self, changes: Sequence[Change]) -> None:
        """Look up what further changes need, before they are read as if those before had been written: new work."""
        self._standing.name(self.work.links)
        self.work = Work(self.work.moment, self.work.own, self._standing.learn(changes))

    def read_groups(self, groups: Sequence[Sequence[Change]]) -> list[list[Written | Refused]]:
        """``read`` group by group: when one change of a group is refused, none of it is made."""
        return [self._group(changes) for changes in groups]

    def _group(self, changes: Sequence[Change]) -> list[Written | Refused]:
        if len(changes) == 1:  # a change that is refused alone leaves nothing behind
            return [self._verdict(changes[0])]
        standing, entries, people = self._standing.mark(), len(self.work.entries), len(self.work.new_people)
        self._undo.clear()
        self._undo_links.clear()
        verdicts = self.read(changes)
        if any(isinstance(verdict, Refused) for verdict in verdicts):
            self._standing.back(standing)
            del self.work.entries[entries:], self.work.new_people[people:]
            _undo(self.work.rows, self._undo)
            _undo(self.work.links, self._undo_links)
        return verdicts

    def read(self, changes: Sequence[Change]) -> list[Written | Refused]:
        """Check every change against the standard, against what stands and against the changes before it."""
        verdicts: dict[int, Written | Refused] = {}
        for place in sorted(range(len(changes)), key=lambda place: _rank(changes[place])):
            verdicts[place] = self._verdict(changes[place])
        return [verdicts[place] for place in range(len(changes))]

    def _verdict(self, change: Change) -> Written | Refused:
        try:
            return self._delete(change) if change.document is None else self._put(change, change.document)
        except CoupoleError as error:
            return Refused(error)

    def _put(self, change: Change, given: Document) -> Written:
        document = self._complete(change, given)
        if not accepts(change.entity, document):
            raise DocumentInvalid(findings=findings(change.entity, document))
        wrong = self.work.own.findings(change.entity, document)
        if wrong:
            raise DocumentInvalid(findings=wrong)
        record = document["id"]
        if record.split(":")[1] != change.entity:
            raise DocumentInvalid(findings=[Finding("pattern_mismatch", "/id", "/properties/id/pattern")])
        before = self._standing.living.get(record)
        body = canonical(document)
        if before is not None and change.expect is not None and change.expect != before.revision:
            # Also when the content is equal: two who add one to the same number wrote the same, and both must count.
            raise RevisionConflict(revision=before.revision)
        if before is not None and self._equal(change, record, document, body):
            return Written(change.entity, record, before.revision, "unchanged", self._standing.text(record))
        self._check_revision(change, before, document)
        participant, accompaniment = self._owner(change.entity, document, before)
        self._check_owner(record, before, participant)
        found = found_by(change.entity, document)
        living = Living(change.entity, document["revision"], participant, accompaniment, body, found=found)
        self._keep(record, before, living, document)
        return Written(change.entity, record, living.revision, "replaced" if before else "created", body)

    def _complete(self, change: Change, given: Document) -> Document:
        """The document with the envelope the node gives it."""
        if change.keep_envelope:
            return given
        record = change.id or f"{self._context.node}:{change.entity}:{ULID()}"
        before = self._standing.living.get(record)
        if change.expect is not None and before is None:
            raise RecordNotFound()
        last = before.revision if before else self._standing.last.get(record, 0)
        return {
            "extensions": {},
            **given,
            "id": record,
            "schema_version": standard.VERSION,
            "node": self._context.node,
            "revision": last + 1,
            "updated_at": self.work.moment,
            "deleted": False,
        }

    def _equal(self, change: Change, record: str, document: Document, body: bytes) -> bool:
        text = self._standing.text(record)
        return text == body if change.keep_envelope else _content(orjson.loads(text)) == _content(document)

    def _check_revision(self, change: Change, before: Living | None, document: Document) -> None:
        if change.keep_envelope:
            last = before.revision if before else self._standing.last.get(document["id"], 0)
            if document["revision"] <= last:
                raise RevisionConflict(revision=last)
        elif before is not None and change.expect is None:
            raise RecordExists()

    def _check_owner(self, record: str, before: Living | None, participant: str | None) -> None:
        if before is not None and before.participant != participant:
            raise OwnerChanged()
        if before is None and participant == record:
            if self._vault.erased(record):
                raise PersonErased()
            self.work.new_people.append(record)

    def _owner(self, entity: str, document: Document, before: Living | None) -> tuple[str | None, str | None]:
        """The participant whose document it is and the accompaniment it belongs to."""
        if entity == "participant":
            return document["id"], None
        if entity == "referral":
            self._named(document, "participant")
            return document["participant"], before.accompaniment if before else None
        if entity == "accompaniment":
            self._named(document, "participant")
            if document.get("referral"):
                referral = self._named(document, "referral")
                if referral.participant != document["participant"]:
                    raise ReferenceMissing("/referral")
            return document["participant"], document["id"]
        if document.get("accompaniment"):
            return self._named(document, "accompaniment").participant, document["accompaniment"]
        return None, None

    def _named(self, document: Document, field: str) -> Living:
        living = self._standing.living.get(document[field])
        if living is None or living.entity != field:
            raise ReferenceMissing(f"/{field}")
        return living

    def _keep(self, record: str, before: Living | None, living: Living, document: Document) -> None:
        if before is not None:
            self._leave(record, before)
        if living.entity == "accompaniment" and document.get("referral"):
            self._link(document["referral"], record)
        self._standing.put(record, living)
        self.work.touched.add(record, living.entity, living.accompaniment, document)
        self._set_row(record, Place(len(self.work.entries), living, document["updated_at"]))
        self._enter(record, living, "put", living.revision, living.text)

    def _leave(self, record: str, before: Living) -> None:
        """What changes for others when the former version goes."""
        former = orjson.loads(self._standing.text(record))
        self.work.touched.add(record, before.entity, before.accompaniment, former)
        if before.entity == "accompaniment" and former.get("referral"):
            self._link(former["referral"], None)

    def _set_row(self, record: str, place: Place | None) -> None:
        self._undo.append((record, self.work.rows.get(record, ...)))
        self.work.rows[record] = place

    def _link(self, referral: str, accompaniment: str | None) -> None:
        self._undo_links.append((referral, self.work.links.get(referral, ...)))
        self.work.links[referral] = accompaniment
        self.work.touched.dossiers.add(referral)

    def _enter(self, record: str, living: Living, kind: str, revision: int, body: bytes | None) -> None:
        entry = Entry(living.entity, record, revision, kind, living.participant, None, body)
        self.work.entries.append(entry)

    def _delete(self, change: Change) -> Written:
        record = change.id or ""
        before = self._standing.living.get(record)
        if before is None or before.entity != change.entity:
            raise RecordNotFound()
        if change.expect != before.revision:
            raise RevisionConflict(revision=before.revision)
        if self.work.links.get(record, before.accompaniment if before.entity == "referral" else None):
            raise RecordInUse()
        if self._standing.used(record):
            raise RecordInUse()
        self._leave(record, before)
        self._standing.drop(record)
        self._set_row(record, None)
        self._enter(record, before, "delete", before.revision + 1, None)
        return Written(change.entity, record, before.revision + 1, "deleted", None)


Value = TypeVar("Value")


def _undo(values: dict[str, Value], done: Sequence[tuple[str, Value | EllipsisType]]) -> None:
    for name, before in reversed(done):
        if isinstance(before, EllipsisType):
            del values[name]
        else:
            values[name] = before


def moment_of(context: Context) -> str:
    """The moment of writing as documents say it."""
    return context.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def at(moment: str, work: Work) -> Work:
    """The same work, done at another moment; what kept its own envelope keeps it."""
    former, then = (f'"updated_at":"{one}"'.encode() for one in (work.moment, moment))
    entries = [Entry(*entry[:6], entry.body and entry.body.replace(former, then)) for entry in work.entries]
    rows = {
        record: place
        and Place(place.entry, place.living, moment if place.updated_at == work.moment else place.updated_at)
        for record, place in work.rows.items()
    }
    return replace(work, moment=moment, entries=entries, rows=rows)


def _rank(change: Change) -> int:
    """Owners are put before what they own, and deleted after it."""
    rank = ORDER.get(change.entity, len(ORDER))
    return rank if change.document is not None else 2 * len(ORDER) + 1 - rank


def _content(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in VERSION_FIELDS}
