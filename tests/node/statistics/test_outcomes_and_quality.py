"""Edge histories of what became of people and of how the method was kept.

A row is one history and one period with the figure it must give; each can be counted by hand from the row.
"""

from __future__ import annotations

import pytest

from tests import factories
from tests.node.statistics.counted import cells, codes, counted, figures, total
from tests.node.statistics.short import check, file, one, status


@pytest.mark.parametrize(
    ("checks", "employed", "known", "same_job"),
    [
        ([], 0, 0, 0),
        ([check("hire", 3, "same_job")], 1, 1, 1),
        ([check("hire", 3, "same_employer_other_job")], 1, 1, 0),
        ([check("hire", 3, "other_job")], 1, 1, 0),
        ([check("hire", 3, "self_employed")], 1, 1, 0),
        ([check("hire", 3, "improved_job")], 1, 1, 0),
        ([check("hire", 3, "training")], 0, 1, 0),
        ([check("hire", 3, "seeking")], 0, 1, 0),
        ([check("hire", 3, "inactive")], 0, 1, 0),
        ([check("hire", 3, "back_in_insertion")], 0, 1, 0),
        ([check("hire", 3, "not_reached")], 0, 0, 0),
        ([check("hire", 3, "declined")], 0, 0, 0),
        ([check("hire", 3, ..., ...)], 0, 0, 0),
        ([check("hire", 2, "same_job")], 0, 0, 0),
        ([check("hire", 6, "same_job")], 0, 0, 0),
        ([check("exit", 3, "same_job")], 0, 0, 0),
        ([check("hire", 3, "same_job", "2024-06-01", 1), check("hire", 3, "seeking", "2024-06-02", 2)], 0, 1, 0),
        ([check("hire", 3, "seeking", "2024-06-01", 1), check("hire", 3, "same_job", "2024-06-02", 2)], 1, 1, 1),
        ([check("hire", 3, "same_job", "2024-06-01", 1), check("hire", 3, ..., ..., 2)], 1, 1, 1),
    ],
)
def test_after_a_hire_the_last_check_counts_and_unknown_is_not_employed(checks, employed, known, same_job):
    documents = file("2023-01-01", *checks, hired="2024-01-31")

    assert total(documents, "2024-04", "O03") == (employed, 1)
    assert total(documents, "2024-04", "O03b") == (known, 1)
    assert total(documents, "2024-04", "O05") == (same_job, 1)


@pytest.mark.parametrize("pathway", ["sheltered_long_term", "work_care", "activation", "observation", "training"])
def test_sustained_jobs_are_asked_of_transition_only(pathway):
    documents = file("2023-01-01", hired="2024-01-31", started="2023-01-01", closed="2024-04-30", pathway=pathway)

    assert figures(documents, "2024-04", "O01", "O02", "O03", "O03b", "O05") == {}
    assert total(documents, "2024-04", "Q06") == (0, 1)


@pytest.mark.parametrize(
    ("started", "closed", "outcome", "neutral", "answer"),
    [
        ("2024-01-01", "2024-03-31", "job_permanent", ..., 0),
        ("2024-01-01", "2024-04-01", "job_permanent", ..., (1, 1)),
        ("2023-01-01", "2023-04-01", "job_permanent", ..., 0),
        ("2023-01-01", "2023-04-02", "job_permanent", ..., (1, 1)),
        ("2023-12-01", "2024-05-01", "public_job", ..., (1, 1)),
        ("2023-12-01", "2024-05-01", "self_employment", ..., (1, 1)),
        ("2023-12-01", "2024-05-01", "job_fixed_6m_plus", False, (1, 1)),
        ("2023-12-01", "2024-05-01", "job_fixed_under_6m", ..., (0, 1)),
        ("2023-12-01", "2024-05-01", "school", ..., (0, 1)),
        ("2023-12-01", "2024-05-01", "dropped_out", ..., (0, 1)),
        ("2023-12-01", "2024-05-01", "unknown", ..., (0, 1)),
        ("2023-12-01", "2024-05-01", "neutral_exit", ..., 0),
        ("2023-12-01", "2024-05-01", "job_permanent", True, 0),
        (None, "2024-05-01", "job_permanent", ..., 0),
    ],
)
def test_lasting_jobs_are_of_transition_exits_after_ninety_days_and_not_neutral(
    started, closed, outcome, neutral, answer
):
    closure = one("closure", closed_on=closed, outcome=outcome, neutral=neutral)

    assert total(file("2022-01-01", closure, started=started, closed=closed), closed[:4], "O01") == answer


