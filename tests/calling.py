"""A node that answers in this process, and programs that call it with tokens and proofs as the real ones do."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from fastapi import FastAPI
from joserfc import jwt
from starlette.testclient import TestClient

from coupole.node.api.node import Node
from coupole.node.settings import NodeSettings
from coupole.node.store.tables import Client
from coupole.wire.dpop import make_proof
from coupole.wire.keys import Key, KeyRing

EVERYTHING = "records:read records:write changes:read releases:read egress:read"


class Program(httpx2.Auth):
    """Signs each call of one client; asks for a token when it has none."""

    def __init__(self, issuer: str, client_id: str, scope: str, ring: KeyRing) -> None:
        self.issuer, self.client_id, self.scope, self.ring = issuer, client_id, scope, ring
        self.token: str | None = None

    @property
    def dpop(self) -> Key:
        return self.ring.active("dpop")

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        if self.token is None:
            answer = yield self._ask()
            answer.read()
            assert answer.status_code == 200, answer.text
            self.token = answer.json()["access_token"]
        self.sign(request)
        yield request

    def sign(self, request: httpx2.Request) -> None:
        """The headers of one call."""
        request.headers["authorization"] = f"DPoP {self.token}"
        request.headers["dpop"] = make_proof(self.dpop, request.method, str(request.url), self.token)

    def _ask(self) -> httpx2.Request:
        key, now, url = self.ring.active("client"), int(time.time()), f"{self.issuer}/oauth/token"
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        }
        form = {
            "grant_type": "client_credentials",
            "scope": self.scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key.pair, algorithms=["ES256"]),
        }
        return httpx2.Request("POST", url, data=form, headers={"dpop": make_proof(self.dpop, "POST", url)})


@dataclass
class RunningNode:
    """A node in this process. ``client``: calls without any token."""

    app: FastAPI
    settings: NodeSettings
    client: TestClient
    programs: dict[str, Program] = field(default_factory=dict)

    @property
    def node(self) -> Node:
        found: Node = self.app.state.node
        return found

    def program(self, scope: str = EVERYTHING) -> Program:
        """A registered program that may do this much; the same one each time."""
        if scope not in self.programs:
            name = f"program-{len(self.programs) + 1}"
            ring = KeyRing.create({"client": "es256", "dpop": "es256"})
            row = Client(
                id=name,
                name=name,
                keys=json.dumps(ring.public_set("client")),
                scopes=scope,
                enabled=True,
                created_at=datetime.now(UTC),
            )
            self.node.store.tokens().save_client(row)
            self.programs[scope] = Program(self.settings.issuer, name, scope, ring)
        return self.programs[scope]

    def call(self, method: str, path: str, *, scope: str = EVERYTHING, **rest: Any) -> httpx2.Response:
        """One call of a program with that scope; ``document``: the JSON body."""
        if "document" in rest:
            rest["json"] = rest.pop("document")
        return self.client.request(method, path, auth=self.program(scope), **rest)

    def stranger(self, method: str, path: str, **rest: Any) -> httpx2.Response:
        """One call without a token."""
        return self.client.request(method, path, **rest)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
