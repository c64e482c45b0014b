"""Everything a member has written in three years, as documents ready to be given to its node.

    for member in MEMBERS:
        documents = history(member, seed=1, today=date(2026, 11, 30))

The same seed and day give the same documents, identifiers included.
"""

from __future__ import annotations

from datetime import date, timedelta

from coupole.demo.chance import Chance, working
from coupole.demo.coordination import coordinate
from coupole.demo.desk import Desk, Made
from coupole.demo.file import File
from coupole.demo.house import House, build
from coupole.demo.members import Member
from coupole.demo.people import Person, arrive
from coupole.demo.walk import walk
from coupole.standard.calendar import add_months

YEARS = 3


def history(member: Member, seed: int, today: date) -> list[Made]:
    """All documents of one member up to ``today``, what is named before what names it."""
    chance = Chance(f"{seed}:{member.node}")
    house = build(member, chance, add_months(today, -12 * YEARS), today)
    files: list[File] = []
    loose = Desk(member.node, chance)
    for number, day in enumerate(_arrivals(house), start=1):
        if chance.happens(0.24):
            _only_referred(house, loose, number, day)
    for number, day in enumerate(_arrivals(house, member.accompaniments), start=1):
        files.append(_accompany(house, files, number, day))
    meetings = coordinate(house, files)
    desks = [house.desk, loose, *(file.desk for file in files), meetings]
    return [made.finished() for desk in desks for made in desk.made]


def _arrivals(house: House, count: int | None = None) -> list[date]:
    """The days of the referrals: a fifth in the first three months (those who were there already), few in August."""
    days: list[date] = []
    length = (house.today - house.start).days
    while len(days) < (count or house.member.accompaniments):
        reach = 90 if house.chance.happens(0.2) else length
        day = working(house.start + timedelta(days=house.chance.randrange(reach)))
        if day <= house.today and (day.month != 8 or house.chance.happens(0.4)):
            days.append(day)
    return sorted(days)


def _only_referred(house: House, desk: Desk, number: int, day: date) -> None:
    """Somebody who was referred and for whom no file was opened: waiting, refused or withdrawn."""
    chance = house.chance
    person = arrive(house, desk, 5000 + number, day)
    referral, _service = _refer(house, desk, person, day)
    decided = chance.after(day, 5, 60)
    if decided > house.today or (day > house.today - timedelta(days=200) and chance.happens(0.75)):
        return
    referral.document |= {"decision": chance.choice(["refused", "refused", "withdrawn"]), "decided_on": decided}
    if referral.document["decision"] == "refused":
        reasons = {"no_place": 5, "not_eligible": 3, "reoriented": 2, "health": 1}
        referral.document["refusal_reason"] = chance.one_of(reasons)


def _refer(house: House, desk: Desk, person: Person, day: date) -> tuple[Made, Made]:
    """Step 1: the referral by a service that follows the person; the referral and the service."""
    partner, service, worker = house.chance.choice(house.services)
    followed = house.chance.happens(0.8)
    referral = desk.write(
        "referral",
        day,
        participant=person.participant,
        source_type=partner.source,
        source_organisation=service,
        source_actor=worker if house.chance.happens(0.7) else None,
        referred_on=day,
        followed_since=day - timedelta(days=house.chance.randint(30, 1500)) if followed else None,
        requested_pathway=house.chance.one_of(house.member.pathways),
        decision="waiting",
    )
    return referral, service


def _accompany(house: House, files: list[File], number: int, day: date) -> File:
    """One accompaniment, from the referral on ``day`` to its end or to today."""
    chance = house.chance
    desk = Desk(house.member.node, chance)
    former = _comes_back(house, files, day)
    person = former.person if former else arrive(house, desk, number, day)
    referral, service = _refer(house, desk, person, day)
    opened = min(chance.after(day, 0, 8), house.today)
    host = chance.choice(house.hosts)
    responsible = chance.choice(house.responsibles)
    pathway = referral.document["requested_pathway"]
    accompaniment = desk.write(
        "accompaniment",
        opened,
        participant=person.participant,
        agency=house.agency,
        responsible=responsible,
        pathway=pathway,
        programmes=_programmes(house),
        referral=referral,
        opened_on=opened,
        previous_accompaniment=former.accompaniment if former else None,
    )
    guide = chance.choice(host.guides)
    file = File(house, desk, person, service, referral, accompaniment, pathway, opened, host, responsible, guide)
    walk(file)
    return file


def _comes_back(house: House, files: list[File], day: date) -> File | None:
    """Somebody whose first accompaniment ended a while ago, now and then."""
    if not house.chance.happens(0.06):
        return None
    taken = {file.accompaniment.document["previous_accompaniment"].id for file in files if _former(file)}
    left = [
        file for file in files if _left_before(file, day - timedelta(days=60)) and file.accompaniment.id not in taken
    ]
    return house.chance.choice(left) if left else None


def _former(file: File) -> bool:
    return bool(file.accompaniment.document["previous_accompaniment"])


def _left_before(file: File, day: date) -> bool:
    closed = file.accompaniment.document.get("closed_on")
    gone = file.ending is not None and file.ending.reason == "death"
    return bool(closed and closed < day and file.accompaniment.document.get("started_on") and not gone)


def _programmes(house: House) -> list[dict[str, str | None]]:
    """Who pays: one programme, now and then an ESF+ operation beside it."""
    member, chance = house.member, house.chance
    first = chance.one_of(member.programmes)
    both = [first]
    if first != "esfplus_operation" and "esfplus_operation" in member.programmes and chance.happens(0.1):
        both.append("esfplus_operation")
    return [{"programme": name, "operation": _operation(house, name)} for name in both]


def _operation(house: House, programme: str) -> str:
    if programme == "esfplus_operation" or "esfplus_operation" not in house.member.programmes:
        return house.member.operation
    return f"{house.member.country}-{programme.upper().replace('_', '-')}"
