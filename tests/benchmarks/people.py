"""Five thousand plausible accompaniments: varied, seeded, valid; of one a file of forty documents."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from coupole.standard.calendar import add_months
from coupole.standard.codes import code_list
from tests import factories
from tests.factories import id_of

Document = dict[str, Any]
PHASES = ("drafting", "planned", "preparation", "insertion_coop")
GROUPS = code_list("target_group").ids
OUTCOMES = ("job_permanent", "job_fixed_under_6m", "social_enterprise_job", "job_seeking", "dropped_out")
ED = ("ED1", "ED2", "ED3", "ED4", "ED6")
LABOUR = ("unemployed_registered", "unemployed_unregistered", "inactive_care", "inactive_other")


def file(number: int, rich: bool = False) -> list[Document]:
    """Every document of one person; a ``rich`` file has forty, another some sixteen."""
    chance = Random(number)  # noqa: S311 - figures to count, not secrets
    opened = date(2023, 1, 1) + timedelta(chance.randrange(1000))
    started = opened + timedelta(chance.randrange(20, 90))
    hired = started + timedelta(chance.randrange(150, 400))
    closed = hired + timedelta(chance.randrange(95, 200))
    ends = chance.random() < 0.6
    days = [opened, opened + (started - opened) / 2, started, started + timedelta(14)]
    history = [{"phase": phase, "from": day.isoformat()} for phase, day in zip(PHASES, days, strict=True)]
    if ends:
        history += [{"phase": "hired", "from": hired.isoformat()}, {"phase": "concluded", "from": closed.isoformat()}]
    for one, after in pairwise(history):
        one["to"] = after["from"]
    dates = {"opened_on": opened.isoformat(), "started_on": started.isoformat()}
    if ends:
        dates |= {"hired_on": hired.isoformat(), "closed_on": closed.isoformat()}
    operations = [{"programme": "esfplus_operation", "operation": f"OP-{chance.randrange(3)}"}]
    if chance.random() < 0.2:
        operations.append({"programme": "municipal", "operation": "M-1"})
    birth = date(1960, 1, 1) + timedelta(chance.randrange(16_000))
    made = [
        factories.participant(number, sex=chance.choice("FFMMXU"), birth_date=birth.isoformat()),
        factories.referral(number, referred_on=(opened - timedelta(chance.randrange(1, 60))).isoformat()),
        factories.accompaniment(
            number, phase=history[-1]["phase"], phase_history=history, programmes=operations, **dates
        ),
    ]
    return made + hanging(number, chance, started, hired, closed if ends else None, rich)


def hanging(number: int, chance: Random, started: date, hired: date, closed: date | None, rich: bool) -> list[Document]:
    acc = {"accompaniment": id_of("accompaniment", number)}
    entry = {"observed_on": (started - timedelta(1)).isoformat(), "labour_status": chance.choice(LABOUR)}
    groups = [{"code": chance.choice(GROUPS), "primary": True}]
    at = number * 100
    made = [
        factories.status_observation(at, **acc, **entry, education_level=chance.choice(ED), target_groups=groups),
        factories.team(at, **acc),
        factories.plan(at, **acc),
        factories.placement(at, **acc, **{"from": (started + timedelta(14)).isoformat()}),
    ]
    for month in range(10 if rich else 2):
        made.append(factories.team_meeting(at + month, **acc, held_on=add_months(started, month + 1).isoformat()))
    for place in range(5 if rich else 2):
        planned = add_months(started, 3 * (place + 1))
        ratings = [
            {"competence": code, "level": str(chance.randint(1, 5)), "rater_role": "job_coach"}
            for code in ("punctuality", "teamwork", "productivity", "independence")
        ]
        held = (planned + timedelta(chance.randrange(20))).isoformat()
        made.append(
            factories.evaluation(at + place, **acc, planned_on=planned.isoformat(), held_on=held, ratings=ratings)
        )
    for place in range(7 if rich else 2):
        state = chance.choice(("achieved", "partly_achieved", "open"))
        day = add_months(started, 4 + place).isoformat()
        made.append(factories.objective(at + place, **acc, status=state, status_on=day))
    for place in range(3 if rich else 1):
        day = add_months(started, place + 1).isoformat()
        amount = chance.randrange(10_000, 90_000)
        made.append(factories.contribution(at + place, **acc, paid_on=day, amount_minor=amount))
    for place in range(3 if rich else 1):
        made.append(factories.action(at + place, **acc))
    if closed:
        leaving = {"observed_on": (closed + timedelta(9)).isoformat(), "labour_status": "employed_ordinary"}
        leaving |= {"in_education_or_training": False, "qualification_gained": None}
        leaving |= {"missing": {"qualification_gained": "not_known"}}
        leaving |= {"job_contract": {"type": "permanent", "working_time": "full_time"}}
        made.append(factories.status_observation(at + 1, **acc, stage="exit", **leaving))
        made.append(factories.closure(at, **acc, closed_on=closed.isoformat(), outcome=chance.choice(OUTCOMES)))
        for month in (1, 2, 3) if rich else (3,):
            checked = add_months(hired, month).isoformat()
            made.append(
                factories.follow_up(
                    at + month, **acc, month=month, checked_on=checked, due_on=checked, status="same_job"
                )
            )
    return made
