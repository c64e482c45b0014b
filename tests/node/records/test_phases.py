from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.records import phases
from coupole.node.records.phases import allowed, check_change, check_transition, entered, history_findings, replayed
from coupole.standard import validation
from coupole.standard.codes import code_list
from tests import factories
from tests.factories import id_of
from tests.node.records.method import (
    FILE,
    TODAY,
    VERIFIED,
    and_also,
    changed,
    checks,
    codes,
    days_after,
    dossier_of,
    hire,
    invented,
    on,
    rows,
    story,
    without,
)

PHASES = code_list("phase").ids
GRAPH = {phase: set(code_list("phase").attribute(phase, "next")) for phase in PHASES}
DAY = date(2026, 6, 1)
PATHS = {
    "referred": [],
    "drafting": ["referred"],
    "agreement": ["referred", "drafting"],
    "planned": ["referred", "drafting", "agreement"],
    "preparation": ["referred", "drafting", "agreement", "planned"],
    "insertion_coop": ["referred", "drafting", "agreement", "planned"],
    "insertion_enterprise": ["referred", "drafting", "agreement", "planned"],
    "hired": ["referred", "drafting", "agreement", "planned", "insertion_coop"],
    "suspended": ["referred", "drafting", "agreement", "planned", "insertion_coop"],
    "concluded": ["referred", "drafting", "agreement", "planned", "insertion_coop"],
    "discontinued": ["referred", "drafting"],
    "not_started": ["referred"],
}
"""A way to each phase."""


def everything_ready(phase):
    """A file in ``phase`` in which every guard of every arrow is satisfied on ``DAY``."""
    path = [*PATHS[phase], phase]
    days = [(date(2025, 1, 2) + timedelta(days=7 * number)).isoformat() for number in range(len(path))]
    starts = {"from": DAY.isoformat()}
    dossier = story("concluded", pathway="sheltered_long_term", phase=phase, phase_history=rows(path, days))
    dossier = changed(dossier, "placement", 2, to="2026-05-20", end_reason="contract_ended")
    placements = [
        factories.placement(21, **FILE, **starts),
        factories.placement(22, **FILE, type="trial_placement", **starts),
        *([] if phase == "hired" else [hire(23, DAY.isoformat())]),
    ]
    meeting = factories.team_meeting(40, **FILE, held_on=DAY.isoformat(), minutes="…")
    return and_also(dossier, *placements, *checks(23, DAY.isoformat(), answered=False), meeting)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("following", PHASES)
def test_every_phase_leads_where_the_graph_says_and_nowhere_else(phase, following):
    findings = check_transition(everything_ready(phase), following, DAY, decided_in=id_of("team_meeting", 40))

    if following in GRAPH[phase]:
        assert findings == []
    else:
        assert codes(findings) == ["transition_not_allowed"]
        assert findings[0].blocking
        assert findings[0].params == {"settled_by": "accompaniment", "from": phase, "to": following}


def test_the_list_of_what_is_allowed_names_every_phase():
    found = allowed(everything_ready("insertion_coop"), DAY)

    assert tuple(found) == PHASES
    assert {phase for phase, findings in found.items() if not findings} == {
        *("insertion_enterprise", "hired", "concluded", "discontinued")
    }
    assert codes(found["suspended"]) == ["suspension_reason_missing"]


def test_the_whole_story_keeps_every_guard_and_is_valid():
    dossier = story()

    assert history_findings(dossier, TODAY) + replayed(dossier) == []
    for entity, documents in dossier.documents.items():
        assert [found for one in documents for found in validation.findings(entity, one)] == [], entity


def test_every_history_of_the_invented_federation_is_legal_and_kept_its_guards():
    found = [one for dossier in invented() for one in history_findings(dossier, TODAY) + replayed(dossier)]

    assert len(invented()) > 400
    assert [one for one in found if one.blocking] == []


