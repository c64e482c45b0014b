"""What a month of work leads to: on as before, to an enterprise, to a job, to a pause, to the end."""

from __future__ import annotations

from coupole.demo import reviews
from coupole.demo.file import Ending, File, Step

TERMS: dict[str, tuple[int, float, dict[str, float]]] = {
    # pathway: months before it can end by itself, monthly chance that it does, outcomes
    "sheltered_long_term": (12, 0.05, {"social_enterprise_job": 1.0}),
    "work_care": (8, 0.04, {"work_care": 5, "other_insertion": 2, "pension_or_benefit_settled": 2}),
    "observation": (3, 0.5, {"other_insertion": 4, "job_seeking": 3, "qualifying_training": 2, "work_care": 1}),
    "training": (6, 0.3, {"qualification_gained": 4, "qualifying_training": 3, "school": 1}),
}
LEAVING = {
    Ending("dropped_out", "person_chose"): 12.0,
    Ending("dropped_out", "absence"): 12,
    Ending("job_seeking", "conduct"): 6,
    Ending("inactive", "health"): 10,
    Ending("neutral_exit", "health", True): 4,
    Ending("inactive", "relapse"): 6,
    Ending("neutral_exit", "justice", True): 3,
    Ending("inactive", "family"): 6,
    Ending("neutral_exit", "moved", True): 3,
    Ending("neutral_exit", "death", True): 0.5,
    Ending("job_fixed_under_6m", "hired_elsewhere"): 9,
    Ending("job_fixed_6m_plus", "hired_elsewhere"): 6,
    Ending("job_permanent", "hired_elsewhere"): 3,
    Ending("public_job", "hired_elsewhere"): 1,
    Ending("self_employment", "hired_elsewhere"): 2,
    Ending("subsidised_job", "hired_elsewhere"): 3,
    Ending("job_seeking", "contract_ended"): 10,
    Ending("unknown", "contract_ended"): 3,
    Ending("job_seeking", "funding_ended"): 3,
    Ending("other_insertion", "host_stopped"): 3,
    Ending("work_care", "reoriented"): 3,
    Ending("qualifying_training", "reoriented"): 5,
    Ending("pension_or_benefit_settled", "reoriented"): 2,
}


def next_step(file: File) -> Step | None:
    """What the month leads to; nothing when the work goes on."""
    chance = file.chance
    steady = 0.4 if file.pathway in ("sheltered_long_term", "work_care") else 1
    if chance.happens(steady * (0.01 + file.person.frailty)):
        file.ending = chance.one_of(LEAVING)
        return Step("discontinued", chance.after(file.day, 1, 9))
    if chance.happens(0.015):
        reviews.suspend(file)
        return Step("suspended", chance.after(file.day, 1, 9))
    if file.phase == "insertion_enterprise":
        return _from_enterprise(file)
    if file.pathway in TERMS:
        months, share, outcomes = TERMS[file.pathway]
        if file.months_in_phase() >= months and chance.happens(share):
            file.ending = Ending(chance.one_of(outcomes), "objectives_met" if chance.happens(0.7) else "contract_ended")
            return Step("concluded", chance.after(file.day, 2, 12))
        return None
    if file.pathway == "activation" and file.months_in_phase() >= 9 and chance.happens(0.12):
        file.ending = Ending(chance.choice(["work_care", "job_seeking", "other_insertion"]), "reoriented")
        return Step("discontinued", chance.after(file.day, 2, 12))
    return _towards_enterprise(file)


def _towards_enterprise(file: File) -> Step | None:
    """Step 7: the co-operative phase ends when all objectives needed for the enterprise are achieved."""
    if file.months_in_phase() < 2 or not file.ready() or not file.chance.happens(0.45):
        return None
    file.decided_in = reviews.evaluate(file, "end_of_coop_phase", file.day, "move_to_enterprise")
    return Step("hired" if file.chance.happens(0.15) else "insertion_enterprise", file.chance.after(file.day, 3, 18))


def _from_enterprise(file: File) -> Step | None:
    if file.months_in_phase() >= 2 and file.chance.happens(file.house.member.openings):
        return Step("hired", file.chance.after(file.day, 2, 16))
    return Step("insertion_coop", file.chance.after(file.day, 2, 12)) if file.chance.happens(0.03) else None
