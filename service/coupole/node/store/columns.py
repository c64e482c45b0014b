"""Which fields of each entity a list or a rule looks for: entity -> column of ``record`` -> field.

Everything else is found by reading the document. A field that becomes searchable is added here, and a test checks
that each named field stands in the schema with the right kind of value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from coupole.node.store.changes import Document

FOUND_BY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "organisation": {},
        "participant": {},
        "actor": {"organisation": "organisation", "starts_on": "active_from", "ends_on": "active_to"},
        "status_observation": {"status": "stage", "starts_on": "observed_on"},
        "accompaniment": {
            "status": "phase",
            "responsible": "responsible",
            "organisation": "agency",
            "starts_on": "opened_on",
            "ends_on": "closed_on",
        },
        "referral": {
            "status": "decision",
            "organisation": "source_organisation",
            "starts_on": "referred_on",
            "ends_on": "decided_on",
        },
        "agreement": {
            "status": "type",
            "organisation": "agency",
            "starts_on": "valid_from",
            "ends_on": "valid_to",
        },
        "team": {},
        "plan": {"starts_on": "drafted_on", "ends_on": "expected_end_on"},
        "objective": {"status": "status", "starts_on": "set_on", "due_on": "due_on"},
        "team_meeting": {"status": "type", "starts_on": "held_on", "due_on": "planned_on"},
        "evaluation": {
            "status": "type",
            "organisation": "with_organisation",
            "starts_on": "held_on",
            "due_on": "planned_on",
        },
        "placement": {
            "status": "type",
            "responsible": "tutor",
            "organisation": "host",
            "starts_on": "from",
            "ends_on": "to",
        },
        "contribution": {"status": "status", "starts_on": "period_from", "ends_on": "period_to"},
        "action": {"status": "type", "organisation": "provider", "starts_on": "from", "ends_on": "to"},
        "follow_up": {"status": "status", "starts_on": "checked_on", "due_on": "due_on"},
        "closure": {"status": "outcome", "starts_on": "closed_on"},
        "coordination_meeting": {"organisation": "agency", "starts_on": "held_on"},
    }
)

TEXTS = ("status", "responsible", "organisation")
DATES = ("starts_on", "ends_on", "due_on")
FIELDS = {
    entity: ([fields.get(name, "") for name in TEXTS], [fields.get(name, "") for name in DATES])
    for entity, fields in FOUND_BY.items()
}
"""The fields of each entity in the order of the table; no document has a field without name."""


def found_by(entity: str, document: Document) -> tuple[str | date | None, ...]:
    """The values of status, responsible, organisation, starts_on, ends_on, due_on, in the order of the table."""
    texts, days = FIELDS[entity]
    return (*map(document.get, texts), *[day and date.fromisoformat(day) for day in map(document.get, days)])
