"""Every row before anything is written: which are new, which change what, which have errors; ticked or left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.sheets import staging
from coupole.node.sheets.choices import Choices
from coupole.node.sheets.faults import Fault
from coupole.node.sheets.targets import Target
from coupole.node.store import sheets
from coupole.node.store.sheets import StagedRow
from coupole.node.ui.desk import Visit
from coupole.node.ui.sheets import writing
from coupole.web.translations import marked

PER_PAGE = 50
TABS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "errors": ("refused",),
    "new": ("created",),
    "changed": ("replaced",),
    "same": ("unchanged",),
}
OUTCOMES = {
    "created": ("good", "●", marked("new")),
    "replaced": ("warn", "▲", marked("changes")),
    "unchanged": ("", "○", marked("nothing changes")),
    "refused": ("wrong", "■", marked("with errors")),
}
"""Colour, shape and word of what a row would do."""
SHOWN = 40
"""Characters of a cell in that line."""
ABOUT = 6
"""Cells that say in a line what a row is."""


@dataclass(frozen=True, slots=True)
class Said:
    """A fault as the page says it."""

    place: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that can be corrected. ``before``: what it would replace; ``options``: words to choose from."""

    place: int
    name: str
    text: str
    meaning: str
    faults: list[Said]
    before: str | None
    options: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page shows it. ``others``: faults of fields the table has no column for."""

    number: int
    outcome: str
    ticked: bool
    about: str
    cells: list[Cell]
    others: list[Said]


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the tabs with how many rows are behind it."""

    name: str
    count: int
    current: bool


def show(visit: Visit) -> Response:
    """The rows; while they are being written, how far that is; afterwards, what was written."""
    store = visit.node.store
    with store.reading() as session:
        sheet = sheets.find(session, visit.path("id"))
        told = staging.told_of(store.vault, sheet)
        if sheet.state == "matching":
            return visit.see_other(f"/sheets/{sheet.id}/columns")
        if sheet.state != "checked":
            return writing.page(visit, session, sheet, told)
        tally = sheets.tally(session, sheet)
        chosen = visit.asked("show") if visit.asked("show") in TABS else _first(tally)
        tabs = [Tab(name, _count(tally, outcomes), name == chosen) for name, outcomes in TABS.items()]
        total = next(tab.count for tab in tabs if tab.current)
        pages = max(1, -(-total // PER_PAGE))
        number = _page_number(visit.asked("page"), pages)
        found = sheets.rows(
            session, store.vault, sheet, outcomes=TABS[chosen], skip=(number - 1) * PER_PAGE, limit=PER_PAGE
        )
        records = staging.record_labels(session, store.vault) if any(row.outcome == "refused" for row in found) else {}
        shown = [shown_row(visit, told.heading, told.choices, row, records, only_interesting=True) for row in found]
    return visit.page(
        "sheets/rows.html",
        sheet=sheet,
        told=told,
        tabs=tabs,
        tab=chosen,
        rows=shown,
        outcomes=OUTCOMES,
        page=number,
        pages=pages,
        to_create=tally.get(("created", True), 0),
        to_change=tally.get(("replaced", True), 0),
        left_out=sum(count for (outcome, ticked), count in tally.items() if outcome in staging.TO_WRITE and not ticked),
        faulty=_count(tally, ("refused",)),
    )


def _first(tally: Mapping[tuple[str, bool], int]) -> str:
    """The tab to begin with: the errors while there are any."""
    return "errors" if _count(tally, ("refused",)) else "all"


def _count(tally: Mapping[tuple[str, bool], int], outcomes: Sequence[str]) -> int:
    return sum(count for (outcome, _), count in tally.items() if not outcomes or outcome in outcomes)


def _page_number(asked: str, pages: int) -> int:
    return min(max(1, int(asked)), pages) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def shown_row(
    visit: Visit,
    heading: Sequence[str],
    choices: Choices,
    row: StagedRow,
    records: Mapping[str, Sequence[str]],
    *,
    only_interesting: bool,
) -> Shown:
    """A row with its faults in words; ``only_interesting``: only the cells with faults or changes."""
    faults = [Fault.from_json(one) for one in row.told.get("faults", ())]
    before = row.told.get("before", {})
    cells = []
    for place, name in enumerate(heading):
        mine = [fault for fault in faults if fault.column == name]
        if only_interesting and not mine and name not in before:
            continue
        target = choices.targets.get(choices.columns.get(name, ""))
        cells.append(
            Cell(
                place,
                name,
                row.cells[place],
                target.label(visit.language) if target else "",
                [said(visit, fault) for fault in mine],
                _before(visit, target, before[name], records) if name in before else None,
                words_for(visit, target, records) if mine or not only_interesting else (),
            )
        )
    others = [said(visit, fault) for fault in faults if fault.column not in heading]
    filled = [row.cells[place] for place, name in enumerate(heading) if name in choices.columns and row.cells[place]]
    about = " · ".join(text[:SHOWN] for text in filled[:ABOUT])
    return Shown(row.number, row.outcome, row.ticked, about, cells, others)


def said(visit: Visit, fault: Fault) -> Said:
    """A fault in the reader's language."""
    return Said(fault.place(visit.language), fault.reason(visit.language), fault.remedy(visit.language))


def _before(visit: Visit, target: Target | None, value: Any, records: Mapping[str, Sequence[str]]) -> str:
    """What stands there now, as a person would say it."""
    if value is None:
        return visit.gettext("empty")
    if isinstance(value, bool):
        return visit.gettext("yes") if value else visit.gettext("no")
    labels = dict(target.field.options(visit.language)) if target and target.kind == "code" else {}
    values = value if isinstance(value, list) else [value]
    if target is not None and target.kind == "reference":
        return visit.gettext("another one")
    return ", ".join(labels.get(str(one), str(one)) for one in values)


def words_for(visit: Visit, target: Target | None, records: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Words to choose from for a cell of a list, in the reader's language; none where anything may be written."""
    if target is None:
        return ()
    if target.kind == "reference":
        return [name for entity in target.field.targets for name in records.get(entity, ())]
    if target.kind == "boolean":
        return [visit.gettext("yes"), visit.gettext("no")]
    return [label for _, label in target.field.options(visit.language)] if target.kind == "code" else ()


def tick(visit: Visit, form: FormData) -> Response:
    """Take in the ticked rows of this page and leave out the others."""
    shown, ticked = (_numbers(form.getlist(name)) for name in ("shown", "ticked"))
    store = visit.node.store
    with store.writing() as session:
        staging.tick(session, store.vault, sheets.find(session, visit.path("id")), shown, ticked)
    return back(visit, form)


def back(visit: Visit, form: FormData, row: int | None = None, notice: str | None = None) -> Response:
    """To the tab and page the form was sent from."""
    tab, number = str(form.get("show", "")), str(form.get("page", ""))
    asked = f"?show={tab if tab in TABS else 'all'}&page={_page_number(number, 100_000)}"
    return visit.see_other(f"/sheets/{visit.path('id')}{asked}", notice=notice)


def _numbers(given: Sequence[Any]) -> list[int]:
    return [int(one) for one in given if isinstance(one, str) and one.isdecimal() and len(one) < 8]
