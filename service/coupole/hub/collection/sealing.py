"""One slot of sealed totals: ask every member for its report, have the trustees sum them, keep what changed.

Reports are written down as they come. The request to a trustee is written down before it is sent, so that after a crash
the very same bytes are sent again and give the same certificate: a slot is released once and for ever. A member that
did not answer is not in it; its next report holds both slots.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub import members
from coupole.hub.collection.outcomes import of_error
from coupole.hub.collection.tabulating import TabulationNotInForce
from coupole.hub.collection.trustees import Signed, TrusteeClient, TrusteeRefused
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.store import Store, sealed
from coupole.hub.store.sealed_tables import Batch, Certificate, SealedReport
from coupole.hub.store.tables import Member
from coupole.wire import batches, reports
from coupole.wire.base64url import to_text
from coupole.wire.batches import Answer
from coupole.wire.certificates import (
    GENESIS,
    check_chain,
    check_key_list,
    counted,
)
from coupole.wire.documents import digest, verify
from coupole.wire.field import KeyVector, P, Vector, add, to_counts
from coupole.wire.keys import Key
from coupole.wire.reports import Report, ReportKind
from coupole.wire.slots import OPENING, SlotInvalid, parse_slot
from coupole.wire.tabulations import Shape, Tabulation, shape
from coupole_client import NodeClient

Connect = Callable[[str], NodeClient]


class SlotNotCountable(CoupoleError):
    """This slot cannot be counted now."""


class SlotBeforeOpen(CoupoleError):
    """Another slot was not summed yet."""


class CertificateUnexpected(CoupoleError):
    """The trustee certified something else than it was asked."""


class ReportsMissing(CoupoleError):
    """No member that the trustee admitted has sealed a report of this slot."""


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """The tabulation in force, read once. ``issuers``: the address of each trustee."""

    id: str
    raw: bytes
    document: Tabulation
    shape: Shape
    signature: str
    countersignatures: tuple[str, ...]
    issuers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlotReport:
    """What asking for a slot came to. ``reasons``: how many members by code of the reason, empty = sealed."""

    slot: str
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Released:
    """What a slot came to. ``outcome``: released, or void with its reason; ``members``: whose changes are in it."""

    slot: str
    outcome: str
    reason: str
    members: int
    refused: dict[str, str]
    left_out: tuple[str, ...]


def counting(session: Session) -> Counting:
    """The tabulation in force. Raises ``TabulationNotInForce``."""
    kept = sealed.in_force(session)
    if kept is None:
        raise TabulationNotInForce()
    signed = sealed.countersignatures(session, kept.id)
    document = sealed.document(kept)
    return Counting(
        kept.id,
        kept.body,
        document,
        shape(document),
        kept.signature,
        tuple(one.signature for one in signed),
        tuple(one.issuer for one in signed),
    )


async def ask(
    store: Store, connect: Connect, trustees: Sequence[TrusteeClient], slot: str, *, concurrency: int = 64
) -> SlotReport:
    """Ask every member whose report of the slot is not here yet. Whatever a member does is a reason, not an accident.

    ``trustees``: in the order of the tabulation; their keys are handed on to the members. Raises
    ``TabulationNotInForce``, ``SlotNotCountable``, ``SlotBeforeOpen``, ``TrusteeSilent``.
    """
    plan, waiting = await asyncio.to_thread(_begin, store, slot)
    lists = [await trustee.keys() for trustee in trustees]
    for signed, party in zip(lists, plan.document["trustees"], strict=True):
        check_key_list(signed.raw, signed.signature, {"keys": [party["key"]]})
    made = SlotReport(slot)
    limit = asyncio.Semaphore(concurrency)

    async def one(member: Member) -> None:
        async with limit:
            kept = await _asked(store, plan, connect, member, slot, lists)
        await asyncio.to_thread(_keep, store, kept)
        made.reasons[kept.reason] += 1

    async with asyncio.TaskGroup() as group:
        for member in waiting:
            group.create_task(one(member))
    return made


def _begin(store: Store, slot: str) -> tuple[Counting, list[Member]]:
    """The tabulation, and whom to ask: nobody once the slot's request was made."""
    with store.reading() as session:
        plan = counting(session)
        _check_slot(session, plan, slot)
        if sealed.batch(session, plan.id, slot, 0):
            return plan, []
        there = {one.member for one in sealed.reports(session, plan.id, slot) if not one.reason}
        opened = _opened(session, plan) if slot.endswith(OPENING) else set()
        return plan, [one for one in members.active(session) if one.id not in there | opened]


