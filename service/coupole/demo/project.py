"""Steps 1 to 5: from the service that refers to the project the person signs.

Each function is called on a day the file is worked on, writes what is done that day and says what comes next.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from coupole.demo import people, reviews
from coupole.demo.desk import Made
from coupole.demo.file import Ending, File, Step
from coupole.demo.objectives import LIFE, WORK, aim_at, rounded
from coupole.standard.calendar import add_months


def refer(file: File) -> Step:
    """Step 1: a service refers; the agency takes up the file and decides within weeks."""
    if file.chance.happens(0.05):
        file.ending = file.chance.one_of(
            {
                Ending("job_seeking", "person_chose"): 3,
                Ending("unknown", "person_chose"): 2,
                Ending("job_seeking", "no_place"): 2,
                Ending("job_seeking", "not_eligible"): 1,
            }
        )
        return Step("not_started", file.chance.after(file.day, 8, 40))
    return Step("drafting", file.chance.after(file.day, 2, 16))


def draft(file: File) -> Step:
    """Step 2: the agency drafts the individual project and plans the evaluations with the service."""
    if file.fresh:
        file.referral.document |= {"decision": "accepted", "decided_on": file.day}
        return Step("drafting", file.chance.after(file.day, 5, 24))
    file.entry = people.at_entry(file.house, file.desk, file.person, file.accompaniment, file.day).document
    _aim(file)
    _plan(file, "social")
    reviews.evaluate(file, "initial", file.day, decision="continue")
    if file.chance.happens(0.05):
        file.ending = file.chance.one_of({Ending("job_seeking", "person_chose"): 3, Ending("inactive", "health"): 1})
        return Step(file.chance.choice(["not_started", "discontinued"]), file.chance.after(file.day, 3, 20))
    return Step("agreement", file.chance.after(file.day, 3, 12))


def agree(file: File) -> Step:
    """Steps 3 and 4: the agreement with the administration, then the team."""
    if file.fresh:
        if file.chance.happens(0.04):
            file.ending = Ending("job_seeking", file.chance.choice(["no_place", "funding_ended", "person_chose"]))
            return Step("not_started", file.chance.after(file.day, 10, 60))
        return Step("agreement", file.chance.after(file.day, 5, 22))
    signing = file.chance.after(file.day, 1, 8)
    file.accompaniment.document["agreement"] = _agreement(file, min(signing, file.today))
    file.team = _members(file)
    file.write("team", members=file.team)
    return Step("planned", signing)


def sign(file: File) -> Step:
    """Step 5: the project is agreed with the person, and signed."""
    _signatures(file)
    if file.person.participant.document["family_involved"]:
        file.plans[-1].document["signed_by"].append({"role": "family_member", "on": file.day})
    reviews.meet(file, "project_signing")
    if file.chance.happens(0.03):
        file.ending = Ending("dropped_out", "person_chose")
        return Step("discontinued", file.chance.after(file.day, 3, 20))
    starts = file.chance.after(file.day, 2, 15)
    return Step("preparation" if file.chance.happens(0.6) else _first_phase(file), starts)


def prepare(file: File) -> Step:
    """Orientation, information or training before the placement."""
    document = file.accompaniment.document
    if file.fresh:
        document.setdefault("started_on", file.day)
        return Step("preparation", file.chance.after(file.day, 14, 40))
    for kind in file.chance.sample_of(["orientation", "safety_training", "information_path", "basic_skills_course"], 2):
        hours = file.chance.choice([4, 7.5, 12, 16, 24])
        reviews.act(file, kind, begins=file.since or file.day, hours=hours)
    if file.chance.happens(0.04):
        file.ending = file.chance.one_of({Ending("dropped_out", "absence"): 2, Ending("inactive", "relapse"): 1})
        return Step("discontinued", file.chance.after(file.day, 1, 8))
    if file.chance.happens(0.04):
        reviews.suspend(file)
        return Step("suspended", file.chance.after(file.day, 1, 8))
    return Step(_first_phase(file), file.day)


def redraw(file: File, side: str) -> None:
    """A new version of the plan, signed by the person: objectives changed, or the work moves elsewhere."""
    _plan(file, side)
    _signatures(file)


def _first_phase(file: File) -> str:
    straight = file.pathway == "transition" and file.chance.happens(0.08)
    return "insertion_enterprise" if straight else "insertion_coop"


def _aim(file: File) -> None:
    """Two or three objectives at work that are needed for the enterprise, one or two in life that are not."""
    for competence in file.chance.sample(list(WORK), file.chance.randint(2, 3)):
        aim_at(file, WORK[competence], competence, required=True)
    for domain in file.chance.sample(LIFE, file.chance.randint(1, 2)):
        aim_at(file, domain, None, required=False)
    for competence in file.chance.sample(list(WORK), 2):
        file.levels.setdefault(competence, file.chance.uniform(1.5, 3.2))


def _signatures(file: File) -> None:
    signed_by = [{"role": "participant", "on": file.day}]
    signed_by += [{"role": "project_responsible", "actor": file.responsible, "on": file.day}]
    file.plans[-1].document |= {"signed_on": file.day, "signed_by": signed_by}


def _plan(file: File, side: str) -> None:
    member = file.house.member
    objectives = [made for made in file.objectives if made.document["status"] in ("open", "achieved")]
    plan = file.write(
        "plan",
        version=len(file.plans) + 1,
        replaces=file.plans[-1] if file.plans else None,
        drafted_on=file.day,
        capacities=[
            {"competence": name, "level": rounded(level)} for name, level in file.levels.items() if name in WORK
        ],
        operating_structure={"organisation": file.host.organisation, "side": side},
        objectives=objectives,
        evaluation_schedule={"every_months": member.every},
        meeting_every="P1M",
        planned_contributions=[
            {"type": each.type, "payer": each.payer, "amount_minor": each.amount, "currency": "EUR", "per": "month"}
            for each in member.payments
        ],
        planned_actions=[{"type": "on_the_job_training", "hours": file.chance.choice([20, 40, 60])}],
        expected_end_on=add_months(file.day, file.chance.choice([9, 12, 18, 24])),
    )
    file.plans.append(plan)
    file.accompaniment.document["current_plan"] = plan


def _agreement(file: File, day: date) -> Made:
    """The programme's agreement in force on ``day``; with an agency, often one for this person alone."""
    house = file.house
    programme = file.accompaniment.document["programmes"][0]["programme"]
    covering = house.covering(programme, day)
    if not house.member.hosts or file.chance.happens(0.5):
        return covering
    return file.desk.write(
        "agreement",
        file.day,
        type="individual",
        agency=house.agency,
        administration=covering.document["administration"],
        hosts=[file.host.organisation],
        signed_on=file.day,
        valid_from=file.day,
        valid_to=add_months(file.day, 24),
        covers={"accompaniments": [file.accompaniment]},
        evaluation_every_months=house.member.every,
    )


def _members(file: File) -> list[dict[str, Any]]:
    """Step 4: a responsible, the operator of the host, and who else is needed."""
    team = [{"actor": file.responsible, "role": "project_responsible", "from": file.day}]
    team.append({"actor": file.guide, "role": "host_operator", "from": file.day})
    if file.host.officer:
        team.append({"actor": file.host.officer, "role": "coop_insertion_officer", "from": file.day})
    for _partner, service, worker in file.house.services:
        if service.id == file.service.id:
            team.append({"actor": worker, "role": worker.document["roles"][0], "from": file.day})
    return team
