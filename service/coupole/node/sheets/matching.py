"""Words and what they stand for: names of columns and fields, words in cells and codes, in four languages at once.

A workshop writes as it speaks: "Geb. datum", "M/V", "cdi". Words are compared without accents, capitals and signs;
what is usual beside the labels of the standard stands in ``names.json``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

from coupole.node.sheets.targets import Target
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES

LANGUAGES = ("en", "nl", "fr", "it")
_NAMES: Mapping[str, Any] = json.loads(Path(__file__).with_name("names.json").read_bytes())
_SEPARATORS = re.compile(r"\s*(?:[,;/+&|\n]|\ben\b|\bet\b|\be\b|\band\b)\s*", re.IGNORECASE)
_FILLERS = frozenset(
    ("de", "het", "een", "van", "la", "le", "les", "l", "du", "des", "d", "di", "del", "della", "il", "lo", "the", "of")
)


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The text without accents, capitals and signs, to compare by."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z0-9<%]+", "".join(x for x in letters if not unicodedata.combining(x))))


@lru_cache(maxsize=8192)
def words(text: str) -> frozenset[str]:
    """The words of a name that mean something."""
    return frozenset(plain(text).split()) - _FILLERS


def usual_names(target: Target) -> tuple[str, ...]:
    """What people call the column of a field."""
    labels = [target.label(language) for language in LANGUAGES]
    own = [target.field.label(language) for language in LANGUAGES]
    whole = [heading_of(target, language) for language in LANGUAGES]
    return (*_NAMES["fields"].get(target.path, ()), *whole, *labels, *own, target.path, target.names[-1])


def heading_of(target: Target, language: str) -> str:
    """What the column of a field is called in a list we make: no two fields have the same."""
    return f"{ENTITIES[target.entity].labels[language]}: {target.label(language)}"


@cache
def words_of(kind: str, name: str) -> Mapping[str, str | bool]:
    """For cells of one kind: what each word, made plain, stands for. ``name``: the code list or the field's name."""
    found: dict[str, str | bool] = {}
    for code, said in _said(kind, name):
        key = plain(said) or said.strip()
        found.setdefault(key, code)
    return found


def own_words(target: Target) -> Mapping[str, str | bool]:
    """What each word stands for in a field of the workshop's own."""
    found: dict[str, str | bool] = {}
    for code, labels in target.field.schema["x-enum-labels"].items():
        for said in (code, *labels.values()):
            found.setdefault(plain(said) or said.strip(), code)
    return found


def _said(kind: str, name: str) -> Iterator[tuple[str | bool, str]]:
    if kind == "boolean":
        for value in (True, False):
            yield from ((value, said) for said in _NAMES["values"][str(value).lower()])
        return
    if kind == "country":
        yield from _territories()
    elif kind == "language":
        yield from _spoken()
    elif name in _enumerations():
        yield from ((code, said) for code, labels in _enumerations()[name].items() for said in (code, *labels.values()))
    else:
        codes = code_list(name)
        for code in codes.ids:
            yield from ((code, said) for said in (code, *(codes.labels(code, language) for language in LANGUAGES)))
    for code, usual in _NAMES["values"].get("country" if kind == "country" else name, {}).items():
        yield from ((code, said) for said in usual)


@cache
def _enumerations() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Fields whose few values have their labels in the schema itself, by the field's name."""
    from coupole.node.sheets.targets import TARGETS

    named = {target.names[-1]: target.field.schema.get("x-enum-labels") for target in TARGETS.values()}
    return {name: labels for name, labels in named.items() if labels}


def _territories() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for code, label in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                yield from ((code, said) for said in (label, code))


def _spoken() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for code, label in Locale(language).languages.items():
            if code.isalpha() and len(code) <= 3:
                yield from ((code, said) for said in (label, code))


def code_for(target: Target, text: str) -> Any:
    """What a word in a cell stands for; a list where a cell may hold several; none when nothing is like it."""
    listed = target.namespace and target.kind == "code"
    known = own_words(target) if listed else words_of(target.kind, target.field.codelist or target.names[-1])
    whole = _meant(known, text)
    if not target.several:
        return whole
    if whole is not None:
        return [whole]
    for parts in (text.split(";"), _SEPARATORS.split(text)):
        unique = list(dict.fromkeys(_meant(known, part) for part in parts if part.strip()))
        if unique and None not in unique:
            return unique
    return None


def _meant(known: Mapping[str, str | bool], text: str) -> str | bool | None:
    """Dutch bends its adjectives: "Belgische" is looked for as "Belgisch" too, "Italiaanse" as "Italiaans"."""
    word = plain(text) or text.strip()
    return known.get(word, known.get(word.removesuffix("e")))
