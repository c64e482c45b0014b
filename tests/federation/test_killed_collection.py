"""Collections in real processes that are killed in the middle: the next one, or another, finishes them."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import select

from coupole.hub.app import desk, open_hub
from coupole.hub.collection import engine
from coupole.hub.collection.reading import shown_rounds
from coupole.hub.publication.publishing import publication
from coupole.hub.settings import HubSettings
from coupole.hub.store import Store, open_store
from coupole.hub.store.tables import OUTCOME, RELEASE
from tests.fake_nodes import FakeNode, Send, give_release, release_path
from tests.federation.services import COUPOLE
from tests.small_hub import RING, SmallHub

pytestmark = pytest.mark.processes

PERIOD = "2026-10"
PATH = release_path(PERIOD)
MEMBERS, ANSWERED, KILLED_AFTER = 70, 40, 10


class Members:
    """Many members on ports of their own. Some keep whoever asks them waiting as long as ``held``."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self.nodes: dict[int, FakeNode] = {}
        self.held = False
        self.asked = 0
        for number, bound in enumerate(sockets):
            port = bound.getsockname()[1]
            self.nodes[port] = node = FakeNode(f"node{number:02}").shows(PERIOD)
            node.issuer = f"http://127.0.0.1:{port}"
            node.answers[PATH] = self.give

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.nodes[scope["server"][1]](scope, receive, send)

    async def give(self, node: FakeNode, scope: Any, body: bytes, send: Send) -> None:
        self.asked += 1
        while self.held and self.asked > ANSWERED:
            await asyncio.sleep(0.02)
        await give_release(node, scope, body, send)


@pytest.fixture
def members() -> Iterator[Members]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(MEMBERS)]
    made = Members(sockets)
    config = uvicorn.Config(made, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    yield made
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, members: Members) -> HubSettings:
    values = {"directory": tmp_path / "hub", "name": "Umbrella", "issuer": "http://127.0.0.1:8200"}
    made = HubSettings.checked(values | {"database_url": database_url})
    made.save()
    RING.save(made.ring)
    hub = SmallHub(database_url)
    hub.add(*members.nodes.values())
    hub.store.close()
    return made


def killed(settings: HubSettings, members: Members) -> set[str]:
    """A collection that is killed in the middle; the members it had recorded."""
    words = [*COUPOLE, "hub", "collect", str(settings.directory), PERIOD]
    members.held = True
    with (
        closing(open_store(settings.database)) as store,
        subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process,
    ):
        while len(recorded := answered(store)) < KILLED_AFTER:
            assert process.poll() is None
            time.sleep(0.1)
        process.kill()
    for node in members.nodes.values():
        node.asked.clear()
    members.held = False
    return recorded


def answered(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.scalars(select(OUTCOME.c.member).where(OUTCOME.c.kind == "answered")))


def check_all_are_there_once(settings: HubSettings, members: Members, recorded: set[str]) -> None:
    with open_hub(settings) as (hub, _ring), hub.store.reading() as session:
        kept = sorted(session.scalars(select(RELEASE.c.member)))
        (only,) = shown_rounds(session)
        assert (only.kinds, only.ended_at is None) == ({"answered": MEMBERS}, False)
        assert publication(session, hub.catalogue, PERIOD).answered == MEMBERS
    assert kept == sorted(node.name for node in members.nodes.values())
    asked = {node.name for node in members.nodes.values() if PATH in node.asked}
    assert asked.isdisjoint(recorded)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_command_goes_on_where_it_was_killed(settings: HubSettings, members: Members) -> None:
    recorded = killed(settings, members)
    words = [*COUPOLE, "hub", "collect", str(settings.directory), PERIOD, "--json"]
    told = json.loads(subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout)
    assert (told["kinds"], told["revision"]) == ({"answered": MEMBERS}, 1)
    check_all_are_there_once(settings, members, recorded)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_another_worker_finishes_what_one_leaves_that_never_comes_back(
    settings: HubSettings, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "RESCUE", 0.2)
    stop = threading.Event()
    with open_hub(settings) as (hub, ring), engine.started(desk(settings, hub, ring), settings.database) as running:
        working = threading.Thread(target=engine.work, args=(running, stop))
        working.start()
        try:
            recorded = killed(settings, members)
            while any(one.status in engine.ALIVE for one in engine.DBOS.list_workflows(name="round")):
                stop.wait(0.1)
        finally:
            stop.set()
            working.join()
    check_all_are_there_once(settings, members, recorded)
