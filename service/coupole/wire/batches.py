"""What a hub asks a trustee to sum, and what it gets back.

    request   lines of canonical JSON: batch, then one batch_report for each report; signed whole, as kind "batch"
    answer    certificate and its signature, for each group the sum of the trustee's shares

The trustee is given no share of the hub: of each report only its part of the zero check, and of all reports of a group
together the sum of the hub's key shares. Where there are two trustees the second is asked first; it gives its key sums
and its own parts of the zero checks, which the hub adds to those of its shares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict, cast

import numpy as np

from coupole.errors import CoupoleError
from coupole.standard.reading import JsonTooLong, canonical, parse
from coupole.standard.validation import check_against
from coupole.wire import documents
from coupole.wire.base64url import from_text, to_text
from coupole.wire.certificates import Certificate, check_certificate
from coupole.wire.documents import canonical_only, digest, written
from coupole.wire.field import KeyVector, P, Vector, from_bytes, to_bytes
from coupole.wire.keys import Key
from coupole.wire.reports import Report

KIND = "batch"
LINE = "batch_report"
ANSWER = "batch_answer"
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
    other: NotRequired[dict[str, str]]
    without: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One report as the trustee gets it. ``check``: the part that all shares but its own have in the zero check."""

    header: bytes
    signature: str
    sealed: tuple[bytes, ...]
    check: int
    group: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a trustee gives back.

    Where another trustee adds the noise also the key sums of each group, and for each member the part that this
    trustee's share of its report has in the zero check.
    """

    certificate: bytes
    signature: str
    sums: Mapping[str, Vector]
    key_sums: Mapping[str, KeyVector] = field(default_factory=dict)
    checks: Mapping[str, int] = field(default_factory=dict)


def entry(report: Report, check: int, group: str) -> Entry:
    """A report without the hub's share and without the member's own part."""
    return Entry(report.header, report.signature, report.sealed, check, group)


def challenge(headers: Iterable[bytes]) -> bytes:
    """What the random combination of a batch comes from: the headers of all its reports, in order.

    Each holds the hashes of all shares, so nobody can make a report that fits a challenge.
    """
    found = hashlib.sha256()
    for header in headers:
        found.update(header)
    return found.digest()


def write_batch(
    tabulation: str,
    slot: str,
    key_sums: Mapping[str, KeyVector],
    entries: Iterable[Entry],
    other: tuple[bytes, str] | None = None,
    without: Sequence[str] = (),
) -> bytes:
    """The body of the request; ``key_sums``: of each group the sum of the hub's key shares.

    ``other``: certificate and signature of the trustee that was asked before. ``without``: members whose reports the
    trustee refused when it was asked first, and whose key shares are in no sum. Raises ``DocumentInvalid``,
    ``DocumentNotCanonical``.
    """
    lines = [written(_line(one)) for one in entries]
    head: dict[str, Any] = {
        "type": KIND,
        "form": 1,
        "tabulation": tabulation,
        "slot": slot,
        "reports": len(lines),
        "key_sums": {group: to_text(keys.tobytes()) for group, keys in key_sums.items()},
    }
    if other is not None:
        head["other"] = {"certificate": other[0].decode(), "signature": other[1]}
    if without:
        head["without"] = sorted(without)
    check_against(KIND, head)
    return NEWLINE.join([written(head), *lines])


def sign_batch(body: bytes, key: Key) -> str:
    """The hub's signature of a request, for the header ``Coupole-Signature``."""
    return documents.sign(KIND, digest(body).encode(), key)


def tabulation_of(body: bytes) -> str:
    """Which tabulation a request is about, whoever signed it: it says which hub must have.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical`` and what ``parse`` raises.
    """
    return _head(body)["tabulation"]


def check_batch(body: bytes, signature: str, jwks: Any) -> BatchHead:
    """The first line of a request signed by a hub with one of ``jwks``; ``entries`` reads the others.

    Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``, ``JsonTooLong``, ``DocumentInvalid``,
    ``DocumentNotCanonical``.
    """
    if len(body) > MAX_REQUEST:
        raise JsonTooLong(limit=MAX_REQUEST)
    documents.verify(KIND, digest(body).encode(), signature, jwks)
    return _head(body)


def other_certificate(head: BatchHead, jwks: Any) -> Certificate:
    """What the trustee that was asked before counted of the same slot.

    Raises ``BatchInvalid`` where it is missing or about something else, and what ``check_certificate`` raises.
    """
    given = head.get("other")
    found = check_certificate(given["certificate"].encode(), given["signature"], jwks) if given else None
    if found is None or (found["tabulation"], found["slot"]) != (head["tabulation"], head["slot"]):
        raise BatchInvalid("/other")
    return found


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
    return canonical(
        {
            "certificate": answer.certificate.decode(),
            "signature": answer.signature,
            "sums": {group: to_text(to_bytes(vector)) for group, vector in answer.sums.items()},
            "keys": {group: to_text(keys.tobytes()) for group, keys in answer.key_sums.items()},
            "checks": {node: str(check) for node, check in answer.checks.items()},
        }
    )


def read_answer(body: bytes, jwks: Any, cells: int) -> tuple[Answer, Certificate]:
    """An answer signed by a trustee with one of ``jwks``: its sums are those that its certificate names.

    Raises what ``check_certificate`` and ``parse`` raise, ``DocumentInvalid``, ``BatchInvalid``, ``VectorInvalid``.
    """
    found = parse(body, max_bytes=MAX_ANSWER)
    check_against(ANSWER, found)
    raw = found["certificate"].encode()
    certificate = check_certificate(raw, found["signature"], jwks)
    hashes = {group["id"]: group["sum"] for group in certificate["groups"]}
    if found["sums"].keys() != hashes.keys():
        raise BatchInvalid("/sums")
    sums = {group: _sum_of(found["sums"], group, cells, said) for group, said in hashes.items()}
    keys = {group: _bytes_of(found["keys"], group, cells) for group in found["keys"]}
    checks = {node: _element(check) for node, check in found["checks"].items()}
    return Answer(raw, found["signature"], sums, keys, checks), certificate


def _head(body: bytes) -> BatchHead:
    end = body.find(NEWLINE)
    found = canonical_only(body[:end] if end >= 0 else body)  # what follows may be 50 megabytes: it is not copied
    check_against(KIND, found)
    return cast(BatchHead, found)


def _line(one: Entry) -> dict[str, Any]:
    return {
        "header": one.header.decode(),
        "signature": one.signature,
        "sealed": [to_text(part) for part in one.sealed],
        "check": str(one.check),
        "group": one.group,
    }


def _entry(line: bytes) -> Entry:
    try:
        found = canonical_only(line)
        check_against(LINE, found)
        check = _element(found["check"])
        sealed = tuple(from_text(part) for part in found["sealed"])
        return Entry(found["header"].encode(), found["signature"], sealed, check, found["group"])
    except (CoupoleError, ValueError):
        raise BatchInvalid() from None


def _element(text: str) -> int:
    value = int(text)
    if value >= P:
        raise BatchInvalid()
    return value


def _bytes_of(texts: Mapping[str, str], group: str, length: int) -> KeyVector:
    try:
        raw = from_text(texts[group])
    except (KeyError, ValueError):
        raise BatchInvalid() from None
    if len(raw) != length:
        raise BatchInvalid()
    return np.frombuffer(raw, np.uint8)


def _sum_of(texts: Mapping[str, str], group: str, cells: int, said: str) -> Vector:
    raw = _bytes_of(texts, group, 8 * cells).tobytes()
    if digest(raw) != said:
        raise BatchInvalid("/sums")
    return from_bytes(raw, cells)
