"""Speaks with the hub that this node was invited by or belongs to; the one place where a node calls it.

Each call is a short conversation of its own, made from a thread. What the hub refuses comes back as its reason; what
keeps us from reaching it as a reason of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from coupole.errors import CoupoleError, Finding
from coupole.standard.sentences import known_codes
from coupole.wire.keys import KeyRing
from coupole_client import (
    ClientCredentials,
    HubClient,
    Limits,
    NodeClient,
    NodeError,
    NodeRefused,
    SignedAnswer,
    check_place,
)
from coupole_client.places import Network, looked_up

SECONDS, BYTES = 20.0, 4_000_000
SCOPE = "releases:read"
NO_FIGURES = ("release_not_found", "period_not_closed")
Answer = TypeVar("Answer")


class HubUnreachable(CoupoleError):
    """The federation's hub cannot be used at its address."""


class HubRefuses(CoupoleError):
    """The federation's hub refused what we asked."""


class SelfPullFailed(CoupoleError):
    """This node could not be asked for figures at its own address."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a hub is reached. ``listed``: networks inside a house where it may stand."""

    listed: tuple[Network, ...] = ()
    transport: httpx2.AsyncBaseTransport | None = None
    look: Callable[[str], Iterable[str]] = looked_up


def ask(way: Way, hub: str, question: Callable[[HubClient], Awaitable[Answer]]) -> Answer:
    """What the hub answers. Raises ``HubUnreachable``, ``HubRefuses``; their findings say why."""

    async def asking() -> Answer:
        limits = Limits(document_bytes=BYTES, document_seconds=SECONDS, inside=way.listed)
        async with HubClient(hub, way.transport, limits) as client:
            check_place(hub, way.listed, way.look)
            return await question(client)

    try:
        return asyncio.run(asking())
    except NodeRefused as error:
        raise HubRefuses(findings=_reasons(error)) from error
    except NodeError as error:
        raise HubUnreachable(findings=[Finding(error.code, params=error.params)]) from error


def _reasons(error: NodeRefused) -> list[Finding]:
    """Why the hub refused, in words of the standard: what it could not make of us first, then its own reason."""
    codes = [found.code for found in error.findings] + [error.problem.code if error.problem else error.code]
    return [Finding(code) for code in dict.fromkeys(codes) if code in known_codes()] or [Finding(error.code)]


def self_pull(way: Way, issuer: str, ring: KeyRing, client: str, asked: tuple[str, str, str]) -> SignedAnswer | None:
    """Pull a release of this very node at its own address, signed in as a program of that name.

    ``asked``: catalogue, version, period. None when the node answers that there is none, or that the period is not
    over: then everything but figures came through. Raises ``SelfPullFailed``; its finding says why.
    """

    async def asking() -> SignedAnswer:
        signing_in = ClientCredentials(client, ring.active("client"), ring.active("dpop"), issuer, SCOPE)
        limits = Limits(document_bytes=BYTES, document_seconds=SECONDS)
        async with NodeClient(issuer, signing_in, way.transport, limits) as node:
            return await node.release(*asked)

    try:
        return asyncio.run(asking())
    except NodeRefused as error:
        if error.problem and error.problem.code in NO_FIGURES:
            return None
        raise SelfPullFailed(findings=[Finding(error.code, params=error.params)]) from error
    except NodeError as error:
        raise SelfPullFailed(findings=[Finding(error.code, params=error.params)]) from error


def introduction(way: Way, hub: str) -> SignedAnswer:
    """How the hub introduces itself."""
    return ask(way, hub, lambda client: client.introduction())


def directory(way: Way, hub: str) -> SignedAnswer:
    """The federation's directory."""
    return ask(way, hub, lambda client: client.directory())


def ask_to_join(way: Way, hub: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask for membership."""
    return ask(way, hub, lambda client: client.ask_to_join(asked))


def announce(way: Way, hub: str, node: str, raw: bytes, signature: str) -> dict[str, Any]:
    """Announce a newer description of ours."""
    return ask(way, hub, lambda client: client.announce(node, raw, signature))


def leave(way: Way, hub: str, node: str, raw: bytes, signature: str) -> dict[str, Any]:
    """Say that we leave."""
    return ask(way, hub, lambda client: client.leave(node, raw, signature))


def pulls(way: Way, hub: str, node: str) -> dict[str, Any]:
    """How we stand, and what came of the last times we were asked."""
    return ask(way, hub, lambda client: client.pulls(node))
