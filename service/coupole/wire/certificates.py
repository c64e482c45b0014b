"""What a trustee publishes: the keys that shares are sealed for, and for each slot whose reports were counted.

Certificates of one tabulation and trustee are numbered and each names the one before, so none can be left out, changed
or put in later without everybody who keeps the last one noticing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, NotRequired, TypedDict, cast

import orjson

from coupole.errors import CoupoleError, Finding
from coupole.standard.validation import check_against
from coupole.wire.base64url import from_text, to_text
from coupole.wire.documents import canonical_only, digest, verify, written
from coupole.wire.sealing import PUBLIC_LENGTH, Kem, SealingKey

KEY_LIST = "key_list"
CERTIFICATE = "certificate"
GENESIS = hashlib.sha256(b"coupole trustee 1").hexdigest()
"""What the first document of a chain names as the one before it."""


KEPT = timedelta(days=60)
"""How long after its month a trustee keeps the private half of a key at most."""


class KeyListInvalid(CoupoleError):
    """The list of keys contradicts itself."""


class SealingKeyMissing(CoupoleError):
    """The trustee has no key for this period."""


class CertificateInvalid(CoupoleError):
    """The certificate contradicts itself."""


class CertificateChainBroken(CoupoleError):
    """The certificates do not follow each other as they were signed."""


class ListedKey(TypedDict):
    """The public key of one month, in base64url, and the last day on which its private half exists."""

    id: str
    slot: str
    kem: Kem
    key: str
    destroyed_by: str


class KeyList(TypedDict):
    """A trustee's public keys, one a month."""

    type: Literal["key_list"]
    form: Literal[1]
    trustee: str
    made_at: str
    keys: list[ListedKey]


class CountedReport(TypedDict):
    """A member whose report was counted; ``report``: SHA-256 of its header."""

    node: str
    report: str


class CountedGroup(TypedDict):
    """A group that was summed, with the hashes of its sum and of its key sums so far."""

    id: str
    members: list[CountedReport]
    sum: str
    state: str


class Refused(TypedDict):
    """A member whose report was not counted, and the code of the reason."""

    node: str
    reason: str


class Certificate(TypedDict):
    """What became of one slot; ``batch``: SHA-256 of the request that was summed, for an audit."""

    type: Literal["certificate"]
    form: Literal[1]
    number: int
    previous: str
    trustee: str
    tabulation: str
    slot: str
    batch: NotRequired[str]
    outcome: Literal["released", "void"]
    reason: NotRequired[str]
    groups: list[CountedGroup]
    refused: list[Refused]
    left_out: list[str]
    made_at: str


def write_key_list(document: KeyList) -> bytes:
    """The canonical bytes. Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``KeyListInvalid``."""
    raw = written(document)
    check_against(KEY_LIST, document)
    _check_keys(document)
    return raw


def check_key_list(raw: bytes, signature: str, jwks: Any) -> KeyList:
    """A key list signed by a trustee with one of ``jwks``.

    Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``, ``DocumentInvalid``, ``DocumentNotCanonical``,
    ``KeyListInvalid``.
    """
    verify(KEY_LIST, raw, signature, jwks)
    found = canonical_only(raw)
    check_against(KEY_LIST, found)
    document = cast(KeyList, found)
    _check_keys(document)
    return document


def listed(id_: str, slot: str, kem: Kem, key: bytes, destroyed_by: str) -> ListedKey:
    """A public key as it stands in a list; ``slot``: a month, ``destroyed_by``: a date."""
    return {"id": id_, "slot": slot, "kem": kem, "key": to_text(key), "destroyed_by": destroyed_by}


def sealing_key(document: KeyList, slot: str) -> SealingKey:
    """The key that shares of a slot are sealed for. Raises ``SealingKeyMissing``."""
    month = key_month(slot)
    for one in document["keys"]:
        if one["slot"] == month:
            return SealingKey(one["id"], from_text(one["key"]), one["kem"])
    raise SealingKeyMissing()


def key_month(slot: str) -> str:
    """The month whose key a slot takes: its own, the last one of a quarter, with opening balances or without."""
    period = slot.partition("/")[0]
    year, _, part = period.partition("-")
    return f"{year}-{3 * int(part[1]):02}" if part.startswith("Q") else period


