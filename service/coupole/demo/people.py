"""A person who is referred: who they are, and what is seen at entry and at exit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from coupole.demo.chance import Chance
from coupole.demo.desk import Desk, Made, NotGiven
from coupole.demo.house import House
from coupole.demo.names import names_of
from coupole.standard.calendar import add_months

EU = {"BE", "FR", "IT", "RO"}
AGES = {"young_neet": (18, 25), "minor_family_difficulty": (16, 17), "older_worker": (55, 62), "care_leaver": (18, 21)}
LABOUR = {
    "unemployed_registered": 62.0,
    "unemployed_unregistered": 12,
    "inactive_unable": 12,
    "inactive_other": 8,
    "inactive_care": 3,
    "employed_ordinary": 2,
    "unknown": 1,
}
WITHOUT_WORK = {"lt6m": (1, 5), "6_11m": (6, 11), "12_23m": (12, 23), "24m_plus": (24, 120)}
HOUSING = {
    "rented": 40.0,
    "social_housing": 22,
    "family_home": 16,
    "own_home": 8,
    "supported_housing": 5,
    "insecure": 4,
    "inadequate": 3,
    "unknown": 2,
}
SHELTERS = {"roofless_night_shelter": 2.0, "hostel_homeless": 4, "roofless_street": 1, "insecure": 3}
BARRIERS = {
    "health": 5.0,
    "mobility": 6,
    "qualification": 6,
    "experience": 4,
    "language": 3,
    "housing": 3,
    "debt": 4,
    "administrative": 3,
    "digital": 3,
    "isolation": 3,
    "childcare_family": 2,
    "literacy_numeracy": 2,
    "mental_health": 2,
    "addiction": 1,
    "judicial": 1,
    "discrimination": 1,
}
BARRIER_OF = {
    "drug_dependence": "addiction",
    "alcohol_dependence": "addiction",
    "gambling_or_other_addiction": "addiction",
    "mental_health": "mental_health",
    "prisoner_alternative_measure": "judicial",
    "ex_offender": "judicial",
    "homeless": "housing",
    "low_language": "language",
    "refugee_asylum": "language",
    "lone_parent": "childcare_family",
    "chronic_illness": "health",
}
DISABILITIES = {"physical_disability", "sensory_disability", "intellectual_disability", "mental_health"}


@dataclass(slots=True)
class Person:
    """A participant, and what the histories know beyond the documents.

    ``pace``: levels gained in a month of work; ``frailty``: monthly chance that something goes wrong.
    """

    participant: Made
    birth: date
    sex: str
    foreign: bool
    groups: list[str]
    pace: float
    frailty: float

    @property
    def primary(self) -> str:
        """The main reason why the person is accompanied."""
        return self.groups[0]


def arrive(house: House, desk: Desk, number: int, day: date) -> Person:
    """A person as first written down on ``day``."""
    member, chance = house.member, house.chance
    citizenship = chance.one_of(member.citizenships)
    sex = chance.one_of({"M": 58, "F": 40, "X": 1, "U": 1})
    women, men, families = names_of(citizenship, member.language)
    group = _group(house, citizenship)
    birth = _birth(chance, group, day)
    town = chance.one_of(member.towns)
    native = citizenship == member.country
    foreign = citizenship not in EU
    participant = desk.write(
        "participant",
        day,
        local_id=f"{day.year}-{number:04d}",
        family_name=chance.choice(families),
        given_name=chance.choice(women if sex == "F" else men),
        birth_date=_as_known(chance, birth, foreign=foreign),
        sex=sex,
        citizenships=[citizenship],
        country_of_birth=citizenship,
        parents_born_abroad=not native or chance.happens(0.12),
        minority=NotGiven("declined") if chance.happens(0.15) else chance.happens(0.06),
        residence={
            "country": town.country,
            "nuts3": town.nuts3,
            "municipality": town.code,
            "degurba": town.degurba,
        },
        household=_household(chance, group),
        languages=_languages(chance, member.language, citizenship, native=native),
        family_involved=chance.happens(0.35),
        consents=_consents(chance, day),
    )
    groups = [group, *(other for other in chance.several_of(member.target_groups, 2) if other not in (group, *AGES))]
    groups = groups[: chance.one_of({1: 4, 2: 4, 3: 2})]
    return Person(participant, birth, sex, foreign, groups, chance.uniform(0.0, 0.42), chance.uniform(0.0, 0.05))


def at_entry(house: House, desk: Desk, person: Person, accompaniment: Made, day: date) -> Made:
    """What is asked when the individual project is drawn up: the starting point of every later figure."""
    chance = house.chance
    status = _labour(chance, person)
    employed = status.startswith("employed")
    band = chance.one_of({"lt6m": 1, "6_11m": 2, "12_23m": 3, "24m_plus": 5, "never_worked": 1})
    if "very_long_unemployed" in person.groups:
        band = "24m_plus"
    without = None if employed else _without_work(chance, band, person, day)
    return desk.write(
        "status_observation",
        day,
        accompaniment=accompaniment,
        stage="entry",
        observed_on=day,
        labour_status=status,
        **({} if employed else without or {"without_work_band": band}),
        registered_job_seeker_since=add_months(day, -3) if status == "unemployed_registered" else None,
        education_level=chance.one_of(
            {"ED1": 8, "ED2": 38, "ED3": 34, "ED4": 6, "ED5": 3, "ED6": 5, "ED7": 2, "UNK": 4}
        ),
        job_contract={"type": "fixed_under_6m", "working_time": "part_time_under_half", "hours": 12}
        if employed
        else None,
        income_source="wage" if employed else chance.one_of(_incomes(person)),
        housing=chance.one_of(SHELTERS if "homeless" in person.groups else HOUSING),
        participation_ladder=chance.one_of({"2": 2, "3": 5, "4": 5, "5": 1}),
        target_groups=[{"code": code, "primary": code == person.primary} for code in person.groups],
        disability=_disability(house, person),
        barriers=[{"code": code, "state": "present"} for code in _barriers(chance, person)],
        evidence=[{"kind": "attestation", "held_on": day}] if chance.happens(0.8) else None,
    )


def after_a_year(desk: Desk, accompaniment: Made, entry: dict[str, Any], contract: str, day: date) -> None:
    """The yearly look: at work under which contract, and what became of the barriers."""
    paid = contract not in ("work_care_agreement", "internship_agreement")
    work: dict[str, Any] = {"labour_status": "inactive_training", "without_work_band": "12_23m"}
    if paid:
        terms = {"type": contract, "working_time": "part_time_half_plus", "hours": 28}
        work = {"labour_status": "employed_social", "job_contract": terms}
    states = ["present", "in_progress"]
    desk.write(
        "status_observation",
        day,
        accompaniment=accompaniment,
        stage="annual",
        observed_on=day,
        **work,
        income_source="wage" if paid else entry["income_source"],
        housing=entry["housing"],
        barriers=[{"code": each["code"], "state": desk.chance.choice(states)} for each in entry["barriers"]],
    )


def _labour(chance: Chance, person: Person) -> str:
    if person.primary == "prisoner_alternative_measure":
        return chance.one_of({"inactive_detained": 6, "unemployed_registered": 4})
    if person.primary == "minor_family_difficulty":
        return chance.one_of({"inactive_student": 4, "unemployed_registered": 6})
    return chance.one_of(LABOUR)


def _without_work(chance: Chance, band: str, person: Person, day: date) -> dict[str, Any] | None:
    """The day of the last work when it is known; it cannot lie before a first job at fifteen."""
    if band not in WITHOUT_WORK or chance.happens(0.25):
        return None
    fewest, most = WITHOUT_WORK[band]
    since = add_months(day, -chance.randint(fewest, most)) - timedelta(days=chance.randint(0, 27))
    return {"without_work_since": since} if since > add_months(person.birth, 15 * 12) else None


def _group(house: House, citizenship: str) -> str:
    native = {"migrant_origin", "refugee_asylum", "low_language"}
    weights = house.member.target_groups
    if citizenship in EU:
        weights = {group: weight for group, weight in weights.items() if group not in native}
    return house.chance.one_of(weights)


def _birth(chance: Chance, group: str, day: date) -> date:
    youngest, oldest = AGES.get(group, (18, 61))
    if group not in AGES:
        oldest = round(chance.triangular(youngest + 1, oldest, 36))
        youngest = oldest
    age = chance.randint(youngest, oldest)
    return add_months(day, -12 * age) - timedelta(days=chance.randint(20, 330))


def _as_known(chance: Chance, birth: date, *, foreign: bool) -> str:
    """Most know the day; some papers only give a year or a month."""
    known = chance.one_of({10: 85, 4: 12, 7: 3} if foreign else {10: 100, 7: 1})
    return birth.isoformat()[:known]


def _household(chance: Chance, group: str) -> str:
    if group in ("minor_family_difficulty", "young_neet"):
        return chance.one_of({"with_parents": 7, "alone": 3})
    if group == "lone_parent":
        return "lone_parent"
    shares = {"alone": 42, "couple_children": 18, "couple_no_children": 11, "lone_parent": 13, "with_parents": 9}
    return chance.one_of(shares | {"institution": 4, "unknown": 3})


def _languages(chance: Chance, language: str, citizenship: str, *, native: bool) -> list[dict[str, str]]:
    mothers = {
        "MA": "ar",
        "DZ": "ar",
        "SY": "ar",
        "RO": "ro",
        "AL": "sq",
        "RS": "sr",
        "UA": "uk",
        "AF": "fa",
        "BD": "bn",
    }
    mother = mothers.get(citizenship, {"FR": "fr", "IT": "it", "NG": "en"}.get(citizenship, "fr"))
    spoken = {
        "tag": language,
        "cefr": "C2" if native or mother == language else chance.choice(["A1", "A2", "B1", "B2"]),
    }
    return [spoken] if native or mother == language else [spoken, {"tag": mother, "cefr": "C2"}]


def _consents(chance: Chance, day: date) -> list[dict[str, Any]]:
    purposes = ["accompaniment", "statistics"]
    purposes += ["exchange"] if chance.happens(0.6) else []
    purposes += ["follow_up_contact"] if chance.happens(0.85) else []
    return [{"purpose": purpose, "granted_on": day} for purpose in purposes]


def _incomes(person: Person) -> dict[str, float]:
    if DISABILITIES & set(person.groups):
        return {"sickness_disability": 6, "unemployment_benefit": 2, "minimum_income": 2}
    return {"minimum_income": 5, "unemployment_benefit": 4, "family_support": 1, "none": 1, "unknown": 0.3}


def _disability(house: House, person: Person) -> dict[str, Any] | None:
    if not DISABILITIES & set(person.groups):
        return {"limits": False} if house.chance.happens(0.7) else None
    return {
        "limits": True,
        "recognitions": house.chance.sample_of(house.member.recognitions, house.chance.one_of({1: 3, 2: 1})),
        "support_intensity": house.chance.one_of({"low": 3, "medium": 5, "high": 2, "not_indicated": 1}),
    }


def _barriers(chance: Chance, person: Person) -> list[str]:
    known = [BARRIER_OF[group] for group in person.groups if group in BARRIER_OF]
    return list(dict.fromkeys([*known, *chance.several_of(BARRIERS, chance.randint(1, 3))]))
