"""A hash chain for each of the two logs of people who work here; lines that stand there already are chained as well."""

import hashlib

import orjson
import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PLAIN = {
    "staff_event": ("seq", "at", "what", "staff", "actor", "how"),
    "opening": ("seq", "at", "staff", "accompaniment", "participant", "relation"),
}
KEPT_DAYS = 366
SQLITE_TRIGGERS = (
    """CREATE TRIGGER {log}_refuses_update BEFORE UPDATE ON {log}
    BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
    """CREATE TRIGGER {log}_refuses_delete BEFORE DELETE ON {log}
    WHEN OLD.at > datetime('now', '-{days} days')
    BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
)


def upgrade() -> None:
    """Columns, the chain of what is there, and the table that says where each begins and ends."""
    op.create_table(
        "log_end",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("cut_seq", sa.BigInteger(), nullable=False),
        sa.Column("cut_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", name="pk_log_end"),
    )
    for log in PLAIN:
        _loosen(log)
        for column in ("previous", "hash"):
            op.add_column(log, sa.Column(column, sa.LargeBinary(), nullable=True))
        _chain(log)
        with op.batch_alter_table(log) as table:
            for column in ("previous", "hash"):
                table.alter_column(column, existing_type=sa.LargeBinary(), nullable=False)
        _tighten(log)


def _chain(log: str) -> None:
    sealed = [sa.column("reason", sa.LargeBinary())] if log == "opening" else []
    made = [sa.column(name, sa.LargeBinary()) for name in ("previous", "hash")]
    plain = [sa.column(name, Utc()) if name == "at" else sa.column(name) for name in PLAIN[log]]
    table, connection = sa.table(log, *plain, *sealed, *made), op.get_bind()
    first = previous = hashlib.sha256(f"coupole log {log} 1".encode()).digest()
    seq = 0
    for row in connection.execute(sa.select(*plain, *sealed).order_by(table.c.seq)).all():
        found = row._mapping
        seq, at, *rest = (found[name] for name in PLAIN[log])
        reason = found.get("reason")
        written = orjson.dumps([seq, at.isoformat(), *rest, None if reason is None else len(reason)])
        digest = hashlib.sha256(b"".join((previous, written, reason or b""))).digest()
        connection.execute(table.update().where(table.c.seq == seq).values(previous=previous, hash=digest))
        previous = digest
    numbers = [sa.column(name, sa.BigInteger()) for name in ("cut_seq", "seq")]
    hashes = [sa.column(name, sa.LargeBinary()) for name in ("cut_hash", "hash")]
    ends = sa.table("log_end", sa.column("log"), *numbers, *hashes)
    op.execute(ends.insert().values(log=log, cut_seq=0, cut_hash=first, seq=seq, hash=previous))


def _loosen(log: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {log}_refuses_{verb}")
    else:
        op.execute(f"ALTER TABLE {log} DISABLE TRIGGER USER")
        op.execute(f"ALTER TABLE {log} ALTER COLUMN seq DROP DEFAULT")  # the chain numbers its lines, without a gap
        op.execute(f"DROP SEQUENCE {log}_seq_seq")


def _tighten(log: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in SQLITE_TRIGGERS:
            op.execute(trigger.format(log=log, days=KEPT_DAYS))
    else:
        op.execute(f"ALTER TABLE {log} ENABLE TRIGGER USER")
