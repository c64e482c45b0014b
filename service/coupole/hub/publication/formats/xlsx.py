"""A dataset as XLSX: a sheet for each table, and one that says what it is about.

Of one-way tables each breakdown is a sheet of its own. Every text is written as text, never as a formula; a figure that
is withheld or missing is ``:``, with the reason beside it: an empty cell counts as 0 in a spreadsheet.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.datasets import TOTAL
from coupole.hub.publication.formats.csv_tables import NO_FIGURE
from coupole.hub.publication.formats.rows import FIGURES, Cell, columns, lines, places, titles
from coupole.hub.publication.formats.words import ABOUT, COLUMNS, KINDS
from coupole.hub.publication.words import WORDS
from coupole.standard import words
from coupole.standard.codes import code_list

FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
LONGEST_NAME = 31
"""Characters in the name of a sheet."""
NARROW, WIDE = 14, 34


def write(cube: Cube, language: str) -> bytes:
    """The workbook."""
    import xlsxwriter  # type: ignore[import-untyped]

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, options) as book:
        # The moment of making would change the file each time.
        moment = cube.updated.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": cube.title[language], "author": cube.publisher.name, "created": moment})
        taken: set[str] = set()
        for name, rows in _tables(cube, language).items():
            _sheet(book, _name(name, taken), cube, rows, language)
        _about(book, _name(ABOUT[language], taken), cube, language)
    return made.getvalue()


def kept(cube: Cube) -> list[str]:
    """The columns of a sheet; what is the same in all rows stands in the sheet about it."""
    keys = [name for key in places(cube) if key != "breakdown" for name in (key, _words_of(key))]
    return ["period", *keys, "measure", "measure_label", *FIGURES]


def _words_of(key: str) -> str:
    return "label" if key == "code" else f"{key}_label"


def _tables(cube: Cube, language: str) -> dict[str, list[Mapping[str, Cell]]]:
    """Rows by the name of their table."""
    names = columns(cube)
    dimensions = {one.name: one.title[language] for one in cube.axes}
    found: dict[str, list[Mapping[str, Cell]]] = {}
    for line in lines(cube, language):
        row = dict(zip(names, line, strict=True))
        breakdown = str(row.get("breakdown", ""))
        total = words.code_word(None, TOTAL, language)
        found.setdefault(dimensions.get(breakdown, total) if cube.one_way else WORDS["breakdown"][language], []).append(
            row
        )
    return found


def _sheet(book: Any, name: str, cube: Cube, rows: Sequence[Mapping[str, Cell]], language: str) -> None:
    sheet = book.add_worksheet(name)
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    title = titles(cube)
    shown = kept(cube)
    for place, column in enumerate(shown):
        sheet.write_string(0, place, title[column][language], heading)
        sheet.set_column(place, place, WIDE if column.endswith("label") or column == "kind" else NARROW)
    for at, row in enumerate(rows, 1):
        for place, column in enumerate(shown):
            _cell(sheet, at, place, _said(column, row[column], language))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(shown) - 1)


def _said(column: str, value: Cell, language: str) -> Cell:
    if column == "value" and value is None:
        return NO_FIGURE
    return KINDS[str(value)][language] if column == "kind" else value


def _cell(sheet: Any, row: int, place: int, value: Cell) -> None:
    if isinstance(value, str):
        sheet.write_string(row, place, value)
    elif value is not None:
        sheet.write_number(row, place, value)


def _about(book: Any, name: str, cube: Cube, language: str) -> None:
    sheet = book.add_worksheet(name)
    label = book.add_format({"bold": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, WIDE)
    sheet.set_column(1, 1, 3 * WIDE)
    for place, (what, said) in enumerate(about(cube, language)):
        sheet.write_string(place, 0, what, label)
        sheet.write_string(place, 1, said, text)


def about(cube: Cube, language: str) -> Iterator[tuple[str, str]]:
    """What is said of a dataset: label and text."""

    def named(column: str, said: str) -> tuple[str, str]:
        return COLUMNS[column][language], said

    yield named("title", cube.title[language])
    yield named("dataset", cube.id)
    yield named("definition", cube.indicator.definition[language])
    yield named("unit", cube.indicator.unit)
    yield named("catalogue", cube.catalogue)
    yield named("version", cube.version)
    yield named("publisher", cube.publisher.name)
    yield named("address", cube.publisher.address)
    yield named("updated", cube.updated.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    for note in cube.notes[1:]:
        yield named("notes", note[language])
    seen = [figure for _period, _row, _measure, figure in cube.placed()]
    statuses = code_list("obs_status")
    for status in sorted({one.status for one in seen}):
        yield f"{COLUMNS['status'][language]} {status}", statuses.labels(status, language)
    for period, nodes in cube.nodes.items():
        names = ", ".join(cube.names.get(node, node) for node in nodes)
        yield f"{COLUMNS['nodes'][language]}, {period}", names


def _name(title: str, taken: set[str]) -> str:
    """A name Excel takes for a sheet: 31 characters, no brackets, another one than those before it."""
    plain = title.translate(FORBIDDEN).strip("' ")[:LONGEST_NAME] or "Coupole"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: LONGEST_NAME - 3]} {number}"
    taken.add(name.casefold())
    return name
