"""Where the figures of a catalogue are counted, and which of them are the cells of its tables.

Counting gives all figures in a row: of every column in all, by each shared dimension, by each own dimension, and of the
indicators that count groups. A plan says where each begins, and picks the cells of all margins out of that row. It
depends on the catalogue and the codes that the node numbered alone, and is made once for these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from coupole.disclosure.tables import TOTAL, Kinds, Margin, Table, is_magnitude
from coupole.node.statistics.packing import TOGETHER, Layout, layout, numbered
from coupole.node.statistics.summing import Flags, Ints, Runs
from coupole.standard.catalogue import PEOPLE, Catalogue, Dimension
from coupole.standard.measures import GROUPS

Numbers = Mapping[str, Mapping[int, str]]
"""The codes that a node numbered, from 1 on: dimension, number, code."""

NUMBERS = 1 << 32
"""More than there are numbers of codes."""
NOBODY = 0
"""The number that no code has."""


class Shared(NamedTuple):
    """A dimension that dossiers decide: how many codes or numbers it is counted by, where its figures begin.

    ``runs``: the numbers that add up to each code; none where the n-th code has the n-th place.
    """

    codes: tuple[str, ...]
    size: int
    begin: int
    runs: Runs | None


class Sets(NamedTuple):
    """The codes that come together under each number of a dimension of several, number n's from ``flat[starts[n]]`` on.

    ``columns``: of the indicator that has the dimension.
    """

    columns: slice
    starts: Ints
    lengths: Ints
    flat: Ints


class Slot(NamedTuple):
    """The n-th own dimension of all indicators: stride and size of its code in a cell, where its figures begin.

    ``shown``: which columns have one. ``apart``: where a cell is not just the one code, or where neighbours do not tell
    alone whether a dossier is there twice under one code.
    """

    begin: int
    stride: Ints
    size: Ints
    first: Ints
    length: int
    sets: list[Sets]
    shown: Flags
    apart: Flags


class Plan(NamedTuple):
    """``tables``: of each indicator; ``places``: of each of their cells among all figures."""

    shared: list[Shared]
    slots: list[Slot]
    tables: tuple[Table, ...]
    places: Ints
    kinds: Kinds


Known = tuple[tuple[str, tuple[tuple[int, str], ...]], ...]


def plan_of(catalogue: Catalogue, numbers: Numbers) -> Plan:
    """The plan for a catalogue and the codes that a node numbered."""
    return _plan(catalogue, tuple((name, tuple(codes.items())) for name, codes in numbers.items()))


@lru_cache(maxsize=8)
def _plan(catalogue: Catalogue, known: Known) -> Plan:
    place, numbers = layout(catalogue), {name: dict(codes) for name, codes in known}
    begin = place.columns  # before that stands the total of each
    shared, slots = {}, []
    for dimension in catalogue.dimensions.values():
        shared[dimension.name] = one = _shared(dimension, numbers, begin)
        begin += place.columns * len(one.codes)
    for nth in range(max(map(len, place.own), default=0)):
        slots.append(_slot(place, numbers, nth, begin))
        begin += slots[-1].length
    made: list[list[_Margin]] = []
    for number, indicator in enumerate(catalogue.indicators):
        if indicator.distinct == GROUPS:
            made.append([_Margin(TOTAL, (TOTAL,), begin + np.arange(len(indicator.parts))[:, None])])
            begin += len(indicator.parts)
        else:
            made.append(list(_margins(place, number, shared, slots, numbers)))
    places = [margin.places.ravel() for margins in made for margin in margins]
    tables = tuple(_tables(catalogue, made))
    return Plan(list(shared.values()), slots, tables, np.concatenate(places), _kinds(catalogue, tables))


class _Margin(NamedTuple):
    """A margin to be. ``places``: of its cells among all figures, by parts and codes."""

    dimension: str
    codes: tuple[str, ...]
    places: Ints
    listed: bool = False


def _margins(
    place: Layout, number: int, shared: Mapping[str, Shared], slots: list[Slot], numbers: Numbers
) -> Iterator[_Margin]:
    columns = np.arange(place.columns)[columns_of(place, number), None]
    yield _Margin(TOTAL, (TOTAL,), columns)
    own = iter(slots)
    for dimension in place.catalogue.indicators[number].dimensions:
        if dimension.own:
            codes, nth = _own_codes(dimension, numbers)
            slot = next(own)
            places = slot.begin + slot.first[columns] + nth
        else:
            codes, begin = shared[dimension.name].codes, shared[dimension.name].begin
            places = begin + place.columns * np.arange(len(codes)) + columns
        if codes:
            yield _Margin(dimension.name, codes, places, dimension.codes is None)


def _tables(catalogue: Catalogue, made: list[list[_Margin]]) -> Iterator[Table]:
    first = 0
    for indicator, margins in zip(catalogue.indicators, made, strict=True):
        found = []
        for margin in margins:
            found.append(Margin(margin.dimension, margin.codes, indicator.parts, first, margin.listed))
            first += margin.places.size
        yield Table(indicator.id, tuple(found))


def _kinds(catalogue: Catalogue, tables: tuple[Table, ...]) -> Kinds:
    outcomes = {by.name for one in catalogue.indicators for by in one.dimensions if by.outcome_of_people}
    columns = [
        (len(margin.codes), is_magnitude(part), about == PEOPLE, margin.dimension in outcomes)
        for indicator, table in zip(catalogue.indicators, tables, strict=True)
        for margin in table.margins
        for part, about in zip(margin.parts, indicator.about, strict=True)
    ]
    lengths, *flags = zip(*columns, strict=True)
    column = np.repeat(np.arange(len(columns)), lengths)
    return Kinds(column, *(np.array(flag, np.bool_)[column] for flag in flags))


def columns_of(place: Layout, number: int) -> slice:
    """The columns of an indicator."""
    indicator, first = place.catalogue.indicators[number], place.first_column[number]
    return slice(first, first + (1 if indicator.distinct == GROUPS else len(indicator.parts)))


def _size(dimension: Dimension, numbers: Numbers) -> int:
    """How many codes there are, or numbers of codes."""
    if numbered(dimension):
        return max(numbers.get(dimension.name, {}), default=0) + 1
    return len(dimension.codes or ())


def _shared(dimension: Dimension, numbers: Numbers, begin: int) -> Shared:
    size = _size(dimension, numbers)
    if not numbered(dimension):
        return Shared(dimension.codes or (), size, begin, None)
    found: dict[str, list[int]] = {code: [] for code in dimension.codes or ()}
    for number, code in numbers.get(dimension.name, {}).items():
        for one in code.split(TOGETHER) if dimension.several else (code,):
            found.setdefault(one, []).append(number)
    codes = tuple(dimension.codes or sorted(found))
    places = [found[code] or [NOBODY] for code in codes]
    lengths = np.array([len(place) for place in places], np.int64)
    flat = np.array([number for place in places for number in place], np.int64)
    return Shared(codes, size, begin, Runs(np.cumsum(lengths) - lengths, flat))


def _own_codes(dimension: Dimension, numbers: Numbers) -> tuple[tuple[str, ...], Ints]:
    """The codes of an own dimension and their places in its slot; those that come together were counted apart."""
    if dimension.codes is not None:
        return dimension.codes, np.arange(len(dimension.codes))
    found = sorted((code, number) for number, code in numbers.get(dimension.name, {}).items())
    return tuple(code for code, _number in found), np.array([number for _code, number in found], np.int64)


def _slot(place: Layout, numbers: Numbers, nth: int, begin: int) -> Slot:
    stride, size, first = (np.zeros(place.columns, np.int64) for _ in range(3))
    shown, apart = (np.zeros(place.columns, np.bool_) for _ in range(2))
    length, sets = 0, []
    for number, dimensions in enumerate(place.own):
        indicator = place.catalogue.indicators[number]
        if nth >= len(dimensions) or indicator.distinct == GROUPS:
            continue
        dimension, columns = dimensions[nth], columns_of(place, number)
        count = len(dimension.codes or ()) if dimension.several else _size(dimension, numbers)
        stride[columns] = place.strides[number][nth]
        size[columns] = NUMBERS if numbered(dimension) else count
        first[columns] = length + count * np.arange(len(indicator.parts))
        length += count * len(indicator.parts)
        shown[columns] = True
        apart[columns] = len(dimensions) > 1 or dimension.several or len({one.kind for one in indicator.sources}) > 1
        if dimension.several:
            sets.append(_sets(columns, dimension, numbers))
    return Slot(begin, stride, size, first, length, sets, shown, apart)


def _sets(columns: slice, dimension: Dimension, numbers: Numbers) -> Sets:
    known, codes = numbers.get(dimension.name, {}), dimension.codes or ()
    apart = [known[number].split(TOGETHER) if number in known else [] for number in range(_size(dimension, numbers))]
    lengths = np.array([len(one) for one in apart], np.int64)
    flat = np.array([codes.index(code) for one in apart for code in one], np.int64)
    return Sets(columns, np.cumsum(lengths) - lengths, lengths, flat)
