"""Holds a long body until it is complete, so that neither a slow sender nor a slow reader keeps the database waiting.

The first megabytes stay in memory, the rest goes to an unnamed file; all of it sealed under a key that nobody keeps,
for what stays behind on a disk after a file is gone may hold names.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

IN_MEMORY = 32_000_000
PIECE = 1_000_000


class Spool:
    """Bytes written once, read once, and gone when closed. ``size`` and ``sha256`` are those of what was written."""

    def __init__(self) -> None:
        self._key = AESGCM(os.urandom(32))
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by close()
        self._lengths: list[int] = []
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The hash of what was written so far."""
        return self._digest.hexdigest()

    def write(self, part: bytes) -> None:
        """Add some bytes."""
        self._digest.update(part)
        self.size += len(part)
        self._waiting += part
        if len(self._waiting) >= PIECE:
            self._put()

    def pieces(self) -> Iterator[bytes]:
        """Everything written, in pieces of about a megabyte."""
        if self._waiting:
            self._put()
        self._file.seek(0)
        for number, length in enumerate(self._lengths):
            yield self._key.decrypt(number.to_bytes(12), self._file.read(length), None)

    def lines(self, longest: int) -> Iterator[bytes]:
        """Everything written, line by line; of a line longer than that only so much that it is seen to be."""
        rest = b""
        for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            rest = rest[: longest + 1]
        if rest:
            yield rest

    def close(self) -> None:
        """Forget it."""
        self._file.close()
        self._waiting.clear()

    def _put(self) -> None:
        # The key is used for this spool alone, so a counter is a nonce that never comes twice.
        sealed = self._key.encrypt(len(self._lengths).to_bytes(12), bytes(self._waiting), None)
        self._file.write(sealed)
        self._lengths.append(len(sealed))
        self._waiting.clear()
