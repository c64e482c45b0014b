"""What pages lead through before a file is open: the reason to open it, and the way back after signing in again."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.staff import openings
from coupole.node.ui.arriving import local_path
from coupole.node.ui.desk import SIGNED_IN, Desk, Right, Visit


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.post("/reason", give_reason, needs=Right("open", "accompaniment"))
    desk.get("/signed-in", lambda visit: visit.page("signed_in.html"), needs=SIGNED_IN)


def give_reason(visit: Visit, form: FormData) -> Response:
    """Keep why somebody opens a file that is not theirs, and go on to it."""
    file, reason = str(form.get("accompaniment", "")), str(form.get("reason", ""))
    with visit.node.store.writing() as session:
        openings.open_with_reason(session, visit.node.store.vault, visit.staff, file, reason, visit.now)
    return visit.see_other(local_path(str(form.get("next", "/"))))
