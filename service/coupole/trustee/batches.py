"""One slot, summed once: the rules T1 to T7 of the release protocol.

Of each report the trustee holds a random share, opened, checked, added and forgotten. A slot ends with one certificate,
released or void, for ever: certificate, key states and answer are one transaction, and whoever asks the same again is
given the same bytes until the next slot is released.

A tabulation may name two trustees. The second is asked first: it cannot check what must add up to 0 over three shares,
so its answer has its part of each check and its key sums. The first is given its certificate, counts what it counted
and adds the noise; a group in which one of those reports fails is left out, and the members' ledgers carry over.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from sqlmodel import Session

from coupole.database import checkpoint
from coupole.disclosure.telescoping import change
from coupole.errors import CoupoleError, Finding
from coupole.standard.calendar import parse_period
from coupole.trustee import months, store
from coupole.trustee.roster import ACTIVE
from coupole.trustee.store import Certificate, State, Trustee
from coupole.trustee.tabulations import own_place, tabulation
from coupole.wire import batches as wire
from coupole.wire import certificates, reports
from coupole.wire.absences import COMPANY, WAITS, returning
from coupole.wire.documents import digest, sign
from coupole.wire.field import KeyVector, P, Vector, add, of_counts, to_bytes
from coupole.wire.sealing import PrivateKey
from coupole.wire.slots import OPENING, SlotInvalid, in_order, parse_slot
from coupole.wire.tabulations import Shape, Tabulation, read_tabulation, shape

EXACT_FROM = 20
"""Fewest members behind a table without noise (T6)."""
BOUNDS = {"change": (-1, 1), "opening": (0, 12), "closing": (-12, 0)}
"""How many of a member's caps its headcount may move: at once as much as in a year where it opens or closes."""


class TabulationSuperseded(CoupoleError):
    """Another tabulation plan counts these people in that period."""


class SlotUnknown(CoupoleError):
    """The tabulation plan does not count that period."""


class SlotOpen(CoupoleError):
    """That period is not over yet."""


class SlotPassed(CoupoleError):
    """A later period has its certificate already."""


class SlotSettled(CoupoleError):
    """That period has its certificate already."""


class BatchRefused(CoupoleError):
    """Some of these reports cannot be counted; nothing was summed yet."""


class CertificateUnknown(CoupoleError):
    """The log has no such certificate."""


class ReportRefused(CoupoleError):
    """A report is not counted, for the reason that the certificate gives."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the reports of a slot are held against. ``place``: which of the tabulation's trustees this is."""

    trustee: Trustee
    id: str
    slot: str
    opening: bool
    document: Tabulation
    shape: Shape
    place: int
    last: str
    """The certificate before, which every report must have seen: a member that was shown less would count twice."""
    key: str
    """Identifier of the month's key."""
    private: PrivateKey | None
    members: dict[str, dict[str, Any]]
    opened: set[str]
    returning: set[str]
    """Whose report holds so much change that it is counted in company only."""
    elsewhere: dict[str, set[str]] | None
    """Of each group the reports that the other trustee counted; none if there was no other before."""
    challenge: bytes
    repeated: Counter[str]
    request: str
    moment: datetime


@dataclass(slots=True)
class Sum:
    """What the good reports of a group add up to; of each member its report and this trustee's part of its checks."""

    shares: Vector
    keys: KeyVector
    members: dict[str, str] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)

    def take(self, other: Sum) -> None:
        """Add another sum to this one."""
        self.shares, self.keys = add(self.shares, other.shares), self.keys + other.keys
        self.members |= other.members
        self.checks |= other.checks


