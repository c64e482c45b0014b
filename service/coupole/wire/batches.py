"""What a hub asks a trustee to sum, and what it gets back.

    request   lines of canonical JSON: batch, then one batch_report for each report; signed whole, as kind "batch"
    answer    certificate and its signature, for each group the sum of the trustee's shares

The trustee is given no share of the hub's: of each report only the share's part of the zero check and of the headcount,
and of all reports of a group together the sum of the hub's key shares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, cast

import numpy as np

from coupole.errors import CoupoleError
from coupole.standard.reading import JsonTooLong, canonical, parse
from coupole.standard.validation import check_against
from coupole.wire import documents
from coupole.wire.certificates import Certificate, check_certificate, from_text, to_text
from coupole.wire.documents import canonical_only, digest, written
from coupole.wire.field import KeyVector, P, Vector, from_bytes, to_bytes
from coupole.wire.keys import Key
from coupole.wire.reports import Report

KIND = "batch"
LINE = "batch_report"
MEDIA_TYPE = "application/x-ndjson"
MAX_REQUEST = 128_000_000
MAX_ANSWER = 64_000_000
NEWLINE = b"\n"


class BatchInvalid(CoupoleError):
    """The batch is not written as agreed."""


class BatchHead(TypedDict):
    """The first line: what is to be summed."""

    type: Literal["batch"]
    form: Literal[1]
    tabulation: str
    slot: str
    reports: int
    key_sums: dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One report as the trustee gets it. ``checks``: the hub's half of the zero check and of the headcount."""

    header: bytes
    signature: str
    sealed: tuple[bytes, ...]
    checks: tuple[int, int]
    group: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a trustee gives back; ``key_sums`` only where another trustee adds the noise."""

    certificate: bytes
    signature: str
    sums: Mapping[str, Vector]
    key_sums: Mapping[str, KeyVector] = field(default_factory=dict)


def entry(report: Report, checks: tuple[int, int], group: str) -> Entry:
    """A report without the hub's share and without the member's own part."""
    return Entry(report.header, report.signature, report.sealed, checks, group)


def challenge(headers: Iterable[bytes]) -> bytes:
    """What the random combination of a batch comes from: the headers of all its reports, in order.

    Each holds the hashes of all shares, so nobody can make a report that fits a challenge.
    """
    found = hashlib.sha256()
    for header in headers:
        found.update(header)
    return found.digest()


def write_batch(tabulation: str, slot: str, key_sums: Mapping[str, KeyVector], entries: Iterable[Entry]) -> bytes:
    """The body of the request; ``key_sums``: of each group the sum of the hub's key shares.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``.
    """
    lines = [written(_line(one)) for one in entries]
    head = {
        "type": KIND,
        "form": 1,
        "tabulation": tabulation,
        "slot": slot,
        "reports": len(lines),
        "key_sums": {group: to_text(keys.tobytes()) for group, keys in key_sums.items()},
    }
    check_against(KIND, head)
    return NEWLINE.join([written(head), *lines])


def sign_batch(body: bytes, key: Key) -> str:
    """The hub's signature of a request, for the header ``Coupole-Signature``."""
    return documents.sign(KIND, digest(body).encode(), key)


def check_batch(body: bytes, signature: str, jwks: Any) -> BatchHead:
    """The first line of a request signed by a hub with one of ``jwks``; ``entries`` reads the others.

    Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``, ``JsonTooLong``, ``DocumentInvalid``,
    ``DocumentNotCanonical``.
    """
    if len(body) > MAX_REQUEST:
        raise JsonTooLong(limit=MAX_REQUEST)
    documents.verify(KIND, digest(body).encode(), signature, jwks)
    found = canonical_only(body.partition(NEWLINE)[0])
    check_against(KIND, found)
    return cast(BatchHead, found)


def entries(body: bytes) -> Iterator[Entry]:
    """The reports of a request, one at a time. Raises ``BatchInvalid`` at the first line that is none.

    Every report must be looked at once for the challenge and once to be counted: none is kept in between.
    """
    at = body.find(NEWLINE)
    while at >= 0:
        end = body.find(NEWLINE, at + 1)
        yield _entry(body[at + 1 : end if end >= 0 else len(body)])
        at = end


def key_sum(head: BatchHead, group: str, cells: int) -> KeyVector:
    """The sum of the hub's key shares of a group. Raises ``BatchInvalid`` where it is missing or of another length."""
    return _bytes_of(head["key_sums"], group, cells)


def write_answer(answer: Answer) -> bytes:
    """The body of the answer."""
    document: dict[str, Any] = {
        "certificate": answer.certificate.decode(),
        "signature": answer.signature,
        "sums": {group: to_text(to_bytes(vector)) for group, vector in answer.sums.items()},
    }
    if answer.key_sums:
        document["keys"] = {group: to_text(keys.tobytes()) for group, keys in answer.key_sums.items()}
    return canonical(document)


def read_answer(body: bytes, jwks: Any, cells: int) -> tuple[Answer, Certificate]:
    """An answer signed by a trustee with one of ``jwks``: its sums are those that its certificate names.

    Raises what ``check_certificate`` raises, ``BatchInvalid``, ``VectorInvalid`` and what ``parse`` raises.
    """
    document = parse(body, max_bytes=MAX_ANSWER)
    try:
        raw, signature = document["certificate"].encode(), document["signature"]
        sums, keys = dict(document["sums"]), dict(document.get("keys", {}))
        known = document.keys() <= {"certificate", "signature", "sums", "keys"} and isinstance(signature, str)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BatchInvalid() from None
    certificate = check_certificate(raw, signature if known else "", jwks)
    hashes = {group["id"]: group["sum"] for group in certificate["groups"]}
    if sums.keys() != hashes.keys() or (keys and keys.keys() != hashes.keys()):
        raise BatchInvalid("/sums")
    vectors = {group: _sum_of(sums, group, cells, said) for group, said in hashes.items()}
    key_sums = {group: _bytes_of(keys, group, cells) for group in keys}
    return Answer(raw, signature, vectors, key_sums), certificate


def _line(one: Entry) -> dict[str, Any]:
    return {
        "header": one.header.decode(),
        "signature": one.signature,
        "sealed": [to_text(part) for part in one.sealed],
        "checks": [str(value) for value in one.checks],
        "group": one.group,
    }


def _entry(line: bytes) -> Entry:
    try:
        found = canonical_only(line)
        check_against(LINE, found)
        zero, headcount = (int(value) for value in found["checks"])
        if max(zero, headcount) >= P:
            raise BatchInvalid()
        sealed = tuple(from_text(part) for part in found["sealed"])
        return Entry(found["header"].encode(), found["signature"], sealed, (zero, headcount), found["group"])
    except (CoupoleError, ValueError):
        raise BatchInvalid() from None


def _bytes_of(texts: Mapping[str, Any], group: str, length: int) -> KeyVector:
    try:
        raw = from_text(texts[group])
    except (KeyError, ValueError, TypeError):
        raise BatchInvalid() from None
    if len(raw) != length:
        raise BatchInvalid()
    return np.frombuffer(raw, np.uint8)


def _sum_of(texts: Mapping[str, Any], group: str, cells: int, said: str) -> Vector:
    raw = _bytes_of(texts, group, 8 * cells).tobytes()
    if digest(raw) != said:
        raise BatchInvalid("/sums")
    return from_bytes(raw, cells)
