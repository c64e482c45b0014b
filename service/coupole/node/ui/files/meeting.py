"""The monthly meeting of the team, noted in under two minutes: who was there, a score each, what changes, when next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records.meetings import MONTHLY
from coupole.node.records.project import day_of, each, phase_history, plan_on, team_on
from coupole.node.store.changes import Change, Document, StoredDossier
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import deciding, own
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.saving import Trouble, Wanted, changed, save, since_kept
from coupole.node.ui.files.settling import team_path
from coupole.node.ui.files.typed import Filled, Reader
from coupole.standard.calendar import add_duration
from coupole.standard.codes import code_list

KINDS = tuple(
    code
    for code in code_list("meeting_type").ids
    if code_list("meeting_type").attribute(code, "scope") == "accompaniment"
)
HIRED = ("hired", "concluded")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team, to be ticked when present."""

    key: str
    name: str
    role: str


def add(desk: Desk) -> None:
    """The page of the meeting."""
    desk.get("/files/{id}/meeting", show, needs=Right("write", "team_meeting"))
    desk.post("/files/{id}/meeting", note, needs=Right("write", "team_meeting"))


def show(visit: Visit) -> Response:
    """The form, with what can be known beforehand."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        return _page(file, begun(visit, session, proposed(file.dossier, visit.today)), None)


def note(visit: Visit, form: FormData) -> Response:
    """Write the meeting and what it decided, in one go."""
    return save(visit, form, wanted, _page)


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None) -> Response:
    names, planned = file.names, planned_meeting(file.dossier, file.visit.today)
    return file.visit.page(
        "files/meeting.html",
        trouble.status if trouble else 200,
        file=file,
        filled=filled,
        trouble=trouble,
        changed_since=since_kept(file, filled),
        kinds=names.options("meeting_type", KINDS),
        members=members(file),
        team_href=team_path(file.dossier),
        goals=deciding.goals(file.dossier, names, filled.keys("goal")),
        planned=planned,
        planned_on=day_of(planned, "planned_on") if planned else None,
        last=last_meeting(file.dossier),
        titles=names.scale,
        domains=names.options("objective_domain"),
        own=own.asked(file, "team_meeting", planned, filled, trouble),
    )


def members(file: OpenFile) -> list[Member]:
    """Who is in the team today."""
    return [
        Member(
            f"{one['actor']} {one['role']}", file.names.actor(one["actor"]), file.names.code("team_role", one["role"])
        )
        for one in team_on(file.dossier, file.visit.today)
    ]


def proposed(dossier: StoredDossier, today: date) -> dict[str, str | list[str]]:
    """Today, everybody there, the next meeting after the rhythm of the plan."""
    there = [f"{one['actor']} {one['role']}" for one in team_on(dossier, today)]
    hired = phase_history(dossier)[-1].phase in HIRED
    return {
        "type": "follow_up_contact" if hired else "team_monthly",
        "held_on": today.isoformat(),
        "present": there,
        "participant_present": "on",
        "next_on": next_meeting(dossier, today).isoformat(),
    }


def next_meeting(dossier: StoredDossier, held_on: date) -> date:
    """The day of the next meeting; on a weekend it moves to the Monday."""
    plan = plan_on(dossier, held_on)
    day = add_duration(held_on, plan.document["meeting_every"] if plan else MONTHLY)
    return add_duration(day, f"P{7 - day.weekday()}D") if day.weekday() > 4 else day


def planned_meeting(dossier: StoredDossier, today: date) -> Document | None:
    """The meeting that was planned for these days and has not been held: the form fills in that one."""
    latest = add_duration(today, "P14D").isoformat()
    waiting = [
        document
        for document in (placed.document for placed in each(dossier, "team_meeting"))
        if not document.keys() & {"held_on", "cancelled_reason"} and document["planned_on"] <= latest
    ]
    return max(waiting, key=lambda document: str(document["planned_on"]), default=None)


def last_meeting(dossier: StoredDossier) -> date | None:
    """The day the team met last."""
    days = [day_of(placed.document, "held_on") for placed in each(dossier, "team_meeting")]
    return max((day for day in days if day), default=None)


def wanted(file: OpenFile, form: FormData) -> Wanted:
    """The meeting, its objectives and their reasons as changes to be made together. Raises ``FormIncomplete``."""
    reader, node = Reader(form), file.visit.node.node_id
    planned = _planned(file, reader)
    record = planned["id"] if planned else deciding.new_id(node, "team_meeting")
    decided = deciding.Decided(record, deciding.day_of_form(reader, "held_on", file.visit.today))
    deciding.read(reader, file.names, node, decided)
    meeting = _meeting(reader, file, decided, planned)
    reader.done()
    meeting = own.with_own(file, "team_meeting", meeting, form)
    expect = reader.expected(record) if planned else None
    changes = [Change("team_meeting", meeting, id=record, expect=expect), *decided.changes]
    return changed(changes, file.path(), "; ".join(decided.told)[:2000] or None)


def _planned(file: OpenFile, reader: Reader) -> Document | None:
    chosen = reader.text("planned")
    documents = (placed.document for placed in each(file.dossier, "team_meeting"))
    return next((one for one in documents if one["id"] == chosen), None)


def _meeting(reader: Reader, file: OpenFile, decided: deciding.Decided, planned: Document | None) -> Document:
    minutes = "\n".join(part for part in (reader.note("minutes"), *decided.told) if part)
    fresh = {
        **(deciding.content(planned) if planned else {}),
        "accompaniment": file.id,
        "type": reader.one_of("type", KINDS, needed=True, named="meeting_type"),
        "held_on": decided.on,
        "next_on": reader.day("next_on"),
        "present": present(reader, file),
        "participant_present": reader.ticked("participant_present"),
        "objective_changes": decided.rows or None,
        "ratings": decided.ratings or None,
        "minutes": minutes or None,
    }
    return {name: value for name, value in fresh.items() if value is not None}


def present(reader: Reader, file: OpenFile) -> list[Document]:
    """Who of the team was there."""
    known = {(one["actor"], one["role"]) for one in team_on(file.dossier, file.visit.today)}
    ticked = [tuple(value.split(" ", 1)) for value in reader.many("present")]
    there = [{"actor": pair[0], "role": pair[1]} for pair in ticked if pair in known]
    if not there:
        reader.wrong("required_missing", "present")
    return there
