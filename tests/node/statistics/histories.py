"""Random histories of a small node: people come, are placed, meet, leave, come back; the days are the awkward ones."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from coupole.standard.codes import code_list
from tests.factories import id_of, made

Document = dict[str, Any]

DAYS = (
    *("2023-12-31", "2024-01-01", "2024-01-31", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-30", "2024-03-31"),
    *("2024-04-30", "2024-05-31", "2024-06-01", "2024-06-30", "2024-07-31", "2024-08-30", "2024-08-31", "2024-09-01"),
    *("2024-09-30", "2024-10-15", "2024-10-31", "2024-11-01", "2024-11-30", "2024-12-30", "2024-12-31", "2025-01-01"),
    *("2025-01-31", "2025-02-27", "2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30", "2025-05-30"),
    *("2025-05-31", "2025-06-15", "2025-06-30", "2025-07-01", "2025-08-31", "2025-09-30", "2025-12-31", "2026-02-28"),
)
PERIODS = (
    "2024",
    "2024-02",
    "2024-03",
    "2024-Q1",
    "2024-09",
    "2024-11",
    "2024-Q4",
    "2025",
    "2025-02",
    "2025-05",
    "2025-Q2",
)
BIRTHS = ("1960-02-29", "1995", "1996-03", "2006-02-28", "2006-08-31", "1969-12-31", "1970-01", "2007", "2008-02-29")
LABOUR = (
    *("employed_ordinary", "self_employed", "employed_social", "unemployed_registered", "unemployed_unregistered"),
    *("inactive_student", "inactive_care", "inactive_care", "unknown"),
)
EDUCATION = ("ED1", "ED2", "ED3", "ED4", "ED6", "ED8", "ED9", "UNK")
PHASES = ("drafting", "planned", "preparation", "insertion_coop", "insertion_enterprise", "hired", "suspended")
CURRENCIES = ("EUR", "EUR", "EUR", "CHF")


class History:
    """Documents as chance makes them; ``chance`` is a source of random numbers."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.documents: list[Document] = []
        self.number = 0

    def put(self, entity: str, **fields: Any) -> str:
        """Add a document; a field that is ``...`` is left out."""
        self.number += 1
        document = made(entity, self.number, fields, {})
        self.documents.append({name: value for name, value in document.items() if value is not ...})
        return str(document["id"])

    def maybe(self, value: Any, share: float = 0.6) -> Any:
        """The value, or nothing."""
        return value if self.chance.random() < share else ...

    def code(self, name: str) -> str:
        """Some code of a list."""
        return self.chance.choice(code_list(name).ids)

    def some(self, values: Any, most: int) -> list[Any]:
        """A few different ones, at least one."""
        return self.chance.sample(list(values), self.chance.randint(1, most))

    def day(self, least: str = "") -> str:
        """An awkward day, on or after another."""
        return self.chance.choice([day for day in DAYS if day >= least] or [DAYS[-1]])


def history(chance: Random) -> list[Document]:
    """All documents of a small node."""
    made = History(chance)
    organisations = [organisation(made) for _ in range(2)]
    agreements = [agreement(made, organisations) for _ in range(2)]
    actors = [made.put("actor", display_name="A", organisation=organisations[0], roles=["job_coach"]) for _ in range(2)]
    for agency in organisations:
        for _ in range(chance.randint(0, 2)):
            coordination(made, agency, organisations, actors)
    for _ in range(chance.randint(0, 1)):
        action(made, ..., actors)
    for _ in range(chance.randint(1, 3)):
        person(made, organisations, agreements, actors)
    return made.documents


def organisation(made: History) -> str:
    capacity = []
    for _ in range(made.chance.randint(0, 2)):
        since = made.day()
        places = {"programme": "municipal", "places_heads": made.chance.randint(0, 12), "from": since}
        capacity.append(places | ({"to": made.day(since)} if made.chance.random() < 0.5 else {}))
    return made.put(
        "organisation",
        types=made.some(code_list("organisation_type").ids, 2),
        country=made.chance.choice(("BE", "IT", "CH")),
        capacity=capacity or ...,
        member_until=made.maybe(made.day(), 0.2),
    )


