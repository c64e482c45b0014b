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
    "certificate": "tabulation:t slot:t number:n digest:t request:t body:b signature:t answer:b",
    "state": "tabulation:t group_name:t keys:b",
}
WIDE = ("certificate", "state")
"""Their first two columns are the key, of the others the first."""


def upgrade() -> None:
    """An empty trustee. The roster alone is older than the first migration."""
    there = sa.inspect(op.get_bind()).get_table_names()
    for name, said in TABLES.items():
        if name not in there:
            columns = [_column(*one.split(":")) for one in said.split()]
            key = [column.name for column in columns[: 1 + (name in WIDE)]]
            op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))


def _column(name: str, kind: str) -> sa.Column[Any]:
    return sa.Column(name, KINDS[kind[0]], nullable=kind.endswith("?"))
