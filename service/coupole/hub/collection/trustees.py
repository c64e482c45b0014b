"""How the hub reaches a trustee: its roster and keys, read by everybody, and the one request a slot is summed with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx2

from coupole.errors import CoupoleError
from coupole_client import Limits, NodeError
from coupole_client.connection import Connection

LIMITS = Limits(document_bytes=20_000_000, document_seconds=600.0)
"""A batch of twenty thousand reports takes a trustee a minute."""


class TrusteeSilent(CoupoleError):
    """The trustee did not answer as it should."""


class TrusteeRefused(CoupoleError):
    """The trustee refuses this batch.

    ``members``: those whose reports it would not count, if that is why.
    """

    def __init__(self, reason: str, members: Iterable[str] = ()) -> None:
        super().__init__(reason=reason)
        self.members = frozenset(members)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed document exactly as it came; nothing of it was checked."""

    raw: bytes
    signature: str


class TrusteeClient:
    """A trustee, seen from the hub. Every method raises ``TrusteeSilent``, or ``TrusteeRefused`` with its reason.

    ``transport``: another way than the network; its giver closes it.
    """

    def __init__(self, issuer: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._connection = Connection(issuer, None, transport, LIMITS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def roster(self) -> Signed:
        """Who is admitted, and the keys the trustee signs with."""
        return await self._signed("/api/v1/roster")

    async def keys(self) -> Signed:
        """The keys that shares are sealed for."""
        return await self._signed("/api/v1/keys")

    async def batch(self, body: bytes, signature: str) -> bytes:
        """Have a slot summed: certificate, signature and sums. The same request again gives the same answer."""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-ndjson",
            "Coupole-Signature": signature,
        }
        try:
            async with self._connection.answer("POST", "/api/v1/batches", headers=headers, content=body) as answer:
                return await answer.aread()
        except NodeError as error:
            raise _translated(error) from error

    async def _signed(self, path: str) -> Signed:
        try:
            async with self._connection.answer("GET", path, headers={"Accept": "application/json"}) as answer:
                return Signed(await answer.aread(), answer.headers.get("Coupole-Signature", ""))
        except NodeError as error:
            raise _translated(error) from error


def _translated(error: NodeError) -> CoupoleError:
    """A refusal with the trustee's own code, or silence with the kind of it."""
    if error.problem and error.problem.code:
        refused = error.problem.code == "batch_refused"
        members = [found.pointer.removeprefix("/") for found in error.findings] if refused else []
        return TrusteeRefused(error.problem.code, members)
    return TrusteeSilent(reason=error.code)
