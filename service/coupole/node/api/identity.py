"""Who this node is: a signed description for whoever makes it a member, and signs of life for who runs it."""

from __future__ import annotations

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from coupole import standard
from coupole.node.api.node import Node, json_bytes, node_of
from coupole.node.store.vault import NODE
from coupole.wire import descriptor, documents


def signed_descriptor(node: Node) -> tuple[bytes, str]:
    """The descriptor, canonical JSON, and its signature."""
    raw = descriptor.write_descriptor(
        node=node.node_id,
        name=node.name,
        issuer=node.issuer,
        software={"name": "coupole", "version": node.version},
        standard_versions=[standard.VERSION],
        catalogues=[{"id": node.catalogue.id, "version": node.catalogue.version}],
        keys=node.ring.public_set("sign"),
        country=node.country,
        languages=[node.language],
    )
    return raw, documents.sign(descriptor.KIND, raw, node.ring.active("sign"))


def read_descriptor(request: Request) -> Response:
    """Who this node is, what it speaks and the keys it signs with, signed by itself."""
    raw, signature = signed_descriptor(node_of(request))
    return json_bytes(raw, coupole_signature=signature, cache_control="public, max-age=300")


def healthz(_request: Request) -> Response:
    """Alive."""
    return PlainTextResponse("ok")


def readyz(request: Request) -> Response:
    """Able to work: the database answers and the node's own key opens."""
    node = node_of(request)
    with node.store.reading() as session:
        session.execute(text("SELECT seq FROM head"))
    node.store.vault.key(NODE)
    return PlainTextResponse("ready")
