"""One node, one connection pool, one set of limits: every request of the client goes through ``Connection.answer``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2

from coupole.errors import CoupoleError
from coupole.standard import reading
from coupole_client.errors import NodeAddressInvalid, NodeAnswerInvalid, NodeTimeout, NodeTooLarge
from coupole_client.places import Network
from coupole_client.refusals import refusal
from coupole_client.transport import SMALL_BYTES, Guarded, network, translated

HEADERS = {"Accept-Encoding": "identity", "User-Agent": "coupole"}
Method = Literal["GET", "POST", "PUT", "DELETE"]
SIGNATURE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """A signed document exactly as it came: the bytes, the signature beside them, the tag of this version.

    Nothing of it was checked; ``coupole.wire`` does that.
    """

    raw: bytes
    signature: str
    etag: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long a node may answer. A slow drip ends as surely as a flood."""

    document_bytes: int = 5_000_000
    """Largest single answer."""
    document_seconds: float = 60.0
    """Longest time for one answer, signing in included, from the first byte sent to the last received."""
    stream_bytes: int = 2_000_000_000
    """Largest import or export."""
    stream_seconds: float = 3600.0
    """Longest time for an import or an export."""
    connect_seconds: float = 10.0
    """How long to wait for somebody to answer at all."""
    inside: tuple[Network, ...] | None = None
    """Networks inside a house whose machines may answer beside those of the open network; none: any may."""


class Connection:
    """The way to one node."""

    def __init__(
        self, issuer: str, auth: httpx2.Auth | None, transport: httpx2.AsyncBaseTransport | None, limits: Limits
    ) -> None:
        self.issuer = checked_address(issuer)
        self.limits = limits
        self._inner = network() if transport is None else transport
        self._ours = transport is None
        timeout = httpx2.Timeout(limits.document_seconds, connect=limits.connect_seconds)
        self._http = httpx2.AsyncClient(
            auth=auth,
            transport=Guarded(self._inner, issuer, limits.inside),
            timeout=timeout,
            headers=HEADERS,
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close what we opened ourselves; a transport that was given is its giver's."""
        await self._http.aclose()
        if self._ours:
            await self._inner.aclose()

    @asynccontextmanager
    async def answer(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterable[bytes] | None = None,
        stream: bool = False,
    ) -> AsyncIterator[httpx2.Response]:
        """A successful answer (304 included), its body still to be read. Raises ``NodeError``, nothing else."""
        most = self.limits.stream_bytes if stream else self.limits.document_bytes
        seconds = self.limits.stream_seconds if stream else self.limits.document_seconds
        try:
            async with asyncio.timeout(seconds):
                request = self._http.build_request(
                    method, self.issuer + path, params=params, headers=headers, content=content
                )
                request.extensions["max_bytes"] = most
                answer = await self._http.send(request, stream=True)
                try:
                    if answer.status_code >= 300 and answer.status_code != 304:
                        raise refusal(self.issuer, answer, await _beginning(answer))
                    yield answer
                finally:
                    await answer.aclose()
        except TimeoutError:
            raise NodeTimeout(self.issuer, seconds=round(seconds)) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise translated(self.issuer, error) from error

    async def signed(self, path: str) -> SignedAnswer:
        """A signed document. Raises ``NodeError``."""
        found = await self.signed_since(path, {})
        if found is None:
            raise NodeAnswerInvalid(self.issuer)
        return found

    async def signed_since(self, path: str, headers: Mapping[str, str]) -> SignedAnswer | None:
        """The same; none when the other has nothing newer than the tag in ``If-None-Match``."""
        async with self.answer("GET", path, headers=headers) as answer:
            raw = await answer.aread()
            if answer.status_code == 304 and "If-None-Match" in headers:
                return None
            signature = answer.headers.get("coupole-signature", "")
            if not 0 < len(signature) <= SIGNATURE_LENGTH:
                raise NodeAnswerInvalid(self.issuer)
            return SignedAnswer(raw, signature, answer.headers.get("etag", "")[:200])

    async def json(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        document: Any = None,
    ) -> dict[str, Any]:
        """The JSON object a node answers with; an empty one when it answers with nothing."""
        content = None if document is None else reading.canonical(document)
        sent = {"Accept": "application/json", **(headers or {})}
        if content is not None:
            sent["Content-Type"] = "application/json"
        async with self.answer(method, path, params=params, headers=sent, content=content) as answer:
            body = await answer.aread()
        if not body and answer.status_code == 204:
            return {}
        return self.read(body)

    def read(self, body: bytes) -> dict[str, Any]:
        """A JSON object, strictly read. Raises ``NodeAnswerInvalid``."""
        try:
            document = reading.parse(body, max_bytes=self.limits.document_bytes)
        except CoupoleError:
            raise NodeAnswerInvalid(self.issuer) from None
        if not isinstance(document, dict):
            raise NodeAnswerInvalid(self.issuer)
        return document

    async def lines(self, answer: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
        """The JSON objects of an answer that holds one a line, as they come."""
        rest = b""
        async for piece in answer.aiter_raw():
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > self.limits.document_bytes:
                raise NodeTooLarge(self.issuer, most=self.limits.document_bytes)
            for line in whole:
                if line.strip():
                    yield self.read(line)
        if rest.strip():
            yield self.read(rest)


async def _beginning(answer: httpx2.Response) -> bytes:
    """As much of a refusal as is worth reading: a refusal may be endless too."""
    body = b""
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > SMALL_BYTES:
            break
    return body


def checked_address(issuer: str) -> str:
    """The address of a node, when it may be used: https, or http on this very machine; no path. Raises otherwise."""
    try:
        parts = urlsplit(issuer)
        plain = issuer == f"{parts.scheme}://{parts.netloc}" and parts.hostname and not parts.username
    except ValueError:
        raise NodeAddressInvalid(issuer[:200]) from None
    if not plain or not (parts.scheme == "https" or (parts.scheme == "http" and _here(parts.hostname or ""))):
        raise NodeAddressInvalid(issuer[:200])
    return issuer


def _here(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
