from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.store.tables import Client
from coupole.wire.keys import KeyRing
from tests.calling import EVERYTHING, Program
from tests.factories import participant
from tests.node.cli.test_commands import run
from tests.node.store.test_erasure import files_that_hold
from tests.node.store.test_killing import ENVIRONMENT
from tests.stores import PARTICIPANT

pytestmark = pytest.mark.processes
CANARIES = ("Zebedeus", "Quackenbosch")


@contextmanager
def served(settings: NodeSettings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The service in a process of its own, ready to answer."""
    words = [sys.executable, "-m", "coupole", "node", "serve", str(settings.directory)]
    with log.open("ab") as sink, subprocess.Popen(words, stdout=sink, stderr=sink, env=ENVIRONMENT) as process:
        try:
            for _ in range(300):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                with suppress(httpx2.HTTPError):
                    if httpx2.get(f"{settings.issuer}/readyz").status_code == 200:
                        break
                time.sleep(0.05)
            yield process
        finally:
            process.kill()


@pytest.fixture
def reachable(settings: NodeSettings) -> NodeSettings:
    """The node, listening on a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    moved = settings.model_copy(update={"issuer": f"http://127.0.0.1:{port}", "port": port})
    moved.save()
    return moved


def program(settings: NodeSettings) -> Program:
    ring = KeyRing.create({"client": "es256", "dpop": "es256"})
    keys = json.dumps(ring.public_set("client"))
    row = Client(id="desk", name="Desk", keys=keys, scopes=EVERYTHING, enabled=True, created_at=datetime.now(UTC))
    with open_node(settings) as node:
        node.store.tokens().save_client(row)
    return Program(settings.issuer, "desk", EVERYTHING, ring)


def test_no_name_stays_in_records_keys_backups_or_logs_of_a_running_service(
    reachable: NodeSettings, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    named = participant(family_name=CANARIES[0], given_name=CANARIES[1])
    auth = program(reachable)
    with served(reachable, log), httpx2.Client(base_url=reachable.issuer, auth=auth) as browser:
        made = browser.post("/api/v1/participants", json=named)
        assert made.status_code == 201, made.text
        assert browser.post("/api/v1/participants", json={**named, "sex": CANARIES[0]}).status_code == 422
        assert browser.get(f"/api/v1/participants?family_name={CANARIES[0]}").status_code == 422
        assert browser.get(f"/api/v1/{CANARIES[1]}").status_code == 404
        assert browser.get(f"/api/v1/participants/{PARTICIPANT}").json()["family_name"] == CANARIES[0]
        run("backup", reachable.directory, tmp_path / "backup.sqlite")
        run("erase", reachable.directory, PARTICIPANT, "--yes")
        assert browser.get(f"/api/v1/participants/{PARTICIPANT}").status_code == 404
        assert browser.get(f"/api/v1/participants/{PARTICIPANT}/history").status_code == 410
        export = browser.get("/api/v1/export")
        assert (export.status_code, export.text) == (200, "")
    assert log.stat().st_size > 500
    assert list(files_that_hold(tmp_path, *CANARIES)) == []


def test_the_log_says_what_was_answered_in_json_and_the_service_ends_when_asked(
    reachable: NodeSettings, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    with served(reachable, log) as process:
        httpx2.get(f"{reachable.issuer}/api/v1/participants/{PARTICIPANT}?as_of=x")
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    answered = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in answered if line["event"] == "answered"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/api/v1/participants/{id}", 401)
    ]
    assert os.name != "posix" or process.returncode in (0, -signal.SIGTERM)
