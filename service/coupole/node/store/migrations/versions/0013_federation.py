"""The federation this node belongs to."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.String()


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "federation",
        sa.Column("hub", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("keys", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("left_at", Utc(), nullable=True),
        sa.Column("left_by", TEXT, nullable=True),
        sa.Column("directory_keys", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("directory", sa.LargeBinary(), nullable=True),
        sa.Column("directory_signature", TEXT, nullable=False),
        sa.Column("pulls", TEXT, nullable=False),
        sa.Column("heard_at", Utc(), nullable=True),
        sa.Column("trouble", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("hub", name="pk_federation"),
    )
