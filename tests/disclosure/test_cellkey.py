"""The noise is what is declared, computed from the table itself; it belongs to the people, not to the question."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from coupole.disclosure.cellkey import (
    AGREED,
    Noise,
    distribution,
    draws,
    perturb,
    perturb_sums,
    round_units,
    spread,
    steps_of,
    sum_bounds,
)
from coupole.disclosure.tables import record_keys

SECRET = b"c" * 32
STEPS = np.arange(-5, 6)
KEYS = st.integers(0, 2**64 - 1)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def keys(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def many(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 2**64, 20_000, np.uint64)


def test_every_count_has_noise_of_mean_zero_and_of_the_declared_variance() -> None:
    table = distribution().probabilities
    assert np.allclose(table.sum(axis=1), 1, atol=1e-12)
    assert np.allclose(table @ STEPS, 0, atol=1e-9)
    assert np.allclose(table[1:] @ STEPS**2, 2, atol=1e-9)


def test_what_is_never_shown_has_no_share_at_all() -> None:
    table = distribution().probabilities
    for count, row in enumerate(table):
        shown = count + STEPS
        assert not row[(shown < 0) | (shown == 1) | (shown == 2)].any()
        assert (row >= 0).all()
    assert table[0].tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]


def test_one_and_two_people_are_shown_as_none_or_three() -> None:
    table = distribution().probabilities
    assert np.allclose(table[1, [4, 7]], [2 / 3, 1 / 3])
    assert np.allclose(table[2, [3, 6]], [1 / 3, 2 / 3])


def test_a_large_count_keeps_its_value_in_more_than_a_quarter_of_cases_and_leans_to_no_side() -> None:
    last = distribution().probabilities[-1]
    assert 0.28 < last[5] < 0.29
    assert np.allclose(last, last[::-1])


@pytest.mark.parametrize("count", range(3, 9))
def test_no_other_distribution_of_that_mean_and_variance_says_less(count: int) -> None:
    """Any small move that keeps sum, mean and variance lowers the entropy: it was the largest."""
    row = distribution().probabilities[count]
    used = row > 0
    constraints = np.stack([np.ones(used.sum()), STEPS[used], STEPS[used] ** 2])
    moves = np.linalg.svd(constraints)[2][3:]
    assert len(moves)

    def entropy(p: np.ndarray) -> float:
        return float(-(p * np.log(p)).sum())

    for move in moves:
        for size in (-1e-6, 1e-6):
            assert entropy(row[used] + size * move) < entropy(row[used])


def test_the_shares_of_the_draw_are_those_of_the_distribution() -> None:
    table = distribution()
    shares = np.diff(table.cumulative.astype(np.float64), axis=1, prepend=0) / 2.0**53
    assert np.abs(shares - table.probabilities).max() < 1e-12
    assert (table.cumulative[:, -1] == 2**53).all()
    for count in range(9):
        ends = steps_of(ints(count, count), np.array([0, 2**53 - 1], np.uint64))
        assert table.probabilities[count, ends + 5].all(), "the first and the last draw lead to a step that may happen"


@given(st.lists(st.tuples(st.integers(0, 5000), KEYS), min_size=1, max_size=30))
def test_a_shown_count_is_near_never_one_or_two_and_none_stays_none(cells: list[tuple[int, int]]) -> None:
    values, behind = ints(*(value for value, _ in cells)), keys(*(key for _, key in cells))
    shown = perturb(values, behind, SECRET)
    assert (np.abs(shown - values) <= 5).all()
    assert not np.isin(shown, (1, 2)).any()
    assert (shown >= 0).all()
    assert (shown[values == 0] == 0).all()


@given(st.integers(1, 500), KEYS)
def test_asking_again_elsewhere_or_in_other_company_gives_the_same_answer(value: int, key: int) -> None:
    alone = perturb(ints(value), keys(key), SECRET)[0]
    assert perturb(ints(value), keys(key), SECRET)[0] == alone
    together = perturb(ints(7, value, 0, value), keys(1, key, 0, key), SECRET)
    assert together[1] == together[3] == alone
    assert perturb(ints(7, value).reshape(1, 2), keys(1, key).reshape(1, 2), SECRET)[0, 1] == alone


def test_averaging_over_a_thousand_questions_gains_nothing() -> None:
    answers = {int(perturb(ints(23), keys(12345), SECRET)[0]) for _ in range(1000)}
    assert len(answers) == 1


def test_the_sum_of_record_keys_does_not_depend_on_order_or_on_how_people_are_parted() -> None:
    people = record_keys(SECRET, many(7)[:50])
    whole = people.sum(dtype=np.uint64)
    parts = np.array([people[start::3].sum(dtype=np.uint64) for start in range(3)])
    assert whole == parts.sum(dtype=np.uint64) == people[::-1].sum(dtype=np.uint64)
    assert len(set(people.tolist())) == 50


def test_a_record_key_is_a_block_of_aes_and_says_nothing_without_its_secret() -> None:
    key = hashlib.blake2b(key=SECRET, digest_size=32, person=b"record").digest()
    block = Cipher(algorithms.AES256(key), modes.CBC(bytes(16))).encryptor().update((7).to_bytes(16, "little"))
    assert record_keys(SECRET, keys(7)).tolist() == [int.from_bytes(block[:8], "little")]
    assert record_keys(SECRET, keys(7, 8, 7)).tolist()[0] == record_keys(SECRET, keys(7))[0]
    assert record_keys(SECRET, keys(7)) != record_keys(b"d" * 32, keys(7))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 40])
def test_noise_over_many_people_is_distributed_as_declared(count: int) -> None:
    shown = perturb(np.full(20_000, count), many(count), SECRET)
    seen = np.bincount(shown - count + 5, minlength=11) / 20_000
    expected = distribution().probabilities[min(count, 8)]
    assert np.abs(seen - expected).max() < 5 * 0.5 / np.sqrt(20_000)  # five standard errors at most


def test_with_one_person_more_the_noise_is_another_one() -> None:
    before = many(9)
    first = perturb(np.full(20_000, 40), before, SECRET) - 40
    after = perturb(np.full(20_000, 41), before + np.uint64(987654321), SECRET) - 41
    chance = (distribution().probabilities[-1] ** 2).sum()  # two independent draws agree this often
    assert abs((first == after).mean() - chance) < 0.02
    assert abs(np.corrcoef(first, after)[0, 1]) < 0.04


def test_with_one_event_more_of_the_same_people_the_noise_is_another_one() -> None:
    same = many(10)
    difference = perturb(np.full(20_000, 41), same, SECRET) - perturb(np.full(20_000, 40), same, SECRET)
    assert abs(difference.mean() - 1) < 0.1
    assert 3.7 < difference.var() < 4.3, "the difference carries the noise of both"


def test_another_secret_is_another_noise_and_neither_is_told_by_the_public_table() -> None:
    same = many(11)
    one = perturb(np.full(20_000, 40), same, SECRET)
    other = perturb(np.full(20_000, 40), same, b"d" * 32)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.04


def test_counts_sums_and_what_moves_a_sum_are_drawn_apart() -> None:
    same, values = many(12), np.full(20_000, 40)
    counts, sums = draws(SECRET, same, values, "count"), draws(SECRET, same, values, "sum")
    apart = [counts[:, 0], counts[:, 1], sums[:, 0], sums[:, 1]]
    assert np.abs(np.corrcoef(np.stack(apart).astype(np.float64)) - np.eye(4)).max() < 0.04


def test_nothing_is_drawn_for_no_cells() -> None:
    assert draws(SECRET, keys(), ints(), "count").shape == (0, 2)
    assert perturb(ints(), keys(), SECRET).shape == (0,)


@given(st.integers(0, 10**12), KEYS, st.integers(1, 10**6))
def test_a_shown_sum_is_within_its_declared_bound_and_not_below_zero(value: int, key: int, largest: int) -> None:
    units = round_units(ints(largest))
    shown = perturb_sums(ints(value), keys(key), units, SECRET)[0]
    assert abs(shown - value) <= sum_bounds(units)[0]
    assert shown >= 0
    assert shown == perturb_sums(ints(value), keys(key), units, SECRET)[0]


def test_the_noise_of_a_sum_is_that_of_a_count_in_units_of_the_largest_contribution() -> None:
    units = np.full(20_000, 500)
    moved = perturb_sums(np.full(20_000, 10**6), many(13), units, SECRET) - 10**6
    assert abs(moved.mean()) < 5 * 730 / np.sqrt(20_000)
    assert abs(moved.var() / 500**2 - (2 + 1 / 12)) < 0.1
    assert len(np.unique(moved % 500)) == 500, "the remainder by the unit says nothing of the exact sum"


def test_the_same_people_with_a_cent_more_carry_another_noise() -> None:
    same, units = many(14), np.full(20_000, 500)
    difference = perturb_sums(np.full(20_000, 10**6 + 1), same, units, SECRET) - perturb_sums(
        np.full(20_000, 10**6), same, units, SECRET
    )
    assert difference.var() > 3.9 * 500**2


def test_the_unit_says_of_the_largest_contribution_its_size_alone() -> None:
    assert round_units(ints(0, 1, 2, 3, 5, 6, 10, 11, 450, 50_000, 50_001)).tolist() == [
        *(1, 1, 2, 5, 5, 10, 10, 20, 500, 50_000, 100_000)
    ]
    assert round_units(ints(2**62))[0] == 5 * 10**14, "no bound is larger than a release can say"


@pytest.mark.parametrize("noise", [Noise(1, 3, 1), Noise(3, 5, 3), Noise(4, 10, 5), Noise(9, 5, 3), Noise(2, 7, 4)])
def test_other_parameters_keep_mean_and_limits_and_come_as_near_to_the_variance_as_can_be(noise: Noise) -> None:
    table, steps = distribution(noise).probabilities, np.arange(-noise.bound, noise.bound + 1)
    assert np.allclose(table @ steps, 0, atol=1e-9)
    for count, row in enumerate(table[1:], 1):
        allowed = steps[(count + steps == 0) | (count + steps >= noise.hidden_below)]
        least = 0 if 0 in allowed else -max(allowed[allowed < 0]) * min(allowed[allowed > 0])
        most = -allowed[0] * allowed[-1]
        assert np.isclose(row @ steps**2, np.clip(noise.variance, least, most), atol=1e-8)
        assert not row[~np.isin(steps, allowed)].any()


@pytest.mark.parametrize("noise", [Noise(variance=0), Noise(hidden_below=0), Noise(bound=2)])
def test_noise_that_hides_nothing_is_refused(noise: Noise) -> None:
    with pytest.raises(ValueError, match="larger"):
        distribution(noise)


@pytest.mark.parametrize("steps", [ints(0, 1, 2), ints(-2, -1, 0)])
def test_steps_to_one_side_alone_have_no_mean_of_zero(steps: np.ndarray) -> None:
    with pytest.raises(ValueError, match="both sides"):
        spread(steps, 2)


def test_far_steps_of_a_large_variance_are_found_too() -> None:
    found = spread(np.arange(-30, 31), 299.0)
    assert np.isclose(found @ np.arange(-30, 31) ** 2, 299)


def test_what_is_declared_is_what_is_agreed() -> None:
    assert Noise(variance=2, bound=5, hidden_below=3) == AGREED
