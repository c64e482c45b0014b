"""Turns the rows of somebody's table into standard documents, as a mapping document says.

A mapping (``schema/v1/mapping.schema.json``) is data, never code: this module knows no column, no
data set and no entity. Each document is written as a template, in which an object whose keys start
with ``$`` is computed from the row and everything else stands as it is::

    {"birth_date": {"$shift": {"$column": "entry_month", "$date": "%Y-%m"},
                    "$years": {"$column": "age", "$as": "integer"}, "$back": true}}

    $column   the cell's text; $as integer | number | boolean, $date a strptime form or several to try in
              turn ($partial: a form without day or month gives a date without them), $codes a table of
              codes, $default for an empty cell
    $if       $then when the condition holds, $else otherwise (left out when there is no $else)
    $shift    a date moved by $years, $months, $days ($back: into the past), clamped to the month's end;
              $day first | last moves it to that day of its month
    $id       the id of another document of the same row, or of one written `once`
    $parameter  what the person running the import gave as `--set name=value`
    conditions  $equals [a, b], $in [a, [b, …]], $empty a, $not c, $and [c, …], $or [c, …]

A value that comes out empty is left out of the document. An id is made from the mapping's name, the
template's name and the row's key, so that the same table imported twice names the same records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from ulid import ULID

from coupole.errors import CoupoleError, Finding
from coupole.standard import VERSION
from coupole.standard.calendar import add_months, last_day
from coupole.standard.entities import ENTITIES
from coupole.standard.validation import check_against

Row = Mapping[str, str]
JSON = Any

_ABSENT = object()
_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class MappingInvalid(CoupoleError):
    """The mapping does not fit together."""


class ColumnMissing(CoupoleError):
    """A column that the mapping names is not in the table."""


class ParameterMissing(CoupoleError):
    """The mapping needs a value that was not given."""


class CellRefused(CoupoleError):
    """A cell does not hold what the mapping expects there."""

    def __init__(self, column: str, finding: str) -> None:
        super().__init__()
        self.column = column
        self.finding = finding


@dataclass(frozen=True, slots=True)
class MappedRow:
    """What one row of the table becomes: documents to write together, or the reasons it cannot be used.

    A document of a row with findings lacks what could not be read, and is not to be written. ``columns`` names, for a
    document's position and a JSON pointer in it, the column the value came from.
    """

    number: int
    documents: list[dict[str, JSON]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    columns: dict[tuple[int, str], str] = field(default_factory=dict)


@dataclass(slots=True)
class _Scope:
    """What a template may look at, the columns it looked at on the way, and the cells it could not read."""

    row: Row
    ids: Mapping[str, str]
    parameters: Mapping[str, str]
    columns: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Finding] = field(default_factory=dict)
    pointer: str = ""


class Mapper:
    """One mapping, checked once, applied to many rows."""

    def __init__(
        self,
        mapping: Mapping[str, JSON],
        node: str,
        parameters: Mapping[str, str] | None = None,
        known: Mapping[tuple[str, tuple[str, ...]], str] | None = None,
    ) -> None:
        """``known``: ids of records that are there already, by the template's name and the row's key."""
        check_against("mapping", mapping)
        self.mapping = mapping
        self.node = node
        self.parameters = dict(parameters or {})
        self.known = dict(known or {})
        self._check_names()
        self._once, self._documents = _ready(mapping.get("once", [])), _ready(mapping["documents"])
        self._once_ids = {one["as"]: self._id(one, ()) for one in mapping.get("once", [])}

    @property
    def delimiter(self) -> str:
        """What stands between two cells of the table."""
        return str(self.mapping.get("delimiter", ","))

    def _check_names(self) -> None:
        seen: set[str] = set()
        for kind in ("once", "documents"):
            for position, one in enumerate(self.mapping.get(kind, [])):
                if one["entity"] not in ENTITIES:
                    raise MappingInvalid(f"/{kind}/{position}/entity")
                if one["as"] in seen:
                    raise MappingInvalid(f"/{kind}/{position}/as")
                seen.add(one["as"])

    def check_columns(self, columns: Sequence[str]) -> None:
        """Refuses a table that lacks a column the mapping names."""
        for name in sorted(set(_column_names(self.mapping))):
            if name not in columns:
                raise ColumnMissing(f"/{name}" if name.isidentifier() else "")

    def once(self) -> MappedRow:
        """The documents that do not come from rows: the workshop itself, its people, an agreement."""
        return self._row(0, {}, self._once)

    def rows(self, table: Iterator[tuple[int, Row]]) -> Iterator[MappedRow]:
        """Each numbered row of the table as documents, in the table's order."""
        for number, row in table:
            yield self._row(number, row, self._documents)

    def _row(self, number: int, row: Row, templates: Sequence[Mapping[str, JSON]]) -> MappedRow:
        key = tuple(row.get(column, "").strip() for column in self.mapping["key"]) if row else ()
        if row and not all(key):
            empty = next(c for c, value in zip(self.mapping["key"], key, strict=True) if not value)
            return MappedRow(number, findings=[Finding("cell_empty", rule="mapping", params={"column": empty})])
        ids = self._once_ids | {one["as"]: self._id(one, key) for one in templates}
        mapped = MappedRow(number)
        for template in templates:
            # What a condition looked at is not where a value of the document came from: a scope of its own.
            if "when" in template and not _condition(template["when"], _Scope(row, ids, self.parameters)):
                continue
            scope = _Scope(row, ids, self.parameters)
            document = _value(template["document"], scope)
            mapped.findings.extend(scope.refused.values())
            position = len(mapped.documents)
            mapped.documents.append(self._envelope(template, ids[template["as"]], document))
            mapped.columns.update({(position, pointer): column for pointer, column in scope.columns.items()})
        return mapped

    def _envelope(self, template: Mapping[str, JSON], identifier: str, document: JSON) -> dict[str, JSON]:
        if not isinstance(document, dict):
            raise MappingInvalid(f"/{template['as']}/document")
        return {
            "id": identifier,
            "schema_version": VERSION,
            "node": self.node,
            "deleted": False,
            "extensions": {},
            **document,
        }

    def _id(self, template: Mapping[str, JSON], key: tuple[str, ...]) -> str:
        if "key" in template:  # a document that several rows share has a key of its own
            key = tuple(str(part) for part in template["key"])
        if (template["as"], key) in self.known:
            return self.known[template["as"], key]
        named = "\x1f".join((str(self.mapping["name"]), str(template["as"]), *key))
        digest = hashlib.sha256(named.encode()).digest()[:16]
        return f"{self.node}:{template['entity']}:{ULID(digest)}"


