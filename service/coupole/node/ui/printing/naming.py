"""What the records of a file are called where another one refers to them."""

from __future__ import annotations

from collections.abc import Iterable

from coupole.node.records.register import spoken_name
from coupole.node.store.changes import Document
from coupole.node.ui.printing.pen import BETWEEN, Pen
from coupole.standard.entities import ENTITIES

DAYS = {
    "accompaniment": "opened_on",
    "agreement": "signed_on",
    "referral": "referred_on",
    "status_observation": "observed_on",
    "placement": "from",
    "contribution": "period_from",
    "action": "from",
    "follow_up": "due_on",
    "closure": "closed_on",
    "coordination_meeting": "held_on",
}
"""The day by which people tell one record from another."""
KINDS = ("agreement", "team_meeting", "evaluation", "placement", "contribution", "action")
"""Records that say of themselves what kind they are."""


def learn(pen: Pen, documents: Iterable[Document]) -> None:
    """Let the pen know what these documents are called."""
    pen.names = {**pen.names, **{document["id"]: called(pen, document) for document in documents}}


def called(pen: Pen, document: Document) -> str:
    """What one document is called."""
    entity = entity_of(document)
    match entity:
        case "organisation":
            return str(document["name"])
        case "actor":
            return str(document["display_name"])
        case "participant":
            return spoken_name(document)
        case "objective":
            return objective(pen, document)
        case "plan":
            return pen.gettext("Plan, version %(version)s", version=document["version"])
        case "team_meeting" | "evaluation":
            return _dated(pen, document, "held_on" if document.get("held_on") else "planned_on")
        case _:
            return _dated(pen, document, DAYS.get(entity, ""))


def objective(pen: Pen, document: Document) -> str:
    """An objective in its own words, or by what it is about."""
    if document.get("wording"):
        return pen.said(str(document["wording"]))
    competence = document.get("competence")
    return pen.code("competence", competence) if competence else pen.code("objective_domain", document["domain"])


def entity_of(document: Document) -> str:
    """The kind of record a document is."""
    return str(document["id"].split(":")[1])


def _dated(pen: Pen, document: Document, field: str) -> str:
    entity = entity_of(document)
    kind = pen.value(entity, document, "type") if entity in KINDS else pen.entity(entity)
    day = document.get(field) if field in ENTITIES[entity].fields else None
    return BETWEEN.join((kind, pen.day(day))) if day else kind
