"""A file opened by somebody who may: its documents, their names, and what this person may do with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import orjson
from sqlmodel import Session

from coupole.node.records.handing_over import may_hand_over
from coupole.node.records.project import accompaniment
from coupole.node.staff import access
from coupole.node.staff.access import Relation
from coupole.node.store.changes import Document, StoredDossier
from coupole.node.store.queries import Version
from coupole.node.ui.desk import Visit
from coupole.node.ui.files.naming import Names
from coupole.node.ui.files.settling import file_path
from coupole.standard.reading import canonical


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file on somebody's desk. ``relation``: what they have to do with it.

    ``dossier``: what they may read of it; ``whole``: what the rules read, which is not shown as it stands.
    """

    visit: Visit
    session: Session
    dossier: StoredDossier
    whole: StoredDossier
    names: Names
    relation: Relation

    @property
    def id(self) -> str:
        """The identifier of the accompaniment."""
        return self.dossier.id

    @property
    def file(self) -> Document:
        """The accompaniment itself."""
        return accompaniment(self.dossier)

    @property
    def writes(self) -> bool:
        """Whether this person may change it."""
        return self.may("write", "accompaniment")

    @property
    def hands_over(self) -> bool:
        """Whether this person may make somebody else responsible for it."""
        return self.writes and may_hand_over(self.file, self.visit.context())

    def may(self, action: str, entity: str, field: str | None = None) -> bool:
        """Whether this person may do that with records of this file."""
        return self.visit.may(action, entity, self.relation, field)

    def readable(self, version: Version) -> Version:
        """A version of a record of this file without what this person may not see."""
        if version.text is None:
            return version
        role = self.visit.staff.role
        shown = access.shown(role, version.entity, self.relation, orjson.loads(version.text))
        return replace(version, text=canonical(shown))

    def path(self, page: str = "") -> str:
        """The address of the file, or of one of its pages."""
        return file_path(self.dossier, page)

    def all(self, entity: str) -> list[Document]:
        """Every document of an entity that this workshop keeps, for a choice: organisations, actors, agreements."""
        return everything(self.visit, self.session, entity)


def opened(visit: Visit, session: Session) -> OpenFile:
    """The file whose identifier is in the address. Raises what ``Visit.open_file`` raises."""
    one = visit.admit(session, visit.dossier(session, visit.path("id")))
    names = Names(one.shown, visit.language, {})
    return OpenFile(visit, session, one.shown, one.whole, names, one.relation)


def everything(visit: Visit, session: Session, entity: str) -> list[Document]:
    """Every living document of an entity, as far as lists show it."""
    register = visit.node.registers.current(session, visit.node.store.vault)
    return [{**document, "id": record} for record, document in register.of(entity).items()]
