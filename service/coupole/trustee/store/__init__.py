"""What a trustee keeps: every version of its roster, as signed. The newest says who is admitted."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from coupole import database
from coupole.database import Store, Utc, metadata


class TrusteeTable(SQLModel, registry=registry(metadata=metadata())):
    """The tables of a trustee, apart from those a hub or node in the same process may have."""


class Roster(TrusteeTable, table=True):
    """One version of the roster; only ever added to."""

    __tablename__ = "roster"

    version: int = Field(primary_key=True)
    made_at: datetime = Field(sa_type=Utc)
    actor: str
    """Who admitted or removed a member; not in the document."""
    digest: str
    """SHA-256 of the signed bytes; the next version names it."""
    body: bytes = Field(sa_type=LargeBinary)
    signature: str


ROSTER = TrusteeTable.metadata.tables["roster"]


def open_store(url: str) -> Store:
    """Open a trustee's database; one table, made when it is not there."""
    engine = database.engine(url)
    with engine.execution_options(write=True).begin() as connection:
        TrusteeTable.metadata.create_all(connection)
    return Store(engine)


def newest(session: Session) -> Roster | None:
    """The roster in force; none before the first member."""
    return session.scalar(select(Roster).order_by(ROSTER.c.version.desc()).limit(1))


def version(session: Session, number: int) -> Roster | None:
    """One version of the roster."""
    return session.get(Roster, number)


def members(roster: Roster | None) -> list[dict[str, Any]]:
    """The members a roster names."""
    found: list[dict[str, Any]] = json.loads(roster.body)["members"] if roster else []
    return found
