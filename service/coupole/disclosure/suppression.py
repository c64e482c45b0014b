"""Exact headline tables: which figures are left out so that no small one follows from the others.

Small figures of an ordered variable are pooled with a neighbour first. What is still small is left out, and so are
others, so that neither a sum nor another table gives it back (release protocol, 3.14 and 5.5):

1. *Pattern*, by Gauss elimination: the figures are published one after the other, those worth most first, as long as
   no small one is a sum and difference of published ones. (The method of the Norwegian statistical office.)
2. *Audit*, by linear programs: that none is a sum does not say that it may be any number; ``audit`` finds those that
   can only be small.
3. *Repair*, by a linear program: for each of these the cheapest other table in which it would not be small; what
   differs there and is published is left out too.

Fine tables are no matter for this: they carry noise, and node-like ones lose three quarters of their mass here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from coupole.disclosure.audit import Reader, told
from coupole.disclosure.linked import FREE, POOLED, Table, Unknowns, unknowns
from coupole.disclosure.tables import Counts, Flags

HEADLINE = 10
"""Figures of headline tables below it, and above 0, are small."""

MEMBERS = 20
"""Members that must have reported before an exact figure is published."""

YEAR = 12

PRIME = 2**31 - 1
"""Elimination is done with whole numbers modulo this: exact, and a product fits in 64 bits."""

MOVED = 1e-6
"""A figure that differs by less in the cheapest other table does not differ."""


UNSEEN = 0.001
"""What it costs to change a figure that is left out anyway; published ones cost their size."""


def may_be_exact(dimensions: int, *, stock: bool, month: int, reporting: int) -> bool:
    """Whether a table may be published exactly: of at most one dimension, by at least ``MEMBERS`` members, flows of
    any month and stocks of December (``month``: 1 to 12)."""
    return dimensions <= 1 and reporting >= MEMBERS and (not stock or month == YEAR)


def pool(values: Counts, floor: int = HEADLINE, *, empty: bool = False) -> list[range]:
    """Ordered levels that are shown as one, so that none but 0 is below ``floor``; in order, and none left out.

    The smallest goes first, to the smaller of its neighbours. Levels with nobody stay alone unless they lie between
    two that are pooled. When all together are fewer than ``floor`` one range remains that is still too small.
    ``empty``: levels with nobody are pooled as well, for with noise 0 may be somebody.
    """
    groups = [range(place, place + 1) for place in range(len(values))]
    while True:
        totals = [int(values[group.start : group.stop].sum()) for group in groups]
        some = [place for place, total in enumerate(totals) if total or empty]
        small = [place for place in some if totals[place] < floor]
        if not small or len(some) < 2:
            return groups
        at = some.index(min(small, key=lambda place: totals[place]))
        neighbours = [some[place] for place in (at - 1, at + 1) if 0 <= place < len(some)]
        first, last = sorted((some[at], min(neighbours, key=lambda place: totals[place])))
        groups[first : last + 1] = [range(groups[first].start, groups[last].stop)]


def pooled(table: Table, groups: Sequence[range]) -> Table:
    """A table of one dimension with levels as ``pool`` puts them together."""
    (levels,) = table.levels
    names = tuple(POOLED.join(levels[group.start : group.stop]) for group in groups)
    starts = [group.start for group in groups]
    low, high = (np.append(np.add.reduceat(array[:-1], starts), array[-1]) for array in (table.low, table.high))
    return replace(table, levels=(names,), low=low, high=high)


def headlines(tables: Sequence[Table], ordered: Collection[str], k: int = HEADLINE) -> list[tuple[Table, Flags]]:
    """Exact tables as they are published, each with the figures that are left out of it.

    ``ordered``: dimensions whose levels follow each other. Raises ``ValueError`` when a figure is not exact.
    """
    made = [
        pooled(table, pool(table.low[:-1], k)) if len(table.by) == 1 and table.by[0] in ordered else table
        for table in tables
    ]
    return list(zip(made, suppress(made, k), strict=True))


def suppress(tables: Sequence[Table], k: int = HEADLINE) -> list[Flags]:
    """Of each table which figures to leave out, so that no figure from 1 to ``k`` - 1 is told, exactly or in range.

    ``tables``: exact ones, which may share margins. The reader is taken to know that 0 is always shown, hence that
    whatever is left out is at least 1. Raises ``ValueError`` when a figure is not exact or the tables contradict.
    """
    if any((table.low != table.high).any() for table in tables):
        raise ValueError("only exact tables are suppressed")
    system = unknowns(tables)
    values = system.low.astype(np.int64)
    out = pattern(system, (values > 0) & (values < k))
    while small := told(_without(system, out), k):
        repair(system, out, [number for number, _before in small], k)
    return [out[place] for place in system.places]


def _without(system: Unknowns, out: Flags) -> Unknowns:
    """What a reader knows who does not see the figures that are left out."""
    return system._replace(low=np.where(out, 1.0, system.low), high=np.where(out, float(FREE), system.high))


def pattern(system: Unknowns, small: Flags) -> Flags:
    """What to leave out so that no small figure is a sum and difference of published ones."""
    values, shapes = system.low, _free_columns(system)
    sums = np.array([len(key[2]) for key in system.keys], np.int64)
    order = [int(number) for number in np.lexsort((sums, -values, values > 0)) if not small[number]]
    out, secret = small.copy(), np.flatnonzero(small)
    for number in order:
        column = shapes[:, number]
        rows = np.flatnonzero(column)
        if not len(rows):
            continue  # it follows from what is published
        shares = column[rows] * pow(int(column[rows[0]]), -1, PRIME) % PRIME
        touched = secret[shapes[rows[0], secret] != 0]
        if len(touched) and _multiples(shapes[:, touched], rows, shares).any():
            out[number] = True
            continue
        columns = np.flatnonzero(shapes[rows[0]])
        step = shares[:, None] * shapes[rows[0], columns] % PRIME
        shapes[np.ix_(rows, columns)] = (shapes[np.ix_(rows, columns)] - step) % PRIME
    return out


def _multiples(columns: Counts, rows: Counts, shares: Counts) -> Flags:
    """Which of these columns are a multiple of the one that has ``shares`` in ``rows`` and 0 elsewhere."""
    same = columns[rows] == shares[:, None] * columns[rows[0]] % PRIME
    found: Flags = same.all(axis=0) & (np.count_nonzero(columns, axis=0) == len(rows))
    return found


def _free_columns(system: Unknowns) -> Counts:
    """Every set of figures that satisfies the equations, as sums of the rows of this array (modulo ``PRIME``)."""
    size = len(system.keys)
    equations = np.zeros((len(system.starts) - 1, size), np.int64)
    rows = np.repeat(np.arange(len(equations)), np.diff(system.starts))
    equations[rows, system.columns] = system.signs.astype(np.int64) % PRIME
    pivots: list[int] = []
    used = 0
    for row in range(len(equations)):
        filled = np.flatnonzero(equations[row])
        if not len(filled):
            continue  # an equation that follows from others
        pivot = int(filled[0])
        equations[row] = equations[row] * pow(int(equations[row, pivot]), -1, PRIME) % PRIME
        others = np.flatnonzero(equations[:, pivot])
        others = others[others != row]
        columns = np.flatnonzero(equations[row])
        step = equations[others, pivot][:, None] * equations[row, columns] % PRIME
        equations[np.ix_(others, columns)] = (equations[np.ix_(others, columns)] - step) % PRIME
        equations[[used, row]] = equations[[row, used]]
        pivots.append(pivot)
        used += 1
    free = np.setdiff1d(np.arange(size), pivots)
    found = np.zeros((len(free), size), np.int64)
    found[np.arange(len(free)), free] = 1
    found[:, pivots] = -equations[:used][:, free].T % PRIME
    return found


def repair(system: Unknowns, out: Flags, numbers: Sequence[int], k: int) -> None:
    """Leave out more (in ``out``), so that each of ``numbers`` may be ``k``: what the cheapest table asks for.

    Every other figure may go up, or down to 1, at the price of its size if it is published and for next to nothing if
    not; one that is 0 stays 0.
    """
    size, values = len(system.keys), system.low
    up = np.where(values > 0, FREE - values, 0)
    columns = np.stack([system.columns, system.columns + size], axis=1)
    doubled = system._replace(
        keys=[*system.keys, *system.keys],
        low=np.zeros(2 * size),
        high=np.concatenate([up, np.maximum(values - 1, 0)]),
        starts=2 * system.starts,
        columns=columns.ravel().astype(np.int32),
        signs=np.stack([system.signs, -system.signs], axis=1).ravel(),
    )
    reader = Reader(doubled)
    for number in numbers:
        for place, least, most in ((number, k - values[number], up[number]), (number + size, 0, 0)):
            reader.solver.changeColBounds(place, least, most)
        moved = reader.table(np.tile(np.where(out, UNSEEN, values), 2))
        for place in (number, number + size):
            reader.solver.changeColBounds(place, 0, doubled.high[place])
        out |= np.abs(moved[:size] - moved[size:]) > MOVED
