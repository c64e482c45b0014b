"""The first tables, and the triggers that keep the journal as it was written."""

import hashlib

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.String()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE_TRIGGER = """CREATE TRIGGER journal_refuses_{verb} BEFORE {verb} ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END"""
POSTGRESQL_FUNCTION = """CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the journal only grows'; END $$"""
POSTGRESQL_TRIGGER = """CREATE TRIGGER journal_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses()"""


def upgrade() -> None:
    """An empty node."""
    _tables()
    _triggers()
    genesis = hashlib.sha256(b"coupole journal 1").digest()
    head = sa.table("head", sa.column("id"), sa.column("seq"), sa.column("hash", sa.LargeBinary()))
    op.execute(head.insert().values(id=1, seq=0, hash=genesis))


def _triggers() -> None:
    # Batch mode drops triggers without a word: a migration that changes the journal makes them again.
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE_TRIGGER.format(verb=verb))
    else:
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_TRIGGER)


def _tables() -> None:
    op.create_table(
        "assertion",
        sa.Column("client", TEXT, nullable=False),
        sa.Column("jti", TEXT, nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("client", "jti", name="pk_assertion"),
    )
    op.create_index("ix_assertion_expires_at", "assertion", ["expires_at"])
    op.create_table(
        "client",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("keys", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
    )
    op.create_table(
        "egress",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_egress"),
    )
    op.create_index("ix_egress_at", "egress", ["at"])
    op.create_table(
        "erasure",
        sa.Column("participant", TEXT, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("done_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("participant", name="pk_erasure"),
    )
    op.create_table(
        "fact",
        sa.Column("dossier", TEXT, nullable=False),
        sa.Column("participant", TEXT, nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("dossier", name="pk_fact"),
    )
    op.create_index("ix_fact_first_on", "fact", ["first_on"])
    op.create_index("ix_fact_participant", "fact", ["participant"])
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
    )
    op.create_table(
        "import_run",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("source_sha256", TEXT, nullable=False),
        sa.Column("mapping_sha256", TEXT, nullable=True),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("replaced", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
    )
    op.create_table(
        "journal",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("record", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("participant", TEXT, nullable=True),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("client", TEXT, nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_journal"),
        sa.UniqueConstraint("record", "revision", name="uq_journal_record_revision"),
    )
    op.create_table(
        "level",
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("dimension", "number", name="pk_level"),
        sa.UniqueConstraint("dimension", "code", name="uq_level_dimension_code"),
    )
    op.create_table(
        "outside",
        sa.Column("dossier", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "source", name="pk_outside"),
    )
    op.create_index("ix_outside_source", "outside", ["source"])
    op.create_table(
        "release",
        sa.Column("catalogue", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("catalogue", "version", "period", "revision", name="pk_release"),
    )
    op.create_table(
        "stale", sa.Column("dossier", TEXT, nullable=False), sa.PrimaryKeyConstraint("dossier", name="pk_stale")
    )
    op.create_table(
        "withheld",
        sa.Column("indicator", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("indicator", name="pk_withheld"),
    )
    op.create_table(
        "record",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("participant", TEXT, nullable=True),
        sa.Column("accompaniment", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=True),
        sa.Column("responsible", TEXT, nullable=True),
        sa.Column("organisation", TEXT, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["journal.seq"], name="fk_record_seq_journal"),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
    )
    op.create_index("ix_record_accompaniment_entity", "record", ["accompaniment", "entity"])
    op.create_index("ix_record_entity_id", "record", ["entity", "id"])
    op.create_index("ix_record_organisation", "record", ["organisation"])
    op.create_index("ix_record_participant", "record", ["participant"])
    op.create_index("ix_record_responsible", "record", ["responsible"])
    op.create_table(
        "token",
        sa.Column("jti", TEXT, nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name="fk_token_client_client"),
        sa.PrimaryKeyConstraint("jti", name="pk_token"),
    )
    op.create_index("ix_token_expires_at", "token", ["expires_at"])
