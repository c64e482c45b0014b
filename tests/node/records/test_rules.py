from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from coupole.node.records import conditions, rules
from coupole.node.records.bin import NothingToRestore
from coupole.node.records.changing import MethodRefused, TransitionRefused
from coupole.node.records.conditions import check_objective_change
from coupole.node.records.handing_over import HandOverRefused
from coupole.node.records.local import LocalFieldFixed, LocalFieldsTooMany, LocalFieldUnknown, OwnPathwayUnknown
from coupole.node.records.moves import CorrectionReasonMissing
from coupole.node.records.pathways import PathwayUnknown
from coupole.node.records.project import each, located
from coupole.node.records.renewals import overtaken
from coupole.node.records.rules import findings, leaving
from coupole.standard import LANGUAGES, validation
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import known_codes, sentence
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

OPEN = date(2025, 12, 10)
"""A day on which the story is under way."""


def test_the_whole_story_breaks_no_rule():
    assert findings(story(), TODAY) == []
    for phase in DAYS:
        assert [found for found in findings(story(phase), on(phase)) if found.blocking] == [], phase


def test_no_dossier_of_the_invented_federation_has_anything_blocking():
    found = [finding for dossier in invented() for finding in findings(dossier, TODAY)]

    assert [finding for finding in found if finding.blocking] == []
    assert "dates_unordered" not in codes(found)


def referral(**fields):
    return changed(story("drafting"), "referral", **fields)


def plan(**fields):
    return changed(story(), "plan", **fields)


def objective(**fields):
    return changed(story(), "objective", **fields)


def later_objective(**fields):
    terms = {"set_on": "2025-05-12", "status_on": "2025-05-12", "required_for_enterprise": False, **fields}
    return factories.objective(2, **FILE, **terms)


def meeting(**fields):
    return factories.team_meeting(60, **FILE, held_on="2025-05-12", **fields)


def observed(number, stage, day):
    status = factories.status_observation(number, **FILE, stage=stage, observed_on=day)
    return status


