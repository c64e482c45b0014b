"""A hub that collects by itself: when a period is due, and how members that are late still get in."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from starlette.testclient import TestClient

from coupole.hub.app import create_app
from coupole.hub.collection import schedule
from coupole.hub.collection.reading import ShownRound, shown_rounds
from coupole.hub.collection.rounds import Desk, begin, end
from coupole.hub.collection.schedule import Rhythm, by_itself, collect_due, due, waiting
from coupole.hub.members.directory import in_force
from coupole.hub.publication.datasets import dataset
from coupole.hub.settings import HubSettings
from coupole.hub.store.tables import ROUND
from coupole.standard.calendar import parse_period
from coupole.wire.directory import parse_directory
from tests.fake_nodes import FakeNode
from tests.federation.services import free_port
from tests.federation_network import Network
from tests.small_hub import CATALOGUE, SmallHub, hosts

MONTHLY = Rhythm()


def moment(day: str, hour: int = 3) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "now", "expected"),
    [
        (MONTHLY, moment("2026-11-05", 2), [("2026-09", moment("2026-11-02"))]),
        (MONTHLY, moment("2026-11-05"), [("2026-09", moment("2026-11-02")), ("2026-10", moment("2026-11-05"))]),
        (MONTHLY, moment("2026-11-19", 4), [("2026-10", moment("2026-11-19"))]),
        (Rhythm(grace_days=0), moment("2026-11-06"), [("2026-10", moment("2026-11-05"))]),
        (Rhythm(grace_days=0), moment("2026-11-06", 4), []),
        (Rhythm("quarter", 10, 0), moment("2027-01-20"), [("2026-Q4", moment("2027-01-17", 0))]),
        (Rhythm("year", 30, 0, 30, 90), moment("2027-03-05"), [("2026", moment("2027-03-01", 0))]),
    ],
)
def test_a_period_is_due_some_days_after_its_end_and_again_as_long_as_there_is_grace(
    rhythm: Rhythm, now: datetime, expected: list[Any]
) -> None:
    assert due(rhythm, now) == expected


@given(
    st.builds(
        Rhythm,
        st.sampled_from(["month", "quarter", "year"]),
        after_days=st.integers(1, 90),
        hour=st.integers(0, 23),
        again_days=st.integers(1, 90),
        grace_days=st.integers(0, 366),
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_what_is_due_is_over_and_was_due_before_now(rhythm: Rhythm, now: datetime) -> None:
    found = due(rhythm, now)
    assert [name for name, _ in found] == sorted({name for name, _ in found})
    for name, then in found:
        since = then - moment(parse_period(name).last.isoformat(), rhythm.hour) - timedelta(days=rhythm.after_days)
        assert then <= now
        assert timedelta(0) <= since <= timedelta(days=rhythm.grace_days)
        assert since % timedelta(days=rhythm.again_days) == timedelta(0)
        assert now - then < timedelta(days=max(rhythm.again_days, 1) + 1)


@pytest.fixture
def meeting(hub: SmallHub) -> tuple[SmallHub, list[FakeNode], Network]:
    nodes = [FakeNode(name).shows("2026-10") for name in ("north", "south", "west")]
    hub.add(*nodes)
    return hub, nodes, Network(hosts(nodes[:2]))


def turn(hub: SmallHub, desk: Desk, now: datetime) -> list[str]:
    """One look at the calendar at that time; rounds are dated then."""
    url = hub.store.engine.url.render_as_string(hide_password=False)
    done = collect_due(desk, url, Rhythm(grace_days=14), now, before=lambda: None, stop=threading.Event())
    with hub.store.writing() as session:
        session.execute(update(ROUND).where(ROUND.c.started_at > now).values(started_at=now, ended_at=now))
    return done


def counted(hub: SmallHub) -> tuple[int | None, int]:
    """A published figure, and how many members are in it."""
    with hub.store.reading() as session:
        found = dataset(session, CATALOGUE, "F03").observations["2026-10", "total", "total", "count"]
        return found.value, found.shown


def test_some_of_the_members_are_published_and_who_is_late_is_in_the_next_revision(
    meeting: tuple[SmallHub, list[FakeNode], Network],
) -> None:
    hub, nodes, network = meeting
    desk = hub.desk(network, again_seconds=0.0)
    assert turn(hub, desk, moment("2026-11-04")) == []
    assert turn(hub, desk, moment("2026-11-05")) == ["2026-10"]
    assert counted(hub)[1] == 2
    network.requests.clear()
    assert turn(hub, desk, moment("2026-11-05", 4)) == []
    assert turn(hub, desk, moment("2026-11-12", 2)) == []
    assert network.requests == []
    network.hosts |= hosts(nodes)
    assert turn(hub, desk, moment("2026-11-12")) == ["2026-10"]
    assert counted(hub)[1] == 3
    assert turn(hub, desk, moment("2026-11-21")) == []  # after the time of grace
    assert len(hub.releases()) == 3


def test_a_round_that_is_not_over_is_gone_on_with_and_a_hub_without_members_waits(hub: SmallHub) -> None:
    desk = hub.desk(Network({}))
    now = moment("2026-11-06")
    assert waiting(desk, MONTHLY, now) == []
    hub.add(FakeNode("north"))
    assert waiting(desk, MONTHLY, now) == ["2026-09", "2026-10"]
    numbers = [begin(desk, period)[0] for period in ("2026-09", "2026-10")]
    end(desk, numbers[0])
    with hub.store.writing() as session:
        session.execute(update(ROUND).values(started_at=now))
    assert waiting(desk, MONTHLY, now) == ["2026-10"]


def test_a_turn_that_fails_does_not_end_the_others(
    meeting: tuple[SmallHub, list[FakeNode], Network], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hub, _nodes, network = meeting
    again = threading.Event()
    turns = 0

    def breaks(*_given: Any, **_named: Any) -> list[str]:
        nonlocal turns
        turns += 1
        if turns > 1:
            again.set()
        raise RuntimeError("Jan Janssens")

    monkeypatch.setattr(schedule, "collect_due", breaks)
    monkeypatch.setattr(schedule, "EVERY", 0.01)
    with caplog.at_level(logging.ERROR), by_itself(hub.desk(network), "", MONTHLY, lambda: None):
        assert again.wait(10)
    assert "RuntimeError" in caplog.text
    assert "Janssens" not in caplog.text


def collecting() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "collecting"]


def test_a_service_that_is_told_not_to_asks_nobody(settings: HubSettings) -> None:
    with TestClient(create_app(settings)):
        assert collecting() == []


def test_the_running_service_collects_what_is_due_and_keeps_the_directory_good(
    settings: HubSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "EVERY", 0.1)
    monkeypatch.setenv("COUPOLE_HUB_COLLECTS_BY_ITSELF", "true")
    monkeypatch.setenv("COUPOLE_HUB_ASK_AGAIN_SECONDS", "0")
    node = FakeNode("north")
    node.issuer = f"http://127.0.0.1:{free_port()}"  # nobody is there
    there = SmallHub(settings.database)
    there.add(node)
    expected = [name for name, _ in due(MONTHLY, datetime.now(UTC))]
    with TestClient(create_app(HubSettings.load(settings.directory))):
        assert collecting() == ["collecting"]
        while len(done := [one.period for one in rounds_of(there) if one.ended_at]) < len(expected):
            time.sleep(0.1)
    assert sorted(done) == expected
    assert collecting() == []
    with there.store.reading() as session:
        assert {row.kinds["unreachable"] for row in shown_rounds(session)} == {1}
        assert [one["node"] for one in parse_directory(in_force(session).body)["members"]] == ["north"]
    there.store.close()


def rounds_of(hub: SmallHub) -> list[ShownRound]:
    with hub.store.reading() as session:
        return shown_rounds(session)
