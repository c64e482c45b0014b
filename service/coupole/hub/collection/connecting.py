"""How the hub reaches its members: one pool of connections and one pair of keys for all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2

from coupole.wire.keys import KeyRing
from coupole_client import ClientCredentials, Limits, NodeClient
from coupole_client.transport import network

SCOPE = "releases:read"

Connect = Callable[[str], NodeClient]


@asynccontextmanager
async def connecting(
    ring: KeyRing,
    client_id: str,
    *,
    concurrency: int,
    seconds: float,
    max_bytes: int,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> AsyncIterator[Connect]:
    """Makes clients that sign in as this hub. ``transport``: another way than the network; its giver closes it."""
    shared = network(concurrency) if transport is None else transport
    limits = Limits(document_bytes=max_bytes, document_seconds=seconds)
    key, dpop = ring.active("client"), ring.active("dpop")

    def connect(issuer: str) -> NodeClient:
        return NodeClient(issuer, ClientCredentials(client_id, key, dpop, issuer, SCOPE), shared, limits)

    try:
        yield connect
    finally:
        if transport is None:
            await shared.aclose()
