"""Pages of the node for people: one package for each group of them, and what they all stand on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from coupole import standard
from coupole.node.api.node import node_of
from coupole.node.staff.sessions import Limits
from coupole.node.ui import (
    explaining,
    federation,
    fields,
    files,
    forms,
    leaving,
    lists,
    menu,
    printing,
    reasons,
    reminders,
    sheets,
    signing_in,
)
from coupole.node.ui.desk import SIGNED_IN, Desk, PageRoute
from coupole.web.languages import Language
from coupole.web.pages import Pages

HERE = Path(__file__).parent
GROUPS: tuple[Callable[[Desk], None], ...] = (
    menu.add,
    reasons.add,
    forms.add,
    fields.add,
    files.add,
    printing.add,
    leaving.add,
    explaining.add,
    federation.add,
    lists.add,
    reminders.add,
    sheets.add,
    signing_in.add,
)
"""Every group of pages: its function that registers them."""


def add_pages(app: FastAPI, *, name: str, issuer: str, language: Language, limits: Limits) -> Pages:
    """Every page of the node, and the files pages use."""
    pages = Pages(HERE, name=name, issuer=issuer, language=language)
    pages.add_to(app)
    desk = Desk(app, pages, issuer, about, limits)
    for add in GROUPS:
        add(desk)
    if "/" not in (route.path for route in app.routes if isinstance(route, PageRoute)):
        desk.get("/", menu.show, needs=SIGNED_IN)
    _say_it_to_browsers(app, desk)
    return pages


def _say_it_to_browsers(app: FastAPI, desk: Desk) -> None:
    """A page, not a problem, for somebody who comes to an address of pages where there is none."""
    told = cast(Callable[[Request, Exception], Response], app.exception_handlers[HTTPException])

    def refused(request: Request, error: Exception) -> Response:
        browser = "text/html" in request.headers.get("accept", "")
        program = request.url.path.startswith(("/api/", "/oauth/", "/.well-known/", "/static/"))
        return desk.unknown(request) if browser and not program else told(request, error)

    app.add_exception_handler(HTTPException, refused)


def about(request: Request) -> Response:
    """What this is, for a program that meets its address."""
    node = node_of(request)
    return JSONResponse(
        {
            "name": node.name,
            "node": node.node_id,
            "standard": standard.VERSION,
            "software": node.version,
            "catalogue": f"{node.catalogue.id} {node.catalogue.version}",
            "api": "/api/v1",
            "documentation": "openapi/node.v1.json, which comes with the program",
            "descriptor": "/.well-known/coupole",
        }
    )
