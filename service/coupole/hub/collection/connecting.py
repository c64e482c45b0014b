"""How the hub reaches its members: one pair of keys for all, a connection of its own for each.

A connection carries a member's three requests and is closed with them. A pool shared by all would look through every
connection at every request and keep them open at members that are not asked again for a month.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx2

from coupole.wire.keys import KeyRing
from coupole_client import ClientCredentials, Limits, NodeClient
from coupole_client.places import Network

SCOPE = "releases:read"

Connect = Callable[[str], NodeClient]
"""Makes the client for the node at an address."""


def connector(
    ring: KeyRing,
    client_id: str,
    *,
    seconds: float,
    max_bytes: int,
    transport: httpx2.AsyncBaseTransport | None = None,
    inside: tuple[Network, ...] | None = None,
) -> Connect:
    """Makes clients that sign in as this hub. ``transport``: another way than the network; its giver closes it.

    ``inside``: networks inside a house where members may stand; none: wherever their address leads.
    """
    limits = Limits(document_bytes=max_bytes, document_seconds=seconds, inside=inside)
    key, dpop = ring.active("client"), ring.active("dpop")

    def connect(issuer: str) -> NodeClient:
        return NodeClient(issuer, ClientCredentials(client_id, key, dpop, issuer, SCOPE), transport, limits)

    return connect
