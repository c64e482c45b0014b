"""Noise keyed by people has the declared distribution, cancels out over months and tells nothing by asking again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.disclosure.telescoping import BOUND, change, noise

SECRET = bytes(range(32))
MANY = 100_000
PLACES = np.arange(MANY)
states = st.lists(st.lists(st.integers(0, 255), min_size=6, max_size=6), min_size=1, max_size=24)


def drawn(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 256, count).astype(np.uint8)


def test_noise_has_mean_0_variance_2_and_is_at_most_8_away():
    found = noise(SECRET, "all", "north", PLACES, drawn(MANY))

    assert abs(found.mean()) < 0.02
    assert abs(found.var() - 2) < 0.04
    assert 5 <= abs(found).max() <= BOUND
    assert abs((found == 0).mean() - 0.28) < 0.01


def test_the_noise_of_one_cell_over_all_its_key_sums_is_as_large_as_that_of_all_cells():
    every = np.tile(np.arange(1, 256, dtype=np.uint8), (400, 1))
    found = np.array([noise(SECRET, "all", "north", np.arange(400), column) for column in every.T])

    assert 1.6 < np.median(found.var(axis=0)) < 2.4


def test_an_empty_cell_carries_noise_like_any_other():
    found = noise(SECRET, "all", "north", np.arange(MANY), np.zeros(MANY, np.uint8))

    assert abs(found.var() - 2) < 0.04
    assert 5 <= abs(found).max() <= BOUND


@given(states)
def test_what_was_added_over_any_number_of_months_is_the_noise_of_the_last_state(months):
    before, keys = None, np.zeros(6, np.uint8)
    added = np.zeros(6, np.int64)
    for month in months:
        after = keys + np.array(month, np.uint8)
        added += change(SECRET, "all", "north", np.arange(7, 13), before, after)
        before = keys = after

    assert added.tolist() == noise(SECRET, "all", "north", np.arange(7, 13), keys).tolist()
    assert abs(added).max() <= BOUND


def test_the_variance_does_not_grow_over_24_months():
    random = np.random.default_rng(5)
    keys, running = None, np.zeros(MANY, np.int64)
    for _ in range(24):
        new = random.integers(0, 256, MANY).astype(np.uint8)
        after = new if keys is None else keys + new
        running += change(SECRET, "all", "north", PLACES, keys, after)
        keys = after

    assert abs(running.var() - 2) < 0.1


def test_a_month_in_which_nobody_came_or_went_adds_nothing():
    keys = drawn(MANY)

    assert not change(SECRET, "all", "north", PLACES, keys, keys).any()


def test_one_person_more_draws_afresh():
    keys = drawn(MANY)
    before, after = (
        noise(SECRET, "all", "north", PLACES, keys),
        noise(SECRET, "all", "north", PLACES, keys + np.uint8(1)),
    )

    assert abs(np.corrcoef(before, after)[0, 1]) < 0.02


@pytest.mark.parametrize(
    "other",
    [
        (bytes(32), "all", "north", PLACES),
        (SECRET, "women", "north", PLACES),
        (SECRET, "all", "south", PLACES),
        (SECRET, "all", "north", PLACES + 1),
    ],
)
def test_another_secret_population_group_or_cell_has_noise_of_its_own(other):
    keys = drawn(MANY)

    assert abs(np.corrcoef(noise(SECRET, "all", "north", PLACES, keys), noise(*other, keys))[0, 1]) < 0.02


def test_a_figure_that_stands_in_several_tables_has_one_noise():
    keys = drawn(100)
    twice = np.concatenate([np.arange(100), np.arange(100)])
    found = noise(SECRET, "all", "north", twice, np.concatenate([keys, keys]))

    assert found[:100].tolist() == found[100:].tolist() == noise(SECRET, "all", "north", np.arange(100), keys).tolist()


def test_a_name_that_could_be_cut_in_two_places_is_refused():
    with pytest.raises(ValueError, match="NUL"):
        noise(SECRET, "all\0north", "", np.zeros(1, np.intp), drawn(1))
