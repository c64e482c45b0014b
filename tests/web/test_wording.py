"""Pages speak of the trade, in every language; of the system only where those read it who run it."""

from __future__ import annotations

import re

import pytest

from tests.words import Group, catalogue, collected, groups

SYSTEM = re.compile(
    r"\b(?:nodes?|records?|schemas?|sync\w*|pull(?:s|ed)?|json|revisions?|payloads?|endpoints?|api|uuid|tokens?|"
    r"cookies?|database|entit(?:y|ies)|null|boolean|strings?|backend|http|url|egress|cache|query|parameters?|timeout)\b",
    re.IGNORECASE,
)
TRANSLATED_SYSTEM = re.compile(
    r"\b(?:knooppunt\w*|databank\w*|nœuds?|jetons?|nod[oi]|gettoni?|synchronis\w*|sincronizz\w*|json|api|url|http)\b",
    re.IGNORECASE,
)
PLACE = re.compile(r"%\(\w+\)s")
SERVER = re.compile(r"(?<!mail )\bservers?\b", re.IGNORECASE)
"""The mail server is named to whoever sets up the letters, who is looking for that very word."""


def of_the_desk() -> list[Group]:
    return [group for group in groups() if group.name.startswith(("node/ui", "web"))]


def test_no_page_of_the_desk_speaks_of_the_system() -> None:
    said = {(group.name, text) for group in of_the_desk() for text in collected(group)}
    assert len(said) > 300
    assert {(group, text) for group, text in said if SYSTEM.search(PLACE.sub("", text))} == set()
    assert {(group, text) for group, text in said if SERVER.search(text)} == set()


@pytest.mark.parametrize("language", ["nl", "fr", "it"])
def test_no_translation_brings_the_system_back_in(language: str) -> None:
    strings = [
        text
        for group in of_the_desk()
        for message in catalogue(group, language)
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert len(strings) > 300
    assert [text for text in strings if TRANSLATED_SYSTEM.search(PLACE.sub("", text))] == []
