"""Forms drawn from the standard: what goes in comes out again, and what cannot be read is shown as it was typed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from coupole.node.ui import HERE
from coupole.node.ui import forms as pages_of_forms
from coupole.node.ui.forms import fields, findings, read
from coupole.node.ui.forms.options import UNITS
from coupole.node.ui.forms.values import number, written
from coupole.standard.entities import ENTITIES
from coupole.web.languages import LANGUAGES, Language
from coupole.web.pages import Pages
from tests.forms import Sent, form_of

EXAMPLES = sorted((Path(__file__).parents[3] / "schema" / "v1" / "examples" / "valid").glob("*/*.json"))
PAGES = Pages(HERE, name="Atelier Nord", issuer="http://127.0.0.1:8100")
PAGES.environment.globals["units"] = UNITS
TEMPLATE = PAGES.environment.from_string(
    '{% import "forms/macros.html" as forms with context %}<form method="post">{{ forms.form(form) }}</form>'
)


def drawn(entity: str, document: dict[str, Any], language: Language = "nl", **rest: Any) -> str:
    return TEMPLATE.render(form=fields(entity, document, language, without=(), **rest), language=language)


def sent(page: str, **typed: str | list[str]) -> Sent:
    return form_of(page).typed(**typed)


def example(entity: str, name: str) -> dict[str, Any]:
    [path] = [path for path in EXAMPLES if path.parent.name == entity and path.stem == name]
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_form_nobody_typed_in_gives_the_document_back(path: Path, language: Language) -> None:
    document = json.loads(path.read_bytes())
    entity = path.parent.name
    found = read(entity, FormData(sent(drawn(entity, document, language))), document)
    assert found.document == document
    assert found.findings == ()
    assert set(found.asked) | {"missing"} >= {
        name for name, field in ENTITIES[entity].fields.items() if field.widget != "hidden"
    }


def test_there_is_an_example_of_every_kind_of_record() -> None:
    assert {path.parent.name for path in EXAMPLES} == set(ENTITIES)


TYPED = [
    ("contribution", "amount_minor", "1.250,50", "nl", 125050),
    ("contribution", "amount_minor", "1,250.50", "en", 125050),
    ("contribution", "amount_minor", "€ 80", "fr", 8000),
    ("contribution", "amount_minor", "12,345", "it", "12,345"),
    ("action", "hours", "22,5", "it", 22.5),
    ("action", "hours", "22.5", "fr", 22.5),
    ("action", "hours", "38", "nl", 38),
    ("action", "hours", "half", "nl", "half"),
    ("placement", "from", "1/3/2026", "nl", "2026-03-01"),
    ("placement", "from", "31/2/2026", "nl", "2026-02-31"),
    ("objective", "wording", "Two\r\nlines", "nl", "Two\nlines"),
]


@pytest.mark.parametrize(("entity", "name", "text", "language", "value"), TYPED)
def test_what_is_typed_is_understood_as_it_is_written_in_that_language(
    entity: str, name: str, text: str, language: Language, value: object
) -> None:
    form = FormData([("asked", name), ("drawn_in", language), (name, text)])
    found = read(entity, form, {})
    assert found.document[name] == value
    wrong = {one.pointer for one in found.findings if one.pointer == f"/{name}"}
    assert bool(wrong) == (isinstance(value, str) and name not in ("wording",) and value != "2026-03-01")


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.integers(0, 10**9).map(lambda cents: cents / 100) | st.integers(0, 10**6))
def test_a_number_is_read_as_it_was_shown(language: Language, value: float) -> None:
    found = number(written(value, "number", language), language)
    assert found is not None
    assert float(found) == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none(text: str) -> None:
    found = number(text, "nl")
    assert found is None or re.search("[0-9]", text)


def test_what_cannot_be_read_stays_in_its_field_with_the_reason_beside_it() -> None:
    document = example("action", next(p.stem for p in EXAMPLES if p.parent.name == "action"))
    typed = sent(drawn("action", document), hours="half", type="")
    found = read("action", FormData(typed), document)
    page = drawn("action", found.document, findings=found.findings)
    assert 'name="hours" value="half"' in page
    assert 'aria-describedby="f-hours-wrong" aria-invalid="true"' in page
    assert '<a href="#f-hours">' in page
    assert '<a href="#f-type">' in page
    assert page.index('role="alert"') < page.index('id="f-type"')


def test_why_there_is_no_answer_is_kept_instead_of_one_and_goes_when_there_is_one() -> None:
    document = example("participant", "all-fields-known")
    empty = {"birth_date__year": "", "birth_date__month": "", "birth_date__day": ""}
    reason = {**empty, "missing__birth_date": "declined"}
    unsaid = read("participant", FormData(sent(drawn("participant", document), **reason)), document)
    assert unsaid.document["birth_date"] is None
    assert unsaid.document["missing"] == {"birth_date": "declined"}
    assert unsaid.findings == ()
    again = sent(drawn("participant", unsaid.document), birth_date__year="1984")
    said = read("participant", FormData(again), unsaid.document)
    assert said.document["birth_date"] == "1984"
    assert "missing" not in said.document


def test_a_part_of_a_date_will_do_and_no_date_is_said_to_be_none() -> None:
    document = example("participant", "all-fields-known")
    page = drawn("participant", document)
    year = read("participant", FormData(sent(page, birth_date__day="", birth_date__month="4")), document)
    assert year.document["birth_date"] == "1991-04"
    wrong = read("participant", FormData(sent(page, birth_date__month="14")), document)
    assert [one.pointer for one in wrong.findings] == ["/birth_date"] * 2
    page = drawn("participant", wrong.document, findings=wrong.findings)
    assert 'value="14"' in page
    assert page.count('href="#f-birth_date"') == 1, "one thing wrong with a field is enough to say"


def test_a_row_is_added_and_taken_away_by_buttons_that_lose_nothing_typed() -> None:
    document = example("participant", "all-fields-known")
    form = form_of(drawn("participant", document))
    assert ("add", "languages") in form.buttons
    assert ("remove", "languages.0") in form.buttons
    more = read("participant", FormData([*form.typed(languages__0__cefr="C1"), ("add", "languages")]), document)
    assert more.redraw
    page = drawn("participant", more.document, blank=more.blank)
    assert 'name="languages.2.tag"' in page
    filled = read("participant", FormData(sent(page, languages__2__tag="fr")), document)
    assert [row["tag"] for row in filled.document["languages"]] == ["nl", "ar", "fr"]
    assert filled.document["languages"][0]["cefr"] == "C1"
    less = read("participant", FormData([*form.fields, ("remove", "languages.0")]), document)
    assert less.redraw
    assert [row["tag"] for row in less.document["languages"]] == ["ar"]


def test_an_empty_row_is_no_row() -> None:
    document = example("participant", "all-fields-known")
    page = drawn("participant", document, blank={"languages": 1})
    assert read("participant", FormData(sent(page)), document).document == document


def test_fields_that_were_not_asked_for_stay_as_they_are() -> None:
    document = example("participant", "all-fields-known")
    only = drawn("participant", document, only=("family_name",))
    assert "f-given_name" not in only
    found = read("participant", FormData(sent(only, family_name="Peeters")), document)
    assert found.document == document | {"family_name": "Peeters"}
    forged = FormData([("asked", "id"), ("id", "x"), ("asked", "revision"), ("revision", "9"), ("asked", "sex")])
    kept = read("participant", forged, document, only=("family_name",))
    assert kept.document == document
    assert kept.asked == ()


def test_a_code_the_list_does_not_have_is_not_lost() -> None:
    document = example("organisation", next(p.stem for p in EXAMPLES if p.parent.name == "organisation"))
    document |= {"capacity": [{"programme": "our_own_fund", "places_heads": 4}]}
    page = drawn("organisation", document)
    assert read("organisation", FormData(sent(page)), document).document == document


def test_every_input_has_a_name_that_is_read_out() -> None:
    for path in EXAMPLES:
        page = drawn(path.parent.name, json.loads(path.read_bytes()))
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
        labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
            if 'type="hidden"' in tag or "aria-label=" in tag or 'type="radio"' in tag:
                continue
            found = re.search(r'\bid="([^"]+)"', tag)
            assert (found and found[1] in labelled) or re.search(r"<label[^>]*>[^<]*" + re.escape(tag), page), tag


def test_findings_of_what_the_node_writes_itself_are_not_for_people() -> None:
    assert "/id" not in {one.pointer for one in findings("team_meeting", {"extensions": {}})}
    assert "/type" in {one.pointer for one in findings("team_meeting", {"extensions": {}})}


def test_references_are_chosen_by_name() -> None:
    names = (("north:actor:0", "Luc Peeters"), ("north:actor:1", "Anna Rossi"))
    page = drawn("team_meeting", {"present": [{"actor": "north:actor:1"}]}, choices={"actor": names})
    assert '<option value="north:actor:1" selected>Anna Rossi</option>' in page
    assert pages_of_forms.fields("plan", {}, "nl")["objectives"].options == ()