def _column_names(template: JSON) -> Iterator[str]:
    if isinstance(template, dict):
        if "$column" in template:
            yield template["$column"]
        for key, value in template.items():
            if key == "key" and isinstance(value, list) and "documents" in template:
                yield from value
            yield from _column_names(value)
    elif isinstance(template, list):
        for value in template:
            yield from _column_names(value)


@dataclass(frozen=True, slots=True)
class _Constant:
    """A part of a template that is the same in every row."""

    value: JSON


def _prepared(template: JSON) -> JSON:
    """The template with what does not depend on the row found once, not in every row."""
    if isinstance(template, dict):
        if any(name in _OPERATORS for name in template):
            return template
        made = {name: _prepared(inner) for name, inner in template.items()}
        return _Constant(template) if all(map(_same, made.values())) else made
    if isinstance(template, list):
        items = [_prepared(inner) for inner in template]
        return _Constant(template) if all(map(_same, items)) else items
    return template


def _same(prepared: JSON) -> bool:
    return not isinstance(prepared, dict | list)


def _ready(templates: Sequence[Mapping[str, JSON]]) -> list[Mapping[str, JSON]]:
    return [{**template, "document": _prepared(template["document"])} for template in templates]


def _value(template: JSON, scope: _Scope) -> JSON:
    """The template's value in this row, or _ABSENT when there is none."""
    if isinstance(template, _Constant):
        return template.value
    if isinstance(template, dict):
        operator = next((key for key in template if key in _OPERATORS), None)
        return _OPERATORS[operator](template, scope) if operator else _object(template, scope)
    if isinstance(template, list):
        return _list(template, scope)
    return template


def _object(template: Mapping[str, JSON], scope: _Scope) -> dict[str, JSON]:
    made = {}
    here = scope.pointer
    for name, inner in template.items():
        scope.pointer = f"{here}/{name}"
        value = _value(inner, scope)
        if value is not _ABSENT:
            made[name] = value
    scope.pointer = here
    return made


def _list(template: Sequence[JSON], scope: _Scope) -> list[JSON]:
    made: list[JSON] = []
    here = scope.pointer
    for inner in template:
        scope.pointer = f"{here}/{len(made)}"
        value = _value(inner, scope)
        if value is not _ABSENT:
            made.append(value)
    scope.pointer = here
    return made


