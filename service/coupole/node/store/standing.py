"""What stands in the database before a batch of changes, and what the batch has made of it so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from sqlalchemy import func, or_, select
from sqlmodel import Session

from coupole.database import listed
from coupole.node.store.changes import Change
from coupole.node.store.tables import JOURNAL, RECORD
from coupole.node.store.vault import NODE, Vault, unseal

OWNERS = ("participant", "accompaniment", "referral")
"""Fields that name a record which must be there. Other references may point to another node."""


class Living(NamedTuple):
    """A living document: its place, its owner, and its text: plain when this batch wrote it, else sealed."""

    entity: str
    revision: int
    participant: str | None
    accompaniment: str | None
    text: bytes = b""
    sealed: bytes | None = None
    found: tuple[str | date | None, ...] = ()
    """The values of the finding columns, for what this batch wrote."""


class Standing:
    """Looks up everything a batch may need in a few statements, then follows the batch in memory."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault
        self._put: set[str] = set()
        self._dropped: set[str] = set()
        self._with_text: set[str] = set()
        self._undo: list[tuple[str, Living | None, int | None, bool, bool]] = []
        self._users: defaultdict[str, set[str]] | None = None
        self.living: dict[str, Living] = {}
        self.last: dict[str, int] = {}
        """The last revision of records that are gone."""

    def learn(self, changes: Sequence[Change]) -> set[str]:
        """Look up what these changes need and is not known yet; which of their records are living."""
        followed = self._put | self._dropped
        identified = {record for change in changes if (record := _identity(change))}
        changed = identified - followed - self._with_text
        named = {record for change in changes for record in _named(change)} - changed - followed
        self._load(changed, with_text=True)
        self._load(named - self.living.keys(), with_text=False)
        self._load_last(changed - self.living.keys())
        self._with_text |= changed
        return identified & self.living.keys()

    def text(self, record: str) -> bytes:
        """The canonical JSON of a living document of this batch's changes."""
        living = self.living[record]
        if living.sealed is None:
            return living.text
        key = self._vault.key(living.participant or NODE)
        return unseal(key, living.sealed, body_place(record, living.revision))

    def put(self, record: str, living: Living) -> None:
        """The batch wrote this version."""
        self._note(record)
        self._users = None
        self.living[record] = living
        self._put.add(record)
        self._dropped.discard(record)

    def name(self, links: Mapping[str, str | None]) -> None:
        """From now on these referrals are named by these accompaniments."""
        for referral in links.keys() & self.living.keys():
            self.living[referral] = self.living[referral]._replace(accompaniment=links[referral])

    def drop(self, record: str) -> None:
        """The batch deleted this record."""
        self._note(record)
        self.last[record] = self.living.pop(record).revision + 1
        self._dropped.add(record)
        self._put.discard(record)

    def mark(self) -> int:
        """A point to go back to."""
        return len(self._undo)

    def back(self, mark: int) -> None:
        """Forget what the batch did since that point."""
        self._users = None
        while len(self._undo) > mark:
            record, living, last, was_put, was_dropped = self._undo.pop()
            _restore(self.living, record, living)
            _restore(self.last, record, last)
            (self._put.add if was_put else self._put.discard)(record)
            (self._dropped.add if was_dropped else self._dropped.discard)(record)

    def _note(self, record: str) -> None:
        before = (self.living.get(record), self.last.get(record))
        self._undo.append((record, *before, record in self._put, record in self._dropped))

    def used(self, record: str) -> bool:
        """Whether other living records need this one, stored ones and those of this batch."""
        columns = (RECORD.c.participant, RECORD.c.accompaniment, RECORD.c.organisation, RECORD.c.responsible)
        # A referral only remembers who names it; it can do without.
        linked = (RECORD.c.entity == "referral") & (RECORD.c.accompaniment == record)
        query = select(RECORD.c.id).where(or_(*(column == record for column in columns)), ~linked)
        stored = set(self._session.scalars(query))
        return bool((stored - self._put | self._users_in_batch(record)) - self._dropped - {record})

    def _users_in_batch(self, record: str) -> set[str]:
        if self._users is None:  # deletes come last, so that what the batch puts is complete at the first one
            self._users = defaultdict(set)
            for user in self._put:
                living = self.living[user]
                parent = None if living.entity == "referral" else living.accompaniment
                _status, responsible, organisation = living.found[:3]
                for used in (living.participant, parent, responsible, organisation):
                    if isinstance(used, str):
                        self._users[used].add(user)
        return self._users[record]

    def _load(self, records: set[str], *, with_text: bool) -> None:
        columns = (RECORD.c.id, RECORD.c.entity, RECORD.c.revision, RECORD.c.participant, RECORD.c.accompaniment)
        query = select(*columns)
        if with_text:
            query = select(*columns, JOURNAL.c.body).join(JOURNAL, JOURNAL.c.seq == RECORD.c.seq)
        if not records:
            return
        for row in self._session.execute(query.where(RECORD.c.id.in_(listed(self._session, records)))):
            sealed = row.body if with_text else None
            self.living[row.id] = Living(row.entity, row.revision, row.participant, row.accompaniment, sealed=sealed)

    def _load_last(self, records: set[str]) -> None:
        query = select(JOURNAL.c.record, func.max(JOURNAL.c.revision)).group_by(JOURNAL.c.record)
        if records:
            named = JOURNAL.c.record.in_(listed(self._session, records))
            for record, revision in self._session.execute(query.where(named)):
                self.last[record] = revision


Value = TypeVar("Value")


def _restore(values: dict[str, Value], name: str, value: Value | None) -> None:
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value


def body_place(record: str, revision: int) -> str:
    """Where a document stands, for the seal: moved to another row it does not open."""
    return f"body|{record}|{revision}"


def _identity(change: Change) -> str | None:
    if change.id is not None:
        return change.id
    given = change.document.get("id") if change.keep_envelope and change.document else None
    return given if isinstance(given, str) else None


def _named(change: Change) -> list[str]:
    document = change.document or {}
    return [named for field in OWNERS if isinstance(named := document.get(field), str)]


def reason_place(record: str, revision: int) -> str:
    """Where a reason stands, for the seal."""
    return f"reason|{record}|{revision}"
