"""A hub for tests: its keys made once, its database where the test wants it, members added without ceremony."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx2
from sqlalchemy import select

from coupole.hub import members
from coupole.hub.collection import rounds
from coupole.hub.collection.connecting import connector
from coupole.hub.collection.reading import ShownOutcome, shown_outcomes, shown_rounds
from coupole.hub.collection.rounds import Desk, Report
from coupole.hub.publication import opening
from coupole.hub.publication.publishing import Published, publish
from coupole.hub.store import Store, open_store
from coupole.hub.store.tables import RELEASE
from coupole.standard import catalogue
from coupole.wire.keys import KeyRing

RING = KeyRing.create({"client": "es256", "dpop": "es256", "sign": "ed25519"})
CATALOGUE = catalogue.load("core", "1.0.0")


class SmallHub:
    """A hub's rooms in one hand."""

    def __init__(self, url: str) -> None:
        self.store: Store = open_store(url)

    def add(self, *nodes: Any) -> None:
        """Make these members: anything with ``descriptor()``, which gives bytes and signature."""
        for node in nodes:
            raw, signature = node.descriptor()
            with self.store.writing() as session:
                candidate = members.consider(session, raw, signature)
                members.accept(session, candidate, confirmed=candidate.fingerprint, actor="test")

    def desk(self, transport: httpx2.AsyncBaseTransport, *, seconds: float = 5.0, **given: Any) -> Desk:
        """What members are asked with, over that network. ``given``: see ``Desk``."""
        connect = connector(RING, "hub", seconds=seconds, max_bytes=4_000_000, transport=transport)
        return Desk(self.store, connect, CATALOGUE, self.publish, **given)

    async def collect(
        self,
        transport: httpx2.AsyncBaseTransport,
        period: str = "2026-10",
        *,
        seconds: float = 5.0,
        concurrency: int = 8,
    ) -> Report:
        """One round over that network."""
        return await one_round(self.desk(transport, seconds=seconds), period, at_once=concurrency)

    def publish(self, period: str = "2026-10", *, opened: bool = True) -> Published:
        """``opened``: everybody may read all of it."""
        if opened:
            open_all(self.store)
        return publish(self.store, RING.active("sign"), "The federation", CATALOGUE, period)

    def outcomes(self, language: str = "en") -> dict[str, ShownOutcome]:
        """What came of each member in the newest round."""
        with self.store.reading() as session:
            newest = shown_rounds(session, limit=1)[0]
            return {one.member: one for one in shown_outcomes(session, newest.id, language)}

    def releases(self) -> list[tuple[str, str, int]]:
        """Member, period and revision of everything that is kept."""
        with self.store.reading() as session:
            query = select(RELEASE.c.member, RELEASE.c.period, RELEASE.c.revision).order_by(RELEASE.c.id)
            return [tuple(row) for row in session.execute(query)]


async def one_round(desk: Desk, period: str, *, at_once: int = 8) -> Report:
    """Everybody asked once, without an engine."""
    number, resumed = rounds.begin(desk, period)
    waiting = rounds.waiting(desk, number)
    await rounds.ask(desk, number, waiting, at_once=at_once)
    return Report(number, resumed, len(waiting), rounds.end(desk, number))


def open_all(store: Store) -> None:
    """Let everybody read all there is and will be."""
    with store.writing() as session:
        opening.open_datasets(session, CATALOGUE, ["*"], actor="test")


def hosts(nodes: Iterable[Any]) -> dict[str, Any]:
    """Where each fake node is reached."""
    return {f"{node.name}.test": node for node in nodes}