def _column(template: Mapping[str, JSON], scope: _Scope) -> JSON:
    name = template["$column"]
    text = scope.row.get(name, "").strip()
    scope.columns[scope.pointer] = name
    if not text:
        return template.get("$default", _ABSENT)
    try:
        return _read(template, name, text)
    except CellRefused as refused:  # the other cells of the row are looked at all the same
        scope.refused.setdefault(name, Finding(refused.finding, scope.pointer, "mapping", {"column": name}))
        return _ABSENT


def _read(template: Mapping[str, JSON], name: str, text: str) -> JSON:
    if "$codes" in template:
        codes = template["$codes"]
        if text not in codes:
            raise CellRefused(name, "cell_not_in_codes")
        return codes[text]
    if "$date" in template:
        return _read_date(name, text, template["$date"], partial=bool(template.get("$partial")))
    return _READERS[template.get("$as", "text")](name, text)


def _read_date(column: str, text: str, forms: str | list[str], *, partial: bool) -> str:
    for form in [forms] if isinstance(forms, str) else forms:
        day = _day(text, form)
        if day is not None:
            return day[: _precision(form)] if partial else day
    raise CellRefused(column, "cell_not_a_date")


def _precision(form: str) -> int:
    """How much of YYYY-MM-DD a form knows."""
    return 10 if "%d" in form else 7 if "%m" in form else 4


@lru_cache(maxsize=4096)
def _day(text: str, form: str) -> str | None:
    """A table holds the same few days again and again, and ``strptime`` is slow."""
    try:
        # A calendar date has no time zone; strptime is only the reader of its form.
        return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007
    except ValueError:
        return None


def _read_integer(column: str, text: str) -> int:
    if not text.lstrip("-").isdecimal():
        raise CellRefused(column, "cell_not_a_number")
    return int(text)


def _read_number(column: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise CellRefused(column, "cell_not_a_number") from None


def _read_boolean(column: str, text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise CellRefused(column, "cell_not_yes_or_no")
    return _BOOLEANS[text.lower()]


_READERS: dict[str, Callable[[str, str], JSON]] = {
    "text": lambda _, text: text,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
}


def _if(template: Mapping[str, JSON], scope: _Scope) -> JSON:
    if _condition(template["$if"], scope):
        return _value(template["$then"], scope)
    return _value(template["$else"], scope) if "$else" in template else _ABSENT


def _shift(template: Mapping[str, JSON], scope: _Scope) -> JSON:
    start = _value(template["$shift"], scope)
    amounts = {unit: _value(template.get(unit, 0), scope) for unit in ("$years", "$months", "$days")}
    if start is _ABSENT or _ABSENT in amounts.values():
        return _ABSENT
    sign = -1 if template.get("$back") else 1
    day = add_months(date.fromisoformat(start), sign * (12 * amounts["$years"] + amounts["$months"]))
    day += timedelta(days=sign * amounts["$days"])
    where = template.get("$day")
    if where:
        day = day.replace(day=1) if where == "first" else last_day(day)
    return day.isoformat()


def _id(template: Mapping[str, JSON], scope: _Scope) -> str:
    if template["$id"] not in scope.ids:
        raise MappingInvalid(scope.pointer)
    return scope.ids[template["$id"]]


def _parameter(template: Mapping[str, JSON], scope: _Scope) -> str:
    name = template["$parameter"]
    if name not in scope.parameters:
        raise ParameterMissing(scope.pointer, parameter=name)
    return scope.parameters[name]


_OPERATORS: dict[str | None, Callable[[Mapping[str, JSON], _Scope], JSON]] = {
    "$column": _column,
    "$if": _if,
    "$shift": _shift,
    "$id": _id,
    "$parameter": _parameter,
}


def _condition(condition: Mapping[str, JSON], scope: _Scope) -> bool:
    match condition:
        case {"$equals": [left, right]}:
            return bool(_value(left, scope) == _value(right, scope))
        case {"$in": [value, choices]}:
            return _value(value, scope) in choices
        case {"$empty": value}:
            return _value(value, scope) is _ABSENT
        case {"$not": inner}:
            return not _condition(inner, scope)
        case {"$and": inner}:
            return all(_condition(one, scope) for one in inner)
        case {"$or": inner}:
            return any(_condition(one, scope) for one in inner)
    raise MappingInvalid(scope.pointer)
