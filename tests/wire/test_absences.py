"""Who was away for long: counted by certificates alone, in months and quarters, with openings and voids between."""

from __future__ import annotations

from typing import Any

import pytest

from coupole.wire.absences import WAITS, heard, returning
from coupole.wire.slots import SlotInvalid, carried


def certified(slot: str, *counted: str, made_at: str = "", **refused: str) -> Any:
    """What a certificate says of its members."""
    members = [{"node": node, "report": "0" * 64} for node in counted]
    return {
        "slot": slot,
        "made_at": made_at or f"{slot[:7]}-28T12:00:00Z",
        "groups": [{"id": "all", "members": members}] if members else [],
        "refused": [{"node": node, "reason": reason} for node, reason in refused.items()],
    }


@pytest.mark.parametrize(
    ("last", "slot", "slots"),
    [
        ("2026-10", "2026-11", 1),
        ("2026-10", "2027-01", 3),
        ("2026-10/opening", "2026-10", 1),
        ("2026-10", "2026-11/opening", 0),
        ("2026-10/opening", "2026-12/opening", 2),
        ("2025-12", "2027-02", 14),
    ],
)
def test_a_report_holds_all_months_since_its_member_was_counted(last: str, slot: str, slots: int) -> None:
    assert carried(last, slot, "month") == slots


def test_of_quarters_as_many_are_held_as_there_were() -> None:
    assert carried("2026-Q3", "2027-Q3", "quarter") == 4
    with pytest.raises(SlotInvalid):
        carried("2026-10", "2027-Q3", "quarter")


def test_whoever_was_not_counted_for_more_than_three_slots_returns_whatever_happened_meanwhile() -> None:
    chain = [certified("2026-10", "north", "south"), certified("2026-11", "south"), certified("2026-12")]
    assert returning(chain, "2027-01", "month") == set()
    assert returning(chain, "2027-02", "month") == {"north"}
    assert returning(chain, "2027-03", "month") == {"north", "south"}  # three voids: all bring as much
    assert returning([*chain, certified("2027-01", "north")], "2027-03", "month") == {"south"}


def test_nobody_returns_in_an_opening_and_nobody_who_was_never_counted() -> None:
    chain = [certified("2026-10", "north")]
    assert returning(chain, "2027-10/opening", "month") == set()
    assert returning([], "2027-10", "month") == set()


def test_a_member_is_heard_of_when_it_is_counted_or_waits_and_not_when_its_report_does_not_hold() -> None:
    chain = [
        certified("2027-01", "west", made_at="2027-02-03T08:00:00Z"),
        certified("2026-10", "north", "south", "west", made_at="2026-11-03T08:00:00Z"),
        certified("2027-02", made_at="2027-03-03T08:00:00Z", north=WAITS, south="signature_invalid"),
    ]
    assert heard(chain) == {"north": "2027-03-03", "south": "2026-11-03", "west": "2027-02-03"}
