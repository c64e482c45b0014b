"""A published figure that changes keeps the old one beside it, and says why and since when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from coupole.hub import members
from coupole.hub.app import create_app
from coupole.hub.publication.corrections import changes, revisions, steps
from coupole.hub.publication.datasets import dataset
from coupole.hub.publication.opening import open_datasets
from coupole.hub.publication.publishing import publication
from coupole.hub.settings import HubSettings
from coupole.hub.store import published
from tests.fake_nodes import FakeNode
from tests.federation_network import Network
from tests.small_hub import CATALOGUE, RING, SmallHub, hosts

PERIOD = "2026-10"


def shows(node: FakeNode, women: int | None, men: int | None, revision: int = 1, **more: Any) -> FakeNode:
    whole = (women or 0) + (men or 0)
    figures = {"F03": {"total": {"total": whole}, "sex": {"F": women, "M": men}}}
    return node.shows(PERIOD, figures=figures, revision=revision, **more)


async def published_again(hub: SmallHub, *nodes: FakeNode) -> dict[str, Any]:
    """Collect these, publish, and read what was published."""
    async with Network(hosts(nodes)) as network:
        await hub.collect(network)
    hub.publish()
    with hub.store.reading() as session:
        found: dict[str, Any] = json.loads(published.text(publication(session, CATALOGUE, PERIOD)))
        return found


async def test_a_first_publication_corrects_nothing(hub: SmallHub) -> None:
    north = shows(FakeNode("north"), 20, 9)
    hub.add(north)
    document = await published_again(hub, north)
    assert (document["corrections"], document["releases"]) == ([], {"north": 1})


async def test_a_late_member_a_corrected_release_and_one_that_left_are_told_apart(hub: SmallHub) -> None:
    north, south, west = (shows(FakeNode(name), 20, 9) for name in ("north", "south", "west"))
    hub.add(north, south, west)
    await published_again(hub, north, west)
    shows(north, 23, 9, revision=2)
    with hub.store.writing() as session:
        members.remove(session, "west", actor="test")
    document = await published_again(hub, north, south)
    (entry,) = document["corrections"]
    assert entry["causes"] == {"F03": {"members_late": 1, "members_out": 1, "records_changed": 1}}
    assert entry["figures"] == [["F03", "sex", "F", "count", 40], ["F03", "total", "total", "count", 58]]
    found = changes(document)[("F03", "sex", "F", "count")]
    assert [(one.revision, one.before) for one in found] == [(2, 40)]


async def test_the_first_figure_stays_beside_the_newest_through_every_revision(hub: SmallHub) -> None:
    north = shows(FakeNode("north"), 20, 9)
    hub.add(north)
    await published_again(hub, north)
    for revision, women in ((2, 25), (3, 22)):
        shows(north, women, 9, revision=revision)
        document = await published_again(hub, north)
    assert [one["revision"] for one in document["corrections"]] == [2, 3]
    with hub.store.reading() as session:
        found = dataset(session, CATALOGUE, "F03").observations
    women = found[PERIOD, "sex", "F", "count"]
    assert women.first
    assert (women.value, women.first.value, dict(women.first.causes)) == (22, 20, {"records_changed": 2})
    assert found[PERIOD, "sex", "M", "count"].first is None


async def test_a_figure_that_is_no_longer_shown_still_has_what_was_published(hub: SmallHub) -> None:
    north = shows(FakeNode("north"), 20, 9)
    hub.add(north)
    await published_again(hub, north)
    await published_again(hub, shows(north, 20, None, revision=2))
    with hub.store.reading() as session:
        men = dataset(session, CATALOGUE, "F03").observations[PERIOD, "sex", "M", "count"]
    assert men.first
    assert (men.value, men.first.value) == (None, 9)


async def test_people_and_programs_read_both_figures_and_why(tmp_path: Path) -> None:
    settings = HubSettings(directory=tmp_path / "shown", name="The federation", issuer="https://hub.test")
    settings.save()
    RING.save(settings.ring)
    hub = SmallHub(settings.database)
    north, south = (shows(FakeNode(name), 20, 9) for name in ("north", "south"))
    hub.add(north, south)
    with hub.store.writing() as session:
        open_datasets(session, CATALOGUE, ["F03"], actor="test")
    await published_again(hub, north)
    await published_again(hub, shows(north, 20, 7, revision=2), south)
    with TestClient(create_app(settings), base_url="https://hub.test") as reader:
        found = reader.get(f"/api/v1/publications/{PERIOD}/corrections").json()
        men = next(one for one in found["items"] if one["code"] == "M")
        assert (men["before"], men["after"], men["revision"]) == (9, 16, 2)
        assert men["causes"] == {"members_late": 1, "records_changed": 1}
        page = reader.get(f"/?period={PERIOD}&indicator=F03&language=en").text
        assert "first published: 9" in page
        assert "members that had not answered before (1)" in page
        assert "members whose records came late or were corrected (1)" in page
        assert "first published: 29" in reader.get("/?language=en").text
        table = reader.get("/api/v1/datasets/F03.csv?language=en").text
        assert ",16,9," in table
        assert "members_late:1 records_changed:1" in table
        assert reader.get("/api/v1/publications/2026-09/corrections").status_code == 404
    hub.store.close()


async def test_each_revision_says_what_was_published_until_then_and_what_from_then_on(hub: SmallHub) -> None:
    north = shows(FakeNode("north"), 20, 9)
    hub.add(north)
    await published_again(hub, north)
    await published_again(hub, shows(north, 25, 9, revision=2))
    document = await published_again(hub, shows(north, 22, 9, revision=3))
    women = steps(document)[("F03", "sex", "F", "count")]
    assert [(one.before, after) for one, after in women] == [(20, 25), (25, 22)]
    assert [one.causes for one in revisions(document)] == [{"records_changed": 1}] * 2
    assert revisions(document, "F04") == []