@pytest.mark.parametrize(
    ("outcome", "dynamic"),
    [("job_permanent", 1), ("subsidised_job", 1), ("qualifying_training", 1), ("job_seeking", 0), ("work_care", 0)],
)
def test_dynamic_exits_hold_three_categories(outcome, dynamic):
    closure = one("closure", closed_on="2024-05-01", outcome=outcome)

    assert total(file("2022-01-01", closure, started="2023-01-01", closed="2024-05-01"), "2024", "O02") == (dynamic, 1)


def test_an_exit_without_closure_is_counted_with_an_unknown_outcome():
    documents = file("2022-01-01", started="2023-01-01", closed="2024-05-01")

    assert codes(documents, "2024", "F05", "outcome_category") == {"unknown": 1}
    assert total(documents, "2024", "O01") == (0, 1)


@pytest.mark.parametrize(
    ("days", "month_checks", "answer"),
    [
        ("2024-01-31", (1, 2, 3), (1, 1)),
        ("2024-01-31", (1, 2), (0, 1)),
        ("2024-01-31", (1, 3), (0, 1)),
        ("2024-01-31", (2, 3, 4), (0, 1)),
    ],
)
def test_monthly_contact_asks_for_each_of_three_months(days, month_checks, answer):
    seen = [check("hire", month, "same_job", n=month) for month in month_checks]

    assert total(file("2023-01-01", *seen, hired=days), "2024-04", "Q06") == answer


@pytest.mark.parametrize(
    ("signed", "first_day", "answer"),
    [("2024-03-01", "2024-03-01", (1, 1)), ("2024-03-02", "2024-03-01", (0, 1)), ("2024-02-29", "2024-03-01", (1, 1))],
)
def test_the_agreement_is_signed_by_the_first_insertion_day(signed, first_day, answer):
    history = (
        f"planned 2024-01-01 | preparation 2024-02-01 | insertion_coop {first_day} | insertion_enterprise 2024-05-01"
    )
    documents = [one for one in file("2024-01-01", history=history) if ":agreement:" not in one["id"]]

    assert total([*documents, factories.agreement(1, signed_on=signed)], "2024", "Q03") == answer


@pytest.mark.parametrize(
    ("role", "on", "answer"),
    [
        ("participant", "2024-03-01", (1, 1)),
        ("participant", "2024-03-02", (0, 1)),
        ("family_member", "2024-02-01", (0, 1)),
    ],
)
def test_the_plan_is_signed_by_the_person_by_the_day_of_entry(role, on, answer):
    plan = one("plan", signed_on=on, signed_by=[{"role": role, "on": on}])

    assert total(file("2024-01-01", plan, started="2024-03-01"), "2024", "Q04") == answer


