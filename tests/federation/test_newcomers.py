"""The newcomer's path, with the commands of docs: hub up, first member joined, first accepted pull; and out again."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from coupole.cli.doctor import app as doctor_app
from coupole.cli.hub import app as hub_app
from coupole.cli.introductions import DirectoryFileInvalid
from coupole.cli.node import app as node_app
from coupole.cli.trustee import app as trustee_app
from coupole.cli.trustee_directory import DirectoryKeyUnconfirmed
from coupole.hub.app import create_app as hub_service
from coupole.hub.members import MemberIsHub
from coupole.hub.settings import HubSettings
from coupole.node.app import create_app as node_service
from coupole.node.federation.joining import HubFingerprintWrong
from coupole.node.federation.leaving import FederationMissing
from coupole.node.settings import NodeSettings
from coupole.wire.directory import DirectoryOlder
from coupole.wire.documents import SignatureInvalid
from coupole.wire.keys import KeyRingMissing
from tests.fake_nodes import FakeNode
from tests.live import Live

PERIOD = "2026-09"


def run(app: Any, *words: object, said: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words], input=said)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def free_ports() -> list[int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return [one.getsockname()[1], other.getsockname()[1]]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """An empty directory in which a hub and a node were made and are served."""
    first, second = free_ports()
    for app, name, port, more in ((hub_app, "hub", first, ()), (node_app, "atelier", second, ("--id", "north"))):
        address = f"http://127.0.0.1:{port}"
        run(app, "init", tmp_path / name, "--name", name, "--issuer", address, "--port", port, "--yes", *more)
    serving = [
        Live(hub_service(HubSettings.load(tmp_path / "hub")), first),
        Live(node_service(NodeSettings.load(tmp_path / "atelier")), second),
    ]
    for each in serving:
        each.start()
    yield tmp_path
    for each in serving:
        each.stop()


def test_from_nothing_to_an_accepted_pull_and_out_again(place: Path) -> None:
    hub, node = place / "hub", place / "atelier"
    assert "no member yet" in run(hub_app, "doctor", hub).stdout
    with pytest.raises(MemberIsHub):
        run(hub_app, "member", "add", hub, HubSettings.load(hub).issuer)
    code = run(hub_app, "invite", hub, "Atelier Nord").stdout.strip()
    letters = code.rpartition(".")[2]
    assert "Nothing was agreed" in run(node_app, "join", node, code, said="\n").stderr
    with pytest.raises(HubFingerprintWrong):
        run(node_app, "join", node, code, "--fingerprint", "ABCD")
    asked = run(node_app, "join", node, code, said=f"{letters}\n")
    assert "never a name" in asked.stderr
    assert "north" in run(hub_app, "admit", hub).stdout
    assert run(node_app, "doctor", node).exit_code == 3, "it waits for a person of the hub"
    assert run(hub_app, "admit", hub, "north", said=asked.stdout.strip().splitlines()[-1] + "\n").exit_code == 0
    assert json.loads(run(hub_app, "doctor", hub, "--json").stdout)["ready"]
    assert json.loads(run(hub_app, "collect", hub, PERIOD, "--json").stdout)["kinds"] == {"withheld": 1}
    assert run(doctor_app, node).exit_code == run(doctor_app, hub).exit_code == 0
    told = json.loads(run(node_app, "federation", node, "--json").stdout)
    assert (told["state"], told["directory"], told["pulls"][0]["period"]) == ("active", 1, PERIOD)
    assert run(node_app, "rotate", node, "sign").exit_code == 0
    assert json.loads(run(hub_app, "collect", hub, "2026-08", "--json").stdout)["kinds"] == {"withheld": 1}
    assert run(hub_app, "member", "block", hub, "north").exit_code == 0
    assert "blocked" in run(node_app, "federation", node).stdout
    assert run(hub_app, "member", "unblock", hub, "north").exit_code == 0
    assert "You left" in run(node_app, "leave", node, "--yes").stderr
    assert run(hub_app, "member", "list", hub, "--json").stdout.strip() == "[]"
    with pytest.raises(FederationMissing):
        run(node_app, "federation", node)


def test_a_directory_is_signed_where_its_key_is(tmp_path: Path) -> None:
    hub, stick = tmp_path / "hub", tmp_path / "stick"
    run(hub_app, "init", hub, "--name", "The federation", "--yes")
    assert "Directory 1" in run(hub_app, "directory", hub, "--renew").stderr
    stick.mkdir()
    (tmp_path / "hub-keys" / "directory.json").rename(stick / "directory.json")
    with pytest.raises(KeyRingMissing):
        run(hub_app, "directory", hub, "--renew")
    file = stick / "next.json"
    run(hub_app, "directory", hub, "--export", file)
    assert "directory 2" in run(hub_app, "directory", stick, "--sign", file).stderr
    signed = stick / "next.json.signed"
    assert run(hub_app, "directory", hub, "--import", signed).exit_code == 0
    assert json.loads(run(hub_app, "directory", hub, "--json").stdout)["number"] == 2
    with pytest.raises(DirectoryOlder):
        run(hub_app, "directory", hub, "--import", signed)
    with pytest.raises(DirectoryFileInvalid):
        run(hub_app, "directory", hub, "--import", file)


def test_a_trustee_takes_the_directory_by_its_key_and_sees_where_it_differs(tmp_path: Path) -> None:
    hub, trustee, north = tmp_path / "hub", tmp_path / "trustee", FakeNode("north")
    run(hub_app, "init", hub, "--name", "The federation", "--yes")
    run(trustee_app, "init", trustee, "--name", "Notary", "--yes")
    file = tmp_path / "north.json"
    raw, signature = north.descriptor()
    file.write_text(json.dumps({"descriptor": raw.decode(), "signature": signature}))
    run(hub_app, "member", "add", hub, file, "--yes")

    def signed() -> Path:
        run(hub_app, "directory", hub, "--export", tmp_path / "next")
        run(hub_app, "directory", tmp_path / "hub-keys", "--sign", tmp_path / "next")
        return tmp_path / "next.signed"

    assert "No directory" in run(trustee_app, "directory", trustee).stderr
    with pytest.raises(DirectoryKeyUnconfirmed) as unconfirmed:
        run(trustee_app, "directory", trustee, signed())
    heard = str(unconfirmed.value.params["fingerprint"])
    taken = run(trustee_app, "directory", trustee, signed(), "--fingerprint", heard)
    assert "north: a member there, not admitted here" in taken.stdout
    run(trustee_app, "admit", trustee, file, "--yes")
    assert json.loads(run(trustee_app, "directory", trustee, "--json").stdout)["differing"] == []
    run(hub_app, "directory", hub, "--import", signed())
    run(hub_app, "member", "block", hub, "north")
    assert "north: blocked there, active here" in run(trustee_app, "directory", trustee, signed()).stdout
    text = signed().read_text()
    (tmp_path / "next.signed").write_text(text.replace("The federation", "The faderation"))
    with pytest.raises(SignatureInvalid):
        run(trustee_app, "directory", trustee, tmp_path / "next.signed")
