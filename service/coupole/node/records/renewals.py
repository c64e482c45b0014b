"""R5 and R6 together: what a team changes in the objectives, the person signs in the next version of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from coupole.errors import Finding
from coupole.node.records.conditions import REVISED, signed_by_person
from coupole.node.records.project import Placed, accompaniment, each, found, is_final, plan_on
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.calendar import add_duration

CODE = "plan_objectives_changed"
"""What the rules call a signed plan that is not the plan any more."""


@dataclass(frozen=True, slots=True)
class Turned:
    """One objective that is not as the person signed it: another one took its place, it was dropped, or it is new."""

    kind: Literal["revised", "dropped", "added"]
    on: date
    before: Document | None = None
    after: Document | None = None


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The signed version of a plan whose objectives are others by now, and how."""

    plan: Placed
    signed_on: date
    turned: Sequence[Turned]

    @property
    def version(self) -> int:
        """The number of the version that was signed."""
        return int(self.plan.document["version"])

    @property
    def since(self) -> date:
        """The first day on which it was not what the person had signed any more."""
        return max(self.signed_on, min(one.on for one in self.turned))

    @property
    def due_on(self) -> date:
        """The day by which the person signs again: that of the next meeting."""
        return add_duration(self.since, self.plan.document["meeting_every"])


def overtaken(dossier: StoredDossier, day: date) -> Overtaken | None:
    """The version that holds, when the person signed it and the objectives are others on ``day``.

    Nothing for a version that nobody signed: it still changes, and is signed as it then is.
    """
    plan = plan_on(dossier, day)
    signed_on = signed_by_person(plan, day) if plan else None
    if plan is None or signed_on is None or is_final(accompaniment(dossier)["phase"]):
        return None
    every = {placed.document["id"]: placed.document for placed in each(dossier, "objective")}
    own = [every[record] for record in plan.document["objectives"] if record in every]
    turned = [one for document in own if (one := _turned(document, every, day))]
    turned += _added(every.values(), [*own, *(one.after for one in turned if one.after)], day)
    return Overtaken(plan, signed_on, turned) if turned else None


def findings(dossier: StoredDossier, day: date) -> list[Finding]:
    """R5: the signed version still says what the person works on."""
    old = overtaken(dossier, day)
    if old is None:
        return []
    place, words = f"{old.plan.place}/objectives", {"version": old.version}
    return [found(CODE, place, "R5", "plan", blocking=False, params=words)]


def _turned(document: Document, every: Mapping[str, Document], day: date) -> Turned | None:
    """What became of an objective of the version: none while it stands, or when it or its successor was settled."""
    if document["status"] not in REVISED or document["status_on"] > day.isoformat():
        return None
    last, seen = document, set[str]()
    while last["status"] == "revised" and last.get("replaced_by") in every and last["id"] not in seen:
        seen.add(last["id"])
        last = every[last["replaced_by"]]
    on = date.fromisoformat(document["status_on"])
    if last["status"] in REVISED:
        return Turned("dropped", on, document)
    return Turned("revised", on, document, last) if last["status"] == "open" else None


def _added(every: Iterable[Document], known: Iterable[Document], day: date) -> list[Turned]:
    """The objectives the person works on that neither the version has nor what took the place of one of it is."""
    names = {one["id"] for one in known}
    fresh = (one for one in every if one["id"] not in names and one["status"] == "open")
    days = ((date.fromisoformat(one["set_on"]), one) for one in fresh)
    return [Turned("added", on, after=one) for on, one in days if on <= day]
