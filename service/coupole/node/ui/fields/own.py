"""The workshop's own fields: which there are, another one, asked for or not any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.records import local
from coupole.node.records.local import Defined
from coupole.node.staff import log
from coupole.node.ui import forms
from coupole.node.ui.desk import Visit
from coupole.node.ui.fields.keeping import kept
from coupole.node.ui.fields.naming import called_so, first, made_name
from coupole.standard.entities import ENTITIES, Field, fields_of
from coupole.standard.schemas import resolved
from coupole.standard.validation import DocumentInvalid
from coupole.web.translations import marked

ASKED = fields_of(resolved("local/field"))
"""What there is to ask about a field of the workshop's own."""
WITH_CHOICES = ("choice", "choices")
SHOWN_IN = {
    "participant": marked("also in the list of people"),
    "accompaniment": marked("also in the list of people"),
    "organisation": marked("also in the list of organisations"),
    "actor": marked("also in the list of professionals"),
    "agreement": marked("also in the list of agreements"),
    "coordination_meeting": marked("also in the list of meetings"),
}
"""Where a field stands beside the form and the printed copy: lists, and files made of them."""


def show(visit: Visit) -> Response:
    """Every own field by where it is asked."""
    with visit.node.store.reading() as session:
        defined = local.defined(session)
    groups = []
    for entity in ENTITIES:
        rows = [_row(one, visit.language) for one in defined if one.spec["entity"] == entity]
        if rows:
            lists = visit.gettext(SHOWN_IN[entity]) if entity in SHOWN_IN else ""
            groups.append((place(entity, visit.language), lists, rows))
    return visit.page("fields/fields.html", groups=groups)


def place(entity: str, language: str) -> str:
    """What people call that kind of record."""
    return dict(ASKED["entity"].options(language))[entity]


def kind(one: Defined, language: str) -> str:
    """What is typed in a field."""
    return dict(ASKED["kind"].options(language))[one.spec["kind"]]


def path(one: Defined) -> str:
    """The address of a field."""
    return f"/settings/fields/{one.spec['entity']}/{one.spec['name']}"


def _row(one: Defined, language: str) -> dict[str, Any]:
    choices = [label for _, label in one.field.options(language)]
    return {
        "label": one.field.label(language),
        "kind": kind(one, language),
        "choices": choices,
        "hidden": one.hidden,
        "path": path(one),
    }


def begin(visit: Visit) -> Response:
    """The form for another field, as it was typed when it was not saved."""
    typed = kept(visit)
    if typed:
        return _page(visit, forms.read(_asked(), typed[0], {}).document, [], kept_at=typed[1])
    asked_in = visit.asked("entity")
    return _page(visit, {"entity": asked_in} if asked_in in ENTITIES else {}, [])


def make(visit: Visit, form: FormData) -> Response:
    """Make the field that was described; its name and the codes of its choices come from what they are called."""
    typed = forms.read(_asked(), form, {}).document
    try:
        with visit.node.store.writing() as session:
            spec = _spec(typed, local.defined(session), visit.language)
            local.define(session, spec, visit.context())
            log.note(session, "own_field_changed", staff=visit.staff.id, now=visit.now)
    except DocumentInvalid as error:
        return _page(visit, typed, error.findings)
    return visit.see_other("/settings/fields", "saved")


def _spec(typed: dict[str, Any], defined: list[Defined], tag: str) -> dict[str, Any]:
    """What was typed as a description of a field, its choices in language ``tag``. Raises ``DocumentInvalid``."""
    beside = [one.spec for one in defined if one.spec["entity"] == typed.get("entity")]
    findings = called_so(typed.get("labels"), (spec["labels"] for spec in beside))
    lines, has_choices = typed.get("choices", []), typed.get("kind") in WITH_CHOICES
    if has_choices and not lines:
        findings.append(Finding("required_missing", "/choices"))
    if lines and not has_choices:
        findings.append(Finding("own_choices_unasked", "/choices"))
    findings += [Finding("required_missing", f"/{name}") for name in ("entity", "labels", "kind") if name not in typed]
    if findings:
        raise DocumentInvalid(findings=findings)
    name = made_name(first(typed["labels"]), [spec["name"] for spec in beside], "field")
    return {**typed, "name": name} | ({"choices": with_lines([], lines, tag)} if lines else {})


def with_lines(choices: list[dict[str, Any]], lines: list[str], tag: str) -> list[dict[str, Any]]:
    """The choices with one more for each line; a line that is there already makes none."""
    found = list(choices)
    for line in lines:
        if line.casefold() not in {text.casefold() for one in found for text in one["labels"].values()}:
            code = made_name(line, [one["code"] for one in found], "choice")
            found.append({"code": code, "labels": {tag: line}})
    return found


def _asked() -> dict[str, Field]:
    one_a_line = {**ASKED["choices"].schema, "items": {"type": "string"}, "x-widget": "lines"}
    order = ("entity", "labels", "kind")
    return {**{name: ASKED[name] for name in order}, "choices": Field("choices", one_a_line, required=False)}


def _page(visit: Visit, typed: dict[str, Any], findings: Any, *, kept_at: datetime | None = None) -> Response:
    form = forms.fields(_asked(), typed, visit.language, findings=[_beside(one) for one in findings])
    return visit.page("fields/field.html", 422 if findings else 200, form=form, kept_at=kept_at)


def _beside(finding: Finding) -> Finding:
    """The finding beside the lines, which are not counted as they are typed."""
    return Finding(finding.code, "/choices", params=finding.params) if finding.pointer[:9] == "/choices/" else finding


def ask_or_not(visit: Visit, form: FormData) -> Response:
    """Ask a field no more, or again."""
    hidden = form.get("asked") != "yes"
    with visit.node.store.writing() as session:
        local.hide(session, visit.path("entity"), visit.path("name"), visit.context(), hidden=hidden)
        log.note(session, "own_field_changed", staff=visit.staff.id, now=visit.now)
    return visit.see_other("/settings/fields", "field_hidden" if hidden else "field_asked")
