"""Opens one sealed report for an auditor who stands beside this machine: what was in it, and the proof that it was.

Nothing is kept for it alone. The counts of a report are kept sealed for the eyes of this workshop; its key sums and its
salt are in the ledgers before and after it. The hash in the signed header tells that they are the very ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.statistics import ledger, sealing
from coupole.node.statistics.ledger import Ledger
from coupole.node.statistics.reporting import Agreement, opened
from coupole.node.statistics.summing import Ints
from coupole.node.store import egress, sealed
from coupole.node.store.sealing_tables import SealedReport
from coupole.wire import reports
from coupole.wire.auditing import Drawn, draw, write_report
from coupole.wire.documents import digest
from coupole.wire.field import KeyVector
from coupole.wire.keys import KeyRing
from coupole.wire.tabulations import read_tabulation

WHAT = "opened:report"
"""How the ledger of what left names it."""


class ReportNotCounted(CoupoleError):
    """No report of that period was counted."""


class ReportNotProven(CoupoleError):
    """What is kept of this report is not what was signed."""


def open_report(session: Session, ring: KeyRing, node: str, slot: str, actor: str) -> bytes:
    """What a counted report held, as an auditor reads it; noted as having left. ``node``: this member's short name.

    Raises ``ReportNotCounted``, ``ReportNotProven``, ``LedgerUnreadable``.
    """
    agreed, made = _counted(session, node, slot)
    row = next(one for one in made if one.slot == slot)
    trustee = agreed.document["trustees"][0]["key"]["kid"]
    certificate = sealed.certificate(session, row.tabulation, trustee, row.certificate or 0)
    if certificate is None:
        raise ReportNotCounted()
    header = reports.unpack(row.body).header
    salt, counts, keys = _proven(ring, agreed, row, [one for one in made if one.seq < row.seq], header)
    shown = write_report(agreed.row.body, (certificate.body, certificate.signature), header, salt, counts, keys)
    egress.record_egress(session, client=actor, what=WHAT, period=slot, sha256=digest(shown), size=len(shown))
    return shown


def drawn(session: Session, year: int, now: datetime | None = None) -> list[Drawn]:
    """Whose reports of a year an auditor looks at, by the certificates shown to this node. Raises ``AuditTooEarly``."""
    found = []
    for row in sealed.tabulations(session):
        trustee = read_tabulation(row.body)["trustees"][0]["key"]["kid"]
        chain = [one.body for one in sealed.certificates(session, row.id, trustee)]
        found += draw(chain, year, (now or datetime.now(UTC)).date())
    return found


def _counted(session: Session, node: str, slot: str) -> tuple[Agreement, list[SealedReport]]:
    """The agreement under which the report of a slot was counted, and all its reports."""
    for row in sealed.tabulations(session):
        made = sealed.reports(session, row.id)
        if any(one.slot == slot and one.outcome == "counted" for one in made):
            return opened(row, node), made
    raise ReportNotCounted()


def _proven(
    ring: KeyRing, agreed: Agreement, row: SealedReport, earlier: Sequence[SealedReport], header: bytes
) -> tuple[bytes, Ints, KeyVector]:
    """Salt, counts and key sums that give the hash in the header, with the ledger that stood before the report."""
    stock = sealing.stock_cells(agreed.form)
    counts = ledger.open_change(ring, f"{agreed.place}|{row.slot}", row.change)
    after = ledger.open_ledger(ring, agreed.place, row.own, stock)
    signed = reports.read_header(header)["commit"]
    for own in [*(one.own for one in earlier), None]:
        before = ledger.open_ledger(ring, agreed.place, own, stock) if own else None
        keys = _key_sums(before, after, counts, opening=row.kind == "opening")
        if reports.commitment(after.salt, counts, keys) == signed:
            return after.salt, counts, keys
    raise ReportNotProven()


def _key_sums(before: Ledger | None, after: Ledger, counts: Ints, *, opening: bool) -> KeyVector:
    """The key sums of a report that stands between two ledgers; see ``ledger.step``."""
    if before is None:  # whatever it did not report stands in the ledger as it was found
        return np.where(counts == after.counted.counts, after.counted.keys, np.uint8(0))
    begin = before.counted.keys - before.kept.keys if opening else before.counted.keys
    return after.counted.keys - begin
