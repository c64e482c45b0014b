"""The tables of reminders: letters on their way, and addresses of calendars that only their owner knows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Column, Field

from coupole.database import Utc
from coupole.node.store.tables import NodeTable, Number


class Letter(NodeTable, table=True):
    """An e-mail to somebody of the staff: written here first, so that a mail server that is away loses none."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("staff", "week"), Index(None, "next_try_at"))

    id: int | None = Field(default=None, sa_column=Column(Number, primary_key=True, autoincrement=True))
    staff: str = Field(foreign_key="staff.id")
    week: str
    """The ISO week it is about, ``2026-W48``: nobody gets two for one week."""
    recipient: str
    subject: str
    text: str
    """Initials and dates; no name, no address of a participant."""
    written_at: datetime = Field(sa_type=Utc)
    next_try_at: datetime | None = Field(sa_type=Utc)
    """When it is tried (again); none once it was sent or given up."""
    tries: int = 0
    failure: str | None = None
    """Why the last try failed, a code."""
    sent_at: datetime | None = Field(default=None, sa_type=Utc)


class Unreminded(NodeTable, table=True):
    """Somebody who wants no weekly letter."""

    __tablename__ = "unreminded"

    staff: str = Field(primary_key=True, foreign_key="staff.id")


class Feed(NodeTable, table=True):
    """The secret address of somebody's calendar, by its hash; one for each person, none once it was taken back."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("sha256"),)

    staff: str = Field(primary_key=True, foreign_key="staff.id")
    sha256: str
    made_at: datetime = Field(sa_type=Utc)
    read_at: datetime | None = Field(default=None, sa_type=Utc)
