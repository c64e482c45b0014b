"""Lays selected facts out into tables: every indicator by every dimension, in one pass for each dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np

from coupole.disclosure.tables import TOTAL, Margin, Table, is_magnitude
from coupole.node.statistics.packing import TOGETHER, Layout, layout, numbered
from coupole.node.statistics.summing import (
    Figures,
    Flags,
    Floats,
    Ints,
    Rows,
    Summed,
    Words,
    figures,
    halves,
    starts,
    summed,
)
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.standard.measures import GROUPS, band_of

Numbers = Mapping[str, Mapping[int, str]]
"""The codes that a node numbered: dimension, number, code."""

CURRENCY = "currency"
NUMBERS = 1 << 32
"""More than there are numbers of codes."""
AT_ONCE = 1_000
"""Dossiers whose facts are added up at once. Longer arrays leave the processor's cache, and their memory is given back
to the system and asked for again at each step: a seventh of the time of 5,000 dossiers."""
NOTHING = np.zeros(0, np.int64)


class Rules(NamedTuple):
    """What holds for each column. ``money``: the stride of the currency in a cell, 0 when there is none."""

    once: Flags
    person: Flags
    until_reentry: Flags
    grouped: Flags
    magnitude: Flags
    money: Ints


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

    stride: Ints
    size: Ints
    first: Ints
    length: int
    sets: list[Sets]
    shown: Flags
    apart: Flags


class Names(NamedTuple):
    """The codes of a dimension whose codes have numbers, and the numbers that stand for each of them."""

    codes: tuple[str, ...]
    numbers: list[Ints]


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
    catalogue, slots = place.catalogue, _slots(place, numbers)
    parts = [_counted(place, rules, part, slots, codes, keys, numbers) for part in rows.parted(AT_ONCE)]
    total, *found = (reduce(Figures.plus, same) for same in zip(*parts, strict=True))
    names = {dimension.name: _names(dimension, numbers) for dimension in catalogue.dimensions.values()}
    shared, own = {TOTAL: total}, found[len(names) :]
    for dimension, figures_by in zip(catalogue.dimensions.values(), found, strict=False):
        known = names[dimension.name].numbers
        shared[dimension.name] = figures_by.together(known) if numbered(dimension) else figures_by
    return [
        _grouped(indicator, rows.only(rows.column == place.first_column[number]), keys)
        if indicator.distinct == GROUPS
        else _table(place, number, shared, names, slots, own, numbers)
        for number, indicator in enumerate(catalogue.indicators)
    ]


def _counted(
    place: Layout, rules: Rules, rows: Rows, slots: Sequence[Slot], codes: Ints, keys: Words, numbers: Numbers
) -> list[Figures]:
    """Figures of some dossiers: all together, by each dimension that dossiers decide, by each that records decide."""
    catalogue, behind = place.catalogue, halves(keys)
    foreign = _foreign(rules, rows, _number(numbers, CURRENCY, catalogue.currency))
    whole = _by_dossier(rows, rules, behind, foreign)
    shared = [_shared(whole, place, np.zeros(len(keys), np.int64), 1)]
    for at, dimension in enumerate(catalogue.dimensions.values()):
        shared.append(_shared(whole, place, codes[:, at], _size(dimension, numbers)))
    return shared + [_own(rows, rules, behind, slot, foreign) for slot in slots]


def _table(
    place: Layout,
    number: int,
    shared: Mapping[str, Figures],
    names: Mapping[str, Names],
    slots: Sequence[Slot],
    own: Sequence[Figures],
    numbers: Numbers,
) -> Table:
    """The table of one indicator, taken from the figures of all."""
    indicator, columns = place.catalogue.indicators[number], columns_of(place, number)
    sums = any(map(is_magnitude, indicator.parts))
    margins = [_margin(indicator, TOTAL, (TOTAL,), shared[TOTAL].of(columns), sums)]
    nth = 0
    for dimension in indicator.dimensions:
        if dimension.own:
            known = _names(dimension, numbers)
            found = own[nth].at(slots[nth].first[columns] + np.concatenate([*known.numbers, NOTHING])[:, None])
            nth += 1
        else:
            known, found = names[dimension.name], shared[dimension.name].of(columns)
        codes = known.codes
        if dimension.codes is None:  # of an open list only what occurs
            occurs = np.flatnonzero(found.persons.any(axis=1))
            codes, found = tuple(codes[code] for code in occurs.tolist()), found.at(occurs)
        if codes:
            margins.append(_margin(indicator, dimension.name, codes, found, sums))
    return Table(indicator.id, tuple(margins))


def _margin(indicator: Indicator, name: str, codes: tuple[str, ...], found: Figures, sums: bool) -> Margin:
    largest = found.largest if sums else None
    return Margin(name, codes, indicator.parts, found.values, found.keys, found.persons, largest)


def _number(numbers: Numbers, dimension: str, code: str) -> int:
    return next((number for number, known in numbers.get(dimension, {}).items() if known == code), -1)


def _size(dimension: Dimension, numbers: Numbers) -> int:
    """How many codes there are, or numbers of codes."""
    if numbered(dimension):
        return max(numbers.get(dimension.name, {}), default=0) + 1
    return len(dimension.codes or ())


def _names(dimension: Dimension, numbers: Numbers) -> Names:
    """A dimension's codes, and where figures of each are found: of codes that come together at several places.

    Codes that come together in a record, not in a dossier, have been counted apart already.
    """
    if dimension.codes is not None and (dimension.own or not dimension.several):
        return Names(dimension.codes, [np.arange(len(dimension.codes))])
    found: dict[str, list[int]] = {code: [] for code in dimension.codes or ()}
    for number, code in numbers.get(dimension.name, {}).items():
        for one in code.split(TOGETHER) if dimension.several else (code,):
            found.setdefault(one, []).append(number)
    codes = tuple(dimension.codes or sorted(found))
    return Names(codes, [np.array(found[code], np.int64) for code in codes])


def _foreign(rules: Rules, rows: Rows, ours: int) -> Ints:
    """Places of money in another currency than the catalogue's, whose number is ``ours``."""
    money = np.flatnonzero(rules.money[rows.column])
    foreign: Ints = money[rows.cell[money] // rules.money[rows.column[money]] != ours]
    return foreign


def _by_dossier(rows: Rows, rules: Rules, behind: tuple[Floats, Floats], foreign: Ints) -> Summed:
    """The facts of a dossier in a column as one; rows come in that order."""
    main = ~rules.grouped[rows.column]
    main[foreign] = False
    kept = np.flatnonzero(main)
    dossier, column = rows.dossier[kept], rows.column[kept]
    runs = starts(dossier, column)
    return summed(runs, dossier, column, rows.value[kept], rules.once, rules.magnitude, behind)


def _shared(whole: Summed, place: Layout, codes: Ints, size: int) -> Figures:
    """Figures of every column by a dimension that dossiers decide; shape (codes or numbers, columns)."""
    at = codes[whole.dossier] * place.columns + whole.column
    return figures(whole, at, place.columns * size).shaped(size, place.columns)


def _slots(place: Layout, numbers: Numbers) -> list[Slot]:
    depth = max(map(len, place.own), default=0)
    return [_slot(place, numbers, nth) for nth in range(depth)]


def _slot(place: Layout, numbers: Numbers, nth: int) -> Slot:
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
    return Slot(stride, size, first, length, sets, shown, apart)


def _sets(columns: slice, dimension: Dimension, numbers: Numbers) -> Sets:
    known, codes = numbers.get(dimension.name, {}), dimension.codes or ()
    apart = [known[number].split(TOGETHER) if number in known else [] for number in range(_size(dimension, numbers))]
    lengths = np.array([len(one) for one in apart], np.int64)
    flat = np.array([codes.index(code) for one in apart for code in one], np.int64)
    return Sets(columns, np.cumsum(lengths) - lengths, lengths, flat)


def _own(rows: Rows, rules: Rules, behind: tuple[Floats, Floats], slot: Slot, foreign: Ints) -> Figures:
    """Figures by the n-th own dimension of every indicator, in a row.

    Mostly a cell is one code and rows come in the order of cells, so that what a dossier adds twice stands side by
    side. Only the rest is taken apart and sorted; sorting everything took half of the time of all tables.
    """
    shown = slot.shown[rows.column]
    column = rows.column[foreign]
    shown[foreign] &= rules.money[column] == slot.stride[column]  # what is not ours is shown by currency alone
    apart = slot.apart[rows.column]
    plain, mixed = np.flatnonzero(shown & ~apart), np.flatnonzero(shown & apart)
    column = rows.column[mixed]
    code = rows.cell[mixed] // slot.stride[column] % slot.size[column]
    for sets in slot.sets:
        mixed, code = _apart_each(rows, mixed, code, sets)
    at = slot.first[rows.column[mixed]] + code
    order = np.argsort(rows.dossier[mixed] * slot.length + at)
    at = np.concatenate([slot.first[rows.column[plain]] + rows.cell[plain], at[order]])
    kept = np.concatenate([plain, mixed[order]])
    dossier = rows.dossier[kept]
    runs = starts(dossier, at)
    added = summed(runs, dossier, rows.column[kept], rows.value[kept], rules.once, rules.magnitude, behind)
    return figures(added, at[runs], slot.length)


def _apart_each(rows: Rows, kept: Ints, code: Ints, sets: Sets) -> tuple[Ints, Ints]:
    """Rows of one indicator as often as its record has codes, each under one of them; all others as they are."""
    column = rows.column[kept]
    ours = (column >= sets.columns.start) & (column < sets.columns.stop)
    number = code[ours]
    times = sets.lengths[number]
    which = np.repeat(np.arange(len(number)), times)
    nth = np.arange(len(which)) - (np.cumsum(times) - times)[which]
    each = sets.flat[sets.starts[number][which] + nth]
    return np.concatenate([kept[~ours], kept[ours][which]]), np.concatenate([code[~ours], each])


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
    found = Figures(values, persons, sums, np.zeros(parts, np.int64)).shaped(1, parts)
    return Table(indicator.id, (_margin(indicator, TOTAL, (TOTAL,), found, False),))
