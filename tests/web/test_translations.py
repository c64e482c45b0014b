"""Every word of every page is said in four languages, and every word of a page is one that can be."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from coupole.web.translations import TRANSLATED
from tests.words import ROOT, Group, catalogue, collected, faults, groups, key

WORDS = re.compile(r"[^\W\d_]{2,}")
SAID = ("alt", "aria-label", "aria-description", "placeholder", "title", "label")
"""Attributes that are read to people."""
CODE = ("code", "script", "style", "kbd")
NO_WORDS = re.compile(r"\b(?:CSV|JSON-stat|JSON|XLSX|PDF|ICS)\b|[\w:-]+=\"[^\"]*\"")
"""What is called the same in every language, and attributes that a macro gives to an element."""
ENVIRONMENT = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
TEMPLATES = sorted(path for path in ROOT.rglob("*.html") if "_schema" not in path.parts)
MARKS = ("_", "gettext", "ngettext")
ENGLISH = re.compile(r"[A-Z][a-z]+(?: [a-z]|$)")


def named(group: Group) -> str:
    return group.name


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("group", groups(), ids=named)
def test_every_string_of_every_group_of_pages_is_translated(group: Group, language: str) -> None:
    assert faults(group, language) == []


def test_there_are_strings_to_translate() -> None:
    assert sum(len(collected(group)) for group in groups()) > 60


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_english_word_has_one_translation_in_a_service(language: str) -> None:
    said: dict[tuple[str, str], set[object]] = {}
    for group in groups():
        service = group.name.partition("/")[0]
        for message in catalogue(group, language):
            if message.id and message.string and all(message.string):
                said.setdefault((service, key(message)), set()).add(message.string)
    assert {text: strings for (_, text), strings in said.items() if len(strings) > 1} == {}


class Reader(HTMLParser):
    """Collects what a person would read of a template's own text."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in CODE:
            self.inside.append(tag)
        for name, value in attrs:
            if name in SAID:
                self.hear(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in CODE and self.inside:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.hear(data)

    def hear(self, text: str) -> None:
        if WORDS.search(NO_WORDS.sub("", text)):
            self.read.append(text.strip())


def unmarked(source: str) -> list[str]:
    """Texts of a template that no translation can reach: its own, and English between quotes in an expression."""
    own, loose = "", []
    calls: list[str] = []
    before = ""
    for _, kind, value in ENVIRONMENT.lex(source):
        if kind == "data":
            own += value
        elif kind == "variable_begin":
            own += "{}"
        elif value == "(":
            calls.append(before)
        elif value == ")" and calls:
            calls.pop()
        elif kind == "string" and ENGLISH.match(value[1:-1]) and not set(calls) & set(MARKS):
            loose.append(value[1:-1])
        before = value if kind == "name" else ""
    reader = Reader()
    reader.feed(own)
    return [*reader.read, *loose]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_template_says_a_word_of_its_own(path: Path) -> None:
    assert unmarked(path.read_text("utf-8")) == []


def test_a_word_that_is_not_marked_is_found_wherever_it_hides() -> None:
    assert len(TEMPLATES) > 5
    assert unmarked('<p title="{{ x }}">{{ _("Yes") }}</p><code>north</code>') == []
    assert unmarked("<p>Yes</p>") == ["Yes"]
    assert unmarked('<img alt="A dove">') == ["A dove"]
    assert unmarked('{{ "Go back" if x else _("Forward") }}') == ["Go back"]
    assert unmarked('{{ ngettext("%(num)s day", "All days", n) }}{% if x == "open" %}{% endif %}') == []
