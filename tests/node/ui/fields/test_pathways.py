"""Pathways: everybody's are read, the workshop's own are made, changed, removed, and offered first."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from coupole.node.records import local, pathways
from coupole.node.staff import log
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.forms import Sent, form_of
from tests.node.records.filed import stored
from tests.node.ui.files.desks import desk, told

LIST, NEW = "/settings/pathways", "/settings/pathways/new"
NAMES = [one["id"] for one in pathways.templates()]


def post(browser: TestClient, path: str, sent: Sent, press: tuple[str, str] | None = None) -> httpx2.Response:
    data: dict[str, list[str]] = {}
    for name, value in [*sent, *([press] if press else [])]:
        data.setdefault(name, []).append(value)
    return browser.post(path, data=data)


def fill_in(
    browser: TestClient, page: str, *, press: tuple[str, str] | None = None, **typed: str | list[str]
) -> httpx2.Response:
    """Fill in the form of a page and send it."""
    shown = browser.get(page)
    assert shown.status_code == 200, shown.text
    path = page.partition("?")[0]
    return post(browser, path, form_of(shown.text, path).typed(**typed), press)


def own(node: RunningNode) -> list[dict[str, Any]]:
    with node.node.store.reading() as session:
        return local.own_pathways(session)


@pytest.fixture
def admin(node: RunningNode) -> TestClient:
    return signed_in(node, "admin")


@pytest.fixture
def garden(admin: TestClient) -> str:
    """The address of a pathway of the workshop's own."""
    answer = fill_in(admin, f"{NEW}?from=disability", labels__en="Our garden")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def test_the_page_shows_those_of_everybody_and_how_to_make_one(admin: TestClient) -> None:
    page = admin.get(LIST).text
    assert "There is none yet." in page
    for name in NAMES:
        assert f'href="{LIST}/{name}"' in page
        assert f'href="{NEW}?from={name}"' in page


@pytest.mark.parametrize("name", NAMES)
def test_a_pathway_reads_without_a_code_of_the_program(admin: TestClient, name: str) -> None:
    template = pathways.template(name)
    words = told(admin.get(f"{LIST}/{name}").text)
    for shown in (template["labels"]["en"], template["description"]["en"], "Evaluated every … months"):
        assert shown in words
    assert all(one["wording"]["en"] in words for one in template["objectives"])
    codes = [*template["target_groups"], *template["sources"], *template["team"], *map(_kind, template["actions"])]
    assert not [code for code in codes if "_" in code and code in words]


def _kind(action: dict[str, Any]) -> str:
    return str(action["type"])


@pytest.mark.parametrize("name", NAMES)
def test_our_own_is_made_from_one_of_everybody_and_nothing_of_it_is_lost(
    node: RunningNode, admin: TestClient, name: str
) -> None:
    answer = fill_in(admin, f"{NEW}?from={name}")
    assert answer.status_code == 303, answer.text
    (made,) = own(node)
    template = deepcopy(pathways.template(name))
    assert made["id"] not in NAMES
    assert answer.headers["location"] == f"{LIST}/{made['id']}?notice=saved"
    assert made["labels"]["en"] == f"{template['labels']['en']}, our way"
    assert _unordered({**made, "id": name, "labels": template["labels"]}) == _unordered(template)


def _unordered(template: dict[str, Any]) -> dict[str, Any]:
    """A pathway whose boxes to tick have no order."""
    return {**template, **{name: sorted(template[name]) for name in ("team", "sources", "target_groups")}}


