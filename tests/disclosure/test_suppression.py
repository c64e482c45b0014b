"""Exact headline tables: what is pooled, what is left out, and that nothing small follows from the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.disclosure.audit import audit
from coupole.disclosure.linked import Table, hidden, unknowns
from coupole.disclosure.suppression import headlines, may_be_exact, pattern, pool, pooled, suppress
from tests.disclosure.test_audit import table


def left_out(*tables: Table, k: int = 10) -> list[list[tuple[str, ...]]]:
    return [
        [cell for cell, gone in zip(one.cells, out.ravel(), strict=True) if gone]
        for one, out in zip(tables, suppress(tables, k), strict=True)
    ]


def test_a_small_figure_takes_the_next_smallest_with_it() -> None:
    assert left_out(table([40, 3, 15, 60], by="a")) == [[("a1",), ("a2",)]]


def test_a_table_without_small_figures_stays_whole_and_zeros_are_shown() -> None:
    assert left_out(table([40, 12, 0, 60], by="a")) == [[]]


def test_when_only_the_sum_could_give_a_figure_back_the_sum_goes() -> None:
    assert left_out(table([0, 3, 0], by="a")) == [[("a1",), ("*",)]]


def test_a_figure_is_left_out_of_every_table_that_shows_it() -> None:
    """The row a0 has a small figure in both tables of which a0 is a margin."""
    one, other = table([[3, 30], [30, 30]]), table([[20, 13], [30, 30]], name="u", by="ac")
    first, second = left_out(one, other)
    assert ("a0", "b0") in first
    assert (("a0", "*") in first) == (("a0", "*") in second)


def test_elimination_leaves_out_what_would_give_a_small_figure_back_and_no_more() -> None:
    """Of a row its smallest other figure; of two small ones in a row those of the cheaper row below them."""
    one = table([40, 3, 15, 60], by="a")
    system = unknowns([one])
    assert pattern(system, system.low == 3).tolist() == [False, True, True, False, False]
    two = table([[3, 4, 90], [20, 30, 80]])
    system = unknowns([two])
    out = pattern(system, system.low < 5).reshape(3, 4)
    assert out.tolist() == [[True, True, False, False], [True, True, False, False], [False] * 4]


def test_elimination_alone_leaves_figures_that_can_only_be_small() -> None:
    """3 + 2 hidden beside each other cannot be told, yet either is from 1 to 4: the audit asks for a third."""
    one = table([40, 3, 2, 60], by="a")
    system = unknowns([one])
    small = (system.low > 0) & (system.low < 10)
    assert pattern(system, small).tolist() == small.tolist()
    assert left_out(one) == [[("a0",), ("a1",), ("a2",)]]


def test_what_is_left_out_is_dear_only_when_it_must_be() -> None:
    (out,) = suppress([table([[500, 400, 3], [600, 12, 11], [700, 14, 13]])], 10)
    assert out[:2, :1].sum() == 0
    assert out[0, 2]


def test_noisy_tables_are_not_suppressed() -> None:
    one = table([40, 3], by="a")
    with pytest.raises(ValueError, match="only exact"):
        suppress([replace(one, high=one.high + 1)])
    with pytest.raises(ValueError, match="contradict"):
        suppress([one, table([41, 3], name="u", by="a")])
    assert suppress([]) == []


@st.composite
def linked_tables(draw: st.DrawFn) -> list[Table]:
    """Two tables of one population that share a dimension, and a list of that dimension alone."""
    figures = st.sampled_from([0, 0, 1, 2, 3, 5, 8, 11, 14, 30, 90])
    shape = tuple(draw(st.integers(1, 3)) for _axis in "abc")
    inner = np.array(draw(st.lists(figures, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))).reshape(shape)
    return [
        table(inner.sum(axis=2), "one", by="ab"),
        table(inner.sum(axis=1), "two", by="ac"),
        table(inner.sum(axis=(0, 1)), "three", by="c"),
    ]


@settings(max_examples=60)
@given(linked_tables(), st.sampled_from([5, 10]))
def test_nothing_small_is_published_and_nothing_small_follows(tables: list[Table], k: int) -> None:
    out = suppress(tables, k)
    for one, gone in zip(tables, out, strict=True):
        assert gone[(one.low > 0) & (one.low < k)].all()
        assert not gone[one.low == 0].any()
    assert audit([hidden(one, gone, low=1) for one, gone in zip(tables, out, strict=True)], k=k) == []


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([12, 30], [[12], [30]]),
        ([30, 9, 12], [[30], [9, 12]]),
        ([12, 9, 30], [[12, 9], [30]]),
        ([3, 4, 5, 30], [[3, 4, 5], [30]]),
        ([0, 3, 12], [[0], [3, 12]]),
        ([50, 3, 0, 0], [[50, 3], [0], [0]]),
        ([3, 0, 12], [[3, 0, 12]]),
        ([3, 0, 4], [[3, 0, 4]]),
        ([0, 3, 0], [[0], [3], [0]]),
        ([0, 0], [[0], [0]]),
    ],
)
def test_a_small_level_is_shown_with_its_smaller_neighbour(values: list[int], groups: list[list[int]]) -> None:
    assert [values[group.start : group.stop] for group in pool(np.array(values))] == groups


@given(st.lists(st.sampled_from([0, 0, 1, 4, 9, 10, 25]), min_size=1, max_size=9), st.sampled_from([5, 10]))
def test_pooling_keeps_every_level_once_and_leaves_nothing_small_but_a_small_whole(
    values: list[int], floor: int
) -> None:
    groups = pool(np.array(values), floor)
    assert [place for group in groups for place in group] == list(range(len(values)))
    totals = [sum(values[place] for place in group) for group in groups]
    assert all(total == 0 or total >= floor for total in totals) or sum(values) < floor


def test_a_headline_of_ordered_levels_is_pooled_and_of_others_suppressed() -> None:
    ages, targets = table([4, 20, 30, 6], "ages", by="a"), table([33, 4, 13, 10], "targets", by="b")
    (shown, gone), (other, left) = headlines([ages, targets], {"a"})
    assert shown.levels == (("a0|a1", "a2|a3"),)
    assert shown.low.tolist() == [24, 36, 60]
    assert not gone.any()
    assert other is targets
    assert left.tolist() == [False, True, False, True, False]


def test_a_single_total_is_a_headline_too() -> None:
    one = Table("t", "p", 1, (), (), np.array(12), np.array(12))
    ((shown, gone),) = headlines([one], {"a"})
    assert shown is one
    assert not gone.any()


def test_pooled_levels_are_named_by_those_they_hold() -> None:
    assert pooled(table([4, 20, 30], by="a"), [range(2), range(2, 3)]).levels == (("a0|a1", "a2"),)


@pytest.mark.parametrize(
    ("dimensions", "stock", "month", "reporting", "may"),
    [
        (1, False, 3, 20, True),
        (0, False, 3, 20, True),
        (1, False, 3, 19, False),
        (2, False, 3, 60, False),
        (1, True, 12, 20, True),
        (1, True, 11, 60, False),
    ],
)
def test_exact_are_lists_of_twenty_members_flows_by_month_and_stocks_by_year(
    dimensions: int, stock: bool, month: int, reporting: int, may: bool
) -> None:
    assert may_be_exact(dimensions, stock=stock, month=month, reporting=reporting) is may
