"""Invitations, nodes that asked, directories; and how each member stands."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.String()


def upgrade() -> None:
    """Members that were let go have left; all others are active."""
    op.create_table(
        "invitation",
        sa.Column("number", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("node", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_invitation"),
    )
    op.create_table(
        "application",
        sa.Column("node", TEXT, nullable=False),
        sa.Column("invitation", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_application"),
    )
    op.create_table(
        "directory",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_directory"),
    )
    op.add_column("member", sa.Column("state", TEXT, nullable=False, server_default="active"))
    member = sa.table("member", sa.column("active", sa.Boolean()), sa.column("state", TEXT))
    op.execute(member.update().where(member.c.active.is_(False)).values(state="left"))
