"""The tables of joining: who was invited, who asked, and every directory of the federation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from coupole.database import Utc
from coupole.hub.store.tables import HubTable


class Invitation(HubTable, table=True):
    """A code that lets one node ask for membership, once; only the hash of its secret is kept."""

    __tablename__ = "invitation"

    number: str = Field(primary_key=True)
    name: str
    """Whom it is for, as the operator wrote it."""
    digest: str
    actor: str
    made_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    attempts: int = 0
    """How often it was tried with a wrong secret."""
    node: str = ""
    """Who used it; empty until then."""
    fingerprint: str = ""
    """Of the key that node signed with."""


class Application(HubTable, table=True):
    """A node that asked with a good code, waiting for a person."""

    __tablename__ = "application"

    node: str = Field(primary_key=True)
    invitation: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str
    asked_at: datetime = Field(sa_type=Utc)


class HubDirectory(HubTable, table=True):
    """A directory as it was signed; the highest number is in force."""

    __tablename__ = "directory"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    made_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    actor: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str


INVITATION, APPLICATION, DIRECTORY = (
    HubTable.metadata.tables[name] for name in ("invitation", "application", "directory")
)
