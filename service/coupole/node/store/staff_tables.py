"""The tables of people who work with the desk: accounts, ways to sign in, sessions, and two logs that only grow.

No secret stands here in plain: passwords as Argon2id, TOTP secrets sealed under the node's own key, every code, session
and device as the SHA-256 of at least eighty bits of chance.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Column, Field

from coupole.database import Utc
from coupole.node.store.tables import NodeTable, Number


class Account(NodeTable, table=True):
    """Somebody who may sign in."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("login"), UniqueConstraint("oidc_issuer", "oidc_subject"))

    id: str = Field(primary_key=True)
    login: str
    """What they type to sign in; in small letters."""
    name: str
    role: str
    language: str
    actor: str | None = None
    """The document of this person among the professionals; by it files are theirs."""
    email: str | None = None
    created_at: datetime = Field(sa_type=Utc)
    disabled_at: datetime | None = Field(default=None, sa_type=Utc)
    password: str | None = None
    """Argon2id, PHC string."""
    totp: bytes | None = Field(default=None, sa_type=LargeBinary)
    totp_used: int | None = None
    """The last time step whose code was used: no code is good twice."""
    oidc_issuer: str | None = None
    oidc_subject: str | None = None


class StaffSession(NodeTable, table=True):
    """One signed-in browser."""

    __tablename__ = "staff_session"
    __table_args__ = (Index(None, "staff"),)

    sha256: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff.id")
    begun_at: datetime = Field(sa_type=Utc)
    seen_at: datetime = Field(sa_type=Utc)
    verified_at: datetime = Field(sa_type=Utc)
    """When they last proved who they are."""
    how: str
    device: str
    """Browser and system by a code of a closed list, for the person to recognise it."""


class Passkey(NodeTable, table=True):
    """A key in somebody's device."""

    __tablename__ = "staff_passkey"
    __table_args__ = (Index(None, "staff"),)

    id: str = Field(primary_key=True)
    """The credential's identifier, base64url."""
    staff: str = Field(foreign_key="staff.id")
    public_key: bytes = Field(sa_type=LargeBinary)
    counter: int
    name: str
    added_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)


class RecoveryCode(NodeTable, table=True):
    """A code in the place of a lost second factor; gone when it was used."""

    __tablename__ = "staff_recovery"
    __table_args__ = (Index(None, "staff"),)

    sha256: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff.id")


class OneTimeCode(NodeTable, table=True):
    """An invitation or a reset, by its hash; gone when it was used."""

    __tablename__ = "staff_code"
    __table_args__ = (Index(None, "staff"),)

    sha256: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff.id")
    purpose: str
    made_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)


class Step(NodeTable, table=True):
    """A sign-in half done: what one browser has shown so far, for some minutes."""

    __tablename__ = "staff_step"
    __table_args__ = (Index(None, "expires_at"),)

    sha256: str = Field(primary_key=True)
    kind: str
    body: bytes = Field(sa_type=LargeBinary)
    """Sealed: challenges, a chosen password's hash, a TOTP secret not yet confirmed."""
    expires_at: datetime = Field(sa_type=Utc)


class Device(NodeTable, table=True):
    """A browser somebody has signed in with before: a stranger's failures do not slow it down."""

    __tablename__ = "staff_device"
    __table_args__ = (Index(None, "staff"),)

    sha256: str = Field(primary_key=True)
    staff: str = Field(foreign_key="staff.id")
    made_at: datetime = Field(sa_type=Utc)


class Throttle(NodeTable, table=True):
    """How often somebody failed under one name, and until when the next try must wait."""

    __tablename__ = "staff_throttle"
    __table_args__ = (Index(None, "until"),)

    key: str = Field(primary_key=True)
    failures: int
    until: datetime = Field(sa_type=Utc)


class StaffEvent(NodeTable, table=True):
    """One sign-in, refusal or change of an account, by codes alone. Triggers refuse any change for a year."""

    __tablename__ = "staff_event"
    __table_args__ = (Index(None, "at"),)

    seq: int = Field(default=0, sa_column=Column(Number, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=Utc)
    what: str
    staff: str | None = None
    """Whose account it is about; none when no such account is there."""
    actor: str | None = None
    """Who did it, when it was somebody else."""
    how: str | None = None
    previous: bytes = Field(default=b"", sa_type=LargeBinary)
    """The hash of the line before; ``logs.append`` gives a line its number and both hashes."""
    hash: bytes = Field(default=b"", sa_type=LargeBinary)


class Opening(NodeTable, table=True):
    """Somebody opened a file: who, whose, when, why. Triggers refuse any change for a year."""

    __tablename__ = "opening"
    __table_args__ = (Index(None, "staff", "at"), Index(None, "participant"), Index(None, "at"))

    seq: int = Field(default=0, sa_column=Column(Number, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=Utc)
    staff: str
    accompaniment: str
    participant: str
    relation: str
    """assigned, team or other."""
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Sealed under the key of that person: it goes with them."""
    previous: bytes = Field(default=b"", sa_type=LargeBinary)
    """The hash of the line before; ``logs.append`` gives a line its number and both hashes."""
    hash: bytes = Field(default=b"", sa_type=LargeBinary)


class LogEnd(NodeTable, table=True):
    """Where each log begins and ends: the last line that was cleared away for its age, and the last there is."""

    __tablename__ = "log_end"

    log: str = Field(primary_key=True)
    """staff_event or opening."""
    cut_seq: int = Field(sa_type=BigInteger)
    cut_hash: bytes = Field(sa_type=LargeBinary)
    seq: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


STAFF_EVENT = NodeTable.metadata.tables["staff_event"]
OPENING = NodeTable.metadata.tables["opening"]
LOG_END = NodeTable.metadata.tables["log_end"]
