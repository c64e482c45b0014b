"""Runs one of the three services on a network address, and keeps a log that names nobody."""

from __future__ import annotations

import gc
import time
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coupole.cli.logs import log_plainly

QUIET = ("/healthz", "/readyz")
"""Asked every few seconds by whoever watches the service; of no interest to anybody."""

logger = structlog.get_logger("coupole.access")


class AccessLog:
    """One line for each answer: method, the form of the address, status, duration.

    Of an address only its form is kept (``/participants/{id}``): the rest may name a person, and so may a query.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, its answers noted."""
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            logger.info("answered", method=scope["method"], route=_form(scope), status=status, ms=milliseconds)


def _form(scope: Scope) -> str:
    """The address with the names of its parameters in the place of their values; nothing of an unknown address."""
    if "endpoint" not in scope:
        return "unknown"
    form = str(scope["path"])
    for name, value in scope.get("path_params", {}).items():
        form = form.replace(str(value), "{" + name + "}")
    return form


class Settled:
    """Spares what is there once the service has started from every later search for cyclic garbage.

    Routes, schemas and catalogues stay as long as the service does. To go through them again and again was a quarter of
    the time of a collection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, its start watched."""

        async def watched(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                gc.collect()
                gc.freeze()
            await send(message)

        await self.app(scope, receive, watched if scope["type"] == "lifespan" else send)


def serve(app: Any, host: str, port: int, address: str) -> None:
    """Serve until stopped, in one process."""
    log_plainly()
    logger.info("listening", address=address, host=host, port=port)
    uvicorn.run(AccessLog(Settled(app)), host=host, port=port, log_config=None, access_log=False, server_header=False)
