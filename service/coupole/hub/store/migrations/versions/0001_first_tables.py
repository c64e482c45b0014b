"""The first tables of a hub."""

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.String()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """An empty hub."""
    op.create_table(
        "coverage",
        sa.Column("catalogue", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("indicator", TEXT, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("withheld", sa.Integer(), nullable=False),
        sa.Column("too_few", sa.Integer(), nullable=False),
        sa.Column("not_reported", sa.Integer(), nullable=False),
        sa.Column("not_settled", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("nodes", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("catalogue", "version", "period", "indicator", name="pk_coverage"),
    )
    op.create_table(
        "layout",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_layout"),
        sa.UniqueConstraint("digest", name="uq_layout_digest"),
    )
    op.create_table(
        "member",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("keys", TEXT, nullable=False),
        sa.Column("descriptor", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("issuer", name="uq_member_issuer"),
    )
    op.create_table(
        "member_event",
        sa.Column("seq", NUMBER, nullable=False, autoincrement=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_member_event"),
    )
    op.create_index("ix_member_event_member", "member_event", ["member"])
    op.create_table(
        "publication",
        sa.Column("catalogue", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("catalogue", "version", "period", "revision", name="pk_publication"),
    )
    op.create_table(
        "round",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("catalogue", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
    )
    op.create_index("ix_round_period", "round", ["period"])
    op.create_table(
        "figure",
        sa.Column("catalogue", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("indicator", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Integer(), nullable=False),
        sa.Column("bound", sa.BigInteger(), nullable=False),
        sa.Column("variance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "catalogue",
            "version",
            "period",
            "indicator",
            "dimension",
            "code",
            "part",
            name="pk_figure",
        ),
        sa.ForeignKeyConstraint(
            ["catalogue", "version", "period", "indicator"],
            ["coverage.catalogue", "coverage.version", "coverage.period", "coverage.indicator"],
            name="fk_figure_catalogue_version_period_indicator_coverage",
        ),
    )
    op.create_index("ix_figure_indicator_period", "figure", ["indicator", "period"])
    op.create_table(
        "release",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("catalogue", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("etag", TEXT, nullable=False),
        sa.Column("frozen_at", TEXT, nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_release_member_member"),
        sa.UniqueConstraint(
            "member",
            "period",
            "catalogue",
            "version",
            "revision",
            name="uq_release_member_period_catalogue_version_revision",
        ),
    )
    op.create_index("ix_release_period_member", "release", ["period", "member"])
    op.create_table(
        "outcome",
        sa.Column("round", NUMBER, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("params", TEXT, nullable=False),
        sa.Column("findings", TEXT, nullable=False),
        sa.Column("said", TEXT, nullable=False),
        sa.Column("release", NUMBER, nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("round", "member", name="pk_outcome"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_outcome_member_member"),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name="fk_outcome_release_release"),
        sa.ForeignKeyConstraint(["round"], ["round.id"], name="fk_outcome_round_round"),
    )
    op.create_table(
        "release_values",
        sa.Column("release", NUMBER, nullable=False),
        sa.Column("layout", NUMBER, nullable=False),
        sa.Column("variance", sa.Integer(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("states", sa.LargeBinary(), nullable=False),
        sa.Column("bounds", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("release", name="pk_release_values"),
        sa.ForeignKeyConstraint(["layout"], ["layout.id"], name="fk_release_values_layout_layout"),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name="fk_release_values_release_release"),
    )
