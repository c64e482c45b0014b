"""Sealed totals: what was agreed, what left, what was certified."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three small tables."""
    op.create_table(
        "tabulation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("countersignatures", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("proposed_at", Utc(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", Utc(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("ledger", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tabulation"),
    )
    op.create_table(
        "sealed_report",
        sa.Column("tabulation", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("own", sa.LargeBinary(), nullable=False),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.Column("withheld", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("certificate", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_sealed_report_tabulation_tabulation"),
        sa.PrimaryKeyConstraint("tabulation", "slot", name="pk_sealed_report"),
    )
    op.create_table(
        "certificate",
        sa.Column("tabulation", sa.String(), nullable=False),
        sa.Column("trustee", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_certificate_tabulation_tabulation"),
        sa.PrimaryKeyConstraint("tabulation", "trustee", "number", name="pk_certificate"),
    )
