"""A hub and a node that meet in one process: invited, asked, admitted as in life, over a network of host names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from coupole.hub.app import create_app
from coupole.hub.collection.visiting import Reach
from coupole.hub.members import directory, invitations, joining
from coupole.hub.settings import HubSettings
from coupole.hub.store import Store
from coupole.hub.store.joining_tables import HubDirectory
from coupole.node.api.introducing import signed_descriptor
from coupole.node.api.node import Node
from coupole.node.federation import joining as node_joining
from coupole.node.federation.following import follow
from coupole.node.federation.speaking import Way
from coupole.node.store.federation_tables import Federation
from coupole.wire.descriptor import fingerprint
from tests.federation_network import Network
from tests.small_hub import RING

HUB = "https://hub.test"
OPEN = "93.184.216.34"
"""An address of the open network, to which every name leads unless a test says otherwise."""


@dataclass
class Meeting:
    """A hub that answers. ``places``: where single names lead."""

    settings: HubSettings
    app: FastAPI
    network: Network
    places: dict[str, str]

    @property
    def store(self) -> Store:
        found: Store = self.app.state.hub.store
        return found

    @property
    def fingerprint(self) -> str:
        return fingerprint(RING.active("sign").public())

    def look(self, host: str) -> list[str]:
        return [self.places.get(host, OPEN)]

    @property
    def way(self) -> Way:
        return Way((), self.network, self.look)

    def invite(self, days: int = 14, now: datetime | None = None) -> str:
        with self.store.writing() as session:
            made = invitations.invite(
                session, "North", days, hub=HUB, fingerprint=self.fingerprint, actor="anna", now=now
            )
        return str(made)

    async def asks(self, node: Any, code: str, **changed: Any) -> httpx2.Response:
        """A node asks for membership with that code; anything of the question can be changed."""
        raw, signature = node.descriptor()
        number, secret = code.split("#")[1][:8], code.split("#")[1][8:40]
        asked = {"descriptor": raw.decode(), "signature": signature, "number": number, "secret": secret}
        asked |= {"at": datetime.now(UTC).isoformat()} | changed
        async with httpx2.AsyncClient(transport=self.network, base_url=HUB) as client:
            return await client.post("/api/v1/joining", json=asked)

    def admit(self, node: str) -> None:
        """A person of the hub heard the fingerprint; the directory follows."""
        with self.store.writing() as session:
            candidate = joining.asked_by(session, node, HUB)
            joining.admit(session, candidate, confirmed=candidate.fingerprint, actor="anna")
        self.publish()

    def publish(self, now: datetime | None = None) -> HubDirectory:
        """A new directory, signed."""
        with self.store.writing() as session:
            return directory.publish_here(session, self.settings, actor="anna", now=now or datetime.now(UTC))

    def waiting(self) -> list[str]:
        with self.store.reading() as session:
            return [one.descriptor["node"] for one, _invited in joining.waiting(session, HUB)]


@asynccontextmanager
async def meeting(folder: Path, *nodes: Any) -> AsyncIterator[Meeting]:
    """A hub at ``hub.test`` and these nodes, each at its own name: fake ones, or real ones, whose ``app`` is served."""
    settings = HubSettings(directory=folder / "hub", name="The federation", issuer=HUB)
    settings.save()
    RING.save(settings.ring)
    network = Network({f"{node.name}.test": getattr(node, "app", node) for node in nodes})
    places: dict[str, str] = {}
    made = Meeting(settings, FastAPI(), network, places)
    made.app = network.hosts["hub.test"] = create_app(settings, Reach((), network, made.look))  # type: ignore[assignment]
    async with network:
        for node in nodes:
            if hasattr(node, "app"):
                node.app.state.node = replace(node.app.state.node, way=made.way)
        yield made


def introduced(node: Node) -> tuple[bytes, str]:
    """How a node introduces itself."""
    return signed_descriptor(node, node.ring, node.catalogue)


async def joined(met: Meeting, north: Any) -> Federation:
    """Invited, asked, admitted, heard of."""
    node = north.app.state.node
    invited = await asyncio.to_thread(node_joining.look, met.way, met.invite())
    await asyncio.to_thread(
        node_joining.join, node.store, met.way, invited, introduced(node), typed=invited.fingerprint, actor="zoe"
    )
    met.admit("north")
    return await heard(met, north)


async def heard(met: Meeting, north: Any) -> Federation:
    found = await asyncio.to_thread(follow, north.app.state.node.store, met.way, "north")
    assert found
    return found
