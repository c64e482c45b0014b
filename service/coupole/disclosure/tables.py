"""Exact tables as they are counted, and the same tables as they may be shown.

An indicator has one table; a table is its total and its one-way margins. A margin has one row for each code and one
column for each additive part (``count``; ``num``, ``den``; ``n``, ``sum``, ``sumsq``; ``band_1``…). Behind each figure
stand people, kept as two numbers that say nobody's name: how many distinct ones, and the sum of their record keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.keyed import keyed

TOTAL = "total"
"""Name of the margin that has one row, of the same code."""

Counts = NDArray[np.int64]
Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Exact figures by one dimension; every array has the shape (codes, parts).

    ``persons``: distinct dossiers behind each figure. ``keys``: the sum of their record keys, mod 2^64. ``largest``:
    what the single dossier that gives most adds to a sum; needed wherever a part is a magnitude.
    Raises ``ValueError`` when the shapes differ or a figure has nobody behind it.
    """

    dimension: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    values: Counts
    keys: Keys
    persons: Counts
    largest: Counts | None = None

    def __post_init__(self) -> None:
        values, keys, persons, largest = self.values, self.keys, self.persons, self.largest
        shape = (len(self.codes), len(self.parts))
        if not values.shape == keys.shape == persons.shape == shape or (largest is not None and largest.shape != shape):
            raise ValueError("every array of a margin has one row for each code, one column for each part")
        if largest is None and any(map(is_magnitude, self.parts)):
            raise ValueError("a sum needs the largest contribution to it")
        if np.count_nonzero((values < 0) | (values > 0) & (persons < 1)):
            raise ValueError("a figure is not negative and has people behind it")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """All figures of one indicator: the margin ``total`` first."""

    indicator: str
    margins: tuple[Margin, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedMargin:
    """Figures that may be shown; every array has the shape (codes, parts).

    ``states``: ``zero`` (nobody, or too few to be shown), ``perturbed`` or ``withheld``. ``values``: 0 where withheld.
    ``bounds``: how far the exact figure can be from the shown one; 0 where withheld.
    """

    dimension: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    values: Counts
    states: NDArray[np.object_]
    bounds: Counts


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedTable:
    """What may be shown of one indicator. ``reason`` says why there is nothing at all; then no margin is there."""

    indicator: str
    margins: tuple[ProtectedMargin, ...]
    reason: Literal["too_few_people"] | None = None


def is_magnitude(part: str) -> bool:
    """Whether a part adds up amounts (money, hours) rather than counting people or events."""
    return part.startswith("sum")


def record_keys(secret: bytes, dossiers: Keys) -> Keys:
    """The numbers that stand for dossiers in key sums: they cannot be computed without the node's cell secret.

    ``dossiers``: eight bytes of a public hash of the id of each.
    """
    return keyed(secret, "record", dossiers, np.zeros_like(dossiers))[..., 0]
