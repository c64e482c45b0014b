"""The long form of a situation folds: every question in one part, open where it is answered, wrong or asked for."""

from __future__ import annotations

import re
from html import unescape

import pytest

from coupole.node.ui.forms.asking import OWNERS
from coupole.node.ui.forms.kinds import kind_of
from coupole.node.ui.forms.sections import OWN, PARTS
from coupole.standard.entities import ENTITIES
from coupole.web.languages import LANGUAGES
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import id_of
from tests.forms import forms_of
from tests.node.records.filed import FILE_ID, put, stored

NEW = f"/records/new/status_observation?accompaniment={FILE_ID}"
PART = re.compile(
    r'<details class="questions"( open)?>\s*<summary><span>(.*?)</span> <span[^>]*>(.*?)</span></summary>'
    r"(.*?)</details>",
    re.S,
)
FIELDS = ENTITIES["status_observation"].fields
TITLES = [
    FIELDS[names[0]].label("en") if title == OWN else title for title, names in PARTS["status_observation"] if title
]
JOB, EDUCATION, PROOF = (FIELDS[name].label("en") for name in ("job_contract", "education_level", "evidence"))


def parts(page: str) -> dict[str, tuple[bool, str, str]]:
    """The parts of a form that fold: open, what they ask, what stands in them."""
    return {unescape(title): (bool(on), told, inside) for on, title, told, inside in PART.findall(page)}


def opened(page: str) -> list[str]:
    return [title for title, (on, _, _) in parts(page).items() if on]


@pytest.fixture
def file(node: RunningNode) -> RunningNode:
    stored(node.node.store, "insertion_coop", "closure")
    return node


def test_an_empty_form_folds_and_opens_what_the_standard_asks_for(file: RunningNode) -> None:
    page = signed_in(file).get(f"{NEW}&stage=entry").text
    assert list(parts(page)) == TITLES
    assert opened(page) == ["Work situation", EDUCATION, "Target groups"]
    assert parts(page)["Training and qualification"][1] == "In education or training, Qualification gained"
    assert parts(page)["Target groups"][1] == "", "its question is called as the part is"
    assert opened(signed_in(file).get(NEW).text) == ["Work situation"]


def test_a_part_in_which_something_is_answered_is_open(file: RunningNode) -> None:
    put(file.node.store, "status_observation", housing="rented", disability={"limits": True})
    page = signed_in(file).get(f"/records/{id_of('status_observation')}").text
    assert set(opened(page)) == {*TITLES} - {JOB, "Looking for work", "Training and qualification", PROOF}


def test_a_reason_why_there_is_no_answer_is_an_answer(file: RunningNode) -> None:
    put(file.node.store, "status_observation", housing=None, missing={"housing": "declined"})
    page = signed_in(file).get(f"/records/{id_of('status_observation')}").text
    assert "Income, housing and taking part" in opened(page)


def test_a_part_in_which_something_is_wrong_is_open(file: RunningNode) -> None:
    there = signed_in(file)
    form = next(one for one in forms_of(there.get(NEW).text) if "drawn_in" in one.named)
    sent = dict(form.fields) | {"asked": [value for name, value in form.fields if name == "asked"]}
    typed = {"stage": "annual", "observed_on": "2025-06-01", "labour_status": "employed_ordinary"}
    answer = there.post(NEW, data=sent | typed)
    assert answer.status_code == 422
    assert JOB in opened(answer.text)
    assert PROOF not in opened(answer.text)


def test_a_row_that_was_asked_for_stands_in_an_open_part(file: RunningNode) -> None:
    there = signed_in(file)
    form = next(one for one in forms_of(there.get(NEW).text) if "drawn_in" in one.named)
    sent = dict(form.fields) | {"asked": [value for name, value in form.fields if name == "asked"], "add": "barriers"}
    page = there.post(NEW, data=sent).text
    assert "barriers.0.code" in parts(page)["Health and what stands in the way"][2]
    assert "Health and what stands in the way" in opened(page)


def test_every_question_of_the_standard_is_in_one_part() -> None:
    named = [name for _, names in PARTS["status_observation"] for name in names]
    asked = {name for name, field in FIELDS.items() if kind_of(field)}
    assert len(named) == len(set(named))
    assert {*named, *OWNERS} >= asked >= {*named}


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_are_called_in_the_readers_language(file: RunningNode, language: str) -> None:
    page = signed_in(file, language=language).get(NEW).text
    assert len(parts(page)) == len(TITLES)
    assert ([*parts(page)] == TITLES) is (language == "en")


def test_what_a_reader_may_not_read_leaves_no_empty_part(file: RunningNode) -> None:
    page = signed_in(file, "coach", actor=id_of("actor")).get(NEW).text
    assert all(inside.strip() for _, _, inside in parts(page).values())


def test_the_fingerprint_of_an_agreement_is_no_field_to_type(file: RunningNode) -> None:
    there = signed_in(file)
    put(file.node.store, "agreement", document_hash="ab" * 32)
    for path in ("/records/new/agreement", f"/records/{id_of('agreement')}"):
        assert "document_hash" not in there.get(path).text, path
    form = next(one for one in forms_of(there.get(f"/records/{id_of('agreement')}").text) if "drawn_in" in one.named)
    data: dict[str, list[str]] = {}
    for name, value in form.typed(reference="A 12"):
        data.setdefault(name, []).append(value)
    assert there.post(f"/records/{id_of('agreement')}", data=data).status_code == 303
    kept = file.call("GET", f"/api/v1/agreements/{id_of('agreement')}").json()
    assert (kept["reference"], kept["document_hash"]) == ("A 12", "ab" * 32)
