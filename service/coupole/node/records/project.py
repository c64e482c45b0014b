"""Reads a dossier: the documents of one accompaniment, their dates and their places.

A place is a JSON pointer into the documents of the dossier, ``/placement/2/to``: entity, number in its list, field.
``located`` turns it into the document's identifier and a pointer inside that document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from coupole.errors import Finding
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.codes import code_list

INSERTION = ("insertion_coop", "insertion_enterprise")
WORKING = ("preparation", *INSERTION, "hired")
"""The phases of somebody who has started."""
FILE = "/accompaniment/0"
"""Where the accompaniment itself stands in its dossier."""
Words = Mapping[str, str | int]
"""Words and limits of the standard for a sentence."""


class Placed(NamedTuple):
    """A document and where it stands in the dossier."""

    place: str
    document: Document


class Interval(NamedTuple):
    """One row of the phase history. ``to`` is the day of the change, none while the phase goes on."""

    place: str
    phase: str
    start: date
    to: date | None
    row: Document


def accompaniment(dossier: StoredDossier) -> Document:
    """The accompaniment itself."""
    return dossier.documents["accompaniment"][0]


def each(dossier: StoredDossier, entity: str) -> list[Placed]:
    """Every document of an entity."""
    documents = dossier.documents.get(entity, [])
    return [Placed(f"/{entity}/{number}", document) for number, document in enumerate(documents)]


def named(dossier: StoredDossier, record: str | None) -> Placed | None:
    """The document of the dossier with that identifier."""
    if record is None:
        return None
    entity = record.partition(":")[2].partition(":")[0]
    found = (placed for placed in each(dossier, entity) if placed.document["id"] == record)
    return next(found, None)


def located(dossier: StoredDossier, place: str) -> tuple[str | None, str]:
    """The identifier of the document at ``place``, none when the list lacks one, and the pointer inside it."""
    entity, number, *rest = [*place.strip("/").split("/"), ""]
    if not number:
        return None, ""
    return dossier.documents[entity][int(number)]["id"], "".join(f"/{part}" for part in rest if part)


def day_of(document: Document, field: str) -> date | None:
    """A date of the document, none when it is not there."""
    value = document.get(field)
    return None if value is None else date.fromisoformat(value)


def lasts_on(document: Document, day: date, first: str = "from", last: str = "to") -> bool:
    """Whether ``day`` lies between two dates of the document, both included; without the last one it goes on."""
    start, end = day_of(document, first), day_of(document, last)
    return start is not None and start <= day and (end is None or day <= end)


def phase_history(dossier: StoredDossier) -> list[Interval]:
    """The phases the accompaniment went through, in the order they are written."""
    rows = accompaniment(dossier)["phase_history"]
    return [
        Interval(
            f"/accompaniment/0/phase_history/{number}",
            row["phase"],
            date.fromisoformat(row["from"]),
            day_of(row, "to"),
            row,
        )
        for number, row in enumerate(rows)
    ]


def first_day(dossier: StoredDossier, phases: Sequence[str]) -> date | None:
    """The day one of these phases was first entered."""
    return next((row.start for row in phase_history(dossier) if row.phase in phases), None)


def plan_on(dossier: StoredDossier, day: date) -> Placed | None:
    """The version of the plan that held on ``day``: the last one drafted until then."""
    drafted = [placed for placed in each(dossier, "plan") if placed.document["drafted_on"] <= day.isoformat()]
    return max(drafted, key=lambda placed: placed.document["version"], default=None)


def team_on(dossier: StoredDossier, day: date) -> Iterator[Document]:
    """Who is in the team on ``day``: actor and role."""
    for placed in each(dossier, "team"):
        yield from (member for member in placed.document["members"] if lasts_on(member, day))


def hires(dossier: StoredDossier) -> list[Placed]:
    """The hires, the earliest first."""
    found = [placed for placed in each(dossier, "placement") if placed.document["hire"]]
    return sorted(found, key=lambda placed: str(placed.document["from"]))


def hire_on(dossier: StoredDossier, day: date) -> Placed | None:
    """The last hire that began on ``day`` or before."""
    begun = [placed for placed in hires(dossier) if placed.document["from"] <= day.isoformat()]
    return begun[-1] if begun else None


def closure(dossier: StoredDossier) -> Placed | None:
    """How the accompaniment ended, when that is written."""
    found = each(dossier, "closure")
    return found[-1] if found else None


def target_groups(dossier: StoredDossier) -> set[str]:
    """The target groups the person was found to belong to, at entry or later."""
    observed = (placed.document.get("target_groups", []) for placed in each(dossier, "status_observation"))
    return {group["code"] for groups in observed for group in groups}


def is_final(phase: str) -> bool:
    """Whether nothing comes after the phase."""
    return bool(code_list("phase").attribute(phase, "kind") == "final")


def found(
    code: str, place: str, rule: str, settled_by: str, *, blocking: bool = True, params: Words | None = None
) -> Finding:
    """A finding of the method; ``settled_by`` is the kind of record that puts it right."""
    return Finding(code, place, rule, {"settled_by": settled_by, **(params or {})}, blocking)
