"""The OpenAPI descriptions, as the applications themselves give them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from fastapi import FastAPI

import coupole.hub.app
import coupole.hub.settings
import coupole.node.app
import coupole.node.settings
import coupole.trustee.app
import coupole.trustee.settings
from coupole.wire.keys import KeyRing

# An application is built from settings; these are nobody's.
NOWHERE = Path("example")


def apps() -> Iterator[tuple[str, FastAPI]]:
    """Each party's application, with settings that serve to describe it."""
    node = coupole.node.settings.NodeSettings(
        directory=NOWHERE, node_id="example", name="Example", issuer="https://node.example.org"
    )
    hub = coupole.hub.settings.HubSettings(directory=NOWHERE, name="Example", issuer="https://hub.example.org")
    trustee = coupole.trustee.settings.TrusteeSettings(
        directory=NOWHERE, name="Example", issuer="https://trustee.example.org"
    )
    yield "node", coupole.node.app.create_app(node, KeyRing.create(coupole.node.settings.PURPOSES))
    yield "hub", coupole.hub.app.create_app(hub)
    yield "trustee", coupole.trustee.app.create_app(trustee)


def openapi() -> Iterator[tuple[str, str]]:
    """Each party's description."""
    for party, app in apps():
        yield party, json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"
