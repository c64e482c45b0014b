"""How members differ by a rate, as it is published: the members of each band, and the bands of the quartiles.

A band with fewer than three members is put together with a neighbour. How many are in no band is left out when they are
fewer than three. How many there are in all is no secret: certificates name who opened its balances.

Reports are checked to put each member into a table once; that a member puts itself into one band and not into several
with as many taken out of others is not. Sums that no members could have given are not published.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
from sqlmodel import Session

from coupole.disclosure import linked
from coupole.disclosure.linked import FREE, POOLED
from coupole.disclosure.spreads import TOGETHER, quartiles
from coupole.disclosure.suppression import pool
from coupole.hub.publication.sealed import Counts, FineTable, fine_tables
from coupole.hub.store import sealed
from coupole.standard import rates
from coupole.standard.plans import MEMBERS
from coupole.wire import reports
from coupole.wire.certificates import last_counted
from coupole.wire.slots import OPENING, YEAR, parse_slot
from coupole.wire.tabulations import Tabulation


class Spread(NamedTuple):
    """Members by one rate. ``values``: those in no band, in each band that is shown, in all.

    ``bands``: of each that is shown the ones it is made of. ``variance``, ``bound``: of the noise of one band alone.
    """

    indicator: str
    bands: tuple[tuple[str, ...], ...]
    values: Counts
    variance: int
    bound: int

    @property
    def few(self) -> bool:
        """Whether those in no band are too few to say how many."""
        return bool(self.values[0] < TOGETHER)

    @property
    def levels(self) -> tuple[str, ...]:
        """As tables write them."""
        return (rates.NONE, *map(POOLED.join, self.bands))

    @property
    def bounds(self) -> Counts:
        """How far each value is at most from the exact one; that of all is exact."""
        return np.array([1, *map(len, self.bands), 0], np.int64) * self.bound


def spreads(session: Session, name: str, document: Tabulation, slot: str) -> list[Spread]:
    """How members differ at the end of a slot; none where fewer are counted than a total is made of.

    Raises ``SlotNotReleased``.
    """
    sums = sealed.sums(session, name)[0]
    tables = [one for one in fine_tables(document, sums, slot, shown=False) if one.placed.table["kind"] == MEMBERS]
    members = counted(session, name, document["grain"], slot) if tables else 0
    found = [spread(table, members) for table in tables] if members >= document["m"] else []
    return [one for one in found if one is not None]


def spread(table: FineTable, members: int) -> Spread | None:
    """Members by one rate, as it may be shown; none if no members could have given these sums.

    ``members``: how many are counted.
    """
    outside, inner = table.values[0], table.values[1:-1]
    groups = pool(inner, TOGETHER, empty=True)
    shown = [int(inner[group.start : group.stop].sum()) for group in groups]
    bands = tuple(rates.BANDS[group.start : group.stop] for group in groups)
    values = np.array([max(outside, 0), *shown, members], np.int64)
    found = Spread(table.placed.table["indicator"], bands, values, table.variance, table.bound)
    each = np.append(inner, outside)
    low, high = np.maximum(each - table.bound, 0), each + table.bound
    possible = (high >= 0).all() and low.max() <= members and low.sum() <= members <= high.sum()
    return found if possible else None


def counted(session: Session, name: str, grain: str, slot: str) -> int:
    """The members that opened their balances by the end of a slot and were not closed."""
    end = parse_slot(slot, grain).order
    certificates = [json.loads(one.body) for one in sealed.certificates(session, name)]
    known = [one for one in certificates if parse_slot(one["slot"], grain).order <= end]
    last = last_counted(known)
    opened = last_counted(one for one in known if one["slot"].endswith(OPENING))
    return sum(_kind(session, name, last[node]["slot"], node) != "closing" for node in opened)


def _kind(session: Session, name: str, slot: str, node: str) -> str:
    kept = sealed.report(session, name, slot, node)
    return reports.read_header(reports.unpack(kept.body).header)["kind"] if kept and kept.body else ""


def as_text(one: Spread) -> dict[str, Any]:
    """As it stands in a publication: a table like others, with its window and the bands of the quartiles."""
    return {
        "id": f"{one.indicator}.{MEMBERS}.{rates.BY}",
        "indicator": one.indicator,
        "part": MEMBERS,
        "by": [rates.BY],
        "levels": [list(one.levels)],
        "span": "day",
        "months": YEAR,
        "values": np.where([one.few, *[False] * (len(one.bands) + 1)], 0, one.values).tolist(),
        "hidden": [0] if one.few else [],
        "quartiles": [one.levels[1 + place] for place in quartiles(one.values[1:-1])],
        "variance": one.variance * max(map(len, one.bands)),
        "bound": int(one.bounds.max()),
    }


def as_linked(one: Spread, period: int) -> linked.Table:
    """What a reader knows of the exact numbers. What all together changed by is no secret: who opens is named."""
    low, high = np.maximum(one.values - one.bounds, 0), one.values + one.bounds
    if one.few:
        low[0], high[0] = 0, FREE
    named = f"{one.indicator}.{MEMBERS}"
    return linked.Table(f"{named}.{rates.BY}", named, period, (rates.BY,), (one.levels,), low, high)