def agreement(made: History, organisations: list[str]) -> str:
    since = made.day()
    return made.put(
        "agreement",
        type=made.code("agreement_type"),
        agency=organisations[0],
        administration=organisations[1],
        signed_on=made.day(),
        valid_from=since,
        valid_to=made.maybe(made.day(since)),
        covers={"target_groups": ["other"], "programme": "municipal"},
    )


def coordination(made: History, agency: str, organisations: list[str], actors: list[str]) -> None:
    attendees = [
        {"organisation": one, "actor": actors[0], "present": made.chance.random() < 0.5} for one in organisations
    ]
    made.put("coordination_meeting", agency=agency, held_on=made.day(), attendees=attendees)


def said(granted_on: str, withdrawn_on: str | None = None, purpose: str = "statistics") -> Document:
    """One consent, as a record has it."""
    return {"purpose": purpose, "granted_on": granted_on} | ({"withdrawn_on": withdrawn_on} if withdrawn_on else {})


CONSENTS = (
    [said("2020-01-05", purpose="accompaniment")],
    [said("2020-01-05"), said("2020-01-05", "2021-03-01", purpose="exchange")],
    [said("2021-02-01"), said("2020-01-05", "2020-06-01")],
    [said("2020-01-05"), said("2021-02-01", "2021-02-02")],
)
"""Never asked, agreed, agreed again after taking it back, taken back."""


def person(made: History, organisations: list[str], agreements: list[str], actors: list[str]) -> None:
    chance = made.chance
    participant = made.put(
        "participant",
        birth_date=chance.choice((*BIRTHS, *BIRTHS, None)),
        sex=chance.choice(("F", "F", "M", "X", "U")),
        citizenships=chance.choice((["BE"], ["IT", "MA"], ["MA"], ["NO"], ["XA"], ["CH", "FR"], None)),
        residence=chance.choice(({"country": "BE", "nuts3": "BE241", "degurba": made.code("degurba")}, None)),
        parents_born_abroad=chance.choice((True, False, None)),
        minority=chance.choice((True, False, None)),
        consents=chance.choice(CONSENTS),
    )
    former = ...
    for _ in range(chance.randint(0, 2)):
        former = accompaniment(made, participant, former, organisations, agreements, actors)
    if chance.random() < 0.3:
        referral(made, participant, organisations)


def referral(made: History, participant: str, organisations: list[str]) -> str:
    since = made.day()
    decision = made.chance.choice(("accepted", "waiting", "refused", "withdrawn"))
    decided = made.day(since)
    return made.put(
        "referral",
        participant=participant,
        source_type=made.code("referral_source"),
        source_organisation=organisations[1],
        referred_on=since,
        decision=decision,
        decided_on=decided if decision != "waiting" else made.maybe(decided, 0.2),
        requested_pathway=made.maybe(made.code("pathway")),
    )


def phases(made: History, opened: str, closed: Any) -> list[Document]:
    rows, day = [], opened
    for phase in made.some(PHASES, 5):
        rows.append({"phase": phase, "from": day})
        day = made.day(day)
        if closed is not ... and day >= closed:
            break
        rows[-1]["to"] = day
    if closed is not ...:
        rows[-1]["to"] = max(closed, rows[-1]["from"])
        rows.append({"phase": made.chance.choice(("concluded", "discontinued")), "from": rows[-1]["to"]})
    elif made.chance.random() < 0.7:
        rows[-1].pop("to", None)
    return rows


