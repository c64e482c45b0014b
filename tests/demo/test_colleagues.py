"""People to look around as: each has an account, a way in that is good once, and work to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coupole.demo import colleagues
from coupole.demo.members import MEMBERS
from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.staff import accounts, codes
from tests.factories import id_of
from tests.stores import with_files


@pytest.fixture
def doors(settings: NodeSettings, monkeypatch: pytest.MonkeyPatch) -> list[colleagues.Door]:
    with open_node(settings) as node:
        with_files(node.store, 1, 2)
    monkeypatch.setattr(colleagues, "MEMBERS", MEMBERS[:1])
    return colleagues.doors([settings])[0]


def test_each_role_has_a_door(doors: list[colleagues.Door], settings: NodeSettings) -> None:
    assert [door.staff.role for door in doors] == list(colleagues.SHOWN)
    assert all(door.address.startswith(f"{settings.issuer}/set-up#") for door in doors)
    assert len({door.staff.name for door in doors}) == 4


def test_the_coach_is_responsible_for_files(doors: list[colleagues.Door]) -> None:
    assert doors[0].staff.actor == id_of("actor")


def test_a_door_is_good_once_and_the_next_start_gives_fresh_ones(
    doors: list[colleagues.Door], settings: NodeSettings
) -> None:
    now = datetime.now(UTC)
    again = colleagues.doors([settings])[0]
    assert [door.staff for door in again] == [door.staff for door in doors], "nobody is employed twice"
    with open_node(settings) as node, node.store.writing() as session:
        old, new = (door.address.partition("#")[2] for door in (doors[0], again[0]))
        assert codes.look(session, old, now) is None
        assert codes.look(session, new, now) == (again[0].staff.id, "visit")


def test_whoever_was_let_go_has_no_door(doors: list[colleagues.Door], settings: NodeSettings) -> None:
    with open_node(settings) as node, node.store.writing() as session:
        accounts.disable(session, doors[0].staff.id, by=None)
    assert [door.staff.login for door in colleagues.doors([settings])[0]] == ["officer", "admin", "reader"]
