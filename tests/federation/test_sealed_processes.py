"""Sealed totals between processes of their own: a hub, a trustee and eight nodes, killed at every step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from coupole.hub import members
from coupole.hub.app import create_hub, open_hub
from coupole.hub.settings import HubSettings
from coupole.node.opening import create_node, open_node
from coupole.node.settings import NodeSettings
from coupole.node.statistics import accepting
from coupole.node.store.changes import Change
from coupole.node.store.tables import Client
from coupole.node.store.write import write
from coupole.standard.calendar import add_months
from coupole.trustee import roster
from coupole.trustee.app import create_trustee, open_trustee
from coupole.trustee.settings import TrusteeSettings
from coupole.wire.descriptor import fingerprint
from coupole.wire.keys import KeyRing
from tests import factories
from tests.federation.services import COUPOLE, Node, Service, answer, command, free_port, running

pytestmark = pytest.mark.processes

MEMBERS = ("north", "south", "east", "west", "harbour", "hill", "meadow", "bridge")
SLOT = f"{add_months(datetime.now(UTC).date(), -1):%Y-%m}"
OPENING = f"{SLOT}/opening"


@dataclass
class Federation:
    """Directories and services."""

    hub: Path
    trustee: Path
    service: Service
    nodes: list[Node]

    def certificates(self) -> list[dict[str, Any]]:
        """What the trustee certified, after checking every chain."""
        found: list[dict[str, Any]] = answer("trustee", "log", self.trustee)
        return found

    def seal(self, slot: str, *, die_at: int = 0) -> subprocess.CompletedProcess[str]:
        """The hub's command, killed at a step if that is said."""
        words = [sys.executable, "-m", "tests.federation.dying_hub", str(die_at), "hub", "seal", str(self.hub), slot]
        return subprocess.run(
            [*words, "--json"], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, env=ENGLISH
        )


ENGLISH = os.environ | {"LANG": "en_GB.UTF-8"}


def filled(place: Path, name: str, people: int, hub: HubSettings) -> Node:
    """A node with that many people's files, which lets the hub in."""
    port = free_port()
    settings = NodeSettings(
        directory=place / name,
        node_id=name,
        name=f"Workshop {name}",
        issuer=f"http://127.0.0.1:{port}",
        port=port,
    )
    create_node(settings)
    files = [document for number in range(1, people + 1) for document in factories.dossier(number)]
    told = json.loads(json.dumps([*factories.SHARED, *files]).replace('"north', f'"{name}'))
    order = ("organisation", "actor", "participant", "referral", "agreement", "accompaniment")
    told.sort(key=lambda one: order.index(kind) if (kind := one["id"].split(":")[1]) in order else len(order))
    keys = json.dumps(KeyRing.load(hub.ring).public_set("client"))
    with open_node(settings) as node:
        changes = [Change(one["id"].split(":")[1], one, one["id"], keep_envelope=True) for one in told]
        with node.store.writing() as session:
            write(session, node.store.vault, changes, node.store.context("test"))
        client = {"id": hub.client_id, "name": hub.name, "keys": keys, "scopes": "releases:read", "enabled": True}
        node.store.tokens().save_client(Client(**client, created_at=datetime.now(UTC)))
    words = (*COUPOLE, "node", "serve", str(settings.directory))
    return Node(settings.directory, Service(words, settings.issuer, place / f"{name}.log"))


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    place = tmp_path_factory.mktemp("sealed")
    hub = HubSettings(directory=place / "umbrella", name="The umbrella", issuer="http://127.0.0.1:8200")
    create_hub(hub)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    trustee = TrusteeSettings(directory=place / "trustee", name="The university", issuer=address, port=port)
    create_trustee(trustee)
    service = Service((*COUPOLE, "trustee", "serve", str(trustee.directory)), address, place / "trustee.log")
    nodes = [filled(place, name, people, hub) for people, name in enumerate(MEMBERS, 3)]
    with running(service, *(node.service for node in nodes)):
        for node in nodes:
            introduced(hub, trustee, node)
        agreed(hub.directory, trustee.directory, address, nodes, place)
        yield Federation(hub.directory, trustee.directory, service, nodes)


def introduced(hub: HubSettings, trustee: TrusteeSettings, node: Node) -> None:
    """Hub and trustee each admit the node, by its fingerprint."""
    answered = httpx2.get(f"{node.service.address}/.well-known/coupole", timeout=20)
    raw, signature = answered.content, answered.headers["Coupole-Signature"]
    with open_hub(hub) as (opened, _ring), opened.store.writing() as session:
        candidate = members.consider(session, raw, signature)
        members.accept(session, candidate, confirmed=candidate.fingerprint, actor="test")
    with open_trustee(trustee) as second, second.store.writing() as session:
        heard = roster.signer(raw, signature)[1]
        roster.admit(session, second, raw, signature, confirmed=heard, actor="test")


def agreed(hub: Path, trustee: Path, address: str, nodes: list[Node], place: Path) -> None:
    """What is counted: made, countersigned, proposed with the first question, agreed to by each administrator."""
    file = place / "tabulation.json"
    words = ("--trustee", address, "--first", SLOT, "--yes", "--output", file)
    name = command("hub", "tabulate", hub, *words).strip()
    signature = json.loads(command("trustee", "tabulate", trustee, file, "--yes"))["signature"]
    command("hub", "countersigned", hub, name, signature, "--trustee", address)
    refused = answer("hub", "seal", hub, OPENING, "--ask-only", code=6)
    assert refused["reasons"] == {"tabulation_not_accepted": len(nodes)}
    document = json.loads(json.loads(file.read_text(encoding="utf-8"))["tabulation"])
    paper = fingerprint(document["trustees"][0]["key"])
    command("node", "sealed", nodes[0].directory, "--agree", name, "--letters", paper)
    for node in nodes[1:]:
        with open_node(NodeSettings.load(node.directory)) as opened, opened.store.writing() as session:
            accepting.accept(session, name, [paper], "admin")


def test_whoever_is_killed_a_slot_ends_in_one_certificate_that_counts_everybody_once(federation: Federation) -> None:
    killed_hub(federation)
    killed_others(federation)


def killed_hub(federation: Federation) -> None:
    """The hub dies at every step of the opening balances."""
    died = 0
    for step in range(1, 200):
        done = federation.seal(OPENING, die_at=step)
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        died += 1
    assert died >= 5
    said = json.loads(done.stdout)
    assert (said["outcome"], said["members"], said["refused"]) == ("released", len(MEMBERS), {})
    (certified,) = federation.certificates()
    assert certified["slot"] == OPENING
    assert sorted(one["node"] for group in certified["groups"] for one in group["members"]) == sorted(MEMBERS)


def killed_others(federation: Federation) -> None:
    """A node and the trustee are killed before, and the trustee again while the month is summed."""
    silent = federation.nodes[0]
    silent.service.kill()
    federation.service.kill()
    assert federation.seal(SLOT).returncode == 6  # nobody can be asked without the trustee's keys
    silent.service.start()
    federation.service.start()
    cut = threading.Timer(1.0, federation.service.kill)
    cut.start()
    federation.seal(SLOT)
    cut.join()
    federation.service.start()
    done = federation.seal(SLOT)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["outcome"], said["members"]) == ("released", len(MEMBERS))
    assert [one["slot"] for one in federation.certificates()] == [OPENING, SLOT]
    again = json.loads(federation.seal(SLOT).stdout)
    assert (again["outcome"], again["members"], again["reasons"]) == ("released", len(MEMBERS), {})
