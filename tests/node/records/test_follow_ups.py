from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.records import follow_ups
from coupole.node.records.project import hires
from coupole.standard import validation
from coupole.standard.calendar import last_day
from coupole.standard.codes import code_list
from tests import factories
from tests.factories import id_of
from tests.node.records.method import FILE, TODAY, and_also, changed, checks, hire, story, without


def test_a_hire_schedules_follow_ups_at_one_two_three_and_six_months():
    scheduled = follow_ups.schedule(factories.accompaniment(), hire(3, "2025-08-31"))

    assert [(one["month"], one["due_on"]) for one in scheduled] == [
        (1, "2025-09-30"),
        (2, "2025-10-31"),
        (3, "2025-11-30"),
        (6, "2026-02-28"),
    ]
    for content in scheduled:
        assert validation.findings("follow_up", factories.follow_up(1) | content) == []


def test_what_is_scheduled_once_is_not_scheduled_again():
    dossier = story()
    third = dossier.documents["placement"][2]

    assert follow_ups.unscheduled(dossier, third) == []
    lacking = without(dossier, "follow_up", lambda one: one["month"] in (2, 6))
    assert [one["month"] for one in follow_ups.unscheduled(lacking, third)] == [2, 6]


def test_a_follow_up_that_names_no_job_belongs_to_the_hire_of_its_day():
    dossier = changed(story(), "follow_up", 0, placement=...)
    third = dossier.documents["placement"][2]

    assert [one["month"] for one in follow_ups.unscheduled(dossier, third)] == []
    assert [
        one["month"] for one in follow_ups.unscheduled(changed(dossier, "follow_up", 0, due_on="2026-01-02"), third)
    ] == [1]


def test_the_next_hire_starts_the_months_again():
    again = hire(4, "2026-01-12")
    dossier = and_also(without(story("hired"), "follow_up"), *checks(3, "2025-12-01", answered=False), again)

    assert [one["due_on"] for one in follow_ups.unscheduled(dossier, again)] == [
        "2026-02-12",
        "2026-03-12",
        "2026-04-12",
        "2026-07-12",
    ]
    dossier = and_also(dossier, *checks(4, "2026-01-12", answered=False))
    assert [(one.due_on.isoformat(), one.state) for one in follow_ups.checks(dossier, date(2026, 2, 12))] == [
        ("2026-01-01", "superseded"),
        ("2026-02-01", "superseded"),
        ("2026-02-12", "due"),
        ("2026-03-01", "superseded"),
        ("2026-03-12", "planned"),
        ("2026-04-12", "planned"),
        ("2026-06-01", "superseded"),
        ("2026-07-12", "planned"),
    ]
    before = follow_ups.checks(dossier, date(2026, 1, 5))
    assert [one.state for one in before if one.due_on < date(2026, 2, 2)] == ["due", "planned"]


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2025-12-31", "planned"),
        ("2026-01-01", "due"),
        ("2026-01-15", "due"),
        ("2026-01-16", "late"),
        ("2030-01-01", "late"),
    ],
)
def test_an_unanswered_check_is_due_then_late_and_stays_unknown(today, state):
    dossier = and_also(without(story("hired"), "follow_up"), *checks(3, "2025-12-01", answered=False))
    first = follow_ups.checks(dossier, date.fromisoformat(today))[0]

    assert (first.month, first.state, first.employed) == (1, state, None)


@pytest.mark.parametrize("status", code_list("followup_status").ids)
def test_nobody_reached_is_neither_yes_nor_no(status):
    dossier = changed(story("hired"), "follow_up", 0, status=status)
    first = follow_ups.checks(dossier, TODAY)[0]

    assert first.employed is code_list("followup_status").attribute(status, "employed")
    assert first.state == ("unknown" if status in ("not_reached", "declined") else "answered")


def test_a_check_after_leaving_is_counted_from_the_end_and_never_superseded():
    file = factories.accompaniment(closed_on="2025-08-31")
    scheduled = follow_ups.schedule_exit(file)

    assert scheduled == {**FILE, "reference": "exit", "month": 6, "due_on": "2026-02-28"}
    dossier = and_also(story(), factories.follow_up(90, **scheduled), hire(4, "2026-01-12"))
    left = next(one for one in follow_ups.checks(dossier, TODAY) if one.due_on == date(2026, 2, 28))
    assert left.state == "late"


def test_the_hires_come_in_the_order_of_their_days():
    dossier = and_also(story(), hire(4, "2025-01-01"))

    assert [placed.document["id"] for placed in hires(dossier)] == [id_of("placement", 4), id_of("placement", 3)]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_follow_up_never_falls_outside_its_month(day):
    for content in follow_ups.schedule(factories.accompaniment(), hire(3, day.isoformat())):
        due_on = date.fromisoformat(content["due_on"])

        assert (due_on.year * 12 + due_on.month) - (day.year * 12 + day.month) == content["month"]
        assert due_on.day == day.day or due_on == last_day(due_on)
