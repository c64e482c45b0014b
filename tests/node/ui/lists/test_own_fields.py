"""Fields of the workshop's own stand in its lists and in what is taken away of them."""

from __future__ import annotations

import csv
import io
from typing import Any

from coupole.node.records.local import define, hide, with_values
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import organisation
from tests.node.ui.lists.workshop import coach, file, filled, told
from tests.stores import change, replace


def own_field(node: RunningNode, entity: str, name: str, kind: str, label: str, **more: Any) -> None:
    spec = {"entity": entity, "name": name, "kind": kind, "labels": {"en": label, "nl": f"{label} (nl)"}, **more}
    with node.node.store.writing() as session:
        define(session, spec, node.node.store.context("anna"))


def give(node: RunningNode, document: dict[str, Any], **values: Any) -> None:
    extensions = with_values(document, "north", values)["extensions"]
    change(node.node.store, replace(document, extensions=extensions))


def person(number: int) -> dict[str, Any]:
    return next(one for one in file(number) if ":participant:" in one["id"])


def test_own_fields_stand_in_the_list_and_in_the_file(node: RunningNode) -> None:
    filled(node)
    choices = [{"code": "bike", "labels": {"en": "By bicycle"}}, {"code": "bus", "labels": {"en": "By bus"}}]
    own_field(node, "participant", "comes_by", "choice", "Comes to work", choices=choices)
    own_field(node, "participant", "shoes", "number", "Size of shoes")
    own_field(node, "participant", "told", "long_text", "What was told")
    give(node, person(1), comes_by="bike", shoes=41.5, told="Long story")
    officer = signed_in(node)
    words = told(officer.get("/people"))
    for shown in ("Comes to work", "By bicycle", "Size of shoes", "41.5"):
        assert shown in words
    assert "Long story" not in words, "a long text makes no column of a page"
    assert "Comes to work (nl)" in officer.get("/people?language=nl").text
    officer.cookies.delete("language")
    table = list(csv.reader(io.StringIO(officer.get("/export/people.csv").content.decode("utf-8-sig")), delimiter=";"))
    assert table[0][-3:] == ["Comes to work", "Size of shoes", "What was told"]
    assert ["By bicycle", "41,5", "Long story"] in [row[-3:] for row in table]


def test_every_list_has_room_for_them(node: RunningNode) -> None:
    filled(node)
    own_field(node, "organisation", "parking", "yes_no", "Has parking")
    give(node, organisation(1), parking=True)
    words = told(signed_in(node).get("/organisations"))
    assert "Has parking" in words
    assert "yes" in words
    for entity, address in (("actor", "/actors"), ("agreement", "/agreements"), ("accompaniment", "/people")):
        own_field(node, entity, "noted", "date", f"Noted of {entity}")
        assert f"Noted of {entity}" in told(signed_in(node).get(address))


def test_a_coach_sees_own_fields_of_their_own_people_only(node: RunningNode) -> None:
    filled(node)
    own_field(node, "participant", "nickname", "text", "Nickname")
    give(node, person(1), nickname="Zo")
    give(node, person(3), nickname="Ous")
    page = coach(node).get("/people")
    assert "Zo" in told(page)
    assert "Ous" not in page.text


def test_a_field_nobody_is_asked_any_more_has_no_column(node: RunningNode) -> None:
    filled(node)
    own_field(node, "participant", "nickname", "text", "Nickname")
    give(node, person(1), nickname="Zo")
    with node.node.store.writing() as session:
        hide(session, "participant", "nickname", node.node.store.context("anna"))
    assert "Nickname" not in told(signed_in(node).get("/people"))
