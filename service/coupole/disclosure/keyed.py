"""Numbers that only the holder of a cell secret can tell: the one keyed function of the noise and of record keys.

    key    = BLAKE2b-256, keyed with the cell secret, personalised with the purpose
    number = AES-256 of one block of sixteen bytes

AES under a secret key cannot be told from a random function by anybody who sees fewer than some 2^60 blocks of it; what
goes in is always one whole block, so no mode of operation is needed (the ECB of the library is the bare cipher), and
equal blocks are meant to give equal numbers. A keyed hash would do the same, but a call for each of five thousand
dossiers and ten thousand figures took half of the time of a release; the cipher takes all blocks in one call.
"""

from __future__ import annotations

import hashlib

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

Words = NDArray[np.uint64]


def keyed(secret: bytes, purpose: str, first: Words, second: Words) -> Words:
    """Two words for each pair of words, whatever their shape; shape (…, 2). ``purpose``: at most 16 letters."""
    key = hashlib.blake2b(key=secret, digest_size=32, person=purpose.encode()).digest()
    blocks = np.stack([first, second], axis=-1).astype("<u8").tobytes()
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - see above
    return np.frombuffer(cipher.update(blocks), "<u8").astype(np.uint64).reshape(*first.shape, 2)
