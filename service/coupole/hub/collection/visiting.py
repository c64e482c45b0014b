"""Looks at the address a node says it has, before a person admits it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpx2

from coupole.errors import CoupoleError, Finding
from coupole_client import Limits, NodeClient, NodeError, SignedAnswer, check_place
from coupole_client.places import Network, looked_up

LIMITS = (100_000, 20.0)
"""Most bytes and seconds a description may take."""


class VisitFailed(CoupoleError):
    """What answers at the address of this node cannot be used."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where this hub may go. ``listed``: networks inside a house that its operator named; none: it may go anywhere."""

    listed: tuple[Network, ...] | None = ()
    transport: httpx2.AsyncBaseTransport | None = None
    look: Callable[[str], Iterable[str]] = looked_up


async def visit(reach: Reach, issuer: str) -> SignedAnswer:
    """The description that is found at an address; nothing of it is checked.

    Raises ``VisitFailed``; its finding says why: redirected, inside a house, nobody there, no https…
    """
    limits = Limits(document_bytes=LIMITS[0], document_seconds=LIMITS[1], inside=reach.listed)
    try:
        async with NodeClient(issuer, transport=reach.transport, limits=limits) as node:
            if reach.listed is not None:
                await asyncio.to_thread(check_place, issuer, reach.listed, reach.look)
            return await node.descriptor()
    except NodeError as error:
        raise VisitFailed(findings=[Finding(error.code, params=error.params)]) from error
