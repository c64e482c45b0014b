"""Follow-ups: planned when somebody is hired or leaves, checked when they fall due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from coupole.demo.file import Ending, File
from coupole.standard.calendar import add_months

EMPLOYED = {"same_job", "other_job", "same_employer_other_job", "self_employed", "improved_job"}
LOST = {"seeking": 5.0, "inactive": 1, "training": 1}
JOBS = {"job_permanent", "job_fixed_6m_plus", "job_fixed_under_6m", "public_job", "subsidised_job"}


def plan(file: File, reference: str, month: int, start: date) -> None:
    """Put a question in the calendar, so many months after the hire or the exit."""
    placement = file.hires[-1] if reference == "hire" else None
    due = add_months(start, month)
    file.write("follow_up", reference=reference, month=month, due_on=due, placement=placement)


def of_hire(file: File) -> list[dict[str, Any]]:
    """The follow-ups of the present hire, in order."""
    hire = file.hires[-1].id
    made = [made.document for made in file.desk.made if made.entity == "follow_up"]
    return [check for check in made if check["placement"] and check["placement"].id == hire]


def look(file: File, check: dict[str, Any]) -> None:
    """Ask the person or the employer how it goes; a few cannot be reached, a few checks are forgotten."""
    chance = file.chance
    if not chance.happens(file.house.member.diligence):
        return
    status = _status(file, check)
    employed = status in EMPLOYED
    contract = check["placement"].document["contract_type"] if check["placement"] and status == "same_job" else None
    check |= {
        "checked_on": file.day,
        "status": status,
        "contract_type": contract or ("fixed_6m_plus" if employed else None),
        "source": chance.one_of({"person": 6, "employer": 3, "register": 1}),
    }


def drop(file: File) -> None:
    """Nobody asks after somebody who died."""
    for made in [made for made in file.desk.made if made.entity == "follow_up" and "status" not in made.document]:
        file.desk.drop(made)


def settle(file: File) -> None:
    """Checks that fell due after the file was last worked on, until today."""
    for made in file.desk.made:
        check = made.document
        if made.entity == "follow_up" and "status" not in check and check["due_on"] + timedelta(days=9) <= file.today:
            file.day = check["due_on"] + timedelta(days=file.chance.randint(0, 9))
            look(file, check)


def _status(file: File, check: dict[str, Any]) -> str:
    chance = file.chance
    if chance.happens(0.07):
        return chance.one_of({"not_reached": 5, "declined": 1})
    if check["reference"] == "exit":
        return _status_after_exit(file)
    lost = check["placement"].document.get("to")
    if lost and lost <= file.day and check["placement"].document["end_reason"] == "contract_ended":
        back = file.phase.startswith("insertion") or check["placement"].id != file.hires[-1].id
        return "back_in_insertion" if back else chance.one_of(LOST)
    shares = {"same_job": 90, "other_job": 5, "same_employer_other_job": 4, "self_employed": 1}
    return chance.one_of(shares | {"seeking": 14} if check["month"] == 6 else shares)


def _status_after_exit(file: File) -> str:
    ending = file.ending or Ending("unknown", "other")
    if ending.outcome in JOBS or ending.outcome in ("social_enterprise_job", "self_employment"):
        return file.chance.one_of({"same_job": 7, "other_job": 2, "improved_job": 1, "seeking": 2})
    if ending.outcome in ("qualifying_training", "school"):
        return file.chance.one_of({"training": 6, "other_job": 3, "seeking": 1})
    return file.chance.one_of({"seeking": 5, "inactive": 3, "other_job": 2, "back_in_insertion": 1, "training": 1})
