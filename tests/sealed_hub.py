"""A hub's sealed totals for tests: a tabulation in force and a slot released, without members or trustees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from coupole.hub.collection import tabulating
from coupole.hub.publication import releasing
from coupole.hub.store import Store, sealed
from coupole.standard import catalogue
from coupole.standard.plans import Plan, PlannedTable
from coupole.wire.keys import KeyRing
from coupole.wire.tabulations import shape
from tests.margins import with_margins
from tests.small_hub import RING

CATALOGUE = catalogue.load("core", "1.0.0")
TRUSTEE = KeyRing.create({"sign": "ed25519"})
SEX = ("F", "M", "X", "U")
BANDS = ("lt18", "18_24", "25_29")
SLOT = "2026-02"


def planned(indicator: str, part: str, *by: tuple[str, tuple[str, ...]], exact: bool = False) -> PlannedTable:
    kind = "stock" if indicator == "S01" else "flow"
    return PlannedTable(indicator, part, kind, tuple(n for n, _ in by), tuple(levels for _, levels in by), exact)


FINE = (
    planned("S01", "count", ("sex", SEX), ("age_band", BANDS)),
    planned("F03", "count", ("sex", SEX)),
    planned("O01", "num", ("sex", SEX)),
    planned("O01", "den", ("sex", SEX)),
)
EXACT = (planned("F05", "count", ("age_band", BANDS), exact=True), planned("F05", "count", ("sex", SEX), exact=True))
PEOPLE = {
    "S01.count.sex.age_band": [10, 20, 30, 40, 50, 60, 0, 0, 0, 0, 0, 0],
    "F03.count.sex": [12, 8, 0, 0],
    "O01.num.sex": [30, 3, 0, 0],
    "O01.den.sex": [60, 4, 0, 0],
}


def counted(store: Store, *tables: PlannedTable, members: int = 25, values: Mapping[str, list[int]]) -> str:
    """A tabulation in force, and one slot released; ``values``: of each table its inner cells, margins follow."""
    with store.writing() as session:
        parties = [("The university", TRUSTEE.active("sign").public())]
        plan = Plan("core", "S01", tables)
        made = tabulating.make(session, RING.active("sign"), "The federation", CATALOGUE, plan, parties, SLOT)
        sealed.put_in_force(session, made.id)
        form = shape(sealed.document(made))
        whole = np.zeros(form.cells, np.int64)
        for placed in form.tables:
            if placed.table["id"] in values:
                inner = np.array(values[placed.table["id"]]).reshape([size - 1 for size in placed.sizes])
                whole[placed.first : placed.first + placed.size] = with_margins(inner).reshape(-1)
        sealed.keep_sum(session, made.id, SLOT, "all", members, whole)
        return made.id


def publish(store: Store) -> dict[str, object]:
    made = releasing.publish(store, RING.active("sign"), "The federation", SLOT, datetime(2026, 3, 10, tzinfo=UTC))
    found: dict[str, object] = json.loads(sealed.text(made))
    return found
