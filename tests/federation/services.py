"""Starts the real services as processes of their own on loopback, and talks to them as an operator would."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

COUPOLE = (sys.executable, "-m", "coupole")


class CommandFailed(AssertionError):
    """A command of ours ended with another exit code than expected."""


def command(*words: str | Path, code: int = 0, **environment: str) -> str:
    """Run ``coupole …`` to its end and give back what it printed."""
    done = subprocess.run(
        [*COUPOLE, *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env=os.environ | {"LANG": "en_GB.UTF-8", "COLUMNS": "200"} | environment,
    )
    if done.returncode != code:
        raise CommandFailed(f"coupole {' '.join(map(str, words))}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def answer(*words: str | Path, code: int = 0) -> Any:
    """What ``coupole … --json`` answers."""
    return json.loads(command(*words, "--json", code=code))


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """One service in its own process; what it logs goes to a file."""

    words: tuple[str, ...]
    address: str
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=os.environ | self.environment
            )
        for _ in range(600):
            if self.process.poll() is not None:
                raise CommandFailed(f"{self.words} ended at once:\n{self.log.read_text(encoding='utf-8')}")
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.address}/readyz", timeout=2).status_code == 200:
                    return
            time.sleep(0.1)
        raise CommandFailed(f"{self.words} is not ready:\n{self.log.read_text(encoding='utf-8')}")

    def kill(self) -> None:
        """End the process as a power cut would."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)

    def stop(self) -> None:
        """Ask the process to end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Node:
    """A node's directory, and its service."""

    directory: Path
    service: Service

    @property
    def id(self) -> str:
        """Its short name."""
        return self.directory.name


def make_node(directory: Path, *, port: int | None = None, address: str | None = None) -> Node:
    """A new node that listens on loopback. ``address``: where others reach it, when that is not its own port."""
    port = port or free_port()
    own = f"http://127.0.0.1:{port}"
    words = ("--name", f"Workshop {directory.name}", "--id", directory.name, "--issuer", address or own, "--yes")
    command("node", "init", directory, *words)
    environment = {"COUPOLE_NODE_PORT": str(port)}
    log = directory.with_suffix(".log")
    return Node(directory, Service((*COUPOLE, "node", "serve", str(directory)), own, log, environment))


def make_hub(directory: Path) -> Path:
    """A new hub's directory."""
    words = ("--name", "Test umbrella", "--issuer", f"http://127.0.0.1:{free_port()}", "--yes")
    command("hub", "init", directory, *words)
    return directory


def hub_service(directory: Path) -> Service:
    """The service of a hub that publishes what was collected."""
    port = free_port()
    words = (*COUPOLE, "hub", "serve", str(directory), "--port", str(port))
    return Service(words, f"http://127.0.0.1:{port}", directory.with_suffix(".log"))


def introduce(hub: Path, node: Node, scope: str = "releases:read") -> None:
    """Register the hub at the node, and the node at the hub, as the two administrators do by hand."""
    keys = hub.with_name(f"{hub.name}.jwks.json")
    keys.write_text(command("hub", "keys", hub), encoding="utf-8")
    words = ("--id", "hub", "--name", "Test umbrella", "--jwks", keys, "--scope", scope)
    command("node", "client", "add", node.directory, *words)
    descriptor = node.directory.with_suffix(".descriptor.json")
    descriptor.write_text(command("node", "descriptor", node.directory), encoding="utf-8")
    command("hub", "member", "add", hub, descriptor, "--yes")


@contextlib.contextmanager
def running(*services: Service) -> Iterator[None]:
    """All of them up; all of them down at the end, whatever happens."""
    try:
        for service in services:
            service.start()
        yield
    finally:
        for service in services:
            service.stop()
