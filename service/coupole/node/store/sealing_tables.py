"""The tables of sealed totals: what was agreed with the federation, what left sealed, what the trustees certified.

Nothing exact stands here in plain: the ledger and the changes of each report are sealed under a key of the node's ring
(``statistics.ledger``), and what left is sealed by its making.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from coupole.database import Utc
from coupole.node.store.tables import NodeTable


class AgreedTabulation(NodeTable, table=True):
    """A tabulation that the hub proposed, and what was decided about it."""

    __tablename__ = "tabulation"

    id: str = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
    signature: str
    countersignatures: str
    """Of the trustees, in their order, separated by spaces."""
    client: str
    """The program that proposed it; no other is given reports."""
    proposed_at: datetime = Field(sa_type=Utc)
    state: str
    """proposed, accepted, declined, leaving or ended."""
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    decided_by: str | None = None
    ledger: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The state that was counted last, sealed; none before anything was."""


class SealedReport(NodeTable, table=True):
    """A report that was made for a slot: one for ever, the same bytes whenever it is asked for."""

    __tablename__ = "sealed_report"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    slot: str = Field(primary_key=True)
    kind: str
    seq: int
    made_at: datetime = Field(sa_type=Utc)
    report: str
    """The hash of its header, by which certificates name it."""
    body: bytes = Field(sa_type=LargeBinary)
    own: bytes = Field(sa_type=LargeBinary)
    """The ledger as it is once this report is counted, sealed."""
    change: bytes = Field(sa_type=LargeBinary)
    """The exact changes, sealed."""
    withheld: str
    """The indicators that reported no change because the workshop keeps them, separated by spaces."""
    outcome: str | None = None
    """counted, void, refused, left_out or replaced; none while no certificate is known."""
    reason: str | None = None
    certificate: int | None = None
    """The number of the first trustee's certificate of the slot."""


class Certificate(NodeTable, table=True):
    """A certificate of a trustee, checked; their chain has no gap."""

    __tablename__ = "certificate"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    trustee: str = Field(primary_key=True)
    """The identifier of the trustee's key."""
    number: int = Field(primary_key=True)
    slot: str
    sha256: str
    body: bytes = Field(sa_type=LargeBinary)
    signature: str


class FederationTables(NodeTable, table=True):
    """What the hub published of a slot, as it signed it: to compare ourselves with, on this machine."""

    __tablename__ = "federation_tables"

    tabulation: str = Field(primary_key=True, foreign_key="tabulation.id")
    slot: str = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
    """Compressed."""
    signature: str
    at: datetime = Field(sa_type=Utc)
