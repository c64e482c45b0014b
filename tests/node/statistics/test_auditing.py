"""A report is opened for an auditor beside the machine: what was sealed, proven, and noted as having left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coupole.node.statistics import auditing, ledger
from coupole.node.statistics.auditing import ReportNotCounted, ReportNotProven, open_report
from coupole.node.store import egress, sealed
from coupole.wire.auditing import Opened, check
from tests.calling import RunningNode
from tests.node.sealed import Federation, arrive, house_of, joined

OPENING, FIRST, SECOND = "2025-01/opening", "2025-01", "2025-02"


@pytest.fixture
def made(node: RunningNode) -> Federation:
    """A workshop that opened, then reported two months."""
    return joined(house_of(node))


def opened(made: Federation, slot: str) -> Opened:
    node = made.node.node
    with node.store.writing() as session:
        found = check(open_report(session, node.ring, node.node_id, slot, "anna"))
    assert isinstance(found, Opened)
    return found


def test_what_is_opened_is_what_was_sealed_whatever_came_before_it(made: Federation) -> None:
    sealed_ones = {}
    for slot, kind in ((OPENING, "opening"), (FIRST, "change"), (SECOND, "change")):
        if slot == SECOND:
            arrive(made.node, 7, opened="2025-02-03")
        sealed_ones[slot] = made.pull(slot, kind)
        made.certify(slot, sealed_ones[slot])
    made.pull("2025-03")  # with it the last certificate comes
    made.node.node.ring.rotate("master")
    for slot, report in sealed_ones.items():
        assert [int(one) for one in opened(made, slot).counts] == made.told(report)


def test_a_newcomer_that_opens_later_opens_both(made: Federation) -> None:
    first = made.pull(FIRST)
    made.certify(FIRST, first)
    later = made.pull("2025-02/opening", "opening")
    made.certify("2025-02/opening", later)
    made.pull(SECOND)
    for slot, report in ((FIRST, first), ("2025-02/opening", later)):
        assert [int(one) for one in opened(made, slot).counts] == made.told(report)


def test_opening_is_noted_as_having_left(made: Federation) -> None:
    made.certify(OPENING, made.pull(OPENING, "opening"))
    made.pull(FIRST)
    opened(made, OPENING)
    with made.node.node.store.reading() as session:
        last = egress.newest(session)[0]
    assert (last.what, last.period, last.client) == (auditing.WHAT, OPENING, "anna")


def test_what_was_not_counted_is_not_opened(made: Federation) -> None:
    made.certify(OPENING, made.pull(OPENING, "opening"))
    made.pull(FIRST)
    for slot in (FIRST, "2025-09"):
        with pytest.raises(ReportNotCounted):
            opened(made, slot)


def test_a_workshop_that_changed_what_it_kept_cannot_open_it(made: Federation) -> None:
    made.certify(OPENING, made.pull(OPENING, "opening"))
    made.pull(FIRST)
    node = made.node.node
    with node.store.writing() as session:
        row = sealed.report(session, made.name, OPENING)
        assert row is not None
        place = f"ledger|{node.node_id}|{made.name}|{OPENING}"
        row.change = ledger.seal_change(node.ring, place, ledger.open_change(node.ring, place, row.change) + 1)
        sealed.keep(session, row)
    with pytest.raises(ReportNotProven):
        opened(made, OPENING)


def test_a_node_draws_from_what_it_was_shown(made: Federation) -> None:
    made.certify(OPENING, made.pull(OPENING, "opening"))
    made.pull(FIRST)
    with made.node.node.store.reading() as session:
        found = auditing.drawn(session, 2025, datetime(2026, 3, 2, tzinfo=UTC))
    assert [(one.node, one.slot) for one in found] == [(made.node.node.node_id, OPENING)]
