"""How the demonstration's members join, as in life: by an invitation, two fingerprints, and the trustee's admission."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from coupole.demo.federation import ACTOR
from coupole.demo.place import Place
from coupole.hub.members import directory, invitations
from coupole.hub.members import joining as hub_joining
from coupole.hub.settings import HubSettings
from coupole.hub.store import Hub
from coupole.node.api.introducing import signed_descriptor
from coupole.node.federation import following, joining
from coupole.node.federation.speaking import Way
from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.trustee import roster
from coupole.trustee.app import open_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.wire.descriptor import fingerprint
from coupole.wire.keys import KeyRing

DAYS = 14


async def join_all(place: Place, hub: Hub) -> None:
    """Make every node a member. All services answer meanwhile."""
    for settings in place.nodes:
        await asyncio.to_thread(_join, settings, hub, place.hub, place.trustee)
    with hub.store.writing() as session:
        directory.publish_here(session, place.hub, actor=ACTOR, now=datetime.now(UTC))
    for settings in place.nodes:
        await asyncio.to_thread(_hear, settings)


def _join(settings: NodeSettings, hub: Hub, about: HubSettings, second: TrusteeSettings) -> None:
    """One member. Fingerprints are read from the keys themselves here; in life somebody reads them aloud."""
    heard = fingerprint(KeyRing.load(about.ring).active("sign").public())
    with hub.store.writing() as session:
        code = invitations.invite(session, settings.name, DAYS, hub=about.issuer, fingerprint=heard, actor=ACTOR)
    way = Way(settings.reachable)
    with open_node(settings) as node:
        invited = joining.look(way, str(code))
        own = signed_descriptor(settings, node.ring, node.catalogue)
        joining.join(node.store, way, invited, own, typed=heard, actor=ACTOR)
    said = joining.own_fingerprint(own)
    with hub.store.writing() as session:
        candidate = hub_joining.asked_by(session, settings.node_id, about.issuer)
        hub_joining.admit(session, candidate, confirmed=said, actor=ACTOR)
    with open_trustee(second) as trustee, trustee.store.writing() as session:
        roster.admit(session, trustee, *own, confirmed=said, actor=ACTOR)


def _hear(settings: NodeSettings) -> None:
    with open_node(settings) as node:
        following.follow(node.store, Way(settings.reachable), settings.node_id)
