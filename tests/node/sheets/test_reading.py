from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from coupole.errors import CoupoleError
from coupole.node.records.reading import TableUnreadable
from coupole.node.sheets.heading import find_heading, table_below
from coupole.node.sheets.reading import (
    MAX_BYTES,
    SheetEmpty,
    SheetOldOrLocked,
    SheetTooLarge,
    SheetTypeUnknown,
    guarded,
    read_file,
    unguarded,
)
from coupole.node.sheets.unpacking import (
    MAX_ROWS,
    SheetSwells,
    SheetTooManyColumns,
    SheetTooManyRows,
    SheetUnreadable,
    repacked,
)
from tests.node.sheets.workbooks import SHEET, lying_about_its_length, with_part, workbook, worksheet


def test_cells_of_xlsx_become_what_a_person_would_type() -> None:
    row = ["Maes", 12, 22.5, date(1990, 2, 1), True, ("=1+1", 2), ("=A1", "text"), None, " spaced "]
    [sheet] = read_file(workbook(Lijst=[row]))
    assert sheet.name == "Lijst"
    assert sheet.rows == [(1, ["Maes", "12", "22.5", "1990-02-01", "true", "2", "text", "", "spaced"])]


def test_rows_keep_the_numbers_the_program_shows_and_empty_ones_are_passed_over() -> None:
    [sheet] = read_file(workbook(A=[[], ["", ""], ["x", "y"], [], ["1", "2"]]))
    assert [number for number, _ in sheet.rows] == [3, 5]
    [sheet] = read_file(b"\r\n;\r\nx;y\r\n;\r\n1;2\r\n")
    assert [number for number, _ in sheet.rows] == [3, 5]


def test_a_cell_merged_downwards_counts_for_each_of_its_rows_and_a_title_for_none() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "Title")
        sheet.write_row("A2", ["nr", "coach", "name"])
        sheet.merge_range("B3:B4", "An")
        sheet.write_column("A3", ["1", "2"])
        sheet.write_column("C3", ["x", "y"])
    [read] = read_file(made.getvalue())
    assert read.rows[0] == (1, ["Title", "", ""])
    assert [row for _, row in read.rows[2:]] == [["1", "An", "x"], ["2", "An", "y"]]


