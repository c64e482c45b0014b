"""What the trustees certified, taken from whoever brings it: nothing may be missing, altered or signed by others.

The ledger moves on by certificates alone. A report counts when every trustee lists it; a hub that keeps a certificate
back, shows another or leaves one out only stops this node, it never makes it count twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.store import sealed
from coupole.node.store.sealing_tables import Certificate as Kept
from coupole.wire.certificates import (
    GENESIS,
    Certificate,
    CertificateChainBroken,
    check_certificate,
    check_chain,
    refusals,
)
from coupole.wire.documents import SignerUnknown, digest
from coupole.wire.slots import Slot, SlotInvalid, following, parse_slot
from coupole.wire.tabulations import Party, Tabulation


class CertificatesMissing(CoupoleError):
    """Certificates are missing between the last one known here and what is asked for."""


class Signed(NamedTuple):
    """A document as it came, with the signature beside it."""

    raw: bytes
    signature: str


class Verdict(NamedTuple):
    """What became of a slot. ``report``: the hash of this member's report that all trustees list, if they do."""

    slot: str
    number: int
    report: str | None
    outcome: str
    reason: str | None


def trustee_of(trustees: Sequence[Party], signature: str) -> str:
    """The identifier of the trustee's key that a signature names. Raises ``SignerUnknown``."""
    kid = signature.rpartition(".")[0]
    if kid not in {trustee["key"]["kid"] for trustee in trustees}:
        raise SignerUnknown()
    return kid


def take(session: Session, name: str, tabulation: Tabulation, node: str, given: Sequence[Signed]) -> list[Verdict]:
    """Check and keep the certificates that are new here, of all trustees; what they say of each slot, in order.

    ``given``: of each trustee in their order; they may begin with some that are known. Raises ``SignerUnknown``,
    ``SignatureInvalid``, ``CertificatesMissing``, ``CertificateChainBroken``, ``CertificateInvalid``,
    ``DocumentInvalid``, ``DocumentNotCanonical``.
    """
    found: list[dict[str, Certificate]] = []
    for trustee in tabulation["trustees"]:
        kid = trustee["key"]["kid"]
        mine = [one for one in given if trustee_of(tabulation["trustees"], one.signature) == kid]
        found.append({one["slot"]: one for one in _new(session, name, tabulation, trustee, mine)})
    if any(one.keys() != found[0].keys() for one in found):
        raise CertificatesMissing()
    return [_verdict(slot, [one[slot] for one in found], node) for slot in found[0]]


def _new(
    session: Session, name: str, tabulation: Tabulation, trustee: Party, given: Sequence[Signed]
) -> Iterator[Certificate]:
    """The certificates of a trustee that were not known, now kept."""
    kid, jwks = trustee["key"]["kid"], {"keys": [trustee["key"]]}
    known = sealed.certificates(session, name, kid)
    hashes = {one.sha256 for one in known}
    rest = [one for one in given if digest(one.raw) not in hashes]
    last, number = (known[-1].sha256, known[-1].number) if known else (GENESIS, 0)
    if rest and check_certificate(*rest[0], jwks)["number"] > number + 1:
        raise CertificatesMissing()
    before = parse_slot(known[-1].slot, tabulation["grain"]) if known else None
    for one, (raw, signature) in zip(check_chain(rest, last, jwks), rest, strict=True):
        slot = _slot_of(one, tabulation)
        if one["tabulation"] != name or slot is None or (before is not None and slot.order <= before.order):
            raise CertificateChainBroken(number=one["number"])
        row = Kept(
            tabulation=name,
            trustee=kid,
            number=one["number"],
            slot=one["slot"],
            sha256=digest(raw),
            body=raw,
            signature=signature,
        )
        sealed.keep(session, row)
        before = slot
        yield one


def _slot_of(certificate: Certificate, tabulation: Tabulation) -> Slot | None:
    try:
        return parse_slot(certificate["slot"], tabulation["grain"])
    except SlotInvalid:
        return None


def _verdict(slot: str, certificates: Sequence[Certificate], node: str) -> Verdict:
    """What several trustees say of one slot: counted only where all of them list the same report."""
    listed = {listed_report(one, node) for one in certificates}
    report = listed.pop() if len(listed) == 1 else None
    if report is not None:
        return Verdict(slot, certificates[0]["number"], report, "counted", None)
    void = next((one for one in certificates if one["outcome"] == "void"), None)
    # Of two trustees the second was asked first: why it refused is the cause of what the first one says.
    refused = next((reason for one in reversed(certificates) if (reason := refusals(one).get(node))), None)
    outcome = "void" if void else "refused" if refused else "left_out"
    return Verdict(slot, certificates[0]["number"], None, outcome, void.get("reason") if void else refused)


def listed_report(certificate: Certificate, node: str) -> str | None:
    """The hash of this member's report in a certificate, if one was counted."""
    members = (member for group in certificate["groups"] for member in group["members"])
    return next((member["report"] for member in members if member["node"] == node), None)


def next_slots(session: Session, name: str, tabulation: Tabulation) -> tuple[Slot, ...]:
    """What this node may be asked for next: after the last certificate, or from the first slot on."""
    grain = tabulation["grain"]
    head = sealed.head(session, name, tabulation["trustees"][0]["key"]["kid"])
    if head is not None:
        return tuple(dict.fromkeys(following(parse_slot(head.slot, grain), grain)))
    first = parse_slot(tabulation["first_slot"], grain)
    return Slot(first.period, True), first


def heads(session: Session, name: str, tabulation: Tabulation) -> Mapping[str, Kept | None]:
    """The last certificate known of each trustee, by the identifier of its key."""
    kids = [trustee["key"]["kid"] for trustee in tabulation["trustees"]]
    return {kid: sealed.head(session, name, kid) for kid in kids}
