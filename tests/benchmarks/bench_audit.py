"""The audit before a publication: 2,028 cells of three dimensions with all margins, and two months of as many.

The floor is told beforehand which figures are unsafe: one program from the same equations, two searches for tables that
show all others to be safe, two for the ends of each unsafe figure. Ours has to find out which they are; both give the
same findings before they are timed. (What was measured once with a new program of scipy for each bound: 15.5 s where
ours took 0.6.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coupole.disclosure.audit import NEAR, Finding, Reader, gate
from coupole.disclosure.linked import Table, hidden, noisy, unknowns
from tests.benchmarks.bench_statistics import line
from tests.margins import with_margins

SHAPE = (25, 12, 5)
Work = Callable[[], Any]


def run() -> list[dict[str, Any]]:
    """One line for each job: name, ours and floor in seconds of CPU, ratio."""
    first, second = month(1), month(2)
    left_out = hidden(first, (first.low > 0) & (first.low < 5))
    return [
        compared("audit of 2,028 cells, small ones left out", [left_out], []),
        compared("audit of two months of 2,028 cells with noise", [shown(second)], [shown(first)]),
    ]


def month(period: int) -> Table:
    """A stock that hardly changes: most cells small, a few large."""
    inner = np.random.default_rng(1).poisson(np.random.default_rng(2).gamma(0.5, 12, SHAPE))
    inner += np.random.default_rng(period).integers(-1, 2, SHAPE) * (inner > 3)
    levels = tuple(tuple(f"{name}{place}" for place in range(size)) for name, size in zip("abc", SHAPE, strict=True))
    values = with_margins(inner)
    return Table("t", "p", period, ("a", "b", "c"), levels, values, values, stock=True)


def shown(table: Table) -> Table:
    """The same as it is published: each figure up to 5 away, nobody as 0."""
    moved = np.random.default_rng(table.period + 10).integers(-5, 6, table.low.shape) * (table.low > 0)
    values = np.maximum(table.low + moved, 0)
    return noisy(Table(table.id, "p", table.period, table.by, table.levels, values, values, stock=True), 5)


def compared(name: str, tables: Sequence[Table], before: Sequence[Table]) -> dict[str, Any]:
    """A line, once both gave the same findings."""
    found = gate(tables, before)
    told = [(one, *_columns(one, [*tables, *before])) for one in found]
    assert floor([*tables, *before], told) == found
    return line(
        f"{name}: {len(found)} findings", lambda: gate(tables, before), lambda: floor([*tables, *before], told), 5
    )


def _columns(one: Finding, tables: Sequence[Table]) -> tuple[int, int | None]:
    """The numbers of the unknowns that a finding is about."""
    system = unknowns(tables)
    places = {
        (table.period, cell): int(number)
        for table, place in zip(tables, system.places, strict=True)
        for cell, number in zip(table.cells, place.ravel(), strict=True)
    }
    return places[one.period, one.cell], places[one.period - 1, one.cell] if one.change else None


def floor(tables: Sequence[Table], told: Sequence[tuple[Finding, int, int | None]]) -> list[Finding]:
    """The ends of each figure that is known to be unsafe, and two tables for all others."""
    system = unknowns(tables)
    reader, size = Reader(system), len(system.keys)
    for sign in (-1.0, 1.0):
        reader.table(np.full(size, sign))
    found = []
    for one, number, less in told:
        cost = np.zeros(size)
        cost[number] = 1
        if less is not None:
            cost[less] = -1
        low, high = cost @ reader.table(cost), cost @ reader.table(-cost)
        found.append(one._replace(low=int(np.ceil(low - NEAR)), high=int(np.floor(high + NEAR))))
    return found
