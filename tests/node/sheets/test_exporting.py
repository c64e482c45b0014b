from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.node.sheets.exporting import Column, List, Words, comma_separated, xlsx
from coupole.node.sheets.heading import table_below
from coupole.node.sheets.reading import read_file
from coupole.node.sheets.register import register
from coupole.node.store import Store
from tests.node.sheets.staged import bring, check, checked, outcomes, rows, write
from tests.node.sheets.tables import as_xlsx, people, with_registers
from tests.stores import with_files

WORDS = Words("Over", "ja", "nee")
COLUMNS = (
    Column("name", "Naam"),
    Column("from", "Van", "date"),
    Column("hours", "Uren", "number"),
    Column("hire", "Aangeworven", "yes_no"),
)
ROW: dict[str, Any] = {"name": "Dûpont; Jan", "from": "2025-01-31", "hours": 22.5, "hire": True}
ABOUT = (("Filter: fase", "lopend"), ("Gemaakt door", "Anna"))


def a_list(*given_rows: dict[str, Any], columns: tuple[Column, ...] = COLUMNS) -> List:
    return List("Mensen/2025", columns, given_rows, ABOUT, WORDS)


def test_a_list_as_xlsx_has_its_rows_and_a_sheet_that_says_what_it_is() -> None:
    first, about = read_file(xlsx(a_list(ROW, {"name": "x", "from": date(2024, 2, 29), "hours": Decimal("3")})))
    assert first.name == "Mensen 2025"
    assert first.rows == [
        (1, ["Naam", "Van", "Uren", "Aangeworven"]),
        (2, ["Dûpont; Jan", "2025-01-31", "22.5", "ja"]),
        (3, ["x", "2024-02-29", "3", ""]),
    ]
    assert (about.name, about.rows) == ("Over", [(1, ["Filter: fase", "lopend"]), (2, ["Gemaakt door", "Anna"])])


def test_a_list_as_csv_opens_right_in_excel_here() -> None:
    raw = comma_separated(a_list(ROW))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines() == ["Naam;Van;Uren;Aangeworven", '"Dûpont; Jan";2025-01-31;22,5;ja']


def test_an_empty_list_is_a_heading() -> None:
    assert read_file(xlsx(a_list()))[0].rows == [(1, ["Naam", "Van", "Uren", "Aangeworven"])]
    assert comma_separated(a_list()).decode("utf-8-sig") == "Naam;Van;Uren;Aangeworven\r\n"


FORMULAS = ("=1+1", "+32 9 123", "-5", "@SUM(A1)", '=cmd|" /C calc"!A0', "\t=1", "\r=1", "＝1", " =1", "'=1")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    made = comma_separated(a_list({"name": text}, columns=COLUMNS[:1])).decode("utf-8-sig")
    [_, [cell]] = list(csv.reader(io.StringIO(made, newline=""), delimiter=";"))
    assert cell.startswith("'")
    import zipfile

    with zipfile.ZipFile(io.BytesIO(xlsx(a_list({"name": text}, columns=COLUMNS[:1])))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        assert not any("hyperlink" in name for name in book.namelist())


def test_negative_numbers_stay_numbers() -> None:
    made = comma_separated(a_list({"hours": -2.5}, columns=COLUMNS[2:3])).decode("utf-8-sig")
    assert made.splitlines()[1] == "-2,5"


texts = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)


@settings(max_examples=60)
@given(st.lists(texts.map(str.strip), min_size=1, max_size=5), st.sampled_from((xlsx, comma_separated)))
def test_what_goes_out_comes_in_as_it_was(cells: list[str], made: Any) -> None:
    columns = tuple(Column(str(place), f"kolom {place}") for place in range(len(cells) + 1))
    row = {"0": "x"} | {str(place): cell for place, cell in enumerate(cells, 1)}
    read = read_file(made(a_list(row, columns=columns)))[0]
    [(_, found)] = table_below(read, 1).rows
    assert found == ["x", *cells]


def test_making_a_file_leaves_nothing_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    xlsx(a_list(*[ROW] * 3000))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "nl", "fr", "it"])
def test_everybody_taken_away_and_brought_back_changes_nothing(sqlite_store: Store, language: str) -> None:
    ids = with_registers(sqlite_store)
    write(sqlite_store, checked(sqlite_store, as_xlsx(people(25, seed=9)), ids))
    with_files(sqlite_store, 1, 2, 3)
    said = {"en": ("yes", "no"), "nl": ("ja", "nee"), "fr": ("oui", "non"), "it": ("sì", "no")}[language]
    with sqlite_store.reading() as session:
        columns, table = register(session, sqlite_store.vault, language, Words("About", *said), {})
    assert len(table) == 28
    for made in (xlsx, comma_separated):
        sheet = bring(sqlite_store, made(List("x", columns, table, (), WORDS)))
        check(sqlite_store, sheet)
        told = [
            (row.number, row.outcome, row.told) for row in rows(sqlite_store, sheet, "refused", "replaced", "created")
        ]
        assert told == []
        assert outcomes(sqlite_store, sheet) == {"unchanged": 28}