@pytest.mark.parametrize(
    ("rule", "dossier", "expected"),
    [
        ("R1", without(story("drafting"), "referral"), ["referral_missing"]),
        ("R1", referral(source_type="unknown"), ["referral_service_missing"]),
        ("R2", plan(evaluation_schedule={"every_months": 12}), ["evaluation_schedule_sparse"]),
        ("R2", without(story(), "plan"), ["plan_missing"]),
        ("R3", changed(story(), "agreement", signed_on="2025-02-04"), ["agreement_signed_late"]),
        ("R3", changed(story(), "agreement", valid_to="2025-02-20"), ["agreement_not_in_force"]),
        ("R5", plan(signed_by=..., signed_on=...), ["plan_unsigned"]),
        ("R6", objective(decided_in=..., status="abandoned"), ["objective_decision_missing"]),
        ("R6", objective(decided_in=id_of("team_meeting", 77), status="revised"), ["objective_decision_missing"]),
        ("R6", and_also(story(), later_objective()), ["objective_added_unminuted"]),
        ("R6", and_also(story(), later_objective(decided_in=id_of("team_meeting", 5))), []),
        (
            "R6",
            and_also(
                story(),
                later_objective(),
                meeting(objective_changes=[{"objective": id_of("objective", 2), "change": "added"}]),
            ),
            [],
        ),
        (
            "R6",
            and_also(
                story(),
                later_objective(),
                meeting(objective_changes=[{"objective": id_of("objective"), "change": "added"}]),
            ),
            ["objective_added_unminuted"],
        ),
        (
            "R6",
            and_also(objective(status="revised", replaced_by=id_of("objective", 2)), later_objective()),
            [],
        ),
        ("R7", changed(story("insertion_enterprise"), "objective", status="partly_achieved"), ["objective_pending"]),
        ("R8", without(story(), "follow_up", lambda one: one["month"] == 1), ["follow_up_missing"]),
        ("R8", changed(story(), "follow_up", 1, due_on="2026-02-02"), ["follow_up_due_differs"]),
        ("R9", changed(story(), "closure", verification=...), ["verification_missing"]),
        ("R11", without(story(), "status_observation", lambda one: one["stage"] == "entry"), ["entry_status_missing"]),
        ("R11", without(story(), "status_observation", lambda one: one["stage"] == "exit"), ["exit_status_missing"]),
        ("R11", and_also(story(), observed(5, "entry", "2025-01-21")), ["entry_status_repeated"]),
        ("R11", and_also(story(), observed(5, "exit", "2026-03-11")), ["exit_status_repeated"]),
        ("R11", and_also(story(), observed(5, "annual", "2026-01-11"), observed(6, "annual", "2025-01-11")), []),
        ("R11", changed(story(), "status_observation", 0, observed_on="2025-02-11"), ["entry_status_late"]),
        ("R11", changed(story(), "status_observation", 1, observed_on="2026-03-30"), []),
        ("R11", changed(story(), "status_observation", 1, observed_on="2026-03-31"), ["exit_status_untimely"]),
        ("R11", changed(story(), "status_observation", 1, observed_on="2026-03-01"), ["exit_status_untimely"]),
        ("R12", changed(story(), "referral", referred_on="2025-01-03"), ["dates_unordered"]),
        ("R12", story(started_on="2025-02-09"), ["started_on_differs"]),
        ("R12", story(hired_on="2025-12-02"), ["hired_on_differs"]),
        ("R12", without(story(hired_on="2025-12-02"), "placement"), []),
        ("R12", story(closed_on="2026-03-03"), ["closed_on_differs"]),
        ("R12", changed(story(), "closure", closed_on="2026-03-03"), ["closed_on_differs"]),
        ("R12", story("hired", closed_on="2026-03-02"), []),
        ("R12", without(story("hired", closed_on="2026-03-02"), "closure"), []),
        ("R13", story(phase="hired"), ["phase_differs"]),
        ("R16", changed(story(), "participant", birth_date="2012"), ["age_unlikely"]),
        ("R16", changed(story(), "participant", birth_date="2011"), []),
        ("R16", changed(story(), "participant", birth_date="2011-02"), []),
        ("R16", changed(story(), "participant", birth_date="2011-03"), ["age_unlikely"]),
        ("R16", changed(story(), "participant", birth_date="2011-02-10"), []),
        ("R16", changed(story(), "participant", birth_date="2011-02-11"), ["age_unlikely"]),
        ("R16", changed(story(), "participant", birth_date="1925-02-10"), ["age_unlikely"]),
        ("R16", changed(story(), "participant", birth_date="1925-02"), []),
        ("R16", changed(story(), "participant", birth_date="1924"), ["age_unlikely"]),
        ("R16", changed(story(), "participant", birth_date=None), []),
    ],
)
def test_each_rule_finds_what_breaks_it(rule, dossier, expected):
    found = [finding for finding in findings(dossier, TODAY) if finding.rule == rule]

    assert codes(found) == expected
    assert all(finding.blocking is (rule == "R13") for finding in found)


def insertion(*members):
    return changed(story("insertion_coop"), "team", members=list(members))


def member(role, first, last=None, actor=1):
    known = {"actor": id_of("actor", actor), "role": role, "from": first}
    return known | ({"to": last} if last else {})


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([member("project_responsible", "2025-02-01"), member("host_operator", "2025-02-01", actor=2)], []),
        (
            [
                member("project_responsible", "2025-02-01"),
                member("host_operator", "2025-02-01", "2025-04-01"),
                member("host_operator", "2025-04-02"),
            ],
            [],
        ),
        (
            [
                member("project_responsible", "2025-02-01"),
                member("host_operator", "2025-02-01", "2025-04-01"),
                member("host_operator", "2025-04-03"),
            ],
            ["team_operator_missing"],
        ),
        (
            [member("project_responsible", "2025-02-01", "2025-12-09"), member("host_operator", "2025-02-01")],
            ["responsible_not_in_team", "team_responsible_missing"],
        ),
        (
            [member("project_responsible", "2025-02-01", actor=2), member("host_operator", "2025-02-01")],
            ["responsible_not_in_team"],
        ),
    ],
)
def test_the_team_is_complete_on_every_day_of_insertion(members, expected):
    found = [finding for finding in findings(insertion(*members), OPEN) if finding.rule == "R4"]

    assert sorted(codes(found)) == expected


