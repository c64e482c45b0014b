"""Lists as spreadsheets: XLSX with a page that says what it is, CSV that opens right in Belgium, France and Italy.

What is written here holds names. It is made in memory and never touches a disk of ours; whoever sends it on has it
written into the ledger of what left first, by the hash of these very bytes.

A cell is never a formula: in XLSX every text is written as text, in CSV what would begin a formula gets an apostrophe
before it, which the import takes away again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter  # type: ignore[import-untyped]

from coupole.node.sheets.reading import guarded

Kind = Literal["text", "date", "number", "yes_no"]
BOM = "\ufeff"
LONGEST = 32_767
"""Characters of a cell in Excel."""
WIDEST = 60
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an exported list. ``key``: what the rows call it."""

    key: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Words:
    """The few words an export says itself, in the reader's language."""

    about: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class List:
    """A list to be taken away. ``about``: what is said of it, label and text: filters, date, who, what it is."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    about: Sequence[tuple[str, str]]
    words: Words


def xlsx(exported: List) -> bytes:
    """The list as XLSX: a sheet with the rows, a sheet about it."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"title": exported.title, "comments": "Coupole"})
        _rows(book, exported)
        sheet = book.add_worksheet(_name(exported.words.about, exported.title))
        label = book.add_format({"bold": True, "valign": "top"})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 80)
        for place, (name, said) in enumerate(exported.about):
            sheet.write_string(place, 0, name, label)
            sheet.write_string(place, 1, said, text)
    return made.getvalue()


def _rows(book: Any, exported: List) -> None:
    sheet = book.add_worksheet(_name(exported.title, ""))
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "number": book.add_format({"num_format": "General"}),
        "text": book.add_format({"valign": "top"}),
    }
    widths = [len(column.label) for column in exported.columns]
    for place, column in enumerate(exported.columns):
        sheet.write_string(0, place, column.label, heading)
    last = 0
    for last, row in enumerate(exported.rows, 1):
        for place, column in enumerate(exported.columns):
            shown = _write(sheet, last, place, column, row.get(column.key), exported.words, formats)
            widths[place] = max(widths[place], shown)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    if exported.columns:
        sheet.autofilter(0, 0, last, len(exported.columns) - 1)


def _write(
    sheet: Any, row: int, place: int, column: Column, value: Any, words: Words, formats: Mapping[str, Any]
) -> int:
    """Write one cell by its kind; how wide it is."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        text = words.yes if value else words.no
        sheet.write_string(row, place, text, formats["text"])
        return len(text)
    day = _day(value) if column.kind == "date" else None
    if day is not None:
        sheet.write_datetime(row, place, datetime(day.year, day.month, day.day), formats["date"])  # noqa: DTZ001
        return 10
    if column.kind == "number" and isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, value, formats["number"])
        return len(str(value))
    text = str(value)[:LONGEST]
    sheet.write_string(row, place, text, formats["text"])
    return max(map(len, text.splitlines()), default=0)


def _day(value: Any) -> date | None:
    """A whole day that Excel has a number for; a year or a month alone stays text."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else None
        except ValueError:
            return None
    day = value.date() if isinstance(value, datetime) else value
    return day if isinstance(day, date) and day.year > 1900 else None


def _name(title: str, other: str) -> str:
    """A name Excel takes for a sheet: 31 characters, no brackets, another one than the first."""
    name = title.translate(_FORBIDDEN).strip("' ")[:31] or "Coupole"
    return name if name.casefold() != other.translate(_FORBIDDEN).strip("' ")[:31].casefold() else name[:29] + " 2"


def comma_separated(exported: List) -> bytes:
    """The list as CSV for Excel here: marked as UTF-8, semicolons, decimals with a comma, days as 2025-12-31."""
    text = io.StringIO(newline="")
    text.write(BOM)
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow([guarded(column.label) for column in exported.columns])
    for row in exported.rows:
        table.writerow([_plain(column, row.get(column.key), exported.words) for column in exported.columns])
    return text.getvalue().encode()


def _plain(column: Column, value: Any, words: Words) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return words.yes if value else words.no
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, int | float | Decimal):
        return str(int(value) if value == int(value) else value).replace(".", ",")
    return guarded(str(value))