def settle(trustee: Trustee, body: bytes, signature: str, now: datetime | None = None) -> bytes:
    """The answer to a batch: the stored one if the same was asked before.

    A report that does not hold is refused in the certificate, no reason to refuse the rest. Raises
    ``TabulationNotAgreed``, ``TabulationSuperseded``, ``SlotUnknown``, ``SlotOpen``, ``SlotPassed``, ``SlotSettled``,
    ``BatchInvalid`` and what ``check_batch`` raises.
    """
    moment = now or datetime.now(UTC)
    with trustee.store.reading() as session:
        kept = tabulation(session, wire.tabulation_of(body))
        document = read_tabulation(kept.body)
        head = wire.check_batch(body, signature, {"keys": [document["hub"]["key"]]})
        if found := _settled(session, kept, document, head["slot"], body, moment.date()):
            return found
        case = _case(session, trustee, document, head, body, moment)
    sums, refused = _added(case, body)
    if not case.place and refused.keys() != set(head.get("without", ())):
        # The hub's key sums have shares of other reports than are counted here: nothing is settled with them.
        raise BatchRefused(findings=[Finding(reason, f"/{node}") for node, reason in refused.items()])
    sums = {name: one for name, one in sums.items() if _enough(case, name, one)}
    hub_keys = {} if case.place else {name: wire.key_sum(head, name, case.shape.cells) for name in sums}
    with trustee.store.writing() as session:
        kept = tabulation(session, case.id)
        if found := _settled(session, kept, document, case.slot, body, moment.date()):
            return found
        store.drop_answers(session, case.id)
        answer = _certify(session, case, sums, hub_keys, refused)
    months.keep(trustee, moment)
    checkpoint(trustee.store.engine)  # what was dropped must not live on in the write-ahead log
    return answer


def _settled(
    session: Session, kept: store.Tabulation, document: Tabulation, slot: str, body: bytes, today: date
) -> bytes | None:
    """T1: the answer that is there already; nothing if the slot may be settled now."""
    if there := session.get(Certificate, (kept.id, slot)):
        if there.request == digest(body) and there.answer:
            return there.answer
        raise SlotSettled()
    grain = document["grain"]
    try:
        period = parse_slot(slot, grain).period
    except SlotInvalid:
        raise SlotUnknown() from None
    if period.first < parse_slot(document["first_slot"], grain).period.first:
        raise SlotUnknown()
    if period.last >= today:
        raise SlotOpen()
    if in_order([slot, *(one.slot for one in store.certificates(session, kept.id))], grain)[-1] != slot:
        raise SlotPassed()
    for one in store.tabulations(session):
        later = one.population == kept.population and one.epoch > kept.epoch
        if later and parse_period(one.first_slot).first <= period.last:
            raise TabulationSuperseded()
    return None


def _case(
    session: Session, trustee: Trustee, document: Tabulation, head: wire.BatchHead, body: bytes, moment: datetime
) -> Case:
    name, slot, place = head["tabulation"], head["slot"], own_place(trustee, document)[0]
    key = months.key_of(session, slot)
    before = store.certificates(session, name)
    said: list[certificates.Certificate] = [json.loads(one.body) for one in before]
    headers = [one.header for one in wire.entries(body)]
    return Case(
        trustee=trustee,
        id=name,
        slot=slot,
        opening=slot.endswith(OPENING),
        document=document,
        shape=shape(document),
        place=place,
        last=before[-1].digest if before else certificates.GENESIS,
        key=key.id if key else "",
        private=months.private(trustee, key),
        members={member["node"]: member for member in store.members(store.newest(session))},
        opened=set(certificates.last_counted(one for one in said if one["slot"].endswith(OPENING))),
        returning=returning(said, slot, document["grain"]),
        elsewhere=_elsewhere(document, head) if place < len(document["trustees"]) - 1 else None,
        challenge=wire.challenge(headers),
        repeated=Counter(reports.read_header(header)["node"] for header in headers),
        request=digest(body),
        moment=moment,
    )


def _elsewhere(document: Tabulation, head: wire.BatchHead) -> dict[str, set[str]]:
    """What the second trustee counted. Raises ``BatchInvalid``."""
    found = wire.other_certificate(head, {"keys": [document["trustees"][1]["key"]]})
    return {one["id"]: {member["report"] for member in one["members"]} for one in found["groups"]}


