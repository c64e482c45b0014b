"""Signed documents: canonical bytes, and beside them an Ed25519 signature that also says what kind of document it is.

    signed    = "coupole/1" NUL kind NUL bytes
    signature = kid "." base64url(64 bytes)

Canonical is a strict subset of RFC 8785: sorted names, no white space, letters in NFC, whole numbers below 2^53 in
size; no fractions and no null, so that nothing can be read in two ways. Bytes that would be written differently are
refused, hence the hash of a document is the hash of its bytes.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any, cast

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.jwk import OKPKey

from coupole.errors import CoupoleError
from coupole.standard.reading import canonical, parse, unescaped, without_strings
from coupole.wire.base64url import from_text, to_text
from coupole.wire.keys import Key, KeyNotFound, public_keys

MAX_BYTES = 4_000_000
"""The longest signed document anybody reads."""

LARGEST = 2**53 - 1
"""The largest number every JSON reader keeps exactly."""


WHOLE = b"0123456789-[]{},:"
"""What there is outside strings when all numbers are whole, but for ``true`` and ``false``."""
ZEROES = bytes.maketrans(b"123456789", b"000000000")
LONG = b"0" * 16
"""As many digits as may be too large a number."""


class SignatureInvalid(CoupoleError):
    """The signature does not belong to this document."""


class SignerUnknown(CoupoleError):
    """The document is signed with a key that is not known here."""


class DocumentNotCanonical(CoupoleError):
    """The document is not written in the one agreed way."""


def sign(kind: str, raw: bytes, key: Key) -> str:
    """The signature of ``raw`` as a document of that kind. Raises ``KeyNotFound`` unless ``key`` is an Ed25519 pair."""
    if not isinstance(key.jwk, OKPKey):
        raise KeyNotFound()
    made = cast(Ed25519PrivateKey, key.jwk.private_key).sign(_signed(kind, raw))
    return f"{key.kid}.{to_text(made)}"


def verify(kind: str, raw: bytes, signature: str, jwks: Any) -> None:
    """Accept only what one of the keys in ``jwks`` signed, as that kind of document.

    Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``.
    """
    kid, _, text = signature.rpartition(".")
    key = public_keys(jwks).get(kid)
    if not isinstance(key, OKPKey):
        raise SignerUnknown()
    signed = _signed(kind, raw)
    try:
        cast(Ed25519PublicKey, key.public_key).verify(from_text(text), signed)
    except (ValueError, InvalidSignature):
        raise SignatureInvalid() from None


def digest(raw: bytes) -> str:
    """SHA-256 in hexadecimal: how one document names another."""
    return hashlib.sha256(raw).hexdigest()


def canonical_only(raw: bytes) -> Any:
    """The document in ``raw``, if it is written in the one agreed way.

    Raises ``DocumentNotCanonical`` and what ``standard.reading.parse`` raises.
    """
    document = parse(raw, max_bytes=MAX_BYTES)
    if canonical(document) != raw or not _plain_text(raw, document):
        raise DocumentNotCanonical()
    return document


def written(document: Any) -> bytes:
    """The canonical bytes of a document of ours. Raises ``DocumentNotCanonical`` for what cannot be written so."""
    try:
        raw = canonical(document)
    except TypeError:
        raise DocumentNotCanonical() from None
    if not _plain_text(raw, document) or orjson.loads(raw) != document:  # a tuple or a date would be read as another
        raise DocumentNotCanonical()
    return raw


def _plain_text(raw: bytes, document: Any) -> bool:
    """``_plain`` of canonical bytes: a few searches instead of a look at every value, which took most of a check."""
    text = unescaped(raw)
    if LONG in text.translate(ZEROES):
        return _plain(document)
    # Quotation marks with nothing between them cancel each other. One string remains when nothing stands outside.
    rest = text.translate(None, WHOLE).replace(b'""', b"")
    if rest.count(b'"') > 2 or rest.strip(b'"') != rest[1:-1]:
        outside = without_strings(raw).replace(b"true", b"").replace(b"false", b"")
        if outside.translate(None, WHOLE + b'"'):
            return False
    return unicodedata.is_normalized("NFC", raw.decode())


def _plain(value: Any) -> bool:
    """Whether every value is of the agreed kinds."""
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -LARGEST <= value <= LARGEST
    if isinstance(value, dict):
        return all(map(_plain, value)) and all(map(_plain, value.values()))
    return isinstance(value, list) and all(map(_plain, value))


def _signed(kind: str, raw: bytes) -> bytes:
    if "\0" in kind:
        raise ValueError("a kind has no NUL: kind and bytes could be cut in two places")
    return b"\0".join((b"coupole/1", kind.encode(), raw))
