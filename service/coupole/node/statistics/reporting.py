"""Answers a hub's question for a slot: the sealed report of what changed since this node was counted last.

First what the trustees certified is taken in, and the ledger moves on; then, in a transaction of its own, the report is
counted, sealed and kept, together with the note that it leaves. Whoever asks for the same slot again is given the same
bytes, whatever was written down since: what came too late is in the next report.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import structlog
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.statistics import ledger, sealing
from coupole.node.statistics.accepting import IN_FORCE, HubNotPinned, TabulationNotProposed
from coupole.node.statistics.certifying import CertificatesMissing, Signed, Verdict, next_slots, take, trustee_of
from coupole.node.statistics.counting import FactsStale
from coupole.node.statistics.ledger import Kind, Ledger, LedgerUnreadable
from coupole.node.statistics.releasing import with_fresh_facts
from coupole.node.store import Store, egress, releases, sealed
from coupole.node.store.facts import levels, read_facts, stale_count
from coupole.node.store.sealing_tables import AgreedTabulation, SealedReport
from coupole.standard.calendar import Period
from coupole.standard.catalogue import Catalogue
from coupole.wire import reports
from coupole.wire.certificates import GENESIS, check_key_list, sealing_key
from coupole.wire.documents import digest
from coupole.wire.keys import KeyRing
from coupole.wire.sealing import SealingKey
from coupole.wire.slots import Slot, parse_slot
from coupole.wire.tabulations import Shape, Tabulation, read_tabulation, shape

LOG = structlog.get_logger(__name__)


class TabulationNotAccepted(CoupoleError):
    """The administrator of this node has not agreed to this tabulation, or no longer does."""


class SlotNotNext(CoupoleError):
    """This slot is not the next one."""


class SlotNotOver(CoupoleError):
    """This slot is not over yet."""


class ReportKindWrong(CoupoleError):
    """This kind of report does not belong to this slot."""


class OpeningDone(CoupoleError):
    """This node reported its opening balances already."""


class ClosingNotDecided(CoupoleError):
    """Nobody at this node decided to leave the federation's totals."""


class ClosingDue(CoupoleError):
    """This node leaves the federation's totals: only its closing report is answered."""


class LastReportMissing(CoupoleError):
    """A report of this node was counted that it no longer has; it must be handed back with the question."""


class SealingKeyListMissing(CoupoleError):
    """A list of keys is missing, one for each trustee."""


class Last(NamedTuple):
    """This node's report that was counted last, as the hub hands it back."""

    header: bytes
    signature: str
    own: bytes


class Asked(NamedTuple):
    """A hub's question."""

    tabulation: str
    slot: str
    kind: Kind
    certificates: Sequence[Signed]
    key_lists: Sequence[Signed]
    last: Last | None


class Agreement(NamedTuple):
    """A tabulation in force, opened up. ``place``: what its ledger is sealed for."""

    row: AgreedTabulation
    document: Tabulation
    form: Shape
    place: str


def answer(
    store: Store,
    ring: KeyRing,
    node: str,
    catalogue: Catalogue,
    asked: Asked,
    client: str,
    now: datetime | None = None,
) -> bytes:
    """The packed report of a slot. ``node``: this member's short name; ``client``: who asks.

    Raises ``TabulationNotProposed``, ``HubNotPinned``, ``TabulationNotAccepted``, ``SlotInvalid``, ``SlotNotNext``,
    ``SlotNotOver``, ``ReportKindWrong``, ``OpeningDone``, ``ClosingNotDecided``, ``ClosingDue``,
    ``LastReportMissing``, ``LedgerUnreadable``, ``SealingKeyListMissing``, ``SealingKeyMissing``, ``FactsStale`` and
    what ``certifying.take`` raises.
    """
    moment = now or datetime.now(UTC)
    with store.writing() as session:
        agreed = agreement(session, node, asked.tabulation, client)
        take_in(session, ring, node, agreed, asked.certificates, asked.last)

    def work(session: Session) -> SealedReport:
        agreed = agreement(session, node, asked.tabulation, client)
        made = sealed.report(session, asked.tabulation, asked.slot)
        if made is None:
            made = _made(session, store, ring, node, catalogue, agreed, asked, moment)
        elif made.kind != asked.kind:
            raise ReportKindWrong()
        egress.record_egress(
            session,
            client=client,
            what=f"sealed:{made.kind}",
            period=made.slot,
            sha256=digest(made.body),
            size=len(made.body),
        )
        return made

    made = with_fresh_facts(store, store.writing, work)
    LOG.info("report_sealed", client=client, slot=made.slot, kind=made.kind, seq=made.seq)
    return made.body


