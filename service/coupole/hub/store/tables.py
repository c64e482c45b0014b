"""Every table of a hub.

``release`` is the evidence, the very bytes each member signed; ``figure``, ``coverage`` and ``publication`` are made of
it and can be made again. A round's outcomes and the releases are the truth about who is missing, nothing else is.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Column, Field, SQLModel

from coupole.database import Utc, metadata


class HubTable(SQLModel, registry=registry(metadata=metadata())):
    """The tables of a hub, apart from those a node in the same process may have."""


Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER column


class Member(HubTable, table=True):
    """An organisation of the federation, with the keys a person confirmed."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("issuer"),)

    id: str = Field(primary_key=True)
    """The short name of its node."""
    name: str
    issuer: str
    country: str
    active: bool
    """Whether it is asked for its figures, and they are in the totals."""
    state: str = Field(default="active", sa_column_kwargs={"server_default": "active"})
    """active, blocked, leaving (its closing report is still to come) or left."""
    keys: str
    """The keys its documents are checked with, a JSON Web Key Set."""
    descriptor: bytes = Field(sa_type=LargeBinary)
    signature: str
    added_at: datetime = Field(sa_type=Utc)


class MemberEvent(HubTable, table=True):
    """Something a person decided about a member; only ever added to."""

    __tablename__ = "member_event"
    __table_args__ = (Index(None, "member"),)

    seq: int | None = Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Utc)
    member: str
    what: str
    """added, renewed, keys_renewed, keys_changed, blocked, unblocked, leaving, left, removed or declined."""
    actor: str
    fingerprint: str


class Round(HubTable, table=True):
    """One collection: all members asked for one period."""

    __tablename__ = "round"
    __table_args__ = (Index(None, "period"),)

    id: int | None = Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))
    catalogue: str
    version: str
    period: str
    started_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


class Outcome(HubTable, table=True):
    """What came of asking one member in one round; ``open`` until then, so a stopped round knows where to go on."""

    __tablename__ = "outcome"

    round: int = Field(sa_column=Column(Number, ForeignKey("round.id"), primary_key=True))
    member: str = Field(primary_key=True, foreign_key="member.id")
    kind: str
    """open, answered, refused, withheld, unreachable or invalid."""
    reason: str = ""
    """Code of the reason; its words are in ``schema/v1/problems``."""
    params: str = "{}"
    """What the words need, a JSON object of texts and numbers."""
    findings: str = "[]"
    """What exactly is wrong with a release that was refused: codes and JSON pointers, a JSON list."""
    said: str = ""
    """The reason in the member's own words, when it gave one: a stranger's text."""
    release: int | None = Field(default=None, sa_column=Column(Number, ForeignKey("release.id")))
    at: datetime = Field(sa_type=Utc)


class Layout(HubTable, table=True):
    """The order in which figures stand in packed releases; the many members of one catalogue share few."""

    __tablename__ = "layout"
    __table_args__ = (UniqueConstraint("digest"),)

    id: int | None = Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))
    digest: str
    body: bytes = Field(sa_type=LargeBinary)
    """Indicators, parts, margins and codes; JSON, zlib."""


class Release(HubTable, table=True):
    """What a member signed, as it came. Never changed; a later revision stands beside it."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("member", "period", "catalogue", "version", "revision"),
        Index(None, "period", "member"),
    )

    id: int | None = Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))
    member: str = Field(foreign_key="member.id")
    period: str
    catalogue: str
    version: str
    revision: int
    digest: str
    signature: str
    etag: str
    frozen_at: str
    reported: int
    """Indicators it shows figures of; 0 when the member keeps all to itself."""
    received_at: datetime = Field(sa_type=Utc)
    body: bytes = Field(sa_type=LargeBinary)
    """The signed bytes, zlib."""


class ReleaseValues(HubTable, table=True):
    """The figures of a release, packed in the order of its layout, so that adding up reads little."""

    __tablename__ = "release_values"

    release: int = Field(sa_column=Column(Number, ForeignKey("release.id"), primary_key=True, autoincrement=False))
    layout: int = Field(sa_column=Column(Number, ForeignKey("layout.id"), nullable=False))
    variance: int
    values: bytes = Field(sa_type=LargeBinary)
    """64-bit integers, little-endian, zlib."""
    states: bytes = Field(sa_type=LargeBinary)
    """One byte a figure: 0 zero, 1 perturbed, 2 withheld; zlib."""
    bounds: bytes = Field(sa_type=LargeBinary)
    """How far each exact figure can be from the shown one; as ``values``."""


class Publication(HubTable, table=True):
    """What was published of a period; a later revision replaces it and says why."""

    __tablename__ = "publication"

    catalogue: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    members: int
    answered: int
    made_at: datetime = Field(sa_type=Utc)
    digest: str
    """SHA-256 of the figures; the same figures are not published twice."""
    body: bytes = Field(sa_type=LargeBinary)
    """The signed bytes, zlib."""
    signature: str


class Coverage(HubTable, table=True):
    """Of how many members one indicator of the newest publication of a period speaks."""

    __tablename__ = "coverage"

    catalogue: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    members: int
    reported: int
    not_applicable: int
    withheld: int
    too_few: int
    not_reported: int
    not_settled: int
    """Members of which a later release will hold it."""
    missing: int
    nodes: str
    """Short names of the members it speaks of, a JSON list."""


class Figure(HubTable, table=True):
    """One total of the newest publication of a period, made anew for the whole period each time."""

    __tablename__ = "figure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["catalogue", "version", "period", "indicator"],
            ["coverage.catalogue", "coverage.version", "coverage.period", "coverage.indicator"],
        ),
        Index(None, "indicator", "period"),
    )

    catalogue: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)
    shown: int
    """Members whose figure is in ``value``."""
    hidden: int
    """Members that hide theirs to protect people."""
    bound: int = Field(sa_type=BigInteger)
    variance: int = Field(sa_type=BigInteger)


MEMBER, EVENT, ROUND, OUTCOME, LAYOUT, RELEASE, RELEASE_VALUES, PUBLICATION, COVERAGE, FIGURE = (
    HubTable.metadata.tables[name]
    for name in (
        "member",
        "member_event",
        "round",
        "outcome",
        "layout",
        "release",
        "release_values",
        "publication",
        "coverage",
        "figure",
    )
)
"""The same tables for statements: their columns are columns to the type checker, and rows come without objects."""
