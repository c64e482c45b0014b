"""What is counted and sealed, the reports and batches of each slot, the certificates and the sums."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.String()


def upgrade() -> None:
    """A hub that adds up sealed reports."""
    op.create_table(
        "tabulation",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tabulation"),
    )
    op.create_table(
        "countersignature",
        sa.Column("tabulation", TEXT, nullable=False),
        sa.Column("trustee", sa.Integer(), nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tabulation", "trustee", name="pk_countersignature"),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_countersignature_tabulation_tabulation"),
    )
    op.create_table(
        "sealed_report",
        sa.Column("tabulation", TEXT, nullable=False),
        sa.Column("slot", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("said", TEXT, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tabulation", "slot", "member", name="pk_sealed_report"),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_sealed_report_tabulation_tabulation"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_sealed_report_member_member"),
    )
    op.create_table(
        "batch",
        sa.Column("tabulation", TEXT, nullable=False),
        sa.Column("slot", TEXT, nullable=False),
        sa.Column("trustee", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("tabulation", "slot", "trustee", name="pk_batch"),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_batch_tabulation_tabulation"),
    )
    op.create_table(
        "certificate",
        sa.Column("tabulation", TEXT, nullable=False),
        sa.Column("trustee", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slot", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("tabulation", "trustee", "number", name="pk_certificate"),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_certificate_tabulation_tabulation"),
    )
    op.create_table(
        "sealed_sum",
        sa.Column("tabulation", TEXT, nullable=False),
        sa.Column("slot", TEXT, nullable=False),
        sa.Column("group_name", TEXT, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tabulation", "slot", "group_name", name="pk_sealed_sum"),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_sealed_sum_tabulation_tabulation"),
    )
    op.create_table(
        "sealed_publication",
        sa.Column("tabulation", TEXT, nullable=False),
        sa.Column("slot", TEXT, nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tabulation", "slot", name="pk_sealed_publication"),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name="fk_sealed_publication_tabulation_tabulation"),
    )
