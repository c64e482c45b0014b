"""The directory of a demonstration: five nodes, a hub and a trustee with their keys, and a note of how they were made.

    demo.json            seed, last day told, ports; written once everything stands
    hub/  hub-keys/      the umbrella
    trustee/  …          the second organisation
    tweede-adem/  tweede-adem-keys/   … and so on for each member

A directory that holds anything else is left alone.
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from coupole import standard
from coupole.demo.members import MEMBERS, TRUSTEE, UMBRELLA, Member
from coupole.errors import CoupoleError
from coupole.hub.settings import HubSettings
from coupole.node.settings import NodeSettings
from coupole.trustee.settings import TrusteeSettings

NOTE = "demo.json"
BEGUN = "demo.begun"
"""Stands in the directory from the first moment: what lies beside it was made by a demonstration."""
FIRST_PORT = 8100
SERVICES = len(MEMBERS) + 2
SEED = 2026


class DemoDirectoryTaken(CoupoleError):
    """The directory holds something that is not a demonstration; it was left alone."""


class DemoDirectoryUnwritable(CoupoleError):
    """The directory of the demonstration cannot be written."""


class DemoPortTaken(CoupoleError):
    """Another program listens where this demonstration did."""


class DemoOutdated(CoupoleError):
    """The demonstration in this directory was made by another version."""


@dataclass(frozen=True, slots=True)
class Note:
    """How a demonstration was made. ``ports``: the hub's, those of the members, the trustee's."""

    seed: int
    until: str
    ports: list[int]
    standard: str = standard.VERSION

    @property
    def today(self) -> date:
        """The last day the histories tell of."""
        return date.fromisoformat(self.until)


@dataclass(frozen=True, slots=True)
class Place:
    """The directory, and how what is in it was made."""

    directory: Path
    note: Note

    @property
    def hub(self) -> HubSettings:
        """The hub's settings."""
        port = self.note.ports[0]
        values = {"directory": self.directory / "hub", "name": UMBRELLA.name, "issuer": address(port), "port": port}
        return HubSettings.checked(values | {"collects_by_itself": False})

    @property
    def nodes(self) -> list[NodeSettings]:
        """The settings of the members' nodes, in their order."""
        return [self._node(member, port) for member, port in zip(MEMBERS, self.note.ports[1:-1], strict=True)]

    @property
    def trustee(self) -> TrusteeSettings:
        """The trustee's settings."""
        port = self.note.ports[-1]
        values = {"directory": self.directory / "trustee", "name": TRUSTEE, "issuer": address(port), "port": port}
        return TrusteeSettings.checked(values)

    def _node(self, member: Member, port: int) -> NodeSettings:
        values = {
            "directory": self.directory / member.node,
            "node_id": member.node,
            "name": member.name,
            "issuer": address(port),
            "port": port,
            "language": member.language,
            "country": member.country,
        }
        return NodeSettings.checked(values)

    def finish(self) -> None:
        """Note that everything stands and everybody knows each other."""
        text = json.dumps(asdict(self.note), indent=1) + "\n"
        (self.directory / NOTE).write_text(text, encoding="utf-8")


def address(port: int) -> str:
    """Where a service of the demonstration is reached."""
    return f"http://127.0.0.1:{port}"


def known(directory: Path) -> Place | None:
    """The demonstration that stands in the directory, if one does. Raises ``DemoOutdated``, ``DemoDirectoryTaken``."""
    note = directory / NOTE
    try:
        if not note.exists():
            return None
        made = Note(**json.loads(note.read_text(encoding="utf-8")))
    except OSError:
        raise DemoDirectoryUnwritable() from None
    except (ValueError, TypeError):
        raise DemoOutdated() from None
    if made.standard != standard.VERSION or len(made.ports) != SERVICES:
        raise DemoOutdated()
    return Place(directory, made)


def begin(directory: Path, today: date, ports: list[int]) -> Place:
    """An empty place for a new demonstration; what an earlier one left is cleared away.

    Raises ``DemoDirectoryTaken``, ``DemoDirectoryUnwritable``.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        left = {path.name for path in directory.iterdir()}
        if left and BEGUN not in left:
            raise DemoDirectoryTaken()
        (directory / BEGUN).touch()
        for name in left & _ours():
            path = directory / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError:
        raise DemoDirectoryUnwritable() from None
    return Place(directory, Note(SEED, today.isoformat(), ports))


def _ours() -> set[str]:
    parties = ["hub", "trustee", *(member.node for member in MEMBERS)]
    return {NOTE, *parties, *(f"{name}-keys" for name in parties)}


@contextmanager
def listening(ports: list[int] | None) -> Iterator[list[socket.socket]]:
    """Sockets on these ports of loopback, or on free ones; in the order of the note. Raises ``DemoPortTaken``."""
    sockets: list[socket.socket] = []
    try:
        if ports is None:
            sockets += _free_sockets(SERVICES)
        for port in ports or ():
            sockets.append(_bound(port))
        yield sockets
    except _Taken as taken:
        raise DemoPortTaken(port=taken.port) from None
    finally:
        for each in sockets:
            each.close()


class _Taken(Exception):
    def __init__(self, port: int) -> None:
        self.port = port


def _free_sockets(count: int) -> list[socket.socket]:
    """Neighbouring ports that are easy to remember, or any when those are taken."""
    for first in range(FIRST_PORT, FIRST_PORT + 400, 10):
        found: list[socket.socket] = []
        try:
            for port in range(first, first + count):
                found.append(_bound(port))
        except _Taken:
            for each in found:
                each.close()
        else:
            return found
    return [_bound(0) for _ in range(count)]


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    # A port that was closed a moment ago is free, although its last connections still fade away. On Windows the same
    # word would let two programs listen on one port.
    if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen(128)
    except OSError:
        made.close()
        raise _Taken(port) from None
    return made
