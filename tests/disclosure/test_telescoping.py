"""Noise keyed by people has the declared distribution, cancels out over months and tells nothing by asking again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.disclosure.telescoping import change, noise

SECRET = bytes(range(32))
MANY = 100_000
states = st.lists(st.lists(st.integers(0, 255), min_size=6, max_size=6), min_size=1, max_size=24)


def drawn(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 256, count).astype(np.uint8)


def test_noise_has_mean_0_variance_2_and_is_at_most_5_away():
    found = noise(SECRET, "all", "north", 0, drawn(MANY))

    assert abs(found.mean()) < 0.02
    assert abs(found.var() - 2) < 0.04
    assert abs(found).max() == 5
    assert abs((found == 0).mean() - 0.28) < 0.01


def test_the_noise_of_one_cell_over_all_its_key_sums_is_as_large_as_that_of_all_cells():
    every = np.tile(np.arange(1, 256, dtype=np.uint8), (400, 1))
    found = np.array([noise(SECRET, "all", "north", 0, column) for column in every.T])

    assert 1.6 < np.median(found.var(axis=0)) < 2.4


def test_an_empty_cell_carries_none():
    assert noise(SECRET, "all", "north", 0, np.zeros(MANY, np.uint8)).tolist() == [0] * MANY


@given(states)
def test_what_was_added_over_any_number_of_months_is_the_noise_of_the_last_state(months):
    keys = np.zeros(6, np.uint8)
    added = np.zeros(6, np.int64)
    for month in months:
        after = keys + np.array(month, np.uint8)
        added += change(SECRET, "all", "north", 7, keys, after)
        keys = after

    assert added.tolist() == noise(SECRET, "all", "north", 7, keys).tolist()
    assert abs(added).max() <= 5


def test_the_variance_does_not_grow_over_24_months():
    random = np.random.default_rng(5)
    keys, running = np.zeros(MANY, np.uint8), np.zeros(MANY, np.int64)
    for _ in range(24):
        after = keys + random.integers(0, 256, MANY).astype(np.uint8)
        running += change(SECRET, "all", "north", 0, keys, after)
        keys = after

    assert abs(running[keys > 0].var() - 2) < 0.1


def test_a_month_in_which_nobody_came_or_went_adds_nothing():
    keys = drawn(MANY)

    assert not change(SECRET, "all", "north", 0, keys, keys).any()


def test_one_person_more_draws_afresh():
    keys = drawn(MANY)
    before, after = noise(SECRET, "all", "north", 0, keys), noise(SECRET, "all", "north", 0, keys + np.uint8(1))
    both = (keys > 0) & (keys + np.uint8(1) > 0)

    assert abs(np.corrcoef(before[both], after[both])[0, 1]) < 0.02


@pytest.mark.parametrize(
    "other",
    [
        (bytes(32), "all", "north", 0),
        (SECRET, "women", "north", 0),
        (SECRET, "all", "south", 0),
        (SECRET, "all", "north", 1),
    ],
)
def test_another_secret_population_group_or_cell_has_noise_of_its_own(other):
    keys = drawn(MANY)

    assert abs(np.corrcoef(noise(SECRET, "all", "north", 0, keys), noise(*other, keys))[0, 1]) < 0.02


def test_cells_have_the_same_noise_in_whatever_piece_they_are_asked_for():
    keys = drawn(100)

    assert noise(SECRET, "all", "north", 0, keys)[40:].tolist() == noise(SECRET, "all", "north", 40, keys[40:]).tolist()


def test_a_name_that_could_be_cut_in_two_places_is_refused():
    with pytest.raises(ValueError, match="NUL"):
        noise(SECRET, "all\0north", "", 0, drawn(1))