def _check_slot(session: Session, plan: Counting, slot: str) -> None:
    grain = plan.document["grain"]
    try:
        period = parse_slot(slot, grain).period
    except SlotInvalid:
        raise SlotNotCountable(slot=slot) from None
    first = parse_slot(plan.document["first_slot"], grain).period
    if period.first < first.first or datetime.now(UTC).date() <= period.last:
        raise SlotNotCountable(slot=slot)
    for one in sealed.slots(session, plan.id):
        if one != slot and not _answered(session, plan, one):
            raise SlotBeforeOpen(slot=one)


def _answered(session: Session, plan: Counting, slot: str) -> bool:
    return all(sealed.certificate_of(session, plan.id, slot, place) for place in range(len(plan.issuers)))


def _opened(session: Session, plan: Counting) -> set[str]:
    """Members whose opening balances were counted."""
    found: set[str] = set()
    for one in sealed.certificates(session, plan.id):
        if one.slot.endswith(OPENING):
            found |= {member["node"] for group in json.loads(one.body)["groups"] for member in group["members"]}
    return found


async def _asked(
    store: Store, plan: Counting, connect: Connect, member: Member, slot: str, lists: Sequence[Signed]
) -> SealedReport:
    """Ask one member. Never raises for what it did."""
    kept = SealedReport(
        tabulation=plan.id, slot=slot, member=member.id, reason="", said="", at=datetime.now(UTC), body=b""
    )
    try:
        async with connect(member.issuer) as node:
            told = await node.propose_tabulation(plan.id, plan.raw, plan.signature, plan.countersignatures)
            question = await asyncio.to_thread(_question, store, plan, member.id, slot, lists, told)
            kept.body = await node.sealed_report(question)
        _check(plan, member, slot, reports.unpack(kept.body))
    except CoupoleError as error:
        outcome = of_error(member.id, error)
        kept.body, kept.reason, kept.said = b"", outcome.reason, outcome.said
    return kept


def _check(plan: Counting, member: Member, slot: str, report: Report) -> None:
    """Everything a report must be before it is kept. Raises what ``check_report`` and ``check_asked`` raise."""
    header = reports.check_report(report, json.loads(member.keys))
    reports.check_asked(header, tabulation=plan.id, slot=slot, node=member.id, len=plan.shape.cells)


def _kind(slot: str, told: Mapping[str, Any]) -> ReportKind:
    """What a member is asked for: its stock to be taken out, once its administrator decided to leave."""
    if slot.endswith(OPENING):
        return "opening"
    return "closing" if told.get("state") == "leaving" else "change"


def _known_there(told: Mapping[str, Any]) -> dict[str, int]:
    """The number of the last certificate of each trustee that a member says it has."""
    heads = told.get("heads")
    found = [head for head in heads if isinstance(head, dict)] if isinstance(heads, list) else []
    return {str(head.get("trustee")): head["number"] for head in found if isinstance(head.get("number"), int)}


def _question(
    store: Store, plan: Counting, member: str, slot: str, lists: Sequence[Signed], told: Mapping[str, Any]
) -> dict[str, Any]:
    """What a member is asked: the slot, and all it needs to know what became of its reports so far.

    ``told``: how it says it stands to the tabulation.
    """
    known = _known_there(told)
    with store.reading() as session:
        chains = [sealed.certificates(session, plan.id, place) for place in range(len(plan.issuers))]
        last = _last(session, plan, member, chains[0])
    asked: dict[str, Any] = {
        "tabulation": plan.id,
        "slot": slot,
        "kind": _kind(slot, told),
        "key_lists": [_text(one.raw, one.signature) for one in lists],
        "certificates": _since(plan, chains, known),
    }
    if last:
        asked["last"] = {"header": last.header.decode(), "signature": last.signature, "own": to_text(last.own)}
    return asked


def _since(plan: Counting, chains: Sequence[Sequence[Certificate]], known: Mapping[str, int]) -> list[dict[str, str]]:
    """The certificates of each trustee from the last one on that a member has."""
    return [
        _text(one.body, one.signature)
        for party, chain in zip(plan.document["trustees"], chains, strict=True)
        for one in chain
        if one.number >= known.get(party["key"]["kid"], 0)
    ]


async def bring(store: Store, connect: Connect, slot: str, *, concurrency: int = 64) -> int:
    """Bring what was published of a slot to every member that agreed, with the certificates it lacks.

    Each then sees whether its report was counted, and can compare itself. Gives how many took it; one that does not
    answer is brought the next slot's. Raises ``TabulationNotInForce``, ``SlotNotReleased``.
    """
    plan, published, waiting = await asyncio.to_thread(_published, store, slot)
    limit = asyncio.Semaphore(concurrency)

    async def one(member: Member) -> bool:
        try:
            async with limit, connect(member.issuer) as node:
                told = await node.propose_tabulation(plan.id, plan.raw, plan.signature, plan.countersignatures)
                if told.get("state") not in ("accepted", "leaving"):
                    return False
                chains = await asyncio.to_thread(_chains, store, plan)
                certificates = _since(plan, chains, _known_there(told))
                await node.bring_publication(plan.id, slot, {**published, "certificates": certificates})
                return True
        except CoupoleError:
            return False

    return sum(await asyncio.gather(*map(one, waiting)))