def test_several_sheets_are_told_apart_and_empty_ones_left_out() -> None:
    read = read_file(workbook(One=[["a"]], Empty=[], Two=[["b"]]))
    assert [sheet.name for sheet in read] == ["One", "Two"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_every_usual_kind_is_read(delimiter: str, encoding: str) -> None:
    text = f'nr{delimiter}naam\n1{delimiter}Dûpont\n2{delimiter}"Ma{delimiter}es"\n'
    [sheet] = read_file(text.encode(encoding))
    assert [row for _, row in sheet.rows] == [["nr", "naam"], ["1", "Dûpont"], ["2", f"Ma{delimiter}es"]]


def test_a_first_line_may_say_what_stands_between_cells() -> None:
    [sheet] = read_file(b"sep=,\na,b;c\n1,2;3\n")
    assert sheet.rows == [(2, ["a", "b;c"]), (3, ["1", "2;3"])]


@given(st.text(max_size=20))
def test_what_an_export_puts_before_a_formula_an_import_takes_away(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_heading_is_found_below_titles_and_above_values() -> None:
    [sheet] = read_file(
        workbook(A=[["Deelnemers 2024"], [], ["Nr", "Naam", "Geboren"], ["1", "Maes", "1990"], ["2", "Claes", "1991"]])
    )
    assert find_heading(sheet) == 3
    table = table_below(sheet, 3)
    assert table.heading == ("Nr", "Naam", "Geboren")
    assert [number for number, _ in table.rows] == [4, 5]


def test_every_column_has_a_name_of_its_own() -> None:
    [sheet] = read_file(workbook(A=[["Datum", None, "Datum", None], ["1", "2", "3", None]]))
    assert table_below(sheet, 1).heading == ("Datum", "B", "Datum (2)")


def test_a_heading_without_rows_is_no_table() -> None:
    [sheet] = read_file(b"a;b\n")
    with pytest.raises(SheetEmpty):
        table_below(sheet, 1)


BOOK = workbook(A=[["nr", "naam"], ["1", "Maes"]])
FAR = worksheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>')
LOW = worksheet(f'<row r="{MAX_ROWS + 5}"><c r="A{MAX_ROWS + 5}"><v>1</v></c></row>')
COUNTED = worksheet("<row>" + "<c><v>1</v></c>" * 300 + "</row>")
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>' + worksheet(
    "<row><c><v>&b;</v></c></row>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + worksheet(
    '<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>'
)
BOMB = with_part(BOOK, "xl/media/image1.bin", b"\0" * 200_000_000)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", SheetEmpty),
        (b"\n\n;;\n", SheetEmpty),
        (workbook(A=[]), SheetEmpty),
        (b"\x00\x01\x02\x03" * 50, SheetTypeUnknown),
        (b"%PDF-1.7\n\x00\x01", SheetTypeUnknown),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, SheetOldOrLocked),
        (b"x" * (MAX_BYTES + 1), SheetTooLarge),
        (b"PK\x03\x04 not a zip file", SheetUnreadable),
        (BOOK[: len(BOOK) // 2], SheetUnreadable),
        (with_part(BOOK, SHEET, b"<worksheet><sheetData><row"), SheetUnreadable),
        (b'nr;naam\n1;"Ma"es\n', TableUnreadable),
        ("nr;naam\n1;\x81é\xff\n".encode("latin-1"), TableUnreadable),
        (b"\xff\xfe\x00", TableUnreadable),
        (BOMB, SheetSwells),
        (lying_about_its_length(BOMB, "xl/media/image1.bin", 1000), SheetUnreadable),
        (with_part(BOOK, SHEET, FAR), SheetTooManyRows),
        (with_part(BOOK, SHEET, LOW), SheetTooManyRows),
        (with_part(BOOK, SHEET, COUNTED), SheetTooManyColumns),
        (with_part(BOOK, SHEET, worksheet('<row r="1"><c r="ZZ1"><v>1</v></c></row>')), SheetTooManyColumns),
        (with_part(BOOK, SHEET, FAR.decode().encode("utf-16")), SheetUnreadable),
        (";".join(["x"] * 1_000_000).encode(), SheetTooManyColumns),
        (b"a;b\n" + b"1;2\n" * (MAX_ROWS + 1), SheetTooManyRows),
    ],
)
def test_what_is_no_table_is_refused_by_a_name(content: bytes, kind: type[CoupoleError]) -> None:
    with pytest.raises(CoupoleError) as refused:
        read_file(content)
    assert type(refused.value) is kind


@pytest.mark.parametrize("part", [LAUGHS, OUTSIDE])
def test_entities_are_never_looked_up(part: bytes) -> None:
    try:
        cells = [cell for sheet in read_file(with_part(BOOK, SHEET, part)) for _, row in sheet.rows for cell in row]
    except CoupoleError:
        return
    assert not any("root" in cell or "haha" in cell for cell in cells)


def test_a_part_under_a_password_is_refused() -> None:
    raw = bytearray(BOOK)
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book:
        offset = book.getinfo(SHEET).header_offset
    raw[offset + 6] |= 1
    place = raw.rfind(b"PK\x01\x02")
    while place >= 0:
        raw[place + 8] |= 1
        place = raw.rfind(b"PK\x01\x02", 0, place)
    with pytest.raises(SheetUnreadable):
        repacked(bytes(raw))


@given(st.binary(max_size=300))
def test_whatever_bytes_come_the_answer_is_a_table_or_a_reason(content: bytes) -> None:
    for given_bytes in (content, b"PK\x03\x04" + content):
        try:
            sheets = read_file(given_bytes)
        except CoupoleError:
            continue
        assert all(len({len(row) for _, row in sheet.rows}) == 1 for sheet in sheets)
