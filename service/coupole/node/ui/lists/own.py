"""Fields of the workshop's own as columns of a list: the first few on the page, all of them in the exported file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from coupole.node.records import local
from coupole.node.store.changes import Document
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists.listing import Column, Value
from coupole.standard.entities import Field

ON_PAGE = 3
"""More columns than these make a page nobody reads; long texts are none at all there."""


@dataclass(frozen=True, slots=True)
class Own:
    """The own fields of one kind of record."""

    visit: Visit
    entity: str
    fields: Mapping[str, Field]

    @property
    def columns(self) -> list[Column]:
        """A column for each."""
        short = [name for name, field in self.fields.items() if field.widget != "textarea"][:ON_PAGE]
        language = self.visit.language
        return [Column(self._key(name), one.label(language), name in short) for name, one in self.fields.items()]

    def values(self, document: Document) -> dict[str, Value]:
        """The cells of one document."""
        given = local.own_values(document, self.visit.node.node_id)
        return {self._key(name): self._cell(field, given.get(name)) for name, field in self.fields.items()}

    def _key(self, name: str) -> str:
        return f"{self.entity}.{name}"

    def _cell(self, field: Field, value: Any) -> Value:
        if value is None:
            return None
        if isinstance(value, bool):
            return self.visit.gettext("yes") if value else self.visit.gettext("no")
        named = dict(field.options(self.visit.language))
        if isinstance(value, list):
            return ", ".join(named.get(one, str(one)) for one in value)
        if field.widget == "date":
            return date.fromisoformat(value)
        return value if isinstance(value, int | float) else named.get(value, str(value))


def own_fields(visit: Visit, session: Session, entity: str) -> Own:
    """The own fields of that kind of record, as far as lists may show them to the visitor."""
    shown = any(visit.may("find", entity, one, "extensions") for one in ("assigned", "team", "none", "house"))
    return Own(visit, entity, local.fields(session, entity) if shown else {})
