"""A valid document of every entity, to be changed where a test needs it otherwise.

participant(2, sex="F")                 number 2, a woman
accompaniment(hired_on=...)             without the field
dossier(3)                              every document of the third person's file, owners first
"""

from __future__ import annotations

import hashlib
from typing import Any

from ulid import ULID

NODE = "north"
MOMENT = "2026-01-05T09:00:00.000Z"
ENVELOPE = ("id", "schema_version", "node", "revision", "updated_at", "deleted")

Document = dict[str, Any]


def id_of(entity: str, number: int = 1, node: str = NODE) -> str:
    """The same id each time for one entity, number and node."""
    digest = hashlib.sha256(f"{entity} {number}".encode()).digest()[:16]
    return f"{node}:{entity}:{ULID(digest)}"


def made(entity: str, number: int, fields: Document, overrides: Document) -> Document:
    """The document with its envelope; an override ``...`` leaves the field out."""
    node = overrides.pop("node", NODE)
    envelope = {
        "id": id_of(entity, number, node),
        "schema_version": "1.0.0",
        "node": node,
        "revision": 1,
        "updated_at": MOMENT,
        "deleted": False,
        "extensions": {},
    }
    whole = envelope | fields | overrides
    return {name: value for name, value in whole.items() if value is not ...}


def content(document: Document) -> Document:
    """The document without what the node adds to it."""
    return {name: value for name, value in document.items() if name not in ENVELOPE}


def organisation(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "name": f"Atelier {number}",
        "types": ["social_workshop"],
        "identifiers": [{"scheme": "0208", "value": f"{400_000_000 + number:010d}"}],
        "country": "BE",
    }
    return made("organisation", number, fields, overrides)


def participant(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "local_id": f"P{number:05d}",
        "family_name": f"Famille{number}",
        "given_name": f"Prénom{number}",
        "birth_date": "1988-04",
        "sex": "M",
        "citizenships": ["BE"],
        "residence": {"country": "BE", "nuts3": "BE211"},
        "consents": [{"purpose": "accompaniment", "granted_on": "2025-01-01"}],
    }
    return made("participant", number, fields, overrides)


def actor(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "display_name": f"Coach {number}",
        "organisation": id_of("organisation"),
        "roles": ["project_responsible"],
    }
    return made("actor", number, fields, overrides)


def referral(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "participant": id_of("participant", number),
        "source_type": "social_service",
        "source_organisation": id_of("organisation"),
        "referred_on": "2025-01-02",
        "decision": "accepted",
        "decided_on": "2025-01-09",
    }
    return made("referral", number, fields, overrides)


def agreement(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "type": "framework",
        "agency": id_of("organisation"),
        "administration": id_of("organisation", 2),
        "signed_on": "2024-12-01",
        "valid_from": "2025-01-01",
        "covers": {"target_groups": ["long_unemployed"], "programme": "regional_recognition"},
    }
    return made("agreement", number, fields, overrides)


def accompaniment(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "participant": id_of("participant", number),
        "agency": id_of("organisation"),
        "responsible": id_of("actor"),
        "pathway": "transition",
        "programmes": [{"programme": "regional_recognition", "operation": "RR-2025"}],
        "referral": id_of("referral", number),
        "agreement": id_of("agreement"),
        "current_plan": id_of("plan", number),
        "opened_on": "2025-01-10",
        "started_on": "2025-02-01",
        "phase": "insertion_coop",
        "phase_history": [
            {"phase": "planned", "from": "2025-01-10", "to": "2025-02-01"},
            {"phase": "insertion_coop", "from": "2025-02-01"},
        ],
    }
    return made("accompaniment", number, fields, overrides)


def status_observation(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "stage": "entry",
        "observed_on": "2025-02-01",
        "labour_status": "unemployed_registered",
        "without_work_band": "12_23m",
        "education_level": "ED2",
        "target_groups": [{"code": "long_unemployed", "primary": True}],
    }
    return made("status_observation", number, fields, overrides)


