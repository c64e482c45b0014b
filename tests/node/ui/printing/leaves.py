"""What every recorded value must read as on paper, worked out from the schema alone and not by the code under test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES, ENVELOPE, Field
from tests.stores import entity_of

TITLED = {"organisation": "name", "actor": "display_name"}


def said(document: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """Where each value of a document stands and what a reader must find for it. References have their own test."""
    for name, field in ENTITIES[entity_of(dict(document))].fields.items():
        if name not in ENVELOPE:
            yield from _said(field, document.get(name), name, language, document)
    for name, reason in document.get("missing", {}).items():
        yield f"missing.{name}", code_list("record_missing").labels(reason, language)
    yield from _plain(document.get("extensions", {}), "extensions")


def _said(field: Field, value: Any, place: str, language: str, around: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _said(field.fields[name], inner, f"{place}.{name}", language, value)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _said(field, inner, f"{place}.{number}", language, around)
    elif value is not None and not field.targets:
        yield place, _read(field, value, language)


def _read(field: Field, value: Any, language: str) -> str:
    yes = {"en": ("no", "yes"), "it": ("no", "sì"), "nl": ("nee", "ja"), "fr": ("non", "oui")}
    if isinstance(value, bool):
        return yes[language][value]
    if field.widget == "money":
        return format_decimal(value / 100, "#,##0.00", locale=language)
    if isinstance(value, int | float):
        return format_decimal(value, locale=language)
    if field.codelist:
        return code_list(field.codelist).labels(value, language)
    for code, label in field.options(language):
        if code == value:
            return label
    if field.widget in ("date", "partial_date") and len(value) == 10:
        return _day(value, language)
    if field.widget == "lines" and value[:4].isdecimal() and len(value) == 10:
        return _day(value, language)
    if value == "XA":
        return {"en": "stateless", "nl": "staatloos", "fr": "apatride", "it": "apolide"}[language]
    if field.widget in ("country", "countries"):
        return Locale(language).territories[value]
    if field.widget == "language":
        return Locale(language).languages[value.partition("-")[0]]
    if field.widget == "partial_date":
        return value[:4]
    return value[1:-1] if field.widget == "duration" else str(value)


def _day(text: str, language: str) -> str:
    return format_date(date.fromisoformat(text), "d MMMM y", locale=language)


def _plain(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _plain(inner, f"{place}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _plain(inner, f"{place}.{number}")
    elif value is not None and not isinstance(value, bool):
        yield place, str(value)
