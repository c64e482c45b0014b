"""Hub, nodes and trustee in one process: seven servers on one loop, started together, stopped together."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from coupole.demo.place import Place
from coupole.hub.app import create_app as create_hub
from coupole.node.app import create_app as create_node
from coupole.trustee.app import create_app as create_trustee

GRACE = 3
"""Seconds that answers under way may take when everything is stopped."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave Ctrl-C to the demonstration, which stops all servers and not only the last."""
        yield


@asynccontextmanager
async def running(place: Place, sockets: list[socket.socket]) -> AsyncIterator[None]:
    """All services answer inside the block. ``sockets``: the hub's, those of the nodes, the trustee's."""
    nodes = [create_node(settings) for settings in place.nodes]
    apps: list[Any] = [create_hub(place.hub), *nodes, create_trustee(place.trustee)]
    servers = [_server(app) for app in apps]
    serving = [asyncio.create_task(server.serve(sockets=[each])) for server, each in zip(servers, sockets, strict=True)]
    try:
        await _started(servers, serving)
        yield
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*serving)


def _server(app: Any) -> _Server:
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE
    )
    return _Server(config)


async def _started(servers: list[_Server], serving: list[asyncio.Task[None]]) -> None:
    while not all(server.started for server in servers):
        for task in serving:
            if task.done():
                task.result()  # what it says is what went wrong
        await asyncio.sleep(0.02)
