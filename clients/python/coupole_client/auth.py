"""How a program proves to a node who it is: client credentials, a signed assertion, tokens bound to a key."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from joserfc import jwt

from coupole.errors import CoupoleError
from coupole.standard import reading
from coupole.wire.dpop import make_proof
from coupole.wire.keys import Key
from coupole_client.errors import NodeAnswerInvalid, NodeIdentityWrong, NodeTokenDowngraded
from coupole_client.refusals import refusal

ASSERTION_SECONDS = 60
ASSERTION_KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
METADATA = "/.well-known/oauth-authorization-server"
TOKENS = "/oauth/token"
"""Where nodes of this project give tokens (``openapi/node.v1.json``); another program may have another place."""
TOKEN_SIGNS = re.compile(r"[A-Za-z0-9._~+/-]{1,8000}=*")
"""What RFC 6750 lets a token be made of; anything else could smuggle a header."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the moment (monotonic, seconds) from which a new one is fetched."""

    text: str
    renew_at: float


class ClientCredentials(httpx2.Auth):
    """Signs in to one node, for one scope. Safe to share between any number of concurrent calls.

    One token is fetched whatever their number. It is asked for where nodes of this project give it; when nothing comes
    of that, the node's metadata are read, and only when these name the very issuer we were given: they say whether
    tokens are given elsewhere. A token that is not bound to our key is refused. A token the node no longer accepts
    (401) is replaced once.
    """

    requires_response_body = False

    def __init__(
        self,
        client_id: str,
        key: Key,
        dpop_key: Key,
        issuer: str,
        scope: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``key`` signs assertions and is registered at the node; ``dpop_key`` binds tokens. Both ES256 key pairs."""
        if key.jwk is None or dpop_key.jwk is None:
            raise TypeError("signing in needs two key pairs")
        self.client_id = client_id
        self.issuer = issuer
        self.scope = scope
        self._key = key
        self._dpop_key = dpop_key
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._endpoint = issuer + TOKENS

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """The requests that lead to an answer. Raises ``NodeError``."""
        refused: Token | None = None
        for attempt in (1, 2):
            async with self._lock:
                token = self._token
                if token is None or token is refused or time.monotonic() >= token.renew_at:
                    answer = yield self._token_request(self._endpoint)
                    body = await answer.aread()
                    if 400 <= answer.status_code < 500:
                        described = yield httpx2.Request("GET", self.issuer + METADATA, headers=PLAIN)
                        endpoint = self._read_endpoint(described, await described.aread())
                        if endpoint != self._endpoint:
                            self._endpoint = endpoint
                            answer = yield self._token_request(endpoint)
                            body = await answer.aread()
                    token = self._token = self._read_token(answer, body)
            request.headers["Authorization"] = "DPoP " + token.text
            request.headers["DPoP"] = make_proof(
                self._dpop_key, request.method, str(request.url), access_token=token.text, now=self._now()
            )
            answer = yield request
            if answer.status_code != 401 or attempt == 2:
                return
            refused = token

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _token_request(self, endpoint: str) -> httpx2.Request:
        form = {
            "grant_type": "client_credentials",
            "scope": self.scope,
            "client_assertion_type": ASSERTION_KIND,
            "client_assertion": self._assertion(),
        }
        headers = PLAIN | {"DPoP": make_proof(self._dpop_key, "POST", endpoint, now=self._now())}
        return httpx2.Request("POST", endpoint, data=form, headers=headers)

    def _assertion(self) -> str:
        """A fresh one each time: its identifier is good for one use."""
        now = int(self._clock())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": "ES256", "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key.pair, algorithms=["ES256"])

    def _read_endpoint(self, answer: httpx2.Response, body: bytes) -> str:
        metadata = self._read(answer, body)
        if metadata.get("issuer") != self.issuer:
            raise NodeIdentityWrong(self.issuer)
        endpoint = metadata.get("token_endpoint")
        if not isinstance(endpoint, str) or not endpoint.startswith(self.issuer + "/"):
            raise NodeIdentityWrong(self.issuer)
        return endpoint

    def _read_token(self, answer: httpx2.Response, body: bytes) -> Token:
        document = self._read(answer, body)
        kind, text, seconds = (document.get(name) for name in ("token_type", "access_token", "expires_in"))
        if not isinstance(kind, str) or kind.lower() != "dpop":
            raise NodeTokenDowngraded(self.issuer)
        if not isinstance(text, str) or not TOKEN_SIGNS.fullmatch(text) or type(seconds) is not int or seconds < 1:
            raise NodeAnswerInvalid(self.issuer)
        return Token(text, time.monotonic() + min(seconds, 3600) - min(30, seconds / 2))

    def _read(self, answer: httpx2.Response, body: bytes) -> dict[str, Any]:
        if answer.status_code in (404, 405):
            raise NodeAnswerInvalid(self.issuer)  # whatever stands there is no node: none is without these addresses
        if answer.status_code != 200:
            raise refusal(self.issuer, answer, body, signing_in=True)
        try:
            document = reading.parse(body, max_bytes=len(body) + 1, max_depth=10)
        except CoupoleError:
            raise NodeAnswerInvalid(self.issuer) from None
        if not isinstance(document, dict):
            raise NodeAnswerInvalid(self.issuer)
        return document


PLAIN = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "coupole"}
