"""Adds up facts laid side by side: first those of one dossier that count together, then dossiers to figures.

``Rows`` are parallel arrays of int64. The passes are ``bincount``s; weights are floats there, which is exact below
2^53, and sums of 64-bit record keys are made from their halves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Rows(NamedTuple):
    """Facts side by side: those of a dossier together, in the order of columns and of cells."""

    dossier: Ints
    column: Ints
    cell: Ints
    value: Ints
    start: Ints

    @classmethod
    def none(cls) -> Rows:
        """No facts."""
        return cls(*(np.zeros(0, np.int64) for _ in cls._fields))

    def only(self, kept: NDArray[np.bool_] | Ints | slice) -> Rows:
        """Some of them."""
        return Rows(*(array[kept] for array in self))

    def parted(self, dossiers: int) -> Iterator[Rows]:
        """The same in parts, of so many dossiers at most; one part where there is nothing."""
        ends = np.arange(dossiers, self.dossier.max(initial=0) + dossiers + 1, dossiers)
        start = 0
        for end in np.searchsorted(self.dossier, ends).tolist():
            yield self.only(slice(start, end))
            start = end


class Runs(NamedTuple):
    """Places in groups: those of the n-th begin at ``starts[n]`` of ``places``. No group is empty."""

    starts: Ints
    places: Ints


class Figures(NamedTuple):
    """Values, persons, key sums and largest contributions, in a row."""

    values: Ints
    persons: Ints
    keys: Words
    largest: Ints

    @classmethod
    def side_by_side(cls, found: Iterable[Figures]) -> Figures:
        """Several, one after the other."""
        return cls(*map(np.concatenate, zip(*found, strict=True)))

    def at(self, place: Ints) -> Figures:
        """Those at some places."""
        return Figures(self.values[place], self.persons[place], self.keys[place], self.largest[place])

    def plus(self, other: Figures) -> Figures:
        """With those of other dossiers."""
        values, persons, keys = self.values + other.values, self.persons + other.persons, self.keys + other.keys
        return Figures(values, persons, keys, np.maximum(self.largest, other.largest))

    def together(self, runs: Runs, width: int) -> Figures:
        """Lines of ``width`` figures added up group by group: the n-th is all lines of the n-th group."""
        values, persons, keys, largest = (array.reshape(-1, width)[runs.places] for array in self)
        added = [np.add.reduceat(array, runs.starts) for array in (values, persons, keys)]
        return Figures(*(array.ravel() for array in (*added, np.maximum.reduceat(largest, runs.starts))))


class Summed(NamedTuple):
    """What each dossier adds in one place; ``high`` and ``low``: the halves of its record key.

    ``sums``: places in these arrays of what is no count.
    """

    dossier: Ints
    column: Ints
    value: Ints
    high: Floats
    low: Floats
    sums: NDArray[np.intp]


def halves(keys: Words) -> tuple[Floats, Floats]:
    """The upper and the lower 32 bits, as numbers that can be weights."""
    return (keys >> np.uint64(32)).astype(np.float64), (keys & np.uint64(0xFFFFFFFF)).astype(np.float64)


def starts(*keys: Ints) -> NDArray[np.intp]:
    """Where each run of equal keys begins."""
    if not len(keys[0]):
        return np.zeros(0, np.intp)
    first = np.ones(len(keys[0]), np.bool_)
    first[1:] = keys[0][1:] != keys[0][:-1]
    for key in keys[1:]:
        first[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(first)


def summed(
    runs: NDArray[np.intp],
    dossier: Ints,
    column: Ints,
    value: Ints,
    once: Flags,
    magnitude: Flags,
    behind: tuple[Floats, Floats],
) -> Summed:
    """Facts of each run added up. ``once``: columns where a dossier adds at most one; ``magnitude``: that are sums."""
    dossier, column = dossier[runs], column[runs]
    value = np.add.reduceat(value, runs) if len(runs) else value[runs]
    value = np.where(once[column], np.minimum(value, 1), value)
    high, low = behind
    return Summed(dossier, column, value, high[dossier], low[dossier], np.flatnonzero(magnitude[column]))


def figures(added: Summed, at: Ints, length: int) -> Figures:
    """Figures of all dossiers, in a row of ``length``; ``at``: where each of ``added`` counts."""
    values = np.bincount(at, added.value, length).astype(np.int64)
    high = np.bincount(at, added.high, length).astype(np.uint64)
    low = np.bincount(at, added.low, length).astype(np.uint64)
    largest = np.zeros(length, np.int64)
    np.maximum.at(largest, at[added.sums], added.value[added.sums])
    return Figures(values, np.bincount(at, minlength=length), (high << np.uint64(32)) + low, largest)
