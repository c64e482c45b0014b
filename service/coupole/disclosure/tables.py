"""Exact tables as they are counted, and the same tables as they may be shown.

An indicator has one table; a table is its total and its one-way margins. A margin has a cell for each additive part
(``count``; ``num``, ``den``; ``n``, ``sum``, ``sumsq``; ``band_1``…) and each code. Behind each figure stand people,
kept as two numbers that say nobody's name: how many distinct ones, and the sum of their record keys.

The cells of all tables of a release stand in one row, for what is decided of them is decided in a few passes over all:
margin by margin it took ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.keyed import keyed

TOTAL = "total"
"""Name of the margin that has one row, of the same code."""

LEAST_DIVISOR = 20
"""No rate or mean is told of fewer: with noise it could be anything (release protocol, 3.14)."""

Counts = NDArray[np.int64]
Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Exact figures of any number of margins in a row, each with what stands behind it.

    ``persons``: distinct dossiers behind a figure. ``keys``: the sum of their record keys, mod 2^64. ``largest``: what
    the single dossier that gives most adds to a sum; of no meaning for a count. ``kinds``: what each cell is.
    Raises ``ValueError`` when the lengths differ, a figure has nobody behind it, or a sum is larger than nothing and no
    contribution to it is.
    """

    values: Counts
    keys: Keys
    persons: Counts
    largest: Counts
    kinds: Kinds

    def __post_init__(self) -> None:
        values, largest = self.values, self.largest
        arrays = (values, self.keys, self.persons, largest, *self.kinds)
        if len({array.shape for array in arrays}) > 1 or values.ndim != 1:
            raise ValueError("every array has one entry for each cell")
        if np.count_nonzero(self.kinds.is_sum & (values > 0) & (largest < 1)):
            raise ValueError("a sum needs the largest contribution to it")
        if np.count_nonzero((values < 0) | (values > 0) & (self.persons < 1)):
            raise ValueError("a figure is not negative and has people behind it")

    def at(self, place: NDArray[np.intp]) -> Cells:
        """Some of them."""
        column, is_sum, about_people, outcome = self.kinds
        kinds = Kinds(column[place], is_sum[place], about_people[place], outcome[place])
        return Cells(self.values[place], self.keys[place], self.persons[place], self.largest[place], kinds)


class Kinds(NamedTuple):
    """What cells are. ``column``: those of one margin and one part have one number.

    ``is_sum``: adds up amounts. ``about_people``: False for figures that point at no person. ``outcome``: of a margin
    that says what became of people.
    """

    column: Counts
    is_sum: Flags
    about_people: Flags
    outcome: Flags


@dataclass(frozen=True, slots=True, eq=False)
class ShownCells:
    """The same cells as they may be shown.

    ``states``: ``zero`` (nobody, or too few to be shown), ``perturbed`` or ``withheld``. ``values``: 0 where withheld.
    ``bounds``: how far the exact figure can be from the shown one; 0 where withheld.
    """

    values: Counts
    states: NDArray[np.object_]
    bounds: Counts


class Margin(NamedTuple):
    """An indicator by one dimension: which cells are whose, part by part and in each part code by code.

    ``first``: the number of its first cell. ``listed``: of a list that nobody closed; codes under which nobody is are
    not named.
    """

    dimension: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    first: int
    listed: bool = False

    @property
    def cells(self) -> slice:
        """Where its cells stand."""
        return slice(self.first, self.first + len(self.parts) * len(self.codes))

    @property
    def shape(self) -> tuple[int, int]:
        """Parts and codes."""
        return len(self.parts), len(self.codes)


class Table(NamedTuple):
    """All margins of one indicator, the margin ``total`` first."""

    indicator: str
    margins: tuple[Margin, ...]


def is_magnitude(part: str) -> bool:
    """Whether a part adds up amounts (money, hours) rather than counting people or events."""
    return part.startswith("sum")


def record_keys(secret: bytes, dossiers: Keys) -> Keys:
    """The numbers that stand for dossiers in key sums: they cannot be computed without the node's cell secret.

    ``dossiers``: eight bytes of a public hash of the id of each.
    """
    return keyed(secret, "record", dossiers, np.zeros_like(dossiers))[..., 0]
