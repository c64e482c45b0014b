"""One row with all its cells, to be corrected in place; and the rows with errors as a file to correct elsewhere."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.sheets import staging
from coupole.node.sheets.exporting import Column, List, xlsx
from coupole.node.sheets.faults import Fault
from coupole.node.store import sheets
from coupole.node.store.sheets import SheetRowNotFound, StagedRow
from coupole.node.ui.desk import Visit
from coupole.node.ui.sheets.exports import XLSX, about_file, attachment, note, words
from coupole.node.ui.sheets.rows import OUTCOMES, back, shown_row


def show(visit: Visit) -> Response:
    """The row with every cell."""
    store = visit.node.store
    with store.reading() as session:
        sheet = sheets.find(session, visit.path("id"))
        told = staging.told_of(store.vault, sheet)
        found = sheets.one_row(session, store.vault, sheet, _number(visit))
        records = staging.record_labels(session, store.vault)
        row = shown_row(visit, told.heading, told.choices, found, records, only_interesting=False)
    show, page = visit.asked("show", "all"), visit.asked("page", "1")
    return visit.page("sheets/row.html", sheet=sheet, told=told, row=row, outcomes=OUTCOMES, show=show, page=page)


def save(visit: Visit, form: FormData) -> Response:
    """Write other texts into cells and look at the row again at once."""
    store = visit.node.store
    with store.writing() as session:
        sheet = sheets.find(session, visit.path("id"))
        heading = staging.told_of(store.vault, sheet).heading
        cells = {name: str(form[f"cell.{place}"]) for place, name in enumerate(heading) if f"cell.{place}" in form}
        staging.correct(session, store, sheet, _number(visit), cells, visit.context())
    return back(visit, form, notice="sheet_corrected")


def _number(visit: Visit) -> int:
    text = visit.path("number")
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise SheetRowNotFound()
    return int(text)


def faults(visit: Visit) -> Response:
    """The rows with errors as XLSX, each with its reasons and what to do; corrected, it can be brought again."""
    store = visit.node.store
    with store.reading() as session:
        sheet = sheets.find(session, visit.path("id"))
        told = staging.told_of(store.vault, sheet)
        found = sheets.rows(session, store.vault, sheet, outcomes=("refused",))
    row_label, reasons = visit.gettext("Row"), visit.gettext("What is wrong")
    columns = [Column("#row", row_label), Column("#why", reasons), *(Column(name, name) for name in told.heading)]
    rows = [
        {"#row": row.number, "#why": _reasons(visit, row), **dict(zip(told.heading, row.cells, strict=True))}
        for row in found
    ]
    title = visit.gettext("Rows with errors")
    about = [(visit.gettext("List"), title), (visit.gettext("Rows"), str(len(rows))), *about_file(visit)]
    body = xlsx(List(title, columns, rows, about, words(visit)))
    note(visit, "list:faults.xlsx", body)
    return attachment(f"faults-{visit.today.isoformat()}.xlsx", XLSX, body)


def _reasons(visit: Visit, row: StagedRow) -> str:
    said = []
    for kept in row.told.get("faults", ()):
        fault = Fault.from_json(kept)
        language = visit.language
        said.append(f"{fault.place(language)}: {fault.reason(language)} {fault.remedy(language)}")
    return "\n".join(said)