def accompaniment(
    made: History, participant: str, former: Any, organisations: list[str], agreements: list[str], actors: list[str]
) -> str:
    chance = made.chance
    opened = made.day()
    started = made.maybe(made.day(opened), 0.85)
    hired = made.maybe(made.day(opened), 0.6)
    closed = made.maybe(made.day(opened), 0.6)
    history = phases(made, opened, closed)
    operations = [
        {"programme": chance.choice(("esfplus_operation", "esfplus_operation", "municipal")), "operation": one}
        for one in made.some(("OP-1", "OP-2", "OP-3"), 2)
    ]
    record = made.put(
        "accompaniment",
        participant=participant,
        agency=organisations[0],
        responsible=chance.choice(actors),
        pathway="transition" if chance.random() < 0.6 else made.code("pathway"),
        programmes=operations,
        referral=referral(made, participant, organisations) if chance.random() < 0.7 else ...,
        agreement=made.maybe(chance.choice(agreements)),
        opened_on=opened,
        started_on=started,
        hired_on=hired,
        closed_on=closed,
        phase="not_started" if chance.random() < 0.08 else history[-1]["phase"],
        phase_history=history,
        previous_accompaniment=former if chance.random() < 0.7 else ...,
    )
    for stage in ("entry", "entry", "exit", "exit", "exit", "update"):
        if chance.random() < 0.6:
            status(made, record, stage, closed if stage == "exit" else ...)
    hanging(made, record, organisations, actors, hired, closed)
    return record


def status(made: History, record: str, stage: str, closed: Any) -> None:
    chance = made.chance
    observed = made.day()
    if closed is not ...:
        observed = (date.fromisoformat(closed) + timedelta(chance.choice((-1, 0, 13, 28, 29)))).isoformat()
    groups = [
        {"code": code, "primary": place == 0} for place, code in enumerate(made.some(code_list("target_group").ids, 3))
    ]
    chance.shuffle(groups)
    made.put(
        "status_observation",
        accompaniment=record,
        stage=stage,
        observed_on=observed,
        labour_status=made.maybe(chance.choice(LABOUR), 0.9),
        without_work_since=chance.choice((..., None, "2023-01-31", "2023-02-28", "2024-02-29", "2024-08-31")),
        without_work_band=made.maybe(made.code("unemployment_duration")),
        education_level=made.maybe(chance.choice(EDUCATION), 0.9),
        in_education_or_training=chance.choice((True, False, None, ...)),
        qualification_gained=chance.choice(({"isced": "ED3"}, None, ...)),
        housing=made.maybe(made.code("housing")),
        participation_ladder=made.maybe(made.code("participation_ladder"), 0.8),
        target_groups=groups,
        disability=chance.choice(({"limits": True}, {"limits": False}, None, ...)),
        barriers=[
            {"code": code, "state": chance.choice(("present", "in_progress", "lifted"))}
            for code in made.some(("debt", "housing", "language", "health"), 4)
        ],
    )


def hanging(made: History, record: str, organisations: list[str], actors: list[str], hired: Any, closed: Any) -> None:
    chance = made.chance
    if closed is not ... and chance.random() < 0.85:
        verified = {"stable_condition": chance.random() < 0.7, "adequate_behaviour": chance.random() < 0.7}
        made.put(
            "closure",
            accompaniment=record,
            closed_on=closed,
            outcome=made.code("outcome"),
            reason=made.code("exit_reason"),
            verification=made.maybe(verified | {"verified_on": closed, "verified_by": actors[0]}),
            neutral=made.maybe(chance.random() < 0.3),
        )
    for _ in range(chance.randint(0, 3)):
        placement(made, record, organisations, hired)
    for _ in range(chance.randint(0, 5)):
        reference = chance.choice(("hire", "exit"))
        checked = made.maybe(made.day(), 0.8)
        given = chance.choice(("improved_job", made.code("followup_status")))
        answer = {"checked_on": checked, "status": ... if checked is ... else given}
        month = 6 if reference == "exit" else chance.choice((1, 2, 3, 3, 6, 6))
        made.put("follow_up", accompaniment=record, reference=reference, month=month, due_on=made.day(), **answer)
    for _ in range(chance.randint(0, 2)):
        action(made, record, actors)
    for _ in range(chance.randint(0, 2)):
        contribution(made, record)
    meetings(made, record, organisations, actors)


