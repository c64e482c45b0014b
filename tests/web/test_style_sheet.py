"""The one style sheet and the pages know each other: no class without a rule, no rule without a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import coupole

ROOT = Path(coupole.__path__[0])
SHEETS = (ROOT / "web" / "static" / "coupole.css", *(ROOT / "node" / "ui").rglob("*.css"))
ASIDE = re.compile(r"/\*.*?\*/|\{#.*?#\}|\{%.*?%\}", re.DOTALL)
SAID = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
CLASSES = re.compile(r'\bclass="((?:\{\{.*?\}\}|[^"{])*)"', re.DOTALL)
SELECTORS = re.compile(r"([^{};]+)\{")
LATER = {"later"}
"""Said by a state that looks like the words around it."""


def ruled() -> set[str]:
    """The classes that the sheets know."""
    texts = (ASIDE.sub("", sheet.read_text("utf-8")) for sheet in SHEETS)
    return {name for text in texts for part in SELECTORS.findall(text) for name in re.findall(r"\.([a-z][\w-]*)", part)}


def used() -> Iterator[tuple[str, str]]:
    """Every class that a template gives to an element, and the template. Of what is said in braces the quoted words."""
    for template in sorted(ROOT.rglob("*.html")):
        for classes in CLASSES.findall(ASIDE.sub(" ", template.read_text("utf-8"))):
            quoted = [word for said in SAID.findall(classes) for word in re.findall(r'"([^"]*)"', said)]
            for name in " ".join([SAID.sub(" ", classes), *quoted]).split():
                yield name, template.relative_to(ROOT).as_posix()


def test_every_class_of_a_page_has_a_rule() -> None:
    known = ruled() | LATER
    assert {name: template for name, template in used() if name not in known} == {}


def test_every_rule_is_for_a_class_of_some_page() -> None:
    assert ruled() - {name for name, _ in used()} == set()
