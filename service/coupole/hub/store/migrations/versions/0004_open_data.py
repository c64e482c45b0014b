"""Which datasets everybody may read: none, until somebody opens them."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.String()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A hub that opens its figures one by one."""
    op.create_table(
        "dataset_event",
        sa.Column("seq", NUMBER, nullable=False, autoincrement=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("dataset", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("licence", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_dataset_event"),
    )
