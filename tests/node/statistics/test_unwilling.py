"""Whoever took back the consent to statistics is in no figure but those that a law demands, whatever the period."""

from __future__ import annotations

from typing import Any

from tests.factories import SHARED, accompaniment, action, dossier, id_of, participant
from tests.node.statistics.counted import CORE, cells, counted
from tests.node.statistics.short import esf

TAKEN_BACK = {"purpose": "statistics", "granted_on": "2024-01-05", "withdrawn_on": "2026-03-01"}
AGREED_AGAIN = {"purpose": "statistics", "granted_on": "2026-04-01"}
OWED = {one.id for one in CORE.indicators if one.owed_by_law}
ABOUT_NOBODY = {one.id for one in CORE.indicators if set(one.about) == {"organisation"}}


def workshop(*consents: dict[str, str]) -> list[dict[str, Any]]:
    """One person in an operation of the ESF+, with a course for staff in their file; and the places there are."""
    _person, *file = dossier(1)
    file[1] = accompaniment(1, programmes=esf("2025-07"))
    assert file[1]["id"] == id_of("accompaniment")
    course = action(9, audience="staff", accompaniment=id_of("accompaniment"), hours=3)
    return [*SHARED, participant(1, consents=[*consents] or participant()["consents"]), *file, course]


def test_of_them_remains_what_a_law_demands_and_what_is_about_nobody() -> None:
    before, after = (counted(workshop(*consents), "2025") for consents in ((), (TAKEN_BACK,)))
    kept = {figure: cell for figure, cell in cells(before).items() if figure[0] in OWED | ABOUT_NOBODY}
    assert {figure[0] for figure in kept} >= {"EECO01", "T02"}
    found = {figure: cell for figure, cell in cells(after).items() if cell.value or cell.persons}
    capacity = {figure: cell for figure, cell in cells(before).items() if figure[0] == "S04" and figure[3] == "den"}
    assert found == kept | capacity
    assert (before.headcount, after.headcount) == (1, 0)


def test_whoever_agrees_again_is_counted_again_as_if_nothing_had_been() -> None:
    assert cells(counted(workshop(TAKEN_BACK, AGREED_AGAIN), "2025")) == cells(counted(workshop(), "2025"))
