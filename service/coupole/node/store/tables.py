"""Every table of a node.

``journal`` is the truth and only grows; ``record`` finds the living documents; ``fact`` is what the catalogue makes of
them and may be thrown away at any time. Nobody but ``write``, ``erase`` and ``facts`` of this room writes these three.

A table class accepts any value when it is made (SQLModel validates none of them): values are checked before they come
here, by ``coupole.standard`` or by the settings.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Column, Field, SQLModel

from coupole.database import Utc, metadata


class NodeTable(SQLModel, registry=registry(metadata=metadata())):
    """The tables of a node, apart from those a hub in the same process may have."""


Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER column


class Journal(NodeTable, table=True):
    """One row for each version of each document, in the order they were accepted. Triggers refuse any change."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("record", "revision"),)

    seq: int = Field(sa_column=Column(Number, primary_key=True, autoincrement=False))
    entity: str
    record: str
    revision: int
    kind: str
    """put, delete or erase."""
    participant: str | None
    """Whose document it is, and whose key it is under; none = the node's own key."""
    actor: str
    """Who did it: a staff account, or the client itself."""
    client: str | None
    """The software that asked, when it was not our own pages or commands."""
    at: datetime = Field(sa_type=Utc)
    reason: bytes | None = Field(sa_type=LargeBinary)
    """Sealed: people write names into reasons."""
    body: bytes | None = Field(sa_type=LargeBinary)
    """The whole document as accepted, canonical JSON, sealed under that key."""
    previous: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)


class Head(NodeTable, table=True):
    """The end of the journal, one row; whoever writes locks it, so numbers have no gap and the chain no fork."""

    __tablename__ = "head"

    id: int = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class Record(NodeTable, table=True):
    """One row for each living document: where its text stands in the journal, and what lists and rules look for."""

    __tablename__ = "record"
    __table_args__ = (
        Index(None, "entity", "id"),
        Index(None, "accompaniment", "entity"),
        Index(None, "participant"),
        Index(None, "organisation"),
        Index(None, "responsible"),
    )

    id: str = Field(primary_key=True)
    entity: str
    seq: int = Field(sa_column=Column(Number, ForeignKey("journal.seq"), nullable=False))
    revision: int
    updated_at: datetime = Field(sa_type=Utc)
    participant: str | None
    accompaniment: str | None
    status: str | None
    responsible: str | None
    organisation: str | None
    starts_on: date | None
    ends_on: date | None
    due_on: date | None


class FactRow(NodeTable, table=True):
    """What the catalogue makes of one dossier, packed and sealed under its owner's key."""

    __tablename__ = "fact"
    __table_args__ = (Index(None, "participant"), Index(None, "first_on"))

    dossier: str = Field(primary_key=True)
    participant: str | None
    first_on: date | None
    last_on: date | None
    """The last day any of its facts counts for; none = still open."""
    body: bytes = Field(sa_type=LargeBinary)


class Outside(NodeTable, table=True):
    """A document outside a dossier that its facts were made with: when it changes, they are stale."""

    __tablename__ = "outside"
    __table_args__ = (Index(None, "source"),)

    dossier: str = Field(primary_key=True)
    source: str = Field(primary_key=True)


class Stale(NodeTable, table=True):
    """A dossier whose facts are older than its documents."""

    __tablename__ = "stale"

    dossier: str = Field(primary_key=True)


class Level(NodeTable, table=True):
    """The number under which packed facts keep a code of an open list (a programme, an operation)."""

    __tablename__ = "level"
    __table_args__ = (UniqueConstraint("dimension", "code"),)

    dimension: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    code: str


class Client(NodeTable, table=True):
    """A program that may ask for tokens; registered by a person at the node."""

    __tablename__ = "client"

    id: str = Field(primary_key=True)
    name: str
    keys: str
    """Its public keys, a JSON Web Key Set."""
    scopes: str
    """What it may ask for at most, separated by spaces."""
    enabled: bool
    created_at: datetime = Field(sa_type=Utc)


class Token(NodeTable, table=True):
    """An access token that was issued, by its identifier alone; the token itself is never kept."""

    __tablename__ = "token"
    __table_args__ = (Index(None, "expires_at"),)

    jti: str = Field(primary_key=True)
    client: str = Field(foreign_key="client.id")
    scope: str
    expires_at: datetime = Field(sa_type=Utc)
    revoked: bool


class Assertion(NodeTable, table=True):
    """An identifier a client's assertion used up; kept until the assertion would have expired."""

    __tablename__ = "assertion"
    __table_args__ = (Index(None, "expires_at"),)

    client: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=Utc)


class Release(NodeTable, table=True):
    """A release as it was signed; its bytes never change, the next revision replaces it."""

    __tablename__ = "release"

    catalogue: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    cause: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str
    journal_seq: int = Field(sa_type=BigInteger)
    """The last journal row it was counted from: the same figures can be made again."""
    frozen_at: datetime = Field(sa_type=Utc)


class Withheld(NodeTable, table=True):
    """An indicator the people of this workshop decided to keep to themselves."""

    __tablename__ = "withheld"

    indicator: str = Field(primary_key=True)
    actor: str
    at: datetime = Field(sa_type=Utc)


class Egress(NodeTable, table=True):
    """One thing that left this node: when, to whom, and the hash of the very bytes."""

    __tablename__ = "egress"
    __table_args__ = (Index(None, "at"),)

    seq: int | None = Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Utc)
    client: str
    what: str
    period: str | None = None
    revision: int | None = None
    sha256: str
    size: int


class Erasure(NodeTable, table=True):
    """A person who was forgotten: their id and two moments, the minimal proof. Open until the key is destroyed."""

    __tablename__ = "erasure"

    participant: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Utc)
    done_at: datetime | None = Field(default=None, sa_type=Utc)


class ImportRun(NodeTable, table=True):
    """An import and how far it came, so that a stopped one goes on where it was."""

    __tablename__ = "import_run"

    id: str = Field(primary_key=True)
    source_sha256: str
    mapping_sha256: str | None = None
    actor: str
    started_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    rows_done: int = 0
    created: int = 0
    replaced: int = 0
    unchanged: int = 0
    refused: int = 0


class Setup(NodeTable, table=True):
    """The code for the first log-in, by its hash; one row at most, gone when it was used."""

    __tablename__ = "setup_code"

    sha256: str = Field(primary_key=True)
    made_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)


class FileVisit(NodeTable, table=True):
    """Up to where a member of staff has seen a file, as numbers of journal rows."""

    __tablename__ = "file_visit"

    staff: str = Field(primary_key=True)
    accompaniment: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger)
    """The last row of the journal when the visit before this one ended."""
    seen: int = Field(sa_type=BigInteger)
    """The last row of the journal when the file was opened last."""
    at: datetime = Field(sa_type=Utc)


class Draft(NodeTable, table=True):
    """What somebody typed into a form and could not be saved yet."""

    __tablename__ = "draft"
    __table_args__ = (Index(None, "at"), Index(None, "participant"))

    staff: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    """The page it was typed in."""
    participant: str | None
    """Whose key it is under; none = the node's own."""
    body: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Utc)


JOURNAL, HEAD, RECORD, FACT, OUTSIDE, STALE, LEVEL, CLIENT, TOKEN, ASSERTION, ERASURE, DRAFT = (
    NodeTable.metadata.tables[name]
    for name in (
        "journal",
        "head",
        "record",
        "fact",
        "outside",
        "stale",
        "level",
        "client",
        "token",
        "assertion",
        "erasure",
        "draft",
    )
)
"""The same tables for statements over many rows, where an object for each would cost more than the work."""
