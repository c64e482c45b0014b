"""Opens the zip file that an XLSX file is, and refuses one that is made to swell.

What a zip file says of itself may be a lie, and the reader behind would believe it: every part is unpacked here, under
one cap for all, and packed again as it was found. A worksheet that names a cell far away is refused as well, for the
reader makes room for every cell in between.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from coupole.errors import CoupoleError

MAX_UNPACKED = 100_000_000
"""Bytes of all parts together; a table of 20,000 rows and 50 columns takes some 60 MB."""
MAX_PARTS = 500
MAX_ROWS = 20_000
MAX_COLUMNS = 200

_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,7})([0-9]{1,12})\s*["']""")
_CELL = re.compile(rb"<(?:[A-Za-z0-9]+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:[A-Za-z0-9]+:)?row[\s/>]")
_MERGED = re.compile(rb"""\bref\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,12}):([A-Za-z]{1,7})([0-9]{1,12})["']""")


class SheetUnreadable(CoupoleError):
    """The file cannot be opened as a spreadsheet."""


class SheetSwells(CoupoleError):
    """The file unpacks to far more than a table needs."""


class SheetTooManyRows(CoupoleError):
    """The table has more rows than are read at once."""


class SheetTooManyColumns(CoupoleError):
    """The table has more columns than are read."""


def repacked(content: bytes) -> bytes:
    """The same zip file, every part as long as it says.

    Raises ``SheetUnreadable``, ``SheetSwells``, ``SheetTooManyRows``, ``SheetTooManyColumns``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _repacked(packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        # RuntimeError: a part under a password; NotImplementedError: a way of packing nobody uses for tables.
        raise SheetUnreadable() from None


def _repacked(packed: zipfile.ZipFile) -> bytes:
    parts = packed.infolist()
    if len(parts) > MAX_PARTS or len({part.filename for part in parts}) < len(parts):
        raise SheetUnreadable()
    left = MAX_UNPACKED
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as target:
        for part in parts:
            if part.file_size > left:
                raise SheetSwells(limit=MAX_UNPACKED // 1_000_000)
            with packed.open(part) as source:
                text = source.read(left + 1)
            if len(text) > left:
                raise SheetSwells(limit=MAX_UNPACKED // 1_000_000)
            left -= len(text)
            if _WORKSHEET.fullmatch(part.filename):
                _check_extent(text)
            target.writestr(part.filename, text)
    return made.getvalue()


def _check_extent(worksheet: bytes) -> None:
    """Refuse a worksheet with a cell far away, whether it says so or counts up to it."""
    if b"\x00" in worksheet:  # another encoding than UTF-8, in which nothing below would find anything
        raise SheetUnreadable()
    rows = len(_ROW.findall(worksheet))
    columns, cells = 0, len(_CELL.findall(worksheet))
    for letters, digits in _PLACE.findall(worksheet):
        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    for _first, _top, last, bottom in _MERGED.findall(worksheet):
        rows, columns = max(rows, _within_sheet(int(bottom), rows)), max(columns, min(_column(last), MAX_COLUMNS))
    if rows > MAX_ROWS:
        raise SheetTooManyRows(limit=MAX_ROWS)
    if columns > MAX_COLUMNS or cells > MAX_ROWS * MAX_COLUMNS:
        raise SheetTooManyColumns(limit=MAX_COLUMNS)


def _within_sheet(bottom: int, rows: int) -> int:
    """A merged area may reach below the last row with anything in it; that costs nothing."""
    return min(bottom, max(rows, MAX_ROWS))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
