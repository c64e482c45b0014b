"""Another responsible for a file: the former one keeps the days in the team, and so does the new one."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records.handing_over import HandOverRefused
from coupole.node.records.project import each
from coupole.node.store.changes import Change, Document
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files.deciding import content, day_of_form
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.saving import Trouble, Wanted, changed, save, since_kept
from coupole.node.ui.files.typed import Filled, Reader

ROLE = "project_responsible"


def add(desk: Desk) -> None:
    """The page of the change of responsible."""
    desk.get("/files/{id}/responsible", show, needs=Right("write", "team"))
    desk.post("/files/{id}/responsible", hand_over, needs=Right("write", "team"))


def show(visit: Visit) -> Response:
    """Who takes over, and from which day. Raises ``HandOverRefused`` for whoever may not decide that."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        if not file.hands_over:
            raise HandOverRefused()
        return _page(file, begun(visit, session, {"day": visit.today.isoformat()}), None)


def hand_over(visit: Visit, form: FormData) -> Response:
    """Write the new responsible in the file and both periods in the team."""
    return save(visit, form, wanted, _page)


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None) -> Response:
    return file.visit.page(
        "files/responsible.html",
        trouble.status if trouble else 200,
        file=file,
        filled=filled,
        trouble=trouble,
        changed_since=since_kept(file, filled),
        now=file.names.actor(file.file["responsible"]),
        actors=[(one["id"], one["display_name"]) for one in choices(file)],
        teams=[placed.document for placed in each(file.dossier, "team")],
    )


def choices(file: OpenFile) -> list[Document]:
    """Who may take over: everybody who still works here, but the present responsible."""
    today = file.visit.today.isoformat()
    actors = [one for one in file.all("actor") if one.get("active_to", "9") >= today]
    return sorted((one for one in actors if one["id"] != file.file["responsible"]), key=lambda one: one["display_name"])


def wanted(file: OpenFile, form: FormData) -> Wanted:
    """The file and its team as they are from that day on. Raises ``FormIncomplete``."""
    reader = Reader(form)
    actor = reader.one_of("actor", [one["id"] for one in choices(file)], needed=True)
    day = day_of_form(reader, "day", file.visit.today)
    reader.done()
    after = {**content(file.file), "responsible": actor}
    changes = [Change("accompaniment", after, id=file.id, expect=reader.expected(file.id))]
    fresh = {"actor": actor, "role": ROLE, "from": day}
    teams = [placed.document for placed in each(file.dossier, "team")]
    if teams:
        team = teams[-1]
        members = [*handed_over(team["members"], date.fromisoformat(day)), fresh]
        changes.append(
            Change("team", {**content(team), "members": members}, id=team["id"], expect=reader.expected(team["id"]))
        )
    else:
        changes.append(Change("team", {"accompaniment": file.id, "members": [fresh]}))
    return changed(changes, file.path(), reader.text("why"))


def handed_over(members: list[Document], day: date) -> list[Document]:
    """The members with the former responsible until the day before; who came that very day was there that day."""
    found = []
    for member in members:
        if member["role"] == ROLE and "to" not in member:
            last = max(date.fromisoformat(member["from"]), day - timedelta(days=1))
            member = {**member, "to": last.isoformat()}
        found.append(member)
    return found
