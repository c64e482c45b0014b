"""The rules of the method, read once more from the standard's text and checked without any of the demo's code.

``broken(documents, today)`` says of each document of a member what it breaks; nothing means that all hold. Months are
added here by hand, so that an error of the calendar shows.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

Document = dict[str, Any]
NEXT = {
    "referred": "drafting not_started",
    "drafting": "agreement not_started discontinued",
    "agreement": "planned not_started discontinued",
    "planned": "preparation insertion_coop insertion_enterprise discontinued",
    "preparation": "insertion_coop insertion_enterprise suspended discontinued",
    "insertion_coop": "insertion_enterprise hired suspended concluded discontinued",
    "insertion_enterprise": "hired insertion_coop suspended discontinued",
    "hired": "concluded insertion_coop insertion_enterprise discontinued",
    "suspended": "preparation insertion_coop insertion_enterprise discontinued",
    "concluded": "",
    "discontinued": "",
    "not_started": "",
}
SOCIAL = (
    "coop_placement social_workshop_job insertion_enterprise_job insertion_temp_agency work_care_place coop_internship"
)
ORDINARY = "enterprise_internship trial_placement enterprise_job public_sector_job"
NO_HIRE = {"sheltered_long_term", "work_care", "observation", "training"}
WORKING = {"insertion_coop", "insertion_enterprise"}


@dataclass(frozen=True)
class Dossier:
    """One accompaniment with what hangs on it, and all documents of the member by id."""

    file: Document
    of: dict[str, list[Document]]
    known: dict[str, tuple[str, Document]]
    today: str

    @property
    def rows(self) -> list[Document]:
        return list(self.file["phase_history"])

    def entered(self, *phases: str) -> list[Document]:
        return [row for row in self.rows if row["phase"] in phases]

    def find(self, record: str) -> Document:
        return self.known[record][1]


def dossiers(documents: list[tuple[str, str, Document]], today: date) -> list[Dossier]:
    """The files of a member, given as (entity, id, content)."""
    known = {record: (entity, document | {"id": record}) for entity, record, document in documents}
    hanging: dict[str, dict[str, list[Document]]] = defaultdict(lambda: defaultdict(list))
    for entity, document in known.values():
        if "accompaniment" in document:
            hanging[document["accompaniment"]][entity].append(document)
    files = [document for entity, document in known.values() if entity == "accompaniment"]
    return [Dossier(file, hanging[file["id"]], known, today.isoformat()) for file in files]


def broken(dossier: Dossier) -> list[str]:
    """What the dossier breaks, rule by rule."""
    return [f"{rule.__name__}: {words}" for rule in RULES for words in rule(dossier)]


def later(day: str, months: int) -> str:
    first = date.fromisoformat(day)
    year, month = first.year, first.month + months
    while month > 12:
        year, month = year + 1, month - 12
    return date(year, month, min(first.day, monthrange(year, month)[1])).isoformat()


def phases_follow_the_graph_without_gaps(dossier: Dossier) -> Iterator[str]:
    rows = dossier.rows
    if rows[0]["from"] != dossier.file["opened_on"] or rows[0]["phase"] != "referred":
        yield "does not begin where the file was opened"
    if rows[-1]["phase"] != dossier.file["phase"] or "to" in rows[-1]:
        yield "does not end in the present phase"
    for row, after in pairwise(rows):
        if row["to"] != after["from"]:
            yield "a gap or an overlap"
        if row["to"] <= row["from"]:
            yield f"{row['phase']} lasts no day"
        if after["phase"] not in NEXT[row["phase"]].split():
            yield f"{row['phase']} to {after['phase']}"


def r1_the_referral_names_the_service(dossier: Dossier) -> Iterator[str]:
    referral = dossier.find(dossier.file["referral"])
    entity, service = dossier.known[referral["source_organisation"]]
    if entity != "organisation" or service["types"][0] not in ("social_service", "employment_service"):
        yield "not a service"
    for row in dossier.entered("drafting"):
        if referral["decision"] != "accepted" or referral["decided_on"] > row["from"]:
            yield "drafted before it was accepted"


def r2_a_draft_has_objectives_and_a_schedule(dossier: Dossier) -> Iterator[str]:
    for row in dossier.entered("agreement"):
        drafts = [plan for plan in dossier.of["plan"] if plan["drafted_on"] <= row["from"]]
        if not drafts or not drafts[0]["objectives"] or not 1 <= drafts[0]["evaluation_schedule"]["every_months"] <= 6:
            yield "no draft, no objective or too few evaluations"


def r3_an_agreement_covers_it_before_the_first_day(dossier: Dossier) -> Iterator[str]:
    for row in dossier.entered(*WORKING)[:1]:
        if dossier.find(dossier.file["agreement"])["signed_on"] > row["from"]:
            yield "signed too late"
    for row in dossier.entered("planned"):
        agreement, file = dossier.find(dossier.file["agreement"]), dossier.file
        covers = agreement["covers"]
        programmes = {each["programme"] for each in file["programmes"]}
        groups = {group["code"] for status in dossier.of["status_observation"] for group in _primary(status)}
        named = file["id"] in covers.get("accompaniments", [])
        if not named and not (covers.get("programme") in programmes and groups <= set(covers["target_groups"])):
            yield "not covered"
        if not agreement["signed_on"] <= agreement["valid_from"] <= row["from"] < agreement["valid_to"]:
            yield "not in force"


def r4_the_team_is_complete_on_every_day_of_work(dossier: Dossier) -> Iterator[str]:
    for row in dossier.entered(*WORKING, "hired"):
        last = row.get("to", dossier.today)
        for role in ("project_responsible", "host_operator"):
            day = date.fromisoformat(row["from"])
            while day.isoformat() < last:
                if not any(_serves(member, role, day.isoformat()) for member in _team(dossier)):
                    yield f"no {role} on {day}"
                day += timedelta(days=1)


def r5_the_plan_is_whole_and_signed_by_the_person(dossier: Dossier) -> Iterator[str]:
    for row in dossier.entered("planned"):
        plan = min(dossier.of["plan"], key=lambda plan: plan["version"])
        parts = ("capacities", "operating_structure", "objectives", "evaluation_schedule", "planned_contributions")
        if plan["signed_on"] > row["from"] or "participant" not in [each["role"] for each in plan["signed_by"]]:
            yield "not signed in time"
        if not all(plan[part] for part in parts):
            yield "not whole"


def r6_a_revised_objective_says_where_it_was_decided(dossier: Dossier) -> Iterator[str]:
    for objective in dossier.of["objective"]:
        if objective["status"] == "revised":
            entity, decision = dossier.known[objective["decided_in"]]
            if entity not in ("team_meeting", "evaluation") or decision["held_on"] != objective["status_on"]:
                yield "not decided in a meeting"
            if dossier.find(objective["replaced_by"])["set_on"] < objective["status_on"]:
                yield "replaced by an older one"


def r7_to_the_enterprise_when_all_that_is_needed_is_achieved(dossier: Dossier) -> Iterator[str]:
    for row, after in pairwise(dossier.rows):
        if (row["phase"], after["phase"]) == ("insertion_coop", "insertion_enterprise"):
            needed = [each for each in dossier.of["objective"] if each["required_for_enterprise"]]
            needed = [each for each in needed if each["set_on"] <= after["from"]]
            achieved = [each for each in needed if each["status"] == "achieved" and each["status_on"] <= after["from"]]
            revised = [each for each in needed if each["status"] == "revised" and each["status_on"] <= after["from"]]
            if not achieved or len(achieved) + len(revised) < len(needed):
                yield "moved too early"


def a_placement_of_the_right_side_starts_with_the_work(dossier: Dossier) -> Iterator[str]:
    for row in dossier.entered(*WORKING):
        side = SOCIAL if row["phase"] == "insertion_coop" else ORDINARY
        starting = [each for each in dossier.of["placement"] if each["from"] == row["from"]]
        if not any(each["type"] in side.split() and not each["hire"] for each in starting):
            yield f"{row['phase']} without a placement"


def placements_do_not_overlap(dossier: Dossier) -> Iterator[str]:
    for placement, after in pairwise(sorted(dossier.of["placement"], key=lambda each: each["from"])):
        if placement["to"] > after["from"] or placement["from"] > placement["to"]:
            yield "two at a time"


def r8_a_hire_has_its_follow_ups(dossier: Dossier) -> Iterator[str]:
    hires = {each["id"]: each for each in dossier.of["placement"] if each["hire"]}
    for row in dossier.entered("hired"):
        if row["from"] not in [hire["from"] for hire in hires.values()]:
            yield "hired without a job"
    for record, hire in hires.items():
        due = {each["month"]: each["due_on"] for each in dossier.of["follow_up"] if each.get("placement") == record}
        if due != {month: later(hire["from"], month) for month in (1, 2, 3, 6)}:
            yield "follow-ups missing or on another day"


def r9_concluded_once_verified(dossier: Dossier) -> Iterator[str]:
    for row, after in pairwise(dossier.rows):
        if after["phase"] != "concluded":
            continue
        closure = dossier.of["closure"][0]
        if row["phase"] == "insertion_coop" and dossier.file["pathway"] not in NO_HIRE:
            yield "concluded without a job"
        if row["phase"] == "hired":
            verified = closure["verification"]
            if not (verified["stable_condition"] and verified["adequate_behaviour"]):
                yield "not verified"
            if after["from"] < later(dossier.file["hired_on"], 3):
                yield "before three months"


def r10_each_host_has_an_insertion_officer(dossier: Dossier) -> Iterator[str]:
    officers = {
        actor["organisation"]
        for entity, actor in dossier.known.values()
        if entity == "actor" and "coop_insertion_officer" in actor["roles"] and actor["trained_on"]
    }
    for placement in dossier.of["placement"]:
        if placement["type"] in SOCIAL.split():
            team = [each for each in _team(dossier) if _serves(each, "coop_insertion_officer", placement["from"])]
            theirs = {dossier.find(each["actor"])["organisation"] for each in team if each["actor"] in dossier.known}
            if placement["host"] not in officers & theirs:
                yield "no officer"


def r11_one_status_for_each_stage_in_its_window(dossier: Dossier) -> Iterator[str]:
    stages = [status["stage"] for status in dossier.of["status_observation"]]
    if len(stages) != len(set(stages)):
        yield "asked twice"
    started, closed = dossier.file.get("started_on"), dossier.file.get("closed_on")
    for status in dossier.of["status_observation"]:
        if status["stage"] == "entry" and started and status["observed_on"] > started:
            yield "entry seen too late"
        if status["stage"] == "exit":
            days = (date.fromisoformat(status["observed_on"]) - date.fromisoformat(closed or "")).days
            if not started or not 0 <= days <= 28:
                yield "exit seen outside its window"
    if started and "entry" not in stages:
        yield "started unseen"


def r12_dates_are_in_order(dossier: Dossier) -> Iterator[str]:
    referral, file = dossier.find(dossier.file["referral"]), dossier.file
    days = [referral["referred_on"], *(file.get(name) for name in ("opened_on", "started_on", "hired_on", "closed_on"))]
    known = [day for day in days if day]
    if known != sorted(known):
        yield "out of order"
    work = dossier.entered("preparation", *WORKING)
    if file.get("started_on") != (work[0]["from"] if work else None):
        yield "did not start with preparation or work"
    if file.get("closed_on") != (dossier.rows[-1]["from"] if not NEXT[file["phase"]] else None):
        yield "not closed with its last phase"
    if bool(file.get("closed_on")) != (len(dossier.of["closure"]) == 1):
        yield "closed without a closure"


def r16_of_working_age(dossier: Dossier) -> Iterator[str]:
    born = dossier.find(dossier.file["participant"])["birth_date"]
    age = int(dossier.file["opened_on"][:4]) - int(born[:4])
    if not 15 <= age <= 99:
        yield f"{age} years"


def reasons_are_given(dossier: Dossier) -> Iterator[str]:
    for row in dossier.entered("suspended"):
        ended = [each for each in dossier.of["placement"] if each.get("to") == row["from"]]
        if dossier.file.get("started_on") and ended and not ended[0].get("end_reason"):
            yield "suspended without a reason"


def nothing_happens_after_today(dossier: Dossier) -> Iterator[str]:
    done = ("held_on", "signed_on", "paid_on", "checked_on", "closed_on", "drafted_on", "set_on", "status_on", "from")
    for entity, documents in dossier.of.items():
        for document in documents:
            days = [document[name] for name in done if name in document]
            if any(day > dossier.today for day in days) or any(day < "2000" for day in days):
                yield f"{entity} in the future"


def nothing_is_worked_on_after_the_end(dossier: Dossier) -> Iterator[str]:
    closed = dossier.file.get("closed_on", "9999")
    for entity in ("team_meeting", "evaluation", "placement", "objective", "action", "plan"):
        for document in dossier.of[entity]:
            day = (
                document.get("held_on") or document.get("from") or document.get("set_on") or document.get("drafted_on")
            )
            if day and day > closed:
                yield f"{entity} after the end"
    if "closed_on" in dossier.file and any("to" not in placement for placement in dossier.of["placement"]):
        yield "a placement stays open"


def _primary(status: Document) -> list[Document]:
    return [group for group in status.get("target_groups", []) if group["primary"]]


def _team(dossier: Dossier) -> list[Document]:
    return [member for team in dossier.of["team"] for member in team["members"]]


def _serves(member: Document, role: str, day: str) -> bool:
    return bool(member["role"] == role and member["from"] <= day < member.get("to", "9999"))


RULES: tuple[Callable[[Dossier], Iterator[str]], ...] = (
    phases_follow_the_graph_without_gaps,
    r1_the_referral_names_the_service,
    r2_a_draft_has_objectives_and_a_schedule,
    r3_an_agreement_covers_it_before_the_first_day,
    r4_the_team_is_complete_on_every_day_of_work,
    r5_the_plan_is_whole_and_signed_by_the_person,
    r6_a_revised_objective_says_where_it_was_decided,
    r7_to_the_enterprise_when_all_that_is_needed_is_achieved,
    a_placement_of_the_right_side_starts_with_the_work,
    placements_do_not_overlap,
    r8_a_hire_has_its_follow_ups,
    r9_concluded_once_verified,
    r10_each_host_has_an_insertion_officer,
    r11_one_status_for_each_stage_in_its_window,
    r12_dates_are_in_order,
    r16_of_working_age,
    reasons_are_given,
    nothing_happens_after_today,
    nothing_is_worked_on_after_the_end,
)
