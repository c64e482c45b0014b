"""Adds up facts laid side by side: first those of one dossier that count together, then dossiers to figures.

``Rows`` are parallel arrays of int64. The passes are ``bincount``s; weights are floats there, which is exact below
2^53, and sums of 64-bit record keys are made from their halves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


class Figures(NamedTuple):
    """Values, persons, key sums and largest contributions, of one shape: codes (or their numbers), columns."""

    values: Ints
    persons: Ints
    keys: Words
    largest: Ints

    def shaped(self, *shape: int) -> Figures:
        """The same in another shape."""
        values, persons, keys, largest = self
        return Figures(values.reshape(shape), persons.reshape(shape), keys.reshape(shape), largest.reshape(shape))

    def of(self, columns: slice) -> Figures:
        """Those of some columns."""
        values, persons, keys, largest = self
        return Figures(values[:, columns], persons[:, columns], keys[:, columns], largest[:, columns])

    def at(self, place: Ints) -> Figures:
        """Those of some codes; of figures in a row those at any places, in their shape."""
        values, persons, keys, largest = self
        return Figures(values[place], persons[place], keys[place], largest[place])

    def plus(self, other: Figures) -> Figures:
        """With those of other dossiers."""
        values, persons, keys = self.values + other.values, self.persons + other.persons, self.keys + other.keys
        return Figures(values, persons, keys, np.maximum(self.largest, other.largest))

    def together(self, places: Sequence[Ints]) -> Figures:
        """Codes added up: the n-th is all that is at ``places[n]``."""
        shape = (len(places), self.values.shape[1])
        values, persons, largest = (np.zeros(shape, np.int64) for _ in range(3))
        keys = np.zeros(shape, np.uint64)
        for number, place in enumerate(places):
            values[number], persons[number] = self.values[place].sum(axis=0), self.persons[place].sum(axis=0)
            keys[number], largest[number] = self.keys[place].sum(axis=0), self.largest[place].max(axis=0, initial=0)
        return Figures(values, persons, keys, largest)


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
