"""An XLSX file as the rows of an import by a mapping somebody wrote: one more reader beside that of CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from coupole.node.records.mapping import ColumnMissing, Mapper
from coupole.node.records.reading import Row, mapped_rows
from coupole.node.sheets.heading import LOOKED_AT, Table, table_below
from coupole.node.sheets.reading import MAX_BYTES, Sheet, read_file

_SIGN = b"PK\x03\x04"


def is_xlsx(path: Path) -> bool:
    """Whether the file is a zip file, as XLSX is, whatever it is called."""
    with path.open("rb") as file:
        return file.read(len(_SIGN)) == _SIGN


def xlsx_rows(mapper: Mapper, path: Path) -> Iterator[Row]:
    """The documents of the table in the file that has the mapping's columns.

    Raises ``ColumnMissing`` when no sheet has them all, and the errors of ``read_file`` and of the mapping.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    table = _table(mapper, read_file(content))
    named = ((number, dict(zip(table.heading, cells, strict=True))) for number, cells in table.rows)
    yield from mapped_rows(mapper, named)


def _table(mapper: Mapper, sheets: Sequence[Sheet]) -> Table:
    """The first table below a row that names every column the mapping needs."""
    missing: ColumnMissing | None = None
    for sheet in sheets:
        for number, row in sheet.rows[:LOOKED_AT]:
            try:
                mapper.check_columns([" ".join(name.split()) for name in row])
            except ColumnMissing as error:
                missing = missing or error
            else:
                return table_below(sheet, number)
    raise missing or ColumnMissing()
