"""What of a member's exact tables may leave: one function, in the order in which it decides.

1. Fewer than ``FLOOR`` people: no table at all.
2. A count of events that one or two people made says more about them than its noise hides, so it is treated as small.
   Whether there are so few is decided by the *noisy* number of people: a rule on the exact number would tell it.
3. A sum needs at least ``CONTRIBUTORS`` people (again by their noisy number, hence never fewer than five), of whom none
   gives nearly half: after the two largest there must remain ``P_PERCENT`` of the largest (p %-rule; of the second
   largest no more is known than that it is not larger). Its noise is that of a count times the largest contribution
   in round numbers, and the bound is declared with it.
4. Every count is shown with noise, totals too. What is shown as 0 is called ``zero`` whether there is nobody or there
   are too few: apart, the two would say of every hidden cell that it is small.
5. A margin of outcomes that shows everybody in one category would say of each person what became of them: withheld.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.cellkey import AGREED, Noise, perturb, perturb_sums, round_units, sum_bounds
from coupole.disclosure.tables import Counts, Keys, Margin, ProtectedMargin, ProtectedTable, Table, is_magnitude

FLOOR = 20
"""A member that accompanies fewer people shows nothing: its whole is a small cell."""

CONTRIBUTORS = 10
"""People, counted with their noise, below whom no sum is shown."""

P_PERCENT = 10
"""How much, in per cent of the largest contribution, must remain of a sum without the two largest."""

FEW = 2
"""One or two people: events of theirs are not counted apart."""

Flags = NDArray[np.bool_]

ZERO, PERTURBED, WITHHELD = "zero", "perturbed", "withheld"

STATES = np.array([ZERO, PERTURBED, WITHHELD], np.object_)


def protect(
    table: Table,
    headcount: int,
    secret: bytes,
    *,
    outcomes: Collection[str] = (),
    about_people: bool = True,
    noise: Noise = AGREED,
) -> ProtectedTable:
    """The table as it may be shown. ``headcount``: people the member accompanies; ``secret``: its cell secret.

    ``outcomes``: dimensions that say what became of people. ``about_people``: False for figures that point at no
    person (agreements, places): they carry noise, but rules 2, 3 and 5 have nobody to protect.
    """
    return protect_each([table], headcount, secret, outcomes=outcomes, about_people=[about_people], noise=noise)[0]


def protect_each(
    tables: Sequence[Table],
    headcount: int,
    secret: bytes,
    *,
    outcomes: Collection[str] = (),
    about_people: Sequence[bool],
    noise: Noise = AGREED,
) -> list[ProtectedTable]:
    """``protect`` for all tables of a release; ``about_people``: of each of them.

    No cell's fate depends on a cell outside its margin, but to decide those of hundreds of small margins one after
    the other took ten times as long as to decide all cells together.
    """
    if headcount < FLOOR:
        return [ProtectedTable(table.indicator, (), "too_few_people") for table in tables]
    margins = [margin for table in tables for margin in table.margins]
    people = [about for table, about in zip(tables, about_people, strict=True) for _margin in table.margins]
    shown = iter(_shown(margins, people, [margin.dimension in outcomes for margin in margins], secret, noise))
    return [ProtectedTable(table.indicator, tuple(islice(shown, len(table.margins)))) for table in tables]


class _Cells(NamedTuple):
    """All cells of some margins in a row. ``column``: cells of one margin and one part have one number."""

    values: Counts
    persons: Counts
    keys: Keys
    largest: Counts
    column: Counts
    is_sum: Flags
    about_people: Flags
    outcome: Flags

    def at(self, place: NDArray[np.intp]) -> _Cells:
        """Some of them."""
        return _Cells(
            self.values[place],
            self.persons[place],
            self.keys[place],
            self.largest[place],
            self.column[place],
            self.is_sum[place],
            self.about_people[place],
            self.outcome[place],
        )


def _shown(
    margins: Sequence[Margin], about_people: Sequence[bool], outcome: Sequence[bool], secret: bytes, noise: Noise
) -> list[ProtectedMargin]:
    """Each margin as it may be shown."""
    if not margins:
        return []
    values, states, bounds = _decided(_cells(margins, about_people, outcome), secret, noise)
    shown = []
    start = 0
    for margin in margins:
        end = start + margin.values.size
        cells, shape = slice(start, end), margin.values.shape
        shown.append(
            ProtectedMargin(
                margin.dimension,
                margin.codes,
                margin.parts,
                values[cells].reshape(shape),
                states[cells].reshape(shape),
                bounds[cells].reshape(shape),
            )
        )
        start = end
    return shown


def _cells(margins: Sequence[Margin], about_people: Sequence[bool], outcome: Sequence[bool]) -> _Cells:
    sizes = np.array([margin.values.size for margin in margins])
    widths = np.array([len(margin.parts) for margin in margins])
    place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    column = np.repeat(np.cumsum(widths) - widths, sizes) + place % np.repeat(widths, sizes)
    sums = np.array([is_magnitude(part) for margin in margins for part in margin.parts])
    none = np.zeros(sizes.max(), np.int64)
    return _Cells(
        np.concatenate([margin.values.ravel() for margin in margins]),
        np.concatenate([margin.persons.ravel() for margin in margins]),
        np.concatenate([margin.keys.ravel() for margin in margins]),
        np.concatenate(
            [none[: margin.values.size] if margin.largest is None else margin.largest.ravel() for margin in margins]
        ),
        column,
        sums[column],
        np.repeat(np.array(about_people, np.bool_), sizes),
        np.repeat(np.array(outcome, np.bool_), sizes),
    )


def _decided(cells: _Cells, secret: bytes, noise: Noise) -> tuple[Counts, NDArray[np.object_], Counts]:
    """Values, states and bounds."""
    exact, keys = np.stack([cells.persons, cells.values]), np.stack([cells.keys, cells.keys])
    people, values = perturb(exact, keys, secret, noise)
    bounds = np.full_like(values, noise.bound)
    withheld = cells.about_people & ~cells.is_sum & _few_behind(cells, people)
    nothing = values == 0  # as shown: see rule 4
    if len(sums := np.flatnonzero(cells.is_sum)):
        decided = _decided_sums(cells.at(sums), people[sums], secret, noise)
        values[sums], bounds[sums], nothing[sums], withheld[sums] = decided
    if cells.outcome.any():
        single = np.bincount(cells.column, ~nothing | withheld) == 1
        withheld |= cells.outcome & cells.about_people & single[cells.column]
    values[withheld] = bounds[withheld] = 0
    return values, STATES[np.where(withheld, 2, np.where(nothing, 0, 1))], bounds


def _decided_sums(cells: _Cells, people: Counts, secret: bytes, noise: Noise) -> tuple[Counts, Counts, Flags, Flags]:
    """Values, bounds, whether there is nothing, whether there is too much of one person: of sums."""
    none = np.where(cells.about_people, people, cells.persons) == 0
    units = round_units(cells.largest)
    widest = np.ones(cells.column.max(initial=0) + 1, np.int64)
    np.maximum.at(widest, cells.column, units)
    units = np.where(none, widest[cells.column], units)
    shown = np.where(none, 0, perturb_sums(cells.values, cells.keys, units, secret, noise))
    return shown, sum_bounds(units, noise), none, cells.about_people & ~none & _told_apart(cells, people)


def _few_behind(cells: _Cells, people: Counts) -> Flags:
    """Counts of many events of one or two people, or of those who may be as few."""
    found: Flags = ((cells.persons <= FEW) | (people == 0)) & (cells.values > np.maximum(cells.persons, FEW))
    return found


def _told_apart(cells: _Cells, people: Counts) -> Flags:
    """Sums that say too much of the one who gives most: of few people, or mostly of one."""
    dominated = 100 * cells.values < (200 + P_PERCENT) * cells.largest
    found: Flags = (people < CONTRIBUTORS) | dominated
    return found
