"""Bytes as text that may stand in JSON, headers and addresses: base64url without padding (RFC 4648, 5)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def to_text(raw: bytes) -> str:
    """Bytes in base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The bytes of such a text, in its one spelling. Raises ``ValueError``.

    Decoding alone would overlook letters that are not of the alphabet, and the unused bits of the last one.
    """
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_text(raw) != text:
        raise ValueError("bytes have one spelling")
    return raw
