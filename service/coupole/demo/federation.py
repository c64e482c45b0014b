"""What makes a federation of five nodes and a hub: filled, introduced to each other, collected, published."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

from coupole.database import in_pieces
from coupole.demo.histories import history
from coupole.demo.members import MEMBERS
from coupole.demo.place import Place
from coupole.hub import members
from coupole.hub.app import connecting
from coupole.hub.collection.connecting import SCOPE
from coupole.hub.collection.rounds import collect
from coupole.hub.publication.publishing import publish
from coupole.hub.settings import HubSettings
from coupole.hub.store import Hub
from coupole.node.opening import OpenNode, create_node, open_node
from coupole.node.settings import NodeSettings
from coupole.node.store.changes import Change
from coupole.node.store.tables import Client
from coupole.node.store.write import write
from coupole.standard.calendar import add_months
from coupole.trustee import roster
from coupole.trustee.app import open_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.wire.descriptor import fingerprint
from coupole.wire.keys import KeyRing
from coupole_client import NodeClient

ACTOR = "demonstration"
TOGETHER = 2_000
"""Documents written in one transaction."""

Advance = Callable[[int], None]
"""Called with how much more is done."""


def fill(place: Place, number: int, advance: Advance) -> None:
    """Make the node of member ``number`` and write everything its histories tell; then let the hub in as a client."""
    settings = place.nodes[number]
    create_node(settings)
    with open_node(settings) as node:
        told = history(MEMBERS[number], place.note.seed, place.note.today)
        for piece in in_pieces(told, TOGETHER):
            changes = [Change(made.entity, made.document, id=made.id) for made in piece]
            with node.store.writing() as session:
                write(session, node.store.vault, changes, node.store.context(ACTOR))
            advance(len(piece))
        node.store.refresh_facts()
        _let_in(node, place.hub)


def _let_in(node: OpenNode, hub: HubSettings) -> None:
    """Register the hub as a client that may fetch releases, as the node's administrator would."""
    keys = KeyRing.load(hub.ring).public_set("client")
    node.store.tokens().save_client(
        Client(
            id=hub.client_id,
            name=hub.name,
            keys=json.dumps(keys),
            scopes=SCOPE,
            enabled=True,
            created_at=datetime.now(UTC),
        )
    )


async def introduce(node: NodeSettings, hub: Hub, trustee: TrusteeSettings) -> None:
    """Make the node a member: its descriptor fetched, its fingerprint compared with what its people say.

    Hub and trustee each do so for themselves. Here the fingerprint is read from the node's own keys; in life somebody
    reads it aloud.
    """
    said = fingerprint(KeyRing.load(node.ring).active("sign").public())
    async with NodeClient(node.issuer) as client:
        answer = await client.descriptor()
    with hub.store.writing() as session:
        candidate = members.consider(session, answer.raw, answer.signature)
        members.accept(session, candidate, confirmed=said, actor=ACTOR)
    with open_trustee(trustee) as second, second.store.writing() as session:
        roster.admit(session, second, answer.raw, answer.signature, confirmed=said, actor=ACTOR)


async def collect_all(hub: Hub, ring: KeyRing, settings: HubSettings, periods: list[str], advance: Advance) -> None:
    """Ask every member for each period, and publish each."""
    connect = connecting(settings, ring)
    for period in periods:
        await collect(hub.store, connect, hub.catalogue, period, progress=lambda *_: advance(1))
        publish(hub.store, ring.active("sign"), hub.name, hub.catalogue, period)


def months_before(today: date, count: int) -> list[str]:
    """The last ``count`` calendar months that are over, oldest first."""
    return [f"{add_months(today, -back):%Y-%m}" for back in range(count, 0, -1)]