@pytest.mark.parametrize(
    ("hired", "phase", "verification", "answer"),
    [
        ("2024-01-01", "concluded", (True, True), (1, 1)),
        ("2024-01-01", "concluded", (True, False), (0, 1)),
        ("2024-01-01", "concluded", (False, True), (0, 1)),
        ("2024-01-01", "concluded", None, (0, 1)),
        ("2024-01-01", "discontinued", (True, True), (0, 1)),
        (None, "concluded", (True, True), 0),
    ],
)
def test_a_conclusion_after_hire_needs_both_verifications(hired, phase, verification, answer):
    verified = ...
    if verification:
        verified = dict(zip(("stable_condition", "adequate_behaviour"), verification, strict=True))
    closure = one("closure", closed_on="2024-05-01", outcome="job_permanent", verification=verified)
    history = f"hired 2024-01-01 | {phase} 2024-05-01"

    assert (
        total(file("2023-01-01", closure, hired=hired, closed="2024-05-01", history=history), "2024", "O06") == answer
    )


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        ("debt present", "debt lifted", {"debt": (1, 1)}),
        ("debt present", "debt present", {"debt": (0, 1)}),
        ("debt present", "debt in_progress", {"debt": (0, 1)}),
        ("debt present", "", {"debt": (0, 1)}),
        ("debt in_progress", "debt lifted", {}),
        ("debt lifted", "debt lifted", {}),
        ("debt present, housing present", "housing lifted", {"debt": (0, 1), "housing": (1, 1)}),
    ],
)
def test_barriers_present_at_entry_are_lifted_at_exit_or_not(before, after, answer):
    def barriers(line):
        rows = [dict(zip(("code", "state"), part.split(), strict=True)) for part in line.split(",") if part]
        return rows or ...

    seen = [
        status("entry", "2023-01-01", barriers=barriers(before)),
        status("exit", "2024-05-01", n=2, barriers=barriers(after)),
    ]
    found = cells(counted(file("2022-01-01", *seen, closed="2024-05-01"), "2024"))
    shown = {key[2:]: cell.value for key, cell in found.items() if key[:2] == ("O08", "barrier")}

    assert shown == {
        (code, part): value
        for code, both in answer.items()
        for part, value in zip(("num", "den"), both, strict=True)
        if value
    }


@pytest.mark.parametrize(
    ("levels", "band"),
    [
        ("3 2", 1),
        ("5 1", 1),
        ("3 3", 2),
        ("2 3", 3),
        ("2 4", 4),
        ("1 5", 4),
        ("2 5 3", 3),
        ("3", 0),
        ("not_observed 3", 0),
    ],
)
def test_gain_is_last_minus_first_level_of_what_was_rated_twice(levels, band):
    seen = [
        one("evaluation", place, held_on=f"2023-0{place}-01", ratings=[{"competence": "teamwork", "level": level}])
        for place, level in enumerate(levels.split(), 1)
    ]
    documents = file("2022-01-01", *seen, closed="2024-05-01")

    assert total(documents, "2024", "O10") == ({f"band_{band}": 1} if band else 0)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("achieved", (1, 1)),
        ("partly_achieved", (0, 1)),
        ("not_achieved", (0, 1)),
        ("open", 0),
        ("revised", 0),
        ("abandoned", 0),
    ],
)
def test_objectives_count_when_something_was_decided_about_them(answer, value):
    documents = file("2023-01-01", one("objective", status=answer, status_on="2024-02-29"))

    assert total(documents, "2024-02", "O09") == value


@pytest.mark.parametrize(
    ("entry", "leaving", "pair"),
    [("2", "4", {"2_4": 1}), ("4", "2", {"4_2": 1}), ("3", "unknown", {"3_unknown": 1}), ("3", ..., {})],
)
def test_the_ladder_is_counted_by_its_two_rungs(entry, leaving, pair):
    seen = [
        status("entry", "2023-01-01", participation_ladder=entry),
        status("exit", "2024-05-01", n=2, participation_ladder=leaving),
    ]

    assert codes(file("2022-01-01", *seen, closed="2024-05-01"), "2024", "O07", "rungs") == pair


@pytest.mark.parametrize(
    ("result", "answer"), [("completed", (1, 1)), ("certified", (1, 1)), ("dropped", (0, 1)), (..., (0, 1))]
)
def test_somebody_is_trained_who_completed_an_action(result, answer):
    assert total(file("2023-01-01", one("action", result=result), closed="2024-05-01"), "2024", "T01") == answer
