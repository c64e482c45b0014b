"""A provider of accounts elsewhere, as honest or as spoilt as a test wants it."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode

from coupole.node.staff.provider import Provider

ISSUER = "https://login.example.org/realm"
BACK = "https://desk.example.org/sign-in/back"


@dataclass
class FakeProvider:
    """Answers as OpenID Connect has it; ``metadata``, ``claims`` and ``token`` change what it says."""

    now: Callable[[], float] = time.time
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: Any = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    whole: bytes | None = None
    """What it says of itself, whatever that is."""
    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
    )
    signing: ECKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def provider(self) -> Provider:
        return Provider(ISSUER, "atelier", "its-secret", BACK, "Login", httpx2.MockTransport(self.answer))

    def approve(self, address: str, **more: str) -> str:
        """Somebody signs in there: the query they are sent back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return urlencode({"code": code, "state": asked["state"], "iss": ISSUER} | more)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(path)
        if path.endswith("/openid-configuration"):
            if self.whole is not None:
                return httpx2.Response(200, content=self.whole)
            return httpx2.Response(self.status, json=self.about())
        if path.endswith("/keys"):
            return httpx2.Response(200, json={"keys": [self.key.as_dict(private=False)]})
        return self._token(request)

    def about(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "id_token_signing_alg_values_supported": ["ES256", "none"],
            "authorization_response_iss_parameter_supported": True,
        } | self.metadata

    def _token(self, request: httpx2.Request) -> httpx2.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        secret = b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode()
        right = (
            asked
            and secret == "atelier:its-secret"
            and challenge == asked.get("code_challenge")
            and asked.get("code_challenge_method") == "S256"
            and form.get("redirect_uri") == asked.get("redirect_uri") == BACK
        )
        if not right or not asked:
            return httpx2.Response(400, json={"error": "invalid_grant", "error_description": "canary"})
        now = int(self.now())
        claims = {"iss": ISSUER, "sub": "user-1", "aud": "atelier", "nonce": asked["nonce"], "iat": now,
                  "exp": now + 300, "amr": ["pwd", "mfa"]}  # fmt: skip
        said = self.claims
        if isinstance(said, dict):
            said = {name: value for name, value in (claims | said).items() if value is not None}
        answer = {"access_token": "unused", "token_type": "Bearer", "id_token": self._signed(said)}
        kept = {name: value for name, value in (answer | self.token).items() if value is not None}
        return httpx2.Response(200, content=json.dumps(kept), headers={"content-type": "application/json"})

    def _signed(self, claims: Any) -> str:
        header = {"alg": "ES256", "kid": "one"} | self.header
        if not isinstance(claims, dict):
            return jws.serialize_compact(header, json.dumps(claims), self.signing or self.key, algorithms=["ES256"])
        if header["alg"] == "none":
            parts = (urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, claims))
            return ".".join((*parts, ""))
        return jwt.encode(header, claims, self.signing or self.key, algorithms=[header["alg"]])
