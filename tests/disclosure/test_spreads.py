"""How members differ: bands of fewer than three are never shown, and quartiles lie where a plain list puts them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.disclosure.spreads import TOGETHER, quartiles, usual
from coupole.disclosure.suppression import pool
from coupole.disclosure.telescoping import VARIANCE, noise

NOISY = st.lists(st.integers(-5, 12), min_size=1, max_size=10)


@given(NOISY)
def test_no_band_that_is_shown_holds_fewer_than_three_unless_it_is_the_only_one(values: list[int]) -> None:
    groups = pool(np.array(values, np.int64), TOGETHER, empty=True)
    assert [place for group in groups for place in group] == list(range(len(values)))
    totals = [sum(values[group.start : group.stop]) for group in groups]
    assert len(groups) == 1 or min(totals) >= TOGETHER


@given(st.lists(st.integers(TOGETHER, 12), min_size=1, max_size=10))
def test_what_is_large_enough_stays_as_it_is(values: list[int]) -> None:
    assert [len(group) for group in pool(np.array(values, np.int64), TOGETHER, empty=True)] == [1] * len(values)


@given(NOISY)
def test_the_quartiles_are_those_of_the_members_laid_side_by_side(values: list[int]) -> None:
    side_by_side = [band for band, members in enumerate(values) for _one in range(max(members, 0))]
    expected = tuple(side_by_side[-(-quarter * len(side_by_side) // 4) - 1] for quarter in (1, 2, 3) if side_by_side)
    assert quartiles(np.array(values, np.int64)) == expected


def test_where_nobody_is_in_a_band_there_are_no_quartiles() -> None:
    assert quartiles(np.array([], np.int64)) == quartiles(np.array([0, -3], np.int64)) == ()


@pytest.mark.parametrize("bands", [1, 3, 10])
def test_what_noise_usually_stays_within_holds_nineteen_times_in_twenty(bands: int) -> None:
    cells = np.arange(20_000 * bands, dtype=np.intp)
    drawn = noise(b"s" * 32, "people", "all", cells, (cells % 256).astype(np.uint8)).reshape(-1, bands).sum(axis=1)
    within = np.abs(drawn) <= usual(VARIANCE * bands)
    assert 0.95 < within.mean() < 0.995
    assert usual(0) == 0
