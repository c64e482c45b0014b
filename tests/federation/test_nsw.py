"""Real records end to end: the National Supported Work demonstration, 445 men, dealt to five members.

Five nodes run as processes of their own, each with its members' rows by one mapping file; a hub collects two years.
What must come out stands in ``nsw_expected.json``, computed from the data by others.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.federation.services import Node, answer, command, hub_service, introduce, make_hub, make_node, running

pytestmark = pytest.mark.processes

DATA = Path(__file__).parent / "nsw"
EXPECTED = json.loads((DATA / "nsw_expected.json").read_text(encoding="utf-8"))
ARMS = {"supported_work": "regional_recognition", "control": "other"}
"""Arm of the experiment, and the funding programme the mapping gives it."""
YEARS = ("1976", "1977")
ESF = {
    "EECO01": "EECO01",
    "EECO02": "EECO02_unemployed_all_1975",
    "EECO06": "EECO06_under18",
    "EECO07": "EECO07_18_29",
    "EECO08": "EECO08_55plus",
    "EECO09": "EECO09_no_degree",
    "EECO15": "EECO15_black_or_hispanic",
}


@dataclass
class Federation:
    """The hub, its members, what each collection answered."""

    address: str
    nodes: list[Node]
    collections: dict[str, Any]


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    place = tmp_path_factory.mktemp("nsw")
    hub = make_hub(place / "umbrella")
    with ThreadPoolExecutor(2) as pool:
        nodes = list(pool.map(lambda number: loaded(place, number), range(1, 6)))
    for node in nodes:
        introduce(hub, node)
    service = hub_service(hub)
    with running(*(node.service for node in nodes), service):
        command("hub", "open", hub, "--all")
        collections = {year: answer("hub", "collect", hub, year) for year in YEARS}
        yield Federation(service.address, nodes, collections)


def loaded(place: Path, number: int) -> Node:
    node = make_node(place / f"nsw-m{number}")
    load(node, DATA / f"nsw_member_m{number}.csv")
    return node


def load(node: Node, table: Path) -> None:
    words = ("--mapping", DATA / "mapping.json", "--set", f"workshop=Workshop {node.id}", "--yes")
    command("node", "import", node.directory, table, *words)


@cache
def preview(directory: Path, year: str) -> list[dict[str, Any]]:
    """Every figure of a year beside what is shown of it, as the people of the workshop see them before they leave."""
    figures: list[dict[str, Any]] = answer("node", "release", directory, year, "--preview")["figures"]
    return [one for one in figures if one["part"] == "count"]


def exact(node: Node, year: str) -> Counter[tuple[str, str, str]]:
    """A node's own exact counts of a year."""
    figures = preview(node.directory, year)
    return Counter({(one["indicator"], one["dimension"], one["code"]): one["exact"] for one in figures})


@dataclass(frozen=True)
class Published:
    """One figure of the hub."""

    value: int
    bound: int
    members: int
    expected: int


@cache
def published(address: str, indicator: str, year: str) -> dict[str, Published]:
    """Every count the hub publishes of an indicator, by ``dimension:code`` (or ``total``)."""
    found = httpx2.get(f"{address}/api/v1/datasets/{indicator}", params={"period": year}, timeout=30).json()
    breakdown = found["dimension"]["BREAKDOWN"]["category"]["index"]
    measures = found["dimension"]["MEASURE"]["category"]["index"]
    more = found["extension"]
    return {
        key: Published(
            found["value"][at], more["noise_bound"][at], more["members_in"][at], more["members_expected"][at]
        )
        for row, key in enumerate(breakdown)
        for at in [row * len(measures) + measures.index("count")]
    }


def test_every_member_answers_both_years(federation: Federation) -> None:
    for year in YEARS:
        assert Counter(one["kind"] for one in federation.collections[year]["outcomes"]) == {"answered": 5}


def test_the_exact_tables_inside_each_node_equal_the_expected_view_of_that_member(federation: Federation) -> None:
    for number, node in enumerate(federation.nodes, 1):
        years = [exact(node, year) for year in YEARS]
        for arm, view in EXPECTED["standard_view_by_member"][f"m{number}"].items():
            for indicator, name in ESF.items():
                counted = sum(counts[indicator, "operation", arm] for counts in years)
                assert counted == view[name], (node.id, arm, indicator)


