"""What the federation published, to compare with."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "federation_tables",
        sa.Column("tabulation", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_federation_tables_tabulation_tabulation"),
        sa.PrimaryKeyConstraint("tabulation", "slot", name="pk_federation_tables"),
    )
