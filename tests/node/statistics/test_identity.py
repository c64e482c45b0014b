from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.node.statistics.counted import cells, counted
from tests.node.statistics.histories import history

MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]


def totals(documents, period):
    found = cells(counted(documents, period))
    return {key[0]: cell.value for key, cell in found.items() if key[1:] == ("total", "total", "count")}


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_a_stock_is_the_stock_before_and_who_came_less_who_left(seed):
    documents = history(Random(seed))  # noqa: S311 - histories, not secrets
    taken_up = [one for one in documents if one.get("phase") != "not_started"]
    left = {one["id"] for one in documents} - {one["id"] for one in taken_up}
    taken_up = [one for one in taken_up if one.get("accompaniment") not in left]
    months = [totals(taken_up, month) for month in MONTHS]

    for before, after in pairwise(months):
        came, went = after.get("F02", 0), after.get("F05", 0)
        assert after.get("S01", 0) == before.get("S01", 0) + came - went


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_the_flows_and_months_of_a_year_are_those_of_its_quarters_together(seed):
    documents = history(Random(seed))  # noqa: S311 - histories, not secrets
    added: dict[tuple[str, ...], int] = {}
    for quarter in range(1, 5):
        for key, cell in cells(counted(documents, f"2024-Q{quarter}")).items():
            added[key] = added.get(key, 0) + cell.value
    year = {key: cell.value for key, cell in cells(counted(documents, "2024")).items()}
    dated = ("S", "EECR", "EECO")  # stocks; persons, whom a year counts once and four quarters perhaps more often

    assert {key: value for key, value in added.items() if not key[0].startswith(dated)} == {
        key: value for key, value in year.items() if not key[0].startswith(dated)
    }
