"""Adding up members. Pure: releases in, totals out, the same whatever their order.

A total is the sum of what members show. It never stands for more than that: a member that did not answer, or hides the
figure, is counted as not in it. Every shown figure carries its own noise, so a total's noise is the sum of theirs:
at most ``bound`` away from the exact sum, with ``variance``. A zero adds to the bound, for it may stand for a few,
but not to the variance: mostly nobody is there, and to count all zeros would drown what the others show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.cellkey import AGREED
from coupole.disclosure.tables import is_magnitude
from coupole.hub.store.packing import PERTURBED, WITHHELD, Figures, Layout, LayoutIndicator, States

Places = NDArray[np.intp]


class Cell(NamedTuple):
    """Which figure."""

    indicator: str
    dimension: str
    code: str
    part: str


class Total(NamedTuple):
    """One total: ``shown`` members are in it, ``hidden`` ones report the indicator and hide this figure."""

    value: int
    shown: int
    hidden: int
    bound: int
    variance: int


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """The newest release of one member. ``layout``: number of its layout; arrays are in that layout's order."""

    node: str
    layout: int
    variance: int
    values: Figures
    states: States
    bounds: Figures


@dataclass(slots=True)
class Covered:
    """Of which members an indicator speaks, by what they said of it."""

    reported: list[str] = field(default_factory=list)
    not_applicable: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    too_few: list[str] = field(default_factory=list)
    not_reported: list[str] = field(default_factory=list)
    not_settled: list[str] = field(default_factory=list)
    """It will be in a later release of theirs."""


COVERAGE = ("reported", "not_applicable", "withheld", "too_few", "not_reported", "not_settled")
"""The lists of members above, as they are counted in a publication."""


@dataclass(frozen=True, slots=True)
class Totals:
    """All totals of a period, and the coverage of each indicator."""

    figures: Mapping[Cell, Total]
    coverage: Mapping[str, Covered]


def add_up(contributions: Iterable[Contribution], layouts: Mapping[int, Layout]) -> Totals:
    """The totals of these members. ``layouts`` by number, all that occur.

    Members do not name a code of an open list (an operation, a currency) of which they show nothing: it counts as a
    shown zero, which like every zero stands for up to ``AGREED.bound`` people. For a sum no such bound can be told.
    """
    by_layout: dict[int, list[Contribution]] = defaultdict(list)
    for contribution in contributions:
        by_layout[contribution.layout].append(contribution)
    cells = _Cells()
    coverage: dict[str, Covered] = defaultdict(Covered)
    for number in sorted(by_layout):
        _cover(coverage, layouts[number], [one.node for one in by_layout[number]])
        cells.add(layouts[number], by_layout[number])
    for covered in coverage.values():
        for name in COVERAGE:
            getattr(covered, name).sort()
    return Totals(cells.totals(coverage), dict(coverage))


def _cover(coverage: dict[str, Covered], layout: Layout, nodes: list[str]) -> None:
    for indicator in layout:
        _list_of(coverage[indicator.id], indicator).extend(nodes)


def _list_of(covered: Covered, indicator: LayoutIndicator) -> list[str]:
    if indicator.state == "withheld":
        return covered.too_few if indicator.reason == "too_few_people" else covered.withheld
    if indicator.reason == "not_settled":
        return covered.not_settled
    lists = {"reported": covered.reported, "not_applicable": covered.not_applicable}
    return lists.get(indicator.state, covered.not_reported)


class _Cells:
    """Running sums. Members of one layout are added as a matrix; layouts meet in numbered cells."""

    def __init__(self) -> None:
        self.numbers: dict[Cell, int] = {}
        self.places: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], Places] = {}
        self.sums = np.zeros((5, 0), np.int64)  # value, hidden, bound, variance, members that name the cell

    def add(self, layout: Layout, members: list[Contribution]) -> None:
        places = self._places(layout)
        if len(self.numbers) > self.sums.shape[1]:
            more = len(self.numbers) - self.sums.shape[1]
            self.sums = np.pad(self.sums, ((0, 0), (0, more)))
        states = np.stack([member.states for member in members])
        shown = states != WITHHELD
        values = np.stack([member.values for member in members])
        bounds = np.stack([member.bounds for member in members])
        variances = np.array([member.variance for member in members], np.int64)
        self.sums[0, places] += (values * shown).sum(axis=0)
        self.sums[1, places] += (~shown).sum(axis=0)
        self.sums[2, places] += (bounds * shown).sum(axis=0)
        self.sums[3, places] += variances @ (states == PERTURBED).astype(np.int64)
        self.sums[4, places] += len(members)

    def totals(self, coverage: Mapping[str, Covered]) -> dict[Cell, Total]:
        found = {}
        for cell, number in self.numbers.items():
            value, hidden, bound, variance, named = map(int, self.sums[:, number])
            reported = len(coverage[cell.indicator].reported)
            if not is_magnitude(cell.part):
                bound += AGREED.bound * (reported - named)
            # Noise is never below zero at a member; a total below zero could only be shown as zero.
            found[cell] = Total(max(value, 0), reported - hidden, hidden, bound, variance)
        return found

    def _places(self, layout: Layout) -> Places:
        pieces = []
        for indicator in layout:
            for dimension, codes in indicator.margins:
                block = (indicator.id, dimension, codes, indicator.parts)
                if block not in self.places:
                    cells = [Cell(indicator.id, dimension, code, part) for part in indicator.parts for code in codes]
                    numbers = [self.numbers.setdefault(cell, len(self.numbers)) for cell in cells]
                    self.places[block] = np.array(numbers, np.intp)
                pieces.append(self.places[block])
        return np.concatenate(pieces) if pieces else np.zeros(0, np.intp)
