"""Lays selected facts out into tables: every indicator by every dimension, in one pass for each dimension.

``Rows`` are parallel arrays of int64. The passes are ``bincount``s over (column, code); weights are floats there, which
is exact below 2^53, and sums of 64-bit record keys are made from their halves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.tables import TOTAL, Margin, Table, is_magnitude
from coupole.node.statistics.packing import TOGETHER, Layout, layout, numbered
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.standard.measures import GROUPS, band_of

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Numbers = Mapping[str, Mapping[int, str]]
"""The codes that a node numbered: dimension, number, code."""

CURRENCY = "currency"


class Rows(NamedTuple):
    """Facts side by side, those of a dossier together, in the order of columns."""

    dossier: Ints
    column: Ints
    cell: Ints
    value: Ints
    start: Ints

    def only(self, kept: NDArray[np.bool_] | Ints) -> Rows:
        """Some of them."""
        return Rows(*(array[kept] for array in self))


class Rules(NamedTuple):
    """What holds for each column. ``money``: the stride of the currency in a cell, 0 when there is none."""

    once: Flags
    person: Flags
    until_reentry: Flags
    grouped: Flags
    magnitude: Flags
    money: Ints


class Figures(NamedTuple):
    """Values, persons, key sums and largest contributions, of one shape."""

    values: Ints
    persons: Ints
    keys: Words
    largest: Ints

    def at(self, place: slice | Ints) -> Figures:
        """A part of them."""
        return Figures(self.values[place], self.persons[place], self.keys[place], self.largest[place])

    def shaped(self, *shape: int) -> Figures:
        """The same in another shape."""
        values, persons, keys, largest = self
        return Figures(values.reshape(shape), persons.reshape(shape), keys.reshape(shape), largest.reshape(shape))


class Sets(NamedTuple):
    """The codes that come together under each number of a dimension of several, number n's from ``flat[starts[n]]`` on.

    ``columns``: of the indicator that has the dimension.
    """

    columns: slice
    starts: Ints
    lengths: Ints
    flat: Ints


class Slot(NamedTuple):
    """The n-th own dimension of all indicators: stride and size of its code in a cell, where its figures begin."""

    stride: Ints
    size: Ints
    first: Ints
    length: int
    sets: list[Sets]


@lru_cache(maxsize=8)
def rules_of(catalogue: Catalogue) -> Rules:
    """What holds for each column of a catalogue."""
    place = layout(catalogue)
    once, person, until_reentry, grouped, magnitude = (np.zeros(place.columns, np.bool_) for _ in range(5))
    money = np.zeros(place.columns, np.int64)
    for number, indicator in enumerate(catalogue.indicators):
        columns = columns_of(place, number)
        once[columns] = indicator.distinct == "accompaniment"
        person[columns] = indicator.distinct == "person"
        until_reentry[columns] = indicator.until_reentry
        grouped[columns] = indicator.distinct == GROUPS
        if indicator.distinct != GROUPS:
            magnitude[columns] = list(map(is_magnitude, indicator.parts))
        for dimension, stride in zip(place.own[number], place.strides[number], strict=True):
            if dimension.name == CURRENCY:
                money[columns] = stride
    return Rules(once, person, until_reentry, grouped, magnitude, money)


def columns_of(place: Layout, number: int) -> slice:
    """The columns of an indicator."""
    indicator, first = place.catalogue.indicators[number], place.first_column[number]
    return slice(first, first + (1 if indicator.distinct == GROUPS else len(indicator.parts)))


def tabulate(place: Layout, rules: Rules, rows: Rows, codes: Ints, keys: Words, numbers: Numbers) -> list[Table]:
    """One table for each indicator. ``codes``: of each dossier by each shared dimension; ``keys``: of each dossier."""
    catalogue = place.catalogue
    main = ~rules.grouped[rows.column] & _in_currency(rules, rows, _number(numbers, CURRENCY, catalogue.currency))
    whole = _by_dossier(rows.only(main), rules)
    shared: dict[str, Figures] = {TOTAL: _shared(whole, place, rules, keys, np.zeros(len(keys), np.int64), 1)}
    for at, dimension in enumerate(catalogue.dimensions.values()):
        shared[dimension.name] = _shared(whole, place, rules, keys, codes[:, at], _size(dimension, numbers))
    slots = _slots(place, numbers)
    own = [_own(rows, rules, keys, slot, main) for slot in slots]
    return [
        _grouped(indicator, rows.only(rows.column == place.first_column[number]), keys)
        if indicator.distinct == GROUPS
        else _table(place, number, shared, slots, own, numbers)
        for number, indicator in enumerate(catalogue.indicators)
    ]


def _table(
    place: Layout,
    number: int,
    shared: Mapping[str, Figures],
    slots: Sequence[Slot],
    own: Sequence[Figures],
    numbers: Numbers,
) -> Table:
    """The table of one indicator, taken from the figures of all."""
    indicator, columns = place.catalogue.indicators[number], columns_of(place, number)
    margins = [_margin(indicator, TOTAL, (TOTAL,), shared[TOTAL].at(columns))]
    nth = 0
    for dimension in indicator.dimensions:
        if dimension.own:
            ours = slots[nth].first[columns][:, None] + np.arange(_own_size(dimension, numbers))
            found = own[nth].at(ours)
            nth += 1
        else:
            found = shared[dimension.name].at(columns)
        margins.append(_by(indicator, dimension, found, numbers))
    margins = [margin for margin in margins if margin.codes]  # of an open list nothing may have occurred
    return Table(indicator.id, tuple(margins))


def _in_currency(rules: Rules, rows: Rows, number: int) -> Flags:
    """Whether a fact is in the catalogue's currency; what is no money is."""
    stride = rules.money[rows.column]
    ours: Flags = (stride == 0) | (rows.cell // np.maximum(stride, 1) == number)
    return ours


def _number(numbers: Numbers, dimension: str, code: str) -> int:
    return next((number for number, known in numbers.get(dimension, {}).items() if known == code), -1)


def _size(dimension: Dimension, numbers: Numbers) -> int:
    """How many codes there are, or numbers of codes."""
    if numbered(dimension):
        return max(numbers.get(dimension.name, {}), default=0) + 1
    return len(dimension.codes or ())


class _Summed(NamedTuple):
    """A dossier's facts of one column (and code) as one: where they are counted, what they add up to."""

    dossier: Ints
    column: Ints
    value: Ints


def _by_dossier(rows: Rows, rules: Rules) -> _Summed:
    """The facts of a dossier in a column as one; rows come in that order."""
    return _summed(rows.dossier * len(rules.once) + rows.column, rows, rules)


def _summed(key: Ints, rows: Rows, rules: Rules) -> _Summed:
    """Neighbours of one key added up."""
    if not len(key):
        return _Summed(rows.dossier, rows.column, rows.value)
    starts = _starts(key)
    column = rows.column[starts]
    value = np.add.reduceat(rows.value, starts)
    return _Summed(rows.dossier[starts], column, np.where(rules.once[column], np.minimum(value, 1), value))


def _starts(key: Ints) -> Ints:
    """Where each run of equal keys begins."""
    return np.flatnonzero(np.diff(key, prepend=key[:1] - 1))


def _shared(whole: _Summed, place: Layout, rules: Rules, keys: Words, codes: Ints, size: int) -> Figures:
    """Figures of every column by a dimension that dossiers decide; shape (columns, codes)."""
    at = whole.column * size + codes[whole.dossier]
    return _figures(whole, at, place.columns * size, rules, keys).shaped(place.columns, size)


def _figures(summed: _Summed, at: Ints, length: int, rules: Rules, keys: Words) -> Figures:
    behind = keys[summed.dossier]
    values = np.bincount(at, summed.value, length).astype(np.int64)
    high = np.bincount(at, (behind >> np.uint64(32)).astype(np.float64), length).astype(np.uint64)
    low = np.bincount(at, (behind & np.uint64(0xFFFFFFFF)).astype(np.float64), length).astype(np.uint64)
    largest = np.zeros(length, np.int64)
    sums = np.flatnonzero(rules.magnitude[summed.column])
    np.maximum.at(largest, at[sums], summed.value[sums])
    return Figures(values, np.bincount(at, minlength=length), (high << np.uint64(32)) + low, largest)


def _slots(place: Layout, numbers: Numbers) -> list[Slot]:
    depth = max(map(len, place.own), default=0)
    return [_slot(place, numbers, nth) for nth in range(depth)]


def _slot(place: Layout, numbers: Numbers, nth: int) -> Slot:
    stride, size, first = (np.zeros(place.columns, np.int64) for _ in range(3))
    length, sets = 0, []
    for number, dimensions in enumerate(place.own):
        if nth >= len(dimensions):
            continue
        dimension, columns = dimensions[nth], columns_of(place, number)
        count = _own_size(dimension, numbers)
        stride[columns] = place.strides[number][nth]
        size[columns] = 0 if numbered(dimension) else count
        width = columns.stop - columns.start
        first[columns] = length + count * np.arange(width)
        length += count * width
        if dimension.several:
            sets.append(_sets(columns, dimension, numbers))
    return Slot(stride, size, first, length, sets)


def _own_size(dimension: Dimension, numbers: Numbers) -> int:
    """As ``_size``, but codes that come together in a record are counted apart."""
    return len(dimension.codes or ()) if dimension.several else _size(dimension, numbers)


def _sets(columns: slice, dimension: Dimension, numbers: Numbers) -> Sets:
    known, codes = numbers.get(dimension.name, {}), dimension.codes or ()
    apart = [known[number].split(TOGETHER) if number in known else [] for number in range(_size(dimension, numbers))]
    lengths = np.array([len(one) for one in apart], np.int64)
    flat = np.array([codes.index(code) for one in apart for code in one], np.int64)
    return Sets(columns, np.cumsum(lengths) - lengths, lengths, flat)


def _own(rows: Rows, rules: Rules, keys: Words, slot: Slot, main: Flags) -> Figures:
    """Figures by the n-th own dimension of every indicator, in a row."""
    shown = (slot.stride[rows.column] > 0) & ~rules.grouped[rows.column]
    shown &= main | (rules.money[rows.column] == slot.stride[rows.column])
    rows = rows.only(shown)
    code = rows.cell // slot.stride[rows.column]
    size = slot.size[rows.column]
    code = np.where(size > 0, code % np.maximum(size, 1), code)
    for sets in slot.sets:
        rows, code = _apart_each(rows, code, sets)
    at = slot.first[rows.column] + code
    key = rows.dossier * slot.length + at
    order = np.argsort(key, kind="stable")
    summed = _summed(key[order], rows.only(order), rules)
    return _figures(summed, at[order][_starts(key[order])], slot.length, rules, keys)


def _apart_each(rows: Rows, code: Ints, sets: Sets) -> tuple[Rows, Ints]:
    """Rows of one indicator as often as its record has codes, each under one of them; all others as they are."""
    ours = (rows.column >= sets.columns.start) & (rows.column < sets.columns.stop)
    number = np.where(ours, code, 0)
    times = np.where(ours, sets.lengths[number], 1)
    which = np.repeat(np.arange(len(code)), times)
    nth = np.arange(len(which)) - (np.cumsum(times) - times)[which]
    apart = ours[which]
    places = np.where(apart, sets.starts[number][which] + nth, 0)
    return rows.only(which), np.where(apart, sets.flat[places] if len(sets.flat) else 0, code[which])


def _by(indicator: Indicator, dimension: Dimension, found: Figures, numbers: Numbers) -> Margin:
    """The margin by one dimension. ``found``: shape (parts, codes or numbers)."""
    if dimension.codes is not None and (dimension.own or not dimension.several):
        return _margin(indicator, dimension.name, dimension.codes, found)
    known = [
        (number, code) for number, code in numbers.get(dimension.name, {}).items() if found.persons[:, number].any()
    ]
    codes = dimension.codes or sorted({one for _number, code in known for one in _apart(dimension, code)})
    member = np.zeros((found.values.shape[1], len(codes)), np.int64)
    for number, code in known:
        for one in _apart(dimension, code):
            member[number, codes.index(one)] = 1
    largest = np.zeros((len(indicator.parts), len(codes)), np.int64)
    for place in range(len(codes)):
        largest[:, place] = found.largest[:, member[:, place] == 1].max(axis=1, initial=0)
    added = Figures(found.values @ member, found.persons @ member, found.keys @ member.astype(np.uint64), largest)
    return _margin(indicator, dimension.name, tuple(codes), added)


def _apart(dimension: Dimension, code: str) -> Sequence[str]:
    return code.split(TOGETHER) if dimension.several else (code,)


def _margin(indicator: Indicator, name: str, codes: tuple[str, ...], found: Figures) -> Margin:
    """``found``: shape (parts, codes), turned to (codes, parts)."""
    largest = found.largest.T if any(map(is_magnitude, indicator.parts)) else None
    return Margin(name, codes, indicator.parts, found.values.T, found.keys.T, found.persons.T, largest)


def _grouped(indicator: Indicator, rows: Rows, keys: Words) -> Table:
    """How many groups have how many records, by band: the caseload of actors."""
    sizes = np.bincount(rows.cell)
    parts = len(indicator.parts)
    values, persons, sums = np.zeros(parts, np.int64), np.zeros(parts, np.int64), np.zeros(parts, np.uint64)
    bands = {size: band_of(indicator.bands, size) for size in set(sizes.tolist()) - {0}}
    for size, band in bands.items():
        if band is not None:
            behind = rows.dossier[sizes[rows.cell] == size]
            values[band] += np.count_nonzero(sizes == size)
            persons[band] += len(behind)
            sums[[band]] += keys[behind].sum(dtype=np.uint64)  # as arrays: these sums wrap around silently
    found = Figures(values, persons, sums, np.zeros(parts, np.int64)).shaped(parts, 1)
    return Table(indicator.id, (_margin(indicator, TOTAL, (TOTAL,), found),))
