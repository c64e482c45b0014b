"""Whoever was away for more than three months comes back in company, by the trustee's own certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coupole.disclosure.telescoping import BOUND
from coupole.trustee import roster
from coupole.trustee.roster import RosterMemberPresent
from coupole.wire.absences import WAITS
from coupole.wire.certificates import Certificate
from coupole.wire.slots import parse_slot
from tests.trustee.sealed_federation import NOW, Federation

AWAY = ("node-06", "node-07", "node-08")
SILENT = ("2026-11", "2026-12", "2027-01")


def after(slot: str) -> datetime:
    """A day on which a slot is over and its key still there."""
    day = parse_slot(slot, "month").until + timedelta(days=5)
    return NOW.replace(year=day.year, month=day.month, day=day.day)


def settled(federation: Federation, slot: str, *absent: str, found: Any = None) -> Certificate:
    """The certificate of a slot in which all but these answered."""
    if found is None:
        found = [(one.group, federation.report(one, slot)) for one in federation.members if one.name not in absent]
    certificate = federation.settle(found, slot, now=after(slot))[1]
    federation.counted(certificate)
    return certificate


def counted(certificate: Certificate) -> set[str]:
    return {member["node"] for group in certificate["groups"] for member in group["members"]}


def waiting(certificate: Certificate) -> list[str]:
    assert {one["reason"] for one in certificate["refused"]} <= {WAITS}
    return sorted(one["node"] for one in certificate["refused"])


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """Nine members that were counted in October; three were silent in the three months after it."""
    made = Federation(tmp_path_factory.mktemp("quiet"), 9)
    settled(made, "2026-10")
    for slot in SILENT:
        settled(made, slot, *AWAY)
    made.close()
    return made


@pytest.fixture
def federation(quiet: Federation, tmp_path: Path) -> Iterator[Federation]:
    made = quiet.copied(tmp_path / "federation")
    yield made
    made.close()


def test_one_that_comes_back_alone_or_with_one_other_waits_and_with_two_is_counted_with_all_it_has(
    federation: Federation,
) -> None:
    begun = sum(member.ledger[0] for member in federation.members if member.ledger)
    for member in federation.members[6:]:
        member.come(4, federation.random)
    assert waiting(settled(federation, "2027-02", *AWAY[1:])) == ["node-06"]
    assert waiting(settled(federation, "2027-03", *AWAY[2:])) == ["node-06", "node-07"]
    found = federation.all_reports("2027-04")
    answer, certificate = federation.settle(found, "2027-04", now=after("2027-04"))
    assert counted(certificate) == {member.name for member in federation.members}
    federation.counted(certificate)
    exact = sum(member.ledger[0] for member in federation.members if member.ledger)
    assert np.abs(federation.change(found, answer) - (exact - begun)).max() <= 2 * BOUND  # new noise less the old
    assert waiting(settled(federation, "2027-05", *AWAY[1:])) == []  # one month again


def test_three_months_change_needs_no_company(tmp_path: Path) -> None:
    other = Federation(tmp_path / "other", 6)
    settled(other, "2026-10")
    for slot in SILENT[:2]:
        settled(other, slot, "node-05")
    assert "node-05" in counted(settled(other, SILENT[2]))
    other.close()


def test_a_report_that_does_not_hold_is_no_company(federation: Federation) -> None:
    lied = np.arange(federation.shape.cells, dtype=np.int64)
    found = [
        (one.group, federation.report(one, "2027-02", **({"counts": lied} if one.name == AWAY[0] else {})))
        for one in federation.members
    ]
    certificate = settled(federation, "2027-02", found=found)
    assert {one["node"]: one["reason"] for one in certificate["refused"]} == {
        AWAY[0]: "report_inconsistent",
        AWAY[1]: WAITS,
        AWAY[2]: WAITS,
    }
    assert len(counted(certificate)) == 6


def test_a_closing_after_a_long_absence_waits_as_well(federation: Federation) -> None:
    found = [(one.group, federation.report(one, "2027-02")) for one in federation.members[:6]]
    found.append(("all", federation.report(federation.members[6], "2027-02", kind="closing")))
    assert waiting(settled(federation, "2027-02", found=found)) == [AWAY[0]]


def test_company_in_another_group_is_none(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 7, groups=["all", "west"])
    federation.join(*(f"west-{number}" for number in range(7)), group="west")
    settled(federation, "2026-10")
    absent = ("node-05", "node-06", "west-6")
    for slot in SILENT:
        assert settled(federation, slot, *absent)["left_out"] == []
    assert waiting(settled(federation, "2027-02")) == sorted(absent)
    federation.close()


def test_after_months_without_a_total_all_come_back_together(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 5)
    settled(federation, "2026-10")
    for slot in SILENT:
        assert settled(federation, slot, "node-04")["outcome"] == "void"
    assert len(counted(settled(federation, "2027-02"))) == 5
    federation.close()


def test_of_two_trustees_the_one_that_is_asked_first_lets_nobody_come_back_alone(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 6, trustees=2)

    def both(slot: str, size: int) -> tuple[Certificate, Certificate]:
        found = [(one.group, federation.report(one, slot)) for one in federation.members[:size]]
        answer, second = federation.settle(found, slot, trustee=1, now=after(slot))
        first = federation.settle(found, slot, other=answer, now=after(slot))[1]
        federation.counted(first)
        return first, second

    both("2026-10", 6)
    for slot in SILENT:
        both(slot, 5)
    first, second = both("2027-02", 6)
    assert waiting(second) == ["node-05"]
    assert first["refused"] == [{"node": "node-05", "reason": "report_not_counted_elsewhere"}]
    assert len(counted(first)) == 5
    federation.close()


def test_whoever_was_silent_for_long_is_named_until_set_inactive_and_whoever_waits_is_not_away(
    federation: Federation,
) -> None:
    settled(federation, "2027-02", *AWAY[1:])
    now = after("2027-02")
    with federation.trustee.store.writing() as session:
        assert roster.silent(session, now) == dict.fromkeys(AWAY[1:], "2026-11-05")
        with pytest.raises(RosterMemberPresent):
            roster.rest(session, federation.trustee, AWAY[0], "anna", now)
        roster.rest(session, federation.trustee, AWAY[1], "anna", now)
        assert list(roster.silent(session, now)) == [AWAY[2]]
    found = [(one.group, federation.report(one, "2027-03")) for one in federation.members]
    certificate = settled(federation, "2027-03", found=found)
    assert {one["node"]: one["reason"] for one in certificate["refused"]} == {
        AWAY[0]: WAITS,
        AWAY[1]: "report_member_inactive",
        AWAY[2]: WAITS,
    }
