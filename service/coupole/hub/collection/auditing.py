"""What the hub shows an auditor of one slot: its shares of the reports, and the request it had them summed with.

Reports and requests are kept as they came and as they were sent, for as long as the hub has its database: without the
trustee's key, which is destroyed, they say nothing, and without them nobody could show that the key sums were right.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.store import sealed
from coupole.hub.store.sealed_tables import Batch, Certificate
from coupole.hub.store.sealed_tables import Tabulation as Kept
from coupole.standard.calendar import parse_period
from coupole.wire import auditing, batches, reports
from coupole.wire.tabulations import shape


class SlotNotSummed(CoupoleError):
    """Nothing was summed of this period."""


def evidence(session: Session, slot: str, now: datetime | None = None) -> bytes:
    """All that shows whether the key sums of a slot are right; see ``wire.auditing.check``.

    Raises ``SlotNotSummed``, and ``AuditTooEarly`` as long as there may be a key of that month: with it and these
    shares a trustee could read every member.
    """
    kept, batch, certificates = _summed(session, slot)
    auditing.check_gone(parse_period(slot.partition("/")[0]).last, (now or datetime.now(UTC)).date())
    document = sealed.document(kept)
    shares = {
        one.member: reports.unpack(one.body).hub_share for one in sealed.reports(session, kept.id, slot) if one.body
    }
    answers = [
        batches.read_answer(one.answer, {"keys": [party["key"]]}, shape(document).cells)[0]
        for one, party in zip(certificates[1:], document["trustees"][1:], strict=True)
    ]
    further = {group: keys for answer in answers for group, keys in answer.key_sums.items()}
    chain = [(one.body, one.signature) for one in certificates]
    return auditing.write_sums(kept.body, chain, (batch.body, batch.signature), shares, further)


def _summed(session: Session, slot: str) -> tuple[Kept, Batch, list[Certificate]]:
    """The tabulation, the request and the certificates of a slot that every trustee certified."""
    for kept in sealed.tabulations(session):
        places = range(len(sealed.document(kept)["trustees"]))
        certificates = [one for place in places if (one := sealed.certificate_of(session, kept.id, slot, place))]
        batch = sealed.batch(session, kept.id, slot, 0)
        if batch and len(certificates) == len(places):
            return kept, batch, certificates
    raise SlotNotSummed()
