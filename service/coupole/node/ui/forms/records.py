"""The page that edits any document: drawn from the standard, saved field by field, never losing what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from coupole.node.records import changing
from coupole.node.store import queries
from coupole.node.store.changes import Change, Document, Written
from coupole.node.ui.arriving import here, local_path
from coupole.node.ui.desk import Visit
from coupole.node.ui.forms import asking, beforehand, drafting, saving, trying
from coupole.node.ui.forms.asking import OWNERS, Choices
from coupole.node.ui.forms.choices import called, choices
from coupole.node.ui.forms.drafting import Draft
from coupole.node.ui.forms.places import held, known_fields, own_fields
from coupole.node.ui.forms.reading import Read, read
from coupole.node.ui.forms.saving import Conflict, Saved
from coupole.node.ui.forms.sections import sections
from coupole.node.ui.forms.subject import Subject, entity_of, subject
from coupole.node.ui.forms.telling import told
from coupole.node.ui.forms.trying import Outcome
from coupole.node.ui.saying import said
from coupole.standard.entities import ENTITIES, Field
from coupole.standard.reading import parse
from coupole.web.errors import PathUnknown

FILES_START_AT = "/people/new"


@dataclass(frozen=True, slots=True)
class Opened:
    """A document in its page. ``document``: as it stands, ``record``: its identifier, none while it is new."""

    subject: Subject
    record: str | None
    revision: int
    document: Document
    choices: Choices
    title: str
    name: Callable[[str], str]
    own: Mapping[str, Field]
    """Fields of the workshop's own."""

    def fields(self, action: str) -> tuple[str, ...]:
        """The fields this person may read or write."""
        return self.subject.fields(action, known_fields(self.subject.entity, self.own))


def show(visit: Visit) -> Response:
    """A document to be changed, or only to be read."""
    with visit.node.store.reading() as session:
        opened = open_record(visit, session)
        draft = drafting.kept(opened.subject, session)
    if not opened.subject.may("write"):
        opened.subject.require("read")
        return _page_to_read(opened)
    return _page(opened, draft=draft)


def show_new(visit: Visit) -> Response:
    """A document to be made."""
    if visit.path("entity") == "accompaniment":
        return RedirectResponse(f"{FILES_START_AT}?{urlencode(_owners(visit))}", 303)
    with visit.node.store.reading() as session:
        opened = _open_new(visit, session)
        draft = drafting.kept(opened.subject, session)
    return _page(opened, draft=draft)


def save(visit: Visit, form: FormData) -> Response:
    """What was typed into a document that is there."""
    with visit.node.store.reading() as session:
        opened = open_record(visit, session)

    def change(session: Session, typed: Read) -> Saved | Conflict:
        record = str(opened.record)
        return saving.save(
            visit, session, opened.subject.entity, record, typed, opened.revision, opened.name, opened.own
        )

    return _save(opened, form, change)


def save_new(visit: Visit, form: FormData) -> Response:
    """What was typed into a new document."""
    with visit.node.store.reading() as session:
        opened = _open_new(visit, session)

    def create(session: Session, typed: Read) -> Saved:
        change = Change(opened.subject.entity, typed.document)
        return Saved(changing.change(session, visit.node.store, [change], visit.context())[0])

    return _save(opened, form, create)


def _save(opened: Opened, form: FormData, make: trying.Save) -> Response:
    visit, alone = opened.subject.visit, bool(form.get("autosave"))
    opened.subject.require("write")
    if form.get("forget"):
        with visit.node.store.writing() as session:
            drafting.forget(opened.subject, session)
        return visit.see_other(here(visit.request))
    left_to_others = {str(name) for name in form.getlist("theirs")}
    allowed = [name for name in opened.fields("write") if name not in left_to_others]
    typed = read(opened.subject.entity, form, opened.document, only=allowed, own=opened.own)
    if alone and opened.record is None:  # a document begins when a person saves it
        trying.keep(opened.subject, typed)
        return _page(opened, outcome=Outcome(typed, alone=True))
    outcome = trying.attempt(opened.subject, typed, make, alone=alone)
    if outcome.saved is None or alone:
        return _page(opened, outcome=outcome)
    written = outcome.saved
    if written.kind == "unchanged":
        return visit.see_other(_back(visit, written), "nothing")
    return visit.see_other(_back(visit, written), "saved", [written])


