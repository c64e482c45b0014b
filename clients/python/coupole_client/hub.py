"""What a member asks of its hub. Nothing of it needs a token: what changes something carries a code or a signature."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from coupole_client.connection import Connection, Limits, SignedAnswer

Document = dict[str, Any]


class HubClient:
    """A hub, seen from a member. Every method raises a kind of ``NodeError`` and nothing of the HTTP library."""

    def __init__(
        self, issuer: str, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits | None = None
    ) -> None:
        """Raises ``NodeAddressInvalid``."""
        self._connection = Connection(issuer, None, transport, limits or Limits())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def introduction(self) -> SignedAnswer:
        """Who the hub says it is, what it asks of members, with its public keys."""
        return await self._connection.signed("/.well-known/coupole")

    async def directory(self) -> SignedAnswer:
        """The members of the federation, as they were signed."""
        return await self._connection.signed("/api/v1/directory")

    async def ask_to_join(self, asked: Mapping[str, Any]) -> Document:
        """Ask for membership: ``descriptor``, ``signature``, ``code`` and ``at``, the moment it is here."""
        return await self._connection.json("POST", "/api/v1/joining", document=asked)

    async def announce(self, node: str, descriptor: bytes, signature: str) -> Document:
        """Put a newer description of ours in the place of the one before, signed with a key the hub knows."""
        said = {"descriptor": descriptor.decode(), "signature": signature}
        return await self._connection.json("PUT", _member(node) + "/descriptor", document=said)

    async def leave(self, node: str, word: bytes, signature: str) -> Document:
        """Say that we leave, signed."""
        said = {"document": word.decode(), "signature": signature}
        return await self._connection.json("POST", _member(node) + "/leaving", document=said)

    async def pulls(self, node: str) -> Document:
        """What the hub made of the last times it asked us."""
        return await self._connection.json("GET", _member(node) + "/pulls")


def _member(node: str) -> str:
    return f"/api/v1/members/{quote(node, safe='')}"
