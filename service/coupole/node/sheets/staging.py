"""A spreadsheet from the moment somebody brings it until it is done with.

    matching   its columns are being matched with fields; nothing is known of its rows
    checked    every row says what it would do; cells are corrected, rows left out; nothing is written
    writing    the ticked rows are being written; whatever interrupts it, it goes on where it was
    done       there is nothing left to write; thrown away with the next tidying

What people decided about columns is kept for the next table with the same columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlmodel import Session, col, select
from ulid import ULID

from coupole.errors import CoupoleError
from coupole.node.records import local
from coupole.node.sheets.checking import checked
from coupole.node.sheets.choices import Choices, shape
from coupole.node.sheets.heading import Table, find_heading, table_below
from coupole.node.sheets.knowing import documents_of
from coupole.node.sheets.mapping import needed
from coupole.node.sheets.matching import plain
from coupole.node.sheets.proposing import Names, meaning, propose, propose_values, usual_fixed
from coupole.node.sheets.reading import Sheet as ReadSheet
from coupole.node.sheets.reading import read_file
from coupole.node.sheets.targets import ROW_ENTITIES, Target, own_targets
from coupole.node.store import Store, sheets
from coupole.node.store.changes import Context
from coupole.node.store.local_fields import namespace
from coupole.node.store.sheet_tables import Sheet, SheetShape
from coupole.node.store.sheets import StagedRow
from coupole.node.store.vault import NODE, Vault, seal, unseal

KEPT_FOR = timedelta(days=30)
TO_WRITE = ("created", "replaced")


class SheetBusy(CoupoleError):
    """The rows of this spreadsheet are being written at this moment."""


class SheetUndecided(CoupoleError):
    """Something about the columns is not decided yet."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a spreadsheet beside its rows. ``sheet``: which of its sheets; ``result``: what was written."""

    name: str
    names: tuple[str, ...]
    sheet: int
    heading_row: int
    heading: tuple[str, ...]
    choices: Choices
    remembered: bool = False
    result: Mapping[str, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """To be sealed."""
        return {
            "name": self.name,
            "names": list(self.names),
            "sheet": self.sheet,
            "heading_row": self.heading_row,
            "heading": list(self.heading),
            "choices": self.choices.as_json(),
            "remembered": self.remembered,
            "result": None if self.result is None else dict(self.result),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Told:
        """As it was sealed."""
        lists = {name: tuple(kept[name]) for name in ("names", "heading")}
        return cls(**{**kept, **lists, "choices": Choices.from_json(kept["choices"])})


def upload(store: Store, content: bytes, name: str, context: Context, workshop: str = "") -> str:
    """Take in a file: its largest sheet, the heading found, its columns matched. Raises what ``read_file`` raises.

    ``workshop``: what it is called, to find its own organisation by. Nobody is kept waiting while the file is read.
    """
    read = read_file(content)
    chosen = max(range(len(read)), key=lambda place: len(read[place].rows))
    with store.reading() as session:
        own = own_fields(session, store.node)
        told = _matched(session, store.vault, read, (name[:200], chosen, find_heading(read[chosen])), workshop, own)
    sheet = Sheet(
        id=str(ULID()),
        owner=sheets.new_owner(store.vault),
        actor=context.actor,
        made_at=context.now,
        expires_at=context.now + KEPT_FOR,
        state="matching",
        told=b"",
    )
    sheet.file = sheets.sealed(store.vault, sheet, "file", [{"name": one.name, "rows": one.rows} for one in read])
    with store.writing() as session:
        keep(session, store.vault, sheet, told)
        return sheet.id


def own_fields(session: Session, node: str) -> dict[str, Target]:
    """What a column may mean besides the standard's fields: those of the workshop's own that are asked, by path."""
    found: dict[str, Target] = {}
    for entity in ROW_ENTITIES:
        found |= own_targets(entity, local.fields(session, entity), namespace(node))
    return found


def _matched(
    session: Session,
    vault: Vault,
    read: Sequence[ReadSheet],
    table_at: tuple[str, int, int],
    workshop: str,
    own: Mapping[str, Target],
) -> Told:
    """``table_at``: the file's name, the number of its sheet, the row of the heading."""
    name, chosen, heading_row = table_at
    table = table_below(read[chosen], heading_row)
    names = record_names(session, vault)
    remembered = remember(session, vault, table.heading)
    choices = remembered.with_own(own) if remembered else propose(table, names, own)
    if remembered is None:
        choices = replace(choices, fixed=usual_fixed(choices, names, workshop))
    choices = choices.with_values(propose_values(table, choices, names))
    titles = tuple(one.name for one in read)
    return Told(name, titles, chosen, heading_row, table.heading, choices, remembered is not None)


def keep(session: Session, vault: Vault, sheet: Sheet, told: Told) -> None:
    """Put down what is known of a spreadsheet."""
    sheet.told = sheets.sealed(vault, sheet, "told", told.as_json())
    session.add(sheet)
    session.flush()


def told_of(vault: Vault, sheet: Sheet) -> Told:
    """What is known of a spreadsheet."""
    return Told.from_json(sheets.opened(vault, sheet, "told", sheet.told))


def waiting(session: Session) -> list[Sheet]:
    """The spreadsheets that are here, the newest first."""
    return list(session.exec(select(Sheet).order_by(col(Sheet.made_at).desc())))


def read_sheets(vault: Vault, sheet: Sheet) -> list[ReadSheet]:
    """The sheets of the file as they were read; none once its rows stand by themselves."""
    if sheet.file is None:
        return []
    parts = sheets.opened(vault, sheet, "file", sheet.file)
    return [ReadSheet(part["name"], [(number, cells) for number, cells in part["rows"]]) for part in parts]


def table_of(session: Session, vault: Vault, sheet: Sheet, told: Told) -> Table:
    """The table the columns belong to: of the file, or of the rows once they stand by themselves."""
    read = read_sheets(vault, sheet)
    if read:
        return table_below(read[told.sheet], told.heading_row)
    rows = sheets.rows(session, vault, sheet)
    return Table(told.heading_row, told.heading, [(row.number, row.cells) for row in rows])


def choose_table(
    session: Session, store: Store, sheet: Sheet, chosen: int, heading_row: int | None, workshop: str = ""
) -> Told:
    """Take another sheet of the file, or another row of it for the heading. Raises ``SheetEmpty``, ``SheetBusy``."""
    vault = store.vault
    read = read_sheets(vault, sheet)
    if sheet.state != "matching" or not 0 <= chosen < len(read):
        raise SheetBusy()
    row = find_heading(read[chosen]) if heading_row is None else heading_row
    own = own_fields(session, store.node)
    told = _matched(session, vault, read, (told_of(vault, sheet).name, chosen, row), workshop, own)
    keep(session, vault, sheet, told)
    return told


def decide(session: Session, vault: Vault, sheet: Sheet, choices: Choices) -> Told:
    """Put down what a person decided about the columns; words of columns newly matched are looked up."""
    _not_writing(sheet)
    told = told_of(vault, sheet)
    table = table_of(session, vault, sheet, told)
    values = propose_values(table, choices, record_names(session, vault))
    told = replace(told, choices=choices.with_values(values))
    keep(session, vault, sheet, told)
    return told


def check(store: Store, sheet_id: str, context: Context) -> None:
    """Say of every row what it would do, and keep the decisions for the next table of these columns.

    Raises ``SheetUndecided`` when a field is needed that nothing fills, ``SheetBusy``.
    """
    with store.reading() as session:
        _not_writing(sheets.find(session, sheet_id))
    seen, found = look(store, sheet_id, context)
    with store.writing() as session:
        sheet = sheets.find(session, sheet_id)
        _not_writing(sheet)
        put(session, store.vault, sheet, seen, found, context.now)


def look(store: Store, sheet_id: str, context: Context) -> tuple[bytes, list[StagedRow]]:
    """What every row would do at this moment, and what was told of the spreadsheet then; nobody is kept waiting.

    Raises ``SheetUndecided``.
    """
    with store.reading() as session:
        sheet = sheets.find(session, sheet_id)
        told = told_of(store.vault, sheet)
        if needed(told.choices):
            raise SheetUndecided()
        if sheet.file is None:
            rows = sheets.rows(session, store.vault, sheet)
        else:
            table = table_of(session, store.vault, sheet, told)
            rows = [StagedRow(number, list(cells)) for number, cells in table.rows]
        return sheet.told, checked(session, store, told.choices, told.heading, rows, context)


def put(session: Session, vault: Vault, sheet: Sheet, seen: bytes, found: Sequence[StagedRow], now: datetime) -> None:
    """Put down what was looked up. Raises ``SheetBusy`` when somebody changed the spreadsheet in the meantime."""
    if sheet.told != seen:
        raise SheetBusy()
    sheets.put_rows(session, vault, sheet, found)
    sheet.state, sheet.file = "checked", None
    session.add(sheet)
    _remember(session, vault, told_of(vault, sheet), now)


def correct(
    session: Session, store: Store, sheet: Sheet, number: int, cells: Mapping[str, str], context: Context
) -> None:
    """Write other texts into cells of one row, by the names of their columns, and look at it again.

    Rows about the same person, before or after, are looked at again as well. Raises ``SheetBusy``,
    ``SheetRowNotFound``.
    """
    _not_writing(sheet)
    told = told_of(store.vault, sheet)
    row = sheets.one_row(session, store.vault, sheet, number)
    row.cells = [cells.get(name, cell).strip() for name, cell in zip(told.heading, row.cells, strict=True)]
    told = _with_words(session, store.vault, sheet, told, cells)
    [alone] = checked(session, store, told.choices, told.heading, [row], context)
    people = {person for person in (row.participant, alone.participant) if person}
    others = sheets.rows(session, store.vault, sheet, participants=people) if people else []
    together = sorted([alone, *(one for one in others if one.number != number)], key=lambda one: one.number)
    sheets.put_rows(session, store.vault, sheet, checked(session, store, told.choices, told.heading, together, context))


def _with_words(session: Session, vault: Vault, sheet: Sheet, told: Told, cells: Mapping[str, str]) -> Told:
    """A word that was typed into a column of words is looked up there and then, like those that came with the file."""
    names = record_names(session, vault)
    values = {path: dict(meant) for path, meant in told.choices.values.items()}
    for column, text in cells.items():
        path = told.choices.columns.get(column)
        target = told.choices.targets.get(path or "")
        if path and target and target.coded() and text.strip() and text.strip() not in values.get(path, {}):
            meant = meaning(target, text.strip(), names)
            if meant is not None:
                values.setdefault(path, {})[text.strip()] = meant
    told = replace(told, choices=told.choices.with_values(values))
    keep(session, vault, sheet, told)  # also when it says the same: whoever looks at all rows now must look again
    return told


def _not_writing(sheet: Sheet) -> None:
    if sheet.state == "writing":
        raise SheetBusy()


def record_names(session: Session, vault: Vault) -> Names:
    """Organisations and professionals by their names; a name that two of them have names neither."""
    found: dict[str, dict[str, str]] = {}
    for entity, field in (("organisation", "name"), ("actor", "display_name")):
        named = [(plain(document[field]), record) for record, document in documents_of(session, vault, entity)]
        often = Counter(name for name, _ in named)
        found[entity] = {name: record for name, record in named if often[name] == 1}
    return found


def record_labels(session: Session, vault: Vault) -> dict[str, list[str]]:
    """The names of organisations and professionals to choose from, in order."""
    named = (("organisation", "name"), ("actor", "display_name"))
    return {
        entity: sorted((str(document[field]) for _, document in documents_of(session, vault, entity)), key=str.casefold)
        for entity, field in named
    }


def remember(session: Session, vault: Vault, heading: Sequence[str]) -> Choices | None:
    """What was decided about the last table with these columns."""
    name = shape(heading)
    kept = session.get(SheetShape, name)
    if kept is None:
        return None
    choices = Choices.from_json(orjson.loads(unseal(vault.key(NODE), kept.body, f"sheet-shape|{name}")))
    return choices if set(choices.columns) <= set(heading) else None


def _remember(session: Session, vault: Vault, told: Told, now: datetime) -> None:
    name = shape(told.heading)
    body = seal(vault.key(NODE), orjson.dumps(told.choices.as_json()), f"sheet-shape|{name}")
    session.merge(SheetShape(shape=name, saved_at=now, body=body))


def tick(session: Session, vault: Vault, sheet: Sheet, shown: Iterable[int], ticked: Iterable[int]) -> None:
    """Of the rows shown, take in those ticked and leave out the others. Raises ``SheetBusy``."""
    _not_writing(sheet)
    chosen = set(ticked)
    keep(session, vault, sheet, told_of(vault, sheet))
    sheets.tick(session, sheet, [number for number in shown if number in chosen], True)
    sheets.tick(session, sheet, [number for number in shown if number not in chosen], False)


def throw_away(store: Store, sheet_id: str) -> None:
    """Forget a spreadsheet, its key included. Raises ``SheetNotFound``, ``SheetBusy``."""
    with store.writing() as session:
        sheet = sheets.find(session, sheet_id)
        _not_writing(sheet)
        sheets.discard(session, sheet)
    store.finish_erasures()
