"""Entity tags: an answer the caller has already is not sent again (RFC 9110, 8.8.3 and 13.1.2)."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
PUBLIC = "public, max-age=60"
AS_SIGNED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {JSON: {"schema": {"type": "object"}}},
        "description": "The signed bytes; the signature stands in Coupole-Signature.",
    },
    304: {"description": "The caller has this version already."},
}
"""How OpenAPI describes a signed document."""


def not_modified(request: Request, tag: str) -> bool:
    """Whether the caller has that version already."""
    known = request.headers.get("if-none-match")
    return known is not None and tag in (one.strip().removeprefix("W/") for one in known.split(","))


def tagged(request: Request, body: bytes, media_type: str, **headers: str) -> Response:
    """An answer for everybody with an ``ETag`` made of its bytes; without them when the caller has them already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    sent = {"ETag": tag, "Cache-Control": PUBLIC} | {name.replace("_", "-"): text for name, text in headers.items()}
    if not_modified(request, tag):
        return Response(status_code=304, headers=sent)
    return Response(body, headers=sent, media_type=media_type)


def signed(request: Request, raw: bytes, signature: str) -> Response:
    """A signed document for everybody, as it was signed."""
    return tagged(request, raw, JSON, Coupole_Signature=signature)
