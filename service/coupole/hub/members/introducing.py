"""How this hub introduces itself, and by which key its directories are signed.

The directory's key is a file of its own. Its public half stays here for good; the private half may be carried to a
machine without a network, and then only what is signed there becomes a directory.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from coupole.wire import introduction
from coupole.wire.documents import sign
from coupole.wire.introduction import Every
from coupole.wire.keys import KeyRing, write_secret

PRIVATE, PUBLIC = "directory.json", "directory-public.json"
PURPOSE = "directory"


class Introduced(Protocol):
    """Who is introduced: the settings of a hub, or anything that says the same."""

    @property
    def name(self) -> str:
        """Name of the federation."""

    @property
    def issuer(self) -> str:
        """Address of the hub."""

    @property
    def client_id(self) -> str:
        """The name it signs in under."""

    @property
    def catalogue(self) -> str:
        """What it collects."""

    @property
    def catalogue_version(self) -> str:
        """In which version."""

    @property
    def asks_every(self) -> Every:
        """How often."""

    @property
    def key_directory(self) -> Path:
        """Where its keys are."""


def signed_introduction(who: Introduced, ring: KeyRing) -> tuple[bytes, str]:
    """The introduction, canonical JSON, and its signature."""
    raw = introduction.write_introduction(
        name=who.name,
        issuer=who.issuer,
        client_id=who.client_id,
        software={"name": "coupole", "version": _version()},
        keys=ring.public_set("sign"),
        client_keys=ring.public_set("client"),
        directory_keys=directory_keys(who.key_directory),
        asks={
            "scope": "releases:read",
            "catalogue": who.catalogue,
            "version": who.catalogue_version,
            "every": who.asks_every,
        },
    )
    return raw, sign(introduction.KIND, raw, ring.active("sign"))


def _version() -> str:
    try:
        return metadata.version("coupole")
    except metadata.PackageNotFoundError:
        return "0"


def directory_keys(folder: Path) -> dict[str, Any]:
    """The public keys directories are signed with, a JSON Web Key Set; made when there are none yet."""
    public = folder / PUBLIC
    if not public.exists():
        ring = KeyRing.create({PURPOSE: "ed25519"})
        ring.save(folder / PRIVATE)
        write_secret(public, json.dumps(ring.public_set(PURPOSE)).encode())
    found: dict[str, Any] = json.loads(public.read_bytes())
    return found


def directory_ring(folder: Path) -> KeyRing:
    """The keys that sign directories. Raises ``KeyRingMissing`` where they were carried away."""
    return KeyRing.load(folder / PRIVATE)
