"""Who this node is: a signed description for whoever makes it a member, and signs of life for who runs it."""

from __future__ import annotations

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from coupole.node.api.introducing import signed_descriptor
from coupole.node.api.node import json_bytes, node_of
from coupole.node.store.vault import NODE


def read_descriptor(request: Request) -> Response:
    """Who this node is, what it speaks and the keys it signs with, signed by itself."""
    node = node_of(request)
    raw, signature = signed_descriptor(node, node.ring, node.catalogue)
    return json_bytes(raw, coupole_signature=signature, cache_control="public, max-age=300")


def ready(request: Request) -> None:
    """Able to work: the database answers and the node's own key opens."""
    node = node_of(request)
    with node.store.reading() as session:
        session.execute(text("SELECT seq FROM head"))
    node.store.vault.key(NODE)
