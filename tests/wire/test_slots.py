"""Slots: months and quarters one after the other, and which of them a published figure is of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.wire.slots import SlotInvalid, covered, following, in_order, parse_slot


def test_slots_follow_each_other_openings_before_their_month() -> None:
    month = parse_slot("2026-12", "month")
    assert [one.name for one in following(month, "month")] == ["2027-01/opening", "2027-01"]
    assert {one.name for one in following(parse_slot("2027-01/opening", "month"), "month")} == {"2027-01"}
    assert [one.name for one in following(parse_slot("2026-Q4", "quarter"), "quarter")] == [
        "2027-Q1/opening",
        "2027-Q1",
    ]
    for wrong in ("2026", "2026-Q1", "2026-13", "2026-10/closing", "2026-10/opening/opening"):
        with pytest.raises(SlotInvalid):
            parse_slot(wrong, "month")


def test_balances_come_before_the_slot_they_open_and_end_on_the_day_before_it() -> None:
    assert in_order(["2026-11", "2026-10", "2026-10/opening"], "month") == ["2026-10/opening", "2026-10", "2026-11"]
    assert parse_slot("2026-10/opening", "month").until.isoformat() == "2026-09-30"
    assert parse_slot("2026-Q4", "quarter").until.isoformat() == "2026-12-31"
    with pytest.raises(SlotInvalid):
        in_order(["2026-10", "2026-Q4"], "month")


def months(count: int) -> list[str]:
    return ["2026-01/opening", *(f"{2026 + at // 12}-{at % 12 + 1:02}" for at in range(count))]


@given(st.integers(1, 40), st.data())
def test_a_figure_is_of_its_slot_of_a_year_or_of_all_since_the_first(count: int, data: st.DataObject) -> None:
    released = months(count)
    at = data.draw(st.integers(1, count))
    slot, upto = released[at], released[: at + 1]
    assert covered("slot", slot, released, "month") == [slot]
    assert covered("day", slot, released, "month") == covered("start", slot, released, "month") == upto
    assert covered("year", slot, released, "month") == upto[1:][-12:]


def test_four_quarters_are_a_year_and_slots_that_were_void_are_in_none() -> None:
    released = ["2025-Q1", "2025-Q2", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
    assert covered("year", "2026-Q2", released, "quarter") == ["2025-Q2", "2025-Q4", "2026-Q1", "2026-Q2"]
