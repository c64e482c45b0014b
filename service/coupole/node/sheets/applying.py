"""Writes the ticked rows of a checked spreadsheet, piece by piece, while somebody watches.

Each piece is one transaction with the count of how far it came: killed at any moment, it goes on behind the last
piece. What somebody else changed since the rows were shown is not written over: such a row stays, with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from coupole.node.records.importing import Source, write_in_pieces
from coupole.node.records.reading import Row
from coupole.node.sheets.checking import by_name, prepared
from coupole.node.sheets.merging import read_standing, unless_outdated
from coupole.node.sheets.staging import TO_WRITE, SheetBusy, keep, look, put, told_of
from coupole.node.store import Store, sheets
from coupole.node.store.sheet_tables import Sheet
from coupole.node.store.sheets import StagedRow
from coupole.node.store.tables import ImportRun

TOGETHER = 100
"""Documents written in one transaction: some 25 rows, so that progress is seen to move."""
AT_A_TIME = 200
"""Rows opened at a time."""
SILENT_FOR = timedelta(seconds=15)
"""After so long without a sign whoever was writing is taken to have stopped."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the writing of a spreadsheet is. ``stopped``: nobody is at it any more."""

    done: int
    total: int
    stopped: bool


def confirm(session: Session, sheet: Sheet, now: datetime) -> int:
    """A person has seen the rows and wants the ticked ones written; how many. Raises ``SheetBusy``."""
    if sheet.state != "checked":
        raise SheetBusy()
    total = to_write(session, sheet)
    if total:
        sheet.state, sheet.writing, sheet.worked_at = "writing", sheet.writing + 1, now
        session.add(sheet)
    return total


def to_write(session: Session, sheet: Sheet) -> int:
    """How many rows are ticked and would change anything."""
    tally = sheets.tally(session, sheet)
    return sum(tally.get((outcome, True), 0) for outcome in TO_WRITE)


def progress(session: Session, sheet: Sheet, now: datetime) -> Progress:
    """How far it is."""
    run = _run(session, sheet)
    stopped = sheet.worked_at is None or now - sheet.worked_at > SILENT_FOR
    return Progress(run.rows_done if run else 0, to_write(session, sheet), stopped)


def write_rows(store: Store, sheet_id: str, actor: str) -> None:
    """Write what was confirmed, from where an earlier attempt stopped; then look at all rows again."""
    with store.reading() as session:
        sheet = sheets.find(session, sheet_id)
        run = _run(session, sheet)
    if sheet.state != "writing":
        return
    if run is None or run.ended_at is None:
        _sign(store, sheet_id, store.context(actor).now)
        for place, _verdict in enumerate(
            write_in_pieces(store, _rows(store, sheet), _source(sheet), actor, together=TOGETHER)
        ):
            if place % AT_A_TIME == 0:
                _sign(store, sheet_id, store.context(actor).now)
    _look_again(store, sheet_id, actor)
    store.refresh_facts()


def _source(sheet: Sheet) -> Source:
    return Source(hashlib.sha256(f"{sheet.id}|{sheet.writing}".encode()).hexdigest())


def _run(session: Session, sheet: Sheet) -> ImportRun | None:
    query = select(ImportRun).where(ImportRun.source_sha256 == _source(sheet).sha256)
    return session.exec(query.order_by(col(ImportRun.started_at).desc())).first()


def _rows(store: Store, sheet: Sheet) -> Iterator[Row]:
    """The confirmed rows, as changes to what is there at this moment; the same rows in the same order each time."""
    last = 0
    while True:
        with store.reading() as session:
            found = sheets.find(session, sheet.id)  # each time anew: an erasure gives it another key
            some = sheets.rows(session, store.vault, found, outcomes=TO_WRITE, ticked=True, after=last, limit=AT_A_TIME)
            ready = _ready(session, store, found, some)
        if not ready:
            return
        yield from ready
        last = some[-1].number


def _ready(session: Session, store: Store, sheet: Sheet, rows: list[StagedRow]) -> list[Row]:
    told = told_of(store.vault, sheet)
    table = [(row.number, by_name(told.choices, told.heading, row.cells)) for row in rows]
    known = {(row.number, name): record for row in rows for name, record in row.told.get("records", {}).items()}
    found = prepared(session, store, told.choices, table, known or None)
    named = {change.id for one in found for change in one.row.changes if change.id}
    standing = read_standing(session, store.vault, named)
    return [unless_outdated(one.row, row.told["seen"], standing) for row, one in zip(rows, found, strict=True)]


def _sign(store: Store, sheet_id: str, now: datetime) -> None:
    with store.writing() as session:
        sheet = sheets.find(session, sheet_id)
        sheet.worked_at = now
        session.add(sheet)


def _look_again(store: Store, sheet_id: str, actor: str) -> None:
    """Back to the rows: what was written is unchanged now, what could not be says why."""
    context = store.context(actor)
    seen, found = look(store, sheet_id, context)
    with store.writing() as session:
        sheet = sheets.find(session, sheet_id)
        run = _run(session, sheet)
        told = told_of(store.vault, sheet)
        sheet.worked_at = None
        put(session, store.vault, sheet, seen, found, context.now)
        if run is not None:
            result = {name: int(getattr(run, name)) for name in ("created", "replaced", "unchanged", "refused")}
            keep(session, store.vault, sheet, replace(told, result={**result, "rows": run.rows_done}))
        left = sum(count for (outcome, _), count in sheets.tally(session, sheet).items() if outcome != "unchanged")
        if not left:
            sheet.state = "done"
            sheets.empty(session, store.vault, sheet)
    store.finish_erasures()
