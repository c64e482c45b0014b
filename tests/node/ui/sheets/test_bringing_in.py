from __future__ import annotations

import re
import tempfile
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from coupole.node.sheets import applying
from coupole.node.sheets.reading import MAX_BYTES, read_file
from coupole.node.store import sheets
from coupole.node.store.egress import egress
from coupole.node.ui.sheets.exports import OFFERED
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.node.sheets.staged import outcomes, state
from tests.node.sheets.tables import CLEAN_ROW, HEADING, as_csv, as_xlsx, people, plant, with_registers

FILE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIXED = {
    "accompaniment.pathway": '"transition"',
    "accompaniment.programmes.programme": '"own_resources"',
    "accompaniment.programmes.operation": "2024",
    "referral.source_type": '"social_service"',
    "placement.type": '"coop_placement"',
}
SURE = {"sure": "yes"}


@pytest.fixture
def ids(node: RunningNode) -> dict[str, str]:
    return with_registers(node.node.store)


def told(answer: httpx2.Response, status: int = 200) -> str:
    """The words of a page, without its tags."""
    assert answer.status_code == status, answer.text
    main = answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def bring(desk: TestClient, content: bytes, name: str = "lijst.xlsx") -> str:
    """The address of the spreadsheet."""
    answer = desk.post("/sheets", files={"file": (name, content, FILE)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removesuffix("/columns")


def decide(desk: TestClient, sheet: str, **more: Any) -> httpx2.Response:
    data = {"do": "rows", **{f"fixed.{path}": text for path, text in FIXED.items()}, **more}
    return desk.post(f"{sheet}/columns", data=data)


def checked(desk: TestClient, content: bytes) -> str:
    sheet = bring(desk, content)
    assert decide(desk, sheet).status_code == 303
    return sheet


def place(column: str) -> int:
    return HEADING.index(column)


def test_from_the_file_to_the_files(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    planted = plant(people(60, seed=3), seed=3)
    sheet = bring(desk, as_xlsx(planted.rows))
    columns = told(desk.get(f"{sheet}/columns"))
    assert "Still to decide" in columns
    assert "Accompaniment: Pathway" in columns
    assert decide(desk, sheet).status_code == 303
    page = told(desk.get(sheet))
    for tab in ("All rows (60)", "With errors (40)", "To create (20)", "To update (0)", "Unchanged (0)"):
        assert tab in page
    for fault in planted.faults:
        cells = {f"cell.{place(fault.column)}": fault.right, "show": "errors"}
        assert desk.post(f"{sheet}/rows/{fault.number}", data=cells).status_code == 303
    assert "No row has an error." in told(desk.get(f"{sheet}?show=errors"))
    assert desk.post(f"{sheet}/write", data=SURE).status_code == 303
    assert "60 rows were written." in told(desk.get(sheet))
    again = checked(desk, as_xlsx(people(60, seed=3)))
    page = told(desk.get(again))
    assert "Unchanged (60)" in page
    assert "There is nothing to write." in page
    assert "No row is new: everybody is here already." in told(desk.get(f"{again}?show=new"))


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("en", "Geb. datum: This is not a date. Write day, month and year, the year in four figures: 31/12/2025."),
        ("nl", "Geb. datum: Dit is geen datum. Schrijf dag, maand en jaar, het jaar in vier cijfers: 31/12/2025."),
        (
            "fr",
            "Geb. datum: Ce n’est pas une date. Écrivez jour, mois et année, l’année en quatre chiffres : 31/12/2025.",
        ),
        ("it", "Geb. datum: Questa non è una data. Scriva giorno, mese e anno, l’anno in quattro cifre: 31/12/2025."),
    ],
)
def test_a_fault_says_row_column_reason_and_remedy_in_the_readers_language(
    node: RunningNode, ids: dict[str, str], language: str, reason: str
) -> None:
    desk = signed_in(node, "admin", language=language)
    sheet = checked(desk, as_xlsx([{**CLEAN_ROW, "Geb. datum": "31/02/1980"}]))
    page = told(desk.get(sheet))
    assert reason in page
    assert {"en": "row 4", "nl": "rij 4", "fr": "ligne 4", "it": "riga 4"}[language] in page


def test_a_corrected_cell_is_looked_at_at_once_and_a_wrong_one_stays_with_its_reason(
    node: RunningNode, ids: dict[str, str]
) -> None:
    desk = signed_in(node, "admin")
    sheet = checked(desk, as_xlsx([{**CLEAN_ROW, "M/V": "q"}, people(2, seed=8)[1]]))
    wrong = desk.post(f"{sheet}/rows/4", data={f"cell.{place('M/V')}": "zz", "show": "errors"})
    assert wrong.headers["location"].startswith(f"{sheet}?show=errors")
    assert "It is not known what this word stands for." in told(desk.get(sheet))
    assert desk.post(f"{sheet}/rows/4", data={f"cell.{place('M/V')}": "Woman", "show": "errors"}).status_code == 303
    assert "To create (2)" in told(desk.get(sheet))
    row = desk.get(f"{sheet}/rows/4")
    assert "Woman" in row.text
    assert told(row).startswith("Row 4 ● new")


def test_what_would_change_is_shown_beside_what_is_there(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    first = checked(desk, as_xlsx([CLEAN_ROW]))
    desk.post(f"{first}/write", data=SURE)
    second = checked(desk, as_xlsx([{**CLEAN_ROW, "Naam": "Anders", "Uren/week": "20"}]))
    page = told(desk.get(f"{second}?show=changed"))
    assert f"Naam: {CLEAN_ROW['Naam']} → Anders" in page
    assert "→ 20" in page


def test_rows_are_left_out_by_taking_their_tick_away(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    sheet = checked(desk, as_xlsx(people(5, seed=8)))
    shown = {"shown": ["4", "5", "6", "7", "8"], "ticked": ["4", "8"], "show": "all"}
    assert desk.post(f"{sheet}/ticks", data=shown).status_code == 303
    page = told(desk.get(sheet))
    assert "2 rows make somebody new" in page
    assert "3 rows are left out." in page
    desk.post(f"{sheet}/write", data=SURE)
    assert "2 rows were written." in told(desk.get(sheet))


def test_rows_with_errors_are_taken_away_with_their_reasons_and_brought_back(
    node: RunningNode, ids: dict[str, str]
) -> None:
    desk = signed_in(node, "admin")
    planted = plant(people(50, seed=6), seed=6)
    sheet = checked(desk, as_xlsx(planted.rows))
    answer = desk.get(f"{sheet}/faults.xlsx")
    assert answer.headers["cache-control"] == "no-store"
    first, about = read_file(answer.content)
    assert first.rows[0][1][:3] == ["Row", "What is wrong", "Dossiernr"]
    assert [int(row[0]) for _, row in first.rows[1:]] == [fault.number for fault in planted.faults]
    for (_, row), fault in zip(first.rows[1:], planted.faults, strict=True):
        assert row[1].startswith(f"{fault.column}: ")
    assert about.name == "About"
    again = bring(desk, answer.content)
    assert decide(desk, again).status_code == 303
    assert "With errors (" in told(desk.get(again))


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "sheet_empty"),
        (b"%PDF-1.7\x00\x01\x02", 422, "sheet_type_unknown"),
        (b"PK\x03\x04broken", 422, "sheet_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", 422, "sheet_old_or_locked"),
        (b"x;y\n" * 10_000 + b'"', 422, "table_unreadable"),
        (b"x" * (MAX_BYTES + 1), 413, "sheet_too_large"),
        (b"x" * (MAX_BYTES + 200_000), 413, "body_too_long"),
    ],
)
def test_a_file_that_is_no_table_gets_a_page_that_says_so(
    node: RunningNode, content: bytes, status: int, code: str
) -> None:
    desk = signed_in(node, "admin")
    answer = desk.post("/sheets", files={"file": ("lijst.xlsx", content, FILE)})
    assert answer.status_code == status
    assert code in answer.text


