"""What may be shown of a table is decided by one function, and every cell says what became of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.disclosure.cellkey import Noise, perturb
from coupole.disclosure.protection import CONTRIBUTORS, FLOOR
from coupole.disclosure.tables import Cells, Kinds, is_magnitude
from tests.disclosure.people import SECRET, Margin, ShownMargin, Table, counted, keys_of, margin, protect, total


def one(table: Table, **options: Any) -> ShownMargin:
    """The last margin as it may be shown."""
    return protect(table, 100, SECRET, **options)[-1]


def events(count: int, people: int, seed: int = 1) -> Table:
    """So many events, of so many people, the first with all that are too many."""
    each = np.ones((people, 1), np.int64)
    each[0] += count - people
    return Table("Q05", (total(keys_of(people, seed), each),))


def money(amounts: list[int], seed: int = 1) -> Table:
    paid = np.array([[1, amount] for amount in amounts], np.int64)
    return Table("M01", (total(keys_of(len(amounts), seed), paid, ("n", "sum")),))


def noisy_people(people: int, seed: int) -> int:
    behind = keys_of(people, seed).sum(dtype=np.uint64, keepdims=True)
    return int(perturb(np.array([people]), behind, SECRET)[0])


def seed_with(people: int, low: int, high: int) -> int:
    """A group of so many people whose noisy number is in a range."""
    return next(seed for seed in range(10_000) if low <= noisy_people(people, seed) <= high)


def test_a_member_of_nineteen_shows_no_table() -> None:
    table = counted({"sex": np.arange(19) % 2}, keys_of(19))
    assert protect(table, FLOOR - 1, SECRET) is None
    assert protect(table, FLOOR, SECRET) is not None


@given(st.lists(st.integers(0, 6), min_size=20, max_size=120), st.integers(0, 2**32))
def test_every_shown_count_totals_too_is_near_and_every_cell_says_what_it_is(places: list[int], seed: int) -> None:
    exact = counted({"target_group": np.array(places)}, keys_of(len(places), seed))
    for true, shown in zip(exact.margins, protect(exact, len(places), SECRET), strict=True):
        assert (shown.dimension, shown.codes, shown.parts) == (true.dimension, true.codes, true.parts)
        assert shown.values.shape == shown.states.shape == shown.bounds.shape == true.values.shape
        assert (np.abs(shown.values - true.values) <= shown.bounds).all()
        assert not np.isin(shown.values, (1, 2)).any()
        assert ((shown.states == "zero") == (shown.values == 0)).all()
        assert ((shown.states == "perturbed") == (shown.values > 0)).all()
        assert (shown.states[true.values == 0] == "zero").all()


def test_no_total_is_shown_as_it_is_for_being_a_total() -> None:
    shown = [
        int(protect(counted({"sex": np.arange(60) % 2}, keys_of(60, seed)), 60, SECRET)[0].values[0, 0]) - 60
        for seed in range(400)
    ]
    assert len(set(shown)) >= 7


@given(st.permutations(range(6)))
def test_the_order_of_codes_changes_nothing(order: list[int]) -> None:
    places = np.repeat(np.arange(6), [1, 2, 4, 9, 20, 30])
    straight = margin("target_group", "abcdef", places, keys_of(66))
    mixed = Margin(
        "target_group",
        tuple("abcdef"[place] for place in order),
        ("count",),
        *(array[order] for array in (straight.values, straight.keys, straight.persons, straight.largest)),
    )
    shown, again = one(Table("S01", (straight,))), one(Table("S01", (mixed,)))
    assert (shown.values[order] == again.values).all()
    assert (shown.states[order] == again.states).all()


def test_a_margin_is_shown_alike_alone_and_beside_others_and_under_any_indicator() -> None:
    sex, age = np.arange(50) % 2, np.arange(50) % 5
    both = counted({"sex": sex, "age_band": age}, keys_of(50))
    alone = counted({"age_band": age}, keys_of(50))
    other = Table("F01", alone.margins)
    assert (one(both).values == one(alone).values).all()
    assert (one(other).values == one(alone).values).all()


def test_the_same_people_carry_the_same_noise_under_whatever_name() -> None:
    keys = keys_of(30)
    shown = {
        int(one(Table("S01", (margin(name, ["x"], np.zeros(30, np.int64), keys),))).values[0, 0])
        for name in ("sex", "pathway", "programme", "total")
    }
    assert len(shown) == 1


@pytest.mark.parametrize("people", [1, 2])
def test_many_events_of_one_or_two_people_are_not_shown(people: int) -> None:
    for seed in range(50):
        shown = one(events(12, people, seed))
        assert shown.states[0, 0] == "withheld"
        assert shown.values[0, 0] == shown.bounds[0, 0] == 0


def test_that_they_are_not_shown_does_not_tell_that_they_are_one_or_two() -> None:
    hidden = {
        people
        for people in range(1, 8)
        for seed in range(400)
        if one(events(30, people, seed)).states[0, 0] == "withheld"
    }
    assert hidden == {1, 2, 3, 4, 5}


def test_one_or_two_events_are_small_anyway() -> None:
    assert {str(one(events(2, 1, seed)).states[0, 0]) for seed in range(50)} == {"zero", "perturbed"}


def test_events_of_enough_people_are_shown() -> None:
    assert {str(one(events(40, 9, seed)).states[0, 0]) for seed in range(50)} == {"perturbed"}


def test_figures_about_no_person_are_shown_with_noise_whoever_is_behind_them() -> None:
    places = one(events(20, 1), about_people=False)
    assert places.states[0, 0] == "perturbed"
    assert abs(places.values[0, 0] - 20) <= 5
    hours = one(money([500, 0, 0]), about_people=False)
    assert hours.states[0].tolist()[1] == "perturbed"
    assert abs(hours.values[0, 1] - 500) <= hours.bounds[0, 1]
    nothing = one(money([0]), about_people=False)
    assert (nothing.values[0, 1], nothing.states[0, 1]) == (0, "zero")


OUTCOME = ["lasting_job", "transition_job", "negative"]


def test_outcomes_that_are_all_one_category_are_withheld_and_others_are_not() -> None:
    keys = keys_of(30)
    same = Table("F05", (margin("outcome_category", OUTCOME, np.full(30, 2), keys),))
    assert (one(same, outcomes={"outcome_category"}).states == "withheld").all()
    assert not one(same, outcomes={"outcome_category"}).values.any()
    assert (one(same, outcomes={"sex"}).states != "withheld").all()
    assert (one(same, outcomes={"outcome_category"}, about_people=False).states != "withheld").all()
    mixed = Table("F05", (margin("outcome_category", OUTCOME, np.arange(30) % 2, keys),))
    assert (one(mixed, outcomes={"outcome_category"}).states != "withheld").all()


def test_outcomes_that_are_shown_in_one_category_are_withheld_though_somebody_is_in_another() -> None:
    places = np.array([0] + [2] * 29)
    seed = next(seed for seed in range(100) if noisy_first(seed) == 0)
    table = Table("F05", (margin("outcome_category", OUTCOME, places, keys_of(30, seed)),))
    assert (one(table, outcomes={"outcome_category"}).states == "withheld").all()


def noisy_first(seed: int) -> int:
    return int(perturb(np.array([1]), keys_of(30, seed)[:1], SECRET)[0])


def test_outcomes_of_nobody_are_zero() -> None:
    table = Table("F05", (margin("outcome_category", OUTCOME, np.zeros(0, np.int64), keys_of(0)),))
    assert (one(table, outcomes={"outcome_category"}).states == "zero").all()


def test_outcomes_are_looked_at_part_by_part() -> None:
    """Everybody who succeeded is in one category: that is withheld. Where the others went stays."""
    keys, places = keys_of(40), np.arange(40) % 3
    given = np.stack([places == 0, np.ones(40)], axis=1).astype(np.int64)
    shown = one(
        Table("O01", (margin("outcome_category", OUTCOME, places, keys, given, ("num", "den")),)),
        outcomes={"outcome_category"},
    )
    assert (shown.states[:, 0] == "withheld").all()
    assert (shown.states[:, 1] == "perturbed").all()


def test_a_sum_of_enough_people_is_shown_within_a_bound_that_says_their_size_alone() -> None:
    for seed in range(200):
        shown = one(money([10_000] * 40, seed))
        assert shown.states[0].tolist() == ["perturbed", "perturbed"]
        assert shown.bounds[0].tolist() == [5, 55_000]
        assert abs(shown.values[0, 1] - 400_000) <= 55_000
    assert one(money([7_301] + [7_000] * 39)).bounds[0, 1] == one(money([9_999] + [7_000] * 39)).bounds[0, 1] == 55_000


@pytest.mark.parametrize("people", range(1, 25))
def test_whether_a_sum_is_shown_is_decided_by_the_noisy_number_of_people(people: int) -> None:
    for seed in range(60):
        noisy = noisy_people(people, seed)
        state = one(money([100] * people, seed)).states[0, 1]
        assert state == ("zero" if noisy == 0 else "withheld" if noisy < CONTRIBUTORS else "perturbed")
        assert not (state == "perturbed" and people < 5), "never a sum of fewer than five"


def test_a_sum_of_which_one_gives_nearly_half_is_withheld() -> None:
    """Without the two largest, who may be equal, a tenth of the largest must remain: 2.1 times the largest in all."""
    rest = [100] * 40
    assert one(money([3_636, *rest])).states[0, 1] == "perturbed"  # 7,636 in all: 2.1 times 3,636.2
    assert one(money([3_637, *rest])).states[0].tolist() == ["perturbed", "withheld"]
    assert one(money([3_637, *rest])).bounds[0].tolist() == [5, 0]


def test_a_sum_of_too_few_looks_as_a_sum_of_nobody_and_both_are_within_the_bound() -> None:
    seed = next(seed for seed in range(1000) if noisy_people(2, seed) == 0)
    few, many = keys_of(2, seed), keys_of(40, seed + 1)
    keys = np.concatenate([few, many])
    places = np.array([0] * 2 + [1] * 40)
    paid = np.stack([np.ones(42), np.array([900, 800] + [1_000] * 40)], axis=1).astype(np.int64)
    shown = one(Table("M01", (margin("payer", ["few", "many", "none"], places, keys, paid, ("n", "sum")),)))
    assert shown.states[:, 1].tolist() == ["zero", "perturbed", "zero"]
    assert shown.values[[0, 2], 1].tolist() == [0, 0]
    assert shown.bounds[:, 1].tolist() == [5_500, 5_500, 5_500]


def test_a_sum_of_nothing_by_many_people_is_hardly_more_than_nothing() -> None:
    paid = np.ones((30, 2), np.int64)
    exact = total(keys_of(30), paid, ("n", "sum"))
    nothing = Margin(
        "total", ("total",), exact.parts, exact.values * [1, 0], exact.keys, exact.persons, exact.values * 0
    )
    shown = one(Table("F07", (nothing,)))
    assert shown.states[0, 1] == "perturbed"
    assert 0 <= shown.values[0, 1] <= 6
    assert shown.bounds[0, 1] == 6


def test_sums_of_outcomes_in_one_category_are_withheld_with_their_counts() -> None:
    paid = np.stack([np.ones(30), np.full(30, 100)], axis=1).astype(np.int64)
    table = Table("M01", (margin("outcome_category", OUTCOME, np.full(30, 1), keys_of(30), paid, ("n", "sum")),))
    assert (one(table, outcomes={"outcome_category"}).states == "withheld").all()


def test_protection_changes_nothing_of_what_it_is_given() -> None:
    table = money([100] * 30)
    before = table.margins[0].values.copy()
    protect(table, 30, SECRET)
    assert (table.margins[0].values == before).all()


def test_other_noise_can_be_agreed_on() -> None:
    shown = one(counted({"sex": np.arange(60) % 2}, keys_of(60)), noise=Noise(6, 8, 5))
    assert shown.bounds.max() == 8


def test_parts_that_begin_with_sum_are_amounts() -> None:
    assert [
        part for part in ("count", "num", "den", "n", "sum", "sumsq", "sum_num", "band_1") if is_magnitude(part)
    ] == [
        "sum",
        "sumsq",
        "sum_num",
    ]


def test_cells_that_do_not_fit_together_are_a_mistake_of_the_caller() -> None:
    two, keys = np.ones(2, np.int64), np.ones(2, np.uint64)
    no, sums = np.zeros(2, np.bool_), np.ones(2, np.bool_)
    counts = Kinds(two, no, no, no)
    with pytest.raises(ValueError, match="one entry"):
        Cells(two[:1], keys, two, two, counts)
    with pytest.raises(ValueError, match="one entry"):
        Cells(two, keys, two, two, Kinds(two[:1], no, no, no))
    with pytest.raises(ValueError, match="largest"):
        Cells(two, keys, two, two * 0, Kinds(two, sums, no, no))
    with pytest.raises(ValueError, match="behind"):
        Cells(two, keys, two * 0, two, counts)
    with pytest.raises(ValueError, match="behind"):
        Cells(-two, keys, two, two, counts)


def test_of_no_cells_none_is_shown_and_none_is_withheld() -> None:
    assert protect(Table("O01", ()), 100, SECRET) == []
