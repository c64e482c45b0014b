"""The questions and answers of the method's routes, each field explained."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from coupole.node.records import due
from coupole.standard.codes import code_list
from coupole.web.openapi import ProblemItem

Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\u202d\u202e]*$")]
Phase = Annotated[str, Field(pattern=f"^({'|'.join(code_list('phase').ids)})$")]
Identifier = Annotated[str, Field(max_length=100)]


class Told(BaseModel):
    """An answer or a question whose fields explain themselves."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class FindingItem(ProblemItem):
    """One thing somebody should look at."""

    blocking: bool
    """Whether it stands in the way; all else is a warning."""


class Findings(Told):
    """What the rules of the method find, in their order."""

    items: list[FindingItem]


class FileFindings(Told):
    """One file and what the rules find in it."""

    accompaniment: str
    findings: list[FindingItem]


class FindingsPage(Told):
    """Files with what the rules find in them, by identifier."""

    items: list[FileFindings]
    next: str | None
    """Where to go on; none at the end."""


class Step(Told):
    """One of the nine steps."""

    number: int
    state: Literal["done", "due", "missing", "not_yet"]
    settled_by: str
    """Kind of document that settles it; empty when it is done."""
    findings: list[FindingItem]
    """Why it is not done, what matters most first."""


class Steps(Told):
    """The nine steps in their order."""

    items: list[Step]


class Offer(Told):
    """A phase the file may go to."""

    phase: str
    open: bool
    """Whether it may go there today, with what is asked."""
    asks: list[str]
    """What is to be told with the move: ``closure``, ``placement``, ``reason``."""
    findings: list[FindingItem]
    """What else stands between."""


class Offers(Told):
    """Where the file stands and where it may go."""

    phase: str
    items: list[Offer]


class Move(Told):
    """A change of phase."""

    phase: Phase
    on: date
    """Day of the change: not before the present phase, not still to come."""
    decided_in: Identifier | None = None
    """The meeting or evaluation that decided it."""
    reason: Text | None = None
    """Why: needed for a suspension and for a lost job (there a code of ``exit_reason`` says most)."""
    closure: dict[str, Any] | None = None
    """How it ends: the closure without accompaniment; ``closed_on`` is the day of the change when not said."""
    placement: dict[str, Any] | None = None
    """Where the person works from now on: the placement without accompaniment; it begins on the day of the change."""


class Correction(Told):
    """Back to an earlier phase: what came after was entered by mistake."""

    phase: Phase
    reason: Text
    """Kept in the journal, under the person's key."""


class WrittenItem(Told):
    """One document that changed with it."""

    entity: str
    id: str
    revision: int
    kind: Literal["created", "replaced", "deleted", "unchanged"]


class WrittenList(Told):
    """Everything that changed, the accompaniment first."""

    items: list[WrittenItem]


class DueItem(Told):
    """One thing to do for one person."""

    kind: due.Kind
    accompaniment: str
    participant: str
    responsible: str
    record: str | None
    """What it is written in already; none when that is still to be made."""
    due_on: date
    late_days: int
    """Days since; negative while it is still to come."""
    settled_by: str
    """Kind of document that settles it."""
    month: int | None
    """Of a follow-up: how many months after."""


class DueList(Told):
    """What is due, the most overdue first."""

    items: list[DueItem]


class Pathways(Told):
    """Pathway templates, the workshop's own first."""

    items: list[dict[str, Any]]


class LocalFields(Told):
    """Fields of the workshop's own, hidden ones included."""

    namespace: str
    """Where their values stand under ``extensions``."""
    items: list[dict[str, Any]]
    """Each in the form of ``schema/v1/local/field.schema.json``, and whether it is hidden."""


class DeletedItem(Told):
    """One document that was deleted in the last thirty days."""

    entity: str
    id: str
    at: str
    actor: str
    until: date
    """The last day it can be restored."""
    document: dict[str, Any]
    """As it was."""


class DeletedList(Told):
    """What was deleted in the last thirty days and is not back, the last first."""

    items: list[DeletedItem]


class Restoration(Told):
    """Documents to bring back, all or none."""

    records: Annotated[list[Identifier], Field(min_length=1, max_length=200)]


class PlanOnDay(Told):
    """The plan that held on a day."""

    plan: dict[str, Any] | None
    """None when there was no plan yet."""
    objectives: list[dict[str, Any]]
    """As they stood on that day, those the team added by then included."""


class Proposal(Told):
    """Contents to begin with, all of them to be changed with the person; nothing of it is written."""

    objectives: list[dict[str, Any]]
    plan: dict[str, Any]
