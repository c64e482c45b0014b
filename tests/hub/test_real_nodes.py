"""A hub and real nodes in one process: records in, a published table out."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import time_machine

from coupole.hub.publication.datasets import dataset, overview
from tests.federation_network import Network
from tests.real_nodes import RealNode
from tests.small_hub import CATALOGUE, RING, SmallHub

PERIOD = "2025"


async def federation(
    hub: SmallHub, folder: Path, stack: AsyncExitStack, **people: int
) -> tuple[Network, dict[str, RealNode]]:
    """Nodes with that many people each, members of the hub, the hub their client."""
    nodes = {name: RealNode(folder, name) for name in people}
    network = await stack.enter_async_context(Network({f"{name}.test": node.app for name, node in nodes.items()}))
    for name, node in nodes.items():
        node.register("hub", RING, "releases:read")
        node.fill(people[name])
        hub.add(node)
    return network, nodes


async def test_records_of_three_members_become_one_table(hub: SmallHub, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        network, _ = await federation(hub, tmp_path, stack, north=30, south=40, west=25)
        report = await hub.collect(network, PERIOD, seconds=60)
        assert report.kinds == {"answered": 3}, hub.outcomes()
        hub.publish(PERIOD)
        with hub.store.reading() as session:
            lines = overview(session, CATALOGUE, PERIOD)
            entries = dataset(session, CATALOGUE, "F03").observations[PERIOD, "total", "total", "count"]
        assert len(lines) == len(CATALOGUE.indicators)
        assert (entries.status, entries.shown, entries.expected) == ("A", 3, 3)
        assert entries.value is not None
        assert entries.bound is not None
        assert abs(entries.value - 95) <= entries.bound
        del network.hosts["west.test"]
        await hub.collect(network, PERIOD, seconds=60)
        assert hub.outcomes()["west"].reason == "node_unreachable"
        assert hub.outcomes()["north"].kind == "answered"
        assert len(hub.releases()) == 3


async def test_a_small_member_keeps_all_to_itself_and_is_said_to(hub: SmallHub, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        network, _ = await federation(hub, tmp_path, stack, north=30, south=3)
        await hub.collect(network, PERIOD, seconds=60)
        assert hub.outcomes()["south"].kind == "withheld"
        hub.publish(PERIOD)
        with hub.store.reading() as session:
            entries = dataset(session, CATALOGUE, "F03").observations[PERIOD, "total", "total", "count"]
        assert (entries.status, entries.shown, entries.expected) == ("P", 1, 2)


async def test_a_node_that_does_not_know_the_hub_refuses(hub: SmallHub, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        network, nodes = await federation(hub, tmp_path, stack, north=30, south=25)
        nodes["south"].register("hub", RING, "releases:read", enabled=False)
        await hub.collect(network, PERIOD, seconds=60)
        assert hub.outcomes()["south"].kind == "refused"
        assert hub.outcomes()["north"].kind == "answered"


async def test_a_period_that_is_not_over_is_refused_with_the_reason(hub: SmallHub, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        network, _ = await federation(hub, tmp_path, stack, north=30)
        await hub.collect(network, "2090", seconds=60)
        outcome = hub.outcomes()["north"]
        assert (outcome.kind, outcome.reason) == ("refused", "period_not_closed")


async def test_people_who_release_by_hand_have_not_done_it_yet(hub: SmallHub, tmp_path: Path) -> None:
    node = RealNode(tmp_path, "north", release_on_pull=False)
    async with Network({"north.test": node.app}) as network:
        node.register("hub", RING, "releases:read")
        hub.add(node)
        await hub.collect(network, PERIOD, seconds=60)
    assert hub.outcomes()["north"].kind == "withheld"


@pytest.mark.parametrize("minutes", [-5, 5])
async def test_a_node_with_a_wrong_clock_is_told_to_set_it(hub: SmallHub, tmp_path: Path, minutes: int) -> None:
    """The clock is moved only while the node looks at it: hub and node run in one process here."""
    async with AsyncExitStack() as stack:
        network, nodes = await federation(hub, tmp_path, stack, north=30, south=25)
        right = nodes["south"].app

        async def late(scope: Any, receive: Any, send: Any) -> None:
            with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
                await right(scope, receive, send)

        network.hosts["south.test"] = late
        report = await hub.collect(network, PERIOD, seconds=60, concurrency=1)
        assert report.kinds.total() == 2
        assert hub.outcomes()["south"].reason == "node_clock_differs"


async def test_no_member_name_or_figure_is_in_what_the_hub_sends(hub: SmallHub, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        network, _ = await federation(hub, tmp_path, stack, north=30)
        network.requests.clear()
        await hub.collect(network, PERIOD, seconds=60)
        assert [request.url.path for request in network.requests] == [
            "/oauth/token",
            f"/api/v1/releases/core/1.0.0/{PERIOD}",
        ]
        assert all(isinstance(request, httpx2.Request) for request in network.requests)
        assert not json.dumps([str(request.url) for request in network.requests]).count("Famille")
