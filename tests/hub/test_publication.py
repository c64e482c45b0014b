"""From collected releases to published figures: coverage, noise, what is hidden, and what replaces what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coupole.hub import members
from coupole.hub.publication import words
from coupole.hub.publication.cubes import Publisher, totals
from coupole.hub.publication.datasets import (
    BreakdownUnknown,
    Dataset,
    DatasetEmpty,
    IndicatorUnknown,
    Observation,
    dataset,
    derive,
    measures,
    overview,
    periods,
)
from coupole.hub.publication.formats import jsonstat
from coupole.hub.publication.publishing import PeriodNotCollected, PublicationUnknown, publication
from coupole.hub.store import published
from coupole.standard import LANGUAGES
from coupole.wire.documents import verify
from tests.fake_nodes import FakeNode, a_release, release_path
from tests.federation_network import Network
from tests.small_hub import CATALOGUE, RING, SmallHub, hosts

PERIOD = "2026-10"


async def federation(hub: SmallHub, off: tuple[str, ...] = (), **shown: Any) -> None:
    """Members with these figures, collected and published once; ``off`` do not answer."""
    nodes = [FakeNode(name).shows(PERIOD, figures=figures) for name, figures in shown.items()]
    hub.add(*nodes)
    async with Network(hosts(node for node in nodes if node.name not in off)) as network:
        await hub.collect(network)
    hub.publish()


def total(hub: SmallHub, indicator: str = "F03", measure: str = "count") -> Observation:
    with hub.store.reading() as session:
        return dataset(session, CATALOGUE, indicator).observations[PERIOD, "total", "total", measure]


def said(found: Dataset, language: str) -> dict[str, Any]:
    return jsonstat.document(totals(found, Publisher("The hub", "https://hub.test")), language)


def count(value: int | None) -> dict[str, Any]:
    return {"F03": {"total": {"total": value}}}


async def test_everybody_answered(hub: SmallHub) -> None:
    await federation(hub, north=count(20), south=count(7), west=count(0))
    assert total(hub) == Observation(27, "A", 3, 3, 0, 15, 4)


async def test_a_member_that_is_off_makes_the_coverage_smaller_and_says_so(hub: SmallHub) -> None:
    await federation(hub, off=("west",), north=count(20), south=count(7), west=count(9))
    assert total(hub) == Observation(27, "P", 2, 3, 0, 10, 4)


async def test_a_member_that_is_off_later_stays_in_with_what_it_signed(hub: SmallHub) -> None:
    nodes = [FakeNode("north").shows(PERIOD, figures=count(20)), FakeNode("south").shows(PERIOD, figures=count(7))]
    hub.add(*nodes)
    async with Network(hosts(nodes)) as network:
        await hub.collect(network)
    async with Network(hosts(nodes[:1])) as network:
        await hub.collect(network)
    hub.publish()
    assert total(hub) == Observation(27, "A", 2, 2, 0, 10, 4)


async def test_a_hidden_figure_is_counted_and_said(hub: SmallHub) -> None:
    await federation(hub, north=count(20), south=count(None))
    assert total(hub) == Observation(20, "P", 1, 2, 1, 5, 2)


async def test_a_figure_that_all_hide_is_withheld_not_zero(hub: SmallHub) -> None:
    await federation(hub, north=count(None), south={"F03": "too_few_people"})
    assert total(hub) == Observation(None, "Q", 0, 2, 1, None, None)


async def test_an_indicator_all_keep_to_themselves_is_withheld(hub: SmallHub) -> None:
    await federation(hub, north={"F03": "own_decision", "F04": {"total": {"total": 9}}})
    assert total(hub) == Observation(None, "Q", 0, 1, 0, None, None)


async def test_an_indicator_that_applies_to_nobody_says_so(hub: SmallHub) -> None:
    await federation(hub, north={"F03": "not_counted", "F04": {"total": {"total": 9}}})
    assert total(hub).status == "M"


async def test_silence_is_not_zero(hub: SmallHub) -> None:
    await federation(hub, north={"F04": {"total": {"total": 9}}})
    assert total(hub) == Observation(None, "O", 0, 1, 0, None, None)


async def test_figures_that_are_not_settled_are_missing_and_say_from_when_they_are_there(hub: SmallHub) -> None:
    waiting: dict[str, Any] = {"EECR01": "not_settled", "F04": {"total": {"total": 9}}}
    node = FakeNode("north").shows(PERIOD, figures=waiting)
    hub.add(node)
    async with Network(hosts([node])) as network:
        await hub.collect(network)
    hub.publish()
    assert total(hub, "EECR01") == Observation(None, "O", 0, 1, 0, None, None, "2026-11-29")
    with hub.store.reading() as session:
        found = dataset(session, CATALOGUE, "EECR01")
        published_text = json.loads(published.text(publication(session, CATALOGUE, PERIOD)))
    assert found.settled_from == {PERIOD: "2026-11-29"}
    covered = next(one["coverage"] for one in published_text["indicators"] if one["id"] == "EECR01")
    assert (covered["not_settled"], covered["not_reported"], covered["missing"]) == (1, 0, 0)
    assert said(found, "nl")["note"][-1] == "2026-10: staat nog niet vast, wel vanaf 2026-11-29"
    assert said(found, "en")["extension"]["settled_from"] == {PERIOD: "2026-11-29"}


async def test_where_some_are_settled_the_total_is_of_them_and_says_so(hub: SmallHub) -> None:
    await federation(hub, north=count(20), south={"F03": "not_settled"})
    assert total(hub) == Observation(20, "P", 1, 2, 0, 5, 2, "2026-11-01")


async def test_a_member_the_indicator_does_not_apply_to_is_not_missing(hub: SmallHub) -> None:
    await federation(hub, north=count(20), south={"F03": "not_counted"})
    assert total(hub) == Observation(20, "A", 1, 1, 0, 5, 2)


async def test_a_figure_that_falls_to_zero_replaces_the_old_one(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD, figures=count(20))
    hub.add(node)
    async with Network(hosts([node])) as network:
        await hub.collect(network)
        assert hub.publish().fresh
        node.shows(PERIOD, figures=count(0), revision=2)
        await hub.collect(network)
        assert hub.publish().revision == 2
    found = total(hub)
    assert found.first
    assert found == Observation(0, "A", 1, 1, 0, 5, 0, first=found.first)
    assert (found.first.value, found.first.causes) == (20, {"records_changed": 1})


async def test_collecting_and_publishing_again_changes_nothing(hub: SmallHub) -> None:
    nodes = [FakeNode(name).shows(PERIOD, figures=count(20)) for name in ("north", "south")]
    hub.add(*nodes)
    async with Network(hosts(nodes)) as network:
        await hub.collect(network)
        first = hub.publish()
        await hub.collect(network)
        second = hub.publish()
    assert (first.revision, first.fresh) == (1, True)
    assert (second.revision, second.fresh) == (1, False)
    with hub.store.reading() as session:
        assert len(published.publications(session, "core", "1.0.0")) == 1


async def test_a_member_that_left_is_in_no_figure_made_from_then_on(hub: SmallHub) -> None:
    await federation(hub, north=count(20), south=count(7))
    with hub.store.writing() as session:
        members.remove(session, "south", actor="test")
    assert hub.publish().revision == 2
    found = total(hub)
    assert found.first
    assert found == Observation(20, "A", 1, 1, 0, 5, 2, first=found.first)
    assert (found.first.value, found.first.causes) == (27, {"members_out": 1})


async def test_a_publication_is_signed_and_holds_every_indicator(hub: SmallHub) -> None:
    await federation(hub, north=count(20))
    with hub.store.reading() as session:
        found = publication(session, CATALOGUE, PERIOD)
        raw = published.text(found)
        with pytest.raises(PublicationUnknown):
            publication(session, CATALOGUE, "2026-11")
    verify("publication", raw, found.signature, RING.public_set("sign"))
    document = json.loads(raw)
    assert [one["id"] for one in document["indicators"]] == [one.id for one in CATALOGUE.indicators]
    assert document["members"] == ["north"]


def test_a_period_nobody_was_asked_for_cannot_be_published(hub: SmallHub) -> None:
    with pytest.raises(PeriodNotCollected):
        hub.publish()


async def test_the_total_of_hostile_figures_is_still_published(hub: SmallHub) -> None:
    await federation(hub, **{f"node{number}": count(10**12) for number in range(12)})
    assert total(hub).value == 12 * 10**12


def seen(value: int | None, status: str = "A", bound: int = 5) -> Observation:
    return Observation(value, status, 2, 3, 1, bound, 2)


def test_no_rate_is_made_with_a_divisor_that_is_mostly_noise() -> None:
    assert derive(seen(10), seen(19)).value is None
    assert derive(seen(10), seen(19)).status == "O"
    assert derive(seen(10), seen(20)).value == 0.5
    assert derive(seen(10, "P"), seen(20)).status == "P"
    assert derive(seen(None, "Q"), seen(20)).status == "Q"
    assert derive(seen(10), seen(None, "Q")).status == "Q"
    waiting = Observation(None, "O", 0, 3, 0, None, None, "2026-11-15")
    assert derive(waiting, waiting) == waiting


def test_no_rate_is_above_the_whole_whatever_noise_makes_of_its_parts() -> None:
    assert derive(seen(27), seen(25), most=1) == Observation(1, "A", 2, 3, 1, None, None)
    assert derive(seen(25), seen(25), most=1).value == 1
    assert derive(seen(24), seen(25), most=1).value == 0.96
    assert derive(seen(2700), seen(25)).value == 108, "a mean has no such limit"


async def test_a_published_rate_is_limited_and_its_dataset_says_how(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD)
    hub.add(node)
    release = with_rate(a_release("north", PERIOD))
    release["indicators"][0]["margins"][0]["values"] = [[43], [40]]
    node.releases[PERIOD] = release
    async with Network(hosts([node])) as network:
        await hub.collect(network)
    hub.publish()
    assert (total(hub, "O01", "num").value, total(hub, "O01", "rate").value) == (43, 1)
    with hub.store.reading() as session:
        rates, counts = (dataset(session, CATALOGUE, name) for name in ("O01", "F03"))
    for language in LANGUAGES:
        noise, derived = words.word("noise", language), words.word("derived", language)
        assert said(rates, language)["note"][1:] == [noise, derived]
        assert said(counts, language)["note"][1:] == [noise]
        assert "20" in derived
        assert "100" in derived


async def test_a_rate_stands_beside_its_parts(hub: SmallHub) -> None:
    node = FakeNode("north").shows(PERIOD)
    hub.add(node)
    node.releases[PERIOD] = with_rate(a_release("north", PERIOD))
    async with Network(hosts([node])) as network:
        await hub.collect(network)
    hub.publish()
    assert total(hub, "O01", "num").value == 12
    assert total(hub, "O01", "rate").value == 0.3
    assert total(hub, "M03", "rate").value is None, "an amount smaller than its noise divides nothing"
    assert measures(CATALOGUE.indicator("F07")) == ("n", "sum", "mean")


def with_rate(release: Any) -> Any:
    def shown(name: str, parts: list[str], values: list[int], bounds: list[int]) -> dict[str, Any]:
        margin = {
            "dimension": "total",
            "codes": ["total"],
            "values": [[value] for value in values],
            "states": [["perturbed"] for _ in values],
            "bounds": [[bound] for bound in bounds],
        }
        return {"id": name, "state": "reported", "parts": parts, "margins": [margin]}

    release["indicators"] = [
        shown("O01", ["num", "den"], [12, 40], [5, 5]),
        shown("M03", ["sum_num", "sum_den"], [100, 400], [500, 500]),
    ]
    return release


async def test_what_is_not_there_is_said_to_be_unknown(hub: SmallHub) -> None:
    with hub.store.reading() as session, pytest.raises(DatasetEmpty):
        dataset(session, CATALOGUE, "F03")
    await federation(hub, north=count(20))
    with hub.store.reading() as session:
        with pytest.raises(IndicatorUnknown):
            dataset(session, CATALOGUE, "X99")
        with pytest.raises(BreakdownUnknown):
            dataset(session, CATALOGUE, "F03", by="phase")
        assert overview(session, CATALOGUE, "2026-11") == []
        assert len(overview(session, CATALOGUE, PERIOD)) == len(CATALOGUE.indicators)
        assert periods(session, CATALOGUE) == [PERIOD]


def test_release_paths_are_those_of_the_catalogue() -> None:
    assert release_path(PERIOD) == f"/api/v1/releases/{CATALOGUE.id}/{CATALOGUE.version}/{PERIOD}"


def test_no_mean_is_made_of_an_amount_that_some_members_hide_and_people_that_all_of_them_show() -> None:
    amount = Observation(0, "P", 2, 5, 3, 10, 0)
    people = Observation(28, "A", 5, 5, 0, 25, 10)
    assert derive(amount, people) == Observation(None, "Q", 2, 5, 3, None, None)
