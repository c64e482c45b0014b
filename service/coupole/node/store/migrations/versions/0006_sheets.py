"""Spreadsheets that wait to be brought in, and what was decided about tables of their shape."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four new tables."""
    op.create_table(
        "sheet",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("worked_at", Utc(), nullable=True),
        sa.Column("writing", sa.Integer(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sheet"),
    )
    op.create_index("ix_sheet_expires_at", "sheet", ["expires_at"])
    op.create_table(
        "sheet_row",
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("participant", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ticked", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["sheet.id"], name="fk_sheet_row_sheet_sheet"),
        sa.PrimaryKeyConstraint("sheet", "number", name="pk_sheet_row"),
    )
    op.create_index("ix_sheet_row_participant", "sheet_row", ["participant"])
    op.create_table(
        "sheet_shape",
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("saved_at", Utc(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shape", name="pk_sheet_shape"),
    )
    op.create_table(
        "spent_key",
        sa.Column("owner", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_spent_key"),
    )
