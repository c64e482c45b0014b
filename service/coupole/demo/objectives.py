"""Objectives of a project: what they may be about, how they are set, and what becomes of them."""

from __future__ import annotations

from typing import Any

from coupole.demo.desk import Made
from coupole.demo.file import File
from coupole.demo.words import WORDINGS
from coupole.standard.calendar import add_months

WORK = {
    "continuity": "worker_role",
    "punctuality": "worker_role",
    "meet_commitments": "worker_role",
    "follow_rules": "worker_role",
    "hygiene": "worker_role",
    "work_rhythm": "performance",
    "productivity": "performance",
    "concentration": "performance",
    "accuracy": "performance",
    "physical_endurance": "performance",
    "relational": "relations",
    "teamwork": "relations",
    "accept_guidance": "relations",
    "conflict_handling": "relations",
    "new_vocational_skill": "vocational",
    "tool_use": "vocational",
    "planning": "vocational",
    "problem_solving": "vocational",
    "independence": "self_management",
    "initiative": "self_management",
    "stress_handling": "self_management",
    "frustration_tolerance": "self_management",
    "adaptability": "self_management",
    "self_confidence": "self_management",
    "calculation": "language_basic_skills",
}
"""Competences that can be worked on, and the domain of each."""
LIFE = (
    "housing",
    "mobility",
    "finance_admin",
    "health",
    "family_care",
    "digital",
    "job_search",
    "social_participation",
)
"""Domains without a rated competence."""
SKILLS = {"new_vocational_skill": "http://data.europa.eu/esco/skill/a59708e3-e654-4e37-8b8a-741c3b756eee"}


def rounded(level: float) -> str:
    """A level as the scale of evaluations writes it."""
    return str(min(5, max(1, round(level))))


def aim_at(file: File, domain: str, competence: str | None, *, required: bool) -> Made:
    """A new objective, set on the file's day."""
    key = competence or domain
    level = file.levels.setdefault(key, file.chance.uniform(1.2, 2.6))
    objective = file.write(
        "objective",
        domain=domain,
        competence=competence,
        esco_skill=SKILLS.get(key),
        wording=WORDINGS[file.house.member.language][domain],
        baseline_level=rounded(level) if competence else None,
        target_level="4" if level > 2.3 else "3",
        required_for_enterprise=required,
        set_on=file.day,
        due_on=add_months(file.day, file.chance.choice([3, 6, 6, 9, 12])),
        status="open",
        status_on=file.day,
    )
    file.objectives.append(objective)
    return objective


def progress(file: File) -> list[dict[str, Any]]:
    """What the team finds at its meeting: objectives achieved, revised, dropped, added."""
    changes = []
    for objective in file.open_objectives():
        terms = objective.document
        reached = file.levels[terms["competence"] or terms["domain"]] >= int(terms["target_level"])
        if reached:
            terms |= {"status": "achieved", "status_on": file.day}
            changes.append({"objective": objective, "change": "achieved"})
        elif add_months(terms["set_on"], 3) <= file.day and file.chance.happens(0.04):
            changes += _revise(file, objective)
        elif not terms["required_for_enterprise"] and file.chance.happens(0.015):
            terms |= {"status": "abandoned", "status_on": file.day}
            changes.append({"objective": objective, "change": "dropped"})
    if file.chance.happens(0.02) and len(file.objectives) < 9:
        added = aim_at(file, file.chance.choice(LIFE), None, required=False)
        changes.append({"objective": added, "change": "added"})
    return changes


def _revise(file: File, objective: Made) -> list[dict[str, Any]]:
    """A smaller or clearer step takes the place of an objective; the meeting is filled in by the caller."""
    terms = objective.document
    fresh = aim_at(file, terms["domain"], terms["competence"], required=terms["required_for_enterprise"])
    fresh.document["target_level"] = "3"
    terms |= {"status": "revised", "status_on": file.day, "replaced_by": fresh}
    return [{"objective": objective, "change": "revised"}, {"objective": fresh, "change": "added"}]
