"""A pathway of the workshop's own on a form: from one there is, from nothing, or to be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.records import local
from coupole.node.records.pathways import Template, template, templates
from coupole.node.staff import log
from coupole.node.ui import forms
from coupole.node.ui.desk import Visit
from coupole.node.ui.fields.naming import called_so, first, made_name, stamp
from coupole.node.ui.fields.pathways import ASKED, own_pathway
from coupole.standard.validation import DocumentInvalid
from coupole.web.translations import marked

OURS = marked("%(pathway)s, our way")
NOTHING: Template = {
    "expected_months": 12,
    "evaluation_every_months": 6,
    "meeting_every": "P1M",
    "team": ["project_responsible", "host_operator"],
}
"""What one begins with who begins from nothing: what the method asks at least."""
Blank = Mapping[str, int]


def begin(visit: Visit) -> Response:
    """The form for another pathway, filled from the one it is made from."""
    source = visit.asked("from")
    if not source:
        return _page(visit, NOTHING)
    with visit.node.store.reading() as session:
        found = template(source, local.own_pathways(session))
    words = {tag: visit.pages.translated(_tag(tag), OURS) % {"pathway": text} for tag, text in found["labels"].items()}
    return _page(visit, {**found, "labels": words})


def show(visit: Visit) -> Response:
    """The form of a pathway there is."""
    with visit.node.store.reading() as session:
        one = own_pathway(visit, session)
    return _page(visit, one, seen=one)


def make(visit: Visit, form: FormData) -> Response:
    """Keep a new pathway; its name comes from what it is called."""
    read = forms.read(ASKED, form, {})
    if read.redraw:
        return _page(visit, read.document, blank=read.blank)
    with visit.node.store.writing() as session:
        own = local.own_pathways(session)
        taken = [one["id"] for one in (*own, *templates())]
        name = made_name(first(read.document.get("labels")), taken, "pathway")
        try:
            _keep(visit, session, {**read.document, "id": name}, own)
        except DocumentInvalid as error:
            return _page(visit, read.document, error.findings)
    return visit.see_other(f"/settings/pathways/{name}", "saved")


def change(visit: Visit, form: FormData) -> Response:
    """Change a pathway; what somebody else changed since the form was opened is shown first."""
    with visit.node.store.writing() as session:
        former = own_pathway(visit, session)
        read = forms.read(ASKED, form, former)
        typed = read.document
        if read.redraw:
            return _page(visit, typed, blank=read.blank, seen=former, stamped=str(form.get("seen", "")))
        if typed == former:
            return visit.see_other(f"/settings/pathways/{former['id']}", "nothing")
        if form.get("seen") != stamp(former):
            return _page(visit, typed, seen=former, changed=True)
        try:
            _keep(visit, session, typed, [one for one in local.own_pathways(session) if one["id"] != former["id"]])
        except DocumentInvalid as error:
            return _page(visit, typed, error.findings, seen=former)
    return visit.see_other(f"/settings/pathways/{former['id']}", "saved")


def _keep(visit: Visit, session: Session, one: Template, others: list[Template]) -> None:
    findings = called_so(one.get("labels"), (other["labels"] for other in others))
    if findings:
        raise DocumentInvalid(findings=findings)
    local.save_pathway(session, {**one, "template": 1}, visit.context())
    log.note(session, "own_pathway_changed", staff=visit.staff.id, now=visit.now)


def _page(
    visit: Visit,
    typed: Template,
    findings: Iterable[Finding] = (),
    *,
    blank: Blank | None = None,
    seen: Template | None = None,
    stamped: str = "",
    changed: bool = False,
) -> Response:
    """The form. ``seen``: the pathway as it stands, if there is one; ``stamped``: what the form was made from."""
    wrong = [_said(one) for one in findings]
    shown: dict[str, Any] = {
        "form": forms.fields(ASKED, typed, visit.language, findings=wrong, blank=blank),
        "pathway": seen["id"] if seen else "",
        "seen": stamped or (stamp(seen) if seen else ""),
        "changed": changed,
    }
    return visit.page("fields/drawing.html", 422 if wrong else 409 if changed else 200, **shown)


def _said(finding: Finding) -> Finding:
    """What is wrong with the team, in words about teams."""
    return Finding("own_team_incomplete", "/team") if finding.pointer == "/team" else finding


def _tag(tag: str) -> Any:
    return tag