def test_from_the_day_of_a_change_of_phase_the_team_may_be_another():
    members = [member("project_responsible", "2025-02-01"), member("host_operator", "2025-02-01", "2025-11-30")]

    assert findings(changed(story("hired"), "team", members=members), OPEN) == []


def test_a_file_that_says_why_it_lacks_something_is_not_asked_again():
    dossier = story("insertion_coop", agreement=None, current_plan=None, referral=None)
    lost = {"agreement": "not_known", "current_plan": "not_known", "referral": "not_known"}
    without_all = without(without(changed(dossier, "accompaniment", missing=lost), "plan"), "referral")

    assert {finding.rule for finding in findings(without(dossier, "plan"), OPEN)} >= {"R1", "R2", "R3"}
    assert {finding.rule for finding in findings(without_all, OPEN)} & {"R1", "R2", "R3", "R5"} == set()


def test_before_the_plan_is_due_nobody_asks_for_it():
    assert findings(without(story("drafting"), "plan"), OPEN) == []
    assert findings(without(without(story("referred"), "plan"), "referral"), OPEN) == []


def test_the_plan_says_where_the_person_works_once_the_work_has_begun():
    structure = {"organisation": None, "side": "social"}

    assert codes(findings(changed(story("insertion_coop"), "plan", operating_structure=structure), OPEN)) == [
        "plan_structure_open"
    ]
    assert findings(changed(story("preparation"), "plan", operating_structure=structure), OPEN) == []


def test_a_new_version_of_the_plan_is_signed_again():
    again = factories.plan(
        2, **FILE, version=2, drafted_on="2025-06-02", signed_on=..., signed_by=..., objectives=[id_of("objective")]
    )
    found = findings(and_also(story("insertion_coop"), again), OPEN)
    same_day = changed(and_also(story("insertion_coop"), again), "plan", 0, drafted_on="2025-06-02")

    assert "plan_unsigned" in codes(findings(same_day, OPEN))
    assert [(one.code, one.pointer) for one in found] == [("plan_unsigned", "/plan/1/signed_by")]


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ({"minutes": "…"}, []),
        ({"objective_changes": [{"objective": id_of("objective"), "change": "dropped"}]}, []),
        (
            {"objective_changes": [{"objective": id_of("objective", 9), "change": "dropped"}]},
            ["objective_decision_unminuted"],
        ),
        ({}, ["objective_decision_unminuted"]),
        ({"held_on": ..., "present": ..., "participant_present": ...}, ["objective_decision_not_held"]),
        ({"held_on": "2025-08-21", "minutes": "…"}, ["objective_changed_early"]),
    ],
)
def test_an_objective_is_dropped_only_by_a_minuted_meeting(decision, expected):
    held = factories.team_meeting(70, **FILE, **{"held_on": "2025-08-20", **decision})
    dossier = and_also(objective(status="abandoned", decided_in=held["id"]), held)

    assert [one.code for one in findings(dossier, TODAY) if one.rule == "R6"] == expected


def test_an_evaluation_decides_as_a_meeting_does():
    held = factories.evaluation(70, **FILE, held_on="2025-08-20", decision="revise_objectives")
    dossier = and_also(objective(status="abandoned", decided_in=held["id"]), held)

    assert [one.code for one in findings(dossier, TODAY) if one.rule == "R6"] == []


def test_before_anything_is_signed_objectives_come_and_go():
    unsigned = changed(and_also(story("drafting"), later_objective()), "plan", signed_by=..., signed_on=...)

    assert "objective_added_unminuted" not in codes(findings(unsigned, TODAY))


def rewritten(dossier, **fields):
    before = dossier.documents["objective"][0]
    after = changed(dossier, "objective", **fields)
    return check_objective_change(after, before, each(after, "objective")[0])


def test_what_the_person_signed_is_replaced_not_rewritten():
    found = rewritten(story(), target_level="5")

    assert [(one.code, one.pointer, one.blocking) for one in found] == [
        ("objective_terms_changed", "/objective/0/target_level", True)
    ]
    assert rewritten(story(), wording="…") == []
    assert rewritten(changed(story(), "plan", signed_by=..., signed_on=...), target_level="5") == []


def test_an_objective_is_revised_with_its_decision_or_not_at_all():
    assert codes(rewritten(story(), status="revised", decided_in=...)) == ["objective_decision_missing"]
    assert rewritten(story(), status="revised") == []
    assert rewritten(objective(status="revised", decided_in=...), wording="…") == []


