"""A service on a port of this machine, in a thread: for what must go through a real connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


class Live:
    """An application, served. ``address`` is where."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, host="127.0.0.1", port=port, log_level="critical", lifespan="auto", timeout_graceful_shutdown=1
            )
        )
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.address = ""

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.01)
        if self._server.started:
            port = self._server.servers[0].sockets[0].getsockname()[1]
            self.address = f"http://127.0.0.1:{port}"
        self._ready.set()
        await serving

    def start(self) -> None:
        self._thread.start()
        self._ready.wait(20)
        assert self.address, "the service did not start"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@contextmanager
def live(app: Any) -> Iterator[Live]:
    """The application at an address, until the end of the block."""
    served = Live(app)
    served.start()
    try:
        yield served
    finally:
        served.stop()
