"""People as arrays, and the tables that a member would count of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from coupole.disclosure import protection
from coupole.disclosure.cellkey import AGREED, Noise
from coupole.disclosure.tables import TOTAL, Cells, Kinds, is_magnitude

SECRET = b"c" * 32


class Margin(NamedTuple):
    """Exact figures by one dimension; every array has the shape (codes, parts)."""

    dimension: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    values: np.ndarray
    keys: np.ndarray
    persons: np.ndarray
    largest: np.ndarray


class ShownMargin(NamedTuple):
    """The same as it is shown."""

    dimension: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    values: np.ndarray
    states: np.ndarray
    bounds: np.ndarray


class Table(NamedTuple):
    """All figures of one indicator: the margin ``total`` first."""

    indicator: str
    margins: tuple[Margin, ...]


def protect(
    table: Table,
    headcount: int,
    secret: bytes,
    *,
    outcomes: Collection[str] = (),
    about_people: bool = True,
    noise: Noise = AGREED,
) -> list[ShownMargin] | None:
    """The margins of a table as they may be shown."""
    shown = protection.protect(cells_of(table.margins, outcomes, about_people), headcount, secret, noise)
    if shown is None:
        return None
    found, start = [], 0
    for one in table.margins:
        end = start + one.values.size
        shape = (len(one.parts), len(one.codes))
        arrays = (array[start:end].reshape(shape).T for array in (shown.values, shown.states, shown.bounds))
        found.append(ShownMargin(one.dimension, one.codes, one.parts, *arrays))
        start = end
    return found


def cells_of(margins: Sequence[Margin], outcomes: Collection[str], about_people: bool) -> Cells:
    """Margins side by side, part by part and in each part code by code."""
    columns = [
        (len(one.codes), is_magnitude(part), about_people, one.dimension in outcomes)
        for one in margins
        for part in one.parts
    ]
    lengths, *flags = zip(*columns, strict=True) if columns else ([0], [False], [False], [False])
    column = np.repeat(np.arange(len(lengths)), lengths)
    kinds = Kinds(column, *(np.array(flag, np.bool_)[column] for flag in flags))
    arrays = [
        np.concatenate([np.zeros(0, kind), *(getattr(one, name).T.ravel() for one in margins)])
        for name, kind in (("values", np.int64), ("keys", np.uint64), ("persons", np.int64), ("largest", np.int64))
    ]
    return Cells(*arrays, kinds)


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
    return Margin(dimension, tuple(codes), tuple(parts), values, sums, persons, largest)


def total(keys: np.ndarray, given: np.ndarray | None = None, parts: Sequence[str] = ("count",)) -> Margin:
    return margin(TOTAL, [TOTAL], np.zeros(len(keys), np.int64), keys, given, parts)


def counted(dimensions: dict[str, np.ndarray], keys: np.ndarray) -> Table:
    """A count of people, by their place in each dimension."""
    margins = [
        margin(name, [f"c{code}" for code in range(int(place.max()) + 1)], place, keys)
        for name, place in dimensions.items()
    ]
    return Table("S01", (total(keys), *margins))
