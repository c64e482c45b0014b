from __future__ import annotations

from datetime import date

import pytest

from coupole.node.records.phases import check_transition
from coupole.node.records.steps import steps
from coupole.standard.sentences import known_codes
from tests import factories
from tests.factories import id_of
from tests.node.records.method import (
    DAYS,
    FILE,
    TODAY,
    and_also,
    changed,
    checks,
    codes,
    hire,
    invented,
    on,
    rows,
    story,
    without,
)


def step(dossier, number, today):
    found = steps(dossier, today)[number - 1]

    assert found.number == number
    return found


def states(dossier, today):
    return [one.state for one in steps(dossier, today)]


DONE, DUE, MISSING, LATER = "done", "due", "missing", "not_yet"


@pytest.mark.parametrize(
    ("phase", "today", "expected"),
    [
        ("referred", "2025-01-05", [DUE, LATER, LATER, LATER, LATER, LATER, LATER, LATER, LATER]),
        ("referred", "2025-01-09", [DONE, LATER, LATER, LATER, LATER, LATER, LATER, LATER, LATER]),
        ("drafting", "2025-01-10", [DONE, DUE, LATER, LATER, DUE, LATER, LATER, LATER, LATER]),
        ("drafting", "2025-01-16", [DONE, DONE, LATER, LATER, DUE, LATER, LATER, LATER, LATER]),
        ("agreement", "2025-01-21", [DONE, DONE, DONE, DONE, DUE, LATER, LATER, LATER, LATER]),
        ("planned", "2025-02-03", [DONE, DONE, DONE, DONE, DONE, LATER, LATER, LATER, LATER]),
        ("preparation", "2025-02-10", [DONE, DONE, DONE, DONE, DONE, LATER, LATER, LATER, LATER]),
        ("insertion_coop", "2025-06-20", [DONE, DONE, DONE, DONE, DONE, DONE, DUE, LATER, LATER]),
        ("insertion_enterprise", "2025-09-20", [DONE, DONE, DONE, DONE, DONE, DONE, DONE, LATER, LATER]),
        ("hired", "2026-01-20", [DONE, DONE, DONE, DONE, DONE, DONE, DONE, DUE, LATER]),
        ("hired", "2026-03-01", [DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DUE]),
        ("concluded", "2026-11-30", [DONE] * 9),
    ],
)
def test_the_story_does_one_step_after_the_other(phase, today, expected):
    day = date.fromisoformat(today)

    assert states(until(story(phase), day), day) == expected


def until(dossier, day):
    """The dossier as it was on a day: meetings still to come are not held, nor is the closure written."""
    dossier = without(dossier, "team_meeting", lambda one: one["held_on"] > day.isoformat())
    return without(dossier, "closure", lambda one: one["closed_on"] > day.isoformat())


def test_every_step_that_is_not_done_says_why_and_what_settles_it():
    found = [one for dossier in invented() for one in steps(dossier, TODAY)]

    assert len(found) == 9 * len(invented())
    assert {one.state for one in found} == {DONE, DUE, MISSING, LATER}
    for one in found:
        assert (one.code == "") is (one.settled_by == "") is (one.state == DONE)
        assert one.code in ("", *known_codes())


@pytest.mark.parametrize(
    ("number", "phase", "lacking", "code"),
    [
        (1, "referred", lambda d: without(d, "referral"), "referral_missing"),
        (1, "referred", lambda d: changed(d, "referral", source_type="self_or_family"), "referral_service_missing"),
        (2, "drafting", lambda d: without(d, "plan"), "plan_missing"),
        (
            2,
            "drafting",
            lambda d: changed(d, "plan", evaluation_schedule={"every_months": 9}),
            "evaluation_schedule_sparse",
        ),
        (3, "agreement", lambda d: without(d, "agreement"), "agreement_missing"),
        (3, "agreement", lambda d: changed(d, "agreement", valid_to="2025-01-31"), "agreement_not_in_force"),
        (4, "agreement", lambda d: without(d, "team"), "team_responsible_missing"),
        (5, "agreement", lambda d: changed(d, "plan", signed_by=..., signed_on=...), "plan_unsigned"),
        (7, "insertion_coop", lambda d: changed(d, "objective", status="open"), "objective_pending"),
        (8, "insertion_enterprise", lambda d: without(d, "placement", lambda one: one["hire"]), "hire_missing"),
        (8, "insertion_enterprise", lambda d: without(d, "follow_up"), "follow_up_missing"),
        (9, "hired", lambda d: without(d, "closure"), "closure_missing"),
        (9, "hired", lambda d: changed(d, "closure", verification=...), "verification_missing"),
    ],
)
def test_the_accompaniment_cannot_go_on_without_the_step_and_goes_on_with_it(number, phase, lacking, code):
    following = list(DAYS)[list(DAYS).index(phase) + 1]
    dossier, day = story(phase), on(following)
    held_back = check_transition(lacking(dossier), following, day)

    assert codes(held_back)[0] == code
    assert held_back[0].blocking
    assert check_transition(dossier, following, day) == []
    if number not in (8, 9):  # of those two the file says more once it has come there: see below
        assert step(lacking(dossier), number, day).code == code
        assert step(lacking(dossier), number, day).state == DUE


