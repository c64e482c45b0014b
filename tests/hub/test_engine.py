"""Rounds as durable tasks: whatever ends in the middle, the round goes on, and each member is recorded once."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from coupole.hub.collection import engine, rounds
from coupole.hub.collection.engine import CollectionBroke, collect, started
from coupole.hub.collection.seats import Seats
from coupole.hub.publication.publishing import publication
from tests import fake_nodes as fake
from tests.fake_nodes import FakeNode, release_path
from tests.federation_network import Network
from tests.small_hub import CATALOGUE, SmallHub, hosts

PERIOD = "2026-10"
PATH = release_path(PERIOD)


@pytest.fixture(autouse=True)
def small_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 4)
    monkeypatch.setattr(engine, "SHOW", 0.05)


@pytest.fixture
def anywhere(database_url: str) -> Iterator[SmallHub]:
    hub = SmallHub(database_url)
    yield hub
    hub.store.close()


def members(count: int) -> list[FakeNode]:
    return [FakeNode(f"node{number:02}").shows(PERIOD) for number in range(count)]


def address(hub: SmallHub) -> str:
    return hub.store.engine.url.render_as_string(hide_password=False)


def asked_for(node: FakeNode) -> int:
    return node.asked.count(PATH)


def tasks(hub: SmallHub) -> list[Any]:
    """What DBOS keeps of its tasks."""
    file = Seats(address(hub)).file
    opened = create_engine(f"sqlite:///{file}" if file else address(hub))
    with opened.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {'' if file else 'dbos.'}workflow_status")).all()
    opened.dispose()
    return list(found)


def test_a_round_in_chunks_on_either_database(anywhere: SmallHub) -> None:
    nodes = members(10)
    anywhere.add(*nodes)
    network, seen = Network(hosts(nodes)), []
    desk = anywhere.desk(network, again_seconds=0.0)
    with started(desk, address(anywhere)) as running:
        report = collect(running, PERIOD, publish=True, progress=lambda *now: seen.append(now))
        assert (report.asked, report.kinds, report.resumed) == (10, {"answered": 10}, False)
        assert seen[-1] == (10, 10)
        with anywhere.store.reading() as session:
            assert publication(session, CATALOGUE, PERIOD).revision == 1
        network.requests.clear()
        again = collect(running, PERIOD, publish=True)
    assert (again.round, again.kinds) == (report.round + 1, {"answered": 10})
    assert len(anywhere.releases()) == 10
    tags = [one.headers["if-none-match"] for one in network.requests if one.url.path == PATH]
    assert tags == ['"1"'] * 10  # one question for each, and its answer is a 304
    kept = tasks(anywhere)
    assert sorted(one.name for one in kept) == ["chunk"] * 6 + ["round"] * 2
    assert {(one.status, one.executor_id, one.application_version) for one in kept} == {("SUCCESS", "seat-1", "1")}
    assert {one.serialization for one in kept} == {"portable_json"}


def test_an_old_sqlite_tells_the_time_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    with closing(engine._Sqlite(":memory:")) as connection:
        told = connection.execute("SELECT unixepoch('subsec')").fetchone()[0]
    assert isinstance(told, float)
    assert told > 1_700_000_000


def test_the_queue_is_looked_into_ten_times_a_second_and_hands_out_no_more_than_the_hub_may_ask(hub: SmallHub) -> None:
    with started(hub.desk(Network({}), concurrency=2), address(hub)):
        chunks = engine.DBOS.retrieve_queue(engine.CHUNKS)
        assert chunks is not None
        assert (chunks.polling_interval_sec, chunks.global_concurrency) == (0.1, 2)
    assert [engine._lanes(hub.desk(Network({}), concurrency=many)) for many in (1, 3, 16, 256)] == [1, 3, 4, 64]


def test_who_is_off_is_asked_again_and_who_stays_off_does_not_hold_up_the_others(hub: SmallHub) -> None:
    nodes = members(6)
    hub.add(*nodes)
    network = Network(hosts(nodes[:5]))
    late = nodes[4].answers[PATH]

    async def comes_later(node: FakeNode, scope: Any, body: bytes, send: fake.Send) -> None:
        busy = asked_for(node) < 3
        await (fake.says(503, {"code": "busy"}) if busy else late)(node, scope, body, send)

    nodes[4].answers[PATH] = comes_later
    with started(hub.desk(network, again_seconds=0.2), address(hub)) as running:
        report = collect(running, PERIOD, publish=False)
    assert report.kinds == {"answered": 5, "unreachable": 1}
    assert [asked_for(node) for node in nodes[:5]] == [1, 1, 1, 1, 3]
    assert hub.outcomes()["node05"].reason == "node_unreachable"


def left(hub: SmallHub) -> tuple[list[FakeNode], Network]:
    """A round that ended in the middle: four of nine members have an outcome, the others would answer now."""
    nodes, stop = members(9), threading.Event()
    hub.add(*nodes)
    network = Network(hosts(nodes))
    for node in nodes[4:]:
        node.answers[PATH] = fake.silence
    with started(hub.desk(network), address(hub)) as running, pytest.raises(CollectionBroke):
        collect(running, PERIOD, publish=True, progress=lambda done, _: stop.set() if done >= 4 else None, stop=stop)
    assert len(hub.releases()) == 4
    for node in nodes[4:]:
        node.shows(PERIOD)
    return nodes, network


def test_a_round_that_was_left_is_gone_on_with_and_nobody_recorded_is_asked_again(hub: SmallHub) -> None:
    nodes, network = left(hub)
    with started(hub.desk(network), address(hub)) as running:
        report = collect(running, PERIOD, publish=True)
    assert (report.round, report.kinds) == (1, {"answered": 9})
    assert [asked_for(node) for node in nodes[:4]] == [1] * 4
    assert len(hub.releases()) == 9


def test_the_tasks_of_a_worker_that_never_comes_back_are_taken_up_by_another(hub: SmallHub) -> None:
    """Left as a dead machine leaves them: begun, on a seat that is free while another works on a seat of its own."""
    nodes, network = left(hub)
    assert {one.executor_id for one in tasks(hub) if one.status == "PENDING"} == {"seat-1"}
    first = Seats(address(hub)).take(1)
    assert first
    with started(hub.desk(network), address(hub)) as running:
        assert running.seat == "seat-2"
        assert engine.rescue(running) == 0  # somebody sits there: it may only be slow
        first()
        assert engine.rescue(running) > 0
        assert collect(running, PERIOD, publish=True).kinds == {"answered": 9}
    assert len(hub.releases()) == 9
    assert [asked_for(node) for node in nodes[:4]] == [1] * 4


def test_seats_are_locks_that_go_with_whoever_holds_them(anywhere: SmallHub) -> None:
    seats = Seats(address(anywhere))
    number, leave = seats.first_free()
    other, leave_other = seats.first_free()
    assert (number, other, seats.take(1)) == (1, 2, None)
    leave()
    number, leave = seats.first_free()
    assert number == 1
    leave()
    leave_other()


def test_an_accident_breaks_the_round_and_quotes_nobody(hub: SmallHub, caplog: pytest.LogCaptureFixture) -> None:
    nodes = members(1)
    hub.add(*nodes)

    def publish(period: str) -> object:
        raise RuntimeError("Jan Janssens")

    good = hub.desk(Network(hosts(nodes)))
    desk = rounds.Desk(good.store, good.connect, good.catalogue, publish)
    with caplog.at_level(logging.DEBUG), started(desk, address(hub)) as running, pytest.raises(CollectionBroke):
        collect(running, PERIOD, publish=True)
    assert "RuntimeError" in caplog.text
    assert "Janssens" not in caplog.text + str(tasks(hub))
    assert len(hub.releases()) == 1


def test_what_was_over_a_day_ago_is_forgotten(hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = members(2)
    hub.add(*nodes)
    desk = hub.desk(Network(hosts(nodes)))
    with started(desk, address(hub)) as running:
        collect(running, PERIOD, publish=False)
    assert len(tasks(hub)) == 2
    monkeypatch.setattr(engine, "KEPT", engine.timedelta(0))
    with started(desk, address(hub)):
        assert tasks(hub) == []