def _published(store: Store, slot: str) -> tuple[Counting, dict[str, str], list[Member]]:
    with store.reading() as session:
        plan = counting(session)
        kept = sealed.publication(session, plan.id, slot)
        if kept is None:
            raise SlotNotReleased()
        return plan, _text(sealed.text(kept), kept.signature), members.active(session)


def _chains(store: Store, plan: Counting) -> list[list[Certificate]]:
    with store.reading() as session:
        return [sealed.certificates(session, plan.id, place) for place in range(len(plan.issuers))]


def _last(session: Session, plan: Counting, member: str, chain: Sequence[Certificate]) -> Report | None:
    """The newest report of a member that was counted."""
    for one in reversed(chain):
        kept = sealed.report(session, plan.id, one.slot, member)
        if kept is not None and kept.body:
            report = reports.unpack(kept.body)
            if counted(json.loads(one.body), member, report.header):
                return report
    return None


def _text(raw: bytes, signature: str) -> dict[str, str]:
    return {"document": raw.decode(), "signature": signature}


def _keep(store: Store, kept: SealedReport) -> None:
    with store.writing() as session:
        session.merge(kept)


async def total(store: Store, key: Key, trustees: Sequence[TrusteeClient], slot: str) -> Released:
    """Have a slot summed and keep what changed. Asked again, it gives what was kept.

    ``key``: the one the tabulation names as the hub's. Raises ``TabulationNotInForce``, ``SlotNotCountable``,
    ``SlotBeforeOpen``, ``ReportsMissing``, ``TrusteeSilent``, ``TrusteeRefused``, and what ``read_answer`` raises.
    """
    plan = await asyncio.to_thread(_plan_of, store, slot)
    groups = _groups(plan, await trustees[0].roster())
    other: Answer | None = None
    # The first trustee adds the noise and checks what must be zero over all shares: it is asked last.
    for place in reversed(range(len(trustees))):
        asking = Asking(plan, key, slot, place, groups, other)
        other = await _summed(store, trustees[place], asking)
    return await asyncio.to_thread(_release, store, plan, slot)


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """What one trustee is asked. ``groups``: of each member; ``other``: the answer of the trustee asked before."""

    plan: Counting
    key: Key
    slot: str
    place: int
    groups: Mapping[str, str]
    other: Answer | None

    @property
    def jwks(self) -> dict[str, Any]:
        """The keys its answer must be signed with."""
        return {"keys": [self.plan.document["trustees"][self.place]["key"]]}


async def _summed(store: Store, trustee: TrusteeClient, asking: Asking) -> Answer:
    """A trustee's answer. It names the reports it refuses, a few at a time; the request is then made without them."""
    raw = await asyncio.to_thread(_known, store, asking)
    without: frozenset[str] = frozenset()
    while raw is None:
        batch = await asyncio.to_thread(_batch, store, asking, without)
        try:
            raw = await trustee.batch(batch.body, batch.signature)
        except TrusteeRefused as refusal:
            if without >= refusal.members:  # nothing new: it is refused for another reason
                raise
            without |= refusal.members
    return await asyncio.to_thread(_received, store, asking, raw)


def _plan_of(store: Store, slot: str) -> Counting:
    with store.reading() as session:
        plan = counting(session)
        _check_slot(session, plan, slot)
        return plan


def _groups(plan: Counting, roster: Signed) -> dict[str, str]:
    """The group of each member, as the trustee has it. Raises ``SignerUnknown``, ``SignatureInvalid``."""
    verify("roster", roster.raw, roster.signature, {"keys": [plan.document["trustees"][0]["key"]]})
    return {one["node"]: one["group"] for one in json.loads(roster.raw)["members"]}


def _batch(store: Store, asking: Asking, without: frozenset[str]) -> Batch:
    """The request as it was made, else made now and kept before anybody sees it.

    ``without``: members whose reports the trustee refused, which makes it another request. Raises ``ReportsMissing``.
    """
    plan, slot = asking.plan, asking.slot
    with store.writing() as session:
        made = sealed.batch(session, plan.id, slot, asking.place)
        if made and not without:
            return made
        kept = [one for one in sealed.reports(session, plan.id, slot) if one.body and one.member in asking.groups]
        if not kept:
            raise ReportsMissing(slot=slot)
        found = [(asking.groups[one.member], reports.unpack(one.body)) for one in kept]
        other = (asking.other.certificate, asking.other.signature) if asking.other else None
        counted_in = [pair for one, pair in zip(kept, found, strict=True) if one.member not in without]
        sums = _key_sums(plan, counted_in, asking.other)
        body = batches.write_batch(plan.id, slot, sums, _entries(asking, kept, found), other, sorted(without))
        return session.merge(
            Batch(
                tabulation=plan.id,
                slot=slot,
                trustee=asking.place,
                body=body,
                signature=batches.sign_batch(body, asking.key),
                made_at=datetime.now(UTC),
            )
        )


