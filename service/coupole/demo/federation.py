"""What makes a federation of five nodes and a hub: filled, collected, published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from coupole.database import in_pieces
from coupole.demo.histories import history
from coupole.demo.members import MEMBERS
from coupole.demo.place import Place
from coupole.hub.app import desk
from coupole.hub.collection import engine
from coupole.hub.publication.opening import ALL, open_datasets
from coupole.hub.settings import HubSettings
from coupole.hub.store import Hub
from coupole.node.opening import create_node, open_node
from coupole.node.store.changes import Change
from coupole.node.store.write import write
from coupole.standard.calendar import add_months
from coupole.wire.keys import KeyRing

ACTOR = "demonstration"
TOGETHER = 2_000
"""Documents written in one transaction."""

Advance = Callable[[int], None]
"""Called with how much more is done."""


def fill(place: Place, number: int, advance: Advance) -> None:
    """Make the node of member ``number`` and write everything its histories tell."""
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


async def collect_all(hub: Hub, ring: KeyRing, settings: HubSettings, periods: list[str], advance: Advance) -> None:
    """Ask every member for each period, and publish each; everybody may read all of it."""
    with hub.store.writing() as session:
        open_datasets(session, hub.catalogue, [ALL], actor="demo")
    await asyncio.to_thread(_collect_each, hub, ring, settings, periods, advance)


def _collect_each(hub: Hub, ring: KeyRing, settings: HubSettings, periods: list[str], advance: Advance) -> None:
    with engine.started(desk(settings, hub, ring), settings.database) as running:
        for period in periods:
            advance(engine.collect(running, period, publish=True).asked)


def months_before(today: date, count: int) -> list[str]:
    """The last ``count`` calendar months that are over, oldest first."""
    return [f"{add_months(today, -back):%Y-%m}" for back in range(count, 0, -1)]
