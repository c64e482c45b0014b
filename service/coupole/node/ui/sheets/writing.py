"""Writing the rows, with progress that anybody may watch and nobody needs to: it goes on when the page is left."""

from __future__ import annotations

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.sheets import applying, staging
from coupole.node.store import sheets
from coupole.node.store.sheet_tables import Sheet
from coupole.node.ui.desk import Visit


def confirm(visit: Visit, form: FormData) -> Response:
    """The rows were seen: write those that are ticked."""
    with visit.node.store.writing() as session:
        total = applying.confirm(session, sheets.find(session, visit.path("id")), visit.now)
    return _written_behind(visit) if total else visit.see_other(f"/sheets/{visit.path('id')}", notice="nothing")


def go_on(visit: Visit, form: FormData) -> Response:
    """Go on with what was interrupted, unless somebody is at it."""
    store = visit.node.store
    with store.reading() as session:
        sheet = sheets.find(session, visit.path("id"))
        stopped = sheet.state == "writing" and applying.progress(session, sheet, visit.now).stopped
    return _written_behind(visit) if stopped else visit.see_other(f"/sheets/{visit.path('id')}")


def _written_behind(visit: Visit) -> Response:
    """The answer goes out first; the rows are written after it."""
    answer = visit.see_other(f"/sheets/{visit.path('id')}")
    answer.background = BackgroundTask(applying.write_rows, visit.node.store, visit.path("id"), visit.staff.id)
    return answer


def page(visit: Visit, session: Session, sheet: Sheet, told: staging.Told) -> Response:
    """How far the writing is, or what came of it."""
    if sheet.state == "done":
        return visit.page("sheets/done.html", sheet=sheet, told=told, result=told.result or {})
    progress = applying.progress(session, sheet, visit.now)
    return visit.page("sheets/writing.html", sheet=sheet, told=told, progress=progress)
