"""Up to where each member of staff has seen a file."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "file_visit",
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("accompaniment", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("staff", "accompaniment", name="pk_file_visit"),
    )
