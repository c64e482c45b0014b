"""The sealed report: what a member changed since it was last counted, cut into shares that say nothing alone.

    counts = hub's share + share of each trustee, modulo p      key sums = the same, modulo 256

The share of a trustee is 32 random bytes, expanded; they travel sealed for it. The hub's share is what remains, hence
just as random. A signed header binds all parts to each other, to the member and to the slot:

    ctx       = SHA-256 of the header without what depends on its parts; both expansion and sealing depend on it
    commit    = SHA-256(salt, counts, key sums); the salt stays with the member, else whoever guesses could test a guess
    headcount = the change of the headcount less the first trustee's share: that trustee alone can read it, and no hub
                can move it to learn, from what is refused, on which side of the cap it is
    members   = what the report adds to the number of members that are counted by their rates, which is no secret: 1
                when it opens, -1 when it closes. The check of what must be 0 holds the tables to it

Packed (``application/vnd.coupole.report``): ``CPR1``, header, signature, hub's share, own part, sealed shares, each
after its length in 4 bytes, little-endian.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict, cast

import numpy as np
import orjson

from coupole.errors import CoupoleError
from coupole.standard.validation import check_against
from coupole.wire import field
from coupole.wire.documents import canonical_only, digest, sign, verify, written
from coupole.wire.field import Counts, KeyVector, Vector
from coupole.wire.keys import Key
from coupole.wire.sealing import PrivateKey, SealedShareUnopenable, SealingKey, seal, unseal
from coupole.wire.tabulations import MAX_CELLS, Shape, tabulation_id

KIND = "report"
FORM = "report_header"
MEDIA_TYPE = "application/vnd.coupole.report"
SEED = 32
SALT = 32
MAGIC = b"CPR1"
LIMITS = (8_000, 300, 9 * MAX_CELLS, 20 * MAX_CELLS, 2_000, 2_000)
"""The longest header, signature, hub's share, own part and sealed shares."""
PARTS = ("headcount", "hub_share", "sealed", "commit", "own")
"""What a header says of its parts."""

ReportKind = Literal["change", "opening", "closing"]


class ReportAltered(CoupoleError):
    """The report is not the one that its member signed."""


class ReportUnexpected(CoupoleError):
    """This is not the report that was asked for."""


class ReportUnreadable(CoupoleError):
    """The bytes are not a packed report."""


