"""What was typed and could not be saved, between a form and the store of drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from coupole.node.store import drafts
from coupole.node.store.changes import Document
from coupole.node.ui.forms.asking import OWNERS
from coupole.node.ui.forms.reading import Read
from coupole.node.ui.forms.saving import Unit, unit, with_unit
from coupole.node.ui.forms.subject import Subject


@dataclass(frozen=True, slots=True)
class Draft:
    """Fields as they were typed, and for each the revision it was typed over (0: a new document)."""

    typed: Mapping[str, Unit]
    bases: Mapping[str, int]
    at: datetime | None = None

    def on(self, document: Document) -> Document:
        """The document with what was typed."""
        result = deepcopy(document)
        for name, value in self.typed.items():
            with_unit(result, name, value)
        return result

    def without(self, names: Iterable[str]) -> Draft:
        """The rest of it."""
        gone = set(names)
        return Draft({name: value for name, value in self.typed.items() if name not in gone}, self.bases, self.at)


def page_of(subject: Subject) -> tuple[str, str]:
    """The key of a draft: who types, and in which page."""
    request = subject.visit.request
    owners = [(name, request.query_params[name]) for name in OWNERS if name in request.query_params]
    return subject.visit.staff.id, f"{request.url.path}?{urlencode(owners, safe=':')}"[:1_000]


def kept(subject: Subject, session: Session) -> Draft | None:
    """What this person typed in this page earlier and did not save."""
    found = drafts.kept(session, subject.visit.node.store.vault, page_of(subject), subject.visit.now)
    if found is None:
        return None
    typed = {name: tuple(value) for name, value in found.content["typed"].items()}
    return Draft(typed, found.content["bases"], found.at)


def keep(subject: Subject, session: Session, draft: Draft) -> None:
    """Keep it; an empty one is forgotten."""
    if not draft.typed:
        return forget(subject, session)
    bases = {name: base for name, base in draft.bases.items() if name in draft.typed}
    content: dict[str, Any] = {"typed": dict(draft.typed), "bases": bases}
    vault, now = subject.visit.node.store.vault, subject.visit.now
    return drafts.keep(session, vault, page_of(subject), content, now, subject.participant)


def forget(subject: Subject, session: Session) -> None:
    """Keep nothing of this page any more."""
    drafts.forget(session, page_of(subject))


def draft_of(read: Read, before: Draft | None) -> Draft:
    """What was typed now, with what is kept of other fields of that page."""
    earlier = before or Draft({}, {})
    typed = {name: unit(read.document, name) for name in read.asked}
    return Draft({**earlier.typed, **typed}, {**earlier.bases, **read.bases})
