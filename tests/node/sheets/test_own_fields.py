"""Fields of the workshop's own are columns one can bring in and take away, each read by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.records import local
from coupole.node.records.mapping import Mapper
from coupole.node.sheets import staging
from coupole.node.sheets.choices import Choices
from coupole.node.sheets.exporting import List, Words, comma_separated, xlsx
from coupole.node.sheets.faults import Fault
from coupole.node.sheets.mapping import mapping_of
from coupole.node.sheets.register import register
from coupole.node.store import Store, sheets
from coupole.node.store.changes import Document
from tests.factories import NODE
from tests.node.sheets.staged import bring, check, correct, decide, documents, faults, outcomes, rows, write
from tests.node.sheets.tables import CLEAN_ROW, HEADING, Row, as_xlsx, decided, people, with_registers

CHOICES = [
    {"code": "bus", "labels": {"en": "By bus", "nl": "Met de bus"}},
    {"code": "foot", "labels": {"en": "On foot", "nl": "Te voet"}},
]
OURS: dict[str, tuple[str, str, str, list[tuple[str, Any]]]] = {
    "Buslijn": ("participant", "bus_line", "text", [("lijn 4", "lijn 4")]),
    "Verhaal": ("participant", "story", "long_text", [("Een lang\nverhaal", "Een lang\nverhaal")]),
    "Afstand": ("participant", "distance", "number", [("7,5", 7.5), ("12", 12)]),
    "Rijbewijs": ("participant", "licence", "yes_no", [("ja", True), ("nee", False)]),
    "Kluisje sinds": ("participant", "locker", "date", [("03/02/2025", "2025-02-03")]),
    "Komt": ("participant", "comes", "choice", [("met de bus", "bus"), ("On foot", "foot")]),
    "Soms ook": ("participant", "also", "choices", [("Met de bus; te voet", ["bus", "foot"]), ("te voet", ["foot"])]),
    "Kostenplaats": ("accompaniment", "cost_centre", "text", [("K7", "K7")]),
    "Schoenmaat": ("placement", "shoes", "number", [("42", 42)]),
}
"""For each column: where it stands, its name, its kind, cells and what they are."""
HEADS = (*HEADING, *OURS)


@pytest.fixture
def ids(sqlite_store: Store) -> dict[str, str]:
    return with_registers(sqlite_store)


@pytest.fixture
def ours(sqlite_store: Store) -> None:
    for label, (entity, name, kind, _) in OURS.items():
        define(sqlite_store, label, entity, name, kind)


def define(store: Store, label: str, entity: str, name: str, kind: str) -> None:
    spec: dict[str, Any] = {"entity": entity, "name": name, "kind": kind, "labels": {"nl": label}}
    with store.writing() as session:
        choices = {"choices": CHOICES} if kind in ("choice", "choices") else {}
        local.define(session, spec | choices, store.context("boss"))


def full(which: int = 0, row: Row = CLEAN_ROW) -> Row:
    return {**row, **{label: cells[which % len(cells)][0] for label, (*_, cells) in OURS.items()}}


def looked_at(store: Store, ids: Mapping[str, str], *table: Row, heads: tuple[str, ...] = HEADS) -> str:
    sheet = bring(store, as_xlsx(table, heads))
    decide(store, sheet, lambda choices: replace(decided(choices, dict(ids)), own=choices.own))
    check(store, sheet)
    return sheet


def mine(document: Document) -> Any:
    return document["extensions"].get(f"local.{NODE}", {})


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("which", [0, 1])
def test_every_kind_is_found_by_its_name_read_by_its_kind_and_brought_once(
    sqlite_store: Store, ids: dict[str, str], which: int
) -> None:
    sheet = looked_at(sqlite_store, ids, full(which))
    assert outcomes(sqlite_store, sheet) == {"created": 1}
    write(sqlite_store, sheet)
    for entity in ("participant", "accompaniment", "placement"):
        [document] = documents(sqlite_store, entity)
        wanted = {name: cells[which % len(cells)][1] for of, name, _, cells in OURS.values() if of == entity}
        assert mine(document) == wanted
    assert outcomes(sqlite_store, looked_at(sqlite_store, ids, full(which))) == {"unchanged": 1}


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("Buslijn", "x" * 201, "too_long"),
        ("Buslijn", "twee\nregels", "sheet_not_one_line"),
        ("Verhaal", "x" * 10_001, "too_long"),
        ("Afstand", "ver", "sheet_not_a_number"),
        ("Afstand", "99999999999", "above_maximum"),
        ("Afstand", "nan", "sheet_not_a_number"),
        ("Afstand", "inf", "sheet_not_a_number"),
        ("Rijbewijs", "misschien", "sheet_word_unknown"),
        ("Kluisje sinds", "31/02/2025", "sheet_not_a_date"),
        ("Komt", "vliegend", "sheet_word_unknown"),
        ("Soms ook", "te voet; vliegend", "sheet_word_unknown"),
        ("Kostenplaats", "x" * 201, "too_long"),
        ("Schoenmaat", "groot", "sheet_not_a_number"),
    ],
)
def test_what_cannot_be_is_refused_with_row_column_reason_and_remedy(
    sqlite_store: Store, ids: dict[str, str], column: str, text: str, code: str
) -> None:
    sheet = looked_at(sqlite_store, ids, full(), {**full(1, people(2, seed=7)[1]), column: text})
    good, bad = rows(sqlite_store, sheet)
    assert (good.outcome, bad.number, bad.outcome) == ("created", 5, "refused")
    assert faults(bad) == [(column, code)]
    [fault] = map(Fault.from_json, bad.told["faults"])
    for language in ("en", "nl", "fr", "it"):
        assert fault.reason(language)
        assert fault.remedy(language)
        assert "…" not in fault.reason(language) + fault.remedy(language)
    assert text not in str(bad.told["faults"])
    correct(sqlite_store, sheet, 5, **{column: OURS[column][3][0][0]})
    assert outcomes(sqlite_store, sheet) == {"created": 2}


@pytest.mark.usefixtures("ours")
def test_a_fault_of_ours_is_found_together_with_one_of_the_standard(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = looked_at(sqlite_store, ids, {**full(), "Buslijn": "x" * 201, "Uren/week": "99"})
    assert sorted(faults(rows(sqlite_store, sheet)[0])) == [
        ("Buslijn", "too_long"),
        ("Uren/week", "above_maximum"),
    ]


@pytest.mark.usefixtures("ours")
def test_a_row_changes_the_fields_it_says_and_an_empty_cell_erases_none(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    write(sqlite_store, looked_at(sqlite_store, ids, {**full(), "Soms ook": "te voet"}))
    later = {**full(), "Buslijn": "lijn 9", "Afstand": "", "Rijbewijs": ""}
    sheet = looked_at(sqlite_store, ids, later)
    [row] = rows(sqlite_store, sheet)
    assert row.told["before"] == {"Buslijn": "lijn 4", "Soms ook": ["foot"]}
    write(sqlite_store, sheet)
    [person] = documents(sqlite_store, "participant")
    assert mine(person) | {"bus_line": "lijn 9", "distance": 7.5, "licence": True, "also": ["bus", "foot"]} == mine(
        person
    )


@pytest.mark.usefixtures("ours")
def test_a_row_without_any_of_ours_says_nothing_of_them(sqlite_store: Store, ids: dict[str, str]) -> None:
    write(sqlite_store, looked_at(sqlite_store, ids, {**CLEAN_ROW, **dict.fromkeys(OURS, "")}))
    for entity in ("participant", "accompaniment", "placement"):
        assert documents(sqlite_store, entity)[0]["extensions"] == {}


@pytest.mark.usefixtures("ours")
def test_a_field_asked_no_more_is_no_column_and_one_made_later_is(sqlite_store: Store, ids: dict[str, str]) -> None:
    write(sqlite_store, looked_at(sqlite_store, ids, full()))
    with sqlite_store.writing() as session:
        local.hide(session, "participant", "bus_line", sqlite_store.context("boss"))
    define(sqlite_store, "Fietst", "participant", "cycles", "yes_no")
    heads = (*HEADS, "Fietst")
    sheet = looked_at(sqlite_store, ids, {**full(), "Buslijn": "lijn 9", "Fietst": "ja"}, heads=heads)
    with sqlite_store.reading() as session:
        told = staging.told_of(sqlite_store.vault, sheets.find(session, sheet))
    assert "Buslijn" not in told.choices.columns
    assert told.choices.columns["Fietst"] == "participant.extensions.cycles"
    write(sqlite_store, sheet)
    [person] = documents(sqlite_store, "participant")
    assert (mine(person)["bus_line"], mine(person)["cycles"]) == ("lijn 4", True)


@pytest.mark.usefixtures("ours")
def test_what_was_decided_of_our_columns_is_remembered_as_far_as_they_are_asked(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    looked_at(sqlite_store, ids, full())
    with sqlite_store.writing() as session:
        local.hide(session, "participant", "comes", sqlite_store.context("boss"))
    again = bring(sqlite_store, as_xlsx([full()], HEADS))
    with sqlite_store.reading() as session:
        told = staging.told_of(sqlite_store.vault, sheets.find(session, again))
    assert told.remembered
    assert set(OURS) - set(told.choices.columns) == {"Komt"}


def test_of_two_fields_of_one_name_the_standards_is_meant(sqlite_store: Store, ids: dict[str, str]) -> None:
    define(sqlite_store, "Voornaam", "participant", "other_name", "text")
    sheet = bring(sqlite_store, as_xlsx([CLEAN_ROW]))
    with sqlite_store.reading() as session:
        told = staging.told_of(sqlite_store.vault, sheets.find(session, sheet))
    assert told.choices.columns["Voornaam"] == "participant.given_name"


@pytest.mark.usefixtures("ours")
def test_two_rows_of_one_person_say_them_together(sqlite_store: Store, ids: dict[str, str]) -> None:
    first = {**full(), "Werkplek": "Bakkerij De Zon", "Afstand": ""}
    second = {**full(), "Werkplek": "Groendienst", "Schoenmaat": "43", "Buslijn": ""}
    sheet = looked_at(sqlite_store, ids, first, second)
    assert [faults(row) for row in rows(sqlite_store, sheet)] == [[], []]
    write(sqlite_store, sheet)
    [person] = documents(sqlite_store, "participant")
    assert mine(person)["bus_line"] == "lijn 4"
    assert mine(person)["distance"] == 7.5
    assert sorted(mine(one)["shoes"] for one in documents(sqlite_store, "placement")) == [42, 43]
    differing = {**second, "Komt": "te voet"}
    assert outcomes(sqlite_store, looked_at(sqlite_store, ids, first, differing)) == {"unchanged": 1, "refused": 1}


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("made", [xlsx, comma_separated])
def test_everybody_taken_away_with_our_fields_comes_back_unchanged(
    sqlite_store: Store, ids: dict[str, str], made: Any
) -> None:
    table = [full(number, row) for number, row in enumerate(people(4, seed=7))]
    write(sqlite_store, looked_at(sqlite_store, ids, *table))
    for language, said in (("nl", ("ja", "nee")), ("it", ("sì", "no"))):
        words = Words("Over", *said)
        with sqlite_store.reading() as session:
            own = staging.own_fields(session, sqlite_store.node)
            columns, lines = register(session, sqlite_store.vault, language, words, own)
        labels = {column.key: column.label for column in columns}
        assert {key for key in labels if ".extensions." in key} == {
            f"{entity}.extensions.{name}" for entity, name, *_ in OURS.values()
        }
        sheet = bring(sqlite_store, made(List("Iedereen", columns, lines, (), words)))
        check(sqlite_store, sheet)
        assert outcomes(sqlite_store, sheet) == {"unchanged": 4}


NAMES = st.text(st.sampled_from("abcdefghij_"), min_size=1, max_size=12).filter(lambda name: name[0] != "_")


@given(name=NAMES, text=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20))
def test_whatever_it_is_called_a_field_stands_in_the_workshops_namespace_and_nowhere_else(name: str, text: str) -> None:
    field = local.Defined({"entity": "participant", "name": name, "kind": "text", "labels": {"en": name}}, False).field
    own = staging.own_targets("participant", {name: field}, "local.north")
    [path] = own
    choices = Choices.from_json(Choices({"A": "participant.local_id", "B": path}, own=own).as_json())
    assert choices.targets[path].names == ("extensions", "local.north", name)
    [row] = Mapper(mapping_of(choices), "north").rows(iter([(1, {"A": "7", "B": text})]))
    assert row.documents[0]["extensions"] == {"local.north": {name: text}}
    assert row.columns[0, f"/extensions/local.north/{name}"] == "B"