@pytest.mark.parametrize(
    ("number", "lacking", "code"),
    [
        (1, lambda d: without(d, "referral"), "referral_missing"),
        (2, lambda d: without(d, "plan"), "plan_missing"),
        (3, lambda d: without(d, "agreement"), "agreement_missing"),
        (4, lambda d: without(d, "team"), "team_responsible_missing"),
        (5, lambda d: changed(d, "plan", signed_by=..., signed_on=...), "plan_unsigned"),
        (6, lambda d: without(d, "team_meeting"), "objective_decision_missing"),
        (
            6,
            lambda d: changed(without(d, "team_meeting"), "objective", decided_in=..., status="achieved"),
            "meeting_overdue",
        ),
        (7, lambda d: changed(d, "objective", status="open"), "objective_pending"),
        (8, lambda d: without(d, "placement"), "hire_missing"),
        (8, lambda d: without(d, "follow_up", lambda one: one["month"] == 2), "follow_up_missing"),
        (9, lambda d: without(d, "closure"), "closure_missing"),
        (9, lambda d: changed(d, "closure", verification=...), "verification_missing"),
    ],
)
def test_a_step_the_file_has_gone_past_without_is_missing(number, lacking, code):
    dossier = changed(story(), "objective", status="revised", replaced_by=id_of("objective"))
    found = step(lacking(dossier), number, TODAY)

    assert (found.state, found.code) == (MISSING, code)
    assert step(dossier, number, TODAY).state == DONE


def coop(*held, **fields):
    """In the co-operative since 3 March, with these meetings held."""
    dossier = without(story("insertion_coop", **fields), "team_meeting")
    dossier = changed(dossier, "objective", status="open", decided_in=...)
    return and_also(dossier, *(factories.team_meeting(90 + n, **FILE, held_on=day) for n, day in enumerate(held)))


@pytest.mark.parametrize(
    ("held", "today", "state", "code"),
    [
        ((), "2025-03-03", DUE, "meeting_due"),
        ((), "2025-04-30", DUE, "meeting_due"),
        ((), "2025-05-01", MISSING, "meeting_overdue"),
        (("2025-03-10",), "2025-04-09", DONE, ""),
        (("2025-03-10",), "2025-04-10", DUE, "meeting_due"),
        (("2025-03-10",), "2025-05-01", MISSING, "meeting_overdue"),
        (("2025-03-10", "2025-04-29"), "2025-05-01", DONE, ""),
        (("2025-02-03",), "2025-04-02", DONE, ""),
    ],
)
def test_the_team_meets_every_month(held, today, state, code):
    found = step(coop(*held), 6, date.fromisoformat(today))

    assert (found.state, found.code) == (state, code)


def test_the_plan_may_ask_for_meetings_more_often_and_without_a_plan_it_is_a_month():
    often = changed(coop("2025-03-10"), "plan", meeting_every="P2W")

    assert step(often, 6, date(2025, 3, 23)).state == DONE
    assert step(often, 6, date(2025, 3, 24)).state == DUE
    assert step(without(coop("2025-03-10"), "plan"), 6, date(2025, 4, 10)).state == DUE


def test_a_meeting_that_was_cancelled_or_is_of_another_kind_is_not_the_monthly_one():
    other = factories.team_meeting(95, **FILE, type="host_visit", held_on="2025-04-08")
    cancelled = factories.team_meeting(96, **FILE, held_on=..., present=..., participant_present=...)

    assert step(and_also(coop("2025-03-10"), other, cancelled), 6, date(2025, 4, 10)).state == DUE


def test_an_objective_dropped_without_a_decision_leaves_the_sixth_step_undone():
    dossier = changed(coop("2025-03-10"), "objective", status="abandoned")

    assert step(dossier, 6, date(2025, 3, 20)).code == "objective_decision_missing"


def test_once_all_objectives_are_achieved_the_enterprise_is_open():
    assert step(story("insertion_coop"), 7, date(2025, 8, 25)).code == "enterprise_open"
    assert step(story("insertion_coop"), 7, date(2025, 8, 19)).code == "objective_pending"


def test_who_starts_in_an_enterprise_has_no_co_operative_phase_to_end():
    history = rows(
        ["referred", "drafting", "agreement", "planned", "insertion_enterprise"],
        ["2025-01-02", "2025-01-09", "2025-01-20", "2025-02-03", "2025-09-01"],
    )
    dossier = changed(story("insertion_enterprise", phase_history=history), "objective", status="open")

    assert step(dossier, 7, date(2025, 9, 20)).state == DONE


