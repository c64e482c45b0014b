"""The federation this node belongs to: the hub it asked, the keys a person compared, its directory and its verdict."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, col, select

from coupole.database import Utc
from coupole.node.store.tables import NodeTable

LEFT = "left"


class Federation(NodeTable, table=True):
    """A hub that this node asked for membership; one that was left stays, for what is known of it."""

    __tablename__ = "federation"

    hub: str = Field(primary_key=True)
    """Its address."""
    name: str
    client: str
    """The name under which it signs in here."""
    body: bytes = Field(sa_type=LargeBinary)
    """How it introduced itself, as signed."""
    signature: str
    keys: str
    """The keys it signs with, a JSON Web Key Set; a person compared the first of them."""
    fingerprint: str
    state: str
    """waiting, active, blocked, leaving or left: as the hub says, but for the last two, which are decided here."""
    asked_at: datetime = Field(sa_type=Utc)
    asked_by: str
    left_at: datetime | None = Field(default=None, sa_type=Utc)
    left_by: str | None = None
    directory_keys: str
    """The keys its directories are signed with, a JSON Web Key Set."""
    number: int = 0
    """Of the last directory that was taken; 0 before the first."""
    directory: bytes | None = Field(default=None, sa_type=LargeBinary)
    directory_signature: str = ""
    pulls: str = "[]"
    """What the hub said of the last times it asked us, a JSON list."""
    heard_at: datetime | None = Field(default=None, sa_type=Utc)
    """When the hub answered last."""
    trouble: str = ""
    """The code of why it did not when it was asked last."""


def current(session: Session) -> Federation | None:
    """The federation this node belongs to, or asked to belong to."""
    query = select(Federation).where(Federation.state != LEFT).order_by(col(Federation.asked_at).desc())
    return session.exec(query).first()
