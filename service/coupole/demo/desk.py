"""Where documents are written down: each gets an identifier, references become identifiers, dates become text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from coupole.demo.chance import Chance


@dataclass(slots=True)
class Made:
    """A document as it will be given to a node: entity, identifier, content without envelope.

    While a history is being told the content holds dates and other ``Made`` things; ``finished`` makes it plain.
    """

    entity: str
    id: str
    document: dict[str, Any]

    def finished(self) -> Made:
        """The same with plain JSON values only; what is nothing is left out, what was not given says why."""
        missing = {name: str(value) for name, value in self.document.items() if isinstance(value, NotGiven)}
        document = _plain(self.document)
        return replace(self, document=document | {"missing": missing} if missing else document)


class NotGiven(str):
    """Why a field is empty: a code of ``record_missing``."""

    __slots__ = ()


@dataclass(slots=True)
class Desk:
    """Writes documents of one node and keeps them in the order of writing."""

    node: str
    chance: Chance
    made: list[Made] = field(default_factory=list)

    def write(self, entity: str, day: date, **fields: Any) -> Made:
        """A new document, first written on ``day``. A trailing underscore of a name is dropped (``from_``)."""
        document = {name.rstrip("_"): value for name, value in fields.items()}
        made = Made(entity, f"{self.node}:{entity}:{self.chance.ulid(day)}", document)
        self.made.append(made)
        return made

    def drop(self, made: Made) -> None:
        """Tear up a document that was written too early, such as a meeting planned beyond the end."""
        self.made = [other for other in self.made if other.id != made.id]


def _plain(value: Any) -> Any:
    if isinstance(value, Made):
        return value.id
    if isinstance(value, NotGiven):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
