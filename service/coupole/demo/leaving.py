"""Steps 8 and 9: hired and followed; suspended for a while; concluded or ended early."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from coupole.demo import followups, reviews, work
from coupole.demo.desk import NotGiven
from coupole.demo.file import Ending, File, Step
from coupole.demo.house import Site
from coupole.standard.calendar import add_months

CONTRACTS = {"permanent": 35.0, "fixed_6m_plus": 33, "fixed_under_6m": 20, "temporary_agency": 10, "apprenticeship": 2}
OUTCOMES = {
    "permanent": "job_permanent",
    "fixed_6m_plus": "job_fixed_6m_plus",
    "apprenticeship": "qualifying_training",
    "permanent_inclusion": "social_enterprise_job",
    "worker_member": "social_enterprise_job",
}
STATUS_AFTER = {
    "social_enterprise_job": "employed_social",
    "self_employment": "self_employed",
    "qualifying_training": "inactive_training",
    "school": "inactive_student",
    "work_care": "inactive_unable",
    "inactive": "inactive_other",
    "pension_or_benefit_settled": "inactive_retired",
    "job_seeking": "unemployed_registered",
    "qualification_gained": "unemployed_registered",
    "other_insertion": "employed_social",
    "dropped_out": "unemployed_unregistered",
    "unknown": "unknown",
}
PAUSES = {"health": 6.0, "relapse": 3, "justice": 1, "family": 2}


def follow(file: File) -> Step:
    """Step 8: the person is hired; the agency stays in touch for three months and looks again after six."""
    if file.fresh:
        _hire(file)
        return Step("hired", file.chance.after(add_months(file.day, 1), 0, 9))
    hired_on = file.hires[-1].document["from"]
    if file.lost_on and file.lost_on <= file.day:
        return _job_lost(file)
    for check in followups.of_hire(file):
        if check["due_on"] <= file.day and "status" not in check:
            followups.look(file, check)
    done = [check for check in followups.of_hire(file) if check.get("checked_on")]
    third = [check for check in done if check["month"] in (3, 6) and check["status"] in followups.EMPLOYED]
    if third and file.day >= add_months(hired_on, 3):
        file.ending = Ending(_outcome(file), "objectives_met")
        return Step("concluded", file.chance.after(file.day, 2, 20))
    if file.day >= add_months(hired_on, 7):
        file.ending = Ending("unknown", "other")
        return Step("discontinued", file.chance.after(file.day, 2, 20))
    waiting = [check["due_on"] for check in followups.of_hire(file) if check["due_on"] > file.day]
    return Step("hired", file.chance.after(waiting[0] if waiting else add_months(file.day, 1), 0, 9))


def pause(file: File) -> Step:
    """Suspended: the placement ends, the place in the project does not."""
    if file.fresh:
        work.leave_placement(file, file.chance.one_of(PAUSES))
        weeks = file.chance.randint(55, 66) if file.chance.happens(0.04) else file.chance.randint(3, 22)
        return Step("suspended", file.chance.after(file.day + timedelta(weeks=weeks), 0, 4))
    if file.chance.happens(0.25):
        file.ending = file.chance.one_of({Ending("inactive", "health"): 3, Ending("neutral_exit", "health", True): 1})
        return Step("discontinued", file.day)
    return Step(file.back_to, file.day)


def close(file: File) -> None:
    """Step 9: concluded once a stable job and adequate behaviour are verified; else ended with a reason."""
    ending = file.ending or Ending("unknown", "other")
    _tidy(file, ending)
    document = file.accompaniment.document
    document["closed_on"] = file.day
    if document.get("started_on") and ending.reason != "death":
        reviews.evaluate(file, "final", file.day, "conclude" if file.phase == "concluded" else "stop")
    work.leave_placement(file, ending.reason)
    file.write(
        "closure",
        closed_on=file.day,
        outcome=ending.outcome,
        reason=ending.reason,
        verification=_verification(file) if file.phase == "concluded" and document.get("hired_on") else None,
        neutral=ending.neutral,
        referred_to=file.service if ending.outcome in ("other_insertion", "work_care") else None,
    )
    if ending.reason == "death":
        followups.drop(file)
    elif document.get("started_on"):
        _look_back(file, ending)


def _hire(file: File) -> None:
    site = _employer(file)
    if site in file.house.hosts:
        contract = "worker_member" if file.house.member.hosts and file.chance.happens(0.6) else "permanent_inclusion"
        kind = file.house.member.placement
    else:
        contract = file.chance.one_of(CONTRACTS)
        kind = "public_sector_job" if site.partner.type == "public_administration" else "enterprise_job"
    reviews.unplan(file)
    work.place(file, site, kind, contract, hire=True)
    work.guided_by(file, site)
    file.hires.append(file.placements[-1])
    file.accompaniment.document["hired_on"] = file.day
    file.lost_on = file.day + timedelta(days=file.chance.randint(20, 85)) if file.chance.happens(0.2) else None
    for month in (1, 2, 3, 6):
        followups.plan(file, "hire", month, file.day)


def _employer(file: File) -> Site:
    """The enterprise of the internship keeps most; some find another; a few stay in the co-operative."""
    before = file.placements[-1].document["host"].id
    known = [site for site in (*file.house.hosts, *file.house.enterprises) if site.organisation.id == before]
    return known[0] if known and file.chance.happens(0.75) else file.chance.choice(file.house.enterprises)


def _job_lost(file: File) -> Step:
    """The job was lost within the follow-up: back to work in the project, or the end of it."""
    work.leave_placement(file, "contract_ended", file.lost_on)
    for check in followups.of_hire(file):
        if check["due_on"] <= file.day and "status" not in check:
            followups.look(file, check)
    file.lost_on = None
    if file.chance.happens(0.6):
        back = file.chance.one_of({"insertion_coop": 3, "insertion_enterprise": 2})
        return Step(back, file.chance.after(file.day, 3, 20))
    file.ending = Ending("job_seeking", "contract_ended")
    return Step("discontinued", file.chance.after(file.day, 3, 20))


def _outcome(file: File) -> str:
    hire = file.hires[-1].document
    if hire["type"] == "public_sector_job":
        return "public_job"
    return OUTCOMES.get(hire["contract_type"], "job_fixed_under_6m")


def _verification(file: File) -> dict[str, Any]:
    verified = {"verified_on": file.day, "verified_by": file.responsible}
    return {"stable_condition": True, "adequate_behaviour": True, **verified}


def _tidy(file: File, ending: Ending) -> None:
    """Nothing stays open in a closed file: objectives, the team, a planned evaluation, the referral."""
    for objective in file.open_objectives():
        terms = objective.document
        level, target = file.levels[terms["competence"] or terms["domain"]], int(terms["target_level"])
        status = "partly_achieved" if level >= target - 0.7 else "not_achieved"
        terms |= {"status": status, "status_on": file.day}
    for each in file.team:
        each["to"] = min(each.get("to", file.day), file.day)
    reviews.unplan(file)
    referral = file.referral.document
    if referral["decision"] == "waiting":
        refused = ending.reason in ("no_place", "not_eligible")
        referral |= {"decision": "refused" if refused else "withdrawn", "decided_on": file.day}
        referral["refusal_reason"] = ending.reason if refused else None


def _look_back(file: File, ending: Ending) -> None:
    """The last status within four weeks of leaving, and the question half a year later."""
    document = file.accompaniment.document
    if file.chance.happens(0.7 if document["programmes"][0]["programme"] != "esfplus_operation" else 0.95):
        followups.plan(file, "exit", 6, file.day)
    observed = file.chance.after(file.day, 0, 26)
    if observed <= file.today and file.chance.happens(0.96):
        _exit(file, ending, observed)


def _exit(file: File, ending: Ending, observed: date) -> None:
    chance, entry = file.chance, file.entry
    otherwise = "employed_ordinary" if ending.outcome in followups.JOBS else "inactive_unable"
    status = STATUS_AFTER.get(ending.outcome, otherwise)
    employed = status in ("employed_ordinary", "employed_social", "self_employed")
    contract = file.hires[-1].document["contract_type"] if file.hires else "fixed_6m_plus"
    better = "lifted" if employed or chance.happens(0.2) else "in_progress"
    gained = ending.outcome == "qualification_gained"
    file.desk.write(
        "status_observation",
        observed,
        accompaniment=file.accompaniment,
        stage="exit",
        observed_on=observed,
        labour_status=status,
        without_work_since=None if employed else file.day,
        education_level=entry["education_level"],
        in_education_or_training=status in ("inactive_training", "inactive_student"),
        qualification_gained={"isced": "ED3", "eqf": 3} if gained else NotGiven("not_applicable"),
        job_contract={"type": contract, "working_time": "full_time", "hours": 38} if employed else None,
        income_source="wage" if employed else entry["income_source"],
        housing=entry["housing"] if chance.happens(0.85) else "rented",
        participation_ladder="6" if status == "employed_ordinary" else chance.choice(["3", "4", "5"]),
        barriers=[
            {"code": barrier["code"], "state": better if chance.happens(0.55) else "present"}
            for barrier in entry["barriers"]
        ],
    )
