"""Turns what the reference validator says into findings: a code, a place, the rule, words of the standard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from itertools import islice, takewhile
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry, Resource

from coupole.errors import Finding
from coupole.standard.schemas import Schema

CODES = {
    "additionalProperties": "field_unknown",
    "const": "constant_mismatch",
    "contains": "entry_missing",
    "enum": "code_unknown",
    "exclusiveMaximum": "above_maximum",
    "exclusiveMinimum": "below_minimum",
    "format": "date_invalid",
    "maxContains": "entry_repeated",
    "maxItems": "too_many",
    "maxLength": "too_long",
    "maxProperties": "too_many",
    "maximum": "above_maximum",
    "minContains": "entry_missing",
    "minItems": "too_few",
    "minLength": "too_short",
    "minProperties": "too_few",
    "minimum": "below_minimum",
    "pattern": "pattern_mismatch",
    "propertyNames": "field_unknown",
    "type": "type_wrong",
    "unevaluatedProperties": "field_unknown",
    "uniqueItems": "not_unique",
}
"""The finding of each keyword; of any other, ``form_unknown``."""

MOST = 200
"""As many mistakes are looked at; a document with more is not worth a longer answer."""

LIMITS = frozenset(
    ("maximum", "minimum", "maxItems", "minItems", "maxLength", "minLength", "maxProperties", "minProperties")
)


class Explainer:
    """Says what is wrong with documents read by one schema. References are found among ``files`` and nowhere else."""

    def __init__(self, schema: Schema, files: Iterable[Schema]) -> None:
        named = [(file["$id"], Resource.from_contents(file)) for file in files if "$id" in file]
        registry: Registry[Any] = Registry().with_resources(named)
        self._schema = schema
        self._validator = _REFERENCE(schema, registry=registry, format_checker=_FORMATS)
        self._names = frozenset(_names([schema, *(file for file in files if file is not schema)]))

    def explain(self, document: Any) -> list[Finding]:
        """What is wrong, in the order of its places; nothing when the document is valid."""
        errors = islice(self._validator.iter_errors(document), MOST)
        found = {(one.pointer, one.code, one.rule): one for error in errors for one in self._findings(error)}
        # What is of another kind altogether has no fields to speak of: only its kind is said.
        strange = [place for place, code, _ in found if code == "type_wrong"]
        return [found[key] for key in sorted(found) if key[1] == "type_wrong" or not _within(key[0], strange)]

    def _findings(self, error: Any) -> Iterator[Finding]:
        keyword = str(error.validator)
        alternatives = _alternatives(error)
        only = _only_form(error)
        if only is not None:
            for inner in error.context:
                if inner.relative_schema_path[0] == only:
                    yield from self._findings(inner)
            return
        path = list(error.absolute_schema_path)
        marks, because = _on_the_way(self._schema, path)
        if marks:
            rule, mark = marks
            yield Finding(mark["x-finding"], f"/{mark['x-field']}", _pointer(rule))
            return
        for name in _needed(error):
            code = "required_missing" if keyword == "required" and "then" not in path else "condition_unmet"
            yield Finding(code, self._place(error, name), _pointer(path), because)
        if keyword != "required":
            code = "condition_unmet" if alternatives else CODES.get(keyword, "form_unknown")
            code = "name_invalid" if "propertyNames" in path else code
            yield Finding(code, self._place(error, *alternatives[:1]), _pointer(path), _words(error, alternatives))

    def _place(self, error: Any, *names: str) -> str:
        """A pointer to the place, as far as its names are those of the standard."""
        segments = (*error.absolute_path, *names)
        return _pointer(takewhile(lambda segment: isinstance(segment, int) or segment in self._names, segments))


def _within(place: str, others: Iterable[str]) -> bool:
    return any(place == other or place.startswith(f"{other}/") for other in others)


def _needed(error: Any) -> list[str]:
    """The fields whose absence is the error."""
    if error.validator != "required":
        return []
    return [name for name in error.validator_value if name not in error.instance]


def _only_form(error: Any) -> int | None:
    """Which alternative says what is expected, when the others only allow null."""
    if error.validator != "anyOf":
        return None
    forms = [number for number, branch in enumerate(error.validator_value) if branch != {"type": "null"}]
    return forms[0] if len(forms) == 1 and len(error.validator_value) > 1 else None


def _alternatives(error: Any) -> list[str]:
    """The fields one of which is asked for, when that is all the alternatives ask for."""
    branches = error.validator_value if error.validator in ("anyOf", "oneOf") else [{}]
    if any(set(branch) != {"required"} for branch in branches):
        return []
    return [name for branch in branches for name in branch["required"]]


def _words(error: Any, alternatives: list[str]) -> dict[str, str | int]:
    """What a sentence may say: words and limits of the standard, nothing of the document."""
    value = error.validator_value
    if error.validator in LIMITS:
        return {"limit": value}
    if error.validator == "enum":
        return {"list": error.schema.get("x-codelist") or ", ".join(map(str, value))}
    if error.validator == "type":
        return {"expected": value if isinstance(value, str) else ", ".join(value)}
    return {"fields": ", ".join(alternatives)} if alternatives else {}


def _on_the_way(schema: Schema, path: list[Any]) -> tuple[tuple[list[Any], Schema] | None, dict[str, str | int]]:
    """What stands on the path of a rule: the part that names its own finding, and the fields its conditions look at."""
    node: Any = schema
    because: list[str] = []
    for depth, segment in enumerate(path):
        if isinstance(node, dict) and "x-finding" in node:
            return (path[:depth], node), {}
        if isinstance(node, dict) and segment not in node:  # behind a reference: the rest is elsewhere
            break
        if segment == "then":
            because += [*node["if"].get("properties", {}), *node["if"].get("required", ())]
        node = node[segment]
    return None, {"fields": ", ".join(dict.fromkeys(because))} if because else {}


def _pointer(segments: Iterable[str | int]) -> str:
    return "".join("/" + str(segment).replace("~", "~0").replace("/", "~1") for segment in segments)


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "properties":
                yield from value
            yield from _names(value)
    elif isinstance(part, list):
        for value in part:
            yield from _names(value)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # The standard's regular expressions are ECMA's, where $ is the end of the text; Python's lets a line feed pass.
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern, re.ASCII)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError("does not match")


def _is_date(text: Any) -> bool:
    return not isinstance(text, str) or bool(date.fromisoformat(text))


def _is_moment(text: Any) -> bool:
    return not isinstance(text, str) or bool(datetime.fromisoformat(text))


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("date", raises=ValueError)(_is_date)
_FORMATS.checks("date-time", raises=ValueError)(_is_moment)
_EXTEND: Any = validators.extend
_REFERENCE = _EXTEND(Draft202012Validator, {"pattern": _pattern})
