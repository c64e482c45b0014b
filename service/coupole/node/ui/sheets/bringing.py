"""The first page: bring a spreadsheet, or go on with one that waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from coupole.node.sheets import staging
from coupole.node.sheets.reading import MAX_BYTES, SheetTypeUnknown
from coupole.node.store import sheets
from coupole.node.ui.desk import Visit


@dataclass(frozen=True, slots=True)
class Waiting:
    """A spreadsheet as the page lists it."""

    id: str
    name: str
    state: str
    made_at: datetime
    expires_at: datetime


def show(visit: Visit) -> Response:
    """The spreadsheets that wait, and the form for another one."""
    store = visit.node.store
    with store.reading() as session:
        found = [
            Waiting(one.id, staging.told_of(store.vault, one).name, one.state, one.made_at, one.expires_at)
            for one in staging.waiting(session)
            if one.expires_at > visit.now
        ]
    return visit.page("sheets/sheets.html", waiting=found, limit=MAX_BYTES // 1_000_000)


def upload(visit: Visit, form: FormData) -> Response:
    """Take in a file and go on to its columns."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise SheetTypeUnknown()
    content = file.file.read(MAX_BYTES + 1)
    store = visit.node.store
    sheets.tidy(store.engine, visit.now)
    store.finish_erasures()
    name = "".join(filter(str.isprintable, file.filename))  # what turns letters round may make .exe look like .xlsx
    sheet = staging.upload(store, content, name, visit.context(), visit.node.name)
    return visit.see_other(f"/sheets/{sheet}/columns")


def forget(visit: Visit, form: FormData) -> Response:
    """Throw a spreadsheet away."""
    staging.throw_away(visit.node.store, visit.path("id"))
    return visit.see_other("/sheets", notice="sheet_forgotten")
