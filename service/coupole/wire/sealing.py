"""Sealing a seed so that one trustee alone can open it, and only beside the report it was made for.

HPKE (RFC 9180), base mode, HKDF-SHA256, ChaCha20-Poly1305. Keys are agreed by ML-KEM-768 with X25519 (X-Wing): what
is recorded today stays closed when one of the two is broken. X25519 alone only where the trustee's key says so.

    key         public                          private
    hybrid      1,184 bytes ML-KEM then 32      64 bytes seed of ML-KEM then 32
    x25519      32                              32
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from coupole.errors import CoupoleError

Kem = Literal["mlkem768-x25519", "x25519"]
HYBRID: Kem = "mlkem768-x25519"
CLASSIC: Kem = "x25519"
PUBLIC_LENGTH: dict[Kem, int] = {HYBRID: 1216, CLASSIC: 32}
PRIVATE_LENGTH: dict[Kem, int] = {HYBRID: 96, CLASSIC: 32}
LABEL = b"coupole/1 sealed share\0"

_SUITES: dict[Kem, Suite] = {
    HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
    CLASSIC: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
}


class SealingKeyInvalid(CoupoleError):
    """The key for sealing does not hold."""


class SealedShareUnopenable(CoupoleError):
    """The sealed share does not open with this key."""


class SealingKey(NamedTuple):
    """A trustee's public key for one month, as its key list gives it."""

    id: str
    key: bytes
    kem: Kem


class PrivateKey(NamedTuple):
    """A private key that is ready to open shares. Only what ``load_private`` gives."""

    kem: Kem
    key: MLKEM768X25519PrivateKey | X25519PrivateKey

    def __repr__(self) -> str:
        return f"PrivateKey({self.kem})"


def new_private(kem: Kem = HYBRID) -> bytes:
    """A fresh private key, as it is kept."""
    x25519 = X25519PrivateKey.generate().private_bytes_raw()
    return x25519 if kem == CLASSIC else MLKEM768PrivateKey.generate().private_bytes_raw() + x25519


def load_private(kem: Kem, raw: bytes) -> PrivateKey:
    """A private key as it is kept, made ready. Raises ``SealingKeyInvalid``."""
    if len(raw) != PRIVATE_LENGTH[kem]:
        raise SealingKeyInvalid()
    x25519 = X25519PrivateKey.from_private_bytes(raw[-32:])
    if kem == CLASSIC:
        return PrivateKey(kem, x25519)
    return PrivateKey(kem, MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(raw[:-32]), x25519))


def public_of(kem: Kem, raw: bytes) -> bytes:
    """The public half of a private key as it is kept. Raises ``SealingKeyInvalid``."""
    if len(raw) != PRIVATE_LENGTH[kem]:
        raise SealingKeyInvalid()
    x25519 = X25519PrivateKey.from_private_bytes(raw[-32:]).public_key().public_bytes_raw()
    if kem == CLASSIC:
        return x25519
    return MLKEM768PrivateKey.from_seed_bytes(raw[:-32]).public_key().public_bytes_raw() + x25519


def seal(key: SealingKey, secret: bytes, ctx: bytes) -> bytes:
    """``secret`` for the holder of the private half, to be opened with the same ``ctx`` only.

    Raises ``SealingKeyInvalid``.
    """
    if len(key.key) != PUBLIC_LENGTH[key.kem]:
        raise SealingKeyInvalid()
    try:
        return _SUITES[key.kem].encrypt(secret, _public(key), LABEL + ctx)
    except ValueError:  # numbers that are no point, or one that would agree on zero with everybody
        raise SealingKeyInvalid() from None


def unseal(private: PrivateKey, sealed: bytes, ctx: bytes) -> bytes:
    """What was sealed for this key with this ``ctx``. Raises ``SealedShareUnopenable``."""
    try:
        return _SUITES[private.kem].decrypt(sealed, private.key, LABEL + ctx)
    except (InvalidTag, ValueError):
        raise SealedShareUnopenable() from None


def _public(key: SealingKey) -> MLKEM768X25519PublicKey | X25519PublicKey:
    x25519 = X25519PublicKey.from_public_bytes(key.key[-32:])
    if key.kem == CLASSIC:
        return x25519
    return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(key.key[:-32]), x25519)
