"""Finds the row that names the columns, below titles and above the first row of values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coupole.node.sheets.reading import Sheet, SheetEmpty

LOOKED_AT = 30
"""Rows from the top among which the heading is looked for."""
LONGEST = 100
"""Characters of a column's name in a mapping."""

_VALUE = re.compile(r"[\d\s.,:/%€+-]+|true|false", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet from its heading on. ``heading_row``: its number in the file; every column's name is its own."""

    heading_row: int
    heading: tuple[str, ...]
    rows: list[tuple[int, list[str]]]


def find_heading(sheet: Sheet) -> int:
    """The number of the row that most likely names the columns: the first with about as many names as any."""
    best, most = sheet.rows[0][0], 0
    for number, row in sheet.rows[:LOOKED_AT]:
        names = _names(row)
        if names > most * 1.5 and names > most + 1:  # clearly more names than any row above
            best, most = number, names
    return best


def _names(row: Sequence[str]) -> int:
    """How many different names the row holds; a row with values among them is no heading."""
    filled = [cell for cell in row if cell]
    names = {cell.casefold() for cell in filled if not _VALUE.fullmatch(cell)}
    return len(names) if len(names) > 0.75 * len(filled) else 0


def table_below(sheet: Sheet, heading_row: int) -> Table:
    """The table whose heading is in that row. Raises ``SheetEmpty`` when nothing stands below it."""
    heading: Sequence[str] = next((row for number, row in sheet.rows if number == heading_row), ())
    rows = [(number, row) for number, row in sheet.rows if number > heading_row]
    if not heading or not rows:
        raise SheetEmpty()
    used = [place for place in range(len(heading)) if heading[place] or any(row[place] for _, row in rows)]
    named = _named([heading[place] for place in used], used)
    return Table(heading_row, named, [(number, [row[place] for place in used]) for number, row in rows])


def _named(heading: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    """The names, each given once: a column without one is called by its letter, a second of the same name by 2."""
    made: list[str] = []
    for name, place in zip(heading, places, strict=True):
        clean = " ".join(name.split())[: LONGEST - 8] or letters(place)
        candidate, number = clean, 2
        while candidate in made:
            candidate, number = f"{clean} ({number})", number + 1
        made.append(candidate)
    return tuple(made)


def letters(place: int) -> str:
    """The letters of a column as a spreadsheet program shows them, from 0."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text
