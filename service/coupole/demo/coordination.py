"""The last paragraph of the method: insertion officers meet every month and plan the training of the staff."""

from __future__ import annotations

from datetime import date

from coupole.demo.chance import working
from coupole.demo.desk import Desk, Made
from coupole.demo.file import File
from coupole.demo.house import House
from coupole.demo.words import TOPICS
from coupole.standard.calendar import add_months


def coordinate(house: House, files: list[File]) -> Desk:
    """The coordination meetings of a member until today, and the staff training they planned."""
    desk = Desk(house.member.node, house.chance)
    month = house.start.replace(day=1)
    while (day := working(month.replace(day=4))) <= house.today:
        if day >= house.start and house.chance.happens(house.member.diligence):
            _meet(house, desk, files, day)
        month = add_months(month, 1)
    return desk


def _meet(house: House, desk: Desk, files: list[File], day: date) -> None:
    chance = house.chance
    officers = [site.officer for site in house.hosts if site.officer]
    reviewed = [file.accompaniment for file in files if _open(file, day)]
    attending = [*officers, *chance.sample_of(house.responsibles, 2)]
    desk.write(
        "coordination_meeting",
        day,
        agency=house.agency,
        held_on=day,
        attendees=[
            {"organisation": officer.document["organisation"], "actor": officer, "present": chance.happens(0.88)}
            for officer in attending
        ],
        accompaniments_reviewed=chance.sample_of(reviewed, 8) or None,
        topics=chance.sample_of(TOPICS[house.member.language], 2),
        training_planned=_train(house, desk, [*officers, *house.hosts[0].guides], day),
    )


def _train(house: House, desk: Desk, staff: list[Made], day: date) -> list[Made] | None:
    """A day of training for some, in the weeks after; only once it has been given."""
    begins = house.chance.after(day, 14, 40)
    if begins > house.today or not house.chance.happens(0.35):
        return None
    training = desk.write(
        "action",
        begins,
        audience="staff",
        actors=house.chance.sample_of(staff, 3),
        type="staff_training",
        provider=house.agency,
        from_=begins,
        to=begins,
        hours=house.chance.choice([3.5, 7, 7, 14]),
        isced_field="0923",
        result="completed",
    )
    return [training]


def _open(file: File, day: date) -> bool:
    document = file.accompaniment.document
    return bool(document["opened_on"] <= day < document.get("closed_on", date.max))
