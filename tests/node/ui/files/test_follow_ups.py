"""After the hire: answers are written on their day, what nobody answered stays unknown, a lost job begins again."""

from __future__ import annotations

from datetime import datetime

import pytest

from coupole.node.records import follow_ups
from tests.calling import RunningNode
from tests.factories import id_of
from tests.node.records.filed import stored
from tests.node.ui.files.desks import FileDesk, desk, refusal, saved, told

TODAY = datetime.now().astimezone().date()


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    """Hired on 1 December; the check of six months is not answered."""
    stored(node.node.store, "hired", "closure")
    return desk(node)


def check(own: FileDesk, month: int) -> tuple[str, dict[str, object]]:
    found = next(one for one in own.all("follow_up") if one["month"] == month)
    return f"check.{found['id'].rsplit(':', 1)[1]}", found


def test_a_check_is_answered_with_who_said_so(own: FileDesk) -> None:
    key, _ = check(own, 6)
    typed = {f"{key}.status": "other_job", f"{key}.checked_on": "2026-06-03", f"{key}.source": "employer"}
    assert saved(own.send("/follow-ups", typed))
    _, answered = check(own, 6)
    assert (answered["status"], answered["checked_on"], answered["source"]) == ("other_job", "2026-06-03", "employer")
    assert "In another job" in told(own.page())


def test_what_nobody_answered_stays_unknown(own: FileDesk) -> None:
    before = own.all("follow_up")
    assert saved(own.send("/follow-ups", {}))
    assert own.all("follow_up") == before
    assert "late, unknown" in told(own.page("/follow-ups"))


def test_nobody_reached_is_an_answer_and_no_no(own: FileDesk) -> None:
    key, _ = check(own, 6)
    assert saved(own.send("/follow-ups", {f"{key}.status": "not_reached", f"{key}.checked_on": "2026-06-03"}))
    made = next(one for one in follow_ups.checks(own.known(), TODAY) if one.month == 6)
    assert (made.state, made.employed) == ("unknown", None)
    assert "unknown: Could not be reached" in told(own.page("/follow-ups"))


def test_an_answer_can_be_taken_back(own: FileDesk) -> None:
    key, _ = check(own, 1)
    assert saved(own.send("/follow-ups", {f"{key}.status": ""}))
    _, after = check(own, 1)
    assert after.keys().isdisjoint({"status", "checked_on", "source"})


def test_an_answer_needs_its_day(own: FileDesk) -> None:
    key, _ = check(own, 6)
    answer = own.send("/follow-ups", {f"{key}.status": "same_job", f"{key}.checked_on": ""})
    assert refusal(answer)[0] == 422
    assert f'id="{key}.checked_on-wrong"' in answer.text


def test_two_answers_to_one_check_are_not_written_over_each_other(own: FileDesk) -> None:
    key, _ = check(own, 6)
    form = own.form("/follow-ups")
    assert saved(own.send("/follow-ups", {f"{key}.status": "same_job", f"{key}.checked_on": "2026-06-01"}))
    answer = own.send("/follow-ups", {f"{key}.status": "seeking", f"{key}.checked_on": "2026-06-02"}, form)
    assert refusal(answer) == (412, ["revision_conflict"])
    assert 'value="2026-06-02"' in answer.text
    assert check(own, 6)[1]["status"] == "same_job"


def test_a_lost_job_ends_with_its_reason_and_the_next_hire_begins_the_months_again(own: FileDesk) -> None:
    assert "move?phase=insertion_coop" in own.page("/follow-ups")
    work = {"host": id_of("organisation"), "type": "coop_placement", "contract_type": "internship_agreement"}
    assert saved(own.send("/move?phase=insertion_coop", {"day": "2026-01-15", "lost": "host_stopped", **work}))
    lost = next(one for one in own.all("placement") if one["hire"])
    assert (lost["to"], lost["end_reason"]) == ("2026-01-15", "host_stopped")
    waiting = [one for one in follow_ups.checks(own.known(), TODAY) if one.state in ("due", "late", "planned")]
    assert waiting == [], "until the next job nobody is asked"
    job = {"host": id_of("organisation", 2), "type": "enterprise_job", "contract_type": "permanent"}
    assert saved(own.send("/move?phase=hired", {"day": "2026-03-01", **job}))
    file = own.all("accompaniment")[0]
    assert (file["phase"], file["hired_on"]) == ("hired", "2026-03-01")
    open_ones = [one for one in follow_ups.checks(own.known(), TODAY) if one.state in ("due", "late", "planned")]
    assert [one.due_on.isoformat() for one in open_ones] == ["2026-04-01", "2026-05-01", "2026-06-01", "2026-09-01"]
    assert "of an earlier job" in told(own.page("/follow-ups"))
    asked = {name.split(".")[1] for name, _ in own.form("/follow-ups") if name.endswith(".checked_on")}
    over = [one.placed.document["id"] for one in follow_ups.checks(own.known(), TODAY) if one.state == "superseded"]
    assert over, "something was left to ask of the job that was lost"
    assert not asked & {record.rsplit(":", 1)[1] for record in over}, "no answer lands on it"


def test_a_job_that_goes_on_is_not_lost(own: FileDesk) -> None:
    answer = own.send("/move?phase=insertion_coop", {"day": "2026-01-15"})
    assert "job_not_lost" in refusal(answer)[1]


def test_before_a_hire_there_is_nothing_to_answer(node: RunningNode) -> None:
    stored(node.node.store, "planned", "closure", "follow_up")
    assert "planned when the person is hired" in told(desk(node).page("/follow-ups"))