def test_one_from_nothing_begins_with_what_the_method_asks(node: RunningNode, admin: TestClient) -> None:
    assert fill_in(admin, NEW).status_code == 422
    typed: dict[str, str | list[str]] = {
        "labels__en": "Long unemployed",
        "description__en": "We begin with the bakery.",
        "target_groups": "long_unemployed",
        "pathway": "transition",
        "objectives__0__wording__en": "Bake bread alone",
        "objectives__0__domain": "vocational",
        "objectives__0__due_after_months": "6",
    }
    assert fill_in(admin, NEW, **typed).status_code == 303
    (made,) = own(node)
    assert made["id"] == "long_unemployed"
    assert made["team"] == ["project_responsible", "host_operator"]
    assert made["actions"] == made["sources"] == []
    assert made["objectives"] == [
        {
            "wording": {"en": "Bake bread alone"},
            "domain": "vocational",
            "required_for_enterprise": False,
            "due_after_months": 6,
        }
    ]


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"labels__en": "", "labels__nl": "", "labels__fr": "", "labels__it": ""}, "labels"),
        ({"labels__en": "x" * 121}, "labels-en"),
        ({"description__nl": "x" * 601}, "description-nl"),
        ({"target_groups": []}, "target_groups"),
        ({"team": ["project_responsible", "job_coach"]}, "team"),
        ({"pathway": ""}, "pathway"),
        ({"expected_months": "0"}, "expected_months"),
        ({"expected_months": "a year"}, "expected_months"),
        ({"evaluation_every_months": "7"}, "evaluation_every_months"),
        ({"meeting_every": "monthly"}, "meeting_every"),
        ({"objectives__0__domain": ""}, "objectives-0-domain"),
        ({"objectives__1__due_after_months": "99"}, "objectives-1-due_after_months"),
        ({"objectives__1__wording__fr": "x" * 601}, "objectives-1-wording-fr"),
        ({"actions__0__hours": "many"}, "actions-0-hours"),
        ({"actions__0__type": "juggling"}, "actions-0-type"),
    ],
)
def test_what_is_not_right_is_said_beside_its_field_and_kept(
    node: RunningNode, admin: TestClient, typed: dict[str, str | list[str]], place: str
) -> None:
    answer = fill_in(admin, f"{NEW}?from=young_people", **typed)
    assert answer.status_code == 422
    assert f'href="#f-{place}"' in answer.text, place
    assert f'id="f-{place}"' in answer.text, place
    assert 'href="#None"' not in answer.text
    assert own(node) == []
    page = form_of(answer.text, NEW)
    for name, value in typed.items():
        if isinstance(value, str) and value and "domain" not in name:
            assert (name.replace("__", "."), value) in page.fields


def test_the_readers_language_stands_first_and_others_are_shown_when_only_they_say_something(admin: TestClient) -> None:
    dutch = admin.get(f"{NEW}?from=disability&language=nl").text
    name = dutch[dutch.index('id="f-labels"') :].partition("</fieldset>")[0]
    first, closed, others = name.partition("<details>")
    assert closed
    assert 'name="labels.nl"' in first
    assert all(f'name="labels.{tag}"' in others for tag in ("en", "fr", "it"))
    answer = fill_in(admin, f"{NEW}?from=disability&language=nl", labels__nl="")
    assert answer.status_code == 303
    made = admin.get(f"{answer.headers['location'].partition('?')[0]}/change?language=nl").text
    assert "<details open>" in made[made.index('id="f-labels"') :].partition("</fieldset>")[0]


def test_rows_come_and_go_without_a_script_and_without_saving(node: RunningNode, admin: TestClient) -> None:
    page = f"{NEW}?from=disability"
    more = fill_in(admin, page, press=("add", "objectives"), labels__en="Our garden")
    assert more.status_code == 200
    assert 'name="objectives.5.wording.en"' in more.text
    assert 'value="Our garden"' in more.text
    sent = form_of(more.text, NEW).typed(objectives__5__wording__en="Grow leeks", objectives__5__domain="health")
    less = post(admin, NEW, sent, ("remove", "objectives.0"))
    assert less.status_code == 200
    form = form_of(less.text, NEW)
    assert "objectives.5.domain" not in form.named
    assert own(node) == []
    assert post(admin, NEW, form.typed(objectives__4__due_after_months="3")).status_code == 303
    (made,) = own(node)
    first = pathways.template("disability")["objectives"]
    assert [one["wording"]["en"] for one in made["objectives"]] == [
        *(one["wording"]["en"] for one in first[1:]),
        "Grow leeks",
    ]
    assert made["objectives"][0] == first[1]


def test_a_pathway_is_changed_and_keeps_its_name(node: RunningNode, admin: TestClient, garden: str) -> None:
    assert fill_in(admin, f"{garden}/change", labels__en="Our fields", meeting_every="P1W").status_code == 303
    (made,) = own(node)
    assert (made["id"], made["labels"]["en"], made["meeting_every"]) == ("our_garden", "Our fields", "P1W")
    assert "every week" in told(admin.get(garden).text)
    assert fill_in(admin, f"{garden}/change").headers["location"] == f"{garden}?notice=nothing"