def write_certificate(document: Certificate) -> bytes:
    """The canonical bytes. Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``CertificateInvalid``."""
    raw = written(document)
    check_against(CERTIFICATE, document)
    _check_sense(document)
    return raw


def check_certificate(raw: bytes, signature: str, jwks: Any) -> Certificate:
    """A certificate signed by a trustee with one of ``jwks``, wherever it stands in its chain.

    Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``, ``DocumentInvalid``, ``DocumentNotCanonical``,
    ``CertificateInvalid``.
    """
    verify(CERTIFICATE, raw, signature, jwks)
    found = canonical_only(raw)
    check_against(CERTIFICATE, found)
    document = cast(Certificate, found)
    _check_sense(document)
    return document


def check_chain(chain: Sequence[tuple[bytes, str]], previous: str, jwks: Any) -> list[Certificate]:
    """Certificates that follow each other, the first one after ``previous``, all signed by one trustee.

    ``chain``: bytes and signatures; ``previous``: the hash of the last one seen, or ``GENESIS``. Raises
    ``CertificateChainBroken`` and what ``check_certificate`` raises.
    """
    made: list[Certificate] = []
    for raw, signature in chain:
        found = check_certificate(raw, signature, jwks)
        if found["previous"] != previous or (made and not _follows(made[-1], found)):
            raise CertificateChainBroken(number=found["number"])
        previous = digest(raw)
        made.append(found)
    return made


def counted(certificate: Certificate, node: str, header: bytes) -> str | None:
    """The group in which this member's report was counted; nothing if it was not, or if another one was."""
    for group in certificate["groups"]:
        if {"node": node, "report": digest(header)} in group["members"]:
            return group["id"]
    return None


def write_log(trustee: str, roster: Mapping[str, Any], certificates: Iterable[bytes]) -> bytes:
    """The canonical bytes of a trustee's log: the newest roster and every certificate by its hash."""
    ends = []
    for raw in certificates:
        one = orjson.loads(raw)
        ends.append(
            {**{name: one[name] for name in ("tabulation", "number", "slot", "outcome")}, "digest": digest(raw)}
        )
    return written({"type": "log", "form": 1, "trustee": trustee, "roster": dict(roster), "certificates": ends})


def last_counted(certificates: Iterable[Certificate]) -> dict[str, Certificate]:
    """Of each member the last of these certificates that counted it; they are given in order."""
    return {member["node"]: one for one in certificates for group in one["groups"] for member in group["members"]}


def refusals(certificate: Certificate) -> dict[str, str]:
    """Whose report was not counted, and the code of the reason."""
    return {one["node"]: one["reason"] for one in certificate["refused"]}


def _follows(one: Certificate, other: Certificate) -> bool:
    same = (one["trustee"], one["tabulation"]) == (other["trustee"], other["tabulation"])
    return same and other["number"] == one["number"] + 1


def _check_keys(document: KeyList) -> None:
    findings = [Finding("key_list_inconsistent", pointer) for pointer in _wrong_keys(document)]
    if findings:
        raise KeyListInvalid(findings=findings)


def _wrong_keys(document: KeyList) -> Iterator[str]:
    ids: set[str] = set()
    slots: set[str] = set()
    for number, one in enumerate(document["keys"]):
        if one["id"] in ids:
            yield f"/keys/{number}/id"
        if one["slot"] in slots:
            yield f"/keys/{number}/slot"
        ids.add(one["id"])
        slots.add(one["slot"])
        try:
            fits = len(from_text(one["key"])) == PUBLIC_LENGTH[one["kem"]]
        except ValueError:
            fits = False
        if not fits:
            yield f"/keys/{number}/key"


def _check_sense(document: Certificate) -> None:
    findings = [Finding("certificate_inconsistent", pointer) for pointer in _nonsense(document)]
    if findings:
        raise CertificateInvalid(findings=findings)


def _nonsense(document: Certificate) -> Iterator[str]:
    """Pointers to what cannot be."""
    if (document["number"] == 1) != (document["previous"] == GENESIS):
        yield "/previous"
    groups = [group["id"] for group in document["groups"]]
    if len({*groups, *document["left_out"]}) < len(groups) + len(document["left_out"]):
        yield "/groups"
    members = [one["node"] for group in document["groups"] for one in group["members"]]
    if len(set(members)) < len(members):
        yield "/groups"
    if not set(members).isdisjoint(one["node"] for one in document["refused"]):
        yield "/refused"
