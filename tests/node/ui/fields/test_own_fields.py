"""An administrator adds what the workshop asks beside what everybody asks; the program finds names and codes."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from coupole.node.records import local
from coupole.node.staff import log
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.forms import Sent, form_of

NEW = "/settings/fields/new"


def post(browser: TestClient, path: str, sent: Sent) -> httpx2.Response:
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    return browser.post(path, data=data)


def fill_in(browser: TestClient, path: str, **typed: Any) -> httpx2.Response:
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return post(browser, path, form_of(page.text, path).typed(**typed))


def add(browser: TestClient, label: str = "Bus line", **typed: Any) -> httpx2.Response:
    about: dict[str, Any] = {"entity": "participant", "labels__en": label, "kind": "text"}
    return fill_in(browser, NEW, **{**about, **typed})


def specs(node: RunningNode) -> list[dict[str, Any]]:
    with node.node.store.reading() as session:
        return [one.spec for one in local.defined(session)]


def hidden(node: RunningNode) -> list[bool]:
    with node.node.store.reading() as session:
        return [one.hidden for one in local.defined(session)]


@pytest.fixture
def admin(node: RunningNode) -> TestClient:
    return signed_in(node, "admin")


def test_without_any_the_page_says_what_they_are_good_for(admin: TestClient) -> None:
    page = admin.get("/settings/fields").text
    assert "There is no field of your own yet." in page
    assert "It never leaves in figures" in page
    assert 'href="/settings/fields"' in admin.get("/settings").text


def test_a_field_is_made_of_what_people_call_it(node: RunningNode, admin: TestClient) -> None:
    assert add(admin).headers["location"] == "/settings/fields?notice=saved"
    assert specs(node) == [{"entity": "participant", "name": "bus_line", "kind": "text", "labels": {"en": "Bus line"}}]
    page = admin.get("/settings/fields").text
    for shown in ("Person", "Bus line", "Short text", "also in the list of people"):
        assert shown in page
    assert "bus_line" in page  # in an address alone
    assert ">bus_line<" not in page


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Trajet à vélo, été", "trajet_a_velo_ete"),
        ("2de rit", "de_rit"),
        ("Автобус", "field"),
        ("x", "field"),
        ("w" * 80, "w" * 40),
    ],
)
def test_any_label_makes_a_name(node: RunningNode, admin: TestClient, label: str, name: str) -> None:
    assert add(admin, label).status_code == 303
    assert [spec["name"] for spec in specs(node)] == [name]


def test_labels_that_make_the_same_name_make_two_fields(node: RunningNode, admin: TestClient) -> None:
    for label in ("Bus line", "Bus-line", "Bus line!"):
        assert add(admin, label).status_code == 303
    assert {spec["name"] for spec in specs(node)} == {"bus_line", "bus_line_2", "bus_line_3"}


def test_choices_are_typed_one_on_each_line(node: RunningNode, admin: TestClient) -> None:
    lines = "By bicycle\r\n\r\n  By   bus \r\nby bus\r\nOn foot"
    assert add(admin, "Comes", kind="choice", choices=lines).status_code == 303
    assert specs(node)[0]["choices"] == [
        {"code": "by_bicycle", "labels": {"en": "By bicycle"}},
        {"code": "by_bus", "labels": {"en": "By bus"}},
        {"code": "on_foot", "labels": {"en": "On foot"}},
    ]
    assert "By bicycle, By bus, On foot" in admin.get("/settings/fields").text


def test_choices_are_in_the_language_of_the_page(node: RunningNode, admin: TestClient) -> None:
    path = f"{NEW}?language=nl"
    page = admin.get(path).text
    assert '<html lang="nl"' in page
    typed = {"entity": "placement", "labels__nl": "Komt met", "kind": "choices", "choices": "Fiets\r\nBus"}
    assert post(admin, path, form_of(page, NEW).typed(**typed)).status_code == 303
    assert [one["labels"] for one in specs(node)[0]["choices"]] == [{"nl": "Fiets"}, {"nl": "Bus"}]
    assert "Komt met" in admin.get("/settings/fields?language=it").text


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"labels__en": ""}, "labels"),
        ({"labels__en": "x" * 81}, "labels-en"),
        ({"entity": ""}, "entity"),
        ({"entity": "person"}, "entity"),
        ({"kind": ""}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": "x" * 81}, "choices"),
        ({"kind": "choice", "choices": "\r\n".join(f"choice {number}" for number in range(101))}, "choices"),
        ({"choices": "one\r\ntwo"}, "choices"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(
    node: RunningNode, admin: TestClient, typed: dict[str, str], place: str
) -> None:
    answer = add(admin, **typed)
    assert answer.status_code == 422
    assert f'href="#f-{place}"' in answer.text
    assert f'id="f-{place}"' in answer.text
    assert specs(node) == []


def test_a_second_of_the_same_name_is_not_made_by_a_second_click(node: RunningNode, admin: TestClient) -> None:
    assert add(admin).status_code == 303
    again = add(admin, "BUS LINE")
    assert again.status_code == 422
    assert "one of that name already" in again.text
    assert add(admin, entity="placement").status_code == 303
    assert len(specs(node)) == 2


def test_a_field_is_called_otherwise_in_more_languages_and_gets_more_choices(
    node: RunningNode, admin: TestClient
) -> None:
    add(admin, "Comes", kind="choice", choices="Bike\r\nBus")
    path = "/settings/fields/participant/comes"
    typed = {"labels__en": "Comes to work", "labels__nl": "Komt", "choice.bike.nl": "Fiets", "more": "Bus\r\nTram"}
    assert fill_in(admin, path, **typed).headers["location"] == "/settings/fields?notice=saved"
    (spec,) = specs(node)
    assert (spec["name"], spec["kind"]) == ("comes", "choice")
    assert spec["labels"] == {"en": "Comes to work", "nl": "Komt"}
    assert spec["choices"] == [
        {"code": "bike", "labels": {"en": "Bike", "nl": "Fiets"}},
        {"code": "bus", "labels": {"en": "Bus"}},
        {"code": "tram", "labels": {"en": "Tram"}},
    ]
    assert fill_in(admin, path).headers["location"] == "/settings/fields?notice=nothing"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"labels__en": ""}, "labels"),
        ({"labels__en": "Shoes"}, "labels"),
        ({"choice.bike.en": ""}, "choice-bike"),
        ({"choice.bus.en": "x" * 81}, "choice-bus-en"),
        ({"more": "x" * 81}, "more"),
    ],
)
def test_what_a_field_cannot_be_called_is_said_beside_it(
    node: RunningNode, admin: TestClient, typed: dict[str, str], place: str
) -> None:
    add(admin, "Comes", kind="choice", choices="Bike\r\nBus")
    add(admin, "Shoes")
    before = specs(node)
    answer = fill_in(admin, "/settings/fields/participant/comes", **typed)
    assert answer.status_code == 422
    assert f'href="#f-{place}"' in answer.text
    assert specs(node) == before


def test_a_choice_cannot_be_taken_away_by_a_form_without_it(node: RunningNode, admin: TestClient) -> None:
    add(admin, "Comes", kind="choice", choices="Bike\r\nBus")
    path = "/settings/fields/participant/comes"
    sent = form_of(admin.get(path).text, path).fields
    less = [(name, value) for name, value in sent if "bus" not in name and "bus" not in value]
    assert post(admin, path, less).status_code == 422
    assert len(specs(node)[0]["choices"]) == 2


def test_what_a_colleague_changed_meanwhile_is_shown_before_it_is_overwritten(
    node: RunningNode, admin: TestClient
) -> None:
    add(admin)
    path = "/settings/fields/participant/bus_line"
    opened = form_of(admin.get(path).text, path)
    assert fill_in(admin, path, labels__en="Bus").status_code == 303
    answer = post(admin, path, opened.typed(labels__en="Line"))
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text
    assert specs(node)[0]["labels"] == {"en": "Bus"}
    assert post(admin, path, form_of(answer.text, path).typed()).status_code == 303
    assert specs(node)[0]["labels"] == {"en": "Line"}


def test_a_field_is_asked_no_more_and_again(node: RunningNode, admin: TestClient) -> None:
    add(admin)
    path = "/settings/fields/participant/bus_line/asking"
    for asked, notice in (("no", "field_hidden"), ("yes", "field_asked")):
        page = admin.get("/settings/fields").text
        assert form_of(page, path).buttons == [("asked", asked)]
        answer = admin.post(path, data={"asked": asked})
        assert answer.headers["location"] == f"/settings/fields?notice={notice}"
        assert hidden(node) == [asked == "no"]
        assert ("not asked any more" in admin.get("/settings/fields").text) is (asked == "no")


@pytest.mark.parametrize("path", ["plan/bus_line", "participant/none", "nothing/bus_line"])
def test_a_field_there_is_not_is_not_found(admin: TestClient, path: str) -> None:
    add(admin)
    assert admin.get(f"/settings/fields/{path}").status_code == 404
    for below in ("", "/asking"):
        assert admin.post(f"/settings/fields/{path}{below}", data={"asked": "no"}).status_code == 404


def test_who_made_and_changed_fields_stands_in_the_log_without_their_words(
    node: RunningNode, admin: TestClient
) -> None:
    add(admin, "Secret word")
    admin.post("/settings/fields/participant/secret_word/asking", data={"asked": "no"})
    with node.node.store.reading() as session:
        told = [(one.what, one.how) for one in log.events(session) if one.what == "own_field_changed"]
    assert told == [("own_field_changed", None)] * 2
    page = admin.get("/log").text
    assert "Field of our own made or changed" in page
    assert "ecret" not in page


@pytest.mark.parametrize("role", ["officer", "coach", "reader", "auditor"])
def test_nobody_but_an_administrator_makes_or_changes_them(node: RunningNode, role: str, admin: TestClient) -> None:
    add(admin)
    other, field = signed_in(node, role), "/settings/fields/participant/bus_line"
    for path in ("/settings/fields", NEW, field):
        assert other.get(path).status_code == 403
    for path in (NEW, field, f"{field}/asking"):
        assert other.post(path, data={"asked": "no"}).status_code == 403
    assert hidden(node) == [False]
