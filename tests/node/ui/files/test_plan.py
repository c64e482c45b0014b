"""The plan: as of any day, its versions side by side, begun from a pathway, signed."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from coupole.node.records import pathways, rules
from tests.calling import RunningNode
from tests.factories import id_of, objective, plan
from tests.node.records.filed import FILE_ID, stored
from tests.node.ui.files.desks import FileDesk, desk, refusal, saved, told
from tests.stores import keep

TODAY = datetime.now().astimezone().date()


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    stored(node.node.store, "insertion_coop", "closure")
    return desk(node)


@pytest.fixture
def fresh(node: RunningNode) -> FileDesk:
    """A file that is being drawn up and has no plan yet."""
    left = ("plan", "objective", "team_meeting", "placement", "follow_up")
    stored(node.node.store, "drafting", "closure", *left, current_plan=None, missing={"current_plan": "not_known"})
    return desk(node)


def second(own: FileDesk) -> None:
    """A second version from March on, which meets every week."""
    fields = {"version": 2, "replaces": id_of("plan"), "drafted_on": "2025-03-01", "meeting_every": "P1W"}
    left = dict.fromkeys(("signed_on", "signed_by"), ...)
    keep(own.store, [plan(2, accompaniment=FILE_ID, objectives=[id_of("objective")], **fields, **left)])


def test_the_plan_reads_as_it_stood_on_any_day(own: FileDesk) -> None:
    second(own)
    assert "Version 2, as it stood on" in told(own.page("/plan"))
    assert "Version 1, as it stood on" in told(own.page("/plan?as_of=2025-02-01"))
    assert "On that day there was no plan yet." in told(own.page("/plan?as_of=2024-01-01"))


def test_an_objective_stands_in_the_plan_as_it_did_that_day(own: FileDesk) -> None:
    before = told(own.page("/plan?as_of=2025-08-19"))
    after = told(own.page("/plan?as_of=2025-08-20"))
    assert "Open" in before
    assert "Achieved" not in before.partition("Who signed")[0]
    assert "Achieved" in after


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "", "2026-1-1"])
def test_a_day_that_is_none_is_today(own: FileDesk, day: str) -> None:
    assert "Version 1" in told(own.page(f"/plan?as_of={day}"))


def test_two_versions_stand_side_by_side_and_what_changed_is_marked(own: FileDesk) -> None:
    second(own)
    page = own.page("/plan")
    changed = [row for row in page.split("<tr") if 'class="differs"' in row]
    assert any("every week" in row and "every month" in row for row in changed)
    assert not any("Capacities" in row for row in changed)
    same = own.page("/plan?left=1&right=1")
    assert 'class="differs"' not in same


@pytest.mark.parametrize("name", [one["id"] for one in pathways.templates()])
def test_a_plan_begins_with_a_pathway_and_can_be_saved_with_what_is_missing(fresh: FileDesk, name: str) -> None:
    assert f"template={name}" in fresh.page("/plan")
    template = pathways.template(name)
    form = fresh.form(f"/plan/new?template={name}")
    named = [name.split(".")[1] for name, value in form if re.fullmatch(r"capacity\.\d+\.competence", name) and value]
    levels = {f"capacity.{key}.level": "2" for key in named}
    typed = {"host": id_of("organisation"), **levels}
    assert saved(fresh.send("/plan/new", typed, form))
    made, file = fresh.all("plan")[0], fresh.all("accompaniment")[0]
    assert (file["current_plan"], made["version"]) == (made["id"], 1)
    assert "missing" not in file
    assert [one["wording"] for one in fresh.all("objective")] == [
        one["wording"]["en"] for one in template["objectives"]
    ]
    assert made["evaluation_schedule"] == {"every_months": template["evaluation_every_months"]}
    assert 'data-step="2" data-state="done"' in fresh.page()


def test_everything_a_pathway_proposes_can_be_changed(fresh: FileDesk) -> None:
    form = fresh.form("/plan/new?template=psychiatric_service")
    kept = [(name, value) for name, value in form if not name.startswith(("goal.", "capacity.", "action."))]
    typed = {
        "goal.0.wording": "Be there on Tuesdays",
        "goal.0.domain": "worker_role",
        "capacity.0.competence": "continuity",
        "capacity.0.level": "1",
        "meeting_every": "P2W",
        "every_months": "2",
        "contribution.0.type": "wage_subsidy",
        "contribution.0.payer": "region",
        "contribution.0.amount": "1 250,50",
        "contribution.0.per": "month",
        "action.0.type": "safety_training",
        "action.0.hours": "7,5",
    }
    assert saved(fresh.send("/plan/new", typed, kept))
    made = fresh.all("plan")[0]
    assert [one["wording"] for one in fresh.all("objective")] == ["Be there on Tuesdays"]
    assert made["planned_contributions"] == [
        {"type": "wage_subsidy", "payer": "region", "amount_minor": 125_050, "currency": "EUR", "per": "month"}
    ]
    assert made["planned_actions"] == [{"type": "safety_training", "hours": 7.5}]
    assert (made["meeting_every"], made["evaluation_schedule"]) == ("P2W", {"every_months": 2})


def test_an_empty_plan_is_not_saved_and_says_what_it_needs(fresh: FileDesk) -> None:
    answer = fresh.send("/plan/new", {"expected_end_on": "2027-01-01"})
    assert refusal(answer)[0] == 422
    assert 'id="goal.0.wording-wrong"' in answer.text
    assert 'id="capacity.0.competence-wrong"' in answer.text
    assert 'value="2027-01-01"' in answer.text
    assert fresh.all("plan") == []


def test_a_pathway_nobody_knows_is_not_found(fresh: FileDesk) -> None:
    answer = fresh.browser.get(f"/files/{FILE_ID}/plan/new?template=elsewhere")
    assert (answer.status_code, 'data-code="pathway_unknown"' in answer.text) == (404, True)


def test_a_new_version_takes_over_what_stood_in_the_one_before(own: FileDesk) -> None:
    assert saved(own.send("/plan/new", {"meeting_every": "P2W", "goal.0.wording": ""}, _with_objective(own)))
    made = own.last("plan")
    assert (made["version"], made["replaces"], made["meeting_every"]) == (2, id_of("plan"), "P2W")
    assert made["capacities"] == [{"competence": "punctuality", "level": "2"}]
    assert "signed_on" not in made
    assert own.all("accompaniment")[0]["current_plan"] == made["id"]


def _with_objective(own: FileDesk) -> list[tuple[str, str]]:
    """The form with an open objective that stays in the plan."""
    keep(own.store, [objective(5, accompaniment=FILE_ID, wording="Stay a whole day")])
    return own.form("/plan/new")


def test_an_objective_added_to_a_signed_plan_is_one_that_was_decided(own: FileDesk) -> None:
    typed = {"goal.0.wording": "Learn to use the saw", "goal.0.domain": "vocational"}
    form = own.form("/plan/new")
    assert refusal(own.send("/plan/new", typed, form)) == (422, ["method_refused", "objective_added_unminuted"])
    assert own.all("plan")[-1]["version"] == 1
    decided = {"decided_in": id_of("team_meeting", 11)}
    assert saved(own.send("/plan/new", typed | decided, form))
    assert [one.code for one in rules.findings(own.known(), TODAY) if one.rule == "R6"] == []


def test_two_new_versions_at_once_are_not_both_the_plan(own: FileDesk) -> None:
    form = _with_objective(own)
    assert saved(own.send("/plan/new", {"meeting_every": "P1W"}, form))
    answer = own.send("/plan/new", {"meeting_every": "P2W"}, form)
    assert refusal(answer) == (412, ["revision_conflict"])
    assert 'value="P2W" selected' in answer.text


def test_a_signature_is_written_with_its_day(own: FileDesk) -> None:
    second(own)
    page = own.page("/plan")
    assert "not signed yet" in told(page)
    made = {"plan": id_of("plan", 2), f"expect.{id_of('plan', 2)}": "1", "day": "2025-03-05"}
    signers = ["participant", f"project_responsible {id_of('actor')}"]
    assert saved(own.send("/plan/sign", {**made, "signer": signers}, []))
    signed = next(one for one in own.all("plan") if one["version"] == 2)
    assert signed["signed_on"] == "2025-03-05"
    assert signed["signed_by"] == [
        {"role": "participant", "on": "2025-03-05"},
        {"role": "project_responsible", "actor": id_of("actor"), "on": "2025-03-05"},
    ]


def test_nobody_signs_tomorrow_and_nobody_is_not_a_signature(own: FileDesk) -> None:
    second(own)
    made = {"plan": id_of("plan", 2), f"expect.{id_of('plan', 2)}": "1"}
    late = own.send("/plan/sign", {**made, "day": "2099-01-01", "signer": "participant"}, [])
    assert "not_happened_yet" in refusal(late)[1]
    assert refusal(own.send("/plan/sign", {**made, "day": "2025-03-05"}, []))[0] == 422


def test_the_plan_can_be_printed_to_sign(own: FileDesk) -> None:
    assert f'href="/print/plan/{id_of("plan")}"' in own.page("/plan")