class Header(TypedDict):
    """What a report says of itself; ``len``: its number of cells."""

    v: Literal[1]
    type: Literal["report"]
    kind: ReportKind
    tabulation: str
    slot: str
    node: str
    report: str
    seq: int
    prev: str
    trustee_keys: list[str]
    len: int
    members: NotRequired[int]
    headcount: str
    hub_share: str
    sealed: str
    commit: str
    own: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it travels to the hub. ``hub_share``: 8 bytes of each count, then one of each key sum."""

    header: bytes
    signature: str
    sealed: tuple[bytes, ...]
    hub_share: bytes
    own: bytes


def make(
    tabulation_raw: bytes,
    shape: Shape,
    *,
    slot: str,
    kind: ReportKind,
    node: str,
    seq: int,
    prev: str,
    trustee_keys: Sequence[SealingKey],
    counts: Counts,
    keys: KeyVector,
    salt: bytes,
    own: bytes,
    key: Key,
) -> Report:
    """A report of these changes: ``counts`` (below 2^53 in size) and ``keys``, one of each for each cell.

    ``salt``: 32 random bytes that the member keeps; ``own``: what the hub is to hand back, already encrypted. Raises
    ``ValueError`` for a wrong length, ``SealingKeyInvalid``, ``DocumentInvalid``.
    """
    if counts.shape != (shape.cells,) or keys.shape != (shape.cells,) or len(salt) != SALT or not trustee_keys:
        raise ValueError("a report has one count and one key sum for each cell, a salt of 32 bytes, and a trustee")
    head: dict[str, Any] = {
        "v": 1,
        "type": KIND,
        "kind": kind,
        "tabulation": tabulation_id(tabulation_raw),
        "slot": slot,
        "node": node,
        "report": secrets.token_hex(16),
        "seq": seq,
        "prev": prev,
        "trustee_keys": [one.id for one in trustee_keys],
        "len": shape.cells,
    }
    if shape.members is not None:
        head["members"] = int(counts[shape.members])
    ctx = _ctx(head)
    seeds = [secrets.token_bytes(SEED) for _ in trustee_keys]
    sealed = tuple(seal(one, seed, ctx) for one, seed in zip(trustee_keys, seeds, strict=True))
    rest, hub_share = _cut(counts, keys, seeds, ctx)
    head |= {
        "headcount": str(rest[shape.headcount]),
        "hub_share": digest(hub_share),
        "sealed": digest(b"".join(sealed)),
        "commit": commitment(salt, counts, keys),
        "own": digest(own),
    }
    check_against(FORM, head)
    raw = written(head)
    return Report(raw, sign(KIND, raw, key), sealed, hub_share, own)


def _cut(counts: Counts, keys: KeyVector, seeds: Sequence[bytes], ctx: bytes) -> tuple[Vector, bytes]:
    """What remains of the counts without the first trustee's share, and the hub's share: without all of theirs."""
    rests = [field.of_counts(counts)]
    for seed in seeds:
        rests.append(field.sub(rests[-1], field.expand(seed, ctx, len(counts))))
        keys = keys - field.expand_keys(seed, ctx, len(keys))
    return rests[1], field.to_bytes(rests[-1]) + keys.tobytes()


def commitment(salt: bytes, counts: Counts, keys: KeyVector) -> str:
    """What a header says of the counts: whoever is shown counts, key sums and salt can compare."""
    return digest(salt + field.to_bytes(field.of_counts(counts)) + keys.tobytes())


def read_header(raw: bytes) -> Header:
    """A header from its bytes, whoever signed it. Raises ``DocumentInvalid``, ``DocumentNotCanonical``."""
    document = canonical_only(raw)
    check_against(FORM, document)
    return cast(Header, document)


def check_header(raw: bytes, signature: str, sealed: Sequence[bytes], jwks: Any) -> Header:
    """What a trustee holds of a report: a header signed with one of ``jwks``, and the sealed shares it speaks of.

    Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``, ``DocumentInvalid``, ``DocumentNotCanonical``,
    ``ReportAltered``.
    """
    verify(KIND, raw, signature, jwks)
    header = read_header(raw)
    if len(sealed) != len(header["trustee_keys"]) or digest(b"".join(sealed)) != header["sealed"]:
        raise ReportAltered("/sealed")
    return header


def check_report(report: Report, jwks: Any) -> Header:
    """What a hub holds of a report: all parts are those that a member with one of ``jwks`` signed.

    Raises what ``check_header`` raises, and ``VectorInvalid`` for a share that is none.
    """
    header = check_header(report.header, report.signature, report.sealed, jwks)
    if digest(report.hub_share) != header["hub_share"]:
        raise ReportAltered("/hub_share")
    if digest(report.own) != header["own"]:
        raise ReportAltered("/own")
    _half(report.hub_share, header["len"])
    return header


def check_asked(header: Header, **asked: object) -> None:
    """Raise ``ReportUnexpected`` unless each named field is what was asked: ``slot``, ``node``, ``len``…"""
    for name, value in asked.items():
        if cast(dict[str, object], header)[name] != value:
            raise ReportUnexpected(f"/{name}")


def hub_half(report: Report) -> tuple[Vector, KeyVector]:
    """The hub's share of a report. Raises ``VectorInvalid``, and what ``read_header`` raises."""
    return _half(report.hub_share, read_header(report.header)["len"])


