"""The plan of tables: which counts of a catalogue are crossed by what."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest

from coupole.standard import catalogue, plans
from coupole.standard.plans import PlanInvalid, PlanUnknown, kind_of, plan
from coupole.standard.rates import LEVELS

CORE = catalogue.load("core", "1.0.0")


def test_every_indicator_of_the_catalogue_is_in_it_but_two_sums_whose_numbers_are() -> None:
    named = {table.indicator for table in plan(CORE).tables}
    assert {one.id for one in CORE.indicators} - named == {"M03"}
    assert set(CORE.indicator("M03").parts) == {"sum_num", "sum_den"}
    assert {(table.indicator, table.part) for table in plan(CORE).tables if table.indicator in ("M02", "M03b")} == {
        ("M02", "n"),
        ("M03b", "num"),
        ("M03b", "den"),
    }


def test_amounts_and_caseloads_are_counted_in_bands() -> None:
    bands = Counter(table.indicator for table in plan(CORE).tables if table.part.startswith("band_"))
    assert (bands["S07"], bands["M01b"]) == (5, 2 * 6)


def test_only_counts_are_in_it_never_sums_of_amounts() -> None:
    assert not [table for table in plan(CORE).tables if table.part.startswith("sum")]


def test_levels_are_the_codes_of_the_dimension_in_their_order() -> None:
    table = next(one for one in plan(CORE).tables if one.by == ("phase", "sex"))
    dimension = next(one for one in CORE.indicator("S01").dimensions if one.name == "phase")
    assert table.levels == (dimension.codes, CORE.dimensions["sex"].codes)


def test_codes_of_an_open_list_are_those_that_were_named_and_one_for_all_others() -> None:
    table = next(one for one in plan(CORE, {"operation": ["A1", "B2"]}).tables if one.indicator == "EECO01")
    assert table.levels[0] == ("A1", "B2", "other")


def test_exact_tables_are_in_it_when_asked_for_and_have_one_dimension() -> None:
    assert not [table for table in plan(CORE).tables if table.exact]
    exact = [table for table in plan(CORE, headline=True).tables if table.exact]
    assert {table.by for table in exact} == {(), ("sex",)}


def test_exact_tables_are_of_flows_in_levels_that_are_never_small() -> None:
    """The hub has them as they are: a rare level, or a stock less that of the month before, would be a few people."""
    exact = [table for table in plan(CORE, headline=True).tables if table.exact]
    assert {table.kind for table in exact} == {"flow"}
    assert {table.levels for table in exact} == {(), (("F", "other"),)}


def test_it_has_a_size_that_a_report_can_have() -> None:
    cells = sum(math.prod(len(levels) + 1 for levels in table.levels) for table in plan(CORE, headline=True).tables)
    assert cells < 6_000


def test_a_stock_is_what_there_is_and_a_flow_is_what_happened() -> None:
    assert kind_of(CORE.indicator("S01")) == "stock"
    assert kind_of(CORE.indicator("F05")) == "flow"
    assert kind_of(CORE.indicator("Q01")) == "flow"
    assert kind_of(CORE.indicator("S07")) == "stock"
    assert kind_of(CORE.indicator("M02")) == "flow"
    both = replace(CORE.indicator("S01"), sources=(*CORE.indicator("S01").sources, *CORE.indicator("F05").sources))
    with pytest.raises(PlanInvalid):
        kind_of(both)


def test_members_are_counted_by_rates_that_are_about_people() -> None:
    tables = [table for table in plan(CORE).tables if table.kind == "members"]
    assert {"O01", "O04", "Q01"} <= {table.indicator for table in tables}
    assert {(table.part, table.by, table.levels, table.exact) for table in tables} == {
        ("members", ("rate",), (LEVELS,), False)
    }
    assert all(CORE.indicator(table.indicator).about[0] == "people" for table in tables)


def test_another_catalogue_has_no_plan() -> None:
    with pytest.raises(PlanUnknown):
        plans.document("other", "1.0.0")


@pytest.mark.parametrize(
    ("indicator", "by"),
    [("X99", []), ("S01", ["sector"]), ("S01", ["programme"])],
    ids=["an indicator that is not there", "a dimension it has not", "several codes"],
)
def test_what_cannot_be_counted_so_is_refused(monkeypatch: pytest.MonkeyPatch, indicator: str, by: list[str]) -> None:
    wrong = {"tables": [{"indicator": indicator, "by": [by]}], "headline": [], "members": []}
    monkeypatch.setattr(plans, "document", lambda _name, _version: {"id": "core", "headcount": "S01"} | wrong)
    with pytest.raises(PlanInvalid):
        plan(CORE)


@pytest.mark.parametrize("name", ["X99", "S01"], ids=["an indicator that is not there", "no rate"])
def test_members_are_counted_by_rates_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    wrong = {"id": "core", "headcount": "S01", "tables": [], "headline": [], "members": [name]}
    monkeypatch.setattr(plans, "document", lambda _name, _version: wrong)
    with pytest.raises(PlanInvalid):
        plan(CORE)