@pytest.mark.parametrize(
    ("officer", "expected"),
    [
        ({}, []),
        ({"active_from": "2024-01-01", "active_to": "2025-12-10"}, []),
        ({"active_to": "2025-12-09"}, ["insertion_officer_missing"]),
        ({"organisation": id_of("organisation", 2)}, ["insertion_officer_missing"]),
        ({"roles": ["host_operator"]}, ["insertion_officer_missing"]),
        ({"trained_on": ...}, ["insertion_officer_untrained"]),
        ({"trained_on": "2025-12-11"}, ["insertion_officer_untrained"]),
    ],
)
def test_the_co_operative_has_a_trained_insertion_officer(officer, expected):
    dossier = changed(story("insertion_coop"), "placement", to=...)
    dossier = changed(dossier, "placement", 1, **{"from": "2026-01-05"})

    assert codes(findings(changed(dossier, "actor", 3, **officer), OPEN)) == expected


def test_an_enterprise_needs_no_insertion_officer():
    dossier = changed(story("insertion_enterprise"), "actor", 3, roles=["host_operator"])

    assert findings(dossier, OPEN) == []


def test_nobody_is_asked_for_their_situation_who_died_or_has_just_left():
    dossier = without(story(), "status_observation", lambda one: one["stage"] == "exit")

    assert codes(findings(dossier, date(2026, 3, 30))) == []
    assert codes(findings(dossier, date(2026, 3, 31))) == ["exit_status_missing"]
    assert codes(findings(changed(dossier, "closure", reason="death"), TODAY)) == []


def test_an_exit_before_the_file_is_closed_is_untimely():
    assert codes(findings(and_also(story("hired"), observed(5, "exit", "2025-12-09")), OPEN)) == [
        "exit_status_untimely"
    ]


def test_a_file_closed_without_a_closure_written_lacks_it():
    assert [one.code for one in findings(without(story(), "closure"), TODAY)] == ["closure_missing"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"weekly_hours": 28}, {"weekly_hours": 20, "from": "2025-06-02"}, []),
        ({"weekly_hours": 28}, {"weekly_hours": 20.5, "from": "2025-06-02"}, ["weekly_hours_exceeded"]),
        ({"weekly_hours": 38}, {"weekly_hours": 38, "from": "2025-09-01"}, []),
        ({"weekly_hours": 38}, {"weekly_hours": 38, "from": "2025-08-31"}, ["weekly_hours_exceeded"]),
        ({"weekly_hours": 38, "to": ...}, {"weekly_hours": 38, "from": "2025-09-05"}, ["weekly_hours_exceeded"]),
        ({}, {"weekly_hours": 48, "from": "2025-06-02"}, []),
    ],
)
def test_nobody_works_more_than_48_hours_a_week(first, second, expected):
    dossier = changed(changed(story("insertion_coop"), "placement", **first), "placement", 1, **second)
    found = [one for one in findings(dossier, date(2025, 11, 1)) if one.rule == "A3"]

    assert codes(found) == expected
    assert all(one.params["limit"] == 48 and not one.blocking for one in found)


def test_a_lost_job_and_the_next_hire_are_followed_each():
    history = rows([*list(DAYS)[:8], "insertion_coop", "hired"], [*list(DAYS.values())[:8], "2026-01-26", "2026-04-13"])
    dossier = changed(
        story(phase="hired", phase_history=history, hired_on="2026-04-13", closed_on=...),
        "placement",
        2,
        to="2026-01-20",
    )
    again = factories.placement(8, **FILE, **{"from": "2026-01-26", "to": "2026-04-13"})
    lost = and_also(dossier, again, hire(9, "2026-04-13"))
    lost = without(lost, "status_observation", lambda one: one["stage"] == "exit")

    assert [(one.code, one.params.get("month")) for one in findings(lost, TODAY)] == [
        ("follow_up_missing", month) for month in (1, 2, 3, 6)
    ]
    assert findings(and_also(lost, *checks(9, "2026-04-13")), TODAY) == []


