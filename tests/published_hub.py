"""A small hub that published totals of three members and fine tables summed under seal, all of it open."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from coupole.hub.app import create_app
from coupole.hub.publication import listing
from coupole.hub.publication.cubes import Cube, Publisher
from coupole.hub.settings import HubSettings
from coupole.hub.store import Store
from tests.fake_nodes import FakeNode
from tests.federation_network import Network
from tests.sealed_hub import BY_RATE, EXACT, FINE, MEMBERS, PEOPLE, counted, opened, publish
from tests.small_hub import CATALOGUE, RING, SmallHub, hosts

PERIOD = "2026-10"
PUBLISHER = Publisher("The federation", "https://hub.test")
TOTALS = {
    "F03": {
        "total": {"total": 1024},
        "sex": {"F": 600, "M": 420, "X": 4, "U": None},
        "programme": {"esfplus_operation": 12, "unknown": 0},
    },
    "F04": "too_few_people",
    "F05": {"total": {"total": 0}},
}
RATE = {
    "id": "O01",
    "state": "reported",
    "parts": ["num", "den"],
    "margins": [
        {"dimension": "total", "codes": ["total"], "values": [[40], [60]], "states": [["perturbed"], ["perturbed"]]}
    ],
}
SMALL = {"F05.count.age_band.exact": [3, 40, 57], "F05.count.sex.exact": [90, 7, 3, 0]}
BANDS = [8, 1, 0, 2, 5, 6, 0, 4, 1, 3, 1]
"""Members by their own rate: those in no band, then band by band."""
FEW = (
    "F03",
    "F04",
    "F05",
    "O01",
    "O03",
    "S01.sex.age_band.day",
    "F05.sex.slot.exact",
    "F05.age_band.slot.exact",
    "O01.rate.day",
)
"""Datasets that have every kind of figure between them."""


@dataclass(frozen=True)
class PublishedHub:
    directory: Path
    store: Store
    client: TestClient

    def names(self) -> list[str]:
        """Every dataset of which something was published."""
        with self.store.reading() as session:
            return [one.id for one in listing.listed(session, CATALOGUE) if one.periods]

    def cube(self, name: str) -> Cube:
        with self.store.reading() as session:
            return listing.cube(session, CATALOGUE, PUBLISHER, name)

    def get(self, path: str, **headers: str) -> bytes:
        """A dataset, or the catalogue: what stands behind ``/api/v1/datasets``."""
        answer = self.client.get(f"/api/v1/datasets{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.content


@contextmanager
def published_hub() -> Iterator[PublishedHub]:
    with tempfile.TemporaryDirectory() as folder:
        chosen = HubSettings(directory=Path(folder) / "hub", name=PUBLISHER.name, issuer=PUBLISHER.address)
        chosen.save()
        RING.save(chosen.ring)
        hub = SmallHub(chosen.database)
        asyncio.run(_publish(hub))
        with TestClient(create_app(chosen), base_url=PUBLISHER.address) as client:
            yield PublishedHub(chosen.directory, hub.store, client)
        hub.store.close()


async def _publish(hub: SmallHub) -> None:
    nodes = [FakeNode(name).shows(PERIOD, figures=TOTALS) for name in ("north", "south", "west")]
    for node in nodes:
        node.releases[PERIOD]["indicators"].append(RATE)  # type: ignore[arg-type]
    hub.add(*nodes)
    async with Network(hosts(nodes[:2])) as network:
        await hub.collect(network)
    hub.publish()
    name = counted(hub.store, *FINE, *EXACT, BY_RATE, values=PEOPLE | SMALL | {MEMBERS: BANDS})
    opened(hub.store, name, 31)
    publish(hub.store)
