"""A dataset as CSV that opens right in a spreadsheet: byte order mark, the separator and comma of the language.

A figure that is withheld or missing is ``:``, as Eurostat writes it: an empty cell counts as 0 in a spreadsheet. A cell
that a spreadsheet would run as a formula is made text: codes of open lists are written by strangers.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats.rows import Cell, columns, lines

RUN = ("=", "+", "-", "@", "\t", "\r")
NO_FIGURE = ":"


def write(cube: Cube, language: str) -> bytes:
    """One row for each figure. ``;`` and a decimal comma in Dutch, French and Italian; ``,`` and a point in English."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter(language), lineterminator="\r\n")
    names = columns(cube)
    writer.writerow(names)
    value = names.index("value")
    for line in lines(cube, language):
        cells = [_cell(one, language) for one in line]
        cells[value] = cells[value] or NO_FIGURE
        writer.writerow(cells)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def delimiter(language: str) -> str:
    """What stands between two cells."""
    return "," if language == "en" else ";"


def decimal(language: str) -> str:
    """What stands before a fraction."""
    return "." if language == "en" else ","


def _cell(value: Cell, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.lstrip("'").startswith(RUN) else value  # what began with one has two
    return f"{Decimal(str(value)):f}".replace(".", decimal(language))  # never 1e-05: not everybody reads that
