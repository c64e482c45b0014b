"""People as arrays, and the tables that a member would count of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coupole.disclosure.tables import TOTAL, Margin, Table

SECRET = b"c" * 32


def keys_of(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, count, np.uint64)


def margin(
    dimension: str,
    codes: Sequence[str],
    place: np.ndarray,
    keys: np.ndarray,
    given: np.ndarray | None = None,
    parts: Sequence[str] = ("count",),
) -> Margin:
    """Everybody under the code at ``place``. ``given``: what each adds to each part, shape (people, parts)."""
    given = np.ones((len(keys), len(parts)), np.int64) if given is None else given
    shape = (len(codes), len(parts))
    values, persons, largest = (np.zeros(shape, np.int64) for _ in range(3))
    sums = np.zeros(shape, np.uint64)
    for part in range(len(parts)):
        behind = given[:, part] > 0
        np.add.at(values[:, part], place[behind], given[behind, part])
        np.add.at(persons[:, part], place[behind], 1)
        np.add.at(sums[:, part], place[behind], keys[behind])
        np.maximum.at(largest[:, part], place[behind], given[behind, part])
    magnitudes = any(part.startswith("sum") for part in parts)
    return Margin(dimension, tuple(codes), tuple(parts), values, sums, persons, largest if magnitudes else None)


def total(keys: np.ndarray, given: np.ndarray | None = None, parts: Sequence[str] = ("count",)) -> Margin:
    return margin(TOTAL, [TOTAL], np.zeros(len(keys), np.int64), keys, given, parts)


def counted(dimensions: dict[str, np.ndarray], keys: np.ndarray) -> Table:
    """A count of people, by their place in each dimension."""
    margins = [
        margin(name, [f"c{code}" for code in range(int(place.max()) + 1)], place, keys)
        for name, place in dimensions.items()
    ]
    return Table("S01", (total(keys), *margins))
