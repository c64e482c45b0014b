"""The monthly meeting: everybody is ticked already, a score is one press, a change has its reason in the minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from coupole.node.records import rules
from coupole.node.store.queries import history
from tests.calling import RunningNode
from tests.desk import account, browser_of
from tests.factories import evaluation, id_of, objective, team_meeting
from tests.node.records.filed import FILE_ID, stored
from tests.node.ui.files.desks import FILE, FileDesk, desk, refusal, saved, told
from tests.stores import keep

TODAY = datetime.now().astimezone().date()
OPEN, OTHER = id_of("objective", 2), id_of("objective", 3)
GOAL, SECOND = (f"goal.{record.rsplit(':', 1)[1]}" for record in (OPEN, OTHER))


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    """A file at work in a co-operative with two open objectives, one of them scored in March."""
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    since = {"set_on": "2025-01-15", "wording": "Come on time"}
    keep(
        node.node.store,
        [
            objective(2, accompaniment=FILE_ID, target_level="4", **since),
            objective(3, accompaniment=FILE_ID, domain="relations", **since),
            evaluation(7, accompaniment=FILE_ID, held_on="2026-03-02", ratings=[scored(OPEN, "2")]),
        ],
    )
    return desk(node)


def scored(record: str, level: str) -> dict[str, Any]:
    return {"objective": record, "level": level, "rater_role": "host_operator"}


def found_by_r6(own: FileDesk) -> list[str]:
    return [finding.code for finding in rules.findings(own.known(), TODAY) if finding.rule == "R6"]


def test_the_form_knows_the_day_the_team_and_the_last_scores(own: FileDesk) -> None:
    form, page = dict(own.form("/meeting")), told(own.page("/meeting"))
    assert form["held_on"] == TODAY.isoformat()
    assert form["participant_present"] == "on"
    assert [value for name, value in own.form("/meeting") if name == "present"] == [
        f"{id_of('actor')} project_responsible",
        f"{id_of('actor', 2)} host_operator",
    ]
    assert form["next_on"] > form["held_on"]
    assert "Last score: 2" in page
    assert "No score yet" in page


def test_a_meeting_is_noted_with_nothing_but_scores(own: FileDesk) -> None:
    assert saved(own.send("/meeting", {f"{GOAL}.level": "4", f"{SECOND}.level": "not_observed"}))
    meeting = own.last("team_meeting")
    assert {one["objective"]: one["level"] for one in meeting["ratings"]} == {OPEN: "4", OTHER: "not_observed"}
    assert [one["role"] for one in meeting["present"]] == ["project_responsible", "host_operator"]
    assert (meeting["type"], meeting["held_on"], meeting["participant_present"]) == (
        "team_monthly",
        TODAY.isoformat(),
        True,
    )
    assert "Last score: 4" in told(own.page("/meeting"))


def test_who_was_not_there_is_not_written_down(own: FileDesk) -> None:
    form = [one for one in own.form("/meeting") if one[0] not in ("present", "participant_present")]
    assert saved(own.send("/meeting", {"present": f"{id_of('actor')} project_responsible"}, form))
    meeting = own.last("team_meeting")
    assert meeting["present"] == [{"actor": id_of("actor"), "role": "project_responsible"}]
    assert meeting["participant_present"] is False


def test_the_meeting_that_was_planned_is_the_one_that_is_held(own: FileDesk) -> None:
    left = dict.fromkeys(("held_on", "present", "participant_present"), ...)
    keep(own.store, [team_meeting(9, accompaniment=FILE_ID, planned_on=TODAY.isoformat(), **left)])
    assert saved(own.send("/meeting", {"minutes": "All well"}))
    assert [one["id"] for one in own.all("team_meeting")] == [id_of("team_meeting", 9)]
    assert own.last("team_meeting")["held_on"] == TODAY.isoformat()


def test_an_objective_is_not_dropped_without_a_reason_and_what_was_typed_stays(own: FileDesk) -> None:
    answer = own.send("/meeting", {f"{GOAL}.change": "dropped", "minutes": "Long talk", f"{SECOND}.level": "3"})
    assert refusal(answer)[0] == 422
    assert ">Long talk</textarea>" in answer.text
    assert f'name="{SECOND}.level" value="3" checked' in answer.text
    assert f'id="{GOAL}.reason-wrong"' in answer.text
    assert own.all("team_meeting") == []


def test_an_objective_is_dropped_in_the_minutes_with_its_reason(own: FileDesk) -> None:
    typed = {f"{GOAL}.change": "dropped", f"{GOAL}.reason": "The bus does not run any more", "minutes": "Long talk"}
    assert saved(own.send("/meeting", typed))
    meeting = own.last("team_meeting")
    dropped = next(one for one in own.all("objective") if one["id"] == OPEN)
    assert (dropped["status"], dropped["decided_in"]) == ("abandoned", meeting["id"])
    assert meeting["objective_changes"] == [{"objective": OPEN, "change": "dropped"}]
    assert meeting["minutes"] == "Long talk\nDropped: Come on time (The bus does not run any more)"
    assert found_by_r6(own) == []
    with own.store.reading() as session:
        reasons = [version.reason for version in history(session, own.store.vault, OPEN)]
    assert reasons[-1] == "Dropped: Come on time (The bus does not run any more)"


def test_a_revised_objective_is_replaced_by_one_that_the_meeting_decided(own: FileDesk) -> None:
    typed = {f"{GOAL}.change": "revised", f"{GOAL}.reason": "Too much at once", f"{GOAL}.wording": "Come before nine"}
    assert saved(own.send("/meeting", typed))
    meeting = own.last("team_meeting")
    before = next(one for one in own.all("objective") if one["id"] == OPEN)
    after = next(one for one in own.all("objective") if one["id"] == before["replaced_by"])
    assert before["status"] == "revised"
    assert (after["wording"], after["status"], after["target_level"]) == ("Come before nine", "open", "4")
    assert (after["decided_in"], after["set_on"]) == (meeting["id"], meeting["held_on"])
    assert found_by_r6(own) == []


def test_a_revision_that_says_nothing_new_is_none(own: FileDesk) -> None:
    answer = own.send("/meeting", {f"{GOAL}.change": "revised", f"{GOAL}.reason": "Too much"})
    assert refusal(answer)[0] == 422
    assert "the same as before" in told(answer.text)


def test_an_objective_is_added_by_the_meeting(own: FileDesk) -> None:
    typed = {"added.0.wording": "Learn to use the saw", "added.0.domain": "vocational", "added.0.needed": "on"}
    assert saved(own.send("/meeting", typed))
    added = own.last("objective")
    assert (added["wording"], added["required_for_enterprise"]) == ("Learn to use the saw", True)
    assert own.last("team_meeting")["objective_changes"] == [{"objective": added["id"], "change": "added"}]
    assert found_by_r6(own) == []


def test_an_objective_without_what_it_is_about_is_not_added(own: FileDesk) -> None:
    answer = own.send("/meeting", {"added.0.wording": "Learn to use the saw"})
    assert refusal(answer)[0] == 422
    assert "Learn to use the saw</textarea>" in answer.text


def test_a_meeting_of_tomorrow_is_not_held_yet(own: FileDesk) -> None:
    answer = own.send("/meeting", {"held_on": (TODAY + timedelta(days=1)).isoformat()})
    assert refusal(answer) == (422, ["method_refused", "not_happened_yet"])


@pytest.mark.parametrize("day", ["", "31-12-2026", "2026-02-30", "today"])
def test_a_day_that_cannot_be_read_is_asked_again(own: FileDesk, day: str) -> None:
    answer = own.send("/meeting", {"held_on": day, "minutes": "Long talk"})
    assert refusal(answer)[0] == 422
    assert 'id="held_on-wrong"' in answer.text


def test_what_a_colleague_changed_meanwhile_is_told_and_nothing_is_lost(own: FileDesk, node: RunningNode) -> None:
    form = own.form("/meeting")
    luc = FileDesk(node, browser_of(node, account(node, "officer", name="Luc Maes")))
    assert saved(luc.send("/meeting", {f"{GOAL}.change": "achieved"}))
    typed = {f"{GOAL}.change": "dropped", f"{GOAL}.reason": "No bus", f"{GOAL}.level": "2", "minutes": "Long talk"}
    answer = own.send("/meeting", typed, form)
    assert refusal(answer) == (412, ["revision_conflict"])
    assert "Come on time was changed by Luc Maes" in told(answer.text)
    for kept in (">Long talk</textarea>", 'value="No bus"', f'name="{GOAL}.level" value="2" checked'):
        assert kept in answer.text
    assert next(one for one in own.all("objective") if one["id"] == OPEN)["status"] == "achieved"
    assert len(own.all("team_meeting")) == 1


def test_two_meetings_noted_at_once_are_both_kept(own: FileDesk) -> None:
    first, second = own.form("/meeting"), own.form("/meeting")
    assert saved(own.send("/meeting", {"minutes": "Mine", f"{GOAL}.level": "3"}, first))
    assert saved(own.send("/meeting", {"minutes": "Hers", f"{SECOND}.level": "4"}, second))
    assert sorted(one["minutes"] for one in own.all("team_meeting")) == ["Hers", "Mine"]


def test_whoever_only_reads_notes_no_meeting(own: FileDesk, node: RunningNode) -> None:
    reader = desk(node, "reader")
    assert reader.browser.get(f"{FILE}/meeting").status_code == 403
    assert reader.send("/meeting", {"held_on": TODAY.isoformat(), "type": "team_monthly"}, []).status_code == 403
    assert "/meeting" not in told(reader.page())
    assert own.all("team_meeting") == []


def test_scores_of_a_file_do_not_land_in_another(own: FileDesk) -> None:
    stranger = id_of("objective", 77)
    assert saved(own.send("/meeting", {f"goal.{stranger.rsplit(':', 1)[1]}.level": "5"}))
    assert "ratings" not in own.last("team_meeting")


def test_nobody_is_present_who_is_not_in_the_team(own: FileDesk) -> None:
    form = [one for one in own.form("/meeting") if one[0] != "present"]
    answer = own.send("/meeting", {"present": [f"{id_of('actor', 9)} trainer", "nonsense"]}, form)
    assert refusal(answer)[0] == 422
    assert 'id="present-wrong"' in answer.text
    assert own.all("team_meeting") == []


def test_after_a_hire_the_meeting_is_a_contact(node: RunningNode) -> None:
    stored(node.node.store, "hired", "closure")
    assert dict(desk(node).form("/meeting"))["type"] == "follow_up_contact"


def test_a_team_of_nobody_is_put_together_first(node: RunningNode) -> None:
    stored(node.node.store, "drafting", "closure", "team")
    assert "/records/new/team" in desk(node).page("/meeting")
