from __future__ import annotations

import inspect
import json
import re

import pytest

from coupole.errors import CoupoleError
from coupole.standard import (
    LANGUAGES,
    calendar,
    codes,
    entities,
    explaining,
    profiles,
    reading,
    resource,
    sentences,
    validation,
)
from coupole.standard.sentences import known_codes, sentence

FILES = sorted(resource("v1", "problems").glob("*.json"))
PLACE = re.compile(r"\{([a-z_]+)\}")
MODULES = (calendar, codes, entities, explaining, profiles, reading, sentences, validation)


def placeholders(text: str) -> set[str]:
    return set(PLACE.findall(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_stands_in_four_languages_with_the_same_places_to_fill(path):
    words = json.loads(path.read_bytes())

    assert words
    for code, parts in words.items():
        assert set(parts) == {"title", "remedy"}, code
        for said in parts.values():
            assert set(said) == set(LANGUAGES), code
            assert len({frozenset(placeholders(text)) for text in said.values()}) == 1, code
            assert all(text.strip() == text and text.endswith((".", "!", "?")) for text in said.values()), code
            assert all(PLACE.sub("", text).find("{") == -1 for text in said.values()), code


def test_no_code_is_explained_by_two_rooms():
    told = [code for path in FILES for code in json.loads(path.read_bytes())]

    assert len(told) == len(set(told))


def test_every_error_and_finding_of_this_room_has_its_words():
    kinds = {
        kind
        for module in MODULES
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, CoupoleError)
    }
    errors = {kind.code for kind in kinds}
    found = {*explaining.CODES.values(), "required_missing", "condition_unmet", "name_invalid", "form_unknown"}
    reasons = {"missing_reason_absent", "missing_reason_stray"}

    assert len(errors) >= 12
    assert errors | found | reasons <= known_codes().keys()
    assert [kind.title() for kind in kinds if sentence(kind.code, "en").title != kind.title()] == []


def test_a_sentence_says_what_happened_with_its_limit_and_what_to_do():
    said = sentence("too_long", "nl", {"limit": 200})

    assert "200" in said.title
    assert said.remedy == "Kort het in."


def test_a_missing_parameter_or_language_never_stops_an_explanation():
    assert "…" in sentence("too_long", "fr").title
    assert sentence("too_long", "de", {"limit": 3}) == sentence("too_long", "en", {"limit": 3})


def test_an_unknown_code_is_answered_in_general_words():
    assert sentence("no_such_code", "it") == sentence("coupole_error", "it")


def test_a_parameter_is_inserted_as_it_is_and_never_read_as_a_place():
    assert "{limit}" in sentence("too_long", "en", {"limit": "{limit}"}).title
