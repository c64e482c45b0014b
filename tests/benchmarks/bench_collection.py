"""Collections: 32 live nodes that make their release when asked; 1,000 members with releases made beforehand.

The floor stands beside ours and is timed in turn with it: plain GETs of httpx2 with the same concurrency, and nodes
that count their figures live from columns in memory (32), or one bulk insert of what came (1,000). The floor signs
nothing, checks nothing, protects nobody. CPU seconds, medians, wall seconds beside them. The 32 nodes run in this very
process; the 1,000 members are a process of their own, whose time the lines "with its members" add to both sides.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import orjson
import psutil
import uvicorn

from coupole.__main__ import SEARCHES
from coupole.database import writing
from coupole.hub.collection import engine
from coupole.hub.collection.connecting import connector
from coupole.hub.collection.rounds import Desk
from coupole.hub.publication.datasets import dataset
from coupole.hub.publication.publishing import publish
from coupole.hub.store import Store, open_store
from coupole.hub.store.tables import Member
from coupole.node.app import create_app
from coupole.node.opening import create_node, open_node
from coupole.node.settings import NodeSettings
from coupole.node.store.changes import Change
from coupole.node.store.facts import levels, read_facts
from coupole.node.store.tables import Client
from coupole.node.store.write import write_each
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import load
from tests import factories
from tests.benchmarks.bench_statistics import InMemory
from tests.benchmarks.load_server import PERIOD, host, member_name
from tests.benchmarks.people import file
from tests.small_hub import RING

NODES, PEOPLE = 32, 500
MONTHS = tuple(f"2025-{month:02d}" for month in range(1, 7))
MEMBERS, CONCURRENCY, ROUNDS = 1_000, 64, 4
CATALOGUE = load("core", "1.0.0")


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of this process, of its members where they are another, and seconds on the wall."""

    own: float
    members: float
    wall: float

    @property
    def all(self) -> float:
        return self.own + self.members


def run() -> list[dict[str, Any]]:
    """One line for each job: name, ours and floor in CPU seconds, ratio."""
    return [*live_nodes(), *many_members()]


def line(name: str, spent: list[tuple[Spent, Spent]], part: Callable[[Spent], float]) -> dict[str, Any]:
    ours, floor = ([part(one[side]) for one in spent] for side in (0, 1))
    ratio = statistics.median(mine / least for mine, least in zip(ours, floor, strict=True))
    walls = [statistics.median(one[side].wall for one in spent) for side in (0, 1)]
    return {
        "name": name,
        "ours": statistics.median(ours),
        "floor": statistics.median(floor),
        "ratio": round(ratio, 2),
        "wall": walls[0],
        "wall_floor": walls[1],
    }


def spend(work: Callable[[], Any], members: psutil.Process | None = None) -> tuple[Spent, Any]:
    """What a piece of work cost, and what it gave."""
    others = (lambda: sum(members.cpu_times()[:2])) if members else (lambda: 0.0)
    own, theirs, wall = time.process_time(), others(), time.perf_counter()
    found = work()
    return Spent(time.process_time() - own, others() - theirs, time.perf_counter() - wall), found


# 32 live nodes.


def live_nodes() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        model = a_node(folder)
        columns = stack.enter_context(columns_of(model))
        nodes = [copied(model, folder, number) for number in range(NODES)]
        ports = [bound.getsockname()[1] for bound, _ in nodes]
        stack.enter_context(serving([(bound, create_app(settings)) for bound, settings in nodes]))
        floors = [listening() for _ in range(NODES)]
        addresses = [f"http://127.0.0.1:{one.getsockname()[1]}" for one in floors]
        stack.enter_context(serving([(one, Counting(columns)) for one in floors]))
        store = open_store(f"sqlite:///{folder / 'hub.sqlite'}")
        stack.callback(store.close)
        join(store, [(f"node{number}", f"http://127.0.0.1:{port}") for number, port in enumerate(ports)], model)
        gc.set_threshold(*SEARCHES)  # as the program does, and a service when it has started; the floor shares both
        gc.collect()
        gc.freeze()
        spent = []
        for month in MONTHS:
            mine, _ = spend(lambda month=month: ask(store, month, concurrency=NODES))
            least, found = spend(lambda month=month: asyncio.run(plain_round(addresses, month)))
            same(store, month, found)
            spent.append((mine, least))
        return [line(f"{NODES} live nodes of {PEOPLE} accompaniments", spent[1:], lambda one: one.own)]


