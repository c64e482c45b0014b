from __future__ import annotations

from typing import Any

import pytest

from coupole.node.sheets import applying, staging
from coupole.node.store import Store, sheets
from tests.factories import accompaniment, id_of, participant, referral
from tests.node.sheets.staged import (
    bring,
    check,
    checked,
    correct,
    decide,
    documents,
    faults,
    outcomes,
    rows,
    state,
    write,
)
from tests.node.sheets.tables import CLEAN_ROW, as_xlsx, people, with_registers
from tests.stores import change, keep, replace


@pytest.fixture
def ids(sqlite_store: Store) -> dict[str, str]:
    return with_registers(sqlite_store)


def by_hand(store: Store, ids: dict[str, str], **person: Any) -> None:
    """Somebody whom a coach entered on the pages, with a file."""
    keep(
        store,
        [
            participant(1, **{"local_id": "D0001", "family_name": "Oud", "household": "alone", **person}),
            referral(1, source_organisation=ids["OCMW Gent"]),
            accompaniment(
                1,
                agency=ids["Atelier Nord"],
                responsible=ids["An Peeters"],
                agreement=None,
                current_plan=None,
                missing={"agreement": "not_known", "current_plan": "not_known"},
            ),
        ],
    )


def test_somebody_who_is_here_is_found_by_their_number_and_not_made_twice(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    by_hand(sqlite_store, ids)
    write(sqlite_store, checked(sqlite_store, as_xlsx([CLEAN_ROW]), ids))
    [person] = documents(sqlite_store, "participant")
    [file] = documents(sqlite_store, "accompaniment")
    assert (person["id"], file["id"]) == (id_of("participant"), id_of("accompaniment"))
    assert person["family_name"] == CLEAN_ROW["Naam"]


def test_a_row_changes_what_it_says_and_nothing_else(sqlite_store: Store, ids: dict[str, str]) -> None:
    by_hand(sqlite_store, ids)
    sheet = checked(sqlite_store, as_xlsx([{**CLEAN_ROW, "M/V": "", "Voornaam": ""}]), ids)
    [row] = rows(sqlite_store, sheet)
    assert row.outcome == "replaced"
    assert row.told["before"]["Naam"] == "Oud"
    write(sqlite_store, sheet)
    [person] = documents(sqlite_store, "participant")
    assert (person["household"], person["sex"], person["given_name"]) == ("alone", "M", "Prénom1")
    assert person["residence"] == {"country": "BE", "nuts3": "BE211"}
    assert "missing" not in person
    assert len(person["consents"]) == 2  # the one that was there stays


def test_a_phase_is_never_moved_from_a_spreadsheet(sqlite_store: Store, ids: dict[str, str]) -> None:
    by_hand(sqlite_store, ids)
    [before] = documents(sqlite_store, "accompaniment")
    write(sqlite_store, checked(sqlite_store, as_xlsx([{**CLEAN_ROW, "Fase": "aangeworven"}]), ids))
    [after] = documents(sqlite_store, "accompaniment")
    for name in ("phase", "phase_history", "current_plan", "agreement", "referral"):
        assert after[name] == before[name]


def test_after_a_file_that_ended_another_first_day_opens_a_new_one(sqlite_store: Store, ids: dict[str, str]) -> None:
    by_hand(sqlite_store, ids)
    ended = accompaniment(
        1,
        agency=ids["Atelier Nord"],
        responsible=ids["An Peeters"],
        phase="discontinued",
        closed_on="2025-06-01",
        agreement=None,
        current_plan=None,
        missing={"agreement": "not_known", "current_plan": "not_known"},
    )
    change(sqlite_store, replace(ended))
    row = {**CLEAN_ROW, "Dossier geopend": "01/02/2026", "Startdatum": "10/02/2026", "Start plaatsing": "10/02/2026"}
    table = as_xlsx([row])
    write(sqlite_store, checked(sqlite_store, table, ids))
    files = documents(sqlite_store, "accompaniment")
    assert sorted(file["opened_on"] for file in files) == ["2025-01-10", "2026-02-01"]
    assert len(documents(sqlite_store, "participant")) == 1
    assert outcomes(sqlite_store, checked(sqlite_store, table, ids)) == {"unchanged": 1}


def test_another_placement_is_added_and_the_former_one_stays(sqlite_store: Store, ids: dict[str, str]) -> None:
    first = {**CLEAN_ROW, "Werkplek": "Bakkerij De Zon"}
    write(sqlite_store, checked(sqlite_store, as_xlsx([first]), ids))
    later = {**CLEAN_ROW, "Werkplek": "Groendienst", "Start plaatsing": "01/12/2025"}
    write(sqlite_store, checked(sqlite_store, as_xlsx([later]), ids))
    hosts = {one["from"]: one["host"] for one in documents(sqlite_store, "placement")}
    assert len(hosts) == 2
    assert hosts["2025-12-01"] == ids["Groendienst"]
    assert outcomes(sqlite_store, checked(sqlite_store, as_xlsx([later]), ids)) == {"unchanged": 1}


def test_a_number_two_people_have_names_neither_of_them(sqlite_store: Store, ids: dict[str, str]) -> None:
    keep(sqlite_store, [participant(1, local_id="D0001"), participant(2, local_id="D0001")])
    assert outcomes(sqlite_store, checked(sqlite_store, as_xlsx([CLEAN_ROW]), ids)) == {"created": 1}


def test_a_table_without_numbers_knows_people_by_name_and_birth(sqlite_store: Store, ids: dict[str, str]) -> None:
    table = people(5, seed=1)
    heading = tuple(name for name in table[0] if name != "Dossiernr")
    content_ = as_xlsx(table, heading)
    sheet = checked(sqlite_store, content_, ids)
    assert outcomes(sqlite_store, sheet) == {"created": 5}
    write(sqlite_store, sheet)
    assert outcomes(sqlite_store, checked(sqlite_store, content_, ids)) == {"unchanged": 5}
    nameless = [{**table[0], "Geb. datum": ""}]
    [row] = rows(sqlite_store, checked(sqlite_store, as_xlsx(nameless, heading), ids))
    assert ("#", "sheet_key_empty") in faults(row) or (None, "sheet_key_empty") in faults(row)


def test_what_somebody_changed_since_the_rows_were_shown_is_not_written_over(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    by_hand(sqlite_store, ids)
    sheet = checked(sqlite_store, as_xlsx([CLEAN_ROW]), ids)
    [person] = documents(sqlite_store, "participant")
    change(sqlite_store, replace(person, family_name="Van een collega"))
    write(sqlite_store, sheet)
    [person] = documents(sqlite_store, "participant")
    assert person["family_name"] == "Van een collega"
    assert state(sqlite_store, sheet) == "checked"
    [row] = rows(sqlite_store, sheet)  # looked at again: what it would change now
    assert (row.outcome, row.told["before"]["Naam"]) == ("replaced", "Van een collega")


def test_the_same_row_twice_is_one_person(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = checked(sqlite_store, as_xlsx([CLEAN_ROW, CLEAN_ROW]), ids)
    assert outcomes(sqlite_store, sheet) == {"created": 1, "unchanged": 1}
    write(sqlite_store, sheet)
    changed = {**CLEAN_ROW, "Uren/week": "30"}
    assert outcomes(sqlite_store, checked(sqlite_store, as_xlsx([changed, changed]), ids)) == {
        "replaced": 1,
        "unchanged": 1,
    }


def test_correcting_one_of_two_rows_that_contradict_looks_at_both_again(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    first, second = people(2, seed=5)
    second = {**second, "Dossiernr": first["Dossiernr"]}
    sheet = checked(sqlite_store, as_xlsx([first, second]), ids)
    assert outcomes(sqlite_store, sheet) == {"created": 1, "refused": 1}
    correct(sqlite_store, sheet, 4, Dossiernr="D0777")
    assert outcomes(sqlite_store, sheet) == {"created": 2}


def test_rows_cannot_be_touched_while_they_are_written(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = checked(sqlite_store, as_xlsx([CLEAN_ROW]), ids)
    with sqlite_store.writing() as session:
        applying.confirm(session, sheets.find(session, sheet), sqlite_store.context("anna").now)
    for touch in (
        lambda: correct(sqlite_store, sheet, 4, Naam="x"),
        lambda: check(sqlite_store, sheet),
        lambda: decide(sqlite_store, sheet),
        lambda: staging.throw_away(sqlite_store, sheet),
        lambda: write(sqlite_store, sheet),
    ):
        with pytest.raises(staging.SheetBusy):
            touch()


def test_rows_are_not_looked_at_before_what_is_needed_is_decided(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = bring(sqlite_store, as_xlsx([CLEAN_ROW]))
    with pytest.raises(staging.SheetUndecided):
        check(sqlite_store, sheet)


def test_what_one_person_corrects_while_another_has_all_rows_looked_at_is_not_lost(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    sheet = checked(sqlite_store, as_xlsx([CLEAN_ROW]), ids)
    context = sqlite_store.context("bert")
    seen, found = staging.look(sqlite_store, sheet, context)
    correct(sqlite_store, sheet, 4, Naam="Verbeterd")
    with sqlite_store.writing() as session, pytest.raises(staging.SheetBusy):
        staging.put(session, sqlite_store.vault, sheets.find(session, sheet), seen, found, context.now)
    assert rows(sqlite_store, sheet)[0].cells[1] == "Verbeterd"
