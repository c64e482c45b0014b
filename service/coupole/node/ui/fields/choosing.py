"""One own field: called otherwise, with more choices. What is typed in it stays as it is, for it may be in use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.records import local
from coupole.node.records.local import Defined, LocalFieldUnknown
from coupole.node.staff import log
from coupole.node.ui import forms
from coupole.node.ui.desk import Visit
from coupole.node.ui.fields import own
from coupole.node.ui.fields.keeping import kept
from coupole.node.ui.fields.naming import called_so, stamp
from coupole.standard.entities import Field
from coupole.standard.validation import DocumentInvalid

MORE = "more"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A field somebody opened, and all others that are asked in the same place."""

    one: Defined
    others: list[Defined]


def show(visit: Visit) -> Response:
    """The field as it is, or as it was typed when that was not saved."""
    with visit.node.store.reading() as session:
        chosen = _chosen(visit, session)
    former, typed = _typed(chosen.one), kept(visit)
    if typed is None:
        return _page(visit, chosen, former, [])
    document = forms.read(_asked(visit, chosen.one), typed[0], former).document
    changed = typed[0].get("seen") != stamp(chosen.one.spec)
    return _page(visit, chosen, document, [], changed=changed, kept_at=typed[1])


def change(visit: Visit, form: FormData) -> Response:
    """Call it otherwise; what somebody else changed since the page was opened is shown first."""
    with visit.node.store.writing() as session:
        chosen = _chosen(visit, session)
        typed = forms.read(_asked(visit, chosen.one), form, {}).document
        spec = _spec(chosen.one.spec, typed, visit.language)
        if spec == chosen.one.spec:
            return visit.see_other("/settings/fields", "nothing")
        if form.get("seen") != stamp(chosen.one.spec):
            return _page(visit, chosen, typed, [], 409, changed=True)
        try:
            _check(typed, chosen)
            local.define(session, spec, visit.context())
        except DocumentInvalid as error:
            return _page(visit, chosen, typed, error.findings, 422)
        log.note(session, "own_field_changed", staff=visit.staff.id, now=visit.now)
    return visit.see_other("/settings/fields", "saved")


def _chosen(visit: Visit, session: Session) -> Chosen:
    beside = local.defined(session, visit.path("entity"))
    one = next((one for one in beside if one.spec["name"] == visit.path("name")), None)
    if one is None:
        raise LocalFieldUnknown()
    return Chosen(one, [other for other in beside if other is not one])


def _asked(visit: Visit, one: Defined) -> dict[str, Field]:
    """What it is called, what each choice is called, and more choices."""
    asked = {"labels": own.ASKED["labels"]}
    if "choices" not in one.spec:
        return asked
    label = own.ASKED["labels"].schema
    for number, choice in enumerate(one.spec["choices"], 1):
        words = {"en": visit.gettext("Choice %(number)s", number=number)}
        asked[f"choice.{choice['code']}"] = Field("choice", {**label, "x-labels": words}, required=True)
    lines = {"type": "array", "items": {"type": "string"}, "x-widget": "lines"}
    more = {**lines, "x-labels": {"en": visit.gettext("More choices")}}
    return {**asked, MORE: Field(MORE, more, required=False)}


def _typed(one: Defined) -> dict[str, Any]:
    named = {f"choice.{choice['code']}": choice["labels"] for choice in one.spec.get("choices", ())}
    return {"labels": one.spec["labels"], **named}


def _spec(before: dict[str, Any], typed: dict[str, Any], tag: str) -> dict[str, Any]:
    spec = {**before, "labels": typed.get("labels", {})}
    if "choices" in before:
        kept = [{**one, "labels": typed.get(f"choice.{one['code']}", {})} for one in before["choices"]]
        spec["choices"] = own.with_lines(kept, typed.get(MORE, []), tag)
    return spec


def _check(typed: dict[str, Any], chosen: Chosen) -> None:
    """Raise ``DocumentInvalid`` when it is called like another, or when something is called nothing."""
    findings = called_so(typed.get("labels"), (other.spec["labels"] for other in chosen.others))
    findings += [Finding("required_missing", f"/{name}") for name in _typed(chosen.one) if name not in typed]
    if findings:
        raise DocumentInvalid(findings=findings)


def _page(
    visit: Visit,
    chosen: Chosen,
    typed: dict[str, Any],
    findings: Iterable[Finding],
    status: int = 200,
    *,
    changed: bool = False,
    kept_at: datetime | None = None,
) -> Response:
    one, wrong = chosen.one, [_beside(finding, chosen.one) for finding in findings]
    form = forms.fields(_asked(visit, one), typed, visit.language, findings=wrong)
    return visit.page(
        "fields/change.html",
        status,
        form=form,
        title=one.field.label(visit.language),
        where=own.place(one.spec["entity"], visit.language),
        kind=own.kind(one, visit.language),
        path=own.path(one),
        seen=stamp(one.spec),
        changed=changed,
        kept_at=kept_at,
    )


def _beside(finding: Finding, one: Defined) -> Finding:
    """The finding beside the choice it is about: choices stand in the form by their codes."""
    found = re.match(r"/choices/([0-9]+)/labels(.*)", finding.pointer)
    if not found:
        return finding
    codes = [choice["code"] for choice in one.spec["choices"]]
    number = int(found[1])
    place = f"/choice.{codes[number]}{found[2]}" if number < len(codes) else f"/{MORE}"
    return Finding(finding.code, place, params=finding.params)
