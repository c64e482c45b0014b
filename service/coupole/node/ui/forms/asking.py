"""A form for a document, or for some of its fields: what is asked, as it stands, and what is wrong with it.

Nothing here draws: ``macros.html`` does. The names of inputs are the places of the document, ``present.0.actor``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from coupole.errors import Finding
from coupole.node.store.changes import Document
from coupole.node.ui.forms import options
from coupole.node.ui.forms.kinds import Kind, item_field, items, kind_of, may_be_empty, parts
from coupole.node.ui.forms.options import Options
from coupole.node.ui.forms.places import NO_OWN, About, held, known_fields
from coupole.node.ui.forms.values import written
from coupole.node.ui.saying import said as say
from coupole.standard.codes import code_list
from coupole.standard.entities import Field
from coupole.standard.sentences import Sentence
from coupole.web.languages import Language

Choices = Mapping[str, Options]
"""What a reference may point to: by field (``present.actor``) or by entity (``actor``)."""
OWNERS = ("participant", "accompaniment")
"""Whose a document is: told when it is made, never changed."""
WITHHELD = "withheld"
"""Why a value is missing in what another member sent: no answer anybody gives."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as a form asks for it."""

    name: str
    kind: Kind
    label: str
    required: bool = False
    value: str = ""
    """What stands in it, for fields with one value."""
    chosen: tuple[str, ...] = ()
    """What is ticked, for fields with several; year, month and day, or amount and unit, of those in pieces."""
    options: Options = ()
    limits: Mapping[str, str | int] = field(default_factory=dict)
    """Attributes of the input that help while typing."""
    parts: tuple[Asked, ...] = ()
    rows: tuple[Asked, ...] = ()
    missing: Asked | None = None
    """Why there is no answer, where the standard wants to know."""
    wrong: tuple[Sentence, ...] = ()
    base: int | None = None
    """The revision of the document it shows; none where others' changes are not looked for."""

    @property
    def id(self) -> str:
        """The identifier of its element."""
        return element(self.name)


def element(name: str) -> str:
    """The identifier of the element of a field."""
    return "f-" + name.replace(".", "-").replace("/", "-")


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the list of what is wrong: where (none when in no field of this form) and what."""

    id: str | None
    label: str
    said: Sentence
    code: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its fields by name, and what is wrong with them."""

    entity: About
    language: Language
    asked: Mapping[str, Asked]
    problems: tuple[Problem, ...]

    def __getitem__(self, name: str) -> Asked:
        """One field of it."""
        return self.asked[name]


def fields(
    entity: About,
    document: Document,
    language: Language,
    *,
    only: Sequence[str] | None = None,
    findings: Iterable[Finding] = (),
    choices: Choices | None = None,
    blank: Mapping[str, int] | None = None,
    without: Collection[str] = OWNERS,
    revision: int | None = None,
    bases: Mapping[str, int] | None = None,
    own: Mapping[str, Field] = NO_OWN,
) -> Form:
    """The form for a document as it stands. ``only`` those fields, in that order, or all but ``without``.

    ``blank``: empty rows to show after those there are, by field. ``revision``: of the document, so that what others
    change meanwhile is noticed; ``bases``: of single fields that were typed over another one. ``own``: fields of the
    workshop's own (``places.own_fields``).
    """
    known = known_fields(entity, own)
    wanted = [name for name in known if name not in without] if only is None else only
    maker = _Maker(language, choices or {}, blank or {}, document)
    named = ((name, maker.asked(known[name], name, name, _value(document, name))) for name in wanted)
    based = bases or {}
    asked = {name: replace(one, base=based.get(name, revision)) for name, one in named if one is not None}
    return with_findings(Form(entity, language, asked, ()), findings)


def with_findings(form: Form, findings: Iterable[Finding]) -> Form:
    """The form with what is wrong beside each field, and listed."""
    said: dict[str, list[Sentence]] = {}
    problems = []
    places = {one.name: one for top in form.asked.values() for one in _all(top)}
    labels = _labels(form.asked.values())
    entity = form.entity if isinstance(form.entity, str) else None
    known = known_fields(form.entity)
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.pointer, finding)
    for finding in first.values():
        steps = finding.pointer.strip("/").split("/")
        name = next((named for named in _named(steps) if named in places), "")
        words = say(finding.code, form.language, finding.params, entity)
        if name:
            said.setdefault(name, []).append(words)
        top = known.get(steps[0])
        label = labels.get(name) or (top.label(form.language) if top else "")
        problems.append(Problem(places[name].id if name else None, label, words, finding.code))
    if not said:
        return Form(form.entity, form.language, form.asked, tuple(problems))
    asked = {name: _marked(one, said) for name, one in form.asked.items()}
    return Form(form.entity, form.language, asked, tuple(problems))


def _value(document: Document, name: str) -> Any:
    return next(iter(held(document, name)), None)


def _named(steps: Sequence[str]) -> Iterable[str]:
    """The names the field of a pointer may have, the innermost first."""
    yield "/".join(steps[:3])
    for end in range(len(steps), 0, -1):
        yield ".".join(steps[:end])


def _all(asked: Asked) -> Iterable[Asked]:
    yield asked
    for inner in (*asked.parts, *asked.rows):
        yield from _all(inner)


def _labels(tops: Iterable[Asked]) -> dict[str, str]:
    """What each place is called, with the names of those around it."""
    return dict(called for top in tops for called in _called(top, top.label))


