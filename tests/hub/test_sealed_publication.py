"""What is published of sealed totals: stocks, months and years from the sums of slots."""

from __future__ import annotations

import numpy as np
import pytest

from coupole.disclosure.telescoping import BOUND, VARIANCE
from coupole.hub.publication.sealed import FineTable, SlotNotReleased, fine_tables
from coupole.wire.slots import in_order
from coupole.wire.tabulations import Table, Tabulation, shape

KEY = {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43, "kid": "k"}


def table(name: str, kind: str, *levels: list[str], noise: str = "cell_key") -> Table:
    by = [f"d{place}" for place in range(len(levels))]
    return {  # type: ignore[return-value, typeddict-item]
        "id": name,
        "indicator": name,
        "part": "count",
        "kind": kind,
        "by": by,
        "levels": [*levels],
        "noise": noise,
    }


def tabulation(*tables: Table, groups: tuple[str, ...] = ("all",)) -> Tabulation:
    return {
        "type": "tabulation",
        "form": 1,
        "federation": "F",
        "hub": {"name": "H", "key": KEY},
        "trustees": [{"name": "T", "key": KEY}],
        "population": "accompaniments",
        "catalogue": "core",
        "version": "1.0.0",
        "epoch": 1,
        "grain": "month",
        "first_slot": "2025-01",
        "m": 5,
        "groups": [*groups],
        "tables": [table("headcount", "stock"), *tables],
    }


DOCUMENT = tabulation(
    table("S", "stock", ["a", "b"]),
    table("F", "flow", ["a", "b"]),
    table("C", "flow", ["a"], ["b"], ["c"]),
)
CELLS = shape(DOCUMENT).cells


def month(number: int) -> str:
    return f"{2025 + number // 12}-{number % 12 + 1:02}"


def year_of(number: int) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """That many months in each of which every cell rose by 1."""
    return {month(at): np.ones(CELLS, np.int64) for at in range(number)}


def one(found: list[FineTable], name: str, span: str) -> FineTable:
    return next(each for each in found if (each.placed.table["id"], each.span) == (name, span))


def test_a_stock_is_everything_so_far_and_a_month_is_its_own_sum() -> None:
    found = fine_tables(DOCUMENT, year_of(5), month(2))
    assert one(found, "S", "day").values.tolist() == [3, 3, 3]
    assert one(found, "F", "slot").values.tolist() == [1, 1, 1]


def test_opening_balances_are_in_the_stock_from_their_slot_on() -> None:
    sums = year_of(3) | {month(0) + "/opening": np.full(CELLS, 100, np.int64)}
    assert in_order(sums, "month")[:2] == [month(0) + "/opening", month(0)]
    assert one(fine_tables(DOCUMENT, sums, month(0)), "S", "day").values.tolist() == [101, 101, 101]


def test_three_dimensions_are_shown_for_a_year_alone_and_only_once_there_is_one() -> None:
    assert [each.span for each in fine_tables(DOCUMENT, year_of(11), month(10)) if each.placed.table["id"] == "C"] == []
    found = fine_tables(DOCUMENT, year_of(14), month(13))
    assert [each.span for each in found if each.placed.table["id"] == "C"] == ["year"]
    assert one(found, "C", "year").values.tolist() == [12] * 8
    assert one(found, "F", "year").values.tolist() == [12, 12, 12]


def test_a_difference_of_two_states_carries_twice_the_noise_and_what_begins_with_the_first_slot_once() -> None:
    found = fine_tables(DOCUMENT, year_of(13), month(12))
    assert (one(found, "S", "day").variance, one(found, "S", "day").bound) == (VARIANCE, BOUND)
    assert (one(found, "F", "year").variance, one(found, "F", "year").bound) == (2 * VARIANCE, 2 * BOUND)
    assert one(fine_tables(DOCUMENT, year_of(12), month(11)), "F", "year").bound == BOUND


def test_operations_are_told_from_the_beginning_with_the_noise_of_one_state() -> None:
    one_operation = table("E", "flow", ["a", "other"]) | {"by": ["operation"]}
    document = tabulation(one_operation)  # type: ignore[arg-type]
    sums = {month(at): np.ones(shape(document).cells, np.int64) for at in range(15)}
    found = one(fine_tables(document, sums, month(14)), "E", "start")
    assert (found.values.tolist(), found.variance) == ([15, 15, 15], VARIANCE)


def test_each_group_has_noise_of_its_own() -> None:
    two = tabulation(table("S", "stock", ["a", "b"]), groups=("north", "south"))
    found = fine_tables(two, {month(0): np.ones(shape(two).cells, np.int64)}, month(0))
    assert one(found, "S", "day").bound == 2 * BOUND


def test_a_sum_below_zero_is_shown_as_zero() -> None:
    found = fine_tables(DOCUMENT, {month(0): np.full(CELLS, -2, np.int64)}, month(0))
    assert one(found, "S", "day").values.tolist() == [0, 0, 0]


def test_exact_stocks_are_shown_at_the_end_of_a_year_alone() -> None:
    exact = tabulation(table("S", "stock", ["a", "b"], noise="none"), table("F", "flow", ["a"], noise="none"))
    sums = {month(at): np.ones(shape(exact).cells, np.int64) for at in range(12)}
    assert [(each.placed.table["id"], each.bound) for each in fine_tables(exact, sums, month(3))] == [("F", 0)]
    assert [each.span for each in fine_tables(exact, sums, month(11))] == ["day", "slot"]


def test_a_slot_that_was_void_has_no_tables() -> None:
    with pytest.raises(SlotNotReleased):
        fine_tables(DOCUMENT, year_of(3), month(7))