@pytest.mark.parametrize(
    ("dossier", "following", "expected"),
    [
        (without(story("referred"), "referral"), "drafting", ["referral_missing"]),
        (
            changed(story("referred"), "referral", decision="waiting", decided_on=...),
            "drafting",
            ["referral_not_accepted"],
        ),
        (changed(story("referred"), "referral", decided_on="2025-01-10"), "drafting", ["referral_not_accepted"]),
        (
            changed(story("referred"), "referral", source_type="self_or_family"),
            "drafting",
            ["referral_service_missing"],
        ),
        (without(story("drafting"), "plan"), "agreement", ["plan_missing"]),
        (without(story("drafting"), "objective"), "agreement", ["plan_objectives_missing"]),
        (
            changed(story("drafting"), "plan", evaluation_schedule={"every_months": 7}),
            "agreement",
            ["evaluation_schedule_sparse"],
        ),
        (
            changed(story("drafting"), "plan", evaluation_schedule={"dates": ["2025-07-16"]}),
            "agreement",
            ["evaluation_schedule_sparse"],
        ),
        (
            changed(
                story("drafting"), "plan", evaluation_schedule={"dates": ["2025-07-15"]}, expected_end_on="2026-01-16"
            ),
            "agreement",
            ["evaluation_schedule_sparse"],
        ),
        (
            changed(
                story("drafting"),
                "plan",
                evaluation_schedule={"dates": ["2026-01-15", "2025-07-15"]},
                expected_end_on="2026-07-15",
            ),
            "agreement",
            [],
        ),
        (without(story("agreement"), "agreement"), "planned", ["agreement_missing"]),
        (changed(story("agreement"), "agreement", signed_on="2025-02-04"), "planned", ["agreement_signed_late"]),
        (changed(story("agreement"), "agreement", valid_from="2025-02-04"), "planned", ["agreement_not_in_force"]),
        (changed(story("agreement"), "agreement", valid_to="2025-02-02"), "planned", ["agreement_not_in_force"]),
        (changed(story("agreement"), "agreement", valid_to="2025-02-03"), "planned", []),
        (
            changed(story("agreement"), "agreement", covers={"accompaniments": [id_of("accompaniment", 2)]}),
            "planned",
            ["agreement_not_covering"],
        ),
        (
            changed(story("agreement"), "agreement", covers={"accompaniments": [id_of("accompaniment")]}),
            "planned",
            [],
        ),
        (
            changed(story("agreement"), "agreement", covers={"target_groups": ["minority"], "programme": "state"}),
            "planned",
            ["agreement_not_covering"],
        ),
        (without(story("agreement"), "status_observation"), "planned", ["target_group_missing"]),
        (without(story("agreement"), "team"), "planned", ["team_responsible_missing", "team_operator_missing"]),
        (changed(story("agreement"), "plan", signed_by=..., signed_on=...), "planned", ["plan_unsigned"]),
        (
            changed(story("agreement"), "plan", signed_by=[{"role": "participant", "on": "2025-02-04"}]),
            "planned",
            ["plan_unsigned"],
        ),
        (without(story("agreement"), "plan"), "planned", ["plan_missing"]),
        (without(story("preparation"), "placement"), "insertion_coop", ["placement_social_missing"]),
        (
            changed(story("preparation"), "placement", **{"from": "2025-03-02"}),
            "insertion_coop",
            ["placement_social_missing"],
        ),
        (
            changed(story("preparation"), "placement", type="trial_placement"),
            "insertion_coop",
            ["placement_social_missing"],
        ),
        (
            changed(story("preparation"), "placement", type="training_centre"),
            "insertion_coop",
            ["placement_social_missing"],
        ),
        (
            changed(story("preparation", pathway="training"), "placement", type="training_centre"),
            "insertion_coop",
            [],
        ),
        (without(story("insertion_coop"), "placement"), "insertion_enterprise", ["placement_ordinary_missing"]),
        (
            changed(story("insertion_coop"), "objective", status="open"),
            "insertion_enterprise",
            ["objective_pending"],
        ),
        (
            changed(story("insertion_coop"), "objective", status_on="2025-09-02"),
            "insertion_enterprise",
            ["objective_pending"],
        ),
        (changed(story("insertion_coop"), "objective", status="revised"), "insertion_enterprise", []),
        (
            changed(story("insertion_coop"), "objective", set_on="2025-09-02", status="open"),
            "insertion_enterprise",
            ["objectives_required_none"],
        ),
        (without(story("insertion_enterprise"), "placement"), "hired", ["hire_missing"]),
        (changed(story("insertion_enterprise"), "placement", 2, **{"from": "2025-11-30"}), "hired", ["hire_missing"]),
        (
            without(story("insertion_enterprise"), "follow_up", lambda one: one["month"] in (2, 6)),
            "hired",
            ["follow_up_missing", "follow_up_missing"],
        ),
        (without(story("hired"), "closure"), "concluded", ["closure_missing"]),
        (changed(story("hired"), "closure", verification=...), "concluded", ["verification_missing"]),
        (
            changed(story("hired"), "closure", verification=VERIFIED | {"verified_on": "2026-03-03"}),
            "concluded",
            ["verification_missing"],
        ),
        (
            changed(story("hired"), "closure", verification=VERIFIED | {"stable_condition": False}),
            "concluded",
            ["stable_condition_unverified"],
        ),
        (
            changed(story("hired"), "closure", verification=VERIFIED | {"adequate_behaviour": False}),
            "concluded",
            ["behaviour_unverified"],
        ),
    ],
)
def test_each_guard_holds_back_what_lacks_something_and_says_what(dossier, following, expected):
    findings = check_transition(dossier, following, on(following))

    assert codes(findings) == expected
    assert all(finding.params["settled_by"] and finding.rule.startswith("R") for finding in findings)


