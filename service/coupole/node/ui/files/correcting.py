"""A file handed back for correction: to a phase it was in before, because what came after was entered by mistake."""

from __future__ import annotations

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records import moves
from coupole.node.records.project import phase_history
from coupole.node.store import Store
from coupole.node.store.changes import Context, Written
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import standing
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.saving import Trouble, Wanted, save, since_kept
from coupole.node.ui.files.typed import Filled, Reader
from coupole.standard.codes import code_list

CORRECTS = Right("run", "correction")
"""Officers and administrators, as programs need a scope of its own for it: it takes phases out of the history."""


def add(desk: Desk) -> None:
    """The page of the correction."""
    desk.get("/files/{id}/correct", show, needs=CORRECTS)
    desk.post("/files/{id}/correct", hand_back, needs=CORRECTS)


def show(visit: Visit) -> Response:
    """The phases it has been in, and why it goes back."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        rows = phase_history(file.dossier)
        return _page(file, begun(visit, session, {"phase": rows[-2].phase if len(rows) > 1 else ""}), None)


def hand_back(visit: Visit, form: FormData) -> Response:
    """Put the file back; who did, when and why stays in its history."""
    return save(visit, form, wanted, _page)


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None) -> Response:
    passed = [row.phase for row in phase_history(file.dossier)[:-1]]
    return file.visit.page(
        "files/correct.html",
        trouble.status if trouble else 200,
        file=file,
        filled=filled,
        trouble=trouble,
        changed_since=since_kept(file, filled),
        present=standing.present(file),
        phases=file.names.options("phase", passed),
    )


def wanted(file: OpenFile, form: FormData) -> Wanted:
    """The phase to go back to, and the reason. Raises ``FormIncomplete``."""
    reader = Reader(form)
    phase = reader.one_of("phase", code_list("phase").ids, needed=True, named="phase") or ""
    reason = reader.text("reason", needed=True, most=500)
    reader.done()

    def write(session: Session, store: Store, context: Context) -> list[Written]:
        return moves.hand_back(session, store, context, file.id, phase, reader.expected(file.id))

    return Wanted(write, file.path(), reason)
