"""Keeps the facts of each dossier as fresh as its documents.

What a fact is, the store does not know: it is given a function (``FactMaker``). A write that touches few dossiers makes
their facts again at once; one that touches many (a bulk import, an organisation that everybody's placement names) marks
them stale, and whoever wants figures first lets ``refresh_some`` run until nothing is stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, func, insert, or_, select
from sqlmodel import Session

from coupole.database import in_pieces, insert_rows
from coupole.node.store import journal
from coupole.node.store.changes import Document, FactMaker, MadeFacts, StoredDossier
from coupole.node.store.dossiers import dossiers
from coupole.node.store.tables import FACT, LEVEL, OUTSIDE, RECORD, STALE
from coupole.node.store.vault import NODE, Vault, seal, unseal

AT_ONCE = 20
"""A write that touches more dossiers than this leaves their facts for later."""

IN_CACHE = 250
"""Sealed facts that are read at once."""


@dataclass(slots=True)
class Touched:
    """What a batch of changes makes older than it should be."""

    dossiers: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)

    def add(self, record: str, entity: str, accompaniment: str | None, document: Document) -> None:
        """A version of ``record`` comes or goes."""
        if entity == "participant":
            self.people.add(record)
        elif entity == "coordination_meeting":
            self.dossiers.add(document["agency"])
        elif entity != "actor":
            self.dossiers.add(accompaniment or record)
        if entity in ("organisation", "agreement", "actor"):
            self.sources.add(record)


def touch(session: Session, vault: Vault, touched: Touched, make: FactMaker | None) -> None:
    """Make the facts of everything touched again, or mark it stale."""
    found = set(touched.dossiers)
    for piece in in_pieces(touched.sources):
        found.update(session.scalars(select(OUTSIDE.c.dossier).where(OUTSIDE.c.source.in_(piece))))
    root = (RECORD.c.entity == "accompaniment") | ((RECORD.c.entity == "referral") & RECORD.c.accompaniment.is_(None))
    for piece in in_pieces(touched.people):
        found.update(session.scalars(select(RECORD.c.id).where(root, RECORD.c.participant.in_(piece))))
    if make is None or len(found) > AT_ONCE:
        mark_stale(session, found)
    else:
        refresh(session, vault, sorted(found), make)


def mark_stale(session: Session, found: Iterable[str]) -> None:
    """These dossiers' facts are to be made again."""
    for piece in in_pieces(sorted(set(found))):
        known = set(session.scalars(select(STALE.c.dossier).where(STALE.c.dossier.in_(piece))))
        insert_rows(session.connection(), STALE, [(dossier,) for dossier in piece if dossier not in known])


def mark_all_stale(session: Session) -> None:
    """Every root's facts are to be made again: after a restore, or with a new catalogue."""
    loose = RECORD.c.entity.in_(("referral", "action")) & RECORD.c.accompaniment.is_(None)
    roots = select(RECORD.c.id).where(or_(RECORD.c.entity.in_(("accompaniment", "agreement", "organisation")), loose))
    session.execute(delete(STALE))
    session.execute(insert(STALE).from_select(["dossier"], roots))


def stale_count(session: Session) -> int:
    """How many dossiers wait for their facts."""
    return session.scalar(select(func.count()).select_from(STALE)) or 0


def refresh_some(session: Session, vault: Vault, make: FactMaker, limit: int = 200) -> int:
    """Make the facts of at most ``limit`` stale dossiers; how many were made."""
    journal.hold(session)  # a write between reading a dossier and keeping its facts would be counted as it was
    found = list(session.scalars(select(STALE.c.dossier).order_by(STALE.c.dossier).limit(limit)))
    refresh(session, vault, found, make)
    return len(found)


def refresh(session: Session, vault: Vault, found: list[str], make: FactMaker) -> None:
    """Make the facts of these dossiers; those that are no roots any more lose theirs."""
    number = _numbering(session)
    facts: list[tuple[object, ...]] = []
    outside: list[tuple[str, str]] = []
    for dossier in dossiers(session, vault, found):
        participant = _participant(dossier)
        made: MadeFacts = make(dossier, number)
        body = seal(vault.key(participant or NODE), made.body, _place(dossier.id))
        facts.append((dossier.id, participant, made.first_on, made.last_on, body))
        outside.extend((dossier.id, source) for source in dossier.outside)
    for piece in in_pieces(found):
        for table in (FACT, OUTSIDE, STALE):
            session.execute(delete(table).where(table.c.dossier.in_(piece)))
    insert_rows(session.connection(), FACT, facts)
    insert_rows(session.connection(), OUTSIDE, outside)


def read_facts(session: Session, vault: Vault, first: date, last: date) -> Iterator[tuple[str, bytes]]:
    """Dossier and packed facts of all that may count between two days, both included. Says nothing of stale ones.

    In the order of dossiers as the database sorts them. Raises ``RecordUnreadable``.
    """
    query = select(FACT.c.dossier, FACT.c.participant, FACT.c.body).where(
        FACT.c.first_on <= last, or_(FACT.c.last_on.is_(None), FACT.c.last_on >= first)
    )
    # A piece is opened while it is still in the processor's cache: reading 5,000 rows and opening them afterwards
    # took a third longer.
    for rows in session.execute(query.order_by(FACT.c.dossier)).partitions(IN_CACHE):
        keys = vault.keys(participant or NODE for _dossier, participant, _body in rows)
        for dossier, participant, body in rows:
            yield dossier, unseal(keys[participant or NODE], body, _place(dossier))


def _place(dossier: str) -> str:
    return f"fact|{dossier}"


def _participant(dossier: StoredDossier) -> str | None:
    people = dossier.documents.get("participant")
    return str(people[0]["id"]) if people else None


def _numbering(session: Session) -> Callable[[str, str], int]:
    """A function that gives the number of a code of an open dimension, the next one to a new code."""
    known = {(row.dimension, row.code): row.number for row in session.execute(select(LEVEL))}

    def number(dimension: str, code: str) -> int:
        found = known.get((dimension, code))
        if found is None:
            found = known[dimension, code] = 1 + sum(1 for seen, _code in known if seen == dimension)
            session.execute(insert(LEVEL).values(dimension=dimension, number=found, code=code))
        return found

    return number


def levels(session: Session) -> dict[str, dict[int, str]]:
    """The codes of open dimensions by their numbers: what unpacking needs."""
    found: dict[str, dict[int, str]] = {}
    for row in session.execute(select(LEVEL)):
        found.setdefault(row.dimension, {})[row.number] = row.code
    return found
