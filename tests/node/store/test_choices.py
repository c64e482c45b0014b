"""What a workshop decides for itself is kept with who decided it and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from coupole.node.store import Store
from coupole.node.store.choices import Choice, Choices, choices, choose, kept_until
from tests.stores import NOW


def test_what_nobody_decided_is_as_the_program_has_it(store: Store) -> None:
    with store.reading() as session:
        assert choices(session) == Choices()


def test_a_decision_holds_from_then_on_and_says_who_made_it(store: Store) -> None:
    decided = replace(Choices(), retention_years=10)
    with store.writing() as session:
        assert choose(session, decided, "anna", NOW)
        assert not choose(session, decided, "luc", NOW), "deciding the same again is no decision"
    with store.reading() as session:
        assert choices(session) == decided
        (row,) = session.exec(select(Choice))
        assert (row.actor, row.at) == ("anna", NOW)


@pytest.mark.parametrize("years", [0, -1, 51])
def test_years_that_are_none_are_refused(store: Store, years: int) -> None:
    with store.writing() as session, pytest.raises(ValueError, match="retention_years"):
        choose(session, Choices(years), "anna", NOW)


def test_years_end_on_the_last_day_of_a_short_month() -> None:
    assert kept_until(date(2024, 2, 29), Choices(5)) == date(2029, 2, 28)
