"""Pages of the node for people. One so far: what this is, for whoever meets its address."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from coupole import standard
from coupole.node.api.node import node_of
from coupole.web.languages import Language
from coupole.web.pages import Pages

HERE = Path(__file__).parent


def add_pages(app: FastAPI, *, name: str, issuer: str, language: Language) -> None:
    """The first page, and the files pages use."""
    pages = Pages(HERE, name=name, issuer=issuer, language=language)
    pages.add_to(app)

    def front(request: Request) -> Response:
        node = node_of(request)
        about = {
            "name": node.name,
            "node": node.node_id,
            "standard": standard.VERSION,
            "software": node.version,
            "catalogue": f"{node.catalogue.id} {node.catalogue.version}",
            "api": "/api/v1",
            "documentation": "openapi/node.v1.json, which comes with the program",
            "descriptor": "/.well-known/coupole",
        }
        if "text/html" in request.headers.get("accept", ""):
            return pages.answer(request, "front.html", about=about)
        return JSONResponse(about)

    app.add_route("/", front, ["GET"], include_in_schema=False)
