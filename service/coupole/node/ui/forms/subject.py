"""Whose a document is, and what somebody may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from coupole.node.staff import access
from coupole.node.store.changes import Document, RecordNotFound, StoredDossier
from coupole.node.store.tables import RECORD
from coupole.node.ui.desk import Visit
from coupole.node.ui.forms.asking import OWNERS
from coupole.node.ui.forms.kinds import kind_of
from coupole.node.ui.forms.places import EXTENSIONS
from coupole.standard.entities import ENTITIES, Field
from coupole.web.errors import PathUnknown

ELSEWHERE = {"accompaniment": ("phase", "phase_history", "responsible", "closed_on")}
"""Fields that have pages of their own, where what goes with them is done as well."""
NEAREST: tuple[access.Relation, ...] = ("assigned", "team", "reason", "none")


@dataclass(frozen=True, slots=True)
class Subject:
    """A document as somebody meets it. ``dossier``: the file it belongs to; ``relation``: theirs to that file."""

    visit: Visit
    entity: str
    relation: access.Relation
    participant: str | None = None
    dossier: StoredDossier | None = None

    def may(self, action: str, field: str | None = None) -> bool:
        """Whether they may do so with it."""
        own = field is not None and field.startswith(EXTENSIONS)
        return self.visit.may(action, self.entity, self.relation, EXTENSIONS if own else field)

    def require(self, action: str) -> None:
        """Raise ``AccessRefused`` unless they may do so with it."""
        self.visit.require(action, self.entity, self.relation)

    def fields(self, action: str, known: Mapping[str, Field]) -> tuple[str, ...]:
        """Those of the known fields that a form or a page has for them."""
        left_out = (*OWNERS, *ELSEWHERE.get(self.entity, ()))
        return tuple(
            name for name, field in known.items() if kind_of(field) and name not in left_out and self.may(action, name)
        )

    @property
    def label(self) -> str:
        """What such a document is called."""
        labels = ENTITIES[self.entity].labels
        return labels.get(self.visit.language, labels["en"])


def entity_of(record: str) -> str:
    """The entity an identifier names. Raises ``PathUnknown``."""
    parts = record.split(":")
    if len(parts) != 3 or parts[1] not in ENTITIES:
        raise PathUnknown()
    return parts[1]


def subject(visit: Visit, session: Session, entity: str, document: Document) -> Subject:
    """A document there is, or that is being made with these owners.

    Raises ``ReasonNeeded``, ``AccessRefused``, ``RecordNotFound``.
    """
    if access.matrix().relations[entity] == ("house",):
        return Subject(visit, entity, "house")
    file = document.get("id") if entity == "accompaniment" else document.get("accompaniment")
    if file:
        opened = visit.admit(session, visit.dossier(session, file))
        participant = opened.shown.documents["accompaniment"][0]["participant"]
        return Subject(visit, entity, opened.relation, participant, opened.shown)
    person = document.get("id") if entity == "participant" else document.get("participant")
    return Subject(visit, entity, _nearest(visit, session, person), person)


def _nearest(visit: Visit, session: Session, participant: str | None) -> access.Relation:
    """What somebody has to do with a person: the nearest of what they have to do with their files.

    That file is opened: what is written of the person belongs to it, and who looked is written down.
    """
    if participant is None:
        return "new"
    mine = (RECORD.c.entity == "accompaniment", RECORD.c.participant == participant)
    files = list(session.scalars(select(RECORD.c.id).where(*mine).order_by(RECORD.c.id.desc())))
    if not files:
        if not session.scalar(select(RECORD.c.id).where(RECORD.c.id == participant)):
            raise RecordNotFound()
        return "new"
    found: dict[access.Relation, StoredDossier] = {}
    for file in files:
        dossier = visit.dossier(session, file)
        found.setdefault(visit.relation(session, dossier), dossier)
    nearest = next(one for one in NEAREST if one in found)
    return visit.admit(session, found[nearest]).relation
