"""Has the trustees sum the reports of a slot, and keeps what changed.

The request to a trustee is written down before it is sent, so that after a crash the very same bytes are sent again and
give the same certificate: a slot is released once and for ever.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.collection.tabulating import Counting, GroupsOverlap, SlotBeforeOpen, countable
from coupole.hub.collection.trustees import Signed, TrusteeClient, TrusteeRefused
from coupole.hub.store import Store, sealed
from coupole.hub.store.sealed_tables import Batch, Certificate, SealedReport
from coupole.wire import batches, reports
from coupole.wire.batches import Answer
from coupole.wire.certificates import GENESIS, check_chain, refusals
from coupole.wire.documents import digest, verify
from coupole.wire.field import KeyVector, P, Vector, add, to_counts
from coupole.wire.keys import Key
from coupole.wire.reports import Report


class CertificateUnexpected(CoupoleError):
    """The trustee certified something else than it was asked."""


class ReportsMissing(CoupoleError):
    """No member that the trustee admitted has sealed a report of this slot."""


@dataclass(frozen=True, slots=True)
class Released:
    """What a slot came to. ``outcome``: released, or void with its reason; ``members``: whose changes are in it."""

    slot: str
    outcome: str
    reason: str
    members: int
    refused: dict[str, str]
    left_out: tuple[str, ...]


async def total(store: Store, key: Key, trustees: Sequence[TrusteeClient], slot: str) -> Released:
    """Have a slot summed and keep what changed. Asked again, it gives what was kept.

    ``key``: the one the tabulation names as the hub's. Raises ``TabulationNotInForce``, ``SlotNotCountable``,
    ``SlotBeforeOpen``, ``ReportsMissing``, ``GroupsOverlap``, ``TrusteeSilent``, ``TrusteeRefused``, and what
    ``read_answer`` raises.
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
        return countable(session, slot)


def _groups(plan: Counting, roster: Signed) -> dict[str, str]:
    """The group of each member, as the trustee has it. Raises ``SignerUnknown``, ``SignatureInvalid``."""
    verify("roster", roster.raw, roster.signature, {"keys": [plan.document["trustees"][0]["key"]]})
    return {one["node"]: one["group"] for one in json.loads(roster.raw)["members"]}


def _batch(store: Store, asking: Asking, without: frozenset[str]) -> Batch:
    """The request as it was made, else made now and kept before anybody sees it.

    ``without``: members whose reports the trustee refused, which makes it another request. Raises ``ReportsMissing``,
    ``GroupsOverlap``.
    """
    plan, slot = asking.plan, asking.slot
    with store.writing() as session:
        made = sealed.batch(session, plan.id, slot, asking.place)
        if made and not without:
            return made
        _check_groups(session, asking)
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


def _check_groups(session: Session, asking: Asking) -> None:
    """A member stays in its group: its stock is in the sum of the one it was counted in before."""
    for one in sealed.certificates(session, asking.plan.id):
        for group in json.loads(one.body)["groups"]:
            for node in (member["node"] for member in group["members"]):
                now = asking.groups.get(node, group["id"])
                if now != group["id"]:
                    raise GroupsOverlap(groups=f"{node}: {group['id']}, {now}", year=asking.slot[:4])


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
        {node: reason for _answer, found in answers for node, reason in refusals(found).items()},
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
