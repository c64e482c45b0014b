"""What figures are called, in the reader's language."""

from __future__ import annotations

import pytest

from coupole.standard import LANGUAGES
from coupole.standard.catalogue import load
from coupole.standard.words import WORDS, band, code_word, dimension_word, figure, heading, measure_word, not_settled

CORE = load("core", "1.0.0")


def dimension(indicator: str, name: str):
    return next(one for one in CORE.indicator(indicator).dimensions if one.name == name)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(None, 0, "≤ -1"), (0, 1, "0"), (1, 5, "1–4"), (25, None, "25+"), (0, 91, "0–90")],
)
def test_a_band_names_its_first_and_last_number(low, high, words):
    assert band(low, high) == words


@pytest.mark.parametrize(("part", "words"), [("band_1", "0–49.99"), ("band_3", "100–249.99"), ("band_6", "1000+")])
def test_a_band_of_amounts_is_in_the_currency_not_in_its_smallest_unit(part, words):
    assert measure_word(CORE.indicator("M01b"), part, "en") == words
    assert measure_word(CORE.indicator("M01b"), part, "fr") == words.replace(".", ",")


@pytest.mark.parametrize(
    ("language", "money", "people"),
    [("en", "1,234.50", "123,450"), ("nl", "1.234,50", "123.450"), ("it", "1.234,50", "123.450")],
)
@pytest.mark.parametrize("measure", ["sum", "sum_den", "mean"])
def test_money_is_read_in_euros_and_people_by_the_head(language, money, people, measure):
    assert figure(123_450, measure, language) == money
    assert figure(123_450, "n", language) == people
    assert heading(CORE, CORE.indicator("M01"), measure, language).endswith("(EUR)")
    assert not heading(CORE, CORE.indicator("F07"), measure, language).endswith("(EUR)"), "these are hours"


def test_every_measure_and_code_of_the_catalogue_has_a_word_in_every_language():
    for indicator in CORE.indicators:
        for language in LANGUAGES:
            named = [measure_word(indicator, part, language) for part in indicator.parts]
            assert len(set(named)) == len(named), indicator.id
            assert not set(named) & set(indicator.parts), indicator.id
            for one in indicator.dimensions:
                assert dimension_word(one, language) == one.title[language]
                words = [code_word(one, code, language) for code in one.codes or ()]
                assert len(set(words)) == len(words), (indicator.id, one.name, language)
                assert not [code for code, word in zip(one.codes or (), words, strict=True) if "_" in word], one.name
    assert all(set(texts) == set(LANGUAGES) for texts in WORDS.values())


def test_a_last_band_holds_what_is_in_none_of_the_others():
    assert measure_word(CORE.indicator("Q08"), "band_6", "nl") == "Onbekend"


def test_codes_of_the_list_of_the_catalogue_and_of_nobody_have_their_words():
    assert code_word(dimension("S01", "sex"), "F", "nl") == "Vrouw"
    assert code_word(dimension("F05", "outcome_category"), "lasting_job", "fr") == "Emploi durable"
    assert code_word(dimension("EECO01", "operation"), "ESF-1", "it") == "ESF-1"
    assert code_word(dimension("EECO01", "operation"), "unknown", "it") == "Sconosciuto"
    assert code_word(None, "total", "fr") == "Total"
    moved = dimension("O07", "rungs")
    assert " → " in code_word(moved, moved.codes[0], "en")


def test_what_is_not_settled_says_from_when():
    assert not_settled("2026-01-15", "en") == "not settled yet, from 2026-01-15"
