"""What stands between the client and the network: nothing leaves for another address, nothing endless comes in."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Collection
from functools import cache

import httpx2

from coupole_client.errors import (
    NodeAddressInside,
    NodeAnswerInvalid,
    NodeCertificateInvalid,
    NodeDisconnected,
    NodeError,
    NodeIdentityWrong,
    NodeRedirected,
    NodeTimeout,
    NodeTooLarge,
    NodeUnreachable,
)
from coupole_client.places import Network, may_be_reached

SMALL_BYTES = 65_536
"""Largest answer when the request did not say (``extensions={"max_bytes": n}``): metadata, tokens, problems."""


@cache
def trusted() -> ssl.SSLContext:
    """The certificates this machine trusts, read once: reading them takes longer than many a request."""
    return ssl.create_default_context()


def network(connections: int = 8) -> httpx2.AsyncHTTPTransport:
    """A way to one node over the network, with that many connections at most."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=5)
    return httpx2.AsyncHTTPTransport(verify=trusted(), limits=limits, trust_env=False)


class Guarded(httpx2.AsyncBaseTransport):
    """A transport that speaks with one origin only, follows nothing and reads no more than was agreed.

    It is the last thing before the network, below authentication: whatever asks for a request, no token, assertion or
    document goes to another origin.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, node: str, inside: Collection[Network] | None = None) -> None:
        self._inner = inner
        self._node = node
        self._inside = inside
        self._origin = _origin(httpx2.URL(node))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it on. Raises ``NodeIdentityWrong``, ``NodeRedirected``, ``NodeTooLarge``, ``NodeAnswerInvalid``."""
        if _origin(request.url) != self._origin:
            raise NodeIdentityWrong(self._node)
        answer = await self._inner.handle_async_request(request)
        most = int(request.extensions.get("max_bytes", SMALL_BYTES))
        error = self._objection(answer, most)
        if error:
            await answer.aclose()
            raise error
        if not isinstance(answer.stream, httpx2.AsyncByteStream):
            raise TypeError("a transport for the client answers asynchronously")
        answer.stream = Capped(answer.stream, most, self._node)
        return answer

    def _objection(self, answer: httpx2.Response, most: int) -> NodeError | None:
        stream = answer.extensions.get("network_stream")
        if self._inside is not None and stream is not None:
            place = stream.get_extra_info("server_addr")
            if not place or not may_be_reached(place[0], self._inside):
                return NodeAddressInside(self._node)
        if 300 <= answer.status_code < 400 and answer.status_code != 304:
            return NodeRedirected(self._node)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            return NodeAnswerInvalid(self._node)  # we asked for none: a few packed bytes can unpack to gigabytes
        length = answer.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return NodeAnswerInvalid(self._node)
        return NodeTooLarge(self._node, most=most) if len(length) > 15 or int(length) > most else None


class Capped(httpx2.AsyncByteStream):
    """The bytes of an answer, up to ``most``."""

    def __init__(self, inner: httpx2.AsyncByteStream, most: int, node: str) -> None:
        self._inner = inner
        self._most = most
        self._node = node

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._inner:
            size += len(piece)
            if size > self._most:
                raise NodeTooLarge(self._node, most=self._most)
            yield piece

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._inner.aclose()


def translated(node: str, error: Exception) -> NodeError:
    """Our word for an exception of the HTTP library."""
    match error:
        case httpx2.ReadTimeout() | httpx2.WriteTimeout():
            return NodeTimeout(node)
        case httpx2.ConnectError() if _about_certificate(error):
            return NodeCertificateInvalid(node)
        case httpx2.ReadError() | httpx2.WriteError() | httpx2.CloseError() | httpx2.RemoteProtocolError():
            return NodeDisconnected(node)
        case httpx2.TransportError():
            return NodeUnreachable(node)
        case _:
            return NodeAnswerInvalid(node)


def _about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
