"""A network in one process: host names lead to applications, a host that is not there is unreachable.

Answers are streamed piece by piece as over a real connection, so that a flood or a slow drip behaves as one; an
application that raises in the middle of its answer breaks the connection off.

    async with Network({"north.test": create_app(settings)}) as network:
        async with NodeClient("https://north.test", transport=network) as node: ...
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from types import TracebackType
from typing import Any, Self

import httpx2

Message = MutableMapping[str, Any]
App = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class Network(httpx2.AsyncBaseTransport):
    """Maps host names (``north.test``, or ``127.0.0.1:8101``) to ASGI applications and runs their lifespans."""

    def __init__(self, hosts: Mapping[str, App]) -> None:
        self.hosts = dict(hosts)
        self.requests: list[httpx2.Request] = []
        """Everything that was sent, in order."""
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        for app in self.hosts.values():
            lifespan = getattr(getattr(app, "router", None), "lifespan_context", None)
            if lifespan:
                await self._stack.enter_async_context(lifespan(app))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._stack.aclose()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        app = self.hosts.get(request.url.netloc.decode("ascii"))
        if app is None:
            raise httpx2.ConnectError("there is no such host", request=request)
        exchange = Exchange(app, request)
        await exchange.start()
        return httpx2.Response(exchange.status, headers=exchange.headers, stream=exchange)


class Exchange(httpx2.AsyncByteStream):
    """One request and its answer. The application runs beside the reader, at most one piece ahead."""

    def __init__(self, app: App, request: httpx2.Request) -> None:
        self._app = app
        self._request = request
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
        self._started = asyncio.Event()
        self._gone = asyncio.Event()
        self._broken: BaseException | None = None
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []

    async def start(self) -> None:
        """Run the application up to its status line."""
        self._body = await self._request.aread()
        self._task = asyncio.create_task(self._run())
        try:
            await self._started.wait()
        except BaseException:
            await self.aclose()
            raise
        if not self.status:
            await self.aclose()
            raise httpx2.RemoteProtocolError("the host said nothing", request=self._request) from self._broken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._pieces.get()) is not None:
            yield piece
        if self._broken:
            raise httpx2.ReadError("the host broke off", request=self._request) from self._broken

    async def aclose(self) -> None:
        self._gone.set()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        url = self._request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 1),
            "state": {},
        }
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as error:  # an application that fails is a host that breaks off
            self._broken = error
        self._started.set()
        await self._pieces.put(None)

    async def _receive(self) -> Message:
        if self._body is None:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", []))
            self._started.set()
        elif message.get("body"):
            await self._pieces.put(message["body"])
