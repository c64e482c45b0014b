"""Fields and pathways of a workshop's own: asked, checked on every way in, and never sent away by themselves."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import orjson
import pytest

from coupole.errors import CoupoleError
from coupole.node.records import local
from coupole.node.records.changing import change
from coupole.node.records.importing import write_all
from coupole.node.records.local import LocalFieldFixed, LocalFieldsTooMany, LocalFieldUnknown, OwnPathwayUnknown
from coupole.node.records.pathways import fitting, template, templates
from coupole.node.records.reading import document_rows
from coupole.node.records.rules import leaving
from coupole.node.store import Store
from coupole.node.store.changes import Change, Refused
from coupole.node.store.local_fields import TYPES, namespace
from coupole.node.store.queries import read
from coupole.node.store.write import Rehearsal, write
from coupole.standard.reading import canonical
from coupole.standard.validation import DocumentInvalid
from tests.calling import RunningNode
from tests.factories import NODE, content, id_of, participant
from tests.stores import NOW, with_files

OWN = namespace(NODE)
BUS = {"entity": "participant", "name": "bus_line", "kind": "text", "labels": {"nl": "Buslijn", "fr": "Ligne de bus"}}
LOCKER = {
    "entity": "participant",
    "name": "locker",
    "kind": "choice",
    "labels": {"en": "Locker"},
    "choices": [{"code": "blue", "labels": {"nl": "Blauw"}}, {"code": "red", "labels": {"nl": "Rood"}}],
}
Document = dict[str, Any]


def define(store: Store, *specs: Document) -> list[bool]:
    with store.writing() as session:
        return [local.define(session, spec, store.context("admin", now=NOW)) for spec in specs]


def person(**values: Any) -> Document:
    """Somebody new with values of own fields."""
    return content(participant(7, local_id="7", extensions={OWN: values}))


def refused(attempt: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentInvalid) as error:
        attempt()
    return [(finding.code, finding.pointer) for finding in error.value.findings]


def put(store: Store, document: Document) -> None:
    with store.writing() as session:
        change(session, store, [Change("participant", document)], store.context("anna", now=NOW))


def test_an_own_field_is_drawn_like_one_of_the_standard(store: Store) -> None:
    assert define(store, BUS, LOCKER) == [True, True]
    with store.reading() as session:
        found = local.fields(session, "participant")
        assert local.fields(session, "plan") == {}
    assert list(found) == ["bus_line", "locker"]
    labels = [found["bus_line"].label(language) for language in ("en", "nl", "fr", "it")]
    assert labels == ["Buslijn", "Buslijn", "Ligne de bus", "Buslijn"]
    assert (found["bus_line"].widget, found["bus_line"].data_class, found["bus_line"].required) == ("text", "L", False)
    assert found["locker"].options("nl") == (("blue", "Blauw"), ("red", "Rood"))


GOOD = {
    "text": "Line 5",
    "long_text": "Line 5\nthen on foot",
    "number": 2.5,
    "yes_no": True,
    "date": "2026-02-28",
    "choice": "a",
    "choices": ["a", "b"],
}
BAD: dict[str, tuple[Any, ...]] = {
    "text": ("", "two\nlines", 5, "x" * 201),
    "long_text": ("", 5),
    "number": ("2", True, 1e12),
    "yes_no": ("yes", 1),
    "date": ("2026-02-30", "28/02/2026", 2026),
    "choice": ("c", ["a"], 1),
    "choices": ([], ["a", "a"], ["c"], "a"),
}


def test_there_is_an_example_of_every_kind() -> None:
    assert GOOD.keys() == BAD.keys() == {*TYPES, "choice", "choices"}


@pytest.mark.parametrize("kind", GOOD)
def test_values_are_held_against_the_kind_of_the_field(sqlite_store: Store, kind: str) -> None:
    spec: Document = {"entity": "participant", "name": "own", "kind": kind, "labels": {"en": "Own"}}
    if kind in ("choice", "choices"):
        spec["choices"] = [{"code": code, "labels": {"en": code}} for code in ("a", "b")]
    define(sqlite_store, spec)
    for bad in BAD[kind]:
        found = refused(lambda value=bad: put(sqlite_store, person(own=value)))
        assert found[0][1].startswith(f"/extensions/{OWN}/own"), bad
    put(sqlite_store, person(own=GOOD[kind]))


def test_a_field_nobody_made_is_refused_in_our_own_namespace_alone(sqlite_store: Store) -> None:
    assert refused(lambda: put(sqlite_store, person(bus_line="5"))) == [("field_unknown", f"/extensions/{OWN}")]
    put(sqlite_store, content(participant(8, local_id="8", extensions={"org.example": {"bus_line": 5}})))


def test_every_way_in_asks_the_same(sqlite_store: Store) -> None:
    define(sqlite_store, LOCKER)
    wrong, place = person(locker="green"), f"/extensions/{OWN}/locker"
    whole = {**participant(7, local_id="7"), "extensions": wrong["extensions"]}
    asked = [Change("participant", wrong)]
    with sqlite_store.writing() as session:
        context = sqlite_store.context("anna", now=NOW)
        with pytest.raises(DocumentInvalid):
            write(session, sqlite_store.vault, asked, context)
        (told,) = write_all(session, document_rows([canonical(whole)], 1_000_000), sqlite_store, context)
        assert [(finding.code, finding.pointer) for finding in told.findings] == [("code_unknown", place)]
        ((answer,),) = Rehearsal(session, sqlite_store.vault, context).read([asked])
        assert isinstance(answer, Refused)
        assert isinstance(answer.error, DocumentInvalid)


def test_the_api_asks_the_same(node: RunningNode) -> None:
    define(node.node.store, LOCKER)
    answer = node.call("POST", "/api/v1/participants", document=person(locker="green"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/extensions/{OWN}/locker"
    assert node.call("POST", "/api/v1/participants", document=person(locker="red")).status_code == 201
    told = node.call("GET", "/api/v1/local_fields").json()
    assert (told["namespace"], told["items"]) == (OWN, [{**LOCKER, "hidden": False}])


def test_a_field_in_use_keeps_its_kind_and_its_choices_and_may_be_called_otherwise(sqlite_store: Store) -> None:
    define(sqlite_store, LOCKER)
    for other in ({**LOCKER, "choices": LOCKER["choices"][:1]}, {**BUS, "name": "locker"}):
        with pytest.raises(LocalFieldFixed):
            define(sqlite_store, other)
    more = {**LOCKER, "labels": {"en": "Cupboard"}}
    more["choices"] = [*LOCKER["choices"], {"code": "green", "labels": {"en": "Green"}}]
    assert define(sqlite_store, more) == [False]
    put(sqlite_store, person(locker="green"))
    with sqlite_store.reading() as session:
        assert local.fields(session, "participant")["locker"].label("en") == "Cupboard"


def test_a_field_that_is_not_asked_any_more_keeps_what_was_written(sqlite_store: Store) -> None:
    define(sqlite_store, LOCKER)
    put(sqlite_store, person(locker="red"))
    with sqlite_store.writing() as session:
        local.hide(session, "participant", "locker", sqlite_store.context("admin", now=NOW))
        assert local.fields(session, "participant") == {}
        assert [one.hidden for one in local.defined(session)] == [True]
    put(sqlite_store, content(participant(8, local_id="8", extensions={OWN: {"locker": "red"}})))
    with sqlite_store.writing() as session, pytest.raises(LocalFieldUnknown):
        local.hide(session, "plan", "locker", sqlite_store.context("admin"))


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {**BUS, "entity": "person"},
        {**BUS, "name": "Bus line"},
        {**BUS, "labels": {}},
        {**BUS, "labels": {"de": "Bus"}},
        {**BUS, "labels": {"en": "x" * 81}},
        {**BUS, "kind": "json"},
        {**BUS, "choices": LOCKER["choices"]},
        {**BUS, "pattern": "(a+)+$"},
        {**LOCKER, "choices": []},
        {**LOCKER, "choices": [LOCKER["choices"][0]] * 2},
        {name: value for name, value in LOCKER.items() if name != "choices"},
    ],
)
def test_a_field_that_could_not_be_asked_is_not_made(sqlite_store: Store, spec: Document) -> None:
    assert refused(lambda: define(sqlite_store, spec))
    with sqlite_store.reading() as session:
        assert local.defined(session) == []


def test_there_is_an_end_to_own_fields(sqlite_store: Store) -> None:
    define(sqlite_store, *({**BUS, "name": f"field_{number}"} for number in range(local.MOST)))
    with pytest.raises(LocalFieldsTooMany):
        define(sqlite_store, BUS)
    assert define(sqlite_store, {**BUS, "name": "field_1", "labels": {"en": "Other"}}) == [False]


def test_values_are_set_and_taken_away_beside_those_of_others() -> None:
    document = {"extensions": {"org.example": {"seen": True}}}
    filled = local.with_values(document, NODE, {"bus_line": "5", "locker": "red"})
    assert local.own_values(filled, NODE) == {"bus_line": "5", "locker": "red"}
    less = local.with_values(filled, NODE, {"locker": None})
    assert less["extensions"] == {"org.example": {"seen": True}, OWN: {"bus_line": "5"}}
    assert local.with_values(less, NODE, {"bus_line": None}) == document


def test_no_own_field_leaves_with_a_release_and_a_hand_over_is_told(node: RunningNode) -> None:
    store = node.node.store
    with_files(store, 1, 2)
    define(store, *({**BUS, "entity": entity} for entity in ("participant", "accompaniment", "placement")))
    for entity in ("participant", "accompaniment", "placement"):
        where = f"/api/v1/{entity}s/{id_of(entity)}"
        known = node.call("GET", where)
        marked = {**known.json(), "extensions": {OWN: {"bus_line": "MARKEDLINE"}}}
        answer = node.call("PUT", where, document=marked, headers={"if-match": known.headers["etag"]})
        assert answer.status_code == 200, answer.text
        assert ("local_field_leaving", "/extensions") in [
            (one.code, one.pointer) for one in leaving(entity, answer.json())
        ]
    released = node.call("GET", "/api/v1/releases/core/1.0.0/2025-02")
    assert released.status_code == 200
    for word in (b"MARKEDLINE", b"bus_line", b"Buslijn", OWN.encode()):
        assert word not in released.content
    with store.reading() as session:
        assert b"MARKEDLINE" in orjson.dumps(read(session, store.vault, id_of("placement")))


def test_a_workshop_has_pathways_of_its_own(node: RunningNode) -> None:
    store = node.node.store
    own = {**deepcopy(templates()[0]), "id": "our_garden", "target_groups": ["long_unemployed"]}
    with store.writing() as session:
        local.save_pathway(session, own, store.context("admin", now=NOW))
    with store.reading() as session:
        mine = local.own_pathways(session)
        assert template("our_garden", mine) == own
        assert own in fitting(["long_unemployed"], None, mine)
    with_files(store, 1)
    file = f"/api/v1/accompaniments/{id_of('accompaniment')}/proposal"
    assert node.call("GET", "/api/v1/pathways").json()["items"][0] == own
    assert node.call("GET", file, params={"pathway": "our_garden"}).status_code == 200
    with store.writing() as session:
        local.remove_pathway(session, "our_garden")
        assert local.own_pathways(session) == []
        with pytest.raises(OwnPathwayUnknown):
            local.remove_pathway(session, "our_garden")
    assert node.call("GET", file, params={"pathway": "our_garden"}).status_code == 404


def test_a_pathway_that_is_none_is_not_kept(sqlite_store: Store) -> None:
    with sqlite_store.writing() as session, pytest.raises(CoupoleError):
        local.save_pathway(session, {"id": "x"}, sqlite_store.context("admin"))
