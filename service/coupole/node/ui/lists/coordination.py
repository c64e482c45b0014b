"""Meetings of the insertion officers across workshops: who came, which files they looked at, the training they plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.records.register import Register, full_name
from coupole.node.store import queries
from coupole.node.store.changes import Document, RecordNotFound
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists import trades
from coupole.node.ui.lists.listing import Column, Listing, Row, part
from coupole.node.ui.lists.own import Own, own_fields
from coupole.node.ui.lists.seeing import Sight
from coupole.standard.entities import ENTITIES

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Training:
    """A training of staff that a meeting planned."""

    record: str
    kind: str
    first: date
    last: date
    hours: float
    people: str
    """Who takes part, in one line."""


def meetings(visit: Visit, session: Session) -> list[Document]:
    """Every meeting, the last one first."""
    found = queries.page(session, visit.node.store.vault, "coordination_meeting", limit=MOST)
    return sorted((one.document for one in found), key=lambda one: (one["held_on"], one["id"]), reverse=True)


def listing(visit: Visit, session: Session) -> Listing:
    """The meetings, the last one first."""
    register = visit.node.registers.current(session, visit.node.store.vault)
    fields, language = ENTITIES["coordination_meeting"].fields, visit.language
    own = own_fields(visit, session, "coordination_meeting")
    rows = [_row(register, one, own) for one in meetings(visit, session)]
    columns = [
        Column("held_on", fields["held_on"].label(language)),
        Column("agency", fields["agency"].label(language)),
        Column("present", visit.gettext("Present")),
        Column("invited", fields["attendees"].label(language)),
        Column("reviewed", fields["accompaniments_reviewed"].label(language)),
        Column("planned", fields["training_planned"].label(language)),
        *own.columns,
    ]
    return Listing(visit.gettext("Meetings of officers"), columns, rows)


def _row(register: Register, meeting: Document, own: Own) -> Row:
    attendees = meeting["attendees"]
    values = {
        "held_on": date.fromisoformat(meeting["held_on"]),
        "agency": register.name(meeting["agency"]),
        "present": sum(one["present"] for one in attendees),
        "invited": len(attendees),
        "reviewed": len(meeting.get("accompaniments_reviewed", ())),
        "planned": len(meeting.get("training_planned", ())),
        **own.values(meeting),
    }
    return Row(values, f"/coordination/{meeting['id']}")


def show(visit: Visit) -> Response:
    """The meetings, and the co-operatives that have no trained officer."""
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
        found = listing(visit, session)
    return visit.page(
        "lists/coordination.html",
        listing=found,
        part=part(found.rows, visit.asked("page", "1")),
        uncovered=trades.uncovered(register, visit.today),
        register=register,
    )


def read(visit: Visit, session: Session, record: str) -> Document:
    """One meeting. Raises ``RecordNotFound``, also for a record of another kind."""
    if record.split(":")[1:2] != ["coordination_meeting"]:
        raise RecordNotFound()
    return queries.read(session, visit.node.store.vault, record)


def show_one(visit: Visit) -> Response:
    """One meeting as a page."""
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
        meeting = read(visit, session, visit.path("id"))
        planned = trainings(visit, session, register, meeting)
    reviewed = meeting.get("accompaniments_reviewed", ())
    sight = Sight(visit, register)
    return visit.page(
        "lists/meeting_of_officers.html",
        meeting=meeting,
        held_on=date.fromisoformat(meeting["held_on"]),
        agency=register.name(meeting["agency"]),
        attendees=[
            (one["actor"], register.name(one["actor"]), register.name(one["organisation"]), one["present"])
            for one in meeting["attendees"]
        ],
        reviewed=reviewed_names(sight, reviewed),
        others=sum(file in register.of("accompaniment") and not sight.sees(file) for file in reviewed),
        trainings=planned,
    )


def reviewed_names(sight: Sight, files: Sequence[str]) -> list[tuple[str, str]]:
    """File and name of each that the visitor may know, in the order of names."""
    register = sight.register
    people = register.of("participant")
    known = [file for file in files if file in register.of("accompaniment") and sight.sees(file)]
    named = [(file, full_name(people[register.of("accompaniment")[file]["participant"]])) for file in known]
    return sorted(named, key=lambda one: one[1].casefold())


def trainings(visit: Visit, session: Session, register: Register, meeting: Document) -> list[Training]:
    """What the meeting planned, as far as it is still there."""
    wanted = meeting.get("training_planned", ())
    living = queries.standing(session, wanted)
    documents = [queries.read(session, visit.node.store.vault, record) for record in wanted if record in living]
    return [
        Training(
            one["id"],
            trades.labels("action_type", [one["type"]], visit.language),
            date.fromisoformat(one["from"]),
            date.fromisoformat(one["to"]),
            one["hours"],
            ", ".join(filter(None, map(register.name, one.get("actors", ())))),
        )
        for one in documents
    ]
