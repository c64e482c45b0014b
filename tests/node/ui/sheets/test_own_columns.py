"""On the pages: a column means a field of the workshop's own, its words what they stand for, its faults in words."""

from __future__ import annotations

import csv
import io

import pytest

from coupole.node.records import local
from coupole.node.sheets.reading import read_file
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.node.sheets.staged import documents
from tests.node.sheets.tables import CLEAN_ROW, HEADING, as_xlsx, people, with_registers
from tests.node.ui.sheets.test_bringing_in import SURE, bring, decide, told

HEADS = (*HEADING, "Hoe komt men", "Locker")
WAYS, LOCKER = HEADS.index("Hoe komt men"), HEADS.index("Locker")
SPECS = [
    {
        "entity": "participant",
        "name": "comes",
        "kind": "choice",
        "labels": {"en": "Comes to work"},
        "choices": [{"code": "bus", "labels": {"en": "By bus"}}, {"code": "foot", "labels": {"en": "On foot"}}],
    },
    {"entity": "participant", "name": "locker", "kind": "number", "labels": {"en": "Locker"}},
]


@pytest.fixture(autouse=True)
def _ours(node: RunningNode) -> None:
    with_registers(node.node.store)
    with node.node.store.writing() as session:
        for spec in SPECS:
            local.define(session, spec, node.node.store.context("boss"))


def test_a_column_is_mapped_to_our_own_field_and_its_words_to_its_choices(node: RunningNode) -> None:
    desk = signed_in(node, "admin")
    sheet = bring(desk, as_xlsx([{**CLEAN_ROW, "Hoe komt men": "de 4", "Locker": "17"}], HEADS))
    page = desk.get(f"{sheet}/columns")
    assert '<option value="participant.extensions.comes"' in page.text
    assert '<option value="participant.extensions.locker" selected' in page.text
    meaning = {
        f"column.{WAYS}": "participant.extensions.comes",
        f"was.{WAYS}": "participant.extensions.comes",
        f"word.{WAYS}": "de 4",
        f"means.{WAYS}": '"bus"',
    }
    assert decide(desk, sheet, **meaning).status_code == 303
    assert "Comes to work" in told(desk.get(f"{sheet}/rows/4"))
    desk.post(f"{sheet}/write", data=SURE)
    [person] = documents(node.node.store, "participant")
    assert person["extensions"] == {"local.north": {"comes": "bus", "locker": 17}}
    assert "By bus" in desk.get("/people").text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Locker: This is not a number."),
        ("nl", "Locker: Dit is geen getal."),
        ("fr", "Locker: Ce n’est pas un nombre."),
        ("it", "Locker: Questo non è un numero."),
    ],
)
def test_a_fault_is_said_and_corrected_in_place_with_words_to_choose_from(
    node: RunningNode, language: str, said: str
) -> None:
    desk = signed_in(node, "admin", language=language)
    row = {**CLEAN_ROW, "Hoe komt men": "vliegend", "Locker": "zeventien"}
    sheet = bring(desk, as_xlsx([row], HEADS))
    assert decide(desk, sheet, **{f"column.{WAYS}": "participant.extensions.comes"}).status_code == 303
    page = desk.get(sheet)
    assert said in told(page)
    assert "<option>On foot</option>" in page.text
    cells = {f"cell.{WAYS}": "On foot", f"cell.{LOCKER}": "17", "show": "errors"}
    assert desk.post(f"{sheet}/rows/4", data=cells).status_code == 303
    desk.post(f"{sheet}/write", data=SURE)
    [person] = documents(node.node.store, "participant")
    assert person["extensions"] == {"local.north": {"comes": "foot", "locker": 17}}


def test_what_no_choice_of_our_field_is_cannot_be_meant(node: RunningNode) -> None:
    desk = signed_in(node, "admin")
    sheet = bring(desk, as_xlsx([{**CLEAN_ROW, "Hoe komt men": "de 4", "Locker": ""}], HEADS))
    for path in ("participant.extensions.nobody", "participant.extensions", "organisation.extensions.comes"):
        decide(desk, sheet, **{f"column.{WAYS}": path})
        assert f'<option value="{path}"' not in desk.get(f"{sheet}/columns").text
    forged = {
        f"column.{WAYS}": "participant.extensions.comes",
        f"was.{WAYS}": "participant.extensions.comes",
        f"word.{WAYS}": "de 4",
        f"means.{WAYS}": '"train"',
    }
    assert decide(desk, sheet, **forged).status_code == 303
    assert "It is not known what this word stands for." in told(desk.get(sheet))


def test_our_columns_are_in_every_list_of_people_that_is_taken_away(node: RunningNode) -> None:
    desk = signed_in(node, "admin")
    sheet = bring(
        desk, as_xlsx([{**row, "Hoe komt men": "On foot", "Locker": "17"} for row in people(8, seed=8)], HEADS)
    )
    decide(desk, sheet, **{f"column.{WAYS}": "participant.extensions.comes"})
    desk.post(f"{sheet}/write", data=SURE)
    text = desk.get("/export/people.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(row["Comes to work"], row["Locker"]) for row in rows] == [("On foot", "17")] * 8
    everybody = read_file(desk.get("/sheets/everybody.xlsx").content)[0]
    heading = [name for name in everybody.rows[0][1] if name.endswith((": Comes to work", ": Locker"))]
    assert len(heading) == 2
    again = bring(desk, desk.get("/sheets/everybody.xlsx").content)
    assert desk.post(f"{again}/columns", data={"do": "rows"}).status_code == 303
    assert "Unchanged (8)" in told(desk.get(again))
