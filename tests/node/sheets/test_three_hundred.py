from __future__ import annotations

import pytest

from coupole.node.sheets.faults import Fault
from coupole.node.store import Store, sheets
from coupole.node.store.queries import changes, counts
from tests.node.sheets.staged import (
    bring,
    check,
    checked,
    confirm,
    correct,
    decide,
    documents,
    faults,
    outcomes,
    rows,
    state,
    write,
)
from tests.node.sheets.tables import as_csv, as_xlsx, decided, people, plant, with_registers

SEED = 7
CLEAN = people(300, SEED)
PLANTED = plant(CLEAN, SEED)


@pytest.fixture
def ids(sqlite_store: Store) -> dict[str, str]:
    return with_registers(sqlite_store)


@pytest.mark.parametrize("made", [as_xlsx, as_csv])
def test_every_planted_fault_is_found_with_row_column_reason_and_remedy_and_nothing_else(
    sqlite_store: Store, ids: dict[str, str], made: object
) -> None:
    assert len(PLANTED.faults) == 40
    assert callable(made)
    sheet = checked(sqlite_store, made(PLANTED.rows), ids)
    found = {row.number: faults(row) for row in rows(sqlite_store, sheet, "refused")}
    assert found == {fault.number: [(fault.column, fault.code)] for fault in PLANTED.faults}
    assert outcomes(sqlite_store, sheet) == {"created": 260, "refused": 40}
    for row in rows(sqlite_store, sheet, "refused"):
        for fault in map(Fault.from_json, row.told["faults"]):
            for language in ("en", "nl", "fr", "it"):
                assert "…" not in fault.reason(language) + fault.remedy(language)
            assert len({fault.reason(language) for language in ("en", "nl", "fr", "it")}) == 4


def test_nothing_is_written_until_somebody_says_so(sqlite_store: Store, ids: dict[str, str]) -> None:
    with sqlite_store.reading() as session:
        before = counts(session)
    checked(sqlite_store, as_xlsx(PLANTED.rows), ids)
    with sqlite_store.reading() as session:
        assert counts(session) == before


@pytest.mark.parametrize("made", [as_xlsx, as_csv])
def test_put_right_in_place_everything_is_written_and_a_second_upload_changes_nothing(
    sqlite_store: Store, ids: dict[str, str], made: object
) -> None:
    assert callable(made)
    sheet = checked(sqlite_store, made(PLANTED.rows), ids)
    for fault in PLANTED.faults:
        correct(sqlite_store, sheet, fault.number, **{fault.column: fault.right})
    assert outcomes(sqlite_store, sheet) == {"created": 300}
    write(sqlite_store, sheet)
    assert state(sqlite_store, sheet) == "done"
    with sqlite_store.reading() as session:
        found = counts(session)
        last = changes(session, sqlite_store.vault, 0, 100_000)[-1].seq
    made_here = ("participant", "referral", "accompaniment", "status_observation", "placement")
    assert {entity: found[entity] for entity in made_here} == dict.fromkeys(made_here, 300)
    again = bring(sqlite_store, as_csv(CLEAN))
    check(sqlite_store, again)  # what was decided about these columns is remembered
    assert outcomes(sqlite_store, again) == {"unchanged": 300}
    assert confirm(sqlite_store, again) == 0
    with sqlite_store.reading() as session:
        assert changes(session, sqlite_store.vault, 0, 100_000)[-1].seq == last


def test_rows_left_out_are_not_written(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = checked(sqlite_store, as_xlsx(CLEAN[:10]), ids)
    with sqlite_store.writing() as session:
        sheets.tick(session, sheets.find(session, sheet), [4, 6], False)
    write(sqlite_store, sheet)
    assert {document["local_id"] for document in documents(sqlite_store, "participant")} == {
        row["Dossiernr"] for row in (CLEAN[1], *CLEAN[3:10])
    }
    assert outcomes(sqlite_store, sheet) == {"created": 2, "unchanged": 8}


def test_rows_with_errors_wait_while_the_others_are_written(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = checked(sqlite_store, as_xlsx(PLANTED.rows), ids)
    write(sqlite_store, sheet)
    assert state(sqlite_store, sheet) == "checked"
    assert outcomes(sqlite_store, sheet) == {"unchanged": 260, "refused": 40}
    for fault in PLANTED.faults:
        correct(sqlite_store, sheet, fault.number, **{fault.column: fault.right})
    write(sqlite_store, sheet)
    assert state(sqlite_store, sheet) == "done"


def test_two_faults_of_one_row_are_told_at_once(sqlite_store: Store, ids: dict[str, str]) -> None:
    row = {**CLEAN[0], "Geb. datum": "vroeger", "M/V": "q", "Toestemming": "", "Uren/week": "99"}
    sheet = checked(sqlite_store, as_xlsx([row, CLEAN[1]]), ids)
    [refused] = rows(sqlite_store, sheet, "refused")
    assert set(faults(refused)) == {
        ("Geb. datum", "sheet_not_a_date"),
        ("M/V", "sheet_word_unknown"),
        ("Toestemming", "sheet_field_empty"),
        ("Uren/week", "above_maximum"),
    }


def test_a_word_put_right_once_on_the_page_of_columns_is_right_in_every_row(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    table = [{**row, "Diploma": "vakschool"} for row in CLEAN[:20]]
    sheet = checked(sqlite_store, as_xlsx(table), ids)
    assert outcomes(sqlite_store, sheet) == {"refused": 20}
    path = "status_observation.education_level"

    def teach(choices):  # type: ignore[no-untyped-def]
        values = {**choices.values, path: {"vakschool": "ED3"}}
        return decided(choices.with_values(values), ids)

    decide(sqlite_store, sheet, teach)
    check(sqlite_store, sheet)
    assert outcomes(sqlite_store, sheet) == {"created": 20}
