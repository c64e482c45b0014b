"""Meetings of officers are written up on one page, with the training they plan, in one write."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from coupole.node.store import queries
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import coordination_meeting, id_of
from tests.node.ui.lists.workshop import GUIDE, MINE, coach, filled, rows, told
from tests.stores import change, keep, replace

OFFICER = id_of("actor", 3)
HOST = id_of("organisation")
TODAY = datetime.now().astimezone().date()


def typed(**more: Any) -> dict[str, Any]:
    """What somebody fills in: the officer came, the guide did not, two files, one training of a day and a half."""
    fields = {
        "step": "save",
        "revision": "0",
        "held_on": TODAY.isoformat(),
        "agency": HOST,
        "attendee": [OFFICER, GUIDE, MINE],
        f"came.{OFFICER}": "yes",
        f"came.{GUIDE}": "no",
        f"came.{MINE}": "",
        "reviewed": [id_of("accompaniment", 1), id_of("accompaniment", 3)],
        "topics": "Transport\n\n  Winter hours  \nTransport",
        "rows": "2",
        "training.0.kind": "staff_training",
        "training.0.first": "2030-02-03",
        "training.0.last": "2030-02-04",
        "training.0.hours": "10,5",
        "training.0.actor": [OFFICER, GUIDE],
        "training.1.kind": "staff_training",
    }
    return fields | more


def documents(node: RunningNode, entity: str) -> list[dict[str, Any]]:
    with node.node.store.reading() as session:
        return [one.document for one in queries.page(session, node.node.store.vault, entity, limit=99)]


def test_a_meeting_and_its_training_are_written_together(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    answer = browser.post("/coordination/new", data=typed())
    assert answer.status_code == 303, told(answer)
    (meeting,) = documents(node, "coordination_meeting")
    assert answer.headers["location"].startswith(f"/coordination/{meeting['id']}?notice=saved")
    assert meeting["attendees"] == [
        {"organisation": HOST, "actor": OFFICER, "present": True},
        {"organisation": HOST, "actor": GUIDE, "present": False},
    ]
    assert meeting["topics"] == ["Transport", "Winter hours"]
    assert meeting["accompaniments_reviewed"] == sorted([id_of("accompaniment", 1), id_of("accompaniment", 3)])
    (training,) = [one for one in documents(node, "action") if one["audience"] == "staff"]
    assert meeting["training_planned"] == [training["id"]]
    assert (training["from"], training["to"], training["hours"]) == ("2030-02-03", "2030-02-04", 10.5)
    assert set(training["actors"]) == {OFFICER, GUIDE}
    page = told(browser.get(f"/coordination/{meeting['id']}"))
    for words in ("Tine Baert", "Wim Cools", "did not come", "Winter hours", "Peeters, Zoë", "10.5 hours"):
        assert words in page


def test_the_new_page_invites_the_officers_and_whoever_came_last_time(node: RunningNode) -> None:
    keep(
        filled(node).node.store,
        [coordination_meeting(1, attendees=[{"organisation": HOST, "actor": GUIDE, "present": True}])],
    )
    page = signed_in(node).get("/coordination/new").text
    for actor in (OFFICER, GUIDE):
        assert f'name="came.{actor}"' in page
    assert f'name="came.{MINE}"' not in page


def test_nothing_typed_is_lost_when_something_is_missing(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    wrong = {"held_on": "", "training.0.hours": "many", "training.0.last": "2030-01-01"}
    answer = browser.post("/coordination/new", data=typed(**wrong))
    assert answer.status_code == 422
    for words in (
        "The day of the meeting is missing.",
        "The hours of the training are missing.",
        "The training ends before it begins.",
    ):
        assert words in answer.text
    for kept in ("Winter hours", 'value="many"', 'value="2030-02-03"'):
        assert kept in answer.text
    assert documents(node, "coordination_meeting") == []


def test_a_meeting_that_is_still_to_come_is_not_written_up(node: RunningNode) -> None:
    tomorrow = (TODAY + timedelta(days=2)).isoformat()
    answer = signed_in(filled(node)).post("/coordination/new", data=typed(held_on=tomorrow))
    assert answer.status_code == 422
    assert "This day is still to come." in answer.text


def test_somebody_else_and_one_more_training_are_added_without_script(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    more = typed(step="person", somebody=id_of("actor", 2), attendee=[OFFICER], held_on="")
    page = browser.post("/coordination/new", data=more)
    assert page.status_code == 200
    assert "Bart Hoste" in told(page)
    assert f'name="came.{id_of("actor", 2)}"' in page.text
    assert "The day of the meeting is missing." not in page.text, "nobody has said yet that it is finished"
    assert 'name="training.2.first"' in browser.post("/coordination/new", data=typed(step="training")).text


def test_what_is_typed_is_kept_while_it_is_typed_and_found_again(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    answer = browser.post("/coordination/new", data=typed(autosave="all", held_on=""))
    assert answer.status_code == 200
    assert "Kept, not saved yet" in answer.text
    page = browser.get("/coordination/new")
    assert "was not saved. It is still here." in told(page)
    assert "Winter hours" in page.text
    assert 'value="10,5"' in page.text
    assert "Winter hours" not in signed_in(node).get("/coordination/new").text, "for nobody else"
    assert browser.post("/coordination/new", data=typed()).status_code == 303
    assert "Winter hours" not in browser.get("/coordination/new").text, "what is saved is no draft any more"


def test_what_was_kept_is_forgotten_when_that_is_asked_for(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    browser.post("/coordination/new", data=typed(autosave="all"))
    assert browser.post("/coordination/new", data={"forget": "yes"}).headers["location"] == "/coordination/new"
    assert "Winter hours" not in browser.get("/coordination/new").text
    assert documents(node, "coordination_meeting") == []


def test_a_training_is_changed_and_dropped_with_its_meeting(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    browser.post("/coordination/new", data=typed())
    (meeting,) = documents(node, "coordination_meeting")
    path = f"/coordination/{meeting['id']}/edit"
    page = browser.get(path)
    assert 'value="2030-02-03"' in page.text
    training = meeting["training_planned"][0]
    kept = {"training.0.record": training, "training.0.revision": "1", "revision": "1"}
    assert browser.post(path, data=typed(**kept, **{"training.0.hours": "7"})).status_code == 303
    assert [one["hours"] for one in documents(node, "action") if one["id"] == training] == [7]
    kept |= {"training.0.revision": "2", "training.0.drop": "yes", "revision": "1"}
    assert browser.post(path, data=typed(**kept)).status_code == 303
    assert training not in [one["id"] for one in documents(node, "action")]
    assert "training_planned" not in documents(node, "coordination_meeting")[0]


def test_two_people_writing_up_one_meeting_see_both_versions(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    browser.post("/coordination/new", data=typed())
    (meeting,) = documents(node, "coordination_meeting")
    change(node.node.store, replace(meeting, topics=["What Luc wrote"]))
    path = f"/coordination/{meeting['id']}/edit"
    kept = {"training.0.record": meeting["training_planned"][0], "training.0.revision": "1"}
    answer = browser.post(path, data=typed(revision="1", topics="What I wrote", **kept))
    assert answer.status_code == 409
    assert "What Luc wrote" in answer.text
    assert "What I wrote" in answer.text
    assert 'name="revision" value="2"' in answer.text
    assert documents(node, "coordination_meeting")[0]["topics"] == ["What Luc wrote"]
    assert browser.post(path, data=typed(revision="2", topics="What I wrote", **kept)).status_code == 303
    assert documents(node, "coordination_meeting")[0]["topics"] == ["What I wrote"]


def test_cooperatives_without_a_trained_officer_are_named(node: RunningNode) -> None:
    browser = signed_in(filled(node))
    page = told(browser.get("/coordination"))
    assert "Atelier 1 : 3 people there today, Tine Baert is not trained yet" in page
    with node.node.store.reading() as session:
        officer = queries.read(session, node.node.store.vault, OFFICER)
    change(node.node.store, replace(officer, trained_on="2025-01-01"))
    assert "Without a trained insertion officer" not in told(browser.get("/coordination"))


def test_meetings_stand_with_the_last_one_first(node: RunningNode) -> None:
    keep(filled(node).node.store, [coordination_meeting(number, held_on=f"2025-0{number}-20") for number in (1, 2, 3)])
    assert rows(signed_in(node).get("/coordination")) == ["20 Mar 2025", "20 Feb 2025", "20 Jan 2025"]


def test_a_coach_reads_meetings_but_writes_none_and_sees_only_their_own_people(node: RunningNode) -> None:
    reviewed = [id_of("accompaniment", number) for number in (1, 3)]
    keep(filled(node).node.store, [coordination_meeting(1, accompaniments_reviewed=reviewed)])
    browser = coach(node)
    page = browser.get(f"/coordination/{id_of('coordination_meeting')}")
    assert "Peeters, Zoë" in told(page)
    assert "Keïta" not in page.text
    assert reviewed[1] not in page.text
    assert browser.get("/coordination/new").status_code == 403
    assert browser.post("/coordination/new", data=typed()).status_code == 403
    assert len(documents(node, "coordination_meeting")) == 1
