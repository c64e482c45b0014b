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

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.cellkey import AGREED, Noise, perturb, perturb_sums, round_units, sum_bounds
from coupole.disclosure.tables import Counts, Margin, ProtectedMargin, ProtectedTable, Table, is_magnitude

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
    if headcount < FLOOR:
        return ProtectedTable(table.indicator, (), "too_few_people")
    margins = tuple(
        _margin(margin, secret, about_people, about_people and margin.dimension in outcomes, noise)
        for margin in table.margins
    )
    return ProtectedTable(table.indicator, margins)


def _margin(margin: Margin, secret: bytes, about_people: bool, outcome: bool, noise: Noise) -> ProtectedMargin:
    people = perturb(margin.persons, margin.keys, secret, noise)
    values = perturb(margin.values, margin.keys, secret, noise)
    bounds = np.full_like(values, noise.bound)
    withheld = about_people & _few_behind(margin, people)
    nothing = values == 0
    if margin.largest is not None:
        sums = np.array([is_magnitude(part) for part in margin.parts])
        none = people == 0 if about_people else margin.persons == 0
        units = np.where(none, round_units(margin.largest).max(axis=0, initial=1), round_units(margin.largest))
        shown = np.where(none, 0, perturb_sums(margin.values, margin.keys, units, secret, noise))
        values, bounds = np.where(sums, shown, values), np.where(sums, sum_bounds(units, noise), bounds)
        nothing = np.where(sums, none, nothing)
        withheld = np.where(sums, about_people & ~none & _told_apart(margin, margin.largest, people), withheld)
    if outcome:
        withheld = withheld | ((~nothing | withheld).sum(axis=0) == 1)
    states = np.where(withheld, WITHHELD, np.where(nothing, ZERO, PERTURBED))
    hidden = np.where(withheld, 0, 1)
    return ProtectedMargin(margin.dimension, margin.codes, margin.parts, values * hidden, states, bounds * hidden)


def _few_behind(margin: Margin, people: Counts) -> Flags:
    """Counts of many events of one or two people, or of those who may be as few."""
    found: Flags = ((margin.persons <= FEW) | (people == 0)) & (margin.values > np.maximum(margin.persons, FEW))
    return found


def _told_apart(margin: Margin, largest: Counts, people: Counts) -> Flags:
    """Sums that say too much of the one who gives most: of few people, or mostly of one."""
    dominated = 100 * margin.values < (200 + P_PERCENT) * largest
    found: Flags = (people < CONTRIBUTORS) | dominated
    return found
