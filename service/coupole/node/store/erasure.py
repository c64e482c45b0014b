"""Forgets a person: rows and facts deleted, then the key destroyed, so that journal and backups are dead too.

Spreadsheets that wait to be brought in lose what they hold of the person, and the keys they were under.

The journal keeps its rows, unreadable, and gains one that says when and by whom. An erasure interrupted in between is
listed as open and finished at the next start.
"""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from sqlalchemy import Engine, delete, func, select, update
from sqlmodel import Session

from coupole.database import checkpoint, reading, writing
from coupole.node.store import journal, sheets
from coupole.node.store.changes import Context, Document, RecordNotFound
from coupole.node.store.opening import living, opened
from coupole.node.store.sheet_tables import SPENT_KEY
from coupole.node.store.tables import DRAFT, ERASURE, FACT, JOURNAL, OUTSIDE, RECORD, STALE, Erasure
from coupole.node.store.vault import Vault


def erase(source: Engine, vault: Vault, participant: str, context: Context) -> bool:
    """Forget a person; True when no byte is left, False when a reader held a file and the next start will finish.

    ``context.reason`` is not kept: people write names into reasons. Raises ``RecordNotFound``.
    """
    with writing(source) as session:
        sheets.forget(session, vault, participant, _person(session, vault, participant))
        _delete(session, participant, context)
    return finish_erasures(source, vault)


def finish_erasures(source: Engine, vault: Vault) -> bool:
    """Destroy the keys of people whose erasure is open, and keys that are spent, and clear both files.

    True when nothing is left to do.
    """
    with reading(source) as session:
        pending = list(session.scalars(select(ERASURE.c.participant).where(ERASURE.c.done_at.is_(None))))
        spent = list(session.scalars(select(SPENT_KEY.c.owner)))
    if not pending and not spent:
        return True
    clean = all([vault.destroy(owner) for owner in (*pending, *spent)])
    if not (checkpoint(source) and clean):
        return False
    with writing(source) as session:
        done = update(ERASURE).where(ERASURE.c.participant.in_(pending)).values(done_at=datetime.now(UTC))
        session.execute(done)
        session.execute(delete(SPENT_KEY).where(SPENT_KEY.c.owner.in_(spent)))
    return True


def erase_again(session: Session, vault: Vault, context: Context) -> list[str]:
    """Delete, in a database restored from a backup, the people whose keys were destroyed since; who they are."""
    people = session.scalars(select(RECORD.c.id).where(RECORD.c.entity == "participant"))
    gone = [participant for participant in people if vault.erased(participant)]
    for participant in gone:
        _delete(session, participant, context)
    return gone


def _person(session: Session, vault: Vault, participant: str) -> Document | None:
    """The person's own document, to know them by in a spreadsheet."""
    rows = session.execute(living().where(RECORD.c.id == participant)).all()
    if not rows:
        return None
    document: Document = orjson.loads(opened(vault, rows)[0])
    return document


def _delete(session: Session, participant: str, context: Context) -> None:
    journal.hold(session)
    last = session.scalar(select(func.max(JOURNAL.c.revision)).where(JOURNAL.c.record == participant))
    mine = RECORD.c.participant == participant
    found = list(session.scalars(select(RECORD.c.id).where(mine)))
    if last is None or participant not in found:
        raise RecordNotFound()
    row = journal.Entry("participant", participant, last + 1, "erase", participant, None, None)
    journal.append(session, [row], actor=context.actor, client=context.client, at=context.now)
    # Facts first: dossiers are found through the records that go.
    for table in (OUTSIDE, STALE):
        session.execute(delete(table).where(table.c.dossier.in_(select(RECORD.c.id).where(mine))))
    session.execute(delete(FACT).where(FACT.c.participant == participant))
    session.execute(delete(DRAFT).where(DRAFT.c.participant == participant))
    session.execute(delete(RECORD).where(mine))
    session.merge(Erasure(participant=participant, at=context.now, done_at=None))
