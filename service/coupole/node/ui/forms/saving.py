"""Saves a form into a document that others may have changed meanwhile: field by field, nothing silently overwritten.

What was typed is compared with the revision the form was made from. A field nobody else touched is taken; a field that
others changed and this form left alone stays theirs; a field both changed is a conflict, and both values are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from coupole.node.records import changing
from coupole.node.store import queries
from coupole.node.store.changes import Change, Document, Written
from coupole.node.store.queries import Version
from coupole.node.ui.desk import Visit
from coupole.node.ui.forms.places import NO_OWN, held, known_fields, put
from coupole.node.ui.forms.reading import Read
from coupole.node.ui.forms.telling import told
from coupole.standard.entities import Field
from coupole.standard.reading import parse

Unit = tuple[Any, ...]
"""A field as it stands in a document: nothing, its value, or null and the reason."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a form that was saved. ``written``: its ``kind`` says whether anything changed."""

    written: Written


@dataclass(frozen=True, slots=True)
class Differing:
    """A field that this form and somebody else changed, each in another way; values in words."""

    name: str
    label: str
    mine: str
    theirs: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """What cannot be saved before a person has looked. ``document``: theirs, with what was typed here in it."""

    fields: tuple[Differing, ...]
    document: Document
    revision: int


def unit(document: Document, name: str) -> Unit:
    """The field as it stands in the document."""
    reason = document.get("missing", {}).get(name)
    value = held(document, name)
    return value if reason is None or not value else (*value, reason)


def with_unit(document: Document, name: str, value: Unit) -> None:
    """Put a field into the document as it stood in another."""
    put(document, name, deepcopy(value[:1]))
    missing = {one: reason for one, reason in document.pop("missing", {}).items() if one != name}
    if len(value) > 1:
        missing[name] = value[1]
    if missing:
        document["missing"] = missing


def merged(
    mine: Document, theirs: Document, bases: Mapping[str, Document], names: Iterable[str]
) -> tuple[Document, list[str]]:
    """Their document with what was changed in mine, and the fields both changed in different ways.

    ``bases``: for each of the fields the document it was typed over.
    """
    result, both = deepcopy(theirs), []
    for name in names:
        before, here, there = unit(bases[name], name), unit(mine, name), unit(theirs, name)
        if here == before:
            continue
        if there not in (before, here):
            both.append(name)
        with_unit(result, name, here)
    return result, both


def save(
    visit: Visit,
    session: Session,
    entity: str,
    record: str,
    read: Read,
    base_revision: int | None = None,
    name: Callable[[str], str] = lambda record: "",
    own: Mapping[str, Field] = NO_OWN,
) -> Saved | Conflict:
    """Save what was typed into the document as it stands now.

    ``base_revision``: what fields were typed over of which the form does not say; without it, the newest. ``name``:
    what the document of an identifier is called; ``own``: fields of the workshop's own. Raises what
    ``changing.change`` raises.
    """
    store = visit.node.store
    revision, text = queries.read_version(session, store.vault, record)
    theirs: Document = parse(text)
    versions = {revision: theirs}
    bases = {}
    for field in read.asked:
        base = read.bases.get(field, base_revision or revision)
        if base not in versions:
            versions[base] = queries.read(session, store.vault, record, base)
        bases[field] = versions[base]
    document, both = merged(read.document, theirs, bases, read.asked)
    if both:
        told_by = queries.history(session, store.vault, record)
        fields = known_fields(entity, own)
        differing = (_differing(visit, session, one, fields[one], (document, theirs), told_by, name) for one in both)
        return Conflict(tuple(differing), document, revision)
    change = Change(entity, document, record, revision)
    return Saved(changing.change(session, store, [change], visit.context())[0])


def _differing(
    visit: Visit,
    session: Session,
    name: str,
    field: Field,
    mine_and_theirs: tuple[Document, Document],
    versions: list[Version],
    called: Callable[[str], str],
) -> Differing:
    last = _last_change(name, versions)
    who = visit.who(session, [last.actor])[last.actor]
    here, there = (told(field, next(iter(held(one, name)), None), visit.language, called) for one in mine_and_theirs)
    return Differing(name, field.label(visit.language), here, there, who, last.at)


def _last_change(name: str, versions: list[Version]) -> Version:
    """The version that gave the field the value it has."""
    texts: list[Mapping[str, Any]] = [parse(one.text) if one.text else {} for one in versions]
    for at in range(len(versions) - 1, 0, -1):
        if unit(dict(texts[at]), name) != unit(dict(texts[at - 1]), name):
            return versions[at]
    return versions[0]