def open_sealed(header_raw: bytes, sealed: bytes, private: PrivateKey) -> tuple[Vector, KeyVector]:
    """A trustee's share of the report with this header; ``sealed``: the one share that was sealed for it.

    The header must have been checked. Raises ``SealedShareUnopenable``.
    """
    header = orjson.loads(header_raw)
    length = header["len"]
    ctx = _ctx({name: value for name, value in header.items() if name not in PARTS})
    seed = unseal(private, sealed, ctx)
    if len(seed) != SEED:
        raise SealedShareUnopenable()
    return field.expand(seed, ctx, length), field.expand_keys(seed, ctx, length)


def zero_check(shape: Shape, half: Vector, challenge: bytes) -> int:
    """The part of the hub's share, or of a second trustee's, in a random combination of all that must be 0.

    Together with ``first_zero_check`` the parts of an honest report add up to 0 modulo p; those of any other do so once
    in 2^64, as long as the challenge was not known when the report was made.
    """
    return field.combine(_weights(shape, challenge).others, half)


def first_zero_check(header: Header, shape: Shape, half: Vector, challenge: bytes) -> int:
    """The part of the first trustee's share, with the headcount and the members that the header declares."""
    weights = _weights(shape, challenge)
    declared = weights.declared * int(header["headcount"]) - weights.members * header.get("members", 0)
    return (field.combine(weights.first, half) + declared) % field.P


def headcount_change(header: Header, shape: Shape, half: Vector) -> int:
    """The change of the headcount, for the first trustee and its share; believed once the zero check holds."""
    return field.centred((int(header["headcount"]) + int(half[shape.headcount])) % field.P)


def pack(report: Report) -> bytes:
    """The report as one body."""
    parts = (report.header, report.signature.encode(), report.hub_share, report.own, *report.sealed)
    return MAGIC + b"".join(struct.pack("<I", len(part)) + part for part in parts)


def unpack(body: bytes) -> Report:
    """The report in a body, still to be checked. Raises ``ReportUnreadable``."""
    if not body.startswith(MAGIC):
        raise ReportUnreadable()
    parts: list[bytes] = []
    at = len(MAGIC)
    while at < len(body) and len(parts) < len(LIMITS):
        end = at + 4 + int.from_bytes(body[at : at + 4], "little")
        if at + 4 > len(body) or end > len(body) or end - at - 4 > LIMITS[len(parts)]:
            raise ReportUnreadable()
        parts.append(body[at + 4 : end])
        at = end
    if at != len(body) or len(parts) < len(LIMITS) - 1 or not parts[1].isascii():
        raise ReportUnreadable()
    header, signature, hub_share, own, *sealed = parts
    return Report(header, signature.decode(), tuple(sealed), hub_share, own)


def _ctx(head: dict[str, Any]) -> bytes:
    return hashlib.sha256(written(head)).digest()


def _half(hub_share: bytes, length: int) -> tuple[Vector, KeyVector]:
    if len(hub_share) != 9 * length:
        raise field.VectorInvalid()
    return field.from_bytes(hub_share[: 8 * length], length), np.frombuffer(hub_share[8 * length :], np.uint8)


class _Weights(NamedTuple):
    """The coefficient of each cell for the first trustee and for others, and those of what a header declares."""

    first: Vector
    others: Vector
    declared: int
    members: int


@lru_cache(maxsize=4)
def _weights(shape: Shape, challenge: bytes) -> _Weights:
    """All rows, each times its random number, and two more: declared headcount less that of all others' shares, and the
    members counted by a rate less those declared.

    Kept, because all reports of a batch have one challenge.
    """
    zero = shape.zero
    coefficients = field.expand_challenge(challenge, zero.count + 2)
    headcount, members = coefficients[-2:-1], coefficients[-1:]
    first = field.scatter(zero.cell, coefficients[zero.row], zero.sign, shape.cells)
    if shape.members is not None:
        at = slice(shape.members, shape.members + 1)
        first[at] = field.add(first[at], members)
    others = first.copy()
    at = slice(shape.headcount, shape.headcount + 1)
    others[at] = field.sub(first[at], headcount)
    return _Weights(first, others, int(headcount[0]), int(members[0]))
