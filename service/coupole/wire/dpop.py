"""The sender's side of DPoP (RFC 9449): a proof, good for one request, that the sender holds the key of its token."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from urllib.parse import urlsplit

from joserfc import jwt

from coupole.wire.base64url import to_text
from coupole.wire.keys import Key

ALGORITHMS = ("ES256", "Ed25519")
"""Elliptic curves alone: the header of an RSA proof is longer than joserfc reads."""

DEFAULT_PORTS = {"https": 443, "http": 80}


def make_proof(key: Key, method: str, url: str, access_token: str | None = None, now: datetime | None = None) -> str:
    """A proof for one request, and for one token where one is sent. Raises ``KeyNotFound`` for a key that is no pair.

    Each call makes another proof: a receiver accepts each only once.
    """
    public = {name: value for name, value in key.public().items() if name in ("kty", "crv", "x", "y")}
    header = {"typ": "dpop+jwt", "alg": key.pair.as_dict()["alg"], "jwk": public}
    claims: dict[str, str | int] = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": target(url),
        "iat": int((now or datetime.now(UTC)).timestamp()),
    }
    if access_token is not None:
        claims["ath"] = token_hash(access_token)
    return jwt.encode(header, claims, key.pair, algorithms=list(ALGORITHMS))


def target(url: str) -> str:
    """What a proof says of an address: no query, no fragment, no port that goes without saying."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}"


def token_hash(access_token: str) -> str:
    """The hash that ties a proof to a token (``ath``)."""
    return to_text(hashlib.sha256(access_token.encode()).digest())
