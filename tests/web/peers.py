"""A service under test and a client written from the standards alone, which can also do everything wrong."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from coupole import database
from coupole.node.store.migrating import migrate
from coupole.node.store.tables import Client
from coupole.node.store.tokens import NodeTokens
from coupole.web import apps
from coupole.web.oauth import Caller, Guard, OAuth, create_oauth
from coupole.wire.keys import KeyRing

ISSUER = "https://north.example"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = {
    "records:read": "Read all records.",
    "records:write": "Write all records.",
    "plan:read": "Read plans.",
    "plan:write": "Write plans.",
    "releases:read": "Read releases.",
    "changes:read": "Follow changes.",
}
HELD = {"records:read": ["plan:read"], "records:write": ["plan:write"]}
AnyKey = ECKey | OKPKey | RSAKey


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@dataclass
class Service:
    """A service with an authorization server, a plain and a decorated resource, and its real store."""

    app: FastAPI
    oauth: OAuth
    tokens: NodeTokens
    ring: KeyRing
    clock: Clock
    issuer: str = ISSUER

    def browser(self) -> AsyncClient:
        return AsyncClient(transport=ASGITransport(self.app), base_url=self.issuer)

    def register(self, peer: Peer, scopes: str = "releases:read plan:read", enabled: bool = True) -> None:
        keys = orjson.dumps({"keys": [public(key) for key in peer.keys]}).decode()
        row = Client(
            id=peer.client_id,
            name=peer.client_id,
            keys=keys,
            scopes=scopes,
            enabled=enabled,
            created_at=datetime.now(UTC),
        )
        self.tokens.save_client(row)


def make_service(directory: Path, issuer: str = ISSUER) -> Service:
    engine = database.engine(f"sqlite:///{directory / 'node.sqlite'}")
    migrate(engine)
    tokens, clock, ring = NodeTokens(engine), Clock(), KeyRing.create({"token": "es256"})
    oauth = create_oauth(issuer, ring, tokens, SCOPES, clock=clock, held=HELD)
    app = apps.create("Plans", version="1", issuer=issuer)
    app.state.oauth = oauth
    app.include_router(oauth.router)
    guard = Guard(SCOPES)

    @app.get("/plans")
    def list_plans(caller: Caller = guard.requires("plan:read")) -> list[str]:  # noqa: B008  # what FastAPI wants
        return [caller.client, *sorted(caller.scope)]

    @app.post("/plans", dependencies=[guard.requires("plan:write")])
    def create_plan() -> str:
        return "made"

    async def read_release(request: Request) -> JSONResponse:
        caller = await run_in_threadpool(guard.check, request, ["releases:read"])
        return JSONResponse([caller.client, caller.jti])

    app.add_route("/releases/{name:path}", read_release, methods=["GET"])
    released = {"responses": {"200": {"description": "."}}, "security": guard.security("releases:read")}
    apps.operation(app, "/releases/{name}", "GET", released)
    return Service(app, oauth, tokens, ring, clock, issuer)


def named(key: AnyKey, kid: str) -> AnyKey:
    return type(key).import_key({**key.as_dict(private=True), "kid": kid})


def public(key: AnyKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key.kid}


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: Any, key: Any) -> str:
    """A compact JWS with any header, whatever our own rules say of it."""
    payload = claims if isinstance(claims, bytes) else orjson.dumps(claims)
    text = f"{encoded(header)}.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}"
    signature = JWSRegistry.algorithms[header["alg"]].sign(text.encode(), key)
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


ALG = {"P-256": "ES256", "P-384": "ES384", "Ed25519": "Ed25519"}


def algorithm_of(key: AnyKey) -> str:
    return "PS256" if isinstance(key, RSAKey) else ALG[key.curve_name]


@dataclass
class Peer:
    """A client of a service, made from the standards alone."""

    service: Service
    client_id: str = "hub"
    keys: list[AnyKey] = field(default_factory=lambda: [named(ECKey.generate_key("P-256"), "one")])
    dpop: AnyKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def assertion(
        self, *, header: dict[str, Any] | None = None, key: Any = None, without: tuple[str, ...] = (), **claims: Any
    ) -> str:
        used = key or self.keys[0]
        now = int(self.service.clock.now)
        made: dict[str, Any] = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.service.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        } | claims
        head = {"alg": "HS256" if isinstance(used, OctKey) else algorithm_of(used), "kid": used.kid}
        body = {name: value for name, value in made.items() if name not in without}
        return signed({name: value for name, value in (head | (header or {})).items() if value is not None}, body, used)

    def proof(
        self,
        method: str,
        path: str,
        token: str | None = None,
        *,
        header: dict[str, Any] | None = None,
        key: Any = None,
        without: tuple[str, ...] = (),
        **claims: Any,
    ) -> str:
        used = key or self.dpop
        made: dict[str, Any] = {
            "htm": method,
            "htu": self.service.issuer + path,
            "iat": int(self.service.clock.now),
            "jti": secrets.token_urlsafe(16),
        }
        if token is not None:
            made["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        head = {"typ": "dpop+jwt", "alg": "HS256" if isinstance(used, OctKey) else algorithm_of(used)}
        if not isinstance(used, OctKey):
            head["jwk"] = used.as_dict(private=False)
        body = {name: value for name, value in (made | claims).items() if name not in without}
        return signed({name: value for name, value in (head | (header or {})).items() if value is not None}, body, used)

    def form(self, **changed: Any) -> dict[str, Any]:
        made = {
            "grant_type": "client_credentials",
            "scope": "releases:read plan:read",
            "client_assertion_type": TYPE,
            "client_assertion": changed.pop("client_assertion", None) or self.assertion(),
        } | changed
        return {name: value for name, value in made.items() if value is not None}

    async def ask(
        self,
        form: Any = None,
        *,
        proof: str | None = "",
        path: str = "/oauth/token",
        headers: Any = None,
        **changed: Any,
    ) -> Response:
        body = form if isinstance(form, bytes) else urlencode(form or self.form(**changed)).encode()
        sent = {"content-type": "application/x-www-form-urlencoded"} | (headers or {})
        if proof is not None:
            sent["DPoP"] = proof or self.proof("POST", path)
        async with self.service.browser() as browser:
            return await browser.post(path, content=body, headers=sent)

    async def token(self, scope: str = "releases:read plan:read") -> str:
        answer = await self.ask(scope=scope)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    async def call(
        self,
        token: str | None,
        method: str = "GET",
        path: str = "/plans",
        *,
        proof: str | None = "",
        headers: Any = None,
    ) -> Response:
        sent: list[tuple[str, str]] = list((headers or {}).items())
        if token is not None and not any(name.lower() == "authorization" for name, _ in sent):
            sent.append(("Authorization", f"DPoP {token}"))
        if proof is not None:
            sent.append(("DPoP", proof or self.proof(method, path, token)))
        async with self.service.browser() as browser:
            return await browser.request(method, path, headers=sent)


def claims_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a JWT, unverified."""
    head, body, _ = token.split(".")
    return tuple(orjson.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body))  # type: ignore[return-value]


def token_from(service: Service, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Something the service's own key signed, which may not be an access token."""
    key = service.ring.active("token")
    now = int(service.clock.now)
    made = {
        "iss": service.issuer,
        "aud": service.issuer,
        "sub": "hub",
        "client_id": "hub",
        "scope": "plan:read",
        "iat": now,
        "exp": now + 300,
        "jti": "j" * 32,
        "cnf": {"jkt": "x"},
    } | claims
    head = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | (header or {})
    body = {name: value for name, value in made.items() if value is not None}
    return jwt.encode({k: v for k, v in head.items() if v is not None}, body, key.pair, default_type=None)
