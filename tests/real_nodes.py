"""Real nodes in one process: settings, keys and records of their own, people made by the factories."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from coupole.node.api.introducing import signed_descriptor
from coupole.node.app import create_app
from coupole.node.opening import create_node, load_ring
from coupole.node.settings import NodeSettings
from coupole.node.store.changes import Change
from coupole.node.store.tables import Client
from coupole.node.store.tokens import NodeTokens
from coupole.node.store.write import write
from coupole.wire.keys import KeyRing
from tests import factories


class RealNode:
    """One member's node, not yet started: ``app`` is served by whoever runs it."""

    def __init__(self, folder: Path, name: str, issuer: str = "", **changed: Any) -> None:
        self.name = name
        self.settings = NodeSettings(
            directory=folder / name,
            node_id=name,
            name=f"Workshop {name}",
            issuer=issuer or f"https://{name}.test",
            **changed,
        )
        create_node(self.settings)
        self.issuer = self.settings.issuer
        self.ring = load_ring(self.settings)
        self.app: FastAPI = create_app(self.settings)

    def register(self, client_id: str, ring: KeyRing, scopes: str, *, enabled: bool = True) -> None:
        """Let a program in with the public half of its key ``client``. The node must be running."""
        keys = json.dumps(ring.public_set("client"))
        client = Client(
            id=client_id, name=client_id, keys=keys, scopes=scopes, enabled=enabled, created_at=datetime.now(UTC)
        )
        NodeTokens(self.app.state.node.store.engine).save_client(client)

    def descriptor(self) -> tuple[bytes, str]:
        """As the node itself signs it. The node must be running."""
        node = self.app.state.node
        return signed_descriptor(node, node.ring, node.catalogue)

    def fill(self, people: int) -> None:
        """Write those files. The node must be running."""
        store = self.app.state.node.store
        changes = [
            Change(document["id"].split(":")[1], document, document["id"], keep_envelope=True)
            for document in self.documents(people)
        ]
        with store.writing() as session:
            write(session, store.vault, changes, store.context("test"))

    def documents(self, people: int) -> list[dict[str, Any]]:
        """The files of that many people, owners first, as this node's own."""
        files = [document for number in range(1, people + 1) for document in factories.dossier(number)]
        text = json.dumps([*factories.SHARED, *files])
        found: list[dict[str, Any]] = json.loads(text.replace('"north', f'"{self.name}'))
        order = ("organisation", "actor", "participant", "referral", "agreement", "accompaniment")
        places = {entity: place for place, entity in enumerate(order)}
        return sorted(found, key=lambda document: places.get(document["id"].split(":")[1], len(places)))
