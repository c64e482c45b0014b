"""R5 and R6 together: what a team changes in the objectives, the person signs in the next version of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coupole.errors import Finding
from coupole.node.records.conditions import REVISED, signed_by_person
from coupole.node.records.project import Placed, accompaniment, each, found, is_final, named, plan_on
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.calendar import add_duration


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The signed version of a plan whose objectives are others by now.

    ``gone``: objectives of the version that were revised or dropped; ``fresh``: those the person works on that it does
    not have.
    """

    plan: Placed
    signed_on: date
    gone: Sequence[Document]
    fresh: Sequence[Document]

    @property
    def since(self) -> date:
        """The first day on which it was not what the person had signed any more."""
        first = min([*(one["status_on"] for one in self.gone), *(one["set_on"] for one in self.fresh)])
        return max(self.signed_on, date.fromisoformat(first))

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
    own = [placed.document for record in plan.document["objectives"] if (placed := named(dossier, record))]
    gone = [one for one in own if one["status"] in REVISED and one["status_on"] <= day.isoformat()]
    known = {one["id"] for one in own}
    every = (placed.document for placed in each(dossier, "objective"))
    fresh = [
        one for one in every if one["id"] not in known and one["status"] == "open" and one["set_on"] <= day.isoformat()
    ]
    return Overtaken(plan, signed_on, gone, fresh) if gone or fresh else None


def findings(dossier: StoredDossier, day: date) -> list[Finding]:
    """R5: the signed version still says what the person works on."""
    old = overtaken(dossier, day)
    if old is None:
        return []
    params = {"version": int(old.plan.document["version"])}
    return [
        found("plan_objectives_changed", f"{old.plan.place}/objectives", "R5", "plan", blocking=False, params=params)
    ]
