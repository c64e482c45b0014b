"""What a trustee keeps: rosters, keys of months, tabulations, certificates. No table of counts in any form.

An answer holds sums of random shares, until the next slot is released; of the people behind a cell one byte is kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, String, select, update
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from coupole import database
from coupole.database import Store, Utc, metadata
from coupole.errors import CoupoleError
from coupole.wire.keys import KeyRing


class TrusteeMigrationBroke(CoupoleError):
    """The new form of the trustee's database does not fit its contents; it was left as it was."""


@dataclass(frozen=True, slots=True)
class Trustee:
    """An open trustee. ``quorum``: fewest members ever added up; ``keys``: its key directory."""

    name: str
    quorum: int
    ring: KeyRing
    store: Store
    keys: Path


class TrusteeTable(SQLModel, registry=registry(metadata=metadata())):
    """The tables of a trustee, apart from those a hub or node in the same process may have."""


class Roster(TrusteeTable, table=True):
    """One version of the roster; only ever added to. ``digest``: SHA-256, which the next version names."""

    version: int = Field(primary_key=True)
    made_at: datetime = Field(sa_type=Utc)
    actor: str
    """Who made it; not in the document."""
    digest: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str


class Invitation(TrusteeTable, table=True):
    """A code that lets one node ask for admission; only its SHA-256."""

    digest: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=Utc)


class Application(TrusteeTable, table=True):
    """The description of a node that asked, waiting for a person."""

    node: str = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
    signature: str


class MonthKey(TrusteeTable, table=True):
    """The public half of a month's key; the private half is a file."""

    __tablename__ = "month_key"

    id: str = Field(primary_key=True)
    month: str
    public: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = Field(sa_type=Utc)
    destroyed_by: date
    destroyed_at: datetime | None = Field(sa_type=Utc)


class Tabulation(TrusteeTable, table=True):
    """What this trustee agreed to sum, with its signature."""

    id: str = Field(primary_key=True)
    population: str
    """Federation and population; of each the one of the highest epoch is in force."""
    epoch: int
    first_slot: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str


class Certificate(TrusteeTable, table=True):
    """How a slot ended, for ever: once, whatever the program believes.

    ``request``: SHA-256 of what was asked; ``answer``: empty once it is dropped.
    """

    tabulation: str = Field(primary_key=True)
    slot: str = Field(primary_key=True)
    number: int
    digest: str
    request: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str
    answer: bytes = Field(sa_type=LargeBinary)


class State(TrusteeTable, table=True):
    """The people behind the cells of a group: one byte a cell, from which nobody can be told."""

    tabulation: str = Field(primary_key=True)
    group: str = Field(sa_column=Column("group_name", String, primary_key=True))
    keys: bytes = Field(sa_type=LargeBinary)


ROSTER, MONTH_KEY, TABULATION, CERTIFICATE = (
    TrusteeTable.metadata.tables[name] for name in ("roster", "month_key", "tabulation", "certificate")
)


def open_store(url: str) -> Store:
    """Open a trustee's database, brought to the newest form. Raises ``TrusteeMigrationBroke``."""
    engine = database.engine(url)
    database.migrate(engine, database.migrations(Path(__file__).parent / "migrations"), TrusteeMigrationBroke)
    return Store(engine)


def newest(session: Session) -> Roster | None:
    """The roster in force."""
    return session.scalar(select(Roster).order_by(ROSTER.c.version.desc()).limit(1))


def members(roster: Roster | None) -> list[dict[str, Any]]:
    """The members a roster names."""
    found: list[dict[str, Any]] = json.loads(roster.body)["members"] if roster else []
    return found


def month_keys(session: Session) -> Sequence[MonthKey]:
    """The keys of all months, in order, destroyed ones too."""
    return session.scalars(select(MonthKey).order_by(MONTH_KEY.c.month, MONTH_KEY.c.made_at)).all()


def tabulations(session: Session) -> Sequence[Tabulation]:
    """All tabulations, of each population the newest last."""
    return session.scalars(select(Tabulation).order_by(TABULATION.c.population, TABULATION.c.epoch)).all()


def certificates(session: Session, tabulation: str | None = None) -> Sequence[Certificate]:
    """The certificates of one tabulation, or all, in order."""
    query = select(Certificate).order_by(CERTIFICATE.c.tabulation, CERTIFICATE.c.number)
    return session.scalars(query if tabulation is None else query.where(CERTIFICATE.c.tabulation == tabulation)).all()


def drop_answers(session: Session, tabulation: str) -> None:
    """Forget the sums of all slots so far."""
    session.execute(update(Certificate).where(CERTIFICATE.c.tabulation == tabulation).values(answer=b""))
