"""Whoever reads several tables together: what the audit says can be told of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.disclosure.audit import Finding, Reader, audit, gate
from coupole.disclosure.linked import Balance, Table, hidden, noisy, unknowns
from tests.margins import with_margins


def table(values: object, name: str = "t", period: int = 1, by: str = "ab", population: str = "p") -> Table:
    """An exact table; ``values``: of single levels, which are called a0, a1, b0 and so on."""
    figures = with_margins(np.array(values, np.int64))
    axes = zip(by, figures.shape, strict=True)
    levels = tuple(tuple(f"{dimension}{level}" for level in range(size - 1)) for dimension, size in axes)
    return Table(name, population, period, tuple(by), levels, figures, figures.copy())


def without(one: Table, *cells: tuple[str, ...]) -> Table:
    return hidden(one, np.array([cell in cells for cell in one.cells]).reshape(one.low.shape))


def test_one_figure_left_out_of_a_row_follows_from_the_others() -> None:
    shown = without(table([7, 3, 12], by="a"), ("a1",))
    assert audit([shown]) == [Finding("t", 1, ("a1",), 3, 3)]
    assert audit([shown])[0].exact


def test_two_figures_left_out_hide_each_other_unless_both_are_small() -> None:
    assert audit([without(table([7, 3, 12], by="a"), ("a1",), ("a2",))]) == []
    assert audit([without(table([7, 3, 1], by="a"), ("a1",), ("a2",))]) == []  # either may be 0
    shown = table([7, 3, 1], by="a")
    shown = hidden(shown, (shown.low > 0) & (shown.low < 5), low=1)
    assert audit([shown]) == [Finding("t", 1, ("a1",), 1, 3), Finding("t", 1, ("a2",), 1, 3)]
    assert not audit([shown])[0].exact


def test_a_figure_that_is_told_and_not_small_is_no_finding() -> None:
    assert audit([without(table([7, 30, 12], by="a"), ("a1",))]) == []
    assert audit([without(table([7, 0, 12], by="a"), ("a1",))]) == []
    assert audit([without(table([7, 6, 12], by="a"), ("a1",))], k=10) == [
        Finding("t", 1, ("a0",), 7, 7),
        Finding("t", 1, ("a1",), 6, 6),
    ]


def test_a_table_gives_back_what_another_one_leaves_out() -> None:
    """The row of a0 is left out of one table; its sum stands in another, and b0 without a1 is in it."""
    one = without(
        table([[6, 2], [9, 9]]), ("a0", "b0"), ("a0", "b1"), ("a0", "*"), ("a1", "b1"), ("*", "b1"), ("*", "*")
    )
    other = table([8, 18], name="u", by="a")
    assert audit([one]) == []
    assert audit([other]) == []
    assert audit([one, other]) == [Finding("t", 1, ("a0", "b1"), 2, 2)]


def test_tables_of_different_populations_or_periods_are_not_mixed_up() -> None:
    shown = without(table([7, 3], by="a"), ("a0",), ("a1",))
    assert audit([shown, table([7, 3], name="u", period=2, by="a", population="p")], k=3) == []
    assert audit([shown, table([7, 3], name="u", by="a", population="q")], k=3) == []
    assert audit([shown, table([7, 2], name="u", by="a", population="q")], k=3) == [Finding("u", 1, ("a1",), 2, 2)]


def test_levels_that_are_pooled_in_one_table_are_subtracted_from_another() -> None:
    fine = without(table([20, 3, 14, 9], by="a"), ("a1",), ("a2",))
    coarse = Table("u", "p", 1, ("a",), (("a0|a1", "a2|a3"),), *(np.array([23, 23, 46]),) * 2)
    assert audit([fine]) == []
    assert audit([coarse]) == []
    assert audit([fine, coarse]) == [Finding("t", 1, ("a1",), 3, 3)]
    # Levels that no table shows apart give nothing to subtract.
    assert audit([fine, replace(coarse, levels=(("a0|a7", "a2|a9"),))]) == []


def stocks(last: list[int], now: list[int]) -> tuple[Table, Table]:
    return (
        replace(table(last, "s", 1, "a", "stock"), stock=True),
        replace(table(now, "s", 2, "a", "stock"), stock=True),
    )


BALANCE = Balance("stock", "entries", "exits")


def test_exits_that_no_table_shows_follow_from_two_stocks_and_the_entries() -> None:
    before, now = stocks([30, 40], [40, 50])
    entries = table([12, 10], "e", 2, "a", "entries")
    assert audit([before, now, entries]) == []
    assert gate([now, entries], [before], [BALANCE]) == [
        Finding("exits", 2, ("a0",), 2, 2),
        Finding("exits", 2, ("*",), 2, 2),
    ]
    # Without the month before there is nothing to compare with; with neither flow shown there is nothing to solve.
    assert gate([now, entries], [], [BALANCE]) == []
    assert gate([now], [before], [BALANCE]) == []


def test_a_stock_that_changed_by_few_people_is_a_finding_and_noise_hides_it() -> None:
    before, now = stocks([30, 40], [27, 60])
    found = gate([now], [before])
    assert found == [Finding("s", 2, ("a0",), -3, -3, change=True)]
    assert gate([noisy(now, 5)], [noisy(before, 5)]) == []
    assert gate([replace(now, stock=False)], [replace(before, stock=False)]) == []


def test_a_change_is_no_finding_where_all_who_came_and_left_are_published() -> None:
    """30 + 12 - 10: the 2 more are of 22 people, and 12 and 10 are audited themselves."""
    before, now = stocks([30, 40], [32, 60])
    entries, exits = table([12, 30], "e", 2, "a", "entries"), table([10, 10], "x", 2, "a", "exits")
    assert gate([now, entries, exits], [before], [BALANCE]) == []
    assert gate([now, entries, exits], [before]) == [Finding("s", 2, ("a0",), 2, 2, change=True)]
    assert gate([now, entries, noisy(exits, 5)], [before], [BALANCE]) == [Finding("s", 2, ("a0",), 2, 2, change=True)]


def test_a_shown_nothing_stands_for_nobody_or_for_as_many_as_the_noise_hides() -> None:
    shown = noisy(table([0, 9, 3], by="a"), 5)
    assert shown.low.tolist() == [0, 4, 0, 7]
    assert shown.high.tolist() == [5, 14, 8, 17]
    assert audit([shown]) == []
    # Noise that cannot hide: what is known from elsewhere leaves one of its figures no room.
    other = table([0, 12], name="u", by="a")
    other = replace(other, levels=(("a0", "a1|a2"),), low=np.array([0, 12, 12]), high=np.array([0, 12, 12]))
    assert audit([shown, other]) == []
    assert audit([noisy(table([0, 9, 3], by="a"), 1), other]) == [Finding("t", 1, ("a2",), 2, 4)]


def test_tables_that_cannot_be_are_not_published_either() -> None:
    one, other = table([7, 3], by="a"), table([8, 3], name="u", by="a")
    with pytest.raises(ValueError, match="contradict each other"):
        gate([one, other], [])
    wrong = replace(one, low=one.low + np.array([1, 0, 0]), high=one.high + np.array([1, 0, 0]))
    with pytest.raises(ValueError, match="no figures could be behind"):
        gate([wrong], [])


def test_a_table_is_whole_and_knows_of_every_figure_the_least_and_the_most() -> None:
    one = table([7, 3], by="a")
    for change in ({"levels": (("a0",),)}, {"by": ()}, {"high": one.high[:2]}):
        with pytest.raises(ValueError, match="a figure for every level"):
            replace(one, **change)
    for change in ({"low": one.high + 1}, {"low": one.low - 20}):
        with pytest.raises(ValueError, match="a range of whole numbers"):
            replace(one, **change)


def test_no_tables_tell_nothing() -> None:
    assert audit([]) == []
    assert audit([Table("t", "p", 1, (), (), np.array(12), np.array(12))]) == []
    assert audit([Table("t", "p", 1, (), (), np.array(3), np.array(3))]) == [Finding("t", 1, (), 3, 3)]


EVERY = with_margins(np.array(list(product(range(8), repeat=4)), np.int64).reshape(-1, 2, 2).transpose(1, 2, 0))
EVERY = EVERY[..., :-1]  # with_margins also sums over the tables themselves


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 7), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=9, max_size=9),
    st.integers(0, 2),
)
def test_the_audit_tells_what_trying_every_table_tells(values: list[int], left_out: list[bool], noise: int) -> None:
    """A table of two dimensions whose single cells are known to be below 8, some figures left out, others noisy."""
    shown = noisy(table(np.array(values).reshape(2, 2)), noise)
    shown = hidden(shown, np.array(left_out).reshape(3, 3))
    high = shown.high.copy()
    high[:2, :2] = np.minimum(high[:2, :2], 7)
    shown = replace(shown, high=high)
    fits = ((shown.low[..., None] <= EVERY) & (shown.high[..., None] >= EVERY)).all(axis=(0, 1))
    low, high = EVERY[..., fits].min(axis=-1), EVERY[..., fits].max(axis=-1)
    wanted = {
        cell: (int(least), int(most))
        for cell, least, most in zip(shown.cells, low.ravel(), high.ravel(), strict=True)
        if least >= 1 and most < 5
    }
    assert {one.cell: (one.low, one.high) for one in audit([shown])} == wanted


def test_a_wide_release_is_audited_with_the_truth_always_in_what_is_told() -> None:
    rng = np.random.default_rng(5)
    exact = table(rng.poisson(rng.gamma(0.6, 4, (9, 8, 5))), by="abc")
    left_out = (exact.low > 0) & (exact.low < 5)
    shown = hidden(exact, left_out, 1, 4)
    found = audit([shown])
    reader, system = Reader(unknowns([shown])), unknowns([shown])
    for one in found:
        number = shown.cells.index(one.cell)
        cost = np.arange(len(system.keys)) == number
        ends = [reader.table(sign * cost)[number] for sign in (1.0, -1.0)]
        assert (one.low, one.high) == pytest.approx((np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6)))
    truth = dict(zip(exact.cells, exact.low.ravel().tolist(), strict=True))
    assert all(one.low <= truth[one.cell] <= one.high for one in found)
    assert len(found) == left_out.sum()  # the range was given away
    assert sum(one.exact for one in found) > 40