def agreement(session: Session, node: str, name: str, client: str) -> Agreement:
    """The tabulation of that id, which must be in force and of this program.

    Raises ``TabulationNotProposed``, ``HubNotPinned``, ``TabulationNotAccepted``.
    """
    row = sealed.tabulation(session, name)
    if row is None:
        raise TabulationNotProposed()
    if row.client != client:
        raise HubNotPinned()
    if row.state not in IN_FORCE:
        raise TabulationNotAccepted()
    return opened(row, node)


def opened(row: AgreedTabulation, node: str) -> Agreement:
    """A tabulation with what follows from it."""
    document = read_tabulation(row.body)
    return Agreement(row, document, shape(document), f"ledger|{node}|{row.id}")


def take_in(
    session: Session, ring: KeyRing, node: str, agreed: Agreement, certificates: Sequence[Signed], last: Last | None
) -> None:
    """Take in what the trustees certified; the ledger becomes that of the last report they count, a closing ends all.

    Raises ``LastReportMissing``, ``LedgerUnreadable`` and what ``certifying.take`` raises.
    """
    counted = None
    for verdict in take(session, agreed.row.id, agreed.document, node, certificates):
        _note(session, agreed.row.id, verdict)
        counted = verdict.report or counted
    if counted is not None:
        agreed.row.ledger = _counted_ledger(session, ring, agreed, counted, last)
        now = _ledger(ring, agreed)
        if now is not None and now.closed:
            agreed.row.state = "ended"
        sealed.keep(session, agreed.row)


def _note(session: Session, name: str, verdict: Verdict) -> None:
    row = sealed.report(session, name, verdict.slot)
    if row is not None:
        outcome = "replaced" if verdict.report not in (None, row.report) else verdict.outcome
        row.outcome, row.reason, row.certificate = outcome, verdict.reason, verdict.number
        sealed.keep(session, row)


def _counted_ledger(session: Session, ring: KeyRing, agreed: Agreement, counted: str, last: Last | None) -> bytes:
    """The ledger after the report with that hash: kept here, or handed back."""
    known = sealed.named_report(session, agreed.row.id, counted)
    if known is not None:
        return known.own
    if last is None or digest(last.header) != counted:
        raise LastReportMissing()
    # All trustees named this header; the key it was signed with may have been withdrawn since.
    if digest(last.own) != reports.read_header(last.header)["own"]:
        raise LedgerUnreadable()
    ledger.open_ledger(ring, agreed.place, last.own, sealing.stock_cells(agreed.form))
    return last.own


def _made(
    session: Session,
    store: Store,
    ring: KeyRing,
    node: str,
    catalogue: Catalogue,
    agreed: Agreement,
    asked: Asked,
    moment: datetime,
) -> SealedReport:
    """The report of a slot, counted, sealed and kept."""
    name, stock = agreed.row.id, sealing.stock_cells(agreed.form)
    made = sealed.reports(session, name)
    slot = _next(session, agreed, made, asked.slot, moment.date())
    before = _ledger(ring, agreed)
    _require_kind(agreed, slot, asked.kind, before)
    keys = _sealing_keys(agreed.document, asked)
    kept = withheld_here(session, agreed.document)
    now = _state(session, store, ring, catalogue, agreed, slot, kept)
    seq = 1 + max([one.seq for one in made] + [before.seq if before else 0])
    withheld = sealing.withheld_cells(agreed.form, kept)
    members = sealing.member_cells(agreed.form)
    step = ledger.step(before, now, asked.kind, stock, members, withheld, os.urandom(reports.SALT), seq)
    own = ledger.seal_ledger(ring, agreed.place, step.after, stock)
    head = sealed.head(session, name, agreed.document["trustees"][0]["key"]["kid"])
    report = reports.make(
        agreed.row.body,
        agreed.form,
        slot=slot.name,
        kind=asked.kind,
        node=node,
        seq=seq,
        prev=head.sha256 if head else GENESIS,
        trustee_keys=keys,
        counts=step.counts,
        keys=step.keys,
        salt=step.after.salt,
        own=own,
        key=ring.active("sign"),
    )
    row = SealedReport(
        tabulation=name,
        slot=slot.name,
        kind=asked.kind,
        seq=seq,
        made_at=moment,
        report=digest(report.header),
        body=reports.pack(report),
        own=own,
        change=ledger.seal_change(ring, f"{agreed.place}|{slot.name}", step.counts),
        withheld=" ".join(sorted(kept)),
    )
    sealed.keep(session, row)
    return row