def placement(made: History, record: str, organisations: list[str], hired: Any) -> None:
    since = made.day()
    hire = hired is not ... and made.chance.random() < 0.5
    made.put(
        "placement",
        accompaniment=record,
        type=made.code("placement_type"),
        host=made.chance.choice(organisations),
        sector=made.maybe(made.code("sector")),
        contract_type=made.code("contract_type"),
        working_time=made.maybe(made.code("working_time")),
        hire=hire,
        **{"from": hired if hire and made.chance.random() < 0.7 else since, "to": made.maybe(made.day(since))},
    )


def action(made: History, record: Any, actors: list[str]) -> None:
    since = made.day()
    made.put(
        "action",
        accompaniment=record,
        audience="staff" if record is ... or made.chance.random() < 0.3 else "participant",
        actors=actors,
        type=made.code("action_type"),
        hours=made.chance.choice((0, 0.25, 1.1, 7.5, 12)),
        result=made.maybe(made.chance.choice(("completed", "certified", "dropped"))),
        **{"from": since, "to": made.day(since)},
    )


def contribution(made: History, record: str) -> None:
    state = made.chance.choice(("planned", "paid", "paid", "cancelled"))
    since = made.day()
    made.put(
        "contribution",
        accompaniment=record,
        type=made.code("contribution_type"),
        payer=made.code("contribution_payer"),
        payee_role="participant",
        period_from=since,
        period_to=made.day(since),
        paid_on=made.day() if state == "paid" else ...,
        amount_minor=made.chance.choice((0, 1, 45_000, 7_000_000_000)),
        currency=made.chance.choice(CURRENCIES),
        status=state,
    )


def meetings(made: History, record: str, organisations: list[str], actors: list[str]) -> None:
    chance = made.chance
    for _ in range(chance.randint(0, 3)):
        held = made.maybe(made.day(), 0.8)
        change = [{"objective": id_of("objective"), "change": "revised"}]
        kind = chance.choice(("team_monthly", "team_monthly", "host_visit"))
        changes = ... if held is ... else made.maybe(change, 0.4)
        made.put(
            "team_meeting",
            accompaniment=record,
            type=kind,
            planned_on=made.day(),
            held_on=held,
            objective_changes=changes,
        )
    for _ in range(chance.randint(0, 3)):
        ratings = [
            {"competence": chance.choice(("punctuality", "teamwork")), "level": made.code("evaluation_scale")}
            for _ in range(2)
        ]
        made.put(
            "evaluation",
            accompaniment=record,
            type=made.code("evaluation_type"),
            planned_on=made.day(),
            held_on=made.maybe(made.day(), 0.8),
            with_organisation=chance.choice((organisations[0], None, ...)),
            ratings=[one | {"rater_role": "job_coach"} for one in ratings],
        )
    for _ in range(chance.randint(0, 2)):
        made.put(
            "objective",
            accompaniment=record,
            domain=made.code("objective_domain"),
            status=made.code("objective_status"),
            status_on=made.day(),
        )
    for _ in range(chance.randint(0, 2)):
        members = [
            {"actor": actors[0], "role": role, "from": made.day()}
            | ({"to": made.day()} if chance.random() < 0.4 else {})
            for role in made.some(("project_responsible", "host_operator", "job_coach"), 3)
        ]
        made.put("team", accompaniment=record, members=members)
    for _ in range(chance.randint(0, 1)):
        signed = [{"role": role, "on": made.day()} for role in made.some(("participant", "family_member"), 2)]
        made.put("plan", accompaniment=record, drafted_on=made.day(), signed_by=made.maybe(signed))
