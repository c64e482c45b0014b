"""After a hire: the checks of months 1, 2, 3 and 6. What nobody answered stays unknown, and is never a no."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records import follow_ups
from coupole.node.records.project import day_of, each, hire_on
from coupole.node.store.changes import Change, Document
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import sections
from coupole.node.ui.files.deciding import content
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.saving import Trouble, Wanted, changed, save, since_kept
from coupole.node.ui.files.typed import Filled, Reader
from coupole.standard.entities import ENTITIES

SOURCES = ("person", "employer", "register")


def add(desk: Desk) -> None:
    """The page of the follow-ups."""
    desk.get("/files/{id}/follow-ups", show, needs=Right("read", "follow_up"))
    desk.post("/files/{id}/follow-ups", answer, needs=Right("write", "follow_up"))


def show(visit: Visit) -> Response:
    """Every check as it stands, and the answers asked for."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        return _page(file, begun(visit, session, {}), None)


def answer(visit: Visit, form: FormData) -> Response:
    """Write the answers that were given; a check without one is left as it is."""
    return save(visit, form, wanted, _page)


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None) -> Response:
    names, today = file.names, file.visit.today
    hire = hire_on(file.dossier, today)
    return file.visit.page(
        "files/follow_ups.html",
        trouble.status if trouble else 200,
        file=file,
        filled=_shown(file, filled),
        trouble=trouble,
        changed_since=since_kept(file, filled),
        checks=sorted(sections.checks(names, today), key=lambda one: one.state == "superseded"),
        key=lambda record: record.rsplit(":", 1)[1],
        revisions={placed.document["id"]: placed.document["revision"] for placed in each(file.dossier, "follow_up")},
        statuses=names.options("followup_status"),
        sources=ENTITIES["follow_up"].fields["source"].options(file.visit.language),
        host=names.organisation(hire.document["host"]) if hire else "",
        hired_on=day_of(hire.document, "from") if hire else None,
        hired=file.file["phase"] == "hired",
    )


def _shown(file: OpenFile, filled: Filled) -> Filled:
    """What was answered before stands in the form; a new answer is of today."""
    if filled.typed is not None:
        return filled
    found: dict[str, str] = {}
    for placed in each(file.dossier, "follow_up"):
        key = placed.document["id"].rsplit(":", 1)[1]
        found |= {
            f"check.{key}.{name}": placed.document[name]
            for name in ("status", "checked_on", "source")
            if name in placed.document
        }
        found.setdefault(f"check.{key}.checked_on", file.visit.today.isoformat())
    return Filled(found)


def wanted(file: OpenFile, form: FormData) -> Wanted:
    """The checks that have an answer now or another one than before. Raises ``FormIncomplete``."""
    reader = Reader(form)
    known = {placed.document["id"].rsplit(":", 1)[1]: placed.document for placed in each(file.dossier, "follow_up")}
    changes = [
        change for key in reader.keys("check") if key in known and (change := _answered(reader, file, key, known[key]))
    ]
    changes += _unplanned(file) if reader.ticked("plan") else []
    reader.done()
    return changed(changes, file.path("follow-ups"))


def _answered(reader: Reader, file: OpenFile, key: str, before: Document) -> Change | None:
    status = reader.code(f"check.{key}.status", "followup_status")
    if status is None and "status" not in before:
        return None
    answers: Document = {"status": status}
    if status is not None:
        answers |= {
            "checked_on": reader.day(f"check.{key}.checked_on", needed=True),
            "source": reader.one_of(f"check.{key}.source", SOURCES),
        }
    kept = {name: value for name, value in content(before).items() if name not in ("status", "checked_on", "source")}
    after = kept | {name: value for name, value in answers.items() if value is not None}
    if after == content(before):
        return None
    return Change("follow_up", after, id=before["id"], expect=reader.expected(before["id"]))


def _unplanned(file: OpenFile) -> list[Change]:
    """The checks the last hire asks for and that are not in the calendar."""
    hire = hire_on(file.dossier, file.visit.today)
    contents = follow_ups.unscheduled(file.dossier, hire.document) if hire else []
    return [Change("follow_up", one) for one in contents]