def test_a_place_leads_to_its_document_and_field():
    found = findings(plan(signed_by=..., signed_on=...), TODAY)[0]

    assert located(story(), found.pointer) == (id_of("plan"), "/signed_by")
    assert located(story(), "/team_meeting/1") == (id_of("team_meeting", 4), "")
    assert located(story(), "/plan/0/operating_structure/organisation") == (
        id_of("plan"),
        "/operating_structure/organisation",
    )
    assert located(story(), "/closure") == (None, "")


def test_a_field_that_stays_in_the_workshop_does_not_leave_it():
    found = leaving("participant", factories.participant(1))
    status = factories.status_observation(1, evidence=[{"kind": "attestation", "held_on": "2025-01-02"}])

    assert {one.pointer for one in found} == {"/local_id", *("/family_name", "/given_name", "/birth_date")}
    assert {(one.code, one.rule, one.blocking) for one in found} == {("local_field_leaving", "R14", True)}
    assert [one.pointer for one in leaving("status_observation", status)] == ["/evidence"]
    assert leaving("placement", factories.placement(1)) == []
    assert leaving("team", factories.team(1)) == []
    meeting = factories.team_meeting(1, minutes="…", cancelled_reason="…")
    assert [one.pointer for one in leaving("team_meeting", meeting)] == ["/minutes", "/cancelled_reason"]


def test_every_local_field_of_the_standard_is_held_back_wherever_it_stands():
    entities = {
        name: [field for field in entity.fields.values() if field.data_class == "L"]
        for name, entity in ENTITIES.items()
    }

    assert sum(map(len, entities.values())) > 8
    for name, fields in entities.items():
        for field in fields:
            assert [one.pointer for one in leaving(name, {field.name: "…"})] == [f"/{field.name}"]


def test_an_unknown_code_is_refused_before_any_rule():
    document = factories.objective(1, domain="no_such_domain")

    assert [one.code for one in validation.findings("objective", document)] == ["code_unknown"]


def test_all_sixteen_rules_are_looked_at():
    folder = Path(rules.__file__).parent
    text = "".join(
        (folder / f"{name}.py").read_text("utf-8") for name in ("rules", "conditions", "follow_ups", "phases")
    )

    assert {f"R{number}" for number in range(1, 17)} - set(re.findall(r"R\d+", text)) == set()


def agreed(until="insertion_coop", **fields):
    """The file with its plan signed, and another objective that the team added in May."""
    known = and_also(story(until), later_objective(decided_in=id_of("team_meeting", 5), **fields))
    return changed(known, "objective", status="open", status_on=DAYS["drafting"], decided_in=...)


def revised(dossier):
    """The dossier with its first objective replaced by the second."""
    decided = {"status_on": "2025-05-12", "decided_in": id_of("team_meeting", 5)}
    return changed(dossier, "objective", status="revised", replaced_by=id_of("objective", 2), **decided)


def renewed(dossier, **fields):
    """The dossier with a second version of the plan."""
    return and_also(dossier, factories.plan(2, **FILE, version=2, drafted_on="2025-06-02", **fields))


BOTH = [id_of("objective"), id_of("objective", 2)]
ONLY_FIRST = [id_of("objective")]


def test_objectives_changed_after_the_signature_ask_for_another_version_without_standing_in_the_way():
    (one,) = (one for one in findings(agreed(), TODAY) if one.code == "plan_objectives_changed")
    assert (one.rule, one.pointer, one.blocking) == ("R5", "/plan/0/objectives", False)
    assert (one.params["version"], one.params["settled_by"]) == (1, "plan")


@pytest.mark.parametrize(
    ("dossier", "expected"),
    [
        (agreed(), True),
        (agreed(status="achieved"), False),  # reached before anybody signed again
        (agreed(status="abandoned"), False),  # came and went
        (changed(agreed("planned"), "objective", 1, set_on="2025-02-02"), True),
        (changed(story("hired"), "objective", status="abandoned"), True),
        (changed(story("hired"), "objective", status="not_achieved"), False),
        (revised(agreed()), True),
        (revised(agreed(status="achieved")), False),  # what took its place was reached
        (revised(agreed(status="abandoned")), True),  # and so was dropped itself
        (changed(agreed(), "plan", signed_by=..., signed_on=...), False),  # nobody signed: it still changes
        (renewed(agreed(), objectives=ONLY_FIRST, signed_by=..., signed_on=...), False),
        (renewed(agreed(), objectives=ONLY_FIRST, signed_on="2025-06-09"), True),
        (renewed(agreed(), objectives=BOTH, signed_on="2025-06-09"), False),
        (agreed("concluded"), False),
        (story("hired"), False),
    ],
)
def test_a_signed_plan_is_overtaken_by_what_the_team_decided_and_by_nothing_else(dossier, expected):
    assert ("plan_objectives_changed" in codes(findings(dossier, TODAY))) is expected