def _added(case: Case, body: bytes) -> tuple[dict[str, Sum], dict[str, str]]:
    """The sum of each group, and why which member's report was refused. A share lives as long as it is added."""
    cells = case.shape.cells
    sums, back = (
        {name: Sum(np.zeros(cells, np.uint64), np.zeros(cells, np.uint8)) for name in case.document["groups"]}
        for _usual_or_returning in range(2)
    )
    refused: dict[str, str] = {}
    for one in wire.entries(body):
        node = reports.read_header(one.header)["node"]
        try:
            share = _share(case, one, node)
        except CoupoleError as error:
            refused[node] = str(error.params.get("reason", error.code))
        else:
            (back if node in case.returning else sums)[one.group].take(share)
    for name, found in back.items():
        if len(found.members) < COMPANY:
            refused |= dict.fromkeys(found.members, WAITS)
        else:
            sums[name].take(found)
    return sums, refused


def _share(case: Case, one: wire.Entry, node: str) -> Sum:
    """T2 and T3 of one report: its share, if it may be counted. Raises ``ReportRefused`` and what wire raises."""
    member = case.members.get(node)
    if member is None or member["state"] != ACTIVE:
        raise ReportRefused(reason="report_member_inactive" if member else "report_member_unknown")
    header = reports.check_header(one.header, one.signature, one.sealed, {"keys": [member["key"]]})
    reports.check_asked(header, tabulation=case.id, slot=case.slot, len=case.shape.cells)
    _check_place(case, one, header, member["group"])
    if case.private is None:
        raise ReportRefused(reason="report_key_destroyed")
    shares, keys = reports.open_sealed(one.header, one.sealed[case.place], case.private)
    made = Sum(shares, keys, {node: digest(one.header)})
    if case.place:
        return replace(made, checks={node: reports.zero_check(case.shape, shares, case.challenge)})
    check = reports.first_zero_check(header, case.shape, shares, case.challenge)
    if (one.check + check) % P:
        raise ReportRefused(reason="report_inconsistent")
    lowest, highest = BOUNDS[header["kind"]]
    if not lowest * member["cap"] <= reports.headcount_change(header, case.shape, shares) <= highest * member["cap"]:
        raise ReportRefused(reason="report_headcount_beyond_cap")
    return made


def _check_place(case: Case, one: wire.Entry, header: reports.Header, group: str) -> None:
    """That a report is the only one of its member, in its group, sealed for this month, and no second opening (T5)."""
    node, named, said = header["node"], header["trustee_keys"], digest(one.header)
    wrong = {
        "report_repeated": case.repeated[node] > 1,
        "report_group_wrong": one.group != group or group not in case.document["groups"],
        "report_opened_before": case.opening and not case.place and node in case.opened,
        "report_outdated": not case.place and header["prev"] != case.last,
        "report_not_counted_elsewhere": case.elsewhere is not None and said not in case.elsewhere.get(group, ()),
        "report_key_unknown": len(named) != len(case.document["trustees"]) or named[case.place] != case.key,
    }
    for reason in filter(wrong.__getitem__, wrong):
        raise ReportRefused(reason=reason)