def test_a_large_file_is_never_put_down_in_plain(node: RunningNode, monkeypatch: pytest.MonkeyPatch) -> None:
    put_down: list[object] = []
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", put_down.append)
    content = (
        b"Dossiernr;Naam\n" + b"1;Maes Maes Maes Maes Maes Maes Maes Maes Maes Maes Maes Maes Maes Maes\n" * 40_000
    )
    answer = signed_in(node, "admin").post("/sheets", files={"file": ("lijst.csv", content, "text/csv")})
    assert "sheet_too_many_rows" in answer.text
    assert len(content) > 2_000_000
    assert put_down == []


def test_a_form_without_a_file_gets_a_page_that_says_so(node: RunningNode) -> None:
    answer = signed_in(node, "admin").post("/sheets", data={"file": ""})
    assert "The file is neither XLSX nor CSV." in told(answer, 422)


def test_the_page_of_columns_says_what_is_still_needed(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    sheet = bring(desk, as_csv([CLEAN_ROW]), "lijst.csv")
    answer = desk.post(f"{sheet}/columns", data={"do": "rows", "fixed.accompaniment.pathway": '"transition"'})
    page = told(answer, 422)
    assert "Still to decide" in page
    assert "Accompaniment: Pathway" not in page.partition("Read it like this")[0]


def test_a_column_given_another_meaning_and_a_word_its_own(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    sheet = bring(desk, as_xlsx([{**CLEAN_ROW, "Diploma": "vakschool", "Opmerkingen": "Belg"}]))
    diploma, remarks = place("Diploma"), place("Opmerkingen")
    words = {
        f"was.{diploma}": "status_observation.education_level",
        f"word.{diploma}": "vakschool",
        f"means.{diploma}": '"ED3"',
        f"column.{remarks}": "participant.country_of_birth",
    }
    assert decide(desk, sheet, **words).status_code == 303
    assert "To create (1)" in told(desk.get(sheet))
    desk.post(f"{sheet}/write", data=SURE)
    again = bring(desk, as_xlsx([{**CLEAN_ROW, "Diploma": "vakschool", "Opmerkingen": "Belg"}]))
    assert "The columns are as you decided the last time." in told(desk.get(f"{again}/columns"))
    assert desk.post(f"{again}/columns", data={"do": "rows"}).status_code == 303
    assert "Unchanged (1)" in told(desk.get(again))


@pytest.mark.parametrize("value", ['"nobody"', "{", '["x"]', "1" * 300, '"north:organisation:x"; DROP', "missing:sold"])
def test_what_no_option_of_the_page_offers_is_not_taken(node: RunningNode, ids: dict[str, str], value: str) -> None:
    desk = signed_in(node, "admin")
    sheet = bring(desk, as_xlsx([CLEAN_ROW]))
    answer = decide(desk, sheet, **{"fixed.accompaniment.pathway": value})
    assert "Accompaniment: Pathway" in told(answer, 422)


def test_another_sheet_and_another_heading_can_be_chosen(node: RunningNode) -> None:
    from tests.node.sheets.workbooks import workbook

    rows = [["Titel", "van de lijst", "2024"], ["Nr", "Naam", "Geboren"], ["1", "Maes", "1990"]]
    desk = signed_in(node, "admin")
    sheet = bring(desk, workbook(Een=rows, Twee=[["Kolom A", "Kolom B"], ["1", "2"]]))
    assert "Nr" in told(desk.get(f"{sheet}/columns"))
    desk.post(f"{sheet}/table", data={"sheet": "1", "heading": "2"})
    assert "Kolom B" in told(desk.get(f"{sheet}/columns"))
    desk.post(f"{sheet}/table", data={"sheet": "0", "heading": "9999999999"})
    desk.post(f"{sheet}/table", data={"sheet": "0", "heading": "1"})
    assert "van de lijst" in told(desk.get(f"{sheet}/columns"))


def test_interrupted_writing_says_so_and_goes_on(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    sheet = checked(desk, as_xlsx(people(5, seed=8)))
    store, name = node.node.store, sheet.removeprefix("/sheets/")
    with store.writing() as session:
        applying.confirm(session, sheets.find(session, name), datetime.now(UTC))
    page = desk.get(sheet)
    assert "You may leave this page" in told(page)
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text
    assert desk.post(f"{sheet}/go-on", data=SURE).status_code == 303
    assert state(store, name) == "writing"  # somebody is at it
    with store.writing() as session:
        found = sheets.find(session, name)
        found.worked_at = datetime.now(UTC) - timedelta(minutes=1)
        session.add(found)
    assert "It was interrupted." in told(desk.get(sheet))
    desk.post(f"{sheet}/go-on", data=SURE)
    assert "5 rows were written." in told(desk.get(sheet))
    for touch in ("ticks", "write", "forget"):
        assert desk.post(f"{sheet}/{touch}", data=SURE).status_code in (303, 409)


def test_thrown_away_it_is_gone(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin")
    sheet = checked(desk, as_xlsx(people(2, seed=8)))
    assert "lijst.xlsx" in told(desk.get("/sheets"))
    assert "notice=sheet_forgotten" in desk.post(f"{sheet}/forget", data=SURE).headers["location"]
    assert "No spreadsheet waits here." in told(desk.get("/sheets"))
    assert "This spreadsheet is not here any more." in told(desk.get(sheet), 404)


PLACES = ("", "/columns", "/rows/4", "/faults.xlsx", "/columns.json")


@pytest.mark.parametrize("role", ["coach", "reader", "auditor"])
def test_only_those_who_may_bring_in_lists_come_near_them(node: RunningNode, ids: dict[str, str], role: str) -> None:
    sheet = checked(signed_in(node, "admin"), as_xlsx(people(2, seed=8)))
    other = signed_in(node, role)
    for path in ("/sheets", "/sheets/everybody.xlsx", *(sheet + end for end in PLACES)):
        assert other.get(path).status_code == 403, path
    for path in (
        "/sheets",
        *(f"{sheet}/{end}" for end in ("columns", "table", "ticks", "rows/4", "write", "go-on", "forget")),
    ):
        assert other.post(path, data=SURE).status_code == 403, path
    assert outcomes(node.node.store, sheet.removeprefix("/sheets/")) == {"created": 2}


@pytest.mark.parametrize("number", ["0", "999", "x", "4x", "99999999999999999999", "-1"])
def test_a_row_that_is_not_there_is_not_found(node: RunningNode, ids: dict[str, str], number: str) -> None:
    desk = signed_in(node, "admin")
    sheet = checked(desk, as_xlsx(people(2, seed=8)))
    assert desk.get(f"{sheet}/rows/{number}").status_code == 404
    assert desk.post(f"{sheet}/rows/{number}", data={"cell.1": "x"}).status_code == 404


def test_the_pages_speak_of_the_trade_and_never_of_the_system(node: RunningNode, ids: dict[str, str]) -> None:
    for language in ("en", "nl", "fr", "it"):
        desk = signed_in(node, "admin", language=language)
        sheet = bring(desk, as_xlsx(plant(people(50, seed=6), seed=6).rows))
        pages = [told(desk.get("/sheets")), told(desk.get(f"{sheet}/columns"))]
        assert decide(desk, sheet).status_code == 303
        pages += [told(desk.get(f"{sheet}?show={tab}")) for tab in ("all", "errors")] + [
            told(desk.get(f"{sheet}/rows/4"))
        ]
        for page in pages:
            for word in ("json", "schema", "mapping", "sync", "node ", "knooppunt", "nœud", "nodo ", "traceback"):
                assert word not in page.lower(), (language, word, page.lower().partition(word)[0][-60:])


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("name", sorted(OFFERED))
def test_every_list_is_taken_away_and_stands_in_the_ledger(
    node: RunningNode, ids: dict[str, str], name: str, form: str
) -> None:
    desk = signed_in(node, "admin")
    sheet = checked(desk, as_xlsx(people(3, seed=8)))
    desk.post(f"{sheet}/write", data=SURE)
    answer = desk.get(f"/export/{name}.{form}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}-')
    read = read_file(answer.content)
    if form == "xlsx":
        assert [label for _, (label, *_) in read[-1].rows][-4:] == ["Workshop", "Made on", "Made by", "Careful"]
    with node.node.store.reading() as session:
        last = egress(session)[-1]
    import hashlib

    assert (last.what, last.sha256) == (f"list:{name}.{form}", hashlib.sha256(answer.content).hexdigest())


def test_filters_are_written_into_the_file(node: RunningNode) -> None:
    answer = signed_in(node, "admin").get("/export/people.xlsx?phase=hired")
    about = dict(row[:2] for _, row in read_file(answer.content)[-1].rows)
    assert "Hired, follow-up running" in about.values()


def test_lists_nobody_offers_and_people_without_the_right_get_none(node: RunningNode) -> None:
    assert signed_in(node, "admin").get("/export/secrets.xlsx").status_code == 404
    assert signed_in(node, "reader").get("/export/people.xlsx").status_code == 403
    assert signed_in(node, "auditor").get("/export/people.csv").status_code == 403


def test_everybody_taken_away_comes_back_unchanged(node: RunningNode, ids: dict[str, str]) -> None:
    desk = signed_in(node, "admin", language="fr")
    sheet = checked(desk, as_xlsx(people(8, seed=8)))
    desk.post(f"{sheet}/write", data=SURE)
    again = bring(desk, desk.get("/sheets/everybody.xlsx").content)
    assert desk.post(f"{again}/columns", data={"do": "rows"}).status_code == 303
    assert "Inchangées (8)" in told(desk.get(again))
