"""Sealed totals of the demonstration: agreed by everybody, then the last month summed under seal and published."""

from __future__ import annotations

from coupole.demo.federation import ACTOR, Advance
from coupole.demo.members import MEMBERS
from coupole.demo.place import Place
from coupole.hub.app import connecting
from coupole.hub.collection import asking, summing, tabulating
from coupole.hub.collection.trustees import TrusteeClient
from coupole.hub.publication import releasing
from coupole.hub.store import Hub
from coupole.node.opening import open_node
from coupole.node.statistics import accepting
from coupole.standard.plans import plan
from coupole.trustee import tabulations
from coupole.trustee.app import open_trustee
from coupole.wire.descriptor import fingerprint
from coupole.wire.keys import KeyRing
from coupole.wire.slots import OPENING
from coupole.wire.tabulations import check_proposed

OPERATIONS = sorted({member.operation for member in MEMBERS if "esfplus_operation" in member.programmes})
"""The ESF+ operations, counted apart."""


def agree(place: Place, hub: Hub, ring: KeyRing, first: str) -> None:
    """A tabulation from that month on: the trustee countersigns it, each member's administrator accepts it.

    In life three people read it; here the fingerprints are taken from the keys themselves.
    """
    with open_trustee(place.trustee) as trustee:
        key = trustee.ring.active("sign").public()
        with hub.store.writing() as session:
            parties = [(trustee.name, key)]
            counted = plan(hub.catalogue, {"operation": OPERATIONS})
            made = tabulating.make(session, ring.active("sign"), hub.name, hub.catalogue, counted, parties, first)
            name, raw, signature = made.id, made.body, made.signature
        document = check_proposed(raw, signature, ring.public_set("sign"))
        with trustee.store.writing() as session:
            countersignature = tabulations.countersign(session, trustee, raw, document)
    with hub.store.writing() as session:
        tabulating.countersign(session, name, countersignature, place.trustee.issuer)
    for settings in place.nodes:
        with open_node(settings) as node, node.store.writing() as session:
            accepting.propose(session, node.catalogue, name, raw, signature, [countersignature], place.hub.client_id)
            accepting.accept(session, name, [fingerprint(key)], ACTOR)


async def seal(place: Place, hub: Hub, ring: KeyRing, month: str, advance: Advance) -> str:
    """Sum a month under seal, with the balances it opens with, and publish it. Gives what came of it."""
    connect = connecting(place.hub, ring)
    async with TrusteeClient(place.trustee.issuer) as trustee:
        for slot in (month + OPENING, month):
            await asking.ask(hub.store, connect, [trustee], slot)
            made = await summing.total(hub.store, ring.active("sign"), [trustee], slot)
            advance(len(place.nodes))
    if made.outcome == "released":
        releasing.publish(hub.store, ring.active("sign"), hub.name, month)
        await asking.bring(hub.store, connect, month)
    return made.outcome