def test_a_missing_follow_up_at_six_months_is_only_a_warning():
    dossier = without(story("insertion_enterprise"), "follow_up", lambda one: one["month"] == 6)

    assert [
        (one.code, one.blocking, one.params["month"]) for one in check_transition(dossier, "hired", on("hired"))
    ] == [("follow_up_missing", False, 6)]


def test_no_objective_marked_for_the_enterprise_is_said_but_does_not_hold_back():
    dossier = changed(story("insertion_coop"), "objective", required_for_enterprise=False)
    findings = check_transition(dossier, "insertion_enterprise", on("insertion_enterprise"))

    assert [(one.code, one.blocking) for one in findings] == [("objectives_required_none", False)]


def test_an_earlier_agreement_that_a_placement_still_names_counts_for_its_own_time():
    dossier = changed(story("agreement"), "agreement", signed_on="2026-01-01", valid_from="2026-01-01")
    earlier = factories.agreement(7, valid_to="2025-12-31")
    dossier = replace(dossier, outside={**dossier.outside, earlier["id"]: earlier})

    assert check_transition(dossier, "planned", on("planned")) == []


def test_three_months_after_the_hire_are_counted_to_the_end_of_a_shorter_month():
    dossier = changed(story("hired"), "placement", 2, **{"from": "2025-11-30"})

    assert codes(check_transition(dossier, "concluded", date(2026, 2, 27)))[0] == "conclusion_too_early"
    assert "conclusion_too_early" not in codes(check_transition(dossier, "concluded", date(2026, 2, 28)))


def test_a_hire_known_only_by_its_day_is_counted_from_there_and_none_is_never_enough():
    dossier = without(story("hired"), "placement")

    assert check_transition(dossier, "concluded", on("concluded")) == []
    unknown = changed(dossier, "accompaniment", hired_on=...)
    assert codes(check_transition(unknown, "concluded", on("concluded"))) == ["conclusion_too_early"]


def test_from_the_workshop_only_pathways_without_a_hire_are_concluded():
    dossier = changed(story("insertion_coop"), "closure", verification=...)

    assert codes(check_transition(dossier, "concluded", DAY)) == ["conclusion_needs_hire"]
    for pathway in ("sheltered_long_term", "work_care", "observation", "training"):
        assert check_transition(changed(dossier, "accompaniment", pathway=pathway), "concluded", DAY) == []
    assert codes(check_transition(changed(dossier, "accompaniment", pathway="activation"), "concluded", DAY)) == [
        "conclusion_needs_hire"
    ]


