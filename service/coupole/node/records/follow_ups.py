"""Step 8: after a hire the agency asks how it goes, at one, two, three and six months.

A job that is lost does not end the follow-up of the person: the next hire starts the months again, and what was still
to be asked of the lost job is superseded. A check that nobody answered stays unknown; it is never a no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from coupole.errors import Finding
from coupole.node.records.project import FILE, INSERTION, Placed, accompaniment, day_of, each, found, hire_on, hires
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.calendar import add_months
from coupole.standard.codes import code_list

AFTER_HIRE = (1, 2, 3, 6)
REQUIRED = (1, 2, 3)
"""The months without which nobody is followed for three months (R8)."""
FOLLOWED_MONTHS = 3
"""How long the accompaniment goes on after the hire."""
AFTER_EXIT = 6
"""Months after which those who left are asked again, for ESF+."""
GRACE = timedelta(days=14)
"""A check is late when it has not been made two weeks after its day."""

State = Literal["answered", "unknown", "planned", "due", "late", "superseded"]


@dataclass(frozen=True, slots=True)
class Check:
    """One follow-up as it stands. ``employed``: yes, no, or none while nobody knows."""

    placed: Placed
    month: int
    due_on: date
    state: State
    employed: bool | None


def schedule(file: Document, hire: Document) -> list[Document]:
    """The follow-ups a hire asks for, as contents to be written."""
    known = {"accompaniment": file["id"], "reference": "hire", "placement": hire["id"]}
    return [{**known, "month": month, "due_on": due_on(hire, month)} for month in AFTER_HIRE]


def schedule_exit(file: Document) -> Document:
    """The follow-up half a year after the accompaniment was closed."""
    day = add_months(date.fromisoformat(file["closed_on"]), AFTER_EXIT)
    return {"accompaniment": file["id"], "reference": "exit", "month": AFTER_EXIT, "due_on": day.isoformat()}


def unscheduled(dossier: StoredDossier, hire: Document) -> list[Document]:
    """Those a hire asks for and that are not written yet."""
    written = {placed.document["month"] for placed in of_hire(dossier, hire)}
    return [content for content in schedule(accompaniment(dossier), hire) if content["month"] not in written]


def of_hire(dossier: StoredDossier, hire: Document) -> Iterator[Placed]:
    """The follow-ups of one hire. One that names no job belongs to the hire its day was counted from."""
    for placed in each(dossier, "follow_up"):
        check = placed.document
        if check["reference"] == "hire" and _belongs(check, hire):
            yield placed


def checks(dossier: StoredDossier, today: date) -> list[Check]:
    """Every follow-up as it stands today, the earliest due first."""
    made = [(placed, _is_superseded(dossier, placed.document, today)) for placed in each(dossier, "follow_up")]
    found = [check(placed, today, superseded=superseded) for placed, superseded in made]
    return sorted(found, key=lambda one: (one.due_on, one.month))


def check(placed: Placed, today: date, *, superseded: bool = False) -> Check:
    """One follow-up as it stands today."""
    document = placed.document
    day = date.fromisoformat(document["due_on"])
    state = _state(document, day, today, superseded=superseded)
    return Check(placed, document["month"], day, state, employed_by(document))


def employed_by(follow_up: Document) -> bool | None:
    """Whether the follow-up found the person at work; none when it was not made, or nobody answered."""
    status = follow_up.get("status")
    return None if status is None else code_list("followup_status").attribute(status, "employed")


def hired(dossier: StoredDossier, day: date) -> list[Finding]:
    """R8: a hire starts on ``day``, and the checks after it are scheduled."""
    for hire in hires(dossier):
        if hire.document["from"] == day.isoformat():
            return followed(dossier, hire)
    return [found("hire_missing", "/placement", "R8", "placement")]


def followed(dossier: StoredDossier, hire: Placed) -> list[Finding]:
    """R8: follow-ups at one, two and three months after the hire are there; the one at six should be."""
    months = [content["month"] for content in unscheduled(dossier, hire.document)]
    return [
        found("follow_up_missing", "/follow_up", "R8", "follow_up", blocking=month in REQUIRED, params={"month": month})
        for month in months
    ]


def three_months_passed(dossier: StoredDossier, day: date) -> list[Finding]:
    """R8: the accompaniment went on for three months after the hire."""
    hire = hire_on(dossier, day)
    since = day_of(hire.document, "from") if hire else day_of(accompaniment(dossier), "hired_on")
    if since is not None and day >= add_months(since, FOLLOWED_MONTHS):
        return []
    return [found("conclusion_too_early", f"{FILE}/hired_on", "R8", "follow_up", params={"months": FOLLOWED_MONTHS})]


def job_lost(dossier: StoredDossier, day: date) -> list[Finding]:
    """A2: the job ended, or somebody said so in a follow-up."""
    hire = hire_on(dossier, day)
    if hire is not None:
        ended = day_of(hire.document, "to")
        if ended is not None and ended <= day:
            return []
        checked = (placed.document for placed in of_hire(dossier, hire.document))
        told = (check for check in checked if employed_by(check) is False)
        if any(check["checked_on"] <= day.isoformat() for check in told):
            return []
    return [found("job_not_lost", f"{hire.place}/to" if hire else "/placement", "R13", "placement")]


def _state(document: Document, day: date, today: date, *, superseded: bool) -> State:
    if "status" in document:
        return "unknown" if employed_by(document) is None else "answered"
    if superseded:
        return "superseded"
    if today < day:
        return "planned"
    return "late" if today > day + GRACE else "due"


def _belongs(check: Document, hire: Document) -> bool:
    if "placement" in check:
        return bool(check["placement"] == hire["id"])
    return bool(check["due_on"] == due_on(hire, check["month"]))


def _is_superseded(dossier: StoredDossier, check: Document, today: date) -> bool:
    """Whether its job is over: another one has begun since, or is looked for, and the months count from there."""
    begun = [placed.document for placed in hires(dossier) if placed.document["from"] <= today.isoformat()]
    own = [number for number, hire in enumerate(begun) if _belongs(check, hire)]
    if check["reference"] != "hire" or not own:
        return False
    ended = day_of(begun[own[-1]], "to")
    lost = accompaniment(dossier)["phase"] in INSERTION and ended is not None and ended <= today
    return lost or own[-1] < len(begun) - 1


def due_on(hire: Document, month: int) -> str:
    """The day so many months after the hire, or the month's last when it has no such day."""
    return add_months(date.fromisoformat(hire["from"]), month).isoformat()
