"""Where a field stands in a document: at its top, or among the workshop's own under ``extensions``.

The name of a field is its JSON pointer without the first slash: ``held_on``, ``extensions/local.north/bus_line``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from coupole.node.records import local
from coupole.node.store.changes import Document
from coupole.node.store.local_fields import namespace
from coupole.standard.entities import ENTITIES, Field

EXTENSIONS = "extensions"
NO_OWN: Mapping[str, Field] = {}
About = str | Mapping[str, Field]
"""What a form is about: documents of an entity, by its name, or something else that has these fields."""


def own_fields(session: Session, entity: str, node: str) -> Mapping[str, Field]:
    """The fields of the workshop's own in one kind of record, by name."""
    return {f"{EXTENSIONS}/{namespace(node)}/{name}": field for name, field in local.fields(session, entity).items()}


def known_fields(about: About, own: Mapping[str, Field] = NO_OWN) -> Mapping[str, Field]:
    """Those of the standard and the workshop's own."""
    return {**(ENTITIES[about].fields if isinstance(about, str) else about), **own}


def held(document: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """The value of a field; nothing when the document does not have it."""
    found: Any = document
    for step in name.split("/"):
        if not isinstance(found, Mapping) or step not in found:
            return ()
        found = found[step]
    return (found,)


def put(document: Document, name: str, value: tuple[Any, ...]) -> None:
    """Give a field that value; none takes the field away, and what held nothing else with it."""
    *above, last = name.split("/")
    levels = [document]
    for step in above:
        levels.append(levels[-1].setdefault(step, {}))
    levels[-1].pop(last, None)
    if value:
        levels[-1][last] = value[0]
    elif above and not levels[-1]:
        levels[-2].pop(above[-1])
