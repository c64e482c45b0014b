"""How a member introduces itself: who it is, where it is reached, what it speaks, which keys it signs with.

A descriptor is signed with one of its own keys. That alone proves nothing about who made it: a person compares the
fingerprint with the member, by phone or on paper, once. Later descriptors are accepted when a key known before signed
them.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Mapping
from typing import Any, TypedDict, cast

from coupole.standard.validation import check_against
from coupole.wire.documents import canonical_only, verify, written
from coupole.wire.keys import public_key

KIND = "descriptor"


class CatalogueName(TypedDict):
    """A catalogue and its version."""

    id: str
    version: str


class Software(TypedDict):
    """What a member runs."""

    name: str
    version: str


class Descriptor(TypedDict):
    """A member as it introduces itself; ``keys`` is a JSON Web Key Set, the key in use first."""

    type: str
    form: int
    node: str
    name: str
    issuer: str
    software: Software
    standard_versions: list[str]
    catalogues: list[CatalogueName]
    keys: dict[str, Any]
    country: str
    languages: list[str]


def write_descriptor(
    *,
    node: str,
    name: str,
    issuer: str,
    software: Software,
    standard_versions: list[str],
    catalogues: list[CatalogueName],
    keys: dict[str, Any],
    country: str,
    languages: list[str],
) -> bytes:
    """The canonical bytes, to be signed as ``descriptor``. Raises ``DocumentInvalid``, ``DocumentNotCanonical``."""
    document: Descriptor = {
        "type": KIND,
        "form": 1,
        "node": node,
        "name": name,
        "issuer": issuer,
        "software": software,
        "standard_versions": standard_versions,
        "catalogues": catalogues,
        "keys": keys,
        "country": country,
        "languages": languages,
    }
    check_against(KIND, document)
    return written(document)


def read_descriptor(raw: bytes, signature: str, jwks: Any = None) -> Descriptor:
    """A descriptor signed with one of ``jwks``, the keys known before; at the first meeting with one of its own.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``.
    """
    document = canonical_only(raw)
    check_against(KIND, document)
    descriptor = cast(Descriptor, document)
    verify(KIND, raw, signature, descriptor["keys"] if jwks is None else jwks)
    return descriptor


def signing_key(document: Mapping[str, Any], signature: str) -> dict[str, Any]:
    """The one of a document's own ``keys`` that its signature names; the document was read, so it is there."""
    kid = signature.rpartition(".")[0]
    found: dict[str, Any] = next(key for key in document["keys"]["keys"] if key["kid"] == kid)
    return found


def fingerprint(key: Mapping[str, Any]) -> str:
    """A public key (a JSON Web Key) as 32 letters to read aloud: ``ABCD-EFGH-…``. Raises ``KeySetInvalid``.

    The first 20 bytes of its RFC 7638 SHA-256 thumbprint, in base 32: no 0, 1 or 8 to mistake for a letter.
    """
    kept = public_key(key).as_dict(private=False)
    needed = ("crv", "kty", "x", "y") if kept["kty"] == "EC" else ("crv", "kty", "x")
    text = "{" + ",".join(f'"{name}":"{kept[name]}"' for name in needed) + "}"
    letters = b32encode(hashlib.sha256(text.encode()).digest()[:20]).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def fingerprint_matches(key: Mapping[str, Any], said: str) -> bool:
    """Whether somebody's spelling is this key's fingerprint; case, spaces and hyphens do not matter."""
    heard = "".join(letter for letter in said.upper() if letter.isalnum())
    return hmac.compare_digest(heard.encode(), fingerprint(key).replace("-", "").encode())
