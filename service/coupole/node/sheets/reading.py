"""Opens an uploaded table: CSV of any usual kind, or XLSX. What comes out is text, row by row.

Every cell becomes the text a person would type: a date as 2024-03-01, a whole number without decimals, a formula as
the value it was saved with. Nothing is computed here and nothing is fetched.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from coupole.errors import CoupoleError
from coupole.node.records.reading import TableUnreadable, encoding_of
from coupole.node.sheets.unpacking import (
    MAX_COLUMNS,
    MAX_ROWS,
    SheetTooManyColumns,
    SheetTooManyRows,
    SheetUnreadable,
    repacked,
)

MAX_BYTES = 10_000_000
MAX_SHEETS = 50
MAX_CELL = 10_000
"""Characters of one cell: as many as a note of the standard may have."""

DELIMITERS = (";", "\t", ",", "|")
_FORMULA = re.compile(r"['\s]*[=+\-@\t\r＝＋－＠]")
"""How a text begins that a spreadsheet program may take for a formula, apostrophes before it or not."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class SheetTooLarge(CoupoleError):
    """The file is larger than is read."""


class SheetTypeUnknown(CoupoleError):
    """The file is neither XLSX nor CSV."""


class SheetOldOrLocked(CoupoleError):
    """The file is of the old kind of Excel, or locked with a password."""


class SheetEmpty(CoupoleError):
    """There is no table in the file."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a file: its rows with the numbers a spreadsheet program shows, empty rows left out."""

    name: str
    rows: list[tuple[int, list[str]]]


def read_file(content: bytes) -> list[Sheet]:
    """The sheets of a file that hold anything.

    Raises ``SheetTooLarge``, ``SheetTypeUnknown``, ``SheetOldOrLocked``, ``SheetEmpty``, ``TableUnreadable`` and the
    errors of ``repacked``.
    """
    if len(content) > MAX_BYTES:
        raise SheetTooLarge(limit=MAX_BYTES // 1_000_000)
    if content.startswith(_OLE):
        raise SheetOldOrLocked()
    sheets = _xlsx(content) if content.startswith(_ZIP) else [_csv(content)]
    found = [sheet for sheet in sheets if sheet.rows]
    if not found:
        raise SheetEmpty()
    return found


def _xlsx(content: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_object(io.BytesIO(repacked(content))) as book:
            names = [found.name for found in book.sheets_metadata if found.typ == SheetTypeEnum.WorkSheet]
            return [_worksheet(book, name) for name in names[:MAX_SHEETS]]
    except CalamineError:
        raise SheetUnreadable() from None


def _worksheet(book: CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    top, left = sheet.start or (0, 0)
    table = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=True)]
    for first, last in sheet.merged_cell_ranges or ():
        _fill(table, (first[0] - top, first[1] - left), (last[0] - top, last[1] - left))
    return Sheet(name[:100], _rows(table, top + 1))


def _fill(table: list[list[str]], first: tuple[int, int], last: tuple[int, int]) -> None:
    """A cell merged downwards counts for each of its rows; one merged to the right alone is a title."""
    (top, left), (bottom, _right) = first, last
    if not (0 <= top < len(table) and 0 <= left < len(table[top])) or not table[top][left]:
        return
    for row in table[top + 1 : bottom + 1]:
        row[left] = row[left] or table[top][left]


def _text(cell: Any) -> str:
    """What a person would type for the cell's value."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            midnight = cell.time() == time()
            return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("minutes")
        case timedelta():
            return str(cell)
    return str(cell).strip()


def _csv(content: bytes) -> Sheet:
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    delimiter = _named_delimiter(first)
    offset = 1
    if delimiter:
        text, offset = rest, 2
    table: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True):
            table.append([unguarded(cell.strip()) for cell in row])
            if len(table) > MAX_ROWS:
                raise SheetTooManyRows(limit=MAX_ROWS)
    except csv.Error:
        raise TableUnreadable(row=len(table) + offset) from None
    return Sheet("", _rows(table, offset))


def _decoded(content: bytes) -> str:
    """The text of a file. Raises ``SheetTypeUnknown`` when it holds what no text holds."""
    encoding = _MARKS.get(content[:2]) or encoding_of([content])
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise TableUnreadable(row=1) from None
    if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in set(text)):
        raise SheetTypeUnknown()
    return text


def _named_delimiter(first: str) -> str | None:
    """Spreadsheet programs may say in a first line what stands between cells: ``sep=;``."""
    line = first.strip().lower()
    return line[4] if len(line) == 5 and line.startswith("sep=") and line[4] in DELIMITERS else None


def _delimiter(text: str) -> str:
    """What stands between two cells: that which makes the most rows of one and the same length."""
    lines = text.splitlines(keepends=True)[:50]
    best = (0, DELIMITERS[0])
    for delimiter in DELIMITERS:
        try:
            lengths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            continue
        score = max((length * count for length, count in lengths.items() if length > 1), default=0)
        if score > best[0]:
            best = (score, delimiter)
    return best[1]


def guarded(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet program would take for a formula."""
    return "'" + text if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that an export of ours put before it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _rows(table: list[list[str]], first: int) -> list[tuple[int, list[str]]]:
    """Numbered rows that hold anything, all of one length.

    Raises ``SheetTooManyRows``, ``SheetTooManyColumns``.
    """
    rows = [(number, row) for number, row in enumerate(table, first) if any(row)]
    if len(rows) > MAX_ROWS:
        raise SheetTooManyRows(limit=MAX_ROWS)
    width = max((place + 1 for _, row in rows for place, cell in enumerate(row) if cell), default=0)
    if width > MAX_COLUMNS:
        raise SheetTooManyColumns(limit=MAX_COLUMNS)
    return [(number, [cell[: MAX_CELL + 1] for cell in (row + [""] * width)[:width]]) for number, row in rows]