def test_two_of_one_name_are_not_made(admin: TestClient, garden: str) -> None:
    answer = fill_in(admin, f"{NEW}?from=young_people", labels__en="our GARDEN")
    assert answer.status_code == 422
    assert "one of that name already" in answer.text


def test_what_a_colleague_changed_meanwhile_is_shown_before_it_is_overwritten(
    node: RunningNode, admin: TestClient, garden: str
) -> None:
    path = f"{garden}/change"
    opened = form_of(admin.get(path).text, path)
    redrawn = post(admin, path, opened.typed(labels__en="Mine"), ("add", "actions"))
    assert fill_in(admin, path, labels__en="Theirs").status_code == 303
    for page in (opened.typed(labels__en="Mine"), form_of(redrawn.text, path).typed()):
        answer = post(admin, path, page)
        assert answer.status_code == 409
        assert "Somebody else changed this" in answer.text
        assert own(node)[0]["labels"]["en"] == "Theirs"
    assert post(admin, path, form_of(answer.text, path).typed()).status_code == 303
    assert own(node)[0]["labels"]["en"] == "Mine"


def test_a_pathway_is_removed_after_being_asked(node: RunningNode, admin: TestClient, garden: str) -> None:
    assert "cannot be brought back" in admin.get(f"{garden}/remove").text
    assert len(own(node)) == 1
    answer = fill_in(admin, f"{garden}/remove", press=("remove", "yes"))
    assert answer.headers["location"] == f"{LIST}?notice=pathway_removed"
    assert own(node) == []
    assert admin.get(garden).status_code == 404
    with node.node.store.reading() as session:
        assert [one.what for one in log.events(session)].count("own_pathway_changed") == 2


@pytest.mark.parametrize("name", [*NAMES, "nothing"])
def test_those_of_everybody_are_never_changed(admin: TestClient, name: str) -> None:
    for below in ("/change", "/remove"):
        assert admin.get(f"{LIST}/{name}{below}").status_code == 404
        assert admin.post(f"{LIST}/{name}{below}", data={"seen": ""}).status_code == 404
    assert admin.get(f"{LIST}/nothing").status_code == 404
    assert admin.get(f"{NEW}?from=nothing").status_code == 404


@pytest.mark.parametrize("role", ["officer", "coach", "reader", "auditor"])
def test_nobody_but_an_administrator_makes_or_changes_them(node: RunningNode, role: str, garden: str) -> None:
    other = signed_in(node, role)
    for path in (LIST, NEW, garden, f"{garden}/change", f"{garden}/remove"):
        assert other.get(path).status_code == 403, path
    for path in (NEW, f"{garden}/change", f"{garden}/remove"):
        assert other.post(path, data={"seen": ""}).status_code == 403, path
    assert len(own(node)) == 1


def test_a_plan_is_offered_our_own_first_whatever_language_they_were_written_in(
    node: RunningNode, admin: TestClient
) -> None:
    words = {"labels__it": "Il nostro orto", "description__it": "Come lavoriamo noi"}
    blank = {f"{name}__{tag}": "" for name in ("labels", "description") for tag in ("en", "nl", "fr")}
    wordings = {f"objectives__{row}__wording__{tag}": "" for row in range(5) for tag in ("nl", "fr", "it")}
    assert fill_in(admin, f"{NEW}?from=disability", **words, **blank, **wordings).status_code == 303
    left = ("plan", "objective", "team_meeting", "placement", "follow_up")
    stored(node.node.store, "drafting", "closure", *left, current_plan=None, missing={"current_plan": "not_known"})
    file = desk(node)
    page = file.page("/plan")
    first = page.index("plan/new?template=il_nostro_orto")
    assert all(first < page.index(f"plan/new?template={name}") for name in NAMES)
    assert "Il nostro orto" in page
    assert "Come lavoriamo noi" in page
    form = dict(file.form("/plan/new?template=il_nostro_orto&language=fr"))
    assert form["goal.0.wording"] == pathways.template("disability")["objectives"][0]["wording"]["en"]
