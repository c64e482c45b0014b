"""The one function that writes records: validate -> journal -> record -> facts, in the caller's transaction.

One document or twenty thousand take the same path. Changes are read owners first (a participant before the
accompaniment that names them), so a batch may hold both; deletes come last, owners last of all. Answers stand in the
order of the changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlmodel import Session

from coupole.database import insert_rows
from coupole.node.store import facts, journal
from coupole.node.store.batch import Batch, Place, Work, at, moment_of
from coupole.node.store.changes import Change, Context, Refused, Written
from coupole.node.store.local_fields import LocalForms
from coupole.node.store.standing import body_place, reason_place
from coupole.node.store.tables import RECORD
from coupole.node.store.vault import NODE, Vault, seal


def write(session: Session, vault: Vault, changes: Sequence[Change], context: Context) -> list[Written]:
    """Make all changes or, at the first that is refused, none of them.

    Raises ``DocumentInvalid``, ``RecordNotFound``, ``RecordExists``, ``RevisionConflict``, ``ReferenceMissing``,
    ``RecordInUse``, ``OwnerChanged``, ``PersonErased``.
    """
    journal.hold(session)
    batch = Batch(session, vault, context, changes)
    written = []
    for verdict in batch.read(changes):
        if isinstance(verdict, Refused):
            raise verdict.error
        written.append(verdict)
    _store(session, vault, context, batch.work)
    return written


def write_each(session: Session, vault: Vault, changes: Sequence[Change], context: Context) -> list[Written | Refused]:
    """Make every change that can be made; say of each what became of it."""
    journal.hold(session)
    batch = Batch(session, vault, context, changes)
    verdicts = batch.read(changes)
    _store(session, vault, context, batch.work)
    return verdicts


def write_groups(
    session: Session, vault: Vault, groups: Sequence[Sequence[Change]], context: Context
) -> list[list[Written | Refused]]:
    """Make every group that can be made whole: one refused change leaves out its group. Groups are made in order."""
    journal.hold(session)
    batch = Batch(session, vault, context, [change for group in groups for change in group])
    verdicts = batch.read_groups(groups)
    _store(session, vault, context, batch.work)
    return verdicts


class Rehearsal:
    """Says what ``write_groups`` would do, call after call, as if each had been written; writes nothing.

    ``as_of`` is the end of the journal it stands on; while that is the end, ``write_rehearsed`` takes its work.
    """

    def __init__(self, session: Session, vault: Vault, context: Context) -> None:
        self.as_of = journal.end(session)  # first: what others write from here on is not in it, or makes it void
        self._batch = Batch(session, vault, context, [])

    @property
    def work(self) -> Work:
        """What the last call of ``read`` came to."""
        return self._batch.work

    def read(self, groups: Sequence[Sequence[Change]]) -> list[list[Written | Refused]]:
        """What would become of each change."""
        self._batch.go_on([change for group in groups for change in group])
        return self._batch.read_groups(groups)


def write_rehearsed(session: Session, vault: Vault, work: Work, as_of: journal.End, context: Context) -> bool:
    """Store what a rehearsal came to, unread; False, and nothing is stored, when anything it stands on has changed."""
    if journal.head(session) != as_of or work.own != LocalForms(session, context.node):
        return False
    if any(map(vault.erased, work.new_people)):
        return False
    _store(session, vault, context, at(moment_of(context), work))
    return True


def _store(session: Session, vault: Vault, context: Context, work: Work) -> None:
    if not work.entries:
        return
    vault.create(work.new_people)  # on disk before anything is sealed with them: a key too many harms nobody
    entries = _sealed(vault, work.entries, context.reason)
    numbers = journal.append(session, entries, actor=context.actor, client=context.client, at=context.now)
    _place(session, work, numbers)
    facts.touch(session, vault, work.touched, context.make_facts)


def _sealed(vault: Vault, entries: Sequence[journal.Entry], reason: str | None) -> list[journal.Entry]:
    keys = vault.keys({entry.participant or NODE for entry in entries})
    sealed = []
    for entry in entries:
        key = keys[entry.participant or NODE]
        body = None if entry.body is None else seal(key, entry.body, body_place(entry.record, entry.revision))
        why = None if reason is None else seal(key, reason.encode(), reason_place(entry.record, entry.revision))
        sealed.append(journal.Entry(*entry[:5], why, body))
    return sealed


def _place(session: Session, work: Work, numbers: Sequence[int]) -> None:
    """Bring ``record`` to what the batch left living."""
    moment = cache(datetime.fromisoformat)
    fresh: list[tuple[Any, ...]] = []
    moved, gone = [], []
    for record, place in work.rows.items():
        if place is None:
            gone.append({"at": record})
            continue
        row = _row(record, place, numbers[place.entry], moment(place.updated_at))
        if record in work.stored:
            moved.append({"at": record} | dict(zip(RECORD.columns.keys(), row, strict=True)))
        else:
            fresh.append(row)
    connection = session.connection()
    fresh.sort(key=itemgetter(0))  # neighbours in the index are written together
    insert_rows(connection, RECORD, fresh)
    at = RECORD.c.id == bindparam("at")
    if moved:
        connection.execute(update(RECORD).where(at), moved)
    if gone:
        connection.execute(delete(RECORD).where(at), gone)
    if work.links:
        links = [{"at": referral, "named_by": named_by} for referral, named_by in work.links.items()]
        connection.execute(update(RECORD).where(at).values(accompaniment=bindparam("named_by")), links)


def _row(record: str, place: Place, seq: int, updated_at: datetime) -> tuple[Any, ...]:
    living = place.living
    owner = (living.participant, living.accompaniment)
    return (record, living.entity, seq, living.revision, updated_at, *owner, *living.found)
