"""Numbers modulo p = 2^64 - 2^32 + 1, by vectors: what counts are cut into shares in.

    element   an integer 0 … p - 1, kept in 64 bits; a negative count -n is p - n
    bytes     8 of each element, little-endian

A number below p drawn at random and added hides a count completely. p is prime, so a wrong sum is wrong by something
that has an inverse: no factor hides it from a random combination, as a factor of 2 would modulo 2^64. It is the Field64
of the IETF's verifiable aggregation functions (draft-irtf-cfrg-vdaf), so their proofs could be added one day.

Everything here is exact whole-number arithmetic on numpy arrays; nothing is ever larger than 64 bits, because 2^64 is
2^32 - 1 modulo p.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from coupole.errors import CoupoleError

P = 2**64 - 2**32 + 1

Vector = NDArray[np.uint64]
"""Elements of the field, each below ``P``."""
KeyVector = NDArray[np.uint8]
"""Sums of person keys modulo 256."""
Counts = NDArray[np.int64]

_P = np.uint64(P)
_WRAP = np.uint64(2**32 - 1)
"""2^64 modulo p."""
_LOW = np.uint64(2**32 - 1)
_HALF = np.uint64(32)
_SPARE = 4
"""Words drawn more than are needed: one in 2^32 is skipped."""
_LIMBS = np.array([[1 << (16 * (one + other)) for other in range(4)] for one in range(4)], dtype=object)
MAX_LENGTH = 2**20
"""The longest vector: with it a sum of products of 16-bit limbs is still exact in 53 bits."""


class VectorInvalid(CoupoleError):
    """These bytes are not numbers of the agreed field."""


def add(one: Vector, other: Vector) -> Vector:
    """The sum, element by element."""
    total: Vector = one + other
    return total + _WRAP * ((total < one) | (total >= _P))


def sub(one: Vector, other: Vector) -> Vector:
    """The difference, element by element."""
    difference: Vector = one - other
    return difference - _WRAP * (one < other)


def neg(one: Vector) -> Vector:
    """The opposite of each element."""
    opposite: Vector = (_P - one) * (one != 0)
    return opposite


def of_counts(counts: Counts) -> Vector:
    """Counts, negative ones too, as elements."""
    return counts.astype(np.uint64) - _WRAP * (counts < 0)


def to_counts(vector: Vector) -> Counts:
    """Elements as the counts nearest to 0 that they stand for."""
    return (vector + _WRAP * (vector > _P // np.uint64(2))).astype(np.int64)


def centred(element: int) -> int:
    """One element as the count nearest to 0 that it stands for."""
    return element - P if element > P // 2 else element


def to_bytes(vector: Vector) -> bytes:
    """8 bytes of each element, little-endian."""
    return vector.astype("<u8", copy=False).tobytes()


def from_bytes(raw: bytes, length: int) -> Vector:
    """``length`` elements. Raises ``VectorInvalid`` for another length or a number that is not below p."""
    if len(raw) != 8 * length:
        raise VectorInvalid()
    vector = np.frombuffer(raw, "<u8").astype(np.uint64, copy=False)
    if (vector >= _P).any():
        raise VectorInvalid()
    return vector


def expand(seed: bytes, ctx: bytes, length: int) -> Vector:
    """The share that ``seed`` stands for in this context: ``length`` elements, evenly distributed."""
    return _elements(b"coupole/1 share\0" + seed + ctx, length)


def expand_keys(seed: bytes, ctx: bytes, length: int) -> KeyVector:
    """The share of key sums that ``seed`` stands for: ``length`` bytes."""
    return np.frombuffer(hashlib.shake_256(b"coupole/1 keys\0" + seed + ctx).digest(length), np.uint8)


def expand_challenge(challenge: bytes, length: int) -> Vector:
    """The random coefficients that a challenge stands for."""
    return _elements(b"coupole/1 check\0" + challenge, length)


def combine(coefficients: Vector, values: Vector) -> int:
    """The sum of the products, modulo p; both of one length, at most ``MAX_LENGTH``.

    Raises ``VectorInvalid``. Cut into limbs of 16 bits, products of which add up exactly in a float's 53 bits: a matrix
    product does in one call what would be twenty passes over 64-bit numbers.
    """
    if len(coefficients) != len(values) or len(values) > MAX_LENGTH:
        raise VectorInvalid()
    products = _in_limbs(coefficients).T @ _in_limbs(values)
    return int((products.astype(np.int64).astype(object) * _LIMBS).sum()) % P


def scatter(places: NDArray[np.intp], values: Vector, signs: NDArray[np.int8], length: int) -> Vector:
    """``length`` elements: at each place the sum of the values for it, each times its sign, 1 or -1.

    At most ``MAX_LENGTH`` values, else ``VectorInvalid``.
    """
    if len(values) > MAX_LENGTH:
        raise VectorInvalid()
    signed = np.where(signs < 0, neg(values), values)
    low = np.bincount(places, (signed & _LOW).astype(np.float64), length).astype(np.uint64)
    high = np.bincount(places, (signed >> _HALF).astype(np.float64), length).astype(np.uint64)
    # high * 2^32, high below 2^52: its own upper half stands for multiples of 2^64.
    shifted = _reduced((high & _LOW) << _HALF)
    return add(add(shifted, (high >> _HALF) * _WRAP), low)


def _elements(text: bytes, length: int) -> Vector:
    spare = _SPARE
    while True:
        words = np.frombuffer(hashlib.shake_256(text).digest(8 * (length + spare)), "<u8")
        found = words[words < _P] if (words >= _P).any() else words
        if len(found) >= length:
            return found[:length].astype(np.uint64, copy=False)
        spare *= 2


def _in_limbs(vector: Vector) -> NDArray[np.float64]:
    return np.ascontiguousarray(vector, "<u8").view("<u2").reshape(-1, 4).astype(np.float64)


def _reduced(words: Vector) -> Vector:
    return words + _WRAP * (words >= _P)
