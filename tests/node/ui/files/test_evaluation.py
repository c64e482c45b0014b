"""The evaluation with the service: last scores beside, attendance, a decision, and the next one in the calendar."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.calling import RunningNode
from tests.factories import evaluation, id_of, objective
from tests.node.records.filed import FILE_ID, stored
from tests.node.ui.files.desks import FileDesk, desk, refusal, saved, told
from tests.stores import keep

TODAY = datetime.now().astimezone().date().isoformat()
SERVICE = id_of("organisation")


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    stored(node.node.store, "insertion_coop", "closure", "evaluation")
    return desk(node)


def test_the_form_proposes_the_service_that_referred_and_the_next_day_of_the_plan(own: FileDesk) -> None:
    form = dict(own.form("/evaluation"))
    assert (form["service"], form["decision"], form["held_on"]) == (SERVICE, "continue", TODAY)
    assert form["next_planned_on"] > TODAY
    assert "Punctuality Last score: 2," in told(own.page("/evaluation")), "before the first one, what the plan says"


def test_an_evaluation_is_written_with_its_scores_and_the_next_one(own: FileDesk) -> None:
    typed = {"competence.punctuality.level": "4", "days_due": "20", "days_present": "18"}
    assert saved(own.send("/evaluation", typed))
    held = next(one for one in own.all("evaluation") if "held_on" in one)
    planned = next(one for one in own.all("evaluation") if "held_on" not in one)
    assert held["ratings"] == [{"competence": "punctuality", "level": "4", "rater_role": "host_operator"}]
    assert held["attendance"] == {"days_due": 20, "days_present": 18}
    assert (held["with_organisation"], held["decision"]) == (SERVICE, "continue")
    assert planned["planned_on"] == held["next_planned_on"]
    assert "2 → 4" in told(own.page("/evaluation"))


def test_the_evaluation_that_was_planned_is_the_one_that_is_held(own: FileDesk) -> None:
    left = dict.fromkeys(("held_on", "with_organisation", "ratings", "decision", "next_planned_on"), ...)
    keep(own.store, [evaluation(8, accompaniment=FILE_ID, planned_on="2026-05-01", **left)])
    assert saved(own.send("/evaluation", {"competence.punctuality.level": "3"}))
    held = next(one for one in own.all("evaluation") if "held_on" in one)
    assert (held["id"], held["planned_on"]) == (id_of("evaluation", 8), "2026-05-01")
    assert len(own.all("evaluation")) == 2


def test_an_evaluation_without_the_service_says_that_none_took_part(own: FileDesk) -> None:
    assert saved(own.send("/evaluation", {"service": "", "competence.punctuality.level": "3"}))
    held = next(one for one in own.all("evaluation") if "held_on" in one)
    assert (held["with_organisation"], held["missing"]) == (None, {"with_organisation": "not_applicable"})


@pytest.mark.parametrize("decision", ["suspend", "conclude", "stop"])
def test_after_the_last_evaluation_none_is_planned(own: FileDesk, decision: str) -> None:
    assert saved(own.send("/evaluation", {"decision": decision, "competence.punctuality.level": "3"}))
    assert [one["decision"] for one in own.all("evaluation")] == [decision]


def test_nobody_came_more_days_than_were_due(own: FileDesk) -> None:
    answer = own.send("/evaluation", {"days_due": "10", "days_present": "11"})
    assert refusal(answer)[0] == 422
    assert 'id="days_present-wrong"' in answer.text
    assert own.all("evaluation") == []


def test_one_number_of_attendance_asks_for_the_other(own: FileDesk) -> None:
    assert 'id="days_present-wrong"' in own.send("/evaluation", {"days_due": "10"}).text
    assert 'id="days_due-wrong"' in own.send("/evaluation", {"days_due": "", "days_present": "10"}).text


def test_an_evaluation_revises_an_objective_as_a_meeting_does(own: FileDesk) -> None:
    keep(own.store, [objective(2, accompaniment=FILE_ID, wording="Come on time")])
    key = f"goal.{id_of('objective', 2).rsplit(':', 1)[1]}"
    typed = {
        f"{key}.change": "revised",
        f"{key}.reason": "Too much",
        f"{key}.due_on": "2027-06-30",
        f"{key}.level": "2",
    }
    assert saved(own.send("/evaluation", {**typed, "decision": "revise_objectives"}))
    held = next(one for one in own.all("evaluation") if "held_on" in one)
    revised = next(one for one in own.all("objective") if one["status"] == "revised")
    fresh = next(one for one in own.all("objective") if one["id"] == revised["replaced_by"])
    assert revised["decided_in"] == fresh["decided_in"] == held["id"]
    assert (fresh["wording"], fresh["due_on"]) == ("Come on time", "2027-06-30")
    assert {"objective": revised["id"], "level": "2", "rater_role": "host_operator"} in held["ratings"]


def test_another_competence_can_be_scored(own: FileDesk) -> None:
    assert saved(own.send("/evaluation", {"more.code": "relational", "more.level": "5"}))
    held = next(one for one in own.all("evaluation") if "held_on" in one)
    assert [(one["competence"], one["level"]) for one in held["ratings"]] == [("relational", "5")]


def test_progress_is_a_picture_with_a_title_and_a_table_beside_it(own: FileDesk) -> None:
    assert saved(own.send("/evaluation", {"competence.punctuality.level": "5"}))
    page = own.page()
    assert "from 2 to 5 on a scale of 1 to 5" in page
    assert "style=" not in page
    assert "The same as a table" in told(page)
