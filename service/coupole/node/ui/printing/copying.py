"""A person's own copy of everything recorded on them: to read, as a PDF, and as a file another workshop reads in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.records.person import PersonFile, copy_lines, person_file
from coupole.node.staff import openings
from coupole.node.staff.access import AccessRefused
from coupole.node.store.egress import egress, record_egress
from coupole.node.store.tables import Egress
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.printing.drawing import language_of
from coupole.node.ui.printing.paper import Paper
from coupole.node.ui.printing.pen import Pen
from coupole.node.ui.printing.person import Left, Opened, Traces, person_paper
from coupole.node.ui.printing.showing import as_page, as_pdf, paper_language, pen_of
from coupole.node.ui.signing_in.again import recently
from coupole.node.ui.taken import list_taken

NEEDS = Right("export", "participant")
COPY = "person_copy"
"""What the ledger of what left calls a person's copy."""
RECORDS = "records:read"
PIECE = 1_000


def add(desk: Desk) -> None:
    """The pages of this part."""
    desk.get("/print/person/{id}.ndjson", recently(desk, give_lines), needs=NEEDS)
    desk.get("/print/person/{id}.pdf", recently(desk, give_pdf), needs=NEEDS)
    desk.get("/print/person/{id}", recently(desk, show), needs=NEEDS)


def show(visit: Visit) -> Response:
    """The copy as a page."""
    with visit.node.store.reading() as session:
        paper = _paper(visit, session)
    address = visit.request.url.path
    return as_page(visit, paper, back=f"/people/{visit.path('id')}", copy=f"{address}.ndjson")


def give_pdf(visit: Visit) -> Response:
    """The copy as a PDF, noted in the ledger of what left."""
    with visit.node.store.reading() as session:
        paper = _paper(visit, session)
    answer = as_pdf(visit, paper)
    _note(visit, bytes(answer.body))
    return answer


def give_lines(visit: Visit) -> Response:
    """The copy as lines that another workshop imports, noted in the ledger of what left."""
    with visit.node.store.reading() as session:
        body = b"".join(copy_lines(_file(visit, session)))
    _note(visit, body)
    headers = {"Content-Disposition": 'attachment; filename="copy.ndjson"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type="application/x-ndjson")


def _file(visit: Visit, session: Session) -> PersonFile:
    """Everything about the person, for somebody who may take it away: each of their files must be open to that.

    Raises as ``visit.open_file`` does.
    """
    file = person_file(session, visit.node.store.vault, visit.path("id"))
    for accompaniment in file.accompaniments:
        opened = visit.admit(session, visit.dossier(session, accompaniment["id"]))
        visit.require("export", "accompaniment", opened.relation)
    if not (file.accompaniments or visit.may("export", "participant", "none")):
        raise AccessRefused()
    return file


def _paper(visit: Visit, session: Session) -> Paper:
    file = _file(visit, session)
    language = paper_language(visit.asked("in"), language_of(file.participant, visit.language))
    pen = pen_of(visit, language, session)
    return person_paper(pen, file, _traces(visit, session, file, pen), visit.node.name, visit.today)


def _traces(visit: Visit, session: Session, file: PersonFile, pen: Pen) -> Traces:
    vault, participant = visit.node.store.vault, file.participant["id"]
    rows = list(reversed(openings.openings(session, participant=participant, limit=100_000)))
    ledger = [row for row in _ledger(session) if row.at >= file.versions[0].at]
    who = {row.staff for row in rows} | {row.client for row in ledger} | {one.actor for one in file.versions}
    writers = visit.who(session, who)
    return Traces(
        writers,
        [Opened(row.at, writers[row.staff], openings.reason_of(vault, row) or "") for row in rows],
        [Left(row.at, writers[row.client], what_left(pen, row)) for row in ledger],
        [
            client.name
            for client in visit.node.store.tokens().clients()
            if client.enabled and RECORDS in client.scopes.split()
        ],
    )


def what_left(pen: Pen, row: Egress) -> str:
    """What a line of the ledger is, in words."""
    if row.what == "export":
        return pen.gettext("All files of the workshop, yours among them")
    if row.what.startswith("release:") and row.period:
        return pen.gettext("Totals for %(period)s, in which nobody can be made out", period=row.period)
    if row.what == COPY:
        return pen.gettext("A person's own copy")
    return list_taken(row.what, pen.gettext) or row.what


def _ledger(session: Session) -> Iterator[Egress]:
    after = 0
    while found := egress(session, after, PIECE):
        yield from (row for row in found if row.what != COPY)  # somebody's copy, and it is not said whose
        after = found[-1].seq or 0


def _note(visit: Visit, body: bytes) -> None:
    digest = hashlib.sha256(body).hexdigest()
    with visit.node.store.writing() as session:
        record_egress(session, client=visit.staff.id, what=COPY, sha256=digest, size=len(body))