def withheld_here(session: Session, document: Tabulation) -> frozenset[str]:
    """The indicators of a tabulation that this workshop keeps to itself: their cells report no change.

    Where members are counted by them it is in no band.
    """
    return releases.withheld(session) & {table["indicator"] for table in document["tables"]}


def _next(session: Session, agreed: Agreement, made: Sequence[SealedReport], name: str, today: date) -> Slot:
    """The slot that is asked for, which must be the next and over."""
    slot = parse_slot(name, agreed.document["grain"])
    allowed = next_slots(session, agreed.row.id, agreed.document)
    if slot not in allowed:
        raise CertificatesMissing() if slot.order > allowed[-1].order else SlotNotNext()
    if slot.until >= today:
        raise SlotNotOver()
    # A report whose fate is not known yet stands on the same ledger: both could be counted.
    waiting = [parse_slot(one.slot, agreed.document["grain"]) for one in made if one.outcome is None]
    if waiting:
        raise CertificatesMissing() if min(one.order for one in waiting) < slot.order else SlotNotNext()
    return slot


def _require_kind(agreed: Agreement, slot: Slot, kind: Kind, before: Ledger | None) -> None:
    if slot.opening != (kind == "opening"):
        raise ReportKindWrong()
    if (kind == "closing") != (agreed.row.state == "leaving"):
        raise ClosingNotDecided() if kind == "closing" else ClosingDue()
    if kind == "opening" and before is not None and before.opened:
        raise OpeningDone()


def _ledger(ring: KeyRing, agreed: Agreement) -> Ledger | None:
    if agreed.row.ledger is None:
        return None
    return ledger.open_ledger(ring, agreed.place, agreed.row.ledger, sealing.stock_cells(agreed.form))


def _sealing_keys(document: Tabulation, asked: Asked) -> list[SealingKey]:
    """The key of each trustee for the slot, from the lists that the trustees signed."""
    found = []
    for trustee in document["trustees"]:
        kid = trustee["key"]["kid"]
        mine = [one for one in asked.key_lists if trustee_of(document["trustees"], one.signature) == kid]
        if not mine:
            raise SealingKeyListMissing()
        found.append(sealing_key(check_key_list(*mine[-1], {"keys": [trustee["key"]]}), asked.slot))
    return found


def _state(
    session: Session,
    store: Store,
    ring: KeyRing,
    catalogue: Catalogue,
    agreed: Agreement,
    slot: Slot,
    withheld: frozenset[str],
) -> sealing.State:
    if stale_count(session):
        raise FactsStale()
    period = sealing.counted(agreed.document, slot)
    packed = read_facts(session, store.vault, sealing.read_from(agreed.form, period), period.last)
    secret = sealing.person_secret(_cell_secret(ring, period), agreed.row.id)
    return sealing.state(agreed.form, catalogue, period, packed, levels(session), secret, withheld)


def _cell_secret(ring: KeyRing, period: Period) -> bytes:
    """The cell secret in use when counting began, whatever is rotated later: new numbers would be new noise."""
    keys = ring.of("cell")
    return next((key for key in keys if key.made_at.date() <= period.first), keys[-1]).secret
