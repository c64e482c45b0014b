"""Saves what a form of a file asks for, all of it or nothing, and shows the form again when that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import CoupoleError, Finding
from coupole.node.records import changing
from coupole.node.store import Store, queries
from coupole.node.store.changes import Change, Context, RevisionConflict, Written
from coupole.node.ui import keeping
from coupole.node.ui.desk import Visit
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.standing import Lack, lacks
from coupole.node.ui.files.typed import Filled, FormIncomplete
from coupole.node.ui.forms.asking import element
from coupole.node.ui.forms.places import EXTENSIONS
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import sentence
from coupole.standard.validation import DocumentInvalid


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form asks for. ``path``: where to go on; ``reason``: why, kept with the change."""

    write: Callable[[Session, Store, Context], list[Written]]
    path: str
    reason: str | None = None
    notice: str = "saved"


def changed(changes: Sequence[Change], path: str, reason: str | None = None) -> Wanted:
    """Changes to be made together."""
    return Wanted(lambda session, store, context: changing.change(session, store, changes, context), path, reason)


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What somebody else changed since the form was opened."""

    what: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form was not saved: shown above it, and beside its fields."""

    code: str
    title: str
    remedy: str
    status: int
    fields: Mapping[str, str]
    lacks: tuple[Lack, ...] = ()
    meanwhile: tuple[Meanwhile, ...] = ()
    findings: tuple[Finding, ...] = ()

    def at(self, name: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        return self.fields.get(name, "")


Again = Callable[[OpenFile, Filled, Trouble | None], Response]


def save(visit: Visit, form: FormData, read: Callable[[OpenFile, FormData], Wanted], again: Again) -> Response:
    """Read the form, make its changes, go on; or show it again as it was typed, with what stands against it.

    What comes by itself while somebody types is kept and changes nothing yet.
    """
    with visit.node.store.reading() as session:
        opened(visit, session)  # whether they may, and the note that they looked, which is a write of its own
    with visit.node.store.writing() as session:
        file = opened(visit, session)
        visit.require("write", "accompaniment", file.relation)
        if form.get("forget"):
            keeping.forget(visit, session)
            return visit.see_other(visit.request.url.path)
        if form.get("autosave"):
            keeping.keep(visit, session, form, file.file["participant"])
            return again(file, Filled(typed=form, just_kept=True), None)
        try:
            wanted = read(file, form)
            made = wanted.write(session, visit.node.store, visit.context(wanted.reason))
        except CoupoleError as error:
            keeping.keep(visit, session, form, file.file["participant"])
            return again(file, Filled(typed=form), trouble(file, form, error))
        keeping.forget(visit, session)
    return visit.see_other(wanted.path, wanted.notice, undo=made)


def trouble(file: OpenFile, form: FormData, error: CoupoleError) -> Trouble:
    """The refusal in words, with the pages that settle it and who changed what meanwhile."""
    said = told(file.visit, error)
    rules = [finding for finding in error.findings if "settled_by" in finding.params]
    known = tuple(meanwhile(file, form)) if isinstance(error, RevisionConflict) else ()
    return replace(said, lacks=lacks(file, rules), meanwhile=known)


def told(visit: Visit, error: CoupoleError) -> Trouble:
    """The refusal in words, with what is wrong in each field."""
    words_of = FormIncomplete.code if isinstance(error, DocumentInvalid) else error.code  # nobody types documents
    said = sentence(words_of, visit.language, error.params)
    fields = {}
    for finding in error.findings:
        if "settled_by" not in finding.params:
            words = sentence(finding.code, visit.language, finding.params)
            name = _named(finding.pointer) if isinstance(error, DocumentInvalid) else finding.pointer[1:]
            fields[name] = f"{words.title} {words.remedy}"
    status = visit.number_of(error)
    return Trouble(error.code, said.title, said.remedy, status, fields, findings=tuple(error.findings))


def _named(pointer: str) -> str:
    """What a form calls a place of a document: an own field by its element, a part of a group by its own name."""
    steps = pointer.split("/")[1:]
    return element("/".join(steps[:3])) if steps[:1] == [EXTENSIONS] else pointer.rsplit("/", 1)[-1]


def since_kept(file: OpenFile, filled: Filled) -> list[Meanwhile]:
    """What others changed since this was typed, for what was kept and is shown again."""
    return meanwhile(file, filled.typed) if filled.kept_at and filled.typed is not None else []


def meanwhile(file: OpenFile, form: FormData) -> list[Meanwhile]:
    """Who changed the records of the form since it was opened."""
    found = []
    for document in (one for documents in file.dossier.documents.values() for one in documents):
        expected = form.get(f"expect.{document['id']}")
        if expected is None or expected == str(document["revision"]):
            continue
        last = queries.history(file.session, file.visit.node.store.vault, document["id"])[-1]
        who = file.visit.who(file.session, [last.actor])[last.actor]
        what = ENTITIES[last.entity].labels[file.visit.language]
        if last.entity == "objective":
            what = file.names.objective(document)
        found.append(Meanwhile(what, who, last.at))
    return found