def open_record(visit: Visit, session: Session) -> Opened:
    """The document whose identifier is in the address. Raises what ``subject`` raises."""
    record = visit.path("id")
    entity = entity_of(record)
    revision, text = queries.read_version(session, visit.node.store.vault, record)
    document: Document = parse(text)
    return _opened(visit, session, subject(visit, session, entity, document), record, revision, document)


def _open_new(visit: Visit, session: Session) -> Opened:
    entity = visit.path("entity")
    if entity not in ENTITIES:
        raise PathUnknown()
    fields = ENTITIES[entity].fields
    given = {name: value for name, value in _owners(visit).items() if name in fields}
    document: Document = {"extensions": {}, **given}
    for name, value in visit.request.query_params.items():  # a page that leads here knows the kind, or the place
        if name in fields and value in dict(fields[name].options(visit.language)) and not fields[name].nullable:
            document[name] = value
    owned = subject(visit, session, entity, document)
    owned.require("write")
    return _opened(visit, session, owned, None, 0, document | beforehand.known(owned, document))


def _owners(visit: Visit) -> dict[str, str]:
    return {name: visit.asked(name) for name in OWNERS if visit.asked(name)}


def _opened(
    visit: Visit, session: Session, owned: Subject, record: str | None, revision: int, document: Document
) -> Opened:
    register = visit.node.registers.current(session, visit.node.store.vault)
    known = choices(visit, session, owned.dossier)
    names = {code: label for options in known.values() for code, label in options}
    title = called(document, visit.language, register) if record else owned.label
    own = own_fields(session, owned.entity, visit.node.node_id)
    return Opened(
        owned, record, revision, document, known, title, lambda one: names.get(one) or register.name(one), own
    )


def _back(visit: Visit, written: Written) -> str:
    otherwise = "/" if written.body is None else f"/records/{written.id}"
    return local_path(visit.asked("back")) if visit.asked("back") else otherwise


def _page(opened: Opened, *, draft: Draft | None = None, outcome: Outcome | None = None) -> Response:
    """The form as it stands: the document, over it what was kept earlier or typed just now."""
    visit, entity = opened.subject.visit, opened.subject.entity
    document, bases, blank = opened.document, dict[str, int](), dict[str, int]()
    revision = opened.revision
    if draft:
        document, bases = draft.on(document), {**bases, **draft.bases}
    if outcome:
        document, bases, blank = outcome.typed.document, dict(outcome.typed.bases), dict(outcome.typed.blank)
        if outcome.saved:
            bases |= dict.fromkeys(outcome.typed.asked, outcome.saved.revision)
        if outcome.conflict and not outcome.alone:  # both values are on the page: saving again is a decision
            document, revision, bases = outcome.conflict.document, outcome.conflict.revision, {}
    form = asking.fields(
        entity,
        document,
        visit.language,
        only=opened.fields("write"),
        findings=outcome.findings if outcome else (),
        choices=opened.choices,
        blank=blank,
        revision=revision if opened.record else None,
        bases=bases,
        own=opened.own,
    )
    refused = outcome.refused if outcome else None
    shown: dict[str, Any] = {
        "form": form,
        "sections": sections(form, document),
        "title": opened.title,
        "new": opened.record is None,
        "record": opened.record,
        "outcome": outcome,
        "draft": draft,
        "refusal": said(refused.code, visit.language, refused.params, entity) if refused else None,
        "code": _code(outcome),
        "back": local_path(visit.asked("back")) if visit.asked("back") else "",
        "deletes": opened.record is not None and opened.subject.may("delete"),
    }
    return visit.page("forms/record.html", _status(visit, outcome), **shown)


def _code(outcome: Outcome | None) -> str:
    if outcome is None or outcome.saved or outcome.typed.redraw:
        return ""
    if outcome.conflict:
        return "revision_conflict"
    return outcome.refused.code if outcome.refused else "document_invalid" if outcome.findings else ""


def _status(visit: Visit, outcome: Outcome | None) -> int:
    if outcome is None or not _code(outcome):
        return 200
    if outcome.conflict:
        return 409
    if outcome.alone and not outcome.refused:
        return 200  # it is kept, and the person types on
    return visit.number_of(outcome.refused) if outcome.refused else 422


def _page_to_read(opened: Opened) -> Response:
    visit = opened.subject.visit
    fields = known_fields(opened.subject.entity, opened.own)
    told_each = {
        fields[name].label(visit.language): told(fields[name], value, visit.language, opened.name)
        for name in opened.fields("read")
        for value in held(opened.document, name)
    }
    back = local_path(visit.asked("back"))
    return visit.page("forms/read.html", title=opened.title, told=told_each, back=back)