def a_node(folder: Path) -> NodeSettings:
    """A node with all its people, facts made, the hub its client."""
    settings = NodeSettings(directory=folder / "model", node_id="node0", name="Model", issuer="http://127.0.0.1:8100")
    create_node(settings)
    documents = [*factories.SHARED, *(one for number in range(1, PEOPLE + 1) for one in file(number))]
    changes = [Change(one["id"].split(":")[1], one, one["id"], keep_envelope=True) for one in documents]
    with open_node(settings) as node:
        with node.store.writing() as session:
            write_each(session, node.store.vault, changes, node.store.context("bench"))
        node.store.refresh_facts()
        keys = json.dumps(RING.public_set("client"))
        client = Client(
            id="hub", name="hub", keys=keys, scopes="releases:read", enabled=True, created_at=datetime.now(UTC)
        )
        node.store.tokens().save_client(client)
    return settings


def copied(model: NodeSettings, folder: Path, number: int) -> tuple[socket.socket, NodeSettings]:
    """The same people at another member, at an address of its own."""
    bound = listening()
    directory = folder / f"node{number}"
    shutil.copytree(model.directory, directory)
    shutil.copytree(model.key_directory, folder / f"node{number}-keys")
    issuer = f"http://127.0.0.1:{bound.getsockname()[1]}"
    return bound, NodeSettings(directory=directory, node_id=f"node{number}", name=f"Node {number}", issuer=issuer)


@contextmanager
def columns_of(model: NodeSettings) -> Iterator[dict[str, InMemory]]:
    """The floor's columns of each month, ready in memory."""
    with open_node(model) as node, node.store.reading() as session:
        found = {}
        for month in MONTHS:
            period = parse_period(month)
            packed = sorted(read_facts(session, node.store.vault, period.first, period.last))
            bodies = [body for _dossier, body in packed]
            found[month] = InMemory(CATALOGUE, period, bodies, levels(session))
        yield found


class Counting:
    """The floor's node: counts live, answers with all figures, unprotected and unsigned."""

    def __init__(self, columns: dict[str, InMemory]) -> None:
        self.columns = columns

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        counted = self.columns[scope["path"].rpartition("/")[2]].count()
        body = orjson.dumps([[figures.tolist() for figures in one] for one in counted])
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def plain_round(addresses: list[str], month: str) -> list[Any]:
    """The floor's hub: ask all, add up."""
    totals: Any = None
    limits = httpx2.Limits(max_connections=NODES, max_keepalive_connections=0)
    async with httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False) as http:
        for answer in await asyncio.gather(*(http.get(f"{address}/{month}") for address in addresses)):
            figures = [np.array(margin) for one in orjson.loads(answer.content) for margin in one]
            totals = figures if totals is None else [a + b for a, b in zip(totals, figures, strict=True)]
    return list(totals)


def same(store: Store, month: str, found: list[Any]) -> None:
    """Both gave the same answer, as far as ours is allowed to say it."""
    place = 0
    for indicator in CATALOGUE.indicators:
        if indicator.id == "S01":
            break
        place += 1 + len(indicator.dimensions)
    with store.reading() as session:
        ours = dataset(session, CATALOGUE, "S01", period=month).observations[month, "total", "total", "count"]
    assert ours.shown == NODES
    assert ours.value is not None
    assert ours.bound is not None
    assert abs(ours.value - float(found[place].sum())) <= ours.bound


def listening() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.bind(("127.0.0.1", 0))
    return made


@contextmanager
def serving(apps: list[tuple[socket.socket, Any]]) -> Iterator[None]:
    """These applications on one loop of a thread, until the end of the block."""
    servers = [
        (uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)), bound) for bound, app in apps
    ]

    async def serve() -> None:
        await asyncio.gather(*(server.serve(sockets=[bound]) for server, bound in servers))

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not all(server.started for server, _ in servers):
        assert thread.is_alive(), "the services did not start"
        time.sleep(0.05)
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        thread.join(30)


