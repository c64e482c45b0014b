"""What is right with a federation and what is not: the doctors of hub and node, who really ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coupole.hub.collection.connecting import connector
from coupole.hub.collection.examining import examine, last_month
from coupole.hub.collection.visiting import Reach
from coupole.node.federation import examining, following
from coupole.node.federation.joining import own_fingerprint
from coupole.standard.sentences import known_codes
from tests.joining import Meeting, introduced, joined, meeting
from tests.real_nodes import RealNode
from tests.small_hub import RING


@pytest.fixture
def north(tmp_path: Path) -> RealNode:
    return RealNode(tmp_path, "north")


@pytest.fixture
async def met(tmp_path: Path, north: RealNode) -> AsyncIterator[Meeting]:
    async with meeting(tmp_path, north) as made:
        yield made


async def of_hub(met: Meeting, now: datetime | None = None) -> list[tuple[str, str]]:
    connect = connector(RING, "hub", seconds=5, max_bytes=4_000_000, transport=met.network)
    signs = await examine(met.app.state.hub, connect, Reach((), met.network, met.look), now=now)
    assert {one.code for one in signs} <= known_codes().keys()
    return [(one.level, one.code) for one in signs]


async def of_node(met: Meeting, north: RealNode, now: datetime | None = None) -> list[tuple[str, str]]:
    node = north.app.state.node
    signs = await asyncio.to_thread(
        examining.examine,
        node.store,
        north.issuer,
        node.ring,
        node.catalogue,
        own=own_fingerprint(introduced(node)),
        now=now,
        way=met.way,
    )
    assert {one.code for one in signs} <= known_codes().keys()
    return [(one.level, one.code) for one in signs]


async def test_a_federation_that_is_ready_and_the_way_there(met: Meeting, north: RealNode) -> None:
    assert await of_hub(met) == [("right", "hub_reached"), ("look", "members_none"), ("look", "directory_missing")]
    assert await of_node(met, north) == [("right", "self_pull_good"), ("look", "federation_missing")]
    assert not next(one for one in north.app.state.node.store.tokens().clients() if one.id == examining.SELF).enabled
    await joined(met, north)
    ready = [("right", "hub_reached"), ("right", "member_ready"), ("right", "directory_good")]
    assert await of_hub(met) == ready
    assert await of_node(met, north) == [("right", "self_pull_good"), ("right", "membership_good")]
    later = datetime.now(UTC) + timedelta(days=155)
    assert (await of_hub(met, later))[-1] == ("look", "directory_ends")
    assert (await of_node(met, north, later))[2:] == [("look", "hub_silent"), ("look", "directory_ends")]
    made = north.app.state.node.store
    with made.writing() as session:
        row = following.current(session)
        assert row
        row.pulls = '[{"period": "2026-10", "kind": "unreachable", "reason": "node_timeout", "at": "2026-11-02T08:00"}]'
        row.state = "blocked"
        session.add(row)
    assert (await of_node(met, north))[1:] == [
        ("wrong", "membership_blocked"),
        ("wrong", "last_pull_bad"),
        ("wrong", "node_timeout"),
    ]


async def test_what_is_wrong_is_said_with_its_reason(met: Meeting, north: RealNode) -> None:
    await joined(met, north)
    made = north.app.state.node.store.tokens()
    made.disable_client("hub")
    assert (await of_hub(met))[1:3] == [("wrong", "member_not_ready"), ("wrong", "client_disabled")]
    hub = met.network.hosts.pop("hub.test")
    assert (await of_hub(met))[0] == ("wrong", "hub_not_reached")
    met.network.hosts["hub.test"] = met.network.hosts["north.test"]
    assert (await of_hub(met))[0] == ("wrong", "hub_is_another")
    met.network.hosts.pop("north.test")
    assert (await of_node(met, north))[:2] == [("wrong", "self_pull_failed"), ("wrong", "node_unreachable")]
    met.network.hosts["hub.test"] = hub


def test_the_month_that_is_asked_for_is_over() -> None:
    assert last_month(datetime(2026, 1, 31, tzinfo=UTC).date()) == "2025-12"
