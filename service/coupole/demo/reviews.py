"""Step 6: meetings of the team, evaluations with the service; and the training done in between."""

from __future__ import annotations

from datetime import date
from typing import Any

from coupole.demo.desk import Made, NotGiven
from coupole.demo.file import File
from coupole.demo.objectives import WORK, rounded
from coupole.demo.words import CANCELLED, MINUTES

ACTIONS = {
    "on_the_job_training": 5.0,
    "safety_training": 3,
    "language_course": 2,
    "basic_skills_course": 2,
    "job_search_workshop": 3,
    "specific_training": 2,
    "driving_licence": 1,
    "recognition_of_skills": 1,
    "other": 0.5,
}
ENDS = {"conclude", "stop", "suspend"}
"""Decisions after which no evaluation is planned."""
FIELDS = {
    "safety_training": "1022",
    "language_course": "0231",
    "basic_skills_course": "0011",
    "specific_training": "0788",
}
"""ISCED-F 2013 detailed fields."""


def meet(file: File, kind: str, changes: list[dict[str, Any]] | None = None) -> Made:
    """A meeting held on the file's day."""
    chance, language = file.chance, file.house.member.language
    present = [{"actor": each["actor"], "role": each["role"]} for each in file.team if "to" not in each]
    regular = kind == "team_monthly"
    return file.write(
        "team_meeting",
        type=kind,
        planned_on=file.day,
        held_on=file.day,
        next_on=file.meeting_day() if regular else None,
        present=[each for each in present if each["role"] == "project_responsible" or chance.happens(0.85)],
        participant_present=chance.happens(0.9),
        objective_changes=changes or None,
        minutes=chance.choice(MINUTES[language]) if regular else None,
    )


def miss(file: File) -> None:
    """A monthly meeting that was planned and did not take place."""
    reason = file.chance.choice(CANCELLED[file.house.member.language])
    file.write("team_meeting", type="team_monthly", planned_on=file.day, cancelled_reason=reason)


def evaluate(file: File, kind: str, planned: date, decision: str) -> Made:
    """An evaluation held on the file's day, the one that was due when there was one."""
    chance = file.chance
    made = file.due if kind == "periodic" and file.due else file.write("evaluation", type=kind, planned_on=planned)
    with_service = chance.happens(0.93)
    made.document |= {
        "held_on": file.day,
        "with_organisation": file.service if with_service else NotGiven("not_known"),
        "ratings": [_rating(file, name, level) for name, level in file.levels.items() if name in WORK],
        "decision": decision,
        "next_planned_on": None if decision in ENDS else file.meeting_day(file.house.member.every),
    }
    if file.placements:
        due = chance.randint(12, 62)
        present = round(due * chance.uniform(0.7 - 4 * file.person.frailty, 1))
        made.document["attendance"] = {"days_due": due, "days_present": min(due, present)}
    return made


def plan_next(file: File) -> None:
    """Put the next evaluation with the service in the calendar."""
    planned = file.meeting_day(file.house.member.every)
    file.due = file.write("evaluation", type="periodic", planned_on=planned)


def unplan(file: File) -> None:
    """Take the next evaluation out of the calendar: the work stops."""
    if file.due and "held_on" not in file.due.document and file.due.document["planned_on"] >= file.day:
        file.desk.drop(file.due)
    file.due = None


def suspend(file: File) -> None:
    """Decide with the service that the work stops for a while; the phase comes back afterwards."""
    file.back_to = file.phase
    unplan(file)
    file.decided_in = evaluate(file, "periodic", file.day, "suspend")


def act(file: File, kind: str, begins: date, hours: float) -> None:
    """An orientation, information or training that ended on the file's day."""
    result = file.chance.one_of({"completed": 78, "certified": 10, "dropped": 12})
    qualification = {"isced": "ED3", "eqf": 3} if result == "certified" and kind == "specific_training" else None
    file.write(
        "action",
        audience="participant",
        type=kind,
        provider=file.house.agency,
        from_=begins,
        to=file.day,
        hours=hours,
        isced_field=FIELDS.get(kind),
        result=result,
        qualification=qualification,
    )


def _rating(file: File, competence: str, level: float) -> dict[str, Any]:
    if file.chance.happens(0.04):
        return {"competence": competence, "level": "not_observed", "rater_role": "host_operator"}
    heard = level + file.chance.gauss(0, 0.3)
    return {"competence": competence, "level": rounded(heard), "rater_role": "host_operator"}
