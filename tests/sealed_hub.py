"""A hub's sealed totals for tests: a tabulation in force and a slot released, without members or trustees."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from coupole.hub.collection import tabulating
from coupole.hub.publication import releasing
from coupole.hub.store import Store, sealed
from coupole.hub.store.sealed_tables import Certificate
from coupole.standard import catalogue, rates
from coupole.standard.plans import Plan, PlannedTable
from coupole.wire.keys import KeyRing
from coupole.wire.tabulations import shape
from tests.margins import with_margins
from tests.small_hub import RING, open_all

CATALOGUE = catalogue.load("core", "1.0.0")
TRUSTEE = KeyRing.create({"sign": "ed25519"})
SEX = ("F", "M", "X", "U")
BANDS = ("lt18", "18_24", "25_29")
SLOT = "2026-02"
MADE = datetime(2026, 3, 10, tzinfo=UTC)


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


BY_RATE = PlannedTable("O01", "members", "members", (rates.BY,), (rates.LEVELS,), exact=False)
MEMBERS = "O01.members.rate"
"""The table of members by their rate: those in no band, then ten bands."""


def counted(
    store: Store,
    *tables: PlannedTable,
    members: int = 25,
    values: Mapping[str, list[int]],
    first: str = SLOT,
    groups: Sequence[str] = ("all",),
) -> str:
    """A tabulation in force, and one slot released; ``values``: of each table its inner cells, margins follow."""
    with store.writing() as session:
        parties = [("The university", TRUSTEE.active("sign").public())]
        plan = Plan("core", "S01", tables)
        made = tabulating.make(session, RING.active("sign"), "The federation", CATALOGUE, plan, parties, first, groups)
        sealed.put_in_force(session, made.id)
        name = made.id
    for group in groups:
        summed(store, name, first, values, members=members, group=group)
    return name


def summed(
    store: Store, name: str, slot: str, values: Mapping[str, list[int]], *, members: int = 25, group: str = "all"
) -> None:
    """What a slot changed in a group. A table has its margins when its values do, else they follow."""
    with store.writing() as session:
        kept = sealed.tabulation(session, name)
        assert kept
        form = shape(sealed.document(kept))
        whole = np.zeros(form.cells, np.int64)
        for placed in form.tables:
            if placed.table["id"] in values:
                given = np.array(values[placed.table["id"]])
                if len(given) < placed.size:
                    given = with_margins(given.reshape([size - 1 for size in placed.sizes])).reshape(-1)
                whole[placed.first : placed.first + placed.size] = given
        sealed.keep_sum(session, name, slot, group, members, whole)


def publish(store: Store, slot: str = SLOT, now: datetime = MADE) -> dict[str, object]:
    open_all(store)
    made = releasing.publish(store, RING.active("sign"), "The federation", slot, now)
    found: dict[str, object] = json.loads(sealed.text(made))
    return found


def opened(store: Store, name: str, members: int, slot: str = f"{SLOT}/opening", number: int = 1) -> None:
    """A certificate that names so many members."""
    counted_in = [{"node": f"node-{one:02}", "report": "0" * 64} for one in range(members)]
    body = json.dumps({"slot": slot, "groups": [{"id": "all", "members": counted_in}]}).encode()
    with store.writing() as session:
        made = {"tabulation": name, "trustee": 0, "number": number, "slot": slot, "outcome": "released"}
        now = datetime(2026, 3, 1, tzinfo=UTC)
        session.add(Certificate(**made, body=body, signature="", answer=b"", received_at=now))