def test_nobody_goes_back_to_the_workshop_who_still_has_the_job():
    day = date(2026, 2, 2)
    placed = and_also(story("hired"), factories.placement(31, **FILE, **{"from": "2026-02-02"}))

    assert codes(check_transition(placed, "insertion_coop", day)) == ["job_not_lost"]
    lost = changed(placed, "placement", 2, to="2026-01-20", end_reason="contract_ended")
    assert check_transition(lost, "insertion_coop", day) == []
    assert check_transition(changed(placed, "placement", 2, to="2026-02-02"), "insertion_coop", day) == []
    later = changed(placed, "placement", 2, to="2026-02-03")
    assert codes(check_transition(later, "insertion_coop", day)) == ["job_not_lost"]


def test_a_follow_up_that_found_the_person_out_of_work_shows_the_job_is_lost():
    day = date(2026, 2, 2)
    placed = and_also(story("hired"), factories.placement(31, **FILE, **{"from": "2026-02-02"}))

    assert check_transition(changed(placed, "follow_up", 1, status="seeking"), "insertion_coop", day) == []
    unknown = changed(placed, "follow_up", 1, status="not_reached")
    assert codes(check_transition(unknown, "insertion_coop", day)) == ["job_not_lost"]
    later = changed(placed, "follow_up", 2, status="seeking")
    assert codes(check_transition(later, "insertion_coop", day)) == ["job_not_lost"]


def test_without_any_hire_no_job_can_be_lost():
    dossier = without(story("hired"), "placement", lambda one: one["hire"])

    assert "job_not_lost" in codes(check_transition(dossier, "insertion_enterprise", DAY))


def suspended(before="insertion_coop"):
    until = story(before)
    path = [row["phase"] for row in until.documents["accompaniment"][0]["phase_history"]]
    history = rows([*path, "suspended"], [*(on(phase).isoformat() for phase in path), "2025-05-05"])
    return changed(until, "accompaniment", phase="suspended", phase_history=history)


def test_a_suspension_needs_its_reason():
    dossier = story("insertion_coop")
    meeting = factories.team_meeting(50, **FILE, planned_on="2025-05-02", held_on="2025-05-02")
    planned = factories.team_meeting(51, **FILE, held_on=..., present=..., participant_present=...)
    both = and_also(dossier, meeting, planned)
    day = date(2025, 5, 5)

    assert codes(check_transition(dossier, "suspended", day)) == ["suspension_reason_missing"]
    assert check_transition(both, "suspended", day, decided_in=meeting["id"]) == []
    assert codes(check_transition(both, "suspended", day, decided_in=planned["id"])) == ["suspension_reason_missing"]
    ended = changed(dossier, "placement", to="2025-05-05", end_reason="health")
    assert check_transition(ended, "suspended", day) == []
    unsaid = changed(dossier, "placement", to="2025-05-05", end_reason=...)
    assert codes(check_transition(unsaid, "suspended", day)) == ["suspension_reason_missing"]


def test_a_suspension_is_no_way_round_the_objectives():
    dossier = changed(suspended(), "objective", status="open")
    day = on("insertion_enterprise")

    assert codes(check_transition(dossier, "insertion_enterprise", day)) == ["objective_pending"]


def test_after_a_suspension_the_placement_may_have_gone_on():
    assert check_transition(suspended(), "insertion_coop", date(2025, 6, 2)) == []
    assert codes(check_transition(suspended("preparation"), "insertion_coop", date(2025, 6, 2))) == [
        "placement_social_missing"
    ]


def test_a_file_whose_history_begins_suspended_can_be_taken_up():
    dossier = changed(suspended(), "accompaniment", phase_history=rows(["suspended"], ["2025-01-02"]))

    assert check_transition(dossier, "insertion_coop", on("insertion_coop")) == []


