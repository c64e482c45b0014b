"""Takes back what somebody has just done: the former version becomes the newest, and nothing is forgotten."""

from __future__ import annotations

import re

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import CoupoleError
from coupole.node.records import changing
from coupole.node.store import queries
from coupole.node.store.changes import Change, Document
from coupole.node.store.queries import Version
from coupole.node.ui.arriving import local_path
from coupole.node.ui.desk import Visit
from coupole.node.ui.forms.reading import GIVEN_LATER
from coupole.node.ui.forms.records import open_record
from coupole.node.ui.forms.subject import entity_of, subject
from coupole.node.ui.notices import MOST_UNDONE
from coupole.standard.reading import parse

WRITTEN = re.compile(r"(.{10,120})~([0-9]{1,9})")


class UndoTooLate(CoupoleError):
    """This cannot be taken back any more: somebody went on from it."""


def undo(visit: Visit, form: FormData) -> Response:
    """Take back writes of this person, all of them or none, while they are the last of their documents."""
    named = [WRITTEN.fullmatch(str(one)) for one in form.getlist("written")[:MOST_UNDONE]]
    with visit.node.store.reading() as session:
        changes = [_back(visit, session, one[1], int(one[2])) for one in named if one]
    with visit.node.store.writing() as session:
        changing.change(session, visit.node.store, changes, visit.context(), correcting=True)
    return visit.see_other(local_path(str(form.get("next", "/"))), "undone")


def _back(visit: Visit, session: Session, record: str, revision: int) -> Change:
    entity = entity_of(record)
    versions = queries.history(session, visit.node.store.vault, record)
    last, former = versions[-1], versions[-2] if len(versions) > 1 else None
    if last.revision != revision or last.actor != visit.staff.id:
        raise UndoTooLate()
    before = _document(former)
    subject(visit, session, entity, _document(last) or before or {}).require("write" if before else "delete")
    content = before and {name: value for name, value in before.items() if name not in GIVEN_LATER}
    return Change(entity, content or None, record, revision if last.text else None)


def _document(version: Version | None) -> Document | None:
    if version is None or version.text is None:
        return None
    found: Document = parse(version.text)
    return found


def ask_to_delete(visit: Visit) -> Response:
    """Whether it is really meant."""
    with visit.node.store.reading() as session:
        opened = open_record(visit, session)
    opened.subject.require("delete")
    back = local_path(visit.asked("back"))
    return visit.page("forms/delete.html", title=opened.title, revision=opened.revision, back=back)


def delete(visit: Visit, form: FormData) -> Response:
    """Put a document into the bin."""
    record, revision = visit.path("id"), str(form.get("revision", ""))
    with visit.node.store.reading() as session:
        opened = open_record(visit, session)
    opened.subject.require("delete")
    expect = int(revision) if revision.isdecimal() and len(revision) < 10 else 0
    with visit.node.store.writing() as session:
        change = Change(opened.subject.entity, None, record, expect)
        written = changing.change(session, visit.node.store, [change], visit.context())
    return visit.see_other(local_path(visit.asked("back")), "deleted", written)
