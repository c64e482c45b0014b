"""Files made cell by cell, and files that no person makes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX file with these sheets: texts, numbers, dates and formulas ``("=1+1", 2)``."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    _write(sheet, number, place, value, day)
    return made.getvalue()


def _write(sheet: Any, row: int, place: int, value: Any, day: Any) -> None:
    match value:
        case (formula, result):
            sheet.write_formula(row, place, formula, None, result)
        case date():
            sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
        case None:
            pass
        case str():
            sheet.write_string(row, place, value)
        case _:
            sheet.write(row, place, value)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The same file with another text in one of its parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for known in before.namelist():
            if known != name:
                after.writestr(known, before.read(known))
        after.writestr(name, part)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def worksheet(cells: str) -> bytes:
    """The XML of a sheet with these rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def lying_about_its_length(content: bytes, name: str, says: int) -> bytes:
    """The same file, one part of which claims to be that long when unpacked."""
    raw = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        offset = book.getinfo(name).header_offset
    raw[offset + 22 : offset + 26] = struct.pack("<I", says)
    place = raw.rfind(b"PK\x01\x02")
    while place >= 0:
        length = struct.unpack("<H", raw[place + 28 : place + 30])[0]
        if raw[place + 46 : place + 46 + length] == name.encode():
            raw[place + 24 : place + 28] = struct.pack("<I", says)
        place = raw.rfind(b"PK\x01\x02", 0, place)
    return bytes(raw)
