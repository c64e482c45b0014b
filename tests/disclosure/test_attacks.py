"""Somebody who solves everything that is shown finds no small group.

The attacker knows the published distribution and every figure that was shown, hence of each which counts it can stand
for, and that each margin adds up to the total in truth. Tables that meet in their total alone can be solved whole: the
sums that the other cells can reach are a set of numbers, kept as the bits of one integer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from coupole.disclosure.cellkey import distribution
from tests.disclosure.people import SECRET, ShownMargin, Table, counted, keys_of, protect

REACH = 5


def could_be(shown: int) -> int:
    """The exact counts that are shown so with any chance, as bits."""
    table = distribution().probabilities
    found = 0
    for count in range(max(shown - REACH, 0), shown + REACH + 1):
        if table[min(count, len(table) - 1), shown - count + REACH] > 0:
            found |= 1 << count
    return found


def added(one: int, other: int) -> int:
    """All sums of a number of the one and a number of the other."""
    found, place = 0, 0
    while other >> place:
        if other >> place & 1:
            found |= one << place
        place += 1
    return found


def reversed_sums(totals: int, others: int) -> int:
    """All numbers that, with some number of ``others``, give one of ``totals``."""
    found, place = 0, 0
    while others >> place:
        if others >> place & 1:
            found |= totals >> place
        place += 1
    return found


def solved(margins: Sequence[ShownMargin]) -> list[list[int]]:
    """For each margin after the total, what each cell can be when everything is taken together."""
    cells = [[could_be(int(value)) for value in margin.values[:, 0]] for margin in margins]
    totals = cells[0][0]
    for candidates in cells[1:]:
        reachable = 1
        for one in candidates:
            reachable = added(reachable, one)
        totals &= reachable
    found = []
    for candidates in cells[1:]:
        before = [1]
        for one in candidates:
            before.append(added(before[-1], one))
        after = [1]
        for one in reversed(candidates):
            after.append(added(after[-1], one))
        others = [added(before[place], after[len(candidates) - 1 - place]) for place in range(len(candidates))]
        found.append([one & reversed_sums(totals, rest) for one, rest in zip(candidates, others, strict=True)])
    return found


def numbers(bits: int) -> list[int]:
    return [place for place in range(bits.bit_length()) if bits >> place & 1]


def workshops(count: int) -> Iterable[tuple[Table, int]]:
    """Members of 22 to 200 people, most of them in few groups and a few in many."""
    chance = np.random.default_rng(2026)
    for seed in range(count):
        people = int(chance.integers(22, 200))
        shares = {name: chance.dirichlet(np.full(size, 0.4)) for name, size in SIZES.items()}
        places = {name: chance.choice(len(share), people, p=share) for name, share in shares.items()}
        yield counted(places, keys_of(people, seed)), people


SIZES = {"sex": 3, "target_group": 12, "age_band": 7, "phase": 6}


def test_the_attacker_solves_what_can_be_solved() -> None:
    """The yardstick is sound: the truth is always among what is found, and without noise everything is found."""
    for table, people in workshops(20):
        found = solved(protect(table, people, SECRET))
        for margin, candidates in zip(table.margins[1:], found, strict=True):
            assert all(int(value) in numbers(one) for value, one in zip(margin.values[:, 0], candidates, strict=True))
    assert numbers(could_be(0)) == [0, 1, 2, 3, 4, 5]
    assert numbers(could_be(3)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert numbers(reversed_sums(1 << 9 | 1 << 4, 1 << 3 | 1 << 2)) == [1, 2, 6, 7]
    assert numbers(added(0b11, 0b101)) == [0, 1, 2, 3]


def test_no_small_cell_is_known_exactly_from_totals_and_all_margins_together() -> None:
    small = known = certain = 0
    for table, people in workshops(150):
        found = solved(protect(table, people, SECRET))
        for margin, candidates in zip(table.margins[1:], found, strict=True):
            for value, bits in zip(margin.values[:, 0], candidates, strict=True):
                if 1 <= value <= 4:
                    small += 1
                    known += bits.bit_count() == 1
                    certain += numbers(bits)[0] >= 1 and numbers(bits)[-1] <= 4
    assert small > 500
    assert known == 0
    assert certain / small <= 0.005


def test_no_empty_cell_is_told_from_one_with_few_people() -> None:
    """What is shown as nothing stands for nobody or up to five people, whatever else is shown."""
    for table, people in workshops(60):
        shown = protect(table, people, SECRET)
        for margin, candidates in zip(shown[1:], solved(shown), strict=True):
            for state, bits in zip(margin.states[:, 0], candidates, strict=True):
                if state == "zero":
                    assert bits & 1
                    assert bits.bit_count() > 1


def test_a_total_minus_its_margin_is_no_exact_remainder() -> None:
    """The classical subtraction: the last category of a margin from the total and all others."""
    exact = rests = 0
    for table, people in workshops(150):
        total, *margins = protect(table, people, SECRET)
        for margin, true in zip(margins, table.margins[1:], strict=True):
            for place in range(len(margin.codes)):
                if 1 <= true.values[place, 0] <= 4:
                    rest = int(total.values[0, 0] - np.delete(margin.values[:, 0], place).sum())
                    exact += rest == true.values[place, 0]
                    rests += 1
    # A rest that happens to be right cannot be told from the others: its spread is that of all the noise it holds.
    assert exact / rests < 0.2


@pytest.mark.parametrize("gone", [1, 2, 3, 4])
def test_a_person_who_left_is_not_the_difference_of_two_months(gone: int) -> None:
    differences = []
    for seed in range(300):
        keys = keys_of(60, seed)
        before = protect(counted({"sex": np.arange(60) % 2}, keys), 60, SECRET)
        after = protect(counted({"sex": np.arange(60 - gone) % 2}, keys[:-gone]), 60, SECRET)
        differences.append(int(before[0].values[0, 0] - after[0].values[0, 0]))
    assert np.mean(np.array(differences) == gone) < 0.35
    assert 3.2 < np.var(differences) < 4.8


def test_a_month_in_which_nothing_changed_shows_no_change() -> None:
    keys = keys_of(60)
    months = [protect(counted({"sex": np.arange(60) % 2}, keys), 60, SECRET) for _ in range(24)]
    assert all((one[1].values == months[0][1].values).all() for one in months)


def test_asking_for_every_pooling_of_codes_does_not_wear_the_noise_down() -> None:
    """Only margins of the catalogue are released; but even whole again from parts, a cell keeps its own one noise."""
    keys, places = keys_of(80), np.arange(80) % 4
    shown = {int(protect(counted({name: places}, keys), 80, SECRET)[1].values[2, 0]) for name in map(str, range(50))}
    assert len(shown) == 1
