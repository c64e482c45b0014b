"""A pathway of the workshop's own on a form: from one there is, from nothing, or to be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.records import local
from coupole.node.records.local import OwnPathwayUnknown
from coupole.node.records.pathways import PathwayUnknown, Template, template, templates
from coupole.node.staff import log
from coupole.node.ui import forms
from coupole.node.ui.desk import Visit
from coupole.node.ui.fields.keeping import kept
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


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it is shown. ``blank``: rows to add; ``source``: the pathway a new one is made from."""

    typed: Template
    findings: Iterable[Finding] = ()
    blank: Mapping[str, int] | None = None
    seen: Template | None = None
    """The pathway as it stands, if there is one."""
    stamped: str = ""
    """What the form was made from, where that is another one."""
    source: str = ""
    changed: bool = False
    removed: bool = False
    kept_at: datetime | None = None


def begin(visit: Visit) -> Response:
    """The form for another pathway, filled from the one it is made from, with what was typed and not saved."""
    typed = kept(visit)
    if typed is None:
        source = visit.asked("from")
        return _page(visit, Form(_from(visit, source), source=source))
    source = str(typed[0].get("from", ""))
    try:
        base = _from(visit, source)
    except PathwayUnknown:  # it was removed since; what was typed was not
        base = NOTHING
    read = forms.read(ASKED, typed[0], base)
    return _page(visit, Form(read.document, blank=read.blank, source=source, kept_at=typed[1]))


def _from(visit: Visit, source: str) -> Template:
    """What a new pathway begins with. Raises ``PathwayUnknown``."""
    if not source:
        return NOTHING
    with visit.node.store.reading() as session:
        found = template(source, local.own_pathways(session))
    words = {tag: visit.pages.translated(_tag(tag), OURS) % {"pathway": text} for tag, text in found["labels"].items()}
    return {**found, "labels": words}


def show(visit: Visit) -> Response:
    """The form of a pathway there is, with what was typed and not saved."""
    with visit.node.store.reading() as session:
        one = own_pathway(visit, session)
    typed = kept(visit)
    if typed is None:
        return _page(visit, Form(one, seen=one))
    read = forms.read(ASKED, typed[0], one)
    changed = typed[0].get("seen") != stamp(one)
    return _page(visit, Form(read.document, blank=read.blank, seen=one, changed=changed, kept_at=typed[1]))


def make(visit: Visit, form: FormData) -> Response:
    """Keep a new pathway; its name comes from what it is called."""
    read, source = forms.read(ASKED, form, {}), str(form.get("from", ""))
    if read.redraw:
        return _page(visit, Form(read.document, blank=read.blank, source=source))
    with visit.node.store.writing() as session:
        own = local.own_pathways(session)
        taken = [one["id"] for one in (*own, *templates())]
        name = made_name(first(read.document.get("labels")), taken, "pathway")
        try:
            _keep(visit, session, {**read.document, "id": name}, own)
        except DocumentInvalid as error:
            return _page(visit, Form(read.document, error.findings, source=source), 422)
    return visit.see_other(f"/settings/pathways/{name}", "saved")


def change(visit: Visit, form: FormData) -> Response:
    """Change a pathway; what somebody else changed since the form was opened is shown first.

    One that somebody else removed meanwhile becomes a new one, with what was typed. Raises ``OwnPathwayUnknown``.
    """
    with visit.node.store.writing() as session:
        try:
            former = own_pathway(visit, session)
        except OwnPathwayUnknown:
            if not form.get("seen"):
                raise
            return _page(visit, Form(forms.read(ASKED, form, {}).document, removed=True), 409)
        read = forms.read(ASKED, form, former)
        typed = read.document
        if read.redraw:
            stamped = str(form.get("seen", ""))
            return _page(visit, Form(typed, blank=read.blank, seen=former, stamped=stamped))
        if typed == former:
            return visit.see_other(f"/settings/pathways/{former['id']}", "nothing")
        if form.get("seen") != stamp(former):
            return _page(visit, Form(typed, seen=former, changed=True), 409)
        try:
            _keep(visit, session, typed, [one for one in local.own_pathways(session) if one["id"] != former["id"]])
        except DocumentInvalid as error:
            return _page(visit, Form(typed, error.findings, seen=former), 422)
    return visit.see_other(f"/settings/pathways/{former['id']}", "saved")


def _keep(visit: Visit, session: Session, one: Template, others: list[Template]) -> None:
    findings = called_so(one.get("labels"), (other["labels"] for other in others))
    if findings:
        raise DocumentInvalid(findings=findings)
    local.save_pathway(session, {**one, "template": 1}, visit.context())
    log.note(session, "own_pathway_changed", staff=visit.staff.id, now=visit.now)


def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    wrong, seen = [_said(one) for one in form.findings], form.seen
    shown: dict[str, Any] = {
        "form": forms.fields(ASKED, form.typed, visit.language, findings=wrong, blank=form.blank),
        "pathway": seen["id"] if seen else "",
        "seen": form.stamped or (stamp(seen) if seen else ""),
        "source": form.source,
        "changed": form.changed,
        "removed": form.removed,
        "kept_at": form.kept_at,
    }
    return visit.page("fields/drawing.html", status, **shown)


def _said(finding: Finding) -> Finding:
    """What is wrong with the team, in words about teams."""
    return Finding("own_team_incomplete", "/team") if finding.pointer == "/team" else finding


def _tag(tag: str) -> Any:
    return tag