def test_the_exact_tables_of_all_nodes_add_up_to_the_expected_figures_digit_for_digit(federation: Federation) -> None:
    total: Counter[tuple[str, str, str, str]] = Counter()
    for node in federation.nodes:
        for year in YEARS:
            for (indicator, dimension, code), count in exact(node, year).items():
                total[indicator, dimension, code, year] += count
    for arm, programme in ARMS.items():
        for year in YEARS:
            assert total["F03", "programme", programme, year] == EXPECTED["entries_by_year"][arm][year]
        assert total["S01", "programme", programme, "1976"] == EXPECTED["stock_1976-12-31"][arm]
    middle = sum(total["F03", "age_band", band, year] for band in ("30_44", "45_54") for year in YEARS)
    assert middle == sum(EXPECTED["standard_view"][arm]["age_30_54"] for arm in ARMS)


def test_the_stock_at_the_end_is_the_stock_before_plus_entries_minus_exits(federation: Federation) -> None:
    for node in federation.nodes:
        before, after = exact(node, "1976"), exact(node, "1977")
        for code in ("total", *ARMS.values()):
            by = "total" if code == "total" else "programme"
            stock = before["S01", by, code] + after["F02", by, code] - after["F05", by, code]
            assert after["S01", by, code] == stock


def test_what_became_of_people_in_1978_is_kept_as_their_follow_up(federation: Federation, tmp_path: Path) -> None:
    working: Counter[str] = Counter()
    for node in federation.nodes:
        command("node", "export", node.directory, "--output", tmp_path / f"{node.id}.ndjson")
        lines = (tmp_path / f"{node.id}.ndjson").read_text(encoding="utf-8").splitlines()
        documents = {found["id"]: found for found in map(json.loads, lines)}
        for found in documents.values():
            if found.get("status") == "other_job":
                working[documents[found["accompaniment"]]["programmes"][0]["operation"]] += 1
    assert working == {arm: EXPECTED["standard_view"][arm]["employed_some_time_1978"] for arm in ARMS}


def test_every_published_figure_lies_within_its_declared_noise_and_says_five_of_five(federation: Federation) -> None:
    looked_at = 0
    for year in YEARS:
        truth: Counter[tuple[str, str]] = Counter()
        for node in federation.nodes:
            for (indicator, dimension, code), count in exact(node, year).items():
                truth[indicator, "total" if dimension == "total" else f"{dimension}:{code}"] += count
        for indicator in {name for name, _ in truth}:
            for key, figure in published(federation.address, indicator, year).items():
                assert (figure.members, figure.expected) == (5, 5)
                assert abs(figure.value - truth[indicator, key]) <= figure.bound <= 25
                looked_at += 1
    assert looked_at > 300


def test_published_years_together_stand_near_the_printed_study(federation: Federation) -> None:
    for arm in ARMS:
        for indicator, name in ESF.items():
            # A code that no member shows anything of is not named: five zeros, each standing for up to five people.
            unnamed = Published(0, 25, 5, 5)
            figures = [
                published(federation.address, indicator, year).get(f"operation:{arm}", unnamed) for year in YEARS
            ]
            truth = EXPECTED["standard_view"][arm][name]
            assert abs(sum(one.value for one in figures) - truth) <= sum(one.bound for one in figures)


def test_no_count_of_one_or_two_people_leaves_a_member(federation: Federation) -> None:
    for node in federation.nodes:
        for year in YEARS:
            shown = preview(node.directory, year)
            assert shown
            assert not [one for one in shown if one["shown"] in (1, 2)]


def test_a_second_import_of_the_same_table_changes_nothing(federation: Federation) -> None:
    node = federation.nodes[0]
    load(node, DATA / "nsw_member_m1.csv")
    words = ("--mapping", DATA / "mapping.json", "--set", f"workshop=Workshop {node.id}", "--dry-run")
    table = DATA / "nsw_member_m1.csv"
    report = answer("node", "import", node.directory, table, *words)
    outcomes = Counter(one["outcome"] for row in report["verdicts"] for one in row["documents"])
    with table.open(encoding="utf-8") as rows:
        people = sum(1 for _ in csv.DictReader(rows))
    assert outcomes == {"unchanged": 4 * people + 2}
