"""Signed tokens of others, read with suspicion.

The one place where a JWT is decoded: joserfc is told which single algorithm and which single key, text that two
readers would read differently is refused, and joserfc's own reading of claims is not used (it takes duplicate names
and checks no time). Its check of a header is asked once for each header: to have it read text and header anew with
every request took twice as long as the mathematics.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

from coupole.errors import CoupoleError
from coupole.standard.reading import parse

PublicKey = ECKey | OKPKey | RSAKey

ALGORITHMS: dict[str, tuple[str, str]] = {
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "PS256": ("RSA", ""),
    "Ed25519": ("OKP", "Ed25519"),
}
"""What may sign an assertion, and the kind of key it takes. FAPI 2.0 5.4.1, and ES384 for SMART Backend Services."""

FAMILIES: dict[str, Callable[[dict[str, Any]], PublicKey]] = {
    "EC": ECKey.import_key,
    "RSA": RSAKey.import_key,
    "OKP": OKPKey.import_key,
}

REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS))

LONGEST = 8_000
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def header_of(text: str) -> Mapping[str, Any] | None:
    """The header of a compact JWS, not verified; none when it is not one, or asks for an extension."""
    if len(text) > LONGEST or not _COMPACT.fullmatch(text):
        return None
    return _header(text.partition(".")[0])


@lru_cache(maxsize=1024)
def _header(encoded: str) -> Mapping[str, Any] | None:
    """Remembered, because a client sends the same header with every request."""
    header = part(encoded)
    return MappingProxyType(header) if header is not None and not {"crit", "b64"} & header.keys() else None


def unverified(text: str) -> dict[str, Any] | None:
    """What a JWT claims, before anybody checked it. ``header_of`` has been asked first."""
    return part(text.split(".")[1])


def part(encoded: str) -> dict[str, Any] | None:
    """A JSON object in base64url; none when it is not one."""
    try:
        value = parse(urlsafe_b64decode(encoded.encode()), max_bytes=LONGEST)
    except (CoupoleError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def verified(text: str, key: PublicKey, algorithm: str) -> dict[str, Any] | None:
    """The claims, if this key signed them with this algorithm; none otherwise. ``header_of`` has been asked first."""
    signed, _, signature = text.rpartition(".")
    encoded, _, claims = signed.partition(".")
    if _algorithm(encoded) != algorithm:
        return None
    method = REGISTRY.get_alg(algorithm)
    try:
        method.check_key(key)
        holds = method.verify(signed.encode(), urlsafe_b64decode(signature.encode()), key)
    except (JoseError, ValueError):
        return None
    return part(claims) if holds else None


@lru_cache(maxsize=1024)
def _algorithm(encoded: str) -> str | None:
    """The algorithm a header names; none when joserfc would not take the header, or not its length."""
    header = _header(encoded)
    if header is None or len(encoded) > REGISTRY.max_header_length:
        return None
    try:
        REGISTRY.check_header(dict(header))
    except (JoseError, ValueError):
        return None
    named = header.get("alg")
    return named if named in ALGORITHMS else None


def kind_of(jwk: dict[str, Any]) -> str | None:
    """The algorithm a JSON Web Key signs with here; none when it is not of a kind that is accepted."""
    kind = (jwk.get("kty"), "" if jwk.get("kty") == "RSA" else jwk.get("crv"))
    return next((name for name, accepted in ALGORITHMS.items() if accepted == kind), None)


def load_key(jwk: dict[str, Any], algorithm: str) -> PublicKey | None:
    """The public key of a JWK whose kind is that of the algorithm; none when its numbers are not a key."""
    try:
        key = FAMILIES[ALGORITHMS[algorithm][0]](jwk)
        key.public_key  # noqa: B018  # joserfc looks at the numbers only now: a point off the curve fails here
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key


def moment(value: Any) -> float | None:
    """A NumericDate; none for anything that is not a plain number."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
