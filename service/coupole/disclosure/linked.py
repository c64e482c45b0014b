"""Tables that share figures, read as a set of unknown numbers and the equations between them.

A reader of several tables knows more than stands in any of them: a margin is the sum of its cells, a margin that two
tables share is one figure, people present at the end of a month are those of the month before, and those who came, less
those who left. Here a table is what its reader knows of every cell, from the least to the most; ``unknowns`` puts all
tables together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.tables import Counts, Flags

ALL = "*"
"""The level of a cell that is the sum over a dimension."""

POOLED = "|"
"""Stands between the levels that are shown as one: ``18_24|25_34``."""

FREE = 10_000_000
"""More people than any federation accompanies: of a figure that may be as large, nothing is known from above."""

Places = NDArray[np.intp]
Key = tuple[str, int, frozenset[tuple[str, str]]]
"""One figure: what is counted, when, and of each dimension that it does not sum over the level."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What a reader knows of the exact figures of a table.

    ``population``: what is counted; tables of one population and period agree on every margin that they share.
    ``period``: a month, counted from any beginning. ``by``: the dimensions, ``levels``: of each its levels.
    ``low`` and ``high``: of each cell the least and the most, margins last along each axis, so that the shape is one
    more than the number of levels. Raises ``ValueError`` when shapes differ or a least is above its most.
    """

    id: str
    population: str
    period: int
    by: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    low: Counts
    high: Counts
    stock: bool = False

    def __post_init__(self) -> None:
        shape = tuple(len(levels) + 1 for levels in self.levels)
        if len(self.by) != len(self.levels) or self.low.shape != shape or self.high.shape != shape:
            raise ValueError("a table has a figure for every level and one for all of them")
        if (self.low > self.high).any() or (self.low < 0).any():
            raise ValueError("what is known of a figure is a range of whole numbers from 0")

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The levels of every cell, in the order of the figures."""
        return list(product(*((*levels, ALL) for levels in self.levels)))


class Balance(NamedTuple):
    """Three populations: who is there at the end of a period, who came in it, who left in it."""

    stock: str
    entries: str
    exits: str


class Unknowns(NamedTuple):
    """The figures behind tables, and the equations between them.

    ``keys``: of each unknown what it is. ``low`` and ``high``: what is known of it alone. ``starts``, ``columns`` and
    ``signs``: equations row by row, each a sum of unknowns with their signs that is 0. ``places``: of each table the
    number of the unknown of each cell.
    """

    keys: list[Key]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    signs: NDArray[np.float64]
    places: list[Places]


def noisy(table: Table, bound: int) -> Table:
    """An exact table's figures taken as shown ones: each is at most ``bound`` from the exact figure, which is no less
    than 0 (a negative sum is shown as 0, so a shown 0 stands for 0 to ``bound``)."""
    return replace(table, low=np.maximum(table.low - bound, 0), high=table.high + bound)


def hidden(table: Table, cells: Flags, low: int = 0, high: int = FREE) -> Table:
    """The table without some of its figures, of which the reader knows only that they are from ``low`` to ``high``."""
    return replace(table, low=np.where(cells, low, table.low), high=np.where(cells, high, table.high))


def unknowns(tables: Sequence[Table], balances: Iterable[Balance] = ()) -> Unknowns:
    """All tables together. Raises ``ValueError`` when two tables say of one figure what cannot both be."""
    numbers: dict[Key, int] = {}
    places = [_numbered(table, numbers) for table in tables]
    rows = [row for table, place in zip(tables, places, strict=True) for row in _margins(table, place)]
    rows += [*_pools(numbers), *_balances(numbers, balances)]
    low, high = np.zeros(len(numbers)), np.full(len(numbers), float(FREE))
    for table, place in zip(tables, places, strict=True):
        np.maximum.at(low, place.ravel(), table.low.ravel())
        np.minimum.at(high, place.ravel(), table.high.ravel())
    if (low > high).any():
        raise ValueError("two tables contradict each other in a figure they share")
    lengths = np.array([len(row) for row in rows], np.int32)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    columns = np.concatenate([np.zeros(0, np.int32), *(np.abs(row) - 1 for row in rows)]).astype(np.int32)
    signs = np.concatenate([np.zeros(0), *(np.sign(row) for row in rows)]).astype(np.float64)
    return Unknowns(list(numbers), low, high, starts, columns, signs, places)


def _numbered(table: Table, numbers: dict[Key, int]) -> Places:
    found = [
        numbers.setdefault((table.population, table.period, _named(table.by, cell)), len(numbers))
        for cell in table.cells
    ]
    return np.array(found, np.intp).reshape(table.low.shape)


def _named(by: tuple[str, ...], cell: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(pair for pair in zip(by, cell, strict=True) if pair[1] != ALL)


# An equation is written as the numbers of its unknowns, from 1, with their signs.
def _margins(table: Table, place: Places) -> list[Places]:
    """Each margin by the first dimension that it sums over; the other sums follow from these."""
    found: list[Places] = []
    for axis in range(place.ndim):
        block = place[tuple(slice(0, size - 1) for size in place.shape[:axis])]
        lines = np.moveaxis(block, axis, -1).reshape(-1, place.shape[axis]) + 1
        lines[:, -1] *= -1
        found.extend(lines)
    return found


def _pools(numbers: dict[Key, int]) -> list[Places]:
    """A level that pools others is their sum, where these are shown too."""
    found = []
    for (population, period, levels), number in numbers.items():
        for pair in levels:
            if POOLED not in pair[1]:
                continue
            others = [levels - {pair} | {(pair[0], level)} for level in pair[1].split(POOLED)]
            parts = [numbers.get((population, period, one)) for one in others]
            if None not in parts:
                found.append(np.array([-number - 1, *(part + 1 for part in parts if part is not None)], np.intp))
    return found


def _balances(numbers: dict[Key, int], balances: Iterable[Balance]) -> list[Places]:
    """Stock = stock before + entries - exits; where only one of these two is shown, the other is unknown."""
    found = []
    for one in balances:
        for population, period, levels in list(numbers):
            before = (one.stock, period - 1, levels)
            flows = ((one.entries, period, levels), (one.exits, period, levels))
            if population != one.stock or before not in numbers or not any(flow in numbers for flow in flows):
                continue
            entries, exits = (numbers.setdefault(flow, len(numbers)) for flow in flows)
            stock = numbers[population, period, levels]
            found.append(np.array([-stock - 1, numbers[before] + 1, entries + 1, -exits - 1], np.intp))
    return found
