"""A member's house: its organisations, its staff, the agreements it has with administrations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from coupole.demo.chance import Chance
from coupole.demo.desk import Desk, Made
from coupole.demo.members import UMBRELLA, Member, Partner, Town
from coupole.demo.names import names_of
from coupole.standard.calendar import add_months

SCHEMES = {"BE": ("0208", "0999{:06d}"), "FR": ("0009", "999999999{:05d}"), "IT": ("0211", "IT999999{:05d}")}
"""ISO 6523 scheme of organisation numbers in each country, and numbers nobody has."""
AGREEMENTS = {
    "regional_recognition": "recognition",
    "municipal": "framework",
    "health": "framework",
    "justice": "placement_convention",
    "esfplus_operation": "mandate",
    "own_resources": "public_procurement",
    "other": "public_procurement",
}
HEALTH = {"mental_health_service", "addiction_service", "therapeutic_community", "hospital_or_gp"}


@dataclass(slots=True)
class Site:
    """A place where people work: its organisation and those who guide them there."""

    partner: Partner
    organisation: Made
    guides: list[Made]
    officer: Made | None = None


@dataclass(slots=True)
class House:
    """What is there before the first person comes in. ``start`` to ``today`` is the time the histories tell of."""

    member: Member
    desk: Desk
    start: date
    today: date
    agency: Made
    hosts: list[Site] = field(default_factory=list)
    enterprises: list[Site] = field(default_factory=list)
    services: list[tuple[Partner, Made, Made]] = field(default_factory=list)
    administrations: list[Made] = field(default_factory=list)
    responsibles: list[Made] = field(default_factory=list)
    trainer: Made | None = None
    agreements: list[Made] = field(default_factory=list)

    @property
    def chance(self) -> Chance:
        """The one source of chance of this member."""
        return self.desk.chance

    def covering(self, programme: str, day: date) -> Made:
        """The newest agreement of a programme that is in force on ``day``."""
        for agreement in reversed(self.agreements):
            terms = agreement.document
            if terms["covers"].get("programme") == programme and terms["valid_from"] <= day < terms["valid_to"]:
                return agreement
        raise LookupError(programme)


def build(member: Member, chance: Chance, start: date, today: date) -> House:
    """The house of a member as it stands on ``start``, its agreements renewed until ``today``."""
    desk = Desk(member.node, chance)
    umbrella = _organisation(desk, UMBRELLA, start)
    house = House(member, desk, start, today, _agency(member, desk, umbrella, start))
    own = Partner(member.name, member.type, member.town, member.sector)
    house.hosts = [_site(house, partner) for partner in member.hosts or (own,)]
    house.enterprises = [_site(house, partner) for partner in member.enterprises]
    for partner in member.services:
        service = _organisation(desk, partner, start)
        role = "health_professional" if partner.source in HEALTH else "social_worker"
        house.services.append((partner, service, _actor(house, service, [role])))
    house.administrations = [_organisation(desk, partner, start) for partner in member.administrations]
    for administration in house.administrations:
        _actor(house, administration, ["administration_contact"])
    house.responsibles = [
        _actor(house, house.agency, ["project_responsible", "job_coach"])
        for _ in range(max(2, member.accompaniments // 26))
    ]
    house.trainer = _actor(house, house.agency, ["trainer"])
    _furnish(house)
    for number, programme in enumerate(member.programmes):
        _agree(house, programme, house.administrations[number % len(house.administrations)])
    return house


def _agency(member: Member, desk: Desk, umbrella: Made, start: date) -> Made:
    own = Partner(member.name, member.type, member.town, member.sector)
    joined = add_months(start, -desk.chance.randint(12, 120))
    agency = _organisation(desk, own, start)
    agency.document |= {"alternate_names": dict(member.names), "street": member.street}
    agency.document |= {"member_of": umbrella, "member_since": joined}
    return agency


def _organisation(desk: Desk, partner: Partner, day: date) -> Made:
    scheme, pattern = SCHEMES[partner.town.country]
    number = 1 + sum(made.entity == "organisation" for made in desk.made)
    return desk.write(
        "organisation",
        day,
        name=partner.name,
        types=[partner.type],
        identifiers=[{"scheme": scheme, "value": pattern.format(number)}],
        sectors=[partner.sector] if partner.sector else None,
        **_place(partner.town),
    )


def _place(town: Town) -> dict[str, str]:
    return {"country": town.country, "nuts3": town.nuts3, "municipality": town.code, "postcode": town.postcode}


def _site(house: House, partner: Partner) -> Site:
    """A host with its operators and insertion officer, or an enterprise with its tutor."""
    if partner.type in ("ordinary_enterprise", "public_administration"):
        organisation = _organisation(house.desk, partner, house.start)
        return Site(partner, organisation, [_actor(house, organisation, ["enterprise_tutor", "host_operator"])])
    own = partner.name == house.member.name
    organisation = house.agency if own else _organisation(house.desk, partner, house.start)
    guides = [_actor(house, organisation, ["host_operator"]) for _ in range(4 if own else 2)]
    officer = _actor(house, organisation, ["coop_insertion_officer"])
    officer.document["trained_on"] = house.chance.after(house.start, -900, -30)
    return Site(partner, organisation, guides, officer)


def _actor(house: House, organisation: Made, roles: list[str]) -> Made:
    women, men, families = names_of(house.member.country, house.member.language)
    name = f"{house.chance.choice(women + men)} {house.chance.choice(families)}"
    since = house.chance.after(house.start, -1500, -60)
    return house.desk.write(
        "actor", since, display_name=name, organisation=organisation, roles=roles, active_from=since
    )


def _furnish(house: House) -> None:
    """Say what the agency coordinates, and how many places each host has under which programme."""
    if house.member.hosts:
        house.agency.document["coordinates_for"] = [site.organisation for site in house.hosts]
    programme = max(house.member.programmes, key=lambda name: house.member.programmes[name])
    heads = max(6, round(house.member.accompaniments * house.member.room / len(house.hosts)))
    hours = sum(house.member.hours) / len(house.member.hours)
    for site in house.hosts:
        places = {"places_heads": heads, "places_fte": round(heads * hours / 38, 1)}
        site.organisation.document["capacity"] = [{"programme": programme, **places, "from": house.start}]


def _agree(house: House, programme: str, administration: Made) -> None:
    """The agreements of one programme: a new one every two years, some months before the former runs out."""
    begins = add_months(house.start, -house.chance.randint(1, 20)).replace(day=1)
    while begins <= house.today:
        signed = house.chance.after(begins, -45, -5)
        house.agreements.append(
            house.desk.write(
                "agreement",
                signed,
                type=AGREEMENTS[programme],
                agency=house.agency,
                administration=administration,
                hosts=[site.organisation for site in house.hosts],
                signed_on=min(signed, begins - timedelta(days=1)),
                valid_from=begins,
                valid_to=add_months(begins, 28),
                covers={"target_groups": list(house.member.target_groups), "programme": programme},
                places_funded=house.chance.randint(4, 30),
                evaluation_every_months=house.member.every,
                reference=f"{house.member.country}/{begins.year}/{house.chance.randint(100, 999)}",
            )
        )
        begins = add_months(begins, 24)