def test_who_comes_back_to_the_co_operative_has_the_seventh_step_before_them_again():
    history = rows([*list(DAYS)[:7], "insertion_coop"], [*list(DAYS.values())[:7], "2025-10-06"])
    dossier = story("insertion_enterprise", phase="insertion_coop", phase_history=history)

    assert step(changed(dossier, "objective", status="open"), 7, date(2025, 10, 10)).state == DUE


def test_where_no_hire_is_looked_for_the_last_steps_do_not_wait():
    dossier = coop("2025-03-10", pathway="work_care")

    assert [one.code for one in steps(dossier, date(2025, 3, 20))[6:]] == [
        "hire_not_expected",
        "hire_not_expected",
        "step_not_reached",
    ]
    history = rows([*list(DAYS)[:6], "concluded"], [*list(DAYS.values())[:6], "2026-03-02"])
    ended = changed(dossier, "accompaniment", phase="concluded", phase_history=history, closed_on="2026-03-02")
    assert states(ended, TODAY)[6:] == [LATER, LATER, DONE]


def hired_with(*follow_ups):
    return and_also(without(story("hired"), "follow_up"), *follow_ups)


@pytest.mark.parametrize(
    ("today", "state", "code"),
    [
        ("2025-12-31", DUE, "follow_up_running"),
        ("2026-01-15", DUE, "follow_up_running"),
        ("2026-01-16", MISSING, "follow_up_overdue"),
        ("2026-06-01", MISSING, "follow_up_overdue"),
    ],
)
def test_a_follow_up_nobody_made_is_overdue_after_two_weeks(today, state, code):
    dossier = hired_with(*checks(3, DAYS["hired"], answered=False))

    assert (step(dossier, 8, date.fromisoformat(today)).state, step(dossier, 8, date.fromisoformat(today)).code) == (
        state,
        code,
    )


def test_the_third_follow_up_may_still_be_due_when_the_months_have_passed():
    made = list(checks(3, DAYS["hired"]))
    third = {name: value for name, value in made[2].items() if name not in ("checked_on", "status", "source")}

    assert step(hired_with(*made[:2], third, made[3]), 8, date(2026, 3, 2)).code == "follow_up_running"


def test_the_ninth_step_waits_three_months_then_for_the_verification():
    dossier = story("hired")

    assert (step(dossier, 9, date(2026, 2, 28)).state, step(dossier, 9, date(2026, 2, 28)).code) == (
        LATER,
        "conclusion_too_early",
    )
    assert step(without(dossier, "closure"), 9, date(2026, 3, 1)).code == "closure_missing"
    assert step(dossier, 9, date(2026, 3, 2)).code == "conclusion_open"


def test_who_lost_the_job_has_the_eighth_step_before_them_again():
    history = rows([*list(DAYS)[:8], "insertion_coop"], [*list(DAYS.values())[:8], "2026-02-02"])
    lost = changed(story("hired", phase="insertion_coop", phase_history=history), "placement", 2, to="2026-01-20")

    assert states(lost, date(2026, 2, 5))[6:] == [DUE, LATER, LATER]
    again = rows([*list(DAYS)[:8], "insertion_coop", "hired"], [*list(DAYS.values())[:8], "2026-02-02", "2026-04-13"])
    rehired = and_also(changed(lost, "accompaniment", phase="hired", phase_history=again), hire(9, "2026-04-13"))
    assert step(rehired, 8, date(2026, 4, 20)).code == "follow_up_missing"
    assert (
        step(and_also(rehired, *checks(9, "2026-04-13", answered=False)), 8, date(2026, 4, 20)).code
        == "follow_up_running"
    )


def test_a_suspended_file_stands_where_it_stood():
    history = rows([*list(DAYS)[:6], "suspended"], [*list(DAYS.values())[:6], "2025-05-05"])
    dossier = changed(story("insertion_coop"), "accompaniment", phase="suspended", phase_history=history)

    assert states(dossier, date(2025, 9, 1)) == [DONE, DONE, DONE, DONE, DONE, DONE, DUE, LATER, LATER]


def test_in_a_file_that_ended_early_nothing_is_due_but_what_was_skipped_is_said():
    history = rows([*list(DAYS)[:6], "discontinued"], [*list(DAYS.values())[:6], "2025-05-05"])
    dossier = changed(story("insertion_coop"), "accompaniment", phase="discontinued", phase_history=history)
    found = steps(without(dossier, "team"), TODAY)

    assert [one.state for one in found] == [DONE, DONE, DONE, MISSING, DONE, DONE, LATER, LATER, LATER]
    assert [one.code for one in found[6:]] == ["ended_early"] * 3


def test_a_history_that_begins_suspended_stands_at_the_first_step():
    dossier = story("referred", phase="suspended", phase_history=rows(["suspended"], ["2025-01-02"]))

    assert states(dossier, TODAY) == [DONE, *[LATER] * 8]
