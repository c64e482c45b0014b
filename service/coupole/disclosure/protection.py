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

import numpy as np

from coupole.disclosure.cellkey import AGREED, Noise, perturb, perturb_sums, round_units, sum_bounds
from coupole.disclosure.tables import Cells, Counts, Flags, ShownCells

FLOOR = 20
"""A member that accompanies fewer people shows nothing: its whole is a small cell."""

CONTRIBUTORS = 10
"""People, counted with their noise, below whom no sum is shown."""

P_PERCENT = 10
"""How much, in per cent of the largest contribution, must remain of a sum without the two largest."""

FEW = 2
"""One or two people: events of theirs are not counted apart."""

ZERO, PERTURBED, WITHHELD = "zero", "perturbed", "withheld"

STATES = np.array([ZERO, PERTURBED, WITHHELD], np.object_)


def protect(cells: Cells, headcount: int, secret: bytes, noise: Noise = AGREED) -> ShownCells | None:
    """The cells as they may be shown; nothing when the member accompanies too few people (``headcount``).

    ``secret``: its cell secret. No cell's fate depends on a cell of another column. Where figures are not about people
    they carry noise, but rules 2, 3 and 5 have nobody to protect.
    """
    if headcount < FLOOR:
        return None
    exact, keys = np.stack([cells.persons, cells.values]), np.stack([cells.keys, cells.keys])
    people, values = perturb(exact, keys, secret, noise)
    bounds = np.full_like(values, noise.bound)
    kinds = cells.kinds
    withheld = kinds.about_people & ~kinds.is_sum & _few_behind(cells, people)
    nothing = values == 0  # as shown: see rule 4
    if len(sums := np.flatnonzero(kinds.is_sum)):
        decided = _decided_sums(cells.at(sums), people[sums], secret, noise)
        values[sums], bounds[sums], nothing[sums], withheld[sums] = decided
    if kinds.outcome.any():
        single = np.bincount(kinds.column, ~nothing | withheld) == 1
        withheld |= kinds.outcome & kinds.about_people & single[kinds.column]
    values[withheld] = bounds[withheld] = 0
    return ShownCells(values, STATES[np.where(withheld, 2, np.where(nothing, 0, 1))], bounds)


def _decided_sums(cells: Cells, people: Counts, secret: bytes, noise: Noise) -> tuple[Counts, Counts, Flags, Flags]:
    """Values, bounds, whether there is nothing, whether there is too much of one person: of sums."""
    none = np.where(cells.kinds.about_people, people, cells.persons) == 0
    units = round_units(cells.largest)
    widest = np.ones(cells.kinds.column.max(initial=0) + 1, np.int64)
    np.maximum.at(widest, cells.kinds.column, units)
    units = np.where(none, widest[cells.kinds.column], units)
    shown = np.where(none, 0, perturb_sums(cells.values, cells.keys, units, secret, noise))
    return shown, sum_bounds(units, noise), none, cells.kinds.about_people & ~none & _told_apart(cells, people)


def _few_behind(cells: Cells, people: Counts) -> Flags:
    """Counts of many events of one or two people, or of those who may be as few."""
    found: Flags = ((cells.persons <= FEW) | (people == 0)) & (cells.values > np.maximum(cells.persons, FEW))
    return found


def _told_apart(cells: Cells, people: Counts) -> Flags:
    """Sums that say too much of the one who gives most: of few people, or mostly of one."""
    dominated = 100 * cells.values < (200 + P_PERCENT) * cells.largest
    found: Flags = (people < CONTRIBUTORS) | dominated
    return found