def _called(asked: Asked, label: str) -> Iterable[tuple[str, str]]:
    yield asked.name, label
    for inner in asked.parts:
        yield from _called(inner, f"{label}: {inner.label}")
    for number, row in enumerate(asked.rows, 1):
        yield from _called(row, f"{label} {number}")


def _marked(asked: Asked, said: Mapping[str, list[Sentence]]) -> Asked:
    return replace(
        asked,
        wrong=tuple(said.get(asked.name, ())),
        parts=tuple(_marked(one, said) for one in asked.parts),
        rows=tuple(_marked(one, said) for one in asked.rows),
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    language: Language
    choices: Choices
    blank: Mapping[str, int]
    document: Document

    def asked(
        self, field: Field, name: str, path: str, value: Any, inside: Literal["", "group", "row"] = ""
    ) -> Asked | None:
        """``name``: of the input; ``path``: the field without the numbers of rows."""
        kind = kind_of(field, inside)
        if kind is None:
            return None
        rest: dict[str, Any] = {}
        if kind == "group":
            rest["parts"] = self._parts(field, name, path, value, "group")
        elif kind == "translated":  # the reader's language first
            told = self._parts(field, name, path, value, "group")
            rest["parts"] = tuple(sorted(told, key=lambda one: one.name != f"{name}.{self.language}"))
        elif kind in ("rows", "names", "list"):
            rest["rows"] = self._rows(field, kind, name, path, value)
        else:
            rest = self._plain(field, kind, path, value)
        if field.nullable and not inside:
            rest["missing"] = self._missing(name)
        return Asked(name, kind, field.label(self.language), field.required and not may_be_empty(field), **rest)

    def _plain(self, field: Field, kind: Kind, path: str, value: Any) -> dict[str, Any]:
        if kind == "checkboxes":
            chosen = tuple(str(one) for one in value) if isinstance(value, list) else ()
            return {"chosen": chosen, "options": _with(self._options(field, path), chosen)}
        if kind in ("select", "radio"):
            text = written(value, kind, self.language)
            return {"value": text, "options": _with(self._options(field, path), (text,) if text else ())}
        if kind in ("checkbox", "yesno"):
            return {"value": {True: "true", False: "false"}.get(value, "")}
        if kind == "lines":
            return {"value": "\n".join(map(str, value)) if isinstance(value, list) else ""}
        if kind in ("partial_date", "duration"):
            return {"chosen": _pieces(kind, value)}
        return {"value": written(value, kind, self.language), "limits": _limits(field, kind)}

    def _parts(self, field: Field, name: str, path: str, value: Any, inside: Any) -> tuple[Asked, ...]:
        held = value if isinstance(value, Mapping) else {}
        made = (
            self.asked(part, f"{name}.{inner}", f"{path}.{inner}", held.get(inner), inside)
            for inner, part in parts(field).items()
        )
        return tuple(one for one in made if one is not None)

    def _rows(self, field: Field, kind: Kind, name: str, path: str, value: Any) -> tuple[Asked, ...]:
        if kind == "names":
            values: list[Any] = [{"tag": tag, "name": text} for tag, text in (value or {}).items()]
        else:
            values = list(value) if isinstance(value, list) else []
        shown = self.blank.get(name, 0) or (not values and field.required and not field.nullable)
        values += [None] * shown
        if kind == "list":
            line = item_field(field)
            made = [self.asked(line, f"{name}.{number}", path, one, "row") for number, one in enumerate(values)]
            return tuple(one for one in made if one is not None)
        return tuple(
            Asked(f"{name}.{number}", "group", "", parts=self._parts(field, f"{name}.{number}", path, one, "row"))
            for number, one in enumerate(values)
        )

    def _options(self, field: Field, path: str) -> Options:
        if field.widget in ("reference", "references"):
            by_entity = (one for target in field.targets for one in self.choices.get(target, ()))
            return tuple(self.choices.get(path, by_entity))
        if field.widget == "checkboxes":
            listed_in = field.codelist or items(field).get("x-codelist")
            if listed_in:
                codes = code_list(str(listed_in))
                return tuple((code, codes.labels(code, self.language)) for code in codes.ids)
        listed = options.LISTED.get(field.widget)
        return listed(self.language) if listed else field.options(self.language)

    def _missing(self, name: str) -> Asked:
        codes = code_list("record_missing")
        reason = (self.document.get("missing") or {}).get(name, "")
        said = (code for code in codes.ids if code != WITHHELD or reason == WITHHELD)
        named = tuple((code, codes.labels(code, self.language)) for code in said)
        return Asked(f"missing.{name}", "select", codes.titles[self.language], value=str(reason), options=named)


def _with(known: Options, values: Sequence[str]) -> Options:
    """The options and whatever the document holds beside them: a form must not lose what it does not know."""
    codes = {code for code, _ in known}
    return (*known, *((value, value) for value in values if value not in codes))


def _pieces(kind: Kind, value: Any) -> tuple[str, ...]:
    text = str(value or "")
    if kind == "partial_date":
        pieces = text.split("-", 2)
        return (*pieces, *("",) * (3 - len(pieces)))
    return (text[1:-1], text[-1:]) if text.startswith("P") else (text, "M")


def _limits(field: Field, kind: Kind) -> dict[str, str | int]:
    if kind in ("number", "money"):
        return {"inputmode": "decimal"}
    limits: dict[str, str | int] = {}
    if "maxLength" in field.value:
        limits["maxlength"] = int(field.value["maxLength"])
    return limits
