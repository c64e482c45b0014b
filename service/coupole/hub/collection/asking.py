"""Asks every member for its sealed report of a slot, and brings to each what was published of one.

Reports are written down as they come. A member that did not answer is not in the slot; its next report holds both.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub import members
from coupole.hub.collection.connecting import Connect
from coupole.hub.collection.outcomes import of_error
from coupole.hub.collection.tabulating import Counting, countable, counting
from coupole.hub.collection.trustees import Signed, TrusteeClient
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.store import Store, sealed
from coupole.hub.store.sealed_tables import SealedReport
from coupole.hub.store.tables import Member
from coupole.wire import reports
from coupole.wire.base64url import to_text
from coupole.wire.certificates import check_key_list, last_counted
from coupole.wire.reports import ReportKind
from coupole.wire.slots import OPENING

Chains = Sequence[Sequence[Row[Any]]]
"""Of each trustee the certificates so far, in order."""


@dataclass(frozen=True, slots=True)
class SlotReport:
    """What asking for a slot came to. ``reasons``: how many members by code of the reason, empty = sealed."""

    slot: str
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What every member is asked. ``lists``: the trustees' keys; ``last``: in which slot each was counted last."""

    plan: Counting
    slot: str
    lists: Sequence[Signed]
    chains: Chains
    last: Mapping[str, str]


async def ask(
    store: Store, connect: Connect, trustees: Sequence[TrusteeClient], slot: str, *, concurrency: int = 64
) -> SlotReport:
    """Ask every member whose report of the slot is not here yet. Whatever a member does is a reason, not an accident.

    ``trustees``: in the order of the tabulation; their keys are handed on to the members. Raises
    ``TabulationNotInForce``, ``SlotNotCountable``, ``SlotBeforeOpen``, ``TrusteeSilent``.
    """
    plan, chains, waiting = await asyncio.to_thread(_begin, store, slot)
    lists = [await trustee.keys() for trustee in trustees]
    for signed, party in zip(lists, plan.document["trustees"], strict=True):
        check_key_list(signed.raw, signed.signature, {"keys": [party["key"]]})
    question = Question(plan, slot, lists, chains, _last(chains[0]))
    made = SlotReport(slot)
    limit = asyncio.Semaphore(concurrency)

    async def one(member: Member) -> None:
        async with limit:
            kept = await _asked(store, question, connect, member)
        await asyncio.to_thread(_keep, store, kept)
        made.reasons[kept.reason] += 1

    async with asyncio.TaskGroup() as group:
        for member in waiting:
            group.create_task(one(member))
    return made


def _begin(store: Store, slot: str) -> tuple[Counting, Chains, list[Member]]:
    """The tabulation, its certificates, and whom to ask: nobody once the slot's request was made."""
    with store.reading() as session:
        plan = countable(session, slot)
        chains = _chains(session, plan)
        if sealed.batch(session, plan.id, slot, 0):
            return plan, chains, []
        there = {one.member for one in sealed.reports(session, plan.id, slot) if not one.reason}
        if slot.endswith(OPENING):
            there |= _last([one for one in chains[0] if one.slot.endswith(OPENING)]).keys()
        return plan, chains, [one for one in members.reachable(session) if one.id not in there]


def _chains(session: Session, plan: Counting) -> Chains:
    return [sealed.certificates(session, plan.id, place) for place in range(len(plan.issuers))]


def _last(chain: Sequence[Row[Any]]) -> dict[str, str]:
    """In which slot of these each member was counted last."""
    return {node: one["slot"] for node, one in last_counted(json.loads(row.body) for row in chain).items()}


async def _asked(store: Store, question: Question, connect: Connect, member: Member) -> SealedReport:
    """Ask one member. Never raises for what it did."""
    plan, slot = question.plan, question.slot
    kept = SealedReport(
        tabulation=plan.id, slot=slot, member=member.id, reason="", said="", at=datetime.now(UTC), body=b""
    )
    try:
        async with connect(member.issuer) as node:
            told = await node.propose_tabulation(plan.id, plan.raw, plan.signature, plan.countersignatures)
            kept.body = await node.sealed_report(await asyncio.to_thread(_put, store, question, member.id, told))
        header = reports.check_report(reports.unpack(kept.body), json.loads(member.keys))
        reports.check_asked(header, tabulation=plan.id, slot=slot, node=member.id, len=plan.shape.cells)
    except CoupoleError as error:
        outcome = of_error(member.id, error)
        kept.body, kept.reason, kept.said = b"", outcome.reason, outcome.said
    return kept


def _put(store: Store, question: Question, member: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """The question to one member, with all it needs to know what became of its reports so far.

    ``told``: how it says it stands to the tabulation.
    """
    plan, slot = question.plan, question.slot
    asked: dict[str, Any] = {
        "tabulation": plan.id,
        "slot": slot,
        "kind": _kind(slot, told),
        "key_lists": [_text(one.raw, one.signature) for one in question.lists],
        "certificates": _since(plan, question.chains, told),
    }
    if member in question.last:
        with store.reading() as session:
            kept = sealed.report(session, plan.id, question.last[member], member)
        if kept and kept.body:
            last = reports.unpack(kept.body)
            asked["last"] = {"header": last.header.decode(), "signature": last.signature, "own": to_text(last.own)}
    return asked


def _kind(slot: str, told: Mapping[str, Any]) -> ReportKind:
    """What a member is asked for: its stock to be taken out, once its administrator decided to leave."""
    if slot.endswith(OPENING):
        return "opening"
    return "closing" if told.get("state") == "leaving" else "change"


def _since(plan: Counting, chains: Chains, told: Mapping[str, Any]) -> list[dict[str, str]]:
    """The certificates of each trustee from the last one on that a member says it has."""
    heads = told.get("heads")
    found = [head for head in heads if isinstance(head, dict)] if isinstance(heads, list) else []
    known = {str(head.get("trustee")): head["number"] for head in found if isinstance(head.get("number"), int)}
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
    plan, chains, published, waiting = await asyncio.to_thread(_published, store, slot)
    limit = asyncio.Semaphore(concurrency)

    async def one(member: Member) -> bool:
        try:
            async with limit, connect(member.issuer) as node:
                told = await node.propose_tabulation(plan.id, plan.raw, plan.signature, plan.countersignatures)
                if told.get("state") not in ("accepted", "leaving"):
                    return False
                brought = {**published, "certificates": _since(plan, chains, told)}
                await node.bring_publication(plan.id, slot, brought)
                return True
        except CoupoleError:
            return False

    return sum(await asyncio.gather(*map(one, waiting)))


def _published(store: Store, slot: str) -> tuple[Counting, Chains, dict[str, str], list[Member]]:
    with store.reading() as session:
        plan = counting(session)
        kept = sealed.publication(session, plan.id, slot)
        if kept is None:
            raise SlotNotReleased()
        return plan, _chains(session, plan), _text(sealed.text(kept), kept.signature), members.reachable(session)


def _text(raw: bytes, signature: str) -> dict[str, str]:
    return {"document": raw.decode(), "signature": signature}


def _keep(store: Store, kept: SealedReport) -> None:
    with store.writing() as session:
        session.merge(kept)
