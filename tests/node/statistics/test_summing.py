"""Facts may be added up in parts: no dossier is cut in two, and the parts together are the whole."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from coupole.node.statistics.summing import Figures, Rows, figures, halves, starts, summed

COUNTS = np.zeros(3, np.bool_)
SUMS = np.ones(3, np.bool_)


def facts(dossiers: int, seed: int = 1) -> Rows:
    """Facts of dossiers of which some have none, in the order of dossiers and columns."""
    chance = np.random.default_rng(seed)
    where = np.sort(chance.integers(0, dossiers * 3, dossiers * 5))
    return Rows(where // 3, where % 3, *(chance.integers(0, 9, len(where)) for _ in range(3)))


def added(rows: Rows, keys: np.ndarray) -> Figures:
    """The figures of each column."""
    runs = starts(rows.dossier, rows.column)
    found = summed(runs, rows.dossier, rows.column, rows.value, COUNTS, SUMS, halves(keys))
    return figures(found, found.column, 3)


@pytest.mark.parametrize("dossiers", [1, 7, 8, 9, 50])
def test_parts_hold_every_fact_once_and_no_dossier_is_in_two(dossiers: int) -> None:
    rows = facts(dossiers)
    parts = list(rows.parted(4))
    for whole, pieces in zip(rows, zip(*parts, strict=True), strict=True):
        assert np.concatenate(pieces).tolist() == whole.tolist()
    seen = [set(part.dossier.tolist()) for part in parts]
    assert sum(map(len, seen)) == len(set().union(*seen))
    assert max(map(len, seen)) <= 4


def test_the_figures_of_all_parts_together_are_those_of_the_whole() -> None:
    rows = facts(50)
    keys = np.random.default_rng(2).integers(0, 2**64, 50, np.uint64)
    whole = added(rows, keys)
    together = reduce(Figures.plus, [added(part, keys) for part in rows.parted(7)])
    for one, other in zip(whole, together, strict=True):
        assert one.tolist() == other.tolist()
    assert whole.persons.min() > 0 < whole.largest.min()


def test_no_facts_are_one_part_and_every_figure_is_nothing() -> None:
    (part,) = Rows.none().parted(4)
    assert [one.tolist() for one in added(part, np.zeros(0, np.uint64))] == [[0, 0, 0]] * 4