def test_a_phase_begins_neither_tomorrow_nor_before_the_present_one():
    dossier = story("referred")

    assert codes(check_transition(dossier, "drafting", on("drafting"), on=days_after("2025-01-09", 1))) == [
        "transition_in_future"
    ]
    assert codes(check_transition(dossier, "drafting", on("drafting"), on=date(2025, 1, 1))) == [
        "transition_before_phase"
    ]
    assert check_transition(dossier, "drafting", TODAY, on=on("drafting")) == []


def with_history(*history, phase=None, opened_on="2025-01-02", **fields):
    found = {"phase_history": list(history), "phase": phase or history[-1]["phase"], "opened_on": opened_on, **fields}
    return dossier_of([factories.accompaniment(**found)])


@pytest.mark.parametrize(
    ("dossier", "expected"),
    [
        (with_history({"phase": "referred", "from": "2025-01-03"}), [("phase_history_start", "/0/from")]),
        (
            with_history(
                {"phase": "referred", "from": "2025-01-02", "to": "2025-01-04"},
                {"phase": "drafting", "from": "2025-01-05"},
            ),
            [("phase_history_gap", "/1/from")],
        ),
        (
            with_history(
                {"phase": "referred", "from": "2025-01-02", "to": "2025-01-06"},
                {"phase": "drafting", "from": "2025-01-05"},
            ),
            [("phase_history_overlap", "/0/to")],
        ),
        (
            with_history({"phase": "referred", "from": "2025-01-02"}, {"phase": "drafting", "from": "2025-01-05"}),
            [("phase_history_overlap", "/0/to")],
        ),
        (
            with_history(
                {"phase": "referred", "from": "2025-01-02", "to": "2025-01-01"},
                {"phase": "drafting", "from": "2025-01-01"},
            ),
            [("phase_history_backwards", "/0/to")],
        ),
        (
            with_history(
                {"phase": "referred", "from": "2025-01-02", "to": "2025-01-05"},
                {"phase": "planned", "from": "2025-01-05"},
            ),
            [("transition_not_allowed", "/1/phase")],
        ),
        (
            with_history({"phase": "referred", "from": "2025-01-02", "to": "2025-01-09"}),
            [("phase_history_ended", "/0/to")],
        ),
        (
            with_history(
                {"phase": "referred", "from": "2025-01-02", "to": "2025-01-05"},
                {"phase": "not_started", "from": "2025-01-05", "to": "2025-01-05"},
            ),
            [],
        ),
        (
            with_history(
                {"phase": "referred", "from": "2025-01-02", "to": "2026-12-01"},
                {"phase": "drafting", "from": "2026-12-01"},
            ),
            [("transition_in_future", "/1/from")],
        ),
        (with_history({"phase": "suspended", "from": "2025-11-30"}, opened_on="2025-11-30"), []),
        (
            with_history({"phase": "suspended", "from": "2025-11-29"}, opened_on="2025-11-29"),
            [("suspended_too_long", "/0")],
        ),
    ],
)
def test_a_history_has_no_gap_no_overlap_and_no_forbidden_step(dossier, expected):
    findings = history_findings(dossier, TODAY)

    assert [(one.code, one.pointer.removeprefix("/accompaniment/0/phase_history")) for one in findings] == expected
    assert all(one.blocking is (one.code != "suspended_too_long") for one in findings)


def test_the_phase_is_the_last_one_of_the_history():
    findings = history_findings(with_history({"phase": "referred", "from": "2025-01-02"}, phase="drafting"), TODAY)

    assert [(one.code, one.pointer) for one in findings] == [("phase_differs", "/accompaniment/0/phase")]


def test_a_rewritten_accompaniment_is_held_back_by_the_guards_of_what_is_new():
    before = story("drafting").documents["accompaniment"][0]

    assert check_change(story("agreement"), before, TODAY) == []
    assert codes(check_change(without(story("agreement"), "plan"), before, TODAY)) == ["plan_missing"]
    assert codes(check_change(story("referred", phase="drafting"), before, TODAY)) == ["phase_differs"]
    assert check_change(without(story("drafting"), "referral"), before, TODAY) == []


