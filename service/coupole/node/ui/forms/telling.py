"""Values of a document in words, to be read rather than changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from coupole.node.ui.forms import options
from coupole.node.ui.forms.kinds import kind_of, parts
from coupole.node.ui.forms.values import written
from coupole.standard.codes import code_list
from coupole.standard.entities import Field
from coupole.web.languages import Language

YES_NO = {
    "en": ("no", "yes"),
    "nl": ("nee", "ja"),
    "fr": ("non", "oui"),
    "it": ("no", "sì"),
}
NOTHING = "–"


def told(field: Field, value: Any, language: Language, name: Callable[[str], str]) -> str:
    """The value in words; ``name``: what the document of an identifier is called."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return YES_NO[language][value]
    if isinstance(value, list):
        return "; ".join(told(field, one, language, name) for one in value)
    if isinstance(value, Mapping):
        return _inside(field, value, language, name)
    if field.targets:
        return name(str(value)) or NOTHING
    return _plain(field, value, language)


def _inside(field: Field, value: Mapping[str, Any], language: Language, name: Callable[[str], str]) -> str:
    known = parts(field)
    if not known.keys() & value.keys():  # names by language
        return "; ".join(f"{tag}: {text}" for tag, text in value.items())
    told_each = ((known[one].label(language), told(known[one], value[one], language, name)) for one in value)
    return ", ".join(f"{label}: {text}" for label, text in told_each)


def _plain(field: Field, value: Any, language: Language) -> str:
    codes = field.codelist or field.value.get("items", {}).get("x-codelist")
    if codes:
        return code_list(codes).labels(str(value), language)
    listed = options.LISTED.get(field.widget)
    known = dict(listed(language) if listed else field.options(language))
    if str(value) in known:
        return known[str(value)]
    if kind_of(field) == "date" or field.widget == "lines":
        return _day(str(value), language)
    return written(value, kind_of(field) or "text", language)


def _day(text: str, language: Language) -> str:
    try:
        return str(format_date(date.fromisoformat(text), format="d MMMM y", locale=language))
    except ValueError:
        return text
