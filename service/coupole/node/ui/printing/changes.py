"""The history of a file in words: who wrote what when, and what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coupole.node.store.changes import Document
from coupole.node.store.queries import Version
from coupole.node.ui.printing.naming import called
from coupole.node.ui.printing.paper import Row
from coupole.node.ui.printing.pen import Pen
from coupole.standard.entities import ENTITIES, ENVELOPE
from coupole.standard.reading import parse

ARROW = " → "
Line = tuple[str, str, str, str]
"""When, who, what, and how it changed."""


def history(pen: Pen, versions: Sequence[Version], writers: Mapping[str, str]) -> list[Line]:
    """A line for every version ever written, the earliest first; the content of what was deleted in full.

    ``writers``: what accounts and programs are called.
    """
    before: dict[str, Document] = {}
    lines = []
    for version in versions:
        former = before.get(version.id)
        document: Document | None = None if version.text is None else parse(version.text)
        if document is not None:
            before[version.id] = document
        what = _what(pen, version, document or former)
        said = BREAK.join([*_changed(pen, version.entity, former, document), *_reason(pen, version)])
        lines.append((pen.moment(version.at), _who(pen, version, writers), what, said))
    return lines


BREAK = "\n"


def _what(pen: Pen, version: Version, document: Document | None) -> str:
    name = called(pen, document) if document else pen.name(version.id)
    return f"{name} ({pen.gettext('edition %(number)s', number=version.revision)})"


def _who(pen: Pen, version: Version, writers: Mapping[str, str]) -> str:
    """The person, and the program if it was not the workshop's own."""
    who = writers.get(version.actor, version.actor)
    if version.client is None or version.client == version.actor:
        return who
    return pen.gettext("%(who)s by %(program)s", who=who, program=writers.get(version.client, version.client))


def _reason(pen: Pen, version: Version) -> Iterator[str]:
    if version.reason:
        yield pen.gettext("Reason: %(reason)s", reason=pen.said(version.reason))


def _changed(pen: Pen, entity: str, former: Document | None, document: Document | None) -> Iterator[str]:
    if document is None:
        yield pen.gettext("Deleted.")
        yield from (pen.labelled(row.label, _said(row)) for row in pen.rest(entity, former or {}))
    elif former is None:
        yield pen.gettext("Written for the first time.")
    else:
        yield from _differences(pen, entity, former, document)


def _differences(pen: Pen, entity: str, former: Document, document: Document) -> Iterator[str]:
    names = [name for name in ENTITIES[entity].fields if name not in ENVELOPE]
    for name in [*names, "extensions"]:
        old, new = pen.row(entity, former, name), pen.row(entity, document, name)
        if old != new:
            label = (old or new or Row("", ())).label
            yield pen.labelled(label, f"{_said(old)}{ARROW}{_said(new)}")


def _said(row: Row | None) -> str:
    return "; ".join(row.lines) if row else "–"
