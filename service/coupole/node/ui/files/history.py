"""The history of a file: who wrote what, when and why, and what it was before."""

from __future__ import annotations

from starlette.responses import Response

from coupole.node.records.project import accompaniment
from coupole.node.store import queries
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import changed
from coupole.node.ui.files.opened import opened
from coupole.node.ui.files.pens import pen
from coupole.node.ui.printing import changes

PAGE = 50


def add(desk: Desk) -> None:
    """The page of the history."""
    desk.get("/files/{id}/history", show, needs=Right("find", "accompaniment"))


def show(visit: Visit) -> Response:
    """One page of the history, the latest first."""
    store = visit.node.store
    with store.reading() as session:
        file = opened(visit, session)
        versions = queries.history_of_person(session, store.vault, accompaniment(file.dossier)["participant"])
        own = [file.readable(version) for version in versions if changed.of_file(version, file.names)]
        writers = visit.who(session, {version.actor for version in own})
        lines = list(reversed(changes.history(pen(file), own, writers)))
        number = page_number(visit.asked("page"))
        piece = lines[(number - 1) * PAGE : number * PAGE]
        return visit.page("files/history.html", file=file, lines=piece, number=number, more=len(lines) > number * PAGE)


def page_number(text: str) -> int:
    """The page asked for; the first one when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 6 and int(text) else 1
