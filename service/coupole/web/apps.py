"""How each of the three services is put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Lifespan, Receive, Scope, Send

from coupole.errors import CoupoleError
from coupole.web import problems
from coupole.web.bodies import MAX_BYTES, BodyCap, NamesNothing
from coupole.web.errors import WebError
from coupole.web.security_headers import SecurityHeaders


def create(
    title: str,
    *,
    version: str,
    issuer: str,
    description: str = "",
    lifespan: Lifespan[FastAPI] | None = None,
    status: Mapping[type[CoupoleError], int] | None = None,
    max_bytes: int = MAX_BYTES,
    larger: Mapping[str, int] | None = None,
) -> FastAPI:
    """A FastAPI application with our problems, body cap and headers, and without what FastAPI has on by default.

    Off are: pages of documentation (open to anybody), telemetry (would export paths with identifiers in them) and
    redirects to a path with or without its last slash (built from the ``Host`` header). ``larger`` gives single paths
    a longer body than ``max_bytes``.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        generate_unique_id_function=operation_id,
    )
    app.add_middleware(NamesNothing, refuse=_refused)
    app.add_middleware(BodyCap, refuse=_refused, max_bytes=max_bytes, larger=larger)
    problems.install(app, status)
    app.add_middleware(SecurityHeaders, issuer=issuer)
    return app


def operation_id(route: APIRoute) -> str:
    """An operation is called as its route is, in an application and in a router whose routes are added to one."""
    return route.name


def add_signs_of_life(app: FastAPI, ready: Callable[[Request], None]) -> None:
    """``/healthz`` and ``/readyz`` for whoever runs the service. ``ready`` raises while it cannot work."""

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    def readyz(request: Request) -> Response:
        ready(request)
        return PlainTextResponse("ready")

    for path, answer in (("/healthz", healthz), ("/readyz", readyz)):
        app.add_route(path, answer, ["GET"], include_in_schema=False)


async def _refused(scope: Scope, receive: Receive, send: Send, error: WebError) -> None:
    response = problems.answer(Request(scope), error, problems.status_of(error))
    await response(scope, receive, send)


def operation(app: FastAPI, path: str, method: str, described: Mapping[str, Any]) -> None:
    """Write a plain Starlette route, which FastAPI does not see, into the OpenAPI document by hand."""
    if not hasattr(app.state, "plain_operations"):
        app.state.plain_operations = {}
    app.state.plain_operations.setdefault(path, {})[method.lower()] = dict(described)
