"""Letters on their way, who wants none, and the addresses of calendars."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Three new tables."""
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", Utc(), nullable=False),
        sa.Column("next_try_at", Utc(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_outbox_staff_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("staff", "week", name="uq_outbox_staff_week"),
    )
    op.create_index("ix_outbox_next_try_at", "outbox", ["next_try_at"])
    op.create_table(
        "unreminded",
        sa.Column("staff", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_unreminded_staff_staff"),
        sa.PrimaryKeyConstraint("staff", name="pk_unreminded"),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("read_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_calendar_feed_staff_staff"),
        sa.PrimaryKeyConstraint("staff", name="pk_calendar_feed"),
        sa.UniqueConstraint("sha256", name="uq_calendar_feed_sha256"),
    )
