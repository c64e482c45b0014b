"""The tables of sealed totals: what is counted, what members sealed, what came back of it.

A report is a random share: it says nothing without its other half, which only the trustee can open. What can be read
is ``sealed_sum`` alone, the total of a whole group.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary, String
from sqlmodel import Field

from coupole.database import Utc
from coupole.hub.store.tables import HubTable


class Tabulation(HubTable, table=True):
    """What is counted and sealed. In force once every trustee it names has countersigned it."""

    __tablename__ = "tabulation"

    id: str = Field(primary_key=True)
    """SHA-256 of the document."""
    body: bytes = Field(sa_type=LargeBinary)
    signature: str
    """The hub's own."""
    made_at: datetime = Field(sa_type=Utc)
    in_force: bool
    """The newest of a federation is; one before it only carries what is open."""


class Countersignature(HubTable, table=True):
    """That a trustee read a tabulation and agrees to sum it. ``trustee``: its place in the tabulation."""

    __tablename__ = "countersignature"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    trustee: int = Field(primary_key=True)
    issuer: str
    """Address of the trustee."""
    signature: str


class SealedReport(HubTable, table=True):
    """What a member sealed for a slot, as it came, or why there is none."""

    __tablename__ = "sealed_report"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    slot: str = Field(primary_key=True)
    member: str = Field(primary_key=True, foreign_key="member.id")
    reason: str
    """Code of the reason why there is none; empty when there is one."""
    said: str
    """The reason in the member's own words: a stranger's text."""
    at: datetime = Field(sa_type=Utc)
    body: bytes = Field(sa_type=LargeBinary)
    """The packed report; empty when there is none. The next pull hands back the member's own part of it."""


class Batch(HubTable, table=True):
    """The one request a slot is summed with, kept before it is sent: sent again, it must be the same bytes."""

    __tablename__ = "batch"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    slot: str = Field(primary_key=True)
    trustee: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
    signature: str
    made_at: datetime = Field(sa_type=Utc)


class Certificate(HubTable, table=True):
    """What a trustee certified of a slot: whom it counted, or that the slot is void."""

    __tablename__ = "certificate"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    trustee: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    slot: str
    outcome: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str
    answer: bytes = Field(sa_type=LargeBinary)
    """Its half of the sums, and of the key sums if another trustee adds the noise; JSON."""
    received_at: datetime = Field(sa_type=Utc)


class SealedSum(HubTable, table=True):
    """What a slot changed in each cell of a group: exact but for the trustee's noise. The release of that slot."""

    __tablename__ = "sealed_sum"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    slot: str = Field(primary_key=True)
    group: str = Field(sa_column=Column("group_name", String, primary_key=True))
    members: int
    body: bytes = Field(sa_type=LargeBinary)
    """64-bit integers, little-endian, in the order of the tabulation; zlib."""


class SealedPublication(HubTable, table=True):
    """What everybody may read of a slot; never replaced."""

    __tablename__ = "sealed_publication"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    slot: str = Field(primary_key=True)
    made_at: datetime = Field(sa_type=Utc)
    body: bytes = Field(sa_type=LargeBinary)
    """The signed bytes, zlib."""
    signature: str


TABULATION, COUNTERSIGNATURE, SEALED_REPORT, BATCH, CERTIFICATE, SEALED_SUM, SEALED_PUBLICATION = (
    HubTable.metadata.tables[name]
    for name in (
        "tabulation",
        "countersignature",
        "sealed_report",
        "batch",
        "certificate",
        "sealed_sum",
        "sealed_publication",
    )
)
