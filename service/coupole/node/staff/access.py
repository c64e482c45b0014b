"""Who may do what, as ``access.json`` says: role x action x entity x relation to the file x class of field.

What the file does not allow is refused. Pages ask ``may`` and never a role by its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from coupole.errors import CoupoleError
from coupole.node.staff.accounts import Staff
from coupole.node.store.changes import StoredDossier
from coupole.standard.entities import ENTITIES, Field

Action = Literal["find", "open", "read", "write", "delete", "export", "run", "manage"]
Relation = Literal["assigned", "team", "reason", "none", "new", "house"]
ACTIONS: tuple[Action, ...] = get_args(Action)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
CLASSES = {"L": "L", "X": "X", "S": "S", "+": "special"}
"""The letters of the file by the class they stand for."""

FILE = Path(__file__).with_name("access.json")


class AccessRefused(CoupoleError):
    """Your role does not allow this."""


class RightUnknown(CoupoleError):
    """The list of rights does not know this."""


Cell = tuple[str, str, str, str]
"""Role, action, entity, relation."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole list: which classes of fields each cell opens; a cell that is not there opens none."""

    roles: tuple[str, ...]
    relations: Mapping[str, tuple[str, ...]]
    """The relations each entity can have."""
    cells: Mapping[Cell, frozenset[str]]


@cache
def matrix() -> Matrix:
    """The list as the file has it. Raises ``RightUnknown`` for a word nobody knows: a slip must not open anything."""
    return read(json.loads(FILE.read_text(encoding="utf-8")))


def read(written: Mapping[str, Any]) -> Matrix:
    """The list from its JSON. Raises ``RightUnknown``."""
    groups = {name: group["entities"] for name, group in written["groups"].items()}
    relations = {
        entity: tuple(group["relations"]) for group in written["groups"].values() for entity in group["entities"]
    }
    cells: dict[Cell, frozenset[str]] = {}
    for role, action, what, relation, letters in _lines(written["roles"]):
        for entity in groups.get(what, [what]):
            known = action in ACTIONS and relation in relations.get(entity, ()) and set(letters) <= CLASSES.keys()
            if not known or (role, action, entity, relation) in cells:
                raise RightUnknown()
            cells[role, action, entity, relation] = frozenset(CLASSES[letter] for letter in letters)
    return Matrix(tuple(written["roles"]), relations, cells)


def _lines(roles: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    for role, actions in roles.items():
        for action, things in actions.items():
            for what, by_relation in things.items():
                for relation, letters in by_relation.items():
                    yield role, action, what, relation, letters


def may(role: str, action: str, entity: str, relation: str = "house", field: str | None = None) -> bool:
    """Whether that role may do this; ``field``: to that field, ``disability.limits`` for one inside another."""
    classes = matrix().cells.get((role, action, entity, relation), frozenset())
    return bool(classes) if field is None else field_class(entity, field) in classes


def anywhere(role: str, action: str, entity: str) -> bool:
    """Whether that role may do this to anything of the kind at all: what a route asks before it looks at a record.

    Raises ``RightUnknown`` for what the list does not know.
    """
    if action not in ACTIONS or entity not in matrix().relations:
        raise RightUnknown()
    return any(may(role, action, entity, relation) for relation in matrix().relations[entity])


def relation(staff: Staff, dossier: StoredDossier, today: date) -> Relation:
    """What a file is to somebody: theirs, their team's, or none of theirs. ``reason`` is for ``openings`` to say."""
    actor = staff.actor
    if actor is None:
        return "none"
    documents = dossier.documents
    named = [one.get("responsible") for one in documents.get("accompaniment", ())]
    named += [one.get("source_actor") for one in documents.get("referral", ())]
    if actor in named:
        return "assigned"
    members = (member for team in documents.get("team", ()) for member in team.get("members", ()))
    return "team" if any(member["actor"] == actor and _today(member, today) for member in members) else "none"


def _today(member: Mapping[str, Any], today: date) -> bool:
    day = today.isoformat()  # dates of the standard are compared as they are written
    return (member.get("from") or day) <= day <= (member.get("to") or day)


def field_class(entity: str, path: str) -> str:
    """The class of a field: L, X, S or special. Fields every record has are X, a workshop's own are L."""
    if entity not in ENTITIES:
        return "X"
    if path.partition(".")[0] == "extensions":
        return "L"
    fields: Mapping[str, Field] = ENTITIES[entity].fields
    found = "X"
    for name in path.split("."):
        if name.isdecimal():
            continue
        field = fields.get(name)
        if field is None:
            return found
        if found != "special":  # what is inside something special is
            found = "special" if field.special else field.data_class
        fields = field.fields
    return found


def shown(
    role: str, entity: str, relation: str, document: Mapping[str, Any], action: Action = "read"
) -> dict[str, Any]:
    """The document without the fields that role may not see."""
    classes = matrix().cells.get((role, action, entity, relation), frozenset())
    if not classes:
        return {}
    if entity not in ENTITIES or len(classes) == len(CLASSES):
        return dict(document)
    kept = _kept(document, ENTITIES[entity].fields, classes)
    if "missing" in kept:  # why something is not known says something as well
        kept["missing"] = {name: why for name, why in kept["missing"].items() if field_class(entity, name) in classes}
    return kept


def _kept(document: Mapping[str, Any], fields: Mapping[str, Field], classes: frozenset[str]) -> dict[str, Any]:
    kept = {}
    for name, value in document.items():
        field = fields.get(name)
        if field is None:  # the envelope
            kept[name] = value
        elif ("special" if field.special else field.data_class) in classes:
            kept[name] = _inside(value, field, classes)
    return kept


def _inside(value: Any, field: Field, classes: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return _kept(value, field.fields, classes)
    if isinstance(value, list):
        return [_inside(one, field, classes) for one in value]
    return value
