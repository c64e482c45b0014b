"""What a workshop asks of its own is asked in the quick forms of a meeting and an evaluation like all else there."""

from __future__ import annotations

import pytest

from coupole.node.records import local
from coupole.node.records.rules import leaving
from coupole.node.store.local_fields import Spec
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import evaluation, team_meeting
from tests.node.records.filed import FILE_ID, stored
from tests.node.ui.files.desks import FileDesk, desk, refusal, saved, told
from tests.stores import keep

OURS = "extensions/local.north/"
PAGES = [("team_meeting", "/meeting"), ("evaluation", "/evaluation")]
CHOICES = [{"code": "bus", "labels": {"en": "By bus"}}, {"code": "foot", "labels": {"en": "On foot"}}]
TYPED: dict[str, list[tuple[str, object]]] = {
    "text": [("Line 4", "Line 4")],
    "long_text": [("Two\r\nlines", "Two\nlines")],
    "number": [("7.5", 7.5)],
    "yes_no": [("true", True)],
    "date": [("2026-02-03", "2026-02-03")],
    "choice": [("bus", "bus")],
    "choices": [("foot", ["foot"])],
}


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    return desk(node)


def ask(own: FileDesk, entity: str, name: str = "mood", kind: str = "text") -> str:
    """The name of the input of a new own field, called as its name."""
    spec: Spec = {"entity": entity, "name": name, "kind": kind, "labels": {"en": f"Our {name}"}}
    if kind in ("choice", "choices"):
        spec["choices"] = CHOICES
    with own.store.writing() as session:
        local.define(session, spec, own.store.context("boss"))
    return OURS + name


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize(("entity", "page"), PAGES)
def test_a_question_of_our_own_is_asked_and_its_answer_written(
    own: FileDesk, entity: str, page: str, kind: str
) -> None:
    name = ask(own, entity, kind=kind)
    assert "Our own questions" in told(own.page(page))
    assert "Our mood" in told(own.page(page))
    [(typed, kept)] = TYPED[kind]
    assert saved(own.send(page, {name: typed}))
    made = next(one for one in own.all(entity) if one["extensions"])
    assert made["extensions"] == {"local.north": {"mood": kept}}
    assert [one.code for one in leaving(entity, made)] == ["local_field_leaving"]


@pytest.mark.parametrize(("entity", "page"), PAGES)
def test_a_workshop_without_questions_of_its_own_is_asked_none(own: FileDesk, entity: str, page: str) -> None:
    ask(own, "participant")
    assert "Our own questions" not in told(own.page(page))
    before = {one["id"] for one in own.all(entity)}
    assert saved(own.send(page, {}))
    [made] = [one for one in own.all(entity) if one["id"] not in before and "held_on" in one]
    assert made["extensions"] == {}


@pytest.mark.parametrize(("entity", "page"), PAGES)
def test_what_is_no_answer_is_said_beside_its_question_and_stays_typed(own: FileDesk, entity: str, page: str) -> None:
    name = ask(own, entity, "trips", "number")
    before = len(own.all(entity))
    answer = own.send(page, {name: "many"})
    assert refusal(answer) == (422, ["document_invalid"])
    assert 'href="#f-extensions-local-north-trips"' in answer.text
    assert 'id="f-extensions-local-north-trips"' in answer.text
    assert 'aria-describedby="f-extensions-local-north-trips-wrong" aria-invalid="true"' in answer.text
    assert f'name="{name}" value="many"' in answer.text
    assert len(own.all(entity)) == before
    assert f'name="{name}" value="many"' in own.page(page), "it is kept like everything that was typed"


@pytest.mark.parametrize(("entity", "page"), PAGES)
def test_answers_are_kept_while_somebody_types_whichever_field_they_are_in(
    own: FileDesk, entity: str, page: str
) -> None:
    first, second = ask(own, entity, "mood"), ask(own, entity, "trips", "number")
    before = len(own.all(entity))
    answer = own.send(page, {first: "Cheerful", second: "3", "autosave": "all"})
    assert "Kept, not saved yet" in told(answer.text)
    assert len(own.all(entity)) == before
    for name, value in ((first, "Cheerful"), (second, "3")):
        assert f'name="{name}" value="{value}"' in own.page(page)


@pytest.mark.parametrize(("entity", "page"), PAGES)
def test_the_browser_sends_all_questions_with_whatever_field_is_typed_in(own: FileDesk, entity: str, page: str) -> None:
    """The script keeps of a part only the last of inputs named alike; those that name questions stand outside it."""
    ask(own, entity, "mood")
    ask(own, entity, "trips")
    before, inside = own.page(page).split('<div data-field="all">')
    assert before.count('name="asked"') == 2
    assert 'name="asked"' not in inside


@pytest.mark.parametrize(("entity", "page"), PAGES)
def test_a_question_asked_no_more_keeps_its_answer_of_what_was_planned(own: FileDesk, entity: str, page: str) -> None:
    hidden, asked = ask(own, entity, "mood"), ask(own, entity, "trips", "number")
    make = team_meeting if entity == "team_meeting" else evaluation
    answers = {"local.north": {"mood": "Tired", "trips": 2}, "local.south": {"x": 1}}
    day = own.form(page)[[name for name, _ in own.form(page)].index("held_on")][1]
    planned = make(9, accompaniment=FILE_ID, planned_on=day, extensions=answers)
    keep(own.store, [{name: value for name, value in planned.items() if name not in ("held_on", "ratings")}])
    with own.store.writing() as session:
        local.hide(session, entity, "mood", own.store.context("boss"))
    form = own.page(page)
    assert f'name="{asked}" value="2"' in form
    assert hidden not in form
    assert saved(own.send(page, {asked: "5"}))
    made = next(one for one in own.all(entity) if one["id"] == planned["id"])
    assert made["extensions"] == {"local.north": {"mood": "Tired", "trips": 5}, "local.south": {"x": 1}}


@pytest.mark.parametrize(("entity", "page"), PAGES)
def test_only_questions_that_were_asked_are_answered(own: FileDesk, entity: str, page: str) -> None:
    ask(own, entity)
    forged = [*own.form(page), ("asked", "extensions/local.south/x"), ("extensions/local.south/x", "forged")]
    assert saved(own.send(page, {"asked": ["extensions/local.south/x", "node"], "node": "south"}, forged))
    assert all("south" not in str(one) for one in own.all(entity))


@pytest.mark.parametrize(
    ("language", "said"), [("nl", "Onze eigen vragen"), ("fr", "Nos propres questions"), ("it", "Le nostre domande")]
)
def test_the_heading_is_in_the_readers_language(own: FileDesk, node: RunningNode, language: str, said: str) -> None:
    ask(own, "team_meeting")
    assert said in FileDesk(node, signed_in(node, language=language)).page("/meeting")
