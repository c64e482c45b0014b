"""What a person said last counts; of the same day, that they took it back."""

from __future__ import annotations

from typing import Any

import pytest

from coupole.standard.catalogue import load
from coupole.standard.consents import Consent, consent, left_out


def said(granted_on: str, withdrawn_on: str | None = None, purpose: str = "statistics") -> dict[str, Any]:
    return {"purpose": purpose, "granted_on": granted_on, "withdrawn_on": withdrawn_on}


@pytest.mark.parametrize(
    ("consents", "found"),
    [
        (None, None),
        ([said("2025-01-01", "2025-02-01", "exchange")], None),
        ([said("2025-01-01")], Consent(True, "2025-01-01")),
        ([said("2025-01-01", "2025-02-01")], Consent(False, "2025-02-01")),
        ([said("2025-03-01"), said("2025-01-01", "2025-02-01")], Consent(True, "2025-03-01")),
        ([said("2025-03-01", "2025-03-01"), said("2025-01-01")], Consent(False, "2025-03-01")),
        ([said("2025-01-01", "2025-02-01"), said("2025-01-01")], Consent(False, "2025-02-01")),
    ],
)
def test_the_last_word_of_a_person_is_the_one_that_counts(consents: Any, found: Consent | None) -> None:
    person = {"consents": consents}
    assert consent(person, "statistics") == found
    assert left_out(person) == (found is not None and not found.stands)


def test_only_what_a_fund_demands_by_law_counts_people_against_their_will() -> None:
    owed = {one.id for one in load("core", "1.0.0").indicators if one.owed_by_law}
    assert owed == {f"EECO{number:02}" for number in range(1, 18)} | {f"EECR{number:02}" for number in range(1, 7)}
