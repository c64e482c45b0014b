"""The directory of a demonstration: begun, known again, never anybody else's."""

from __future__ import annotations

import json
import socket
from datetime import date
from pathlib import Path

import pytest

from coupole.demo.place import (
    BEGUN,
    NOTE,
    SERVICES,
    DemoDirectoryTaken,
    DemoDirectoryUnwritable,
    DemoOutdated,
    DemoPortTaken,
    begin,
    known,
    listening,
)
from coupole.standard.sentences import sentence

TODAY = date(2026, 11, 30)
PORTS = list(range(9000, 9000 + SERVICES))


def test_a_finished_demonstration_is_known_again(tmp_path: Path) -> None:
    begun = begin(tmp_path / "demo", TODAY, PORTS)
    assert known(tmp_path / "demo") is None
    begun.finish()
    assert known(tmp_path / "demo") == begun
    assert begun.note.today == TODAY


def test_each_party_has_its_own_directory_and_address(tmp_path: Path) -> None:
    place = begin(tmp_path, TODAY, PORTS)
    parties = [place.hub, *place.nodes, place.trustee]
    assert len({party.directory for party in parties}) == SERVICES
    assert [party.issuer for party in parties] == [f"http://127.0.0.1:{port}" for port in PORTS]


def test_what_was_begun_and_not_finished_is_cleared_away(tmp_path: Path) -> None:
    begin(tmp_path, TODAY, PORTS)
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "hub.sqlite").touch()
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    begin(tmp_path, TODAY, PORTS)
    assert {path.name for path in tmp_path.iterdir()} == {BEGUN, "notes.txt"}


def test_a_directory_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    with pytest.raises(DemoDirectoryTaken):
        begin(tmp_path, TODAY, PORTS)
    assert [path.name for path in tmp_path.iterdir()] == ["hub"]


def test_a_directory_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DemoDirectoryUnwritable):
        begin(tmp_path / "file" / "demo", TODAY, PORTS)


@pytest.mark.parametrize(
    "note", ["", "[]", '{"seed": 1}', json.dumps({"seed": 1, "until": "2026-01-01", "ports": [1]})]
)
def test_the_note_of_another_version_is_not_taken_for_ours(tmp_path: Path, note: str) -> None:
    (tmp_path / NOTE).write_text(note, encoding="utf-8")
    with pytest.raises(DemoOutdated):
        known(tmp_path)


def test_free_ports_are_neighbours() -> None:
    with listening(None) as sockets:
        ports = [each.getsockname()[1] for each in sockets]
    assert ports == list(range(ports[0], ports[0] + SERVICES))
    with listening(ports) as again:
        assert [each.getsockname()[1] for each in again] == ports


def test_a_port_that_somebody_else_listens_on_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DemoPortTaken) as refused, listening([port]):
            pass
    assert str(port) in sentence(refused.value.code, "en", refused.value.params).title