def test_an_illegal_step_is_said_once_and_the_same_as_on_the_page():
    before = story("drafting").documents["accompaniment"][0]
    history = rows(["referred", "drafting", "hired"], ["2025-01-02", "2025-01-09", "2025-12-01"])
    found = check_change(story("drafting", phase="hired", phase_history=history), before, TODAY)
    page = check_transition(story("drafting"), "hired", on("hired"))

    assert codes(found) == codes(page) == ["transition_not_allowed"]
    assert found[0].params == page[0].params


def test_a_register_from_long_ago_is_entered_with_the_history_it_has():
    history = [{"phase": "insertion_coop", "from": "2019-03-01"}]
    dossier = with_history(*history, opened_on="2019-03-01")

    assert check_change(dossier, None, TODAY) == []
    assert check_change(without(story("agreement"), "plan"), None, TODAY) == []


def test_a_phase_entered_by_mistake_is_taken_back():
    before = story("planned").documents["accompaniment"][0]

    assert check_change(story("agreement"), before, TODAY) == []


def test_entering_a_phase_closes_the_one_before_and_sets_the_days_that_go_with_it():
    file = story("planned").documents["accompaniment"][0]
    for phase in ("preparation", "insertion_coop", "insertion_enterprise", "hired", "concluded"):
        file = entered(file, phase, on(phase))
    expected = story().documents["accompaniment"][0]

    assert {name: value for name, value in file.items() if name != "missing"} == expected
    decided = entered(story("hired").documents["accompaniment"][0], "insertion_coop", DAY, id_of("team_meeting", 3))
    assert decided["phase_history"][-1] == {
        "phase": "insertion_coop",
        "from": "2026-06-01",
        "decided_in": id_of("team_meeting", 3),
    }
    assert decided["started_on"] == "2025-02-10"


@st.composite
def walks(draw):
    """A way through the graph: a phase after the other, on days that never go back."""
    path, days = ["referred"], [date(2024, 1, 1)]
    for _ in range(draw(st.integers(0, 12))):
        following = sorted(GRAPH[path[-1]])
        if not following:
            break
        path.append(draw(st.sampled_from(following)))
        days.append(days[-1] + timedelta(days=draw(st.integers(0, 40))))
    return path, days


def walked(path, days):
    return with_history(*rows(path, [day.isoformat() for day in days]), opened_on=days[0].isoformat())


@given(walks())
def test_any_way_through_the_graph_is_a_legal_history(walk):
    dossier = walked(*walk)

    assert [one for one in history_findings(dossier, date(2027, 1, 1)) if one.blocking] == []


@given(walks(), st.data())
def test_a_day_moved_in_a_history_is_always_seen(walk, data):
    path, days = walk
    history = rows(path, [day.isoformat() for day in days])
    number = data.draw(st.integers(0, len(history) - 1))
    moved = days[number] + timedelta(days=data.draw(st.sampled_from([-3, -1, 1, 5])))
    history[number] = {**history[number], "from": moved.isoformat()}
    found = history_findings(with_history(*history, opened_on=days[0].isoformat()), date(2027, 1, 1))

    assert any(one.blocking and one.code.startswith("phase_history") for one in found)


@given(walks(), st.data())
def test_a_phase_replaced_in_a_history_is_seen_unless_the_graph_allows_it(walk, data):
    path, days = walk
    number = data.draw(st.integers(0, len(path) - 1))
    other = [*path]
    other[number] = data.draw(st.sampled_from(PHASES))
    legal = all(later in GRAPH[earlier] for earlier, later in pairwise(other))
    found = [one.code for one in history_findings(walked(other, days), date(2027, 1, 1)) if one.blocking]

    assert (found == []) == legal
    assert set(found) <= {"transition_not_allowed"}


@given(walks())
def test_walking_step_by_step_writes_the_history_of_the_whole_way(walk):
    path, days = walk
    file = walked(path[:1], days[:1]).documents["accompaniment"][0]
    for phase, day in zip(path[1:], days[1:], strict=True):
        file = phases.entered(file, phase, day)

    assert file["phase_history"] == rows(path, [day.isoformat() for day in days])
    assert file["phase"] == path[-1]