def turned(dossier):
    """How the objectives changed: kind, number before, number after, day."""
    old = overtaken(dossier, TODAY)
    numbers = {id_of("objective", number): number for number in (1, 2, 3)}
    return old and [
        (one.kind, *(numbers[each["id"]] if each else None for each in (one.before, one.after)), one.on.isoformat())
        for one in old.turned
    ]


def test_it_is_told_how_each_objective_changed_once():
    third = factories.objective(3, **FILE, set_on="2025-06-10", status_on="2025-06-10", required_for_enterprise=False)
    twice = and_also(revised(agreed(status="revised", replaced_by=third["id"])), third)
    assert turned(agreed()) == [("added", None, 2, "2025-05-12")]
    assert turned(revised(agreed())) == [("revised", 1, 2, "2025-05-12")]
    assert turned(twice) == [("revised", 1, 3, "2025-05-12")]
    assert turned(revised(agreed(status="abandoned"))) == [("dropped", 1, None, "2025-05-12")]
    assert turned(and_also(revised(agreed()), third)) == [
        ("revised", 1, 2, "2025-05-12"),
        ("added", None, 3, "2025-06-10"),
    ]
    ring = changed(revised(agreed(status="revised")), "objective", 1, replaced_by=id_of("objective"))
    assert turned(ring) == [("dropped", 1, None, "2025-05-12")]
    assert (overtaken(twice, TODAY).since, overtaken(twice, TODAY).due_on) == (date(2025, 5, 12), date(2025, 6, 12))


def test_a_plan_was_not_overtaken_before_the_team_decided():
    assert "plan_objectives_changed" not in codes(findings(agreed(), date(2025, 5, 11)))
    assert "plan_objectives_changed" in codes(findings(agreed(), date(2025, 5, 12)))


OWN = (LocalFieldUnknown, LocalFieldFixed, LocalFieldsTooMany, OwnPathwayUnknown)
REFUSALS = (
    PathwayUnknown,
    TransitionRefused,
    MethodRefused,
    HandOverRefused,
    CorrectionReasonMissing,
    NothingToRestore,
    *OWN,
)


def told():
    """Every code the method may give, as the modules write it."""
    folder = Path(rules.__file__).parent
    names = ("changing", "conditions", "follow_ups", "moves", "phases", "renewals", "rules", "steps")
    text = "".join((folder / f"{name}.py").read_text("utf-8") for name in names)
    called = re.findall(r"(?:found|_wrong|_reason)\(\s*\"([a-z_]+)\"", text)
    named = re.findall(r"(?:code = |CODE = |return |else |if \w+ == )\"([a-z]+_[a-z_]+)\"", text)
    listed = re.findall(r": \"([a-z_]+_(?:missing|unverified))\"", text)
    return {*called, *named, *listed} - {"insertion_coop", "insertion_enterprise"}


def test_every_code_of_the_method_has_its_words_and_every_word_its_code():
    path = Path(conditions.__file__).parents[4] / "schema" / "v1" / "problems" / "method.json"
    written = set(re.findall(r"^ \"([a-z_]+)\": \{$", path.read_text("utf-8"), re.MULTILINE))

    assert len(written) > 60
    assert told() ^ written == {kind.code for kind in REFUSALS}
    assert written <= known_codes().keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_with_an_open_place(language):
    dossier = changed(changed(story(), "participant", birth_date="2020"), "placement", weekly_hours=60)
    left = and_also(story("hired"), observed(5, "exit", "2025-12-09"))
    found = [*findings(dossier, TODAY), *findings(without(story(), "follow_up"), TODAY), *findings(left, OPEN)]

    assert {"age_unlikely", "weekly_hours_exceeded", "follow_up_missing", "exit_status_untimely"} <= set(codes(found))
    assert not any("…" in text for one in found for text in sentence(one.code, language, one.params))