def team(number: int = 1, **overrides: Any) -> Document:
    members = [
        {"actor": id_of("actor"), "role": "project_responsible", "from": "2025-01-10"},
        {"actor": id_of("actor", 2), "role": "host_operator", "from": "2025-01-10"},
    ]
    fields = {"accompaniment": id_of("accompaniment", number), "members": members}
    return made("team", number, fields, overrides)


def objective(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "domain": "worker_role",
        "required_for_enterprise": True,
        "set_on": "2025-01-15",
        "due_on": "2025-07-15",
        "status": "open",
        "status_on": "2025-01-15",
    }
    return made("objective", number, fields, overrides)


def plan(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "version": 1,
        "drafted_on": "2025-01-15",
        "signed_on": "2025-01-20",
        "signed_by": [{"role": "participant", "on": "2025-01-20"}],
        "capacities": [{"competence": "punctuality", "level": "2"}],
        "operating_structure": {"organisation": id_of("organisation"), "side": "social"},
        "objectives": [id_of("objective", number)],
        "evaluation_schedule": {"every_months": 6},
        "meeting_every": "P1M",
        "planned_contributions": [],
    }
    return made("plan", number, fields, overrides)


def team_meeting(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "type": "team_monthly",
        "planned_on": "2025-03-03",
        "held_on": "2025-03-04",
        "present": [{"actor": id_of("actor"), "role": "project_responsible"}],
        "participant_present": True,
    }
    return made("team_meeting", number, fields, overrides)


def evaluation(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "type": "periodic",
        "planned_on": "2025-07-15",
        "held_on": "2025-07-16",
        "with_organisation": id_of("organisation", 2),
        "ratings": [{"competence": "punctuality", "level": "3", "rater_role": "host_operator"}],
        "decision": "continue",
        "next_planned_on": "2026-01-15",
    }
    return made("evaluation", number, fields, overrides)


def placement(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "type": "coop_placement",
        "host": id_of("organisation"),
        "contract_type": "permanent_inclusion",
        "from": "2025-02-01",
        "hire": False,
    }
    return made("placement", number, fields, overrides)


def contribution(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "type": "wage_subsidy",
        "payer": "region",
        "payee_role": "host",
        "period_from": "2025-02-01",
        "period_to": "2025-02-28",
        "paid_on": "2025-03-10",
        "amount_minor": 45_000,
        "currency": "EUR",
        "status": "paid",
    }
    return made("contribution", number, fields, overrides)


def action(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "audience": "participant",
        "type": "safety_training",
        "from": "2025-02-10",
        "to": "2025-02-12",
        "hours": 12,
    }
    return made("action", number, fields, overrides)


def follow_up(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "reference": "hire",
        "month": 1,
        "due_on": "2026-01-31",
    }
    return made("follow_up", number, fields, overrides)


def closure(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "accompaniment": id_of("accompaniment", number),
        "closed_on": "2026-02-27",
        "outcome": "job_seeking",
        "reason": "contract_ended",
    }
    return made("closure", number, fields, overrides)


def coordination_meeting(number: int = 1, **overrides: Any) -> Document:
    fields = {
        "agency": id_of("organisation"),
        "held_on": "2025-03-20",
        "attendees": [{"organisation": id_of("organisation"), "actor": id_of("actor"), "present": True}],
    }
    return made("coordination_meeting", number, fields, overrides)


FACTORIES = {
    factory.__name__: factory
    for factory in (
        organisation,
        participant,
        actor,
        status_observation,
        accompaniment,
        referral,
        agreement,
        team,
        plan,
        objective,
        team_meeting,
        evaluation,
        placement,
        contribution,
        action,
        follow_up,
        closure,
        coordination_meeting,
    )
}
"""One for each entity of the standard; a test compares the two lists."""

SHARED = (organisation(1), organisation(2), actor(1), actor(2), agreement(1))
"""What every file refers to."""


def dossier(number: int = 1) -> list[Document]:
    """Every document of one person's file, owners first; it refers to ``SHARED``."""
    owners = (participant, referral, accompaniment)
    hanging = (status_observation, team, objective, plan, team_meeting, evaluation, placement, contribution, action)
    return [factory(number) for factory in (*owners, *hanging, follow_up, closure)]