# The hub.


def join(store: Store, members: list[tuple[str, str]], model: NodeSettings | dict[str, Any]) -> None:
    """Members with the keys of the model they are all copies of."""
    if isinstance(model, NodeSettings):
        with open_node(model) as node:
            keys = node.ring.public_set("sign")
    else:
        keys = model
    same = {"country": "BE", "active": True, "keys": json.dumps(keys), "descriptor": b"", "signature": ""}
    with writing(store.engine) as session:
        session.add_all(
            Member(id=name, name=name, issuer=issuer, added_at=datetime.now(UTC), **same) for name, issuer in members
        )


def ask(store: Store, period: str, *, concurrency: int) -> None:
    """One round of ours: everything from the first question to the signed publication."""
    desk = Desk(
        store,
        connector(RING, "hub", seconds=120, max_bytes=4_000_000),
        CATALOGUE,
        lambda name: publish(store, RING.active("sign"), "The federation", CATALOGUE, name),
        concurrency=concurrency,
        per_host=concurrency,
    )
    with engine.started(desk, store.engine.url.render_as_string(hide_password=False)) as running:
        report = engine.collect(running, period, publish=True)
    assert report.kinds == {"answered": report.asked}, report


# A thousand members.


def many_members() -> list[dict[str, Any]]:
    gc.set_threshold(*SEARCHES)
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        port, keys, members = stack.enter_context(load_server())
        addresses = [(member_name(number), f"http://{host(number)}:{port}") for number in range(MEMBERS)]
        lines = []
        for database, fresh in (
            ("SQLite", sqlite_urls(folder)),
            ("PostgreSQL", stack.enter_context(postgresql_urls())),
        ):
            spent = []
            for number in range(ROUNDS):
                store = open_store(next(fresh))
                join(store, addresses, keys)
                mine, _ = spend(lambda store=store: ask(store, PERIOD, concurrency=CONCURRENCY), members)
                store.close()
                path = folder / f"floor-{database}-{number}.sqlite"
                least, _ = spend(lambda path=path: asyncio.run(plain_pulls(addresses, path)), members)
                spent.append((mine, least))
            job = f"{MEMBERS} members, 50 kB each, {database}"
            lines.append(line(job, spent[1:], lambda one: one.own))
            lines.append(line(f"{job}, with its members", spent[1:], lambda one: one.all))
        return lines


async def plain_pulls(addresses: list[tuple[str, str]], path: Path) -> None:
    """The floor: one GET for each member, parsed, all inserted at once."""
    waiting, rows = list(addresses), []
    limits = httpx2.Limits(max_connections=CONCURRENCY, max_keepalive_connections=0)
    async with httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False) as http:

        async def work() -> None:
            while waiting:
                name, address = waiting.pop()
                answer = await http.get(f"{address}/api/v1/releases/core/1.0.0/{PERIOD}")
                assert orjson.loads(answer.content)["node"] == name
                rows.append((name, answer.content))

        await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE release (member TEXT PRIMARY KEY, body BLOB)")
        connection.executemany("INSERT INTO release VALUES (?, ?)", rows)
    connection.close()
    assert len(rows) == MEMBERS


@contextmanager
def load_server() -> Iterator[tuple[int, dict[str, Any], psutil.Process]]:
    command = [sys.executable, "-m", "tests.benchmarks.load_server", str(MEMBERS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        time.sleep(0.5)
        try:
            yield told["port"], told["keys"], psutil.Process(process.pid)
        finally:
            process.terminate()


def sqlite_urls(folder: Path) -> Iterator[str]:
    for number in range(ROUNDS):
        yield f"sqlite:///{folder / f'hub{number}.sqlite'}"


@contextmanager
def postgresql_urls() -> Iterator[Iterator[str]]:
    """A fresh database of our own PostgreSQL for each round."""
    from tests.databases import fresh_database, postgresql_server

    with postgresql_server() as url, ExitStack() as stack:
        yield (stack.enter_context(fresh_database(url)) for _ in range(ROUNDS))


if __name__ == "__main__":
    for found in run():
        print(found)
