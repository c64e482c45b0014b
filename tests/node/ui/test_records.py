"""Any document is changed on one page: nothing typed is lost, nobody's change is overwritten unseen."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from coupole.node.records import local
from coupole.node.store import queries
from coupole.node.store.changes import Change, Document
from coupole.node.store.write import write
from tests import factories
from tests.calling import RunningNode
from tests.desk import account, browser_of, signed_in
from tests.factories import content, id_of
from tests.forms import PageForm, form_of, forms_of

HOUSE = id_of("organisation")


@pytest.fixture
def file(node: RunningNode) -> str:
    """A person with a file, of whom nobody here is responsible."""
    made = [
        factories.organisation(),
        factories.actor(),
        factories.participant(),
        factories.referral(),
        factories.accompaniment(),
    ]
    store = node.node.store
    with store.writing() as session:
        changes = [Change(one["id"].split(":")[1], content(one), one["id"]) for one in made]
        write(session, store.vault, changes, store.context("history"))
    return id_of("accompaniment")


def stored(node: RunningNode, record: str) -> Document:
    with node.node.store.reading() as session:
        return queries.read(session, node.node.store.vault, record)


def send(browser: TestClient, path: str, /, *, press: tuple[str, str] | None = None, **typed: Any) -> Any:
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return browser.post(path, data=fields(page.text, press=press, path=path, **typed))


def fields(page: str, /, *, path: str, press: tuple[str, str] | None = None, **typed: Any) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    form = form_of_record(page)
    for name, value in [*form.typed(**typed), *([press] if press else [])]:
        sent.setdefault(name, []).append(value)
    return sent


def form_of_record(page: str) -> PageForm:
    """The form of the document itself, among those that undo or sign out."""
    [form] = [one for one in forms_of(page) if "drawn_in" in one.named]
    return form


def test_a_change_is_saved_said_and_undone(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    path = f"/records/{HOUSE}"
    before = stored(node, HOUSE)
    answer = send(browser, path + "?back=/organisations", name="De Werkbank")
    assert answer.status_code == 303
    assert stored(node, HOUSE)["name"] == "De Werkbank"
    shown = browser.get("/more?" + answer.headers["location"].partition("?")[2]).text
    assert "Saved." in shown
    undo = form_of(shown, "/undo")
    back = browser.post("/undo", data=dict(undo.fields))
    assert back.status_code == 303
    assert content(stored(node, HOUSE)) == content(before)
    assert stored(node, HOUSE)["revision"] == 3, "what was undone is still in the history"
    late = browser.post("/undo", data=dict(undo.fields))
    assert late.status_code == 409
    assert 'data-code="undo_too_late"' in late.text


def test_nobody_takes_back_what_somebody_else_did(node: RunningNode, file: str) -> None:
    answer = send(signed_in(node), f"/records/{HOUSE}", name="De Werkbank")
    undo = answer.headers["location"].partition("undo=")[2]
    other = signed_in(node)
    assert other.post("/undo", data={"written": undo, "next": "/"}).status_code == 409
    assert stored(node, HOUSE)["name"] == "De Werkbank"


def test_what_cannot_be_saved_is_kept_with_the_reason_and_goes_when_it_is_saved(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    path = f"/records/{HOUSE}"
    answer = send(browser, path, nuts3="nowhere", name="Another name")
    assert answer.status_code == 422
    assert 'value="nowhere"' in answer.text
    assert 'href="#f-nuts3"' in answer.text
    assert stored(node, HOUSE)["revision"] == 1
    later = browser.get(path).text
    assert 'value="nowhere"' in later
    assert "Another name" in later
    assert "was not saved. It is still here." in later
    assert "nowhere" not in signed_in(node).get(path).text, "a draft is for nobody else"
    assert send(browser, path, nuts3="BE234").status_code == 303
    assert stored(node, HOUSE)["name"] == "Another name"
    assert "It is still here." not in browser.get(path).text


def test_what_is_kept_can_be_forgotten(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    path = f"/records/{HOUSE}"
    send(browser, path, nuts3="nowhere")
    assert browser.post(path, data={"forget": "yes"}).status_code == 303
    assert "nowhere" not in browser.get(path).text


def autosave(browser: TestClient, path: str, page: str, name: str, value: str) -> Any:
    """What the script sends when one field changes."""
    form = form_of_record(page)
    based = [one for key, one in form.fields if key == "based" and one.startswith(name + "~")]
    sent = {"drawn_in": "en", "asked": name, name: value, "autosave": name}
    return browser.post(path, data=sent | ({"based": based[0]} if based else {}))


def test_one_field_after_the_other_is_saved_by_itself(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    path = f"/records/{HOUSE}"
    page = browser.get(path).text
    first = autosave(browser, path, page, "name", "One")
    assert first.status_code == 200
    assert "Saved · v2" in first.text
    assert 'value="name~2"' in first.text
    assert 'value="street~1"' in first.text
    second = autosave(browser, path, first.text, "name", "Two")
    assert "Saved · v3" in second.text
    assert stored(node, HOUSE)["name"] == "Two"


def test_a_field_that_waited_for_another_is_saved_with_it(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    path = f"/records/new/team_meeting?accompaniment={file}"
    created = send(browser, path, type="team_monthly", planned_on="2026-03-01")
    assert created.status_code == 303, created.text
    record = created.headers["location"].partition("?")[0]
    page = browser.get(record).text
    waits = autosave(browser, record, page, "held_on", "2026-03-01")
    assert waits.status_code == 200
    assert "Kept, not saved yet" in waits.text
    sent = {"drawn_in": "en", "asked": "present", "autosave": "present", "based": "present~1"}
    sent |= {"present.0.actor": id_of("actor"), "present.0.role": "job_coach"}
    some = browser.post(record, data=sent)
    assert "Saved · v2" in some.text
    assert "Another field is kept, not saved yet" in some.text
    done = autosave(browser, record, page, "participant_present", "true")
    assert "Saved · v3" in done.text
    assert "Another field is kept" not in done.text
    assert stored(node, record.removeprefix("/records/"))["held_on"] == "2026-03-01"


def test_fields_two_people_change_apart_are_both_saved(node: RunningNode, file: str) -> None:
    anna, luc = signed_in(node), signed_in(node)
    path = f"/records/{HOUSE}"
    annas, lucs = anna.get(path).text, luc.get(path).text
    assert anna.post(path, data=fields(annas, path=path, name="By Anna")).status_code == 303
    assert luc.post(path, data=fields(lucs, path=path, street="Luc Street 1")).status_code == 303
    assert stored(node, HOUSE)["name"] == "By Anna"
    assert stored(node, HOUSE)["street"] == "Luc Street 1"


def test_of_a_field_two_people_change_both_values_are_shown_and_one_decides(node: RunningNode, file: str) -> None:
    anna, luc = browser_of(node, account(node, name="Anna Rossi")), signed_in(node)
    path = f"/records/{HOUSE}"
    lucs = luc.get(path).text
    assert send(anna, path, name="By Anna").status_code == 303
    both = luc.post(path, data=fields(lucs, path=path, name="By Luc", street="Luc Street 1"))
    assert both.status_code == 409
    assert 'data-code="revision_conflict"' in both.text
    assert "Changed by Anna Rossi" in both.text
    assert "<dd>By Anna</dd>" in both.text
    assert "<dd>By Luc</dd>" in both.text
    assert stored(node, HOUSE)["name"] == "By Anna"
    again = luc.get(path).text  # whoever closes the page finds it again, and is asked again
    assert "By Luc" in again
    assert luc.post(path, data=fields(again, path=path)).status_code == 409
    theirs = fields(both.text, path=path) | {"theirs": ["name"]}
    assert luc.post(path, data=theirs).status_code == 303
    assert stored(node, HOUSE)["name"] == "By Anna"
    assert stored(node, HOUSE)["street"] == "Luc Street 1"


def test_saving_again_after_seeing_both_values_keeps_ones_own(node: RunningNode, file: str) -> None:
    anna, luc = signed_in(node), signed_in(node)
    path = f"/records/{HOUSE}"
    lucs = luc.get(path).text
    send(anna, path, name="By Anna")
    both = luc.post(path, data=fields(lucs, path=path, name="By Luc"))
    assert luc.post(path, data=fields(both.text, path=path)).status_code == 303
    assert stored(node, HOUSE)["name"] == "By Luc"


def test_a_new_document_begins_when_a_person_saves_it_and_not_before(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    path = "/records/new/organisation"
    page = browser.get(path).text
    kept = autosave(browser, path, page, "name", "Half typed")
    assert "Kept, not saved yet" in kept.text
    assert 'value="Half typed"' in browser.get(path).text
    with node.node.store.reading() as session:
        assert queries.counts(session)["organisation"] == 1


def test_a_document_is_deleted_after_being_asked_and_brought_back(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    created = send(
        browser, f"/records/new/team_meeting?accompaniment={file}", type="team_monthly", planned_on="2026-03-01"
    )
    record = created.headers["location"].partition("?")[0]
    path = record + "/delete?back=/more"
    gone = browser.post(path, data=dict(form_of(browser.get(path).text, path).fields))
    assert gone.status_code == 303
    assert browser.get(record).status_code == 404
    shown = browser.get(gone.headers["location"]).text
    assert browser.post("/undo", data=dict(form_of(shown, "/undo").fields)).status_code == 303
    assert browser.get(record).status_code == 200


BUS = {
    "entity": "organisation",
    "name": "bus_line",
    "labels": {"en": "Bus line", "nl": "Buslijn"},
    "kind": "number",
}


def test_a_field_of_the_workshops_own_is_asked_for_saved_and_held_to_what_it_is(node: RunningNode, file: str) -> None:
    with node.node.store.writing() as session:
        local.define(session, BUS, node.node.store.context("admin"))
    someone, path = signed_in(node), f"/records/{HOUSE}"
    name = "extensions/local.north/bus_line"
    page = someone.get(path).text
    assert '<label for="f-extensions-local-north-bus_line">Bus line</label>' in page
    assert someone.post(path, data=fields(page, path=path, **{name: "12,5"}) | {"drawn_in": ["nl"]}).status_code == 303
    assert local.own_values(stored(node, HOUSE), "north") == {"bus_line": 12.5}
    wrong = someone.post(path, data=fields(someone.get(path).text, path=path, **{name: "the red one"}))
    assert wrong.status_code == 422
    assert 'href="#f-extensions-local-north-bus_line"' in wrong.text
    assert 'value="the red one"' in someone.get(path).text
    assert autosave(someone, path, someone.get(path).text, name, "").status_code == 200
    assert stored(node, HOUSE)["extensions"] == {}


def test_a_coach_must_say_why_before_changing_a_document_of_somebody_elses_file(node: RunningNode, file: str) -> None:
    coach = signed_in(node, "coach")
    person, objective = f"/records/{id_of('participant')}", f"/records/new/objective?accompaniment={file}"
    for path in (f"/records/{file}", person, objective):
        assert 'data-code="reason_needed"' in coach.get(path).text, path
        assert 'data-code="reason_needed"' in coach.post(path, data={"asked": "x"}).text, path


def test_a_reader_reads_without_what_is_special_and_changes_nothing(node: RunningNode, file: str) -> None:
    person = id_of("participant")
    special = stored(node, person) | {"minority": True, "family_name": "Peeters"}
    store = node.node.store
    with store.writing() as session:
        write(session, store.vault, [Change("participant", content(special), person, 1)], store.context("history"))
    reader = signed_in(node, "reader")
    page = reader.get(f"/records/{person}")
    assert page.status_code == 200
    assert "Peeters" in page.text
    assert "f-family_name" not in page.text
    assert "minority" not in page.text.lower()
    assert reader.post(f"/records/{person}", data={"asked": "family_name", "family_name": "X"}).status_code == 403
    assert signed_in(node, "auditor").get(f"/records/{person}").status_code == 403


@pytest.mark.parametrize("record", ["x", "north:plan:1:2", "north:nothing:0", "north:plan:00000000000000000000000000"])
def test_an_address_of_no_document_is_not_found(node: RunningNode, record: str) -> None:
    assert signed_in(node).get(f"/records/{record}").status_code == 404
    assert signed_in(node).get("/records/new/nothing").status_code == 404


def test_what_was_typed_about_a_person_who_is_erased_is_gone(node: RunningNode, file: str) -> None:
    browser = signed_in(node)
    path = f"/records/{id_of('participant')}"
    assert send(browser, path, residence__nuts3="nowhere").status_code == 422
    store = node.node.store
    store.erase(id_of("participant"), store.context("admin"))
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM draft")).scalar_one() == 0


def test_a_field_sent_again_by_itself_does_not_overwrite_what_it_collided_with(node: RunningNode, file: str) -> None:
    anna, luc = signed_in(node), signed_in(node)
    path = f"/records/{HOUSE}"
    lucs = luc.get(path).text
    send(anna, path, street="Annastraat 1")
    once = autosave(luc, path, lucs, "street", "Lucstraat 1")
    assert once.status_code == 409
    assert 'value="street~1"' in once.text, "what it was typed over has not changed"
    assert autosave(luc, path, once.text, "street", "Lucstraat 1").status_code == 409
    assert stored(node, HOUSE)["street"] == "Annastraat 1"
    assert "Saved" in autosave(luc, path, once.text, "postcode", "9000").text
    assert stored(node, HOUSE)["street"] == "Annastraat 1"
    assert "Lucstraat 1" in luc.get(path).text, "and what was typed is still kept"
