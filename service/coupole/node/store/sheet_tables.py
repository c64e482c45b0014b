"""The tables of spreadsheets that wait to be brought in, and of what was decided about tables of their shape.

Nothing a spreadsheet holds stands here in plain, its name included. Each spreadsheet has a key of its own in the
vault; when it is done with, that key is destroyed and what backups hold of it is dead.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from coupole.database import Utc
from coupole.node.store.tables import NodeTable


class Sheet(NodeTable, table=True):
    """A spreadsheet that somebody brought and that is not done with."""

    __tablename__ = "sheet"
    __table_args__ = (Index(None, "expires_at"),)

    id: str = Field(primary_key=True)
    owner: str
    """Whose key it is under in the vault: a name of its own, another one after each erasure that touched it."""
    actor: str
    made_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    state: str
    """matching (its columns), checked (its rows), writing, done."""
    worked_at: datetime | None = Field(default=None, sa_type=Utc)
    """When whoever writes its rows was last heard of."""
    writing: int = 0
    """How often its rows were written: each time is an import run of its own."""
    told: bytes = Field(sa_type=LargeBinary)
    """Its name, its heading and what was decided about it, sealed."""
    file: bytes | None = Field(default=None, sa_type=LargeBinary)
    """All its sheets as they were read, sealed; only until its rows stand by themselves."""


class SheetRow(NodeTable, table=True):
    """One row of it, and what writing it would do."""

    __tablename__ = "sheet_row"
    __table_args__ = (Index(None, "participant"),)

    sheet: str = Field(primary_key=True, foreign_key="sheet.id")
    number: int = Field(primary_key=True)
    participant: str | None = None
    """The person it is about, by the id they have or would get."""
    outcome: str
    """created, replaced, unchanged, refused."""
    ticked: bool
    body: bytes = Field(sa_type=LargeBinary)
    """Its cells and what was found about them, sealed."""


class SheetShape(NodeTable, table=True):
    """What was decided about tables with the same columns, for the next one; sealed under the node's own key."""

    __tablename__ = "sheet_shape"

    shape: str = Field(primary_key=True)
    saved_at: datetime = Field(sa_type=Utc)
    body: bytes = Field(sa_type=LargeBinary)


class SpentKey(NodeTable, table=True):
    """A key of the vault that nothing needs any more and that is still to be destroyed."""

    __tablename__ = "spent_key"

    owner: str = Field(primary_key=True)


SHEET_ROW, SPENT_KEY = (NodeTable.metadata.tables[name] for name in ("sheet_row", "spent_key"))
"""The same tables for statements over many rows."""
