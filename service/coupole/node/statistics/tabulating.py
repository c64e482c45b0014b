"""Lays selected facts out into tables: every indicator by every dimension, in one pass for each dimension."""

from __future__ import annotations

from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np

from coupole.disclosure.tables import Cells, Table, is_magnitude
from coupole.node.statistics.packing import Layout, layout
from coupole.node.statistics.planning import Numbers, Plan, Sets, Slot, columns_of, plan_of
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
from coupole.standard.catalogue import Catalogue, Indicator
from coupole.standard.measures import GROUPS, band_of

CURRENCY = "currency"
AT_ONCE = 1_000
"""Dossiers whose facts are added up at once. Longer arrays leave the processor's cache, and their memory is given back
to the system and asked for again at each step: a seventh of the time of 5,000 dossiers."""


class Rules(NamedTuple):
    """What holds for each column. ``money``: the stride of the currency in a cell, 0 when there is none."""

    once: Flags
    person: Flags
    until_reentry: Flags
    grouped: Flags
    magnitude: Flags
    money: Ints


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


def tabulate(
    place: Layout, rules: Rules, rows: Rows, codes: Ints, keys: Words, numbers: Numbers
) -> tuple[tuple[Table, ...], Cells]:
    """One table for each indicator, and their cells.

    ``codes``: of each dossier by each shared dimension; ``keys``: of each dossier.
    """
    plan = plan_of(place.catalogue, numbers)
    ours = _number(numbers, CURRENCY, place.catalogue.currency)
    parts = [_counted(place, rules, part, plan, codes, keys, ours) for part in rows.parted(AT_ONCE)]
    found = [reduce(Figures.plus, same) for same in zip(*parts, strict=True)]
    for at, shared in enumerate(plan.shared, 1):
        if shared.runs is not None:
            found[at] = found[at].together(shared.runs, place.columns)
    for first, indicator in zip(place.first_column, place.catalogue.indicators, strict=True):
        if indicator.distinct == GROUPS:
            found.append(_grouped(indicator, rows.only(rows.column == first), keys))
    values, persons, sums, largest = Figures.side_by_side(found).at(plan.places)
    return plan.tables, Cells(values, sums, persons, largest, plan.kinds)


def _counted(place: Layout, rules: Rules, rows: Rows, plan: Plan, codes: Ints, keys: Words, ours: int) -> list[Figures]:
    """Figures of some dossiers: all together, by each dimension that dossiers decide, by each that records decide.

    ``ours``: the number of the catalogue's currency.
    """
    behind, foreign = halves(keys), _foreign(rules, rows, ours)
    whole = _by_dossier(rows, rules, behind, foreign)
    found = [figures(whole, whole.column, place.columns)]
    for at, shared in enumerate(plan.shared):
        by = codes[whole.dossier, at] * place.columns + whole.column
        found.append(figures(whole, by, place.columns * shared.size))
    return found + [_own(rows, rules, behind, slot, foreign) for slot in plan.slots]


def _number(numbers: Numbers, dimension: str, code: str) -> int:
    return next((number for number, known in numbers.get(dimension, {}).items() if known == code), -1)


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


def _grouped(indicator: Indicator, rows: Rows, keys: Words) -> Figures:
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
    return Figures(values, persons, sums, np.zeros(parts, np.int64))