def _enough(case: Case, group: str, found: Sum) -> bool:
    """T4, T5, T6: whether a group has the reports it needs; of two trustees the first has all that the second added."""
    active = [one for one in case.members.values() if (one["group"], one["state"]) == (group, ACTIVE)]
    expected = [one for one in active if not (case.opening and (case.place or one["node"] in case.opened))]
    exact = any(table["noise"] == "none" for table in case.document["tables"])
    two_thirds = -(-2 * len(expected) // 3)
    needed = max(case.document["m"], case.trustee.quorum, two_thirds, EXACT_FROM if exact else 0)
    all_of_them = case.elsewhere is None or set(found.members.values()) == case.elsewhere.get(group)
    return len(found.members) >= needed and all_of_them


def _certify(
    session: Session, case: Case, sums: dict[str, Sum], hub_keys: dict[str, KeyVector], refused: dict[str, str]
) -> bytes:
    """The certificate, the answer and the new state, kept together (T7)."""
    groups = [_release(session, case, name, one, hub_keys.get(name)) for name, one in sums.items()]
    before = store.certificates(session, case.id)
    if (before[-1].digest if before else certificates.GENESIS) != case.last:
        raise BatchRefused()  # another slot ended meanwhile, and these reports have not seen how
    document: certificates.Certificate = {
        "type": "certificate",
        "form": 1,
        "number": len(before) + 1,
        "previous": case.last,
        "trustee": case.document["trustees"][case.place]["name"],
        "tabulation": case.id,
        "slot": case.slot,
        "batch": case.request,
        "outcome": "released" if groups else "void",
        "groups": groups,
        "refused": [{"node": node, "reason": reason} for node, reason in refused.items()],
        "left_out": [name for name in case.document["groups"] if name not in sums],
        "made_at": f"{case.moment:%Y-%m-%dT%H:%M:%SZ}",
    }
    if not groups:
        document["reason"] = "opening_alone" if case.opening else "quorum_missing"
    raw = certificates.write_certificate(document)
    signature = sign(certificates.CERTIFICATE, raw, own_place(case.trustee, case.document)[1])
    found = wire.Answer(raw, signature, {name: one.shares for name, one in sums.items()})
    if case.place:
        checks = {node: check for one in sums.values() for node, check in one.checks.items()}
        found = replace(found, key_sums={name: one.keys for name, one in sums.items()}, checks=checks)
    answer = wire.write_answer(found)
    made: dict[str, Any] = {
        "tabulation": case.id,
        "slot": case.slot,
        "number": document["number"],
        "request": case.request,
    }
    session.add(Certificate(**made, digest=digest(raw), body=raw, signature=signature, answer=answer))
    return answer


def _release(
    session: Session, case: Case, name: str, one: Sum, hub_keys: KeyVector | None
) -> certificates.CountedGroup:
    """T6: the noise goes into the sum of a group, if this is the first trustee; what the certificate says of it."""
    state = one.keys
    if hub_keys is not None:
        kept, same = session.get(State, (case.id, name)), case.shape.same
        before = np.frombuffer(kept.keys, np.uint8) if kept else None
        state = hub_keys + one.keys if before is None else before + hub_keys + one.keys
        secret = months.epoch(case.trustee, case.id).read_bytes()
        old = None if before is None else before[same]
        moved = change(secret, case.document["population"], name, same, old, state[same])
        for placed in case.shape.tables:
            if placed.table["noise"] == "none":
                moved[placed.first : placed.first + placed.size] = 0
        one.shares = add(one.shares, of_counts(moved))
        session.merge(State(tabulation=case.id, group=name, keys=state.tobytes()))
    members: list[certificates.CountedReport] = [{"node": node, "report": said} for node, said in one.members.items()]
    return {"id": name, "members": members, "sum": digest(to_bytes(one.shares)), "state": digest(state.tobytes())}


def certificate(session: Session, name: str) -> Certificate:
    """The certificate with this SHA-256. Raises ``CertificateUnknown``."""
    for one in store.certificates(session):
        if one.digest == name:
            return one
    raise CertificateUnknown()


def checked(session: Session) -> list[certificates.Certificate]:
    """All certificates, each signed and naming the one before. Raises ``CertificateChainBroken`` and what wire does."""
    found = []
    for one in store.tabulations(session):
        chain = [(made.body, made.signature) for made in store.certificates(session, one.id)]
        keys = {"keys": [party["key"] for party in read_tabulation(one.body)["trustees"]]}
        found += certificates.check_chain(chain, certificates.GENESIS, keys)
    return found


def log(session: Session, trustee: Trustee) -> tuple[bytes, str]:
    """T7: every certificate and the newest roster by their hashes, and the signature beside it."""
    newest = store.newest(session)
    roster = {"version": newest.version, "digest": newest.digest} if newest else {}
    raw = certificates.write_log(trustee.name, roster, (one.body for one in store.certificates(session)))
    return raw, sign("log", raw, trustee.ring.active("sign"))
