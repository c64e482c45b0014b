from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from coupole.standard import LANGUAGES, resource
from coupole.standard.codes import CodeListUnknown, code_list, code_list_names, codes_schema
from coupole.standard.schemas import schema_file

LISTS = resource("v1", "codelists")


def test_the_index_names_every_file_and_no_other():
    files = {path.stem for path in LISTS.glob("*.json")} - {"index"}

    assert len(files) == 43
    assert set(code_list_names()) == files


@pytest.mark.parametrize("name", code_list_names())
def test_each_list_follows_its_schema_and_the_index_tells_its_size(name):
    raw = json.loads((LISTS / f"{name}.json").read_bytes())
    index = json.loads((LISTS / "index.json").read_bytes())
    entry = next(entry for entry in index["lists"] if entry["id"] == name)

    Draft202012Validator(schema_file("codelist")).validate(raw)
    assert raw["id"] == name
    assert (len(raw["items"]), raw["labels"]) == (entry["items"], entry["labels"])
    assert len(code_list(name).ids) == len(raw["items"]), "a code stands twice"


def test_there_are_464_codes_each_named_in_four_languages():
    lists = [code_list(name) for name in code_list_names()]
    words = [codes.labels(code, language) for codes in lists for code in codes.ids for language in LANGUAGES]

    assert len(words) == 464 * len(LANGUAGES)
    assert all(word.strip() for word in words)
    assert all(codes.titles[language].strip() for codes in lists for language in LANGUAGES)


def test_a_code_is_called_by_its_label_and_in_english_where_a_language_is_not_known():
    assert code_list("sex").labels("F", "fr") == "Femme"
    assert code_list("sex").labels("F", "xx") == code_list("sex").labels("F", "en")


def test_a_code_somebody_added_to_an_open_list_is_called_by_itself():
    assert code_list("programme").open
    assert code_list("programme").labels("lottery_fund", "nl") == "lottery_fund"


def test_codes_have_properties():
    assert code_list("labour_status").attribute("inactive_care", "group") == "inactive"
    assert code_list("labour_status").attribute("inactive_care", "colour") is None
    assert code_list("labour_status").attribute("no_such_code", "group") is None


@pytest.mark.parametrize("name", ["no_such_list", "../catalogue/core", "index"])
def test_only_lists_of_the_standard_are_read(name):
    with pytest.raises(CodeListUnknown):
        code_list(name)


def test_the_codes_as_json_schema_are_those_of_the_lists():
    assert schema_file("codes") == codes_schema(), "run: python3 deploy render"
