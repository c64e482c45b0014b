"""The first tables of a trustee."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from coupole.database import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KINDS: dict[str, Any] = {"t": sa.String(), "n": sa.Integer(), "b": sa.LargeBinary(), "u": Utc(), "d": sa.Date()}
TABLES = {
    "roster": "version:n made_at:u actor:t digest:t body:b signature:t",
    "invitation": "digest:t expires_at:u",
    "application": "node:t body:b signature:t",
    "month_key": "id:t month:t public:b made_at:u destroyed_by:d destroyed_at:u?",
    "tabulation": "id:t population:t epoch:n first_slot:t body:b signature:t",
    "certificate": "tabulation:t number:n slot:t outcome:t digest:t request:t body:b signature:t answer:b",
    "state": "tabulation:t group_name:t keys:b",
}
OF_A_TABULATION = ("certificate", "state")


def upgrade() -> None:
    """An empty trustee. The roster alone is older than the first migration."""
    there = sa.inspect(op.get_bind()).get_table_names()
    for name, columns in TABLES.items():
        if name not in there:
            op.create_table(name, *map(_column, columns.split()), *_constraints(name, columns))


def _column(said: str) -> sa.Column[Any]:
    name, _, kind = said.partition(":")
    return sa.Column(name, KINDS[kind[0]], nullable=kind.endswith("?"))


def _constraints(name: str, columns: str) -> list[sa.Constraint]:
    first = [said.partition(":")[0] for said in columns.split()[:2]]
    if name not in OF_A_TABULATION:
        return [sa.PrimaryKeyConstraint(first[0], name=f"pk_{name}")]
    made: list[sa.Constraint] = [
        sa.PrimaryKeyConstraint(*first, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["tabulation"], ["tabulation.id"], name=f"fk_{name}_tabulation_tabulation"),
    ]
    if name == "certificate":  # a slot ends once, whatever the program believes
        made.append(sa.UniqueConstraint("tabulation", "slot", name="uq_certificate_tabulation_slot"))
    return made
