"""Papers: the plan to sign, minutes, the sheet of an evaluation, a person's own copy of everything; also as PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.store import queries
from coupole.node.store.changes import Document, RecordNotFound
from coupole.node.ui.desk import SIGNED_IN, Desk, Right, Visit
from coupole.node.ui.printing import copying, foot
from coupole.node.ui.printing.drawing import Printed, language_of, printed, printed_on
from coupole.node.ui.printing.evaluation import evaluation_paper
from coupole.node.ui.printing.meeting import meeting_paper
from coupole.node.ui.printing.paper import Paper
from coupole.node.ui.printing.pdf import PdfNotInstalled
from coupole.node.ui.printing.plan import plan_paper
from coupole.node.ui.printing.showing import as_page, as_pdf, paper_language, pen_of


@dataclass(frozen=True, slots=True)
class Kind:
    """A document of a file that can be printed: its entity and how it is drawn."""

    entity: str
    draw: Callable[[Printed, Document], Paper]


KINDS = {
    "plan": Kind("plan", plan_paper),
    "meeting": Kind("team_meeting", meeting_paper),
    "evaluation": Kind("evaluation", evaluation_paper),
}
"""By their part of the address."""


def add(desk: Desk) -> None:
    """The pages of this group."""
    desk.refuses({PdfNotInstalled: 501})
    desk.get("/print/feet/{language}/{name}.css", show_foot, needs=SIGNED_IN)
    for name, kind in KINDS.items():
        needs = Right("find", kind.entity)
        desk.get(f"/print/{name}/{{id}}.pdf", _as_pdf(kind), needs=needs)
        desk.get(f"/print/{name}/{{id}}", _as_page(kind), needs=needs)
    copying.add(desk)


def show_foot(visit: Visit) -> Response:
    """The style sheet of a paper, with the foot of its pages."""
    pen = pen_of(visit, paper_language(visit.path("language"), visit.language))
    headers = {"Cache-Control": "private, max-age=600"}
    sheet = foot.sheet(pen, visit.path("name"), printed_on(pen, visit.today))
    return Response(sheet, headers=headers, media_type="text/css")


def _as_page(kind: Kind) -> Callable[[Visit], Response]:
    def show(visit: Visit) -> Response:
        with visit.node.store.reading() as session:
            of, document = _printed(visit, session, kind)
        return as_page(visit, kind.draw(of, document), back=f"/files/{document['accompaniment']}")

    return show


def _as_pdf(kind: Kind) -> Callable[[Visit], Response]:
    def show(visit: Visit) -> Response:
        with visit.node.store.reading() as session:
            of, document = _printed(visit, session, kind)
        return as_pdf(visit, kind.draw(of, document))

    return show


def _printed(visit: Visit, session: Session, kind: Kind) -> tuple[Printed, Document]:
    """What the document of the address is printed from, and itself. Raises as ``visit.open_file`` does."""
    record, vault = visit.path("id"), visit.node.store.vault
    if record.split(":")[1:2] != [kind.entity]:
        raise RecordNotFound()
    file = queries.read(session, vault, record)["accompaniment"]
    opened = visit.admit(session, visit.dossier(session, file))
    own = language_of(opened.shown.documents["participant"][0], visit.language)
    pen = pen_of(visit, paper_language(visit.asked("in"), own), session)
    of = printed(pen, opened.whole, opened.shown, visit.node.name, visit.today)
    document = of.document(record)
    if document is None:
        raise RecordNotFound()
    return of, document
