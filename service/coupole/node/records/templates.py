"""The templates of a mapping, compiled: each becomes a function of a row.

What a template says is told in ``mapping``. A function gives the value in its row, or ``ABSENT``; on the way it notes
which column a place of the document came from, and which cells could not be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from coupole.errors import CoupoleError, Finding
from coupole.node.records.cells import CellRefused, reader
from coupole.standard.calendar import add_months, last_day

Row = Mapping[str, str]
JSON = Any

ABSENT = object()


class MappingInvalid(CoupoleError):
    """The mapping does not fit together."""


class ParameterMissing(CoupoleError):
    """The mapping needs a value that was not given."""


@dataclass(slots=True)
class Scope:
    """What a template may look at, the columns it looked at on the way, and the cells it could not read.

    ``item``: the pointer of the item of a list that is being made; pointers of what is in it go on from there.
    """

    row: Row
    ids: Mapping[str, str]
    parameters: Mapping[str, str]
    columns: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Finding] = field(default_factory=dict)
    item: str = ""


Computed = Callable[[Scope], JSON]
Condition = Callable[[Scope], bool]


@dataclass(frozen=True, slots=True)
class _Constant:
    """A part of a template that is the same in every row."""

    value: JSON


def compiled(template: JSON) -> Computed:
    """What gives the template's value in a row."""
    return _computed(_part(template, ""))


def _computed(part: Computed | _Constant) -> Computed:
    if isinstance(part, _Constant):
        value = part.value
        return lambda _scope: value
    return part


def _part(template: JSON, pointer: str) -> Computed | _Constant:
    """``pointer``: where the value comes to stand, from the innermost list on."""
    if isinstance(template, dict):
        operator = next((key for key in template if key in _OPERATORS), None)
        return _OPERATORS[operator](template, pointer) if operator else _object(template, pointer)
    if isinstance(template, list):
        return _list(template, pointer)
    return _Constant(template)


def _object(template: Mapping[str, JSON], pointer: str) -> Computed | _Constant:
    parts = {name: _part(inner, f"{pointer}/{name}") for name, inner in template.items()}
    same = {name: part.value for name, part in parts.items() if isinstance(part, _Constant)}
    changing = [(name, part) for name, part in parts.items() if not isinstance(part, _Constant)]
    if not changing:
        return _Constant(template)

    def made(scope: Scope) -> dict[str, JSON]:
        found = dict(same)
        for name, value_in in changing:
            value = value_in(scope)
            if value is not ABSENT:
                found[name] = value
        return found

    return made


def _list(template: Sequence[JSON], pointer: str) -> Computed | _Constant:
    parts = [_part(inner, "") for inner in template]
    if all(isinstance(part, _Constant) for part in parts):
        return _Constant(template)
    items = [_computed(part) for part in parts]

    def made(scope: Scope) -> list[JSON]:
        found: list[JSON] = []
        outside = scope.item
        for value_in in items:
            scope.item = f"{outside}{pointer}/{len(found)}"  # what is absent takes no place
            value = value_in(scope)
            if value is not ABSENT:
                found.append(value)
        scope.item = outside
        return found

    return made


def _column(template: Mapping[str, JSON], pointer: str) -> Computed:
    name, default, read = template["$column"], template.get("$default", ABSENT), reader(template)

    def made(scope: Scope) -> JSON:
        text = scope.row.get(name, "").strip()
        scope.columns[scope.item + pointer] = name
        if not text:
            return default
        try:
            return read(text)
        except CellRefused as refused:  # the other cells of the row are looked at all the same
            finding = Finding(refused.finding, scope.item + pointer, "mapping", {"column": name})
            scope.refused.setdefault(name, finding)
            return ABSENT

    return made


def _if(template: Mapping[str, JSON], pointer: str) -> Computed:
    holds = condition(template["$if"], pointer)
    then = _computed(_part(template["$then"], pointer))
    otherwise = _computed(_part(template["$else"], pointer) if "$else" in template else _Constant(ABSENT))
    return lambda scope: then(scope) if holds(scope) else otherwise(scope)


def _shift(template: Mapping[str, JSON], pointer: str) -> Computed:
    start = _computed(_part(template["$shift"], pointer))
    amounts = [_computed(_part(template.get(unit, 0), pointer)) for unit in ("$years", "$months", "$days")]
    sign, where = -1 if template.get("$back") else 1, template.get("$day")

    def made(scope: Scope) -> JSON:
        day, *by = start(scope), *(amount(scope) for amount in amounts)
        return ABSENT if day is ABSENT or ABSENT in by else _shifted(day, sign, *by, where)

    return made


@lru_cache(maxsize=4096)
def _shifted(start: str, sign: int, years: int, months: int, days: int, where: str | None) -> str:
    day = add_months(date.fromisoformat(start), sign * (12 * years + months)) + timedelta(days=sign * days)
    if where:
        day = day.replace(day=1) if where == "first" else last_day(day)
    return day.isoformat()


def _id(template: Mapping[str, JSON], pointer: str) -> Computed:
    name = template["$id"]

    def made(scope: Scope) -> str:
        if name not in scope.ids:
            raise MappingInvalid(scope.item + pointer)
        return scope.ids[name]

    return made


def _parameter(template: Mapping[str, JSON], pointer: str) -> Computed:
    name = template["$parameter"]

    def made(scope: Scope) -> str:
        if name not in scope.parameters:
            raise ParameterMissing(scope.item + pointer, parameter=name)
        return scope.parameters[name]

    return made


_OPERATORS: dict[str, Callable[[Mapping[str, JSON], str], Computed]] = {
    "$column": _column,
    "$if": _if,
    "$shift": _shift,
    "$id": _id,
    "$parameter": _parameter,
}


def condition(given: Mapping[str, JSON], pointer: str = "") -> Condition:
    """What says whether a condition holds in a row. Raises ``MappingInvalid``."""

    def value_of(template: JSON) -> Computed:
        return _computed(_part(template, pointer))

    match given:
        case {"$equals": [left, right]}:
            one, other = value_of(left), value_of(right)
            return lambda scope: bool(one(scope) == other(scope))
        case {"$in": [value, choices]}:
            found = value_of(value)
            return lambda scope: found(scope) in choices
        case {"$empty": value}:
            found = value_of(value)
            return lambda scope: found(scope) is ABSENT
        case {"$not": inner}:
            holds = condition(inner, pointer)
            return lambda scope: not holds(scope)
        case {"$and": inner}:
            every = [condition(one, pointer) for one in inner]
            return lambda scope: all(holds(scope) for holds in every)
        case {"$or": inner}:
            any_of = [condition(one, pointer) for one in inner]
            return lambda scope: any(holds(scope) for holds in any_of)
    raise MappingInvalid(pointer)
