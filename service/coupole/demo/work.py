"""Steps 5 to 7: the months in the co-operative or workshop, and those in an enterprise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from coupole.demo import objectives, people, project, reviews, turns
from coupole.demo.desk import Made
from coupole.demo.file import File, Step
from coupole.demo.house import Site
from coupole.demo.members import Payment
from coupole.standard.calendar import add_months, last_day

OCCUPATIONS = {
    "manufacturing": "8",
    "agriculture": "6",
    "cleaning_support": "9",
    "hospitality": "5",
    "trade_reuse": "5",
    "transport_logistics": "9",
    "construction": "7",
}
PAYEES = {
    "participant_allowance": "participant",
    "training_bonus": "participant",
    "travel_costs": "participant",
    "meal_childcare_costs": "participant",
    "agency_fee": "agency",
}


def work(file: File) -> Step:
    """A month of work: the team meets, the service evaluates when that is due, what was agreed is paid."""
    if file.fresh:
        _start(file)
        return Step(file.phase, file.meeting_day())
    _learn(file)
    _meet(file)
    if add_months(file.accompaniment.document["started_on"], 12) <= file.day and not file.looked_back:
        file.looked_back = True
        people.after_a_year(file.desk, file.accompaniment, file.entry, file.house.member.contract, file.day)
    _evaluate(file)
    for payment in file.house.member.payments:
        _pay(file, payment)
    if file.chance.happens(0.16):
        kind = file.chance.one_of(reviews.ACTIONS)
        reviews.act(file, kind, begins=file.day - timedelta(days=12), hours=file.chance.choice([4, 8, 16, 21.5, 40]))
    return turns.next_step(file) or Step(file.phase, file.meeting_day())


def place(file: File, site: Site, kind: str, contract: str, *, hire: bool) -> None:
    """A placement starts; the one before ends the same day."""
    leave_placement(file, "hired_elsewhere" if hire else "objectives_met")
    hours = file.chance.choice(file.house.member.hours)
    if site not in file.house.hosts:
        hours = file.chance.choice([20, 30, 38])
    file.placements.append(
        file.write(
            "placement",
            type=kind,
            host=site.organisation,
            sector=site.partner.sector,
            occupation_group=OCCUPATIONS.get(site.partner.sector or "", "9"),
            contract_type=contract,
            working_time=_working_time(hours),
            weekly_hours=hours,
            from_=file.day,
            hire=hire,
            tutor=site.guides[0] if site not in file.house.hosts else file.guide,
            agreement=file.agreement(),
        )
    )


def leave_placement(file: File, reason: str, day: date | None = None) -> None:
    """The present placement ends, when there is one."""
    if file.placements and "to" not in file.placements[-1].document:
        file.placements[-1].document |= {"to": day or file.day, "end_reason": reason}


def guided_by(file: File, site: Site) -> None:
    """The team follows the person: operator and insertion officer of the host, or the tutor of the enterprise."""
    if site in file.house.hosts:
        _hand_over(file, ("host_operator", "enterprise_tutor"), {"host_operator": file.guide})
        _hand_over(file, ("coop_insertion_officer",), {"coop_insertion_officer": site.officer or file.guide})
    else:
        tutor = site.guides[0]
        _hand_over(file, ("host_operator", "enterprise_tutor"), {"host_operator": tutor, "enterprise_tutor": tutor})


def _hand_over(file: File, roles: tuple[str, ...], successors: dict[str, Made]) -> None:
    """Those who had one of the roles leave the team on the day that the successors come, unless they are the same."""
    present = [each for each in file.team if each["role"] in roles and "to" not in each]
    if {each["role"]: each["actor"].id for each in present} == {role: made.id for role, made in successors.items()}:
        return
    for each in present:
        each["to"] = file.day
    file.team += [{"actor": made, "role": role, "from": file.day} for role, made in successors.items()]


def _start(file: File) -> None:
    member = file.house.member
    file.accompaniment.document.setdefault("started_on", file.day)
    if file.phase == "insertion_coop":
        place(file, file.host, _kind_at_host(file), member.contract, hire=False)
        guided_by(file, file.host)
    else:
        site = file.chance.choice(file.house.enterprises)
        kind = file.chance.one_of({"enterprise_internship": 5, "trial_placement": 3, "enterprise_job": 1})
        contract = "fixed_under_6m" if kind == "enterprise_job" else "internship_agreement"
        place(file, site, kind, contract, hire=False)
        guided_by(file, site)
        project.redraw(file, "ordinary")
    if file.due is None:
        reviews.plan_next(file)


def _kind_at_host(file: File) -> str:
    if file.pathway == "training":
        return file.chance.one_of({"coop_internship": 3, file.house.member.placement: 1})
    return file.chance.one_of({file.house.member.placement: 20, "coop_internship": 1})


def _learn(file: File) -> None:
    for name in file.levels:
        gain = file.chance.gauss(file.person.pace, 0.25)
        file.levels[name] = min(5.0, max(1.0, file.levels[name] + max(-0.4, gain)))


def _meet(file: File) -> None:
    if not file.chance.happens(file.house.member.diligence):
        if file.chance.happens(0.7):
            reviews.miss(file)
        return
    changes = objectives.progress(file)
    meeting = reviews.meet(file, "team_monthly", changes)
    for change in changes:
        if change["change"] in ("revised", "dropped", "achieved"):
            change["objective"].document["decided_in"] = meeting
    if any(change["change"] == "added" for change in changes):
        project.redraw(file, "social" if file.phase == "insertion_coop" else "ordinary")


def _evaluate(file: File) -> None:
    """Hold the evaluation that is due; now and then it slips to the next month or is forgotten."""
    if file.due is None or file.due.document["planned_on"] > file.day:
        return
    if file.chance.happens(file.house.member.diligence):
        reviews.evaluate(file, "periodic", file.day, _decision(file))
        reviews.plan_next(file)
        if file.chance.happens(0.2):
            reviews.evaluate(file, "self", file.day, "continue").document["ratings"] = _own_view(file)
    elif file.chance.happens(0.3):
        reviews.plan_next(file)


def _decision(file: File) -> str:
    if file.phase == "insertion_coop" and len(file.house.hosts) > 1 and file.chance.happens(0.06):
        others = [site for site in file.house.hosts if site is not file.host]
        file.host = file.chance.choice(others)
        file.guide = file.chance.choice(file.host.guides)
        place(file, file.host, file.house.member.placement, file.house.member.contract, hire=False)
        guided_by(file, file.host)
        return "change_host"
    return file.chance.one_of({"continue": 8, "revise_objectives": 1, "extend": 1})


def _own_view(file: File) -> list[dict[str, Any]]:
    rated = [name for name in file.levels if name in objectives.WORK]
    return [
        {"competence": name, "level": objectives.rounded(file.levels[name] + 0.4), "rater_role": "participant"}
        for name in rated
    ]


def _pay(file: File, payment: Payment) -> None:
    """The contribution for the month before: by the days of work in it."""
    first = add_months(file.day, -1).replace(day=1)
    begins = max(first, file.placements[0].document["from"])
    ends = last_day(first)
    if begins > ends:
        return
    amount = payment.amount * ((ends - begins).days + 1) // ends.day
    paid_on = file.chance.after(file.day, 0, 14)
    status = "cancelled" if file.chance.happens(0.03) else "paid" if paid_on <= file.today else "planned"
    file.write(
        "contribution",
        type=payment.type,
        payer=payment.payer,
        payee_role=PAYEES.get(payment.type, "host"),
        agreement=file.agreement(),
        period_from=begins,
        period_to=ends,
        paid_on=paid_on if status == "paid" else None,
        amount_minor=amount,
        currency="EUR",
        status=status,
    )


def _working_time(hours: int) -> str:
    return "full_time" if hours >= 35 else "part_time_half_plus" if hours >= 19 else "part_time_under_half"
