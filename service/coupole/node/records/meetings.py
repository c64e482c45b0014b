"""R6: the team meets every month while the person is placed, or as often as the plan says."""

from __future__ import annotations

from datetime import date

from coupole.node.records.project import each, phase_history, plan_on
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.calendar import add_duration

MONTHLY = "P1M"
"""How often a team meets when no plan says so."""


def monthly(dossier: StoredDossier) -> list[Document]:
    """The meetings of that kind: held, planned or cancelled."""
    return [placed.document for placed in each(dossier, "team_meeting") if placed.document["type"] == "team_monthly"]


def counted_since(dossier: StoredDossier) -> date:
    """The day from which meetings are owed: that on which the person came to the present phase, or came back to it.

    What had been agreed for a day before has been overtaken.
    """
    return phase_history(dossier)[-1].start


def owed_on(dossier: StoredDossier, today: date, held_on: str | None) -> date:
    """The day of the next meeting. ``held_on``: of the last one; none when the team has not met."""
    began = counted_since(dossier)
    since = max(began, date.fromisoformat(held_on)) if held_on else began
    plan = plan_on(dossier, today)
    return add_duration(since, plan.document["meeting_every"] if plan else MONTHLY)
