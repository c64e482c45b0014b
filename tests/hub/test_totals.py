"""Totals: the sum of what members show, whatever the order they answered in; never more, never silently less."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.hub.publication.totals import COVERAGE, Cell, Contribution, Totals, add_up
from coupole.hub.store.packing import Layout, figures, marks, pack, read_layout, squeezed
from tests.fake_nodes import a_release

PERIOD = "2026-10"
CODES = ("female", "male", "other", "unknown")

cells = st.one_of(st.none(), st.just(0), st.integers(3, 400))
margins = st.dictionaries(st.sampled_from(CODES), cells, min_size=1)
indicators = st.one_of(
    st.sampled_from(["own_decision", "too_few_people", "not_counted", "not_settled"]),
    st.fixed_dictionaries({"total": st.fixed_dictionaries({"total": cells})}, optional={"sex": margins}),
)
releases = st.dictionaries(st.sampled_from(["F01", "F02", "F03"]), indicators, min_size=1)
federations = st.lists(releases, max_size=8).map(lambda found: {f"node{place}": one for place, one in enumerate(found)})


def contributions(federation: Mapping[str, Any]) -> tuple[list[Contribution], dict[int, Layout]]:
    """As they come out of the database: packed, squeezed and opened again."""
    numbers: dict[bytes, int] = {}
    found = []
    for node, shown in federation.items():
        packed = pack(a_release(node, PERIOD, figures=shown))
        number = numbers.setdefault(packed.layout, len(numbers) + 1)
        arrays = [figures(squeezed(packed.values)), marks(squeezed(packed.states)), figures(squeezed(packed.bounds))]
        found.append(Contribution(node, number, packed.variance, *arrays))
    return found, {number: read_layout(layout) for layout, number in numbers.items()}


def totals_of(federation: Mapping[str, Any]) -> Totals:
    return add_up(*contributions(federation))


def naive(federation: Mapping[str, Any], indicator: str, dimension: str, code: str) -> tuple[int, ...]:
    """The same total, member by member."""
    value = shown = hidden = noisy = 0
    for release in federation.values():
        margins = release.get(indicator, "nothing")
        if isinstance(margins, str):
            continue
        figure = margins.get(dimension, {}).get(code, 0)
        if figure is None:
            hidden += 1
            continue
        shown += 1
        value += figure
        noisy += figure > 0
    return value, shown, hidden, 5 * shown, 2 * noisy  # a zero may stand for a few, a code not named as well


@given(federations, st.randoms())
@settings(max_examples=150)
def test_a_total_is_the_sum_of_what_members_show_and_says_of_how_many(
    federation: dict[str, Any], order: random.Random
) -> None:
    totals = totals_of(federation)
    for cell, total in totals.figures.items():
        assert tuple(total) == naive(federation, cell.indicator, cell.dimension, cell.code), cell
        assert total.value >= 0
        assert total.shown + total.hidden == len(totals.coverage[cell.indicator].reported)
    there = {
        Cell(name, dimension, code, "count")
        for release in federation.values()
        for name, margins in release.items()
        if not isinstance(margins, str)
        for dimension, codes in margins.items()
        for code in codes
    }
    assert there == totals.figures.keys()
    shuffled = list(federation.items())
    order.shuffle(shuffled)
    assert totals_of(dict(shuffled)) == totals


@given(federations)
@settings(max_examples=60)
def test_every_member_is_counted_once_in_the_coverage_of_an_indicator(federation: dict[str, Any]) -> None:
    totals = totals_of(federation)
    for indicator, covered in totals.coverage.items():
        found = [node for name in COVERAGE for node in getattr(covered, name)]
        assert sorted(found) == sorted(node for node, release in federation.items() if indicator in release)


@given(federations)
@settings(max_examples=60)
def test_one_member_less_takes_away_exactly_what_it_showed(federation: dict[str, Any]) -> None:
    if not federation:
        return
    gone, release = next(iter(federation.items()))
    rest = {node: other for node, other in federation.items() if node != gone}
    with_it, without = totals_of(federation).figures, totals_of(rest).figures
    for cell, total in with_it.items():
        margins = release.get(cell.indicator, "nothing")
        own = 0 if isinstance(margins, str) else (margins.get(cell.dimension, {}).get(cell.code) or 0)
        assert total.value - own == (without[cell].value if cell in without else 0)


def test_a_member_that_leaves_a_code_out_shows_a_zero_that_may_stand_for_a_few() -> None:
    federation = {
        "north": {"F03": {"total": {"total": 9}, "sex": {"female": 9}}},
        "south": {"F03": {"total": {"total": 7}, "sex": {"male": 7}}},
    }
    found = totals_of(federation).figures
    assert tuple(found[Cell("F03", "sex", "female", "count")]) == (9, 2, 0, 10, 2)


def test_sums_carry_the_bounds_their_members_state() -> None:
    release = a_release("north", PERIOD)
    release["indicators"] = [
        {
            "id": "F07",
            "state": "reported",
            "parts": ["n", "sum"],
            "margins": [
                {
                    "dimension": "total",
                    "codes": ["total"],
                    "values": [[12], [4400]],
                    "states": [["perturbed"], ["perturbed"]],
                    "bounds": [[5], [900]],
                }
            ],
        }
    ]
    packed = pack(release)
    made = Contribution("north", 1, packed.variance, packed.values, packed.states, packed.bounds)
    found = add_up([made, made], {1: read_layout(packed.layout)}).figures
    assert tuple(found[Cell("F07", "total", "total", "sum")])[:4] == (8800, 2, 0, 1800)


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_arrays_come_back_from_the_database_as_they_went_in(size: int) -> None:
    values = np.arange(size, dtype=np.int64) * 10**12
    assert (figures(squeezed(values)) == values).all()
    states = (np.arange(size) % 3).astype(np.uint8)
    assert (marks(squeezed(states)) == states).all()
