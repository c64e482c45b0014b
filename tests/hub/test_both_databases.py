"""A hub on SQLite and on PostgreSQL: the same rounds, the same figures."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from coupole.hub.publication.datasets import Observation, dataset
from coupole.hub.store.tables import HubTable
from tests.fake_nodes import FakeNode
from tests.federation_network import Network
from tests.small_hub import CATALOGUE, SmallHub, hosts

PERIOD = "2026-10"


@pytest.fixture
def anywhere(database_url: str) -> Iterator[SmallHub]:
    hub = SmallHub(database_url)
    yield hub
    hub.store.close()


async def test_from_members_to_a_total_and_again(anywhere: SmallHub) -> None:
    nodes = [FakeNode(name).shows(PERIOD) for name in ("north", "south", "west")]
    anywhere.add(*nodes)
    async with Network(hosts(nodes[:2])) as network:
        await anywhere.collect(network)
        assert anywhere.publish().revision == 1
        network.hosts |= hosts(nodes)
        nodes[0].shows(PERIOD, revision=2, figures={"F03": {"total": {"total": 0}}})
        await anywhere.collect(network)
        assert anywhere.publish().revision == 2
    with anywhere.store.reading() as session:
        found = dataset(session, CATALOGUE, "F03").observations[PERIOD, "total", "total", "count"]
    assert found == Observation(48, "A", 3, 3, 0, 15, 4)
    assert [outcome.kind for outcome in anywhere.outcomes().values()] == ["answered"] * 3


async def test_two_that_take_up_one_round_store_every_release_once(anywhere: SmallHub) -> None:
    nodes = [FakeNode(f"node{number}").shows(PERIOD) for number in range(20)]
    anywhere.add(*nodes)
    async with Network(hosts(nodes)) as network:
        one, other = await asyncio.gather(anywhere.collect(network), anywhere.collect(network))
    assert one.round == other.round
    assert sorted(member for member, _, _ in anywhere.releases()) == sorted(node.name for node in nodes)
    assert {outcome.kind for outcome in anywhere.outcomes().values()} == {"answered"}


def test_migrations_make_the_tables_of_the_program(anywhere: SmallHub) -> None:
    with anywhere.store.engine.connect() as connection:
        assert HubTable.metadata.tables
        assert compare_metadata(MigrationContext.configure(connection), HubTable.metadata) == []
