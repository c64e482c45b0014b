"""A field made on its page stands wherever the workshop works with it, and nowhere in what it publishes."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx2
import pytest
import python_calamine
from starlette.testclient import TestClient

from coupole.node.records.rules import leaving
from coupole.node.store import queries
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import id_of
from tests.forms import form_of, forms_of
from tests.node.ui.lists.workshop import filled
from tests.node.ui.printing.papers import paper_of

PERSON = id_of("participant")
NAME = "extensions/local.north/comes_to_work"
KINDS: dict[str, tuple[str, str]] = {
    "text": ("Marked value", "Marked value"),
    "long_text": ("Marked value", "Marked value"),
    "number": ("417.5", "417.5"),
    "yes_no": ("true", "yes"),
    "date": ("2031-05-17", "17 May 2031"),
    "choice": ("marked_value", "Marked value"),
    "choices": ("marked_value", "Marked value"),
}
"""For each kind what a browser sends, and what the copy says."""


def post(browser: TestClient, path: str, sent: list[tuple[str, str]]) -> httpx2.Response:
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    return browser.post(path, data=data)


def made(node: RunningNode, kind: str, label: str = "Comes to work", entity: str = "participant") -> None:
    admin, path = signed_in(node, "admin"), "/settings/fields/new"
    choices = {"choices": "Other value\r\nMarked value"} if kind in ("choice", "choices") else {}
    form = form_of(admin.get(path).text, path)
    answer = post(admin, path, form.typed(entity=entity, labels__en=label, kind=kind, **choices))
    assert answer.status_code == 303, answer.text


def filled_in(officer: TestClient, record: str, **typed: str) -> None:
    path = f"/records/{record}"
    forms = [one for one in forms_of(officer.get(path).text) if {*typed} <= one.named]
    assert len(forms) == 1, "the form of the record does not ask for the field"
    answer = post(officer, path, forms[0].typed(**typed))
    assert answer.status_code == 303, answer.text


def stored(node: RunningNode, record: str) -> dict[str, Any]:
    with node.node.store.reading() as session:
        return queries.read(session, node.node.store.vault, record)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_any_kind_is_asked_listed_taken_away_and_printed(node: RunningNode, kind: str) -> None:
    filled(node)
    made(node, kind)
    officer = signed_in(node)
    typed, told = KINDS[kind]
    filled_in(officer, PERSON, **{NAME: typed})
    page = officer.get("/people").text
    assert ("Comes to work" in page) is (kind != "long_text"), "a long text makes no column of a page"
    rows = list(csv.reader(io.StringIO(officer.get("/export/people.csv").content.decode("utf-8-sig")), delimiter=";"))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(officer.get("/export/people.xlsx").content))
    sheet = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    for table in (rows, sheet):
        column = table[0].index("Comes to work")
        assert len([row for row in table[1:] if row[column]]) == 1
    paper = paper_of(officer.get(f"/print/person/{PERSON}").text)
    assert "Comes to work" in paper
    assert told in paper


def test_a_field_asked_no_more_is_in_no_form_and_what_was_filled_in_is_there_again_later(node: RunningNode) -> None:
    filled(node)
    made(node, "text")
    officer, admin = signed_in(node), signed_in(node, "admin")
    filled_in(officer, PERSON, **{NAME: "Marked value"})
    asking = "/settings/fields/participant/comes_to_work/asking"
    assert admin.post(asking, data={"asked": "no"}).status_code == 303
    assert NAME not in officer.get(f"/records/{PERSON}").text
    assert "Comes to work" not in officer.get("/people").text
    assert b"Comes to work" not in officer.get("/export/people.csv").content
    filled_in(officer, PERSON, given_name="Zoé")
    assert stored(node, PERSON)["extensions"] == {"local.north": {"comes_to_work": "Marked value"}}
    assert "Marked value" in paper_of(officer.get(f"/print/person/{PERSON}").text), "it is recorded all the same"
    assert admin.post(asking, data={"asked": "yes"}).status_code == 303
    assert "Marked value" in officer.get(f"/records/{PERSON}").text
    assert "Marked value" in officer.get("/people").text


def test_it_leaves_in_no_release_and_no_figure_and_is_no_part_of_what_may_be_handed_over(node: RunningNode) -> None:
    filled(node)
    officer, admin = signed_in(node), signed_in(node, "admin")
    for entity in ("participant", "accompaniment", "placement"):
        made(node, "text", entity=entity)
        filled_in(officer, id_of(entity), **{NAME: "Marked value"})
        found = [(one.code, one.pointer) for one in leaving(entity, stored(node, id_of(entity)))]
        assert ("local_field_leaving", "/extensions") in found
    released = node.call("GET", "/api/v1/releases/core/1.0.0/2025-02")
    assert released.status_code == 200
    figures = admin.get("/leaving/figures/S01")
    assert figures.status_code == 200
    for word in (b"Marked value", b"comes_to_work", b"Comes to work", b"local.north"):
        assert word not in released.content
        assert word not in figures.content
