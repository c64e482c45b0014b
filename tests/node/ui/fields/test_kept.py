"""Nothing typed about a field or a pathway of the workshop's own is lost: not by time, not by a colleague."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select
from starlette.datastructures import FormData
from starlette.testclient import TestClient

from coupole.node.records import local
from coupole.node.store.tables import Draft
from coupole.node.ui.fields.keeping import together
from tests.calling import RunningNode
from tests.desk import account, browser, browser_of, signed_in
from tests.forms import PageForm, Sent, form_of, forms_of

NEW_FIELD, FIELD = "/settings/fields/new", "/settings/fields/participant/comes"
NEW_WAY, WAY = "/settings/pathways/new", "/settings/pathways/our_garden/change"
PAGES = [NEW_FIELD, FIELD, NEW_WAY, WAY]
STILL, OTHER = "was not saved. It is still here.", "Somebody else changed this since you opened it."


@pytest.fixture
def admin(node: RunningNode) -> TestClient:
    """An administrator of a workshop with a field and a pathway of its own."""
    admin = signed_in(node, "admin")
    field = {"entity": "participant", "labels__en": "Comes", "kind": "choice", "choices": "Bike\r\nBus"}
    assert fill_in(admin, NEW_FIELD, **field).status_code == 303
    assert fill_in(admin, NEW_WAY, f"{NEW_WAY}?from=disability", labels__en="Our garden").status_code == 303
    return admin


def post(desk: TestClient, path: str, sent: Sent) -> httpx2.Response:
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    return desk.post(path, data=data)


def opened(desk: TestClient, path: str) -> PageForm:
    answer = desk.get(path)
    assert answer.status_code == 200, answer.text
    return form_of(answer.text, path.partition("?")[0])


def fill_in(desk: TestClient, path: str, page: str = "", **typed: Any) -> httpx2.Response:
    return post(desk, path, opened(desk, page or path).typed(**typed))


def by_itself(desk: TestClient, path: str, field: str, page: str = "", **typed: str) -> httpx2.Response:
    """What the script sends while one field is typed in: that field, and what stands outside all fields."""
    form = opened(desk, page or path)
    mine = [
        (name, value) for name, value in form.typed(**typed) if f"{name}.".startswith((f"{field}.", "seen.", "from."))
    ]
    return post(desk, path, [*mine, ("drawn_in", "en"), ("asked", field), ("autosave", field)])


def label(page: str) -> str:
    return next(value for form in forms_of(page) for name, value in form.fields if name == "labels.en")


def drafts(node: RunningNode) -> int:
    with node.node.store.reading() as session:
        return len(session.exec(select(Draft)).all())


def of_store(node: RunningNode) -> list[Any]:
    with node.node.store.reading() as session:
        return [*(one.spec for one in local.defined(session)), *local.own_pathways(session)]


@pytest.mark.parametrize("path", PAGES)
def test_what_is_typed_is_kept_at_once_and_changes_nothing_yet(node: RunningNode, admin: TestClient, path: str) -> None:
    before = of_store(node)
    answer = by_itself(admin, path, "labels", labels__en="Half a na")
    assert answer.status_code == 200
    assert '<div id="saved" role="status" data-live><p>' in answer.text
    page = admin.get(path).text
    assert "data-autosave" in page
    assert STILL in page
    assert OTHER not in page
    assert label(page) == "Half a na"
    assert of_store(node) == before


@pytest.mark.parametrize("path", PAGES)
def test_each_field_is_kept_beside_those_typed_before(node: RunningNode, admin: TestClient, path: str) -> None:
    second = {NEW_FIELD: "choices", FIELD: "more"}.get(path, "expected_months")
    by_itself(admin, path, "labels", labels__en="Half a na")
    by_itself(admin, path, second, **{second: "9"})
    by_itself(admin, path, "labels", labels__en="Half a name")
    form = opened(admin, path)
    assert ("labels.en", "Half a name") in form.fields
    assert (second, "9") in form.fields
    assert drafts(node) == 1


@pytest.mark.parametrize("path", PAGES)
def test_once_saved_or_forgotten_it_is_gone(node: RunningNode, admin: TestClient, path: str) -> None:
    by_itself(admin, path, "labels", labels__en="Half a na")
    assert admin.post(path, data={"forget": "yes"}).headers["location"] == path
    assert drafts(node) == 0
    assert "Half a na" not in admin.get(path).text
    typed = {"entity": "placement", "kind": "text"} if path == NEW_FIELD else {}
    page = f"{NEW_WAY}?from=young_people" if path == NEW_WAY else path
    by_itself(admin, path, "labels", page, labels__en="A whole name")
    assert fill_in(admin, path, page, **typed).status_code == 303
    assert drafts(node) == 0
    assert "A whole name" in str(of_store(node))


@pytest.mark.parametrize("path", PAGES)
def test_what_was_refused_is_kept_too(node: RunningNode, admin: TestClient, path: str) -> None:
    assert fill_in(admin, path, labels__en="x" * 200).status_code == 422
    assert label(admin.get(path).text) == "x" * 200


def test_a_pathway_made_from_another_is_found_again_with_what_it_was_made_from(admin: TestClient) -> None:
    by_itself(admin, NEW_WAY, "labels", f"{NEW_WAY}?from=disability", labels__en="Our fie")
    form = opened(admin, NEW_WAY)
    assert ("labels.en", "Our fie") in form.fields
    assert ("from", "disability") in form.fields
    assert "objectives.0.wording.en" in form.named
    by_itself(admin, NEW_WAY, "expected_months", expected_months="8")
    assert "objectives.0.wording.en" in opened(admin, NEW_WAY).named


def test_one_made_from_a_pathway_that_was_removed_meanwhile_is_found_again(admin: TestClient) -> None:
    by_itself(admin, NEW_WAY, "labels", f"{NEW_WAY}?from=our_garden", labels__en="Our fie")
    assert admin.post("/settings/pathways/our_garden/remove", data={"remove": "yes"}).status_code == 303
    assert label(admin.get(NEW_WAY).text) == "Our fie"


@pytest.mark.parametrize("path", [FIELD, WAY])
def test_what_a_colleague_changed_meanwhile_is_said_and_nothing_of_either_is_lost(
    node: RunningNode, admin: TestClient, path: str
) -> None:
    by_itself(admin, path, "labels", labels__en="Mine")
    theirs = {"choice.bus.en": "Coach"} if path == FIELD else {"expected_months": "7"}
    assert fill_in(signed_in(node, "admin"), path, **theirs).status_code == 303
    page = admin.get(path).text
    assert OTHER in page
    form = form_of(page, path)
    assert ("labels.en", "Mine") in form.fields
    for name, value in theirs.items():
        assert (name.replace("__", "."), value) in form.fields, "what was not typed in is as it stands now"
    assert post(admin, path, form.typed()).status_code == 303
    kept = str(of_store(node))
    assert "Mine" in kept
    assert ("Coach" if path == FIELD else "'expected_months': 7") in kept


@pytest.mark.parametrize("path", [FIELD, WAY])
def test_a_form_refused_because_of_a_colleague_is_found_again_on_another_day(
    node: RunningNode, admin: TestClient, path: str
) -> None:
    form = opened(admin, path)
    assert fill_in(signed_in(node, "admin"), path, labels__en="Theirs").status_code == 303
    assert post(admin, path, form.typed(labels__en="Mine")).status_code == 409
    page = admin.get(path).text
    assert OTHER in page
    assert label(page) == "Mine"
    assert post(admin, path, form_of(page, path).typed()).status_code == 303


def test_a_pathway_removed_while_it_was_changed_is_made_anew_with_what_was_typed(
    node: RunningNode, admin: TestClient
) -> None:
    form = opened(admin, WAY)
    admin.post("/settings/pathways/our_garden/remove", data={"remove": "yes"})
    answer = post(admin, WAY, form.typed(labels__en="Our fields"))
    assert answer.status_code == 409
    assert "Somebody else removed this pathway" in answer.text
    assert post(admin, NEW_WAY, form_of(answer.text, NEW_WAY).typed()).status_code == 303
    [made] = [one for one in of_store(node) if "objectives" in one]
    assert made["labels"]["en"] == "Our fields"
    assert len(made["objectives"]) == 5


def test_rows_taken_away_stay_away_when_another_field_is_typed_in(admin: TestClient) -> None:
    form = opened(admin, WAY)
    rows = len([name for name in form.named if name.startswith("objectives.") and name.endswith(".domain")])
    assert post(admin, WAY, [*form.typed(), ("remove", "objectives.0")]).status_code == 200
    by_itself(admin, WAY, "expected_months", expected_months="8")
    again = opened(admin, WAY)
    assert f"objectives.{rows - 2}.domain" in again.named
    assert f"objectives.{rows - 1}.domain" not in again.named
    by_itself(admin, WAY, "objectives")
    assert f"objectives.{rows - 2}.domain" in opened(admin, WAY).named, "the button counts once"


@pytest.mark.parametrize("path", PAGES)
def test_a_session_that_ended_takes_nothing_with_it(node: RunningNode, admin: TestClient, path: str) -> None:
    form = opened(admin, path).typed(labels__en="Typed too long")
    ended = post(browser(node), path, form)
    assert ended.status_code == 401
    again = next(one for one in forms_of(ended.text) if one.action == path)
    assert sorted(again.fields) == sorted(form)
    assert post(admin, path, again.fields).status_code in (303, 422)
    assert "Typed too long" in str(of_store(node)) + admin.get(path).text


@pytest.mark.parametrize("path", PAGES)
def test_nobody_finds_what_a_colleague_typed(node: RunningNode, admin: TestClient, path: str) -> None:
    by_itself(admin, path, "labels", labels__en="Half a na")
    other = browser_of(node, account(node, "admin"))
    assert "Half a na" not in other.get(path).text


@given(
    before=st.lists(
        st.tuples(st.sampled_from(["labels.en", "labels.nl", "kind", "more", "seen"]), st.text(max_size=3))
    ),
    now=st.lists(st.tuples(st.sampled_from(["labels.en", "labels.nl"]), st.text(max_size=3))),
)
def test_of_the_field_typed_in_nothing_older_is_left_and_of_others_all(before: Sent, now: Sent) -> None:
    asked = [("asked", name) for name in ("labels", "kind", "more")]
    made = together(FormData([*asked, *before]), FormData([("asked", "labels"), ("seen", "b"), *now])).multi_items()
    assert [one for one in made if one[0].startswith("labels")] == now
    assert [one for one in made if one[0] in ("kind", "more")] == [one for one in before if one[0] in ("kind", "more")]
    assert [value for name, value in made if name == "seen"] == ["b"]
    assert sorted(value for name, value in made if name == "asked") == ["kind", "labels", "more"]