def _entries(asking: Asking, kept: Sequence[SealedReport], found: Sequence[tuple[str, Report]]) -> list[batches.Entry]:
    """Each report with the part that all shares but the trustee's own have in what must be zero."""
    challenge = batches.challenge(report.header for _group, report in found)
    entries = []
    for one, (group, report) in zip(kept, found, strict=True):
        check = reports.zero_check(asking.plan.shape, reports.hub_half(report)[0], challenge)
        if asking.other:
            check = (check + asking.other.checks.get(one.member, 0)) % P
        entries.append(batches.entry(report, check, group))
    return entries


def _key_sums(plan: Counting, found: Sequence[tuple[str, Report]], other: Answer | None) -> dict[str, KeyVector]:
    """Of each group the sum of all key shares but the trustee's own."""
    sums = {group: np.zeros(plan.shape.cells, np.uint8) for group in plan.document["groups"]}
    for group, report in found:
        sums[group] = sums[group] + reports.hub_half(report)[1]
    further = other.key_sums if other else {}
    return {group: keys + further[group] if group in further else keys for group, keys in sums.items()}


def _known(store: Store, asking: Asking) -> bytes | None:
    with store.reading() as session:
        found = sealed.certificate_of(session, asking.plan.id, asking.slot, asking.place)
        return found.answer if found else None


def _received(store: Store, asking: Asking, raw: bytes) -> Answer:
    """Check a trustee's answer against the chain so far and keep it.

    Raises ``CertificateUnexpected``, ``CertificateChainBroken`` and what ``read_answer`` raises.
    """
    plan, slot, place, jwks = asking.plan, asking.slot, asking.place, asking.jwks
    answer, certificate = batches.read_answer(raw, jwks, plan.shape.cells)
    if (certificate["tabulation"], certificate["slot"]) != (plan.id, slot):
        raise CertificateUnexpected()
    with store.writing() as session:
        if sealed.certificate_of(session, plan.id, slot, place) is None:
            chain = sealed.certificates(session, plan.id, place)
            check_chain([(answer.certificate, answer.signature)], digest(chain[-1].body) if chain else GENESIS, jwks)
            session.add(
                Certificate(
                    tabulation=plan.id,
                    trustee=place,
                    number=certificate["number"],
                    slot=slot,
                    outcome=certificate["outcome"],
                    body=answer.certificate,
                    signature=answer.signature,
                    answer=raw,
                    received_at=datetime.now(UTC),
                )
            )
    return answer


def _release(store: Store, plan: Counting, slot: str) -> Released:
    """Put the halves together. Only what every trustee certified is released."""
    with store.writing() as session:
        answers = []
        for place, party in enumerate(plan.document["trustees"]):
            kept = sealed.certificate_of(session, plan.id, slot, place)
            if kept is None:
                raise SlotBeforeOpen(slot=slot)
            answers.append(batches.read_answer(kept.answer, {"keys": [party["key"]]}, plan.shape.cells))
        certificate = answers[0][1]
        released = all(found["outcome"] == "released" for _answer, found in answers)
        counted_in = 0
        for group in certificate["groups"] if released else ():
            counted_in += len(group["members"])
            whole = _together(session, plan, slot, [one["node"] for one in group["members"]])
            for answer, _found in answers:
                whole = add(whole, answer.sums[group["id"]])
            sealed.keep_sum(session, plan.id, slot, group["id"], len(group["members"]), to_counts(whole))
    return Released(
        slot,
        "released" if released else "void",
        next((found["reason"] for _answer, found in answers if "reason" in found), ""),
        counted_in,
        {one["node"]: one["reason"] for one in certificate["refused"]},
        tuple(certificate["left_out"]),
    )


def _together(session: Session, plan: Counting, slot: str, nodes: Sequence[str]) -> Vector:
    """The sum of the hub's own shares of these members."""
    whole = np.zeros(plan.shape.cells, np.uint64)
    for node in nodes:
        kept = sealed.report(session, plan.id, slot, node)
        if kept is None or not kept.body:  # a certificate that names a report nobody sent
            raise ReportsMissing(slot=slot)
        whole = add(whole, reports.hub_half(reports.unpack(kept.body))[0])
    return whole
