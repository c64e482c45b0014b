"""A person with two placements or two files stands on two rows: one person, several records, none of them twice."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupole.node.sheets import applying
from coupole.node.sheets.faults import Fault
from coupole.node.store import Store
from coupole.node.store.queries import changes
from tests.node.sheets.staged import (
    checked,
    correct,
    documents,
    faults,
    outcomes,
    rows,
    state,
    tick,
    write,
)
from tests.node.sheets.tables import CLEAN_ROW, HEADING, Row, as_xlsx, people, with_registers
from tests.stores import change, replace

FIRST = {**CLEAN_ROW, "Werkplek": "Bakkerij De Zon", "Uren/week": "20"}
SECOND = {**FIRST, "Werkplek": "Groendienst", "Start plaatsing": "01/12/2025", "Uren/week": "30"}
KEY = ("Dossiernr", "Naam", "Voornaam")
ENDED = {"Einde": "30/06/2025"}
AGAIN = {
    **FIRST,
    "Datum aanmelding": "05/01/2026",
    "Dossier geopend": "01/02/2026",
    "Startdatum": "10/02/2026",
    "Start plaatsing": "10/02/2026",
}
WIDE = (*HEADING, "Einde")


@pytest.fixture
def ids(sqlite_store: Store) -> dict[str, str]:
    return with_registers(sqlite_store)


def bare(row: Row) -> Row:
    """The row with nothing but who it is about and the placement: as people write a second line."""
    kept = (*KEY, "Werkplek", "Start plaatsing", "Contract", "Uren/week")
    return {name: cell if name in kept else "" for name, cell in row.items()}


def end(store: Store) -> int:
    with store.reading() as session:
        return changes(session, store.vault, 0, 100_000)[-1].seq


def hosts(store: Store, ids: dict[str, str]) -> dict[str, str]:
    names = {record: name for name, record in ids.items()}
    return {str(one["from"]): names[one["host"]] for one in documents(store, "placement")}


def brought(store: Store, ids: dict[str, str], table: bytes) -> None:
    """Written, and brought once more without changing anything."""
    sheet = checked(store, table, ids)
    write(store, sheet)
    assert state(store, sheet) == "done"
    last = end(store)
    again = checked(store, table, ids)
    assert set(outcomes(store, again)) == {"unchanged"}
    assert end(store) == last


@pytest.mark.parametrize("second", [SECOND, bare(SECOND)], ids=["everything again", "the placement alone"])
def test_two_placements_on_two_rows_are_one_person_with_two_placements(
    sqlite_store: Store, ids: dict[str, str], second: Row
) -> None:
    table = as_xlsx([FIRST, second])
    assert outcomes(sqlite_store, checked(sqlite_store, table, ids)) == {"created": 2}
    brought(sqlite_store, ids, table)
    for entity in ("participant", "referral", "accompaniment", "status_observation"):
        assert len(documents(sqlite_store, entity)) == 1, entity
    day = "-".join(reversed(FIRST["Start plaatsing"].split("/")))
    assert hosts(sqlite_store, ids) == {day: "Bakkerij De Zon", "2025-12-01": "Groendienst"}


def test_the_rows_need_not_stand_together_nor_in_order(sqlite_store: Store, ids: dict[str, str]) -> None:
    others = people(4, seed=3)[1:]
    brought(sqlite_store, ids, as_xlsx([SECOND, *others[:2], bare(FIRST), others[2]]))
    assert len(documents(sqlite_store, "participant")) == 4
    assert len(documents(sqlite_store, "placement")) == 5


def test_two_placements_that_begin_on_one_day_at_two_hosts_are_two(sqlite_store: Store, ids: dict[str, str]) -> None:
    brought(sqlite_store, ids, as_xlsx([FIRST, {**FIRST, "Werkplek": "Groendienst"}]))
    assert len(documents(sqlite_store, "placement")) == 2


def test_two_files_on_two_rows_are_one_person_with_two_files_each_with_its_own_referral_and_entry(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    first = {**FIRST, "Fase": "stopgezet", **ENDED}
    brought(sqlite_store, ids, as_xlsx([first, {**AGAIN, "Einde": ""}], WIDE))
    assert len(documents(sqlite_store, "participant")) == 1
    files = {one["opened_on"]: one for one in documents(sqlite_store, "accompaniment")}
    assert len(files) == 2
    assert files["2026-02-01"]["referral"] != next(one for day, one in files.items() if day < "2026")["referral"]
    for entity in ("referral", "status_observation", "placement"):
        assert len(documents(sqlite_store, entity)) == 2, entity
    assert {one["accompaniment"] for one in documents(sqlite_store, "placement")} == {
        one["id"] for one in files.values()
    }


def test_a_row_that_names_no_day_belongs_to_the_file_of_the_row_above(sqlite_store: Store, ids: dict[str, str]) -> None:
    first = {**FIRST, "Fase": "stopgezet", **ENDED}
    later = {**bare(SECOND), "Start plaatsing": "01/04/2026", "Einde": ""}
    brought(sqlite_store, ids, as_xlsx([first, {**AGAIN, "Einde": ""}, later], WIDE))
    files = {one["id"]: one["opened_on"] for one in documents(sqlite_store, "accompaniment")}
    placed = {one["from"]: files[one["accompaniment"]] for one in documents(sqlite_store, "placement")}
    assert placed["2026-04-01"] == "2026-02-01"


def test_a_second_row_may_say_what_the_first_leaves_out(sqlite_store: Store, ids: dict[str, str]) -> None:
    first = {**FIRST, "Nationaliteit": "", "Doelgroep": "vluchteling"}
    brought(sqlite_store, ids, as_xlsx([first, {**SECOND, "Nationaliteit": "Belg", "Doelgroep": "dakloos"}]))
    [person] = documents(sqlite_store, "participant")
    [entry] = documents(sqlite_store, "status_observation")
    assert person["citizenships"] == ["BE"]
    assert sorted(one["code"] for one in entry["target_groups"]) == ["homeless", "refugee_asylum"]
    assert [one["primary"] for one in entry["target_groups"]].count(True) == 1


def test_of_a_group_each_row_may_say_a_part(sqlite_store: Store, ids: dict[str, str]) -> None:
    heads = (*HEADING, "Land", "NUTS3")
    first, second = ({**row, "Land": "BE", "NUTS3": text} for row, text in ((FIRST, ""), (SECOND, "BE211")))
    brought(sqlite_store, ids, as_xlsx([first, second], heads))
    assert documents(sqlite_store, "participant")[0]["residence"] == {"country": "BE", "nuts3": "BE211"}


@pytest.mark.parametrize(
    ("column", "text", "found"),
    [
        ("Naam", "Iemand Anders", ("Dossiernr", "sheet_row_contradicts")),
        ("Geb. datum", "01/01/1990", ("Dossiernr", "sheet_row_contradicts")),
        ("Begeleider", "", None),
        ("Statuut", "ziek", ("Statuut", "sheet_rows_differ")),
        ("Datum aanmelding", "01/01/2022", ("Datum aanmelding", "sheet_rows_differ")),
    ],
)
def test_what_two_rows_say_otherwise_is_refused_with_column_reason_and_remedy(
    sqlite_store: Store, ids: dict[str, str], column: str, text: str, found: tuple[str, str] | None
) -> None:
    sheet = checked(sqlite_store, as_xlsx([FIRST, {**SECOND, column: text}]), ids)
    first, second = rows(sqlite_store, sheet)
    assert first.outcome == "created"
    assert faults(second) == ([found] if found else [])
    for fault in map(Fault.from_json, second.told["faults"]):
        said = {fault.reason(language) + fault.remedy(language) for language in ("en", "nl", "fr", "it")}
        assert len(said) == 4


def test_one_placement_told_in_two_ways_is_refused_and_put_right_in_place(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    sheet = checked(sqlite_store, as_xlsx([FIRST, {**FIRST, "Uren/week": "38"}]), ids)
    assert faults(rows(sqlite_store, sheet)[1]) == [("Uren/week", "sheet_rows_differ")]
    correct(sqlite_store, sheet, 5, **{"Start plaatsing": "01/12/2025"})
    assert outcomes(sqlite_store, sheet) == {"created": 2}
    write(sqlite_store, sheet)
    assert len(documents(sqlite_store, "placement")) == 2


def test_a_row_without_its_first_row_is_written_with_all_it_says(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = checked(sqlite_store, as_xlsx([FIRST, SECOND]), ids)
    tick(sqlite_store, sheet, [4, 5], [5])
    write(sqlite_store, sheet)
    assert list(hosts(sqlite_store, ids).values()) == ["Groendienst"]
    tick(sqlite_store, sheet, [4], [4])
    write(sqlite_store, sheet)
    assert len(documents(sqlite_store, "placement")) == 2
    assert len(documents(sqlite_store, "participant")) == 1


def test_an_unreadable_cell_stops_its_own_row_and_is_put_right(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = checked(sqlite_store, as_xlsx([{**FIRST, "Uren/week": "veertig"}, SECOND]), ids)
    assert outcomes(sqlite_store, sheet) == {"refused": 1, "created": 1}
    write(sqlite_store, sheet)
    correct(sqlite_store, sheet, 4, **{"Uren/week": "20"})
    write(sqlite_store, sheet)
    assert len(documents(sqlite_store, "placement")) == 2
    assert len(documents(sqlite_store, "participant")) == 1


def test_rows_of_somebody_who_was_forgotten_say_so_and_the_second_names_the_first(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    write(sqlite_store, checked(sqlite_store, as_xlsx([FIRST]), ids))
    [person] = documents(sqlite_store, "participant")
    assert sqlite_store.erase(person["id"], sqlite_store.context("anna"))
    first, second = rows(sqlite_store, checked(sqlite_store, as_xlsx([FIRST, SECOND]), ids))
    assert [code for _, code in faults(first)] == ["sheet_person_erased"]
    assert [(fault["code"], fault["params"]) for fault in second.told["faults"]] == [("sheet_row_first", {"number": 4})]


def test_another_host_of_a_placement_that_is_here_is_a_correction_and_another_day_another_placement(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    write(sqlite_store, checked(sqlite_store, as_xlsx([FIRST, SECOND]), ids))
    table = as_xlsx([FIRST, {**SECOND, "Werkplek": "Bakkerij De Zon"}])
    sheet = checked(sqlite_store, table, ids)
    assert [row.outcome for row in rows(sqlite_store, sheet)] == ["unchanged", "replaced"]
    assert list(rows(sqlite_store, sheet)[1].told["before"]) == ["Werkplek"]
    brought(sqlite_store, ids, table)
    assert len(documents(sqlite_store, "placement")) == 2


def test_a_colleagues_change_between_looking_and_writing_is_not_written_over_by_either_row(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    write(sqlite_store, checked(sqlite_store, as_xlsx([FIRST]), ids))
    sheet = checked(sqlite_store, as_xlsx([{**FIRST, "Naam": "Nieuw"}, {**SECOND, "Naam": "Nieuw"}]), ids)
    [person] = documents(sqlite_store, "participant")
    change(sqlite_store, replace(person, family_name="Van een collega"))
    write(sqlite_store, sheet)
    assert documents(sqlite_store, "participant")[0]["family_name"] == "Van een collega"
    assert state(sqlite_store, sheet) == "checked"


def test_rows_of_one_person_on_both_sides_of_a_page_and_of_an_interruption_are_one_person(
    sqlite_store: Store, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "AT_A_TIME", 2)
    monkeypatch.setattr(applying, "TOGETHER", 3)
    first = {**FIRST, "Fase": "stopgezet", **ENDED}
    others = [{**one, "Einde": ""} for one in people(5, seed=3)[1:]]
    table = [first, *others, {**AGAIN, "Einde": ""}, {**bare(SECOND), "Start plaatsing": "01/04/2026", "Einde": ""}]
    brought(sqlite_store, ids, as_xlsx(table, WIDE))
    assert len(documents(sqlite_store, "participant")) == 5
    assert len(documents(sqlite_store, "accompaniment")) == 6
    assert len(documents(sqlite_store, "placement")) == 7


DAYS = ("01/03/2025", "01/06/2025", "01/09/2025")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_rows_there_are_a_second_upload_changes_nothing_and_a_placement_is_there_once(
    sqlite_store: Store, ids: dict[str, str], data: st.DataObject
) -> None:
    number = f"P{end(sqlite_store):06d}"
    places = data.draw(
        st.lists(st.sampled_from(list(itertools.product(DAYS, ("Bakkerij De Zon", "Groendienst")))), min_size=1)
    )
    table = [
        {**FIRST, "Dossiernr": number, "Naam": number, "Start plaatsing": day, "Werkplek": host}
        for day, host in places[:6]
    ]
    short = data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table)))
    table = [table[0], *(bare(row) if less else row for row, less in zip(table[1:], short[1:], strict=True))]
    before = len(documents(sqlite_store, "placement"))
    brought(sqlite_store, ids, as_xlsx(table))
    assert len(documents(sqlite_store, "placement")) - before == len(set(places[:6]))
    assert len([one for one in documents(sqlite_store, "participant") if one["local_id"] == number]) == 1
