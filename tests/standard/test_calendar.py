from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.standard.calendar import (
    DurationInvalid,
    PeriodInvalid,
    add_duration,
    add_months,
    last_day,
    parse_period,
    years_between,
)

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
MONTHS = st.integers(-600, 600)


@given(DAYS, MONTHS)
def test_adding_months_lands_in_the_month_counted_and_never_later_in_it(day, months):
    moved = add_months(day, months)

    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == min(day.day, last_day(moved).day)


@given(DAYS, MONTHS)
def test_going_back_the_same_months_gives_the_same_day_or_an_earlier_one(day, months):
    assert timedelta(0) <= day - add_months(add_months(day, months), -months) <= timedelta(3)


@given(DAYS)
def test_the_day_after_the_last_of_a_month_is_a_first(day):
    assert (last_day(day) + timedelta(1)).day == 1


@pytest.mark.parametrize(
    ("day", "duration", "expected"),
    [
        ("2025-08-31", "P6M", "2026-02-28"),
        ("2023-08-31", "P6M", "2024-02-29"),
        ("2024-02-29", "-P12M", "2023-02-28"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2026-02-27", "P28D", "2026-03-27"),
        ("2026-01-31", "P1M1D", "2026-03-01"),
        ("2026-01-31", "-P1W", "2026-01-24"),
    ],
)
def test_durations_add_clamped_months_first_and_days_after(day, duration, expected):
    assert add_duration(date.fromisoformat(day), duration).isoformat() == expected


@pytest.mark.parametrize("text", ["", "P", "-P", "6M", "PT6H", "P6M ", "P6m", "P-6M", "P999999D"])
def test_what_is_not_a_duration_is_refused(text):
    with pytest.raises(DurationInvalid):
        add_duration(date(2026, 1, 1), text)


@given(DAYS, DAYS)
def test_whole_years_fit_between_and_one_more_does_not(first, second):
    years = years_between(first, second)

    assert add_months(first, 12 * years) <= second < add_months(first, 12 * (years + 1))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [("2008-02-29", "2026-02-27", 17), ("2008-02-29", "2026-02-28", 18), ("2007-06-15", "2026-06-14", 18)],
)
def test_ages_change_on_the_birthday(birth, day, age):
    assert years_between(date.fromisoformat(birth), date.fromisoformat(day)) == age


@pytest.mark.parametrize(
    ("name", "first", "last", "months"),
    [
        ("2024-02", "2024-02-01", "2024-02-29", 1),
        ("2026-12", "2026-12-01", "2026-12-31", 1),
        ("2026-Q1", "2026-01-01", "2026-03-31", 3),
        ("2026-Q3", "2026-07-01", "2026-09-30", 3),
        ("2026-Q4", "2026-10-01", "2026-12-31", 3),
        ("1976", "1976-01-01", "1976-12-31", 12),
    ],
)
def test_a_period_has_its_first_and_last_day_and_its_months(name, first, last, months):
    period = parse_period(name)

    assert (period.name, period.first.isoformat(), period.last.isoformat()) == (name, first, last)
    inside = period.months()
    assert len(inside) == months
    assert (inside[0].first, inside[-1].last) == (period.first, period.last)
    assert all(before.last + timedelta(1) == after.first for before, after in pairwise(inside))
    assert all(parse_period(month.name) == month for month in inside)


@pytest.mark.parametrize("name", ["", "2026-13", "2026-00", "2026-Q5", "2026-10-01", "26", "2026-1", "1850", "2026\n"])
def test_what_is_not_a_period_is_refused(name):
    with pytest.raises(PeriodInvalid):
        parse_period(name)
