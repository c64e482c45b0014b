"""People who sign in, their sessions, and the logs of sign-ins and opened files."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.String()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

LOGS = ("staff_event", "opening")
KEPT_DAYS = 366
"""So long a row of a log can be neither changed nor deleted; afterwards the clearing of old rows may take it."""

SQLITE_UPDATE = """CREATE TRIGGER {log}_refuses_update BEFORE UPDATE ON {log}
    BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"""
SQLITE_DELETE = """CREATE TRIGGER {log}_refuses_delete BEFORE DELETE ON {log}
    WHEN OLD.at > datetime('now', '-{days} days')
    BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"""
POSTGRESQL_FUNCTION = """CREATE FUNCTION log_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
        IF OLD.at <= now() - interval '{days} days' THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION 'the log only grows'; END $$"""
POSTGRESQL_ROWS = """CREATE TRIGGER {log}_refuses_change BEFORE UPDATE OR DELETE ON {log}
    FOR EACH ROW EXECUTE FUNCTION log_refuses()"""
POSTGRESQL_ALL = """CREATE TRIGGER {log}_refuses_emptying BEFORE TRUNCATE ON {log}
    FOR EACH STATEMENT EXECUTE FUNCTION log_refuses()"""


def upgrade() -> None:
    """New tables alone."""
    _accounts()
    _ways_in()
    _halfway()
    _logs()
    _triggers()


def _triggers() -> None:
    # Batch mode drops triggers without a word: a migration that changes a log makes them again.
    if op.get_bind().dialect.name == "sqlite":
        made = [SQLITE_UPDATE, SQLITE_DELETE]
    else:
        op.execute(POSTGRESQL_FUNCTION.format(days=KEPT_DAYS))
        made = [POSTGRESQL_ROWS, POSTGRESQL_ALL]
    for log in LOGS:
        for trigger in made:
            op.execute(trigger.format(log=log, days=KEPT_DAYS))


def _accounts() -> None:
    op.create_table(
        "staff",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=True),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("disabled_at", Utc(), nullable=True),
        sa.Column("password", TEXT, nullable=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_used", sa.Integer(), nullable=True),
        sa.Column("oidc_issuer", TEXT, nullable=True),
        sa.Column("oidc_subject", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name="uq_staff_oidc_issuer_oidc_subject"),
    )
    op.create_table(
        "staff_session",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("staff", TEXT, nullable=False),
        sa.Column("begun_at", Utc(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
        sa.Column("verified_at", Utc(), nullable=False),
        sa.Column("how", TEXT, nullable=False),
        sa.Column("device", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_staff_session"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_session_staff_staff"),
    )
    op.create_index("ix_staff_session_staff", "staff_session", ["staff"])


def _ways_in() -> None:
    op.create_table(
        "staff_passkey",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("staff", TEXT, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_passkey"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_passkey_staff_staff"),
    )
    op.create_index("ix_staff_passkey_staff", "staff_passkey", ["staff"])
    op.create_table(
        "staff_recovery",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("staff", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_staff_recovery"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_recovery_staff_staff"),
    )
    op.create_index("ix_staff_recovery_staff", "staff_recovery", ["staff"])
    op.create_table(
        "staff_code",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("staff", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_staff_code"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_code_staff_staff"),
    )
    op.create_index("ix_staff_code_staff", "staff_code", ["staff"])


def _halfway() -> None:
    op.create_table(
        "staff_step",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_staff_step"),
    )
    op.create_index("ix_staff_step_expires_at", "staff_step", ["expires_at"])
    op.create_table(
        "staff_device",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("staff", TEXT, nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_staff_device"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_device_staff_staff"),
    )
    op.create_index("ix_staff_device_staff", "staff_device", ["staff"])
    op.create_table(
        "staff_throttle",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_staff_throttle"),
    )
    op.create_index("ix_staff_throttle_until", "staff_throttle", ["until"])


def _logs() -> None:
    op.create_table(
        "staff_event",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("staff", TEXT, nullable=True),
        sa.Column("actor", TEXT, nullable=True),
        sa.Column("how", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_staff_event"),
    )
    op.create_index("ix_staff_event_at", "staff_event", ["at"])
    op.create_table(
        "opening",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("staff", TEXT, nullable=False),
        sa.Column("accompaniment", TEXT, nullable=False),
        sa.Column("participant", TEXT, nullable=False),
        sa.Column("relation", TEXT, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_opening"),
    )
    op.create_index("ix_opening_staff_at", "opening", ["staff", "at"])
    op.create_index("ix_opening_participant", "opening", ["participant"])
    op.create_index("ix_opening_at", "opening", ["at"])
