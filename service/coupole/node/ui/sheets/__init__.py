"""Bringing in the list a workshop keeps today, and taking lists away as spreadsheets."""

from __future__ import annotations

from starlette.formparsers import MultiPartParser

from coupole.node.records.reading import TableUnreadable
from coupole.node.sheets.reading import MAX_BYTES, SheetEmpty, SheetOldOrLocked, SheetTooLarge, SheetTypeUnknown
from coupole.node.sheets.staging import SheetBusy, SheetUndecided
from coupole.node.sheets.unpacking import SheetSwells, SheetTooManyColumns, SheetTooManyRows, SheetUnreadable
from coupole.node.store.sheets import SheetNotFound, SheetRowNotFound
from coupole.node.ui.desk import Desk, Right
from coupole.node.ui.sheets import bringing, columns, correcting, exports, rows, writing
from coupole.node.ui.signing_in.again import recently
from coupole.web.translations import marked

IMPORT = Right("run", "import")
MAX_UPLOAD = MAX_BYTES + 100_000
"""Bytes of a form with a spreadsheet in it."""
UNREADABLE = (SheetEmpty, SheetOldOrLocked, SheetTypeUnknown, SheetSwells, SheetUnreadable, TableUnreadable)
NOTICES = {
    "sheet_forgotten": marked("The spreadsheet was thrown away. What was written stays."),
    "sheet_corrected": marked("Corrected, and looked at again."),
}


def add(desk: Desk) -> None:
    """Register the addresses of spreadsheets."""
    # A form's file of more than a megabyte is put down in a temporary file, in plain; ours stay in memory.
    MultiPartParser.spool_max_size = MAX_UPLOAD
    desk.refuses({SheetNotFound: 404, SheetRowNotFound: 404, SheetBusy: 409, SheetTooLarge: 413})
    desk.refuses(dict.fromkeys((*UNREADABLE, SheetTooManyColumns, SheetTooManyRows, SheetUndecided), 422))
    desk.says(NOTICES)
    desk.get("/sheets", bringing.show, needs=IMPORT)
    desk.post("/sheets", bringing.upload, needs=IMPORT, files=True)
    desk.get("/sheets/everybody.xlsx", recently(desk, exports.register_xlsx), needs=IMPORT)
    desk.get("/sheets/{id}", rows.show, needs=IMPORT)
    desk.post("/sheets/{id}/ticks", rows.tick, needs=IMPORT)
    desk.get("/sheets/{id}/columns", columns.show, needs=IMPORT)
    desk.post("/sheets/{id}/columns", columns.save, needs=IMPORT)
    desk.post("/sheets/{id}/table", columns.choose, needs=IMPORT)
    desk.get("/sheets/{id}/columns.json", columns.as_file, needs=IMPORT)
    desk.get("/sheets/{id}/rows/{number}", correcting.show, needs=IMPORT)
    desk.post("/sheets/{id}/rows/{number}", correcting.save, needs=IMPORT)
    desk.get("/sheets/{id}/faults.xlsx", recently(desk, correcting.faults), needs=IMPORT)
    desk.post("/sheets/{id}/write", writing.confirm, needs=IMPORT)
    desk.post("/sheets/{id}/go-on", writing.go_on, needs=IMPORT)
    desk.post("/sheets/{id}/forget", bringing.forget, needs=IMPORT)
    exports.add(desk)
