"""What somebody typed, as a document: the fields a form asked for replace those of the document it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData

from coupole.errors import Finding
from coupole.node.store.changes import Document
from coupole.node.ui.forms.kinds import Kind, item_field, kind_of, parts
from coupole.node.ui.forms.places import NO_OWN, About, held, known_fields, put
from coupole.node.ui.forms.values import partial_date, understood
from coupole.standard import validation
from coupole.standard.entities import ENVELOPE, Field
from coupole.web.languages import LANGUAGES

GIVEN_LATER = tuple(name for name in ENVELOPE if name not in ("missing", "extensions"))
"""What the node itself writes into a document when it is stored."""
MOST_ROWS = 500
NUMBERED = re.compile(r"\.([0-9]{1,6})(?=\.|$)")


@dataclass(frozen=True, slots=True)
class Read:
    """What was typed. ``asked``: the fields the form had; ``findings``: what the standard says against it."""

    entity: About
    document: Document
    asked: tuple[str, ...]
    findings: tuple[Finding, ...]
    blank: Mapping[str, int] = field(default_factory=dict)
    """Rows to be added to a list before the form is shown again."""
    redraw: bool = False
    """Whether a button only asked for a row more or less."""
    bases: Mapping[str, int] = field(default_factory=dict)
    """For each field the revision it was typed over, where the form says so."""


def read(
    entity: About,
    form: FormData,
    base: Document | None = None,
    *,
    only: Iterable[str] | None = None,
    own: Mapping[str, Field] = NO_OWN,
) -> Read:
    """The document with what was typed. Fields not asked for, or not among ``only``, stay as they are in ``base``.

    ``own``: fields of the workshop's own (``places.own_fields``).
    """
    fields = known_fields(entity, own)
    allowed = set(fields if only is None else only)
    named = dict.fromkeys(str(name) for name in form.getlist("asked"))
    asked = tuple(name for name in named if name in allowed and name in fields and kind_of(fields[name]))
    document = deepcopy(base) if base is not None else {"extensions": {}}
    typed = _Typed(form)
    missing = dict(document.pop("missing", {}))
    for name in asked:
        former = next(iter(held(document, name)), None)
        put(document, name, ())
        missing.pop(name, None)
        value = typed.value(fields[name], kind_of(fields[name]), name, former)
        reason = typed.text(f"missing.{name}")
        if value is not None:
            put(document, name, (value,))
        elif fields[name].nullable and reason:
            document[name] = None
            missing[name] = reason
    if missing:
        document["missing"] = missing
    return Read(entity, document, asked, findings(entity, document), typed.blank(), typed.redraw, typed.bases())


def findings(entity: About, document: Document) -> tuple[Finding, ...]:
    """What the standard says against a document that is not stored yet; nothing of what is no document."""
    if not isinstance(entity, str):
        return ()
    return tuple(one for one in validation.findings(entity, document) if _first(one.pointer) not in GIVEN_LATER)


def _first(pointer: str) -> str:
    return pointer.removeprefix("/").partition("/")[0]


class _Typed:
    """The fields of a form by name."""

    def __init__(self, form: FormData) -> None:
        self.form = form
        self.language = next((one for one in LANGUAGES if one == form.get("drawn_in")), "en")
        self.keys: dict[str, set[int]] = {}
        for name in form:
            for found in NUMBERED.finditer(name):
                self.keys.setdefault(name[: found.start()], set()).add(int(found[1]))

    @property
    def redraw(self) -> bool:
        return bool(self.text("add") or self.text("remove"))

    def blank(self) -> dict[str, int]:
        return {self.text("add"): 1} if self.text("add") else {}

    def bases(self) -> dict[str, int]:
        said = (re.fullmatch(r"(.{1,200})~([0-9]{1,9})", str(one)) for one in self.form.getlist("based"))
        return {one[1]: int(one[2]) for one in said if one}

    def text(self, name: str) -> str:
        found = self.form.get(name, "")
        return found if isinstance(found, str) else ""

    def value(self, field: Field, kind: Kind | None, name: str, former: Any) -> Any:
        """What was typed for a field; none when nothing was."""
        if kind == "group":
            return self._group(field, name, former)
        if kind == "translated":
            return {tag: text for tag, text in self._parts(field, name, "group").items() if text} or None
        if kind in ("rows", "names", "list"):
            return self._rows(field, kind, name, former)
        if kind == "checkbox":
            return self.text(name) == "true"
        if kind == "yesno":
            return {"true": True, "false": False}.get(self.text(name))
        if kind == "checkboxes":
            ticked = dict.fromkeys(str(one) for one in self.form.getlist(name) if one)
            before = former if isinstance(former, list) else []  # what stays ticked keeps its place
            return [*(one for one in before if one in ticked), *(one for one in ticked if one not in before)] or _kept(
                field, former
            )
        if kind == "lines":
            lines = [" ".join(line.split()) for line in self.text(name).splitlines()]
            return [line for line in lines if line] or _kept(field, former)
        if kind == "partial_date":
            return partial_date(*(self.text(f"{name}.{part}") for part in ("year", "month", "day")))
        if kind == "duration":
            amount = self.text(f"{name}.amount").strip()
            return f"P{amount}{self.text(f'{name}.unit')}" if amount else None
        return understood(self.text(name), kind or "text", field, self.language)

    def _group(self, field: Field, name: str, former: Any) -> Any:
        made = self._parts(field, name, "group", former)
        if any(value is not None for value in made.values()):
            return made
        return {} if field.required and not field.nullable else _kept(field, former)

    def _parts(self, field: Field, name: str, inside: Any, former: Any = None) -> dict[str, Any]:
        held = former if isinstance(former, Mapping) else {}
        made = {}
        for inner, part in parts(field).items():
            value = self.value(part, kind_of(part, inside), f"{name}.{inner}", held.get(inner))
            null = part.nullable and (part.required or (inner in held and held[inner] is None))
            if value is not None or null:
                made[inner] = value
        return made

    def _rows(self, field: Field, kind: Kind, name: str, former: Any) -> Any:
        keys = sorted(self.keys.get(name, ()))[:MOST_ROWS]
        names = [f"{name}.{key}" for key in keys if f"{name}.{key}" != self.text("remove")]
        if kind == "list":
            line = item_field(field)
            values = [self.value(line, kind_of(line), one, None) for one in names]
            return [value for value in values if value is not None] or _kept(field, former)
        rows = [self._parts(field, one, "row") for one in names]
        filled = [row for row in rows if any(value not in (False, None) for value in row.values())]
        if kind == "names":
            return {str(row.get("tag", "")): row.get("name", "") for row in filled} or None
        return filled or _kept(field, former)


def _kept(field: Field, former: Any) -> Any:
    """Nothing typed: an empty list or group stays where the standard asks for one, or the document had one."""
    empty: Any = {} if field.value.get("type") == "object" else []
    wanted = field.required and not field.nullable and not field.value.get("minItems")
    return empty if wanted or former == empty else None
