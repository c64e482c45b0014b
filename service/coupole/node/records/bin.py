"""What was deleted, for thirty days, and the way back; closed files, and how long they are kept.

Nothing is moved when a document is deleted: the journal holds its last version, and restoring writes that version anew,
as the next revision. A closed file leaves the daily lists by itself and comes back when it is handed back
(``moves.hand_back``); it is kept as long as the workshop decided (``choices``), and then it is for a person to erase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.store import Store, journal, queries
from coupole.node.store.changes import Change, Context, Document, Written
from coupole.node.store.choices import choices, kept_until
from coupole.node.store.tables import RECORD
from coupole.node.store.write import write
from coupole.standard.codes import code_list

KEPT = timedelta(days=30)
"""How long a deletion can be undone."""
MOST = 500
"""Deletions that are listed at most, the last ones first."""


class NothingToRestore(CoupoleError):
    """Nothing of that name was deleted in the last thirty days."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """One document that was deleted. ``document``: its last version; ``until``: the last day it can be restored."""

    entity: str
    id: str
    document: Document
    participant: str | None
    actor: str
    client: str | None
    at: datetime
    reason: str | None
    until: date


@dataclass(frozen=True, slots=True)
class Closed:
    """One closed file. ``kept_until``: the last day it has to be kept; ``spent``: whether that day has gone by."""

    accompaniment: str
    participant: str
    phase: str
    closed_on: date
    kept_until: date
    spent: bool


def deleted(session: Session, store: Store, now: datetime, *, participant: str | None = None) -> list[Deleted]:
    """What was deleted in the last thirty days and is not back, the last first; of one person, or of all."""
    versions = queries.deletions(session, store.vault, now - KEPT, limit=MOST, participant=participant)
    return [
        Deleted(
            version.entity,
            version.id,
            _last(session, store, version),
            version.participant,
            version.actor,
            version.client,
            version.at,
            version.reason,
            (version.at + KEPT).date(),
        )
        for version in versions
    ]


def restore(session: Session, store: Store, records: Sequence[str], context: Context) -> list[Written]:
    """Bring deleted documents back as they were, all or none.

    It is the undoing of a deletion and not a new decision, so that the method, which allowed them once, is not asked
    again; what the rules think of the file today is told like for any other. Raises ``NothingToRestore``,
    ``ReferenceMissing`` when what they hang on is gone too, and what ``write`` raises.
    """
    journal.hold(session)
    wanted = list(dict.fromkeys(records))
    since = context.now - KEPT
    found = queries.deletions(session, store.vault, since, limit=len(wanted), records=wanted)
    known = {version.id: version for version in found}
    if not wanted or known.keys() != set(wanted):
        raise NothingToRestore()
    changes = [Change(known[record].entity, _last(session, store, known[record]), id=record) for record in wanted]
    return write(session, store.vault, changes, context)


def closed_files(session: Session, today: date) -> list[Closed]:
    """Every closed file, the one that was closed first at the top."""
    chosen = choices(session)
    final = [phase for phase in code_list("phase").ids if code_list("phase").attribute(phase, "kind") == "final"]
    query = select(RECORD.c.id, RECORD.c.participant, RECORD.c.status, RECORD.c.ends_on).where(
        RECORD.c.entity == "accompaniment", RECORD.c.status.in_(final), RECORD.c.ends_on.is_not(None)
    )
    found = []
    for row in session.execute(query.order_by(RECORD.c.ends_on, RECORD.c.id)):
        until = kept_until(row.ends_on, chosen)
        found.append(Closed(row.id, row.participant, row.status, row.ends_on, until, until < today))
    return found


def _last(session: Session, store: Store, deletion: queries.Version) -> Document:
    """The document of a deletion as it was before. Raises ``PersonErased``."""
    return queries.read(session, store.vault, deletion.id, deletion.revision - 1)
