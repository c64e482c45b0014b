"""What somebody typed into a form and could not be saved yet."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "draft",
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("participant", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("staff", "address", name="pk_draft"),
    )
    op.create_index("ix_draft_at", "draft", ["at"])
    op.create_index("ix_draft_participant", "draft", ["participant"])
