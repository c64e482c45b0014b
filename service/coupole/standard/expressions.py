"""The catalogue's small language: conditions and values over the documents of one dossier, compiled to functions.

An expression is JSON (``schema/v1/catalogue.schema.json`` is its grammar): an object of one key, the operation, or a
literal, or a path: ``"$closed_on"`` a field of the row at hand, ``"$agreement.signed_on"`` through a reference,
``"$^.field"`` of the row just outside ``any``, ``none``, ``count``, ``first`` or ``last``, ``"$participant.sex"`` of
the dossier's person, ``"$slot.start"`` and ``"$slot.end"`` the month looked at, ``"$day"`` the day looked at.

What is not known is null. A comparison with null is false, ``ne`` too; ``not`` turns a plain yes or no around. Dates
stay the text they are (ISO 8601 sorts as it reads); months are added by ``coupole.standard.calendar`` alone.

A compiled function takes the row, the row outside it, and the ``Scene``. Whatever an expression names must be in the
schema; what is not becomes a finding at its place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from coupole.errors import Finding
from coupole.standard.calendar import DurationInvalid, add_duration, years_between
from coupole.standard.codes import code_list, code_list_names
from coupole.standard.views import DERIVED, EMPTY, LEAF, OWNERS, Row, Scene, Shape, last_row, shape_of

Value = Callable[[Row, Row, Scene], Any]
Watched = tuple[str, str, int]
"""A date that decides when an expression changes: view, field ("" = the row itself), days after it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: the kind of row it reads, the one outside, and what moves while it is looked at."""

    shape: Shape
    view: str = ""
    outer: Place | None = None
    moment: str = ""
    """``day`` or ``slot`` when the expression is looked at again and again as time goes by."""
    watched: list[Watched] = field(default_factory=list)

    def inside(self, view: str, shape: Shape) -> Place:
        """The place of an expression about the rows of ``view``."""
        return replace(self, shape=shape, view=view, outer=self)


@dataclass(slots=True)
class Compiler:
    """Turns expressions into functions. ``definitions``: names that ``use`` may name; ``findings``: what was wrong."""

    definitions: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def compile(self, expression: Any, place: Place, pointer: str) -> Value:
        """The function of an expression. Adds a finding for everything the schema does not know."""
        if isinstance(expression, str) and expression.startswith("$"):
            return self.path(expression[1:].split("."), place, pointer)[0]
        if not isinstance(expression, dict):
            return lambda row, outer, scene: expression
        ((name, given),) = expression.items()
        return OPERATIONS[name](self, given, place, f"{pointer}/{name}")

    def own_field(self, expression: Any, place: Place) -> str | None:
        """The field of the row at hand that an expression is, if it is no more: it is read without a call."""
        name = expression[1:] if isinstance(expression, str) and expression.startswith("$") else ""
        return name if name in place.shape.fields else None

    def all(self, expressions: list[Any], place: Place, pointer: str) -> list[Value]:
        """The functions of several expressions."""
        return [self.compile(one, place, f"{pointer}/{number}") for number, one in enumerate(expressions)]

    def refuse(self, code: str, pointer: str, **params: str | int) -> Value:
        """Add a finding; the function that stands in is never used, since the catalogue is refused."""
        self.findings.append(Finding(code, pointer, "catalogue", params))
        return lambda row, outer, scene: None

    def shape(self, view: str, pointer: str) -> Shape:
        """The shape of the rows of a view, with a finding when there is no such view."""
        found = shape_of(view)
        if found is None:
            self.refuse("record_unknown", pointer, name=view)
        return found or LEAF

    def path(self, names: list[str], place: Place, pointer: str) -> tuple[Value, Shape]:
        """The function of a path, and the shape of what it leads to."""
        first, rest = names[0], names[1:]
        if first == "day" or first == "slot":
            return self._moment(names, place, pointer), replace(LEAF, date=True)
        if first == "^":
            if place.outer is None or rest[:1] in ([], ["^"]):
                return self.refuse("outer_row_missing", pointer), LEAF
            value, shape = self.path(rest, place.outer, pointer)
            return _outer(value, rest), shape
        if rest and first in OWNERS:
            return self._steps(_owner(first), shape_of(first) or LEAF, rest, pointer)
        if first not in place.shape.fields and first in DERIVED.get(place.view, {}):
            return self.compile(DERIVED[place.view][first], place, pointer), LEAF
        return self._steps(None, place.shape, names, pointer)

    def _steps(self, value: Value | None, shape: Shape, names: list[str], pointer: str) -> tuple[Value, Shape]:
        """Field by field, from a value or (none) from the row at hand."""
        made = value or _field(names[0])
        for name in names:
            if shape.target:
                made, shape = _found(made), shape_of(shape.target) or LEAF
            if shape.item and name in shape.item.fields:
                made, shape = _each(made, name), replace(LEAF, item=shape.item.fields[name])
                continue
            if name not in shape.fields:
                return self.refuse("path_unknown_in_schema", pointer, name=name), LEAF
            made, shape = (_step(made, name) if value else made), shape.fields[name]
            value = made
        return made, shape

    def _moment(self, names: list[str], place: Place, pointer: str) -> Value:
        known = {"day": (["day"],), "slot": (["slot", "start"], ["slot", "end"]), "": ()}
        if names not in known[place.moment]:
            return self.refuse("moment_unknown", pointer, name=".".join(names))
        return MOMENTS[names[-1]]


Operation = Callable[[Compiler, Any, Place, str], Value]


def _field(name: str) -> Value:
    return lambda row, outer, scene: row.get(name)


def _step(value: Value, name: str) -> Value:
    return lambda row, outer, scene: (value(row, outer, scene) or EMPTY).get(name)


def _each(value: Value, name: str) -> Value:
    return lambda row, outer, scene: [one.get(name) for one in value(row, outer, scene) or ()]


def _found(value: Value) -> Value:
    return lambda row, outer, scene: scene.find(value(row, outer, scene))


def _owner(name: str) -> Value:
    return lambda row, outer, scene: scene.owners[name]


def _outer(value: Value, names: list[str]) -> Value:
    if len(names) == 1:
        name = names[0]
        return lambda row, outer, scene: outer.get(name)
    return lambda row, outer, scene: value(outer, EMPTY, scene)


MOMENTS: Mapping[str, Value] = MappingProxyType(
    {
        "day": lambda row, outer, scene: scene.day,
        "start": lambda row, outer, scene: scene.start,
        "end": lambda row, outer, scene: scene.end,
    }
)


COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")}
)
TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
CHANGES = {"le": (0,), "gt": (0,), "lt": (1,), "ge": (1,), "eq": (0, 1), "ne": (0, 1)}
"""How many days after a date its comparison with the moment looked at turns: ``date <= day`` on the day itself."""


def _comparison(name: str) -> Operation:
    test = COMPARISONS[name]

    def compiled(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
        left, right = compiler.all(given, place, pointer)
        _watch(compiler, name, given, place, pointer)
        own = compiler.own_field(given[0], place)
        if isinstance(given[1], dict) or str(given[1]).startswith("$"):
            return _compared(test, left, right) if own is None else _field_compared(test, own, right)
        return _compared_with(test, left, given[1]) if own is None else _field_compared_with(test, own, given[1])

    return compiled


def _compared(test: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    def compare(row: Row, outer: Row, scene: Scene) -> bool:
        one = left(row, outer, scene)
        if one is None:
            return False
        other = right(row, outer, scene)
        return other is not None and bool(test(one, other))

    return compare


def _field_compared(test: Callable[[Any, Any], Any], name: str, right: Value) -> Value:
    def compare(row: Row, outer: Row, scene: Scene) -> bool:
        one = row.get(name)
        if one is None:
            return False
        other = right(row, outer, scene)
        return other is not None and bool(test(one, other))

    return compare


def _compared_with(test: Callable[[Any, Any], Any], left: Value, literal: Any) -> Value:
    def compare(row: Row, outer: Row, scene: Scene) -> bool:
        one = left(row, outer, scene)
        return one is not None and bool(test(one, literal))

    return compare


def _field_compared_with(test: Callable[[Any, Any], Any], name: str, literal: Any) -> Value:
    if test is operator.eq:
        return lambda row, outer, scene: bool(row.get(name) == literal)

    def compare(row: Row, outer: Row, scene: Scene) -> bool:
        one = row.get(name)
        return one is not None and bool(test(one, literal))

    return compare


def _watch(compiler: Compiler, name: str, given: list[Any], place: Place, pointer: str) -> None:
    """Remember the date that is compared with the moment looked at: only there can the answer change."""
    for path, moment, way in ((given[0], given[1], name), (given[1], given[0], TURNED[name])):
        if not (isinstance(moment, str) and moment.split(".")[0] in ("$day", "$slot")):
            continue
        names = path[1:].split(".") if isinstance(path, str) and path.startswith("$") else []
        at: Place | None = place
        if names[:1] == ["^"]:
            at, names = place.outer, names[1:]
        if at is None or len(names) != 1:
            compiler.refuse("moment_arithmetic", pointer)
            continue
        view = at.view if at.outer else ""
        place.watched.extend((view, names[0], days) for days in CHANGES[way])


def _in(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
    value = compiler.compile(given[0], place, f"{pointer}/0")
    if isinstance(given[1], list):
        codes = frozenset(given[1])
        name = compiler.own_field(given[0], place)
        if name is not None and place.shape.fields[name].item is None:
            return lambda row, outer, scene: row.get(name) in codes
        return lambda row, outer, scene: _held(value(row, outer, scene), codes)
    listed = compiler.compile(given[1], place, f"{pointer}/1")
    return lambda row, outer, scene: _held(value(row, outer, scene), listed(row, outer, scene) or ())


def _held(value: Any, codes: Any) -> bool:
    return any(one in codes for one in value) if isinstance(value, list) else value in codes


def _and(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
    tests = tuple(compiler.all(given, place, pointer))
    if len(tests) == 2:
        one, other = tests
        return lambda row, outer, scene: one(row, outer, scene) and other(row, outer, scene)
    if len(tests) == 3:
        one, other, third = tests
        return lambda row, outer, scene: (
            one(row, outer, scene) and other(row, outer, scene) and third(row, outer, scene)
        )

    def every(row: Row, outer: Row, scene: Scene) -> bool:
        for test in tests:  # noqa: SIM110 - all() of a generator took twice as long
            if not test(row, outer, scene):
                return False
        return True

    return every


def _or(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
    tests = tuple(compiler.all(given, place, pointer))

    def some(row: Row, outer: Row, scene: Scene) -> bool:
        for test in tests:  # noqa: SIM110
            if test(row, outer, scene):
                return True
        return False

    return some


def _not(compiler: Compiler, given: Any, place: Place, pointer: str) -> Value:
    test = compiler.compile(given, place, pointer)
    return lambda row, outer, scene: not test(row, outer, scene)


def _null(compiler: Compiler, given: Any, place: Place, pointer: str) -> Value:
    value = compiler.compile(given, place, pointer)
    name = compiler.own_field(given, place)
    if name is not None:
        return lambda row, outer, scene: row.get(name) is None
    return lambda row, outer, scene: value(row, outer, scene) is None


def _set(compiler: Compiler, given: Any, place: Place, pointer: str) -> Value:
    value = compiler.compile(given, place, pointer)

    def known(row: Row, outer: Row, scene: Scene) -> bool:
        found = value(row, outer, scene)
        return found is not None and found != []

    return known


Rows = Callable[[Row, Row, Scene], Iterable[Row]]


def _where(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> tuple[Rows, Place, Value]:
    """The rows, the place of one, and the condition on them. ``of`` is a view, or a path to a list in the row."""
    view: str = given["of"]
    if view.startswith("$"):
        value, shape = compiler.path(view[1:].split("."), place, f"{pointer}/of")
        inner = place.inside(view, shape.item or LEAF)
        rows: Rows = lambda row, outer, scene: value(row, outer, scene) or ()  # noqa: E731
    else:
        inner = place.inside(view, compiler.shape(view, f"{pointer}/of"))
        rows = lambda row, outer, scene: scene.rows(view)  # noqa: E731
    return rows, inner, compiler.compile(given.get("where", True), inner, f"{pointer}/where")


def _any(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> Value:
    rows, _inner, where = _where(compiler, given, place, pointer)

    def some(row: Row, outer: Row, scene: Scene) -> bool:
        for one in rows(row, outer, scene):  # noqa: SIM110
            if where(one, row, scene):
                return True
        return False

    return some


def _none(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> Value:
    some = _any(compiler, given, place, pointer)
    return lambda row, outer, scene: not some(row, outer, scene)


def _count(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> Value:
    rows, _inner, where = _where(compiler, given, place, pointer)
    return lambda row, outer, scene: sum(1 for one in rows(row, outer, scene) if where(one, row, scene))


def _picked(pick: Callable[[list[Row], str], Row]) -> Operation:
    def compiled(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> Value:
        rows, inner, where = _where(compiler, given, place, pointer)
        compiler.compile("$" + given["order"], inner, f"{pointer}/order")
        order, get = given["order"], compiler.compile(given["get"], inner, f"{pointer}/get")

        def one(row: Row, outer: Row, scene: Scene) -> Any:
            found = [one for one in rows(row, outer, scene) if where(one, row, scene)]
            return get(found[0] if len(found) == 1 else pick(found, order), row, scene) if found else None

        return one

    return compiled


def first_row(rows: Iterable[Row], order: str) -> Row:
    """The row with the least ``order`` that is known; ties go to the lesser id."""
    return min(rows, key=lambda row: (row.get(order) is None, row.get(order) or "", row.get("id", "")))


def _add(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
    day, length = compiler.compile(given[0], place, f"{pointer}/0"), given[1]
    try:
        moved("2000-01-01", length)
    except DurationInvalid:
        return compiler.refuse("duration_invalid", f"{pointer}/1")
    return _shifting(compiler, place, pointer, lambda *at: None if (one := day(*at)) is None else moved(one, length))


def _pair(function: Callable[[str, str], int]) -> Operation:
    def compiled(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
        first, second = compiler.all(given, place, pointer)

        def between(row: Row, outer: Row, scene: Scene) -> int | None:
            one, other = first(row, outer, scene), second(row, outer, scene)
            return None if one is None or other is None else function(one, other)

        return _shifting(compiler, place, pointer, between)

    return compiled


def _shifting(compiler: Compiler, place: Place, pointer: str, value: Value) -> Value:
    """Refuse date arithmetic where time goes by: it would change on days nobody watches."""
    return compiler.refuse("moment_arithmetic", pointer) if place.moment else value


@lru_cache(maxsize=65_536)
def moved(day: str, length: str) -> str:
    """A date moved by a duration, months clamped. Raises ``DurationInvalid``."""
    return add_duration(date.fromisoformat(day), length).isoformat()


@lru_cache(maxsize=65_536)
def days_between(first: str, second: str) -> int:
    """Days from one date to another."""
    return (date.fromisoformat(second) - date.fromisoformat(first)).days


@lru_cache(maxsize=65_536)
def years_old(birth: str, day: str) -> int:
    """Age on a day. Of a birth date that is only a year or a month the middle is taken: 1 July, the 15th."""
    whole = birth + {4: "-07-01", 7: "-15"}.get(len(birth), "")
    return years_between(date.fromisoformat(whole), date.fromisoformat(day))


def _coalesce(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
    values = tuple(compiler.all(given, place, pointer))

    def known(row: Row, outer: Row, scene: Scene) -> Any:
        return next((found for value in values if (found := value(row, outer, scene)) is not None), None)

    return known


def _attr(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> Value:
    value = compiler.compile(given["of"], place, f"{pointer}/of")
    if given["list"] not in code_list_names():
        return compiler.refuse("code_list_unknown", f"{pointer}/list", name=given["list"])
    codes = code_list(given["list"])
    known = {code: codes.attribute(code, given["get"]) for code in codes.ids}
    if not any(given["get"] in item for item in codes.items.values()):
        return compiler.refuse("code_property_unknown", f"{pointer}/get", name=given["get"])
    return lambda row, outer, scene: known.get(value(row, outer, scene))


def _band(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> Value:
    value = compiler.compile(given["of"], place, f"{pointer}/of")
    if given["list"] not in code_list_names():
        return compiler.refuse("code_list_unknown", f"{pointer}/list", name=given["list"])
    items = code_list(given["list"]).items
    bands = [(item["min"], item.get("max", 10**9), code) for code, item in items.items() if "min" in item]

    def found(row: Row, outer: Row, scene: Scene) -> str | None:
        number = value(row, outer, scene)
        return next((code for least, most, code in bands if number is not None and least <= number <= most), None)

    return found


def _join(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
    values = tuple(compiler.all(given, place, pointer))

    def joined(row: Row, outer: Row, scene: Scene) -> str | None:
        parts = [value(row, outer, scene) for value in values]
        return None if None in parts else "_".join(parts)

    return joined


def _case(compiler: Compiler, given: Mapping[str, Any], place: Place, pointer: str) -> Value:
    whens = [
        (
            compiler.compile(test, place, f"{pointer}/when/{number}/0"),
            compiler.compile(then, place, f"{pointer}/when/{number}/1"),
        )
        for number, (test, then) in enumerate(given["when"])
    ]
    other = compiler.compile(given.get("else"), place, f"{pointer}/else")

    def chosen(row: Row, outer: Row, scene: Scene) -> Any:
        return next((then for test, then in whens if test(row, outer, scene)), other)(row, outer, scene)

    return chosen


def _times(compiler: Compiler, given: list[Any], place: Place, pointer: str) -> Value:
    value, factor = compiler.compile(given[0], place, f"{pointer}/0"), given[1]
    return lambda *at: None if (found := value(*at)) is None else round(found * factor)


def _use(compiler: Compiler, given: str, place: Place, pointer: str) -> Value:
    if given not in compiler.definitions:
        return compiler.refuse("definition_unknown", pointer, name=given)
    return lambda row, outer, scene: scene.known[given] if given in scene.known else scene.named(given)


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        **{name: _comparison(name) for name in COMPARISONS},
        "in": _in,
        "and": _and,
        "or": _or,
        "not": _not,
        "null": _null,
        "set": _set,
        "any": _any,
        "none": _none,
        "count": _count,
        "last": _picked(last_row),
        "first": _picked(first_row),
        "add": _add,
        "days": _pair(days_between),
        "years": _pair(years_old),
        "coalesce": _coalesce,
        "attr": _attr,
        "band": _band,
        "join": _join,
        "case": _case,
        "times": _times,
        "use": _use,
    }
)
