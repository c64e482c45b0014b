"""What is kept of a spreadsheet, for how long, and what an erasure leaves of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from coupole.node.sheets import staging
from coupole.node.store import Store, open_store, open_vault, sheets
from coupole.node.store.sheet_tables import SheetShape
from coupole.node.store.sheets import SheetNotFound
from coupole.wire.keys import KeyRing
from tests.factories import NODE
from tests.node.sheets.staged import bring, checked, documents, faults, outcomes, rows, state, write
from tests.node.sheets.tables import CLEAN_ROW, as_csv, as_xlsx, people, with_registers
from tests.node.store.test_erasure import files_that_hold
from tests.stores import NOW

MARK = "Zebedeus"
MARKED = {**CLEAN_ROW, "Naam": MARK, "Voornaam": "Quirinus", "Opmerkingen": "komt van Vroegerhuis"}
TRACES = (MARK, "Quirinus", "Vroegerhuis")


@pytest.fixture
def ids(sqlite_store: Store) -> dict[str, str]:
    return with_registers(sqlite_store)


def owner(store: Store, sheet: str) -> str:
    with store.reading() as session:
        return sheets.find(session, sheet).owner


def test_nothing_a_spreadsheet_holds_is_readable_in_any_file(
    sqlite_store: Store, ids: dict[str, str], tmp_path: Path
) -> None:
    bring(sqlite_store, as_csv([MARKED]), name=f"lijst {MARK}.csv")
    checked(sqlite_store, as_xlsx([MARKED]), ids)
    assert list(files_that_hold(tmp_path, *TRACES)) == []
    (tmp_path / "proof").write_text(MARK)
    assert list(files_that_hold(tmp_path, *TRACES)) == [("proof", MARK)]


def test_a_spreadsheet_is_thrown_away_after_thirty_days(sqlite_store: Store, ids: dict[str, str]) -> None:
    old, young = bring(sqlite_store, as_csv([MARKED]), now=NOW), bring(sqlite_store, as_csv([MARKED]))
    with sqlite_store.writing() as session:
        found = sheets.find(session, young)
        found.expires_at = NOW + timedelta(days=31)
        session.add(found)
    kept = owner(sqlite_store, old)
    sheets.tidy(sqlite_store.engine, NOW + timedelta(days=29))
    assert state(sqlite_store, old) == "matching"
    sheets.tidy(sqlite_store.engine, NOW + timedelta(days=30))
    assert sqlite_store.finish_erasures()
    with pytest.raises(SheetNotFound):
        state(sqlite_store, old)
    assert state(sqlite_store, young) == "matching"
    assert sqlite_store.vault.erased(kept)


def test_what_waited_too_long_is_gone_when_the_service_starts(
    sqlite_store: Store, keys: Path, ring: KeyRing, tmp_path: Path
) -> None:
    sheet = bring(sqlite_store, as_csv([MARKED]), now=NOW - timedelta(days=10_000))
    sqlite_store.close()
    again = open_store(f"sqlite:///{tmp_path / 'node.sqlite'}", NODE, open_vault(keys, ring))
    with pytest.raises(SheetNotFound):
        state(again, sheet)
    again.close()


def test_thrown_away_it_leaves_no_key_and_no_row(sqlite_store: Store, ids: dict[str, str]) -> None:
    sheet = checked(sqlite_store, as_xlsx([MARKED]), ids)
    kept = owner(sqlite_store, sheet)
    staging.throw_away(sqlite_store, sheet)
    assert sqlite_store.vault.erased(kept)
    with pytest.raises(SheetNotFound):
        state(sqlite_store, sheet)


def test_when_everything_is_written_its_rows_are_gone_under_a_key_that_is_destroyed(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    sheet = checked(sqlite_store, as_xlsx([MARKED]), ids)
    before = owner(sqlite_store, sheet)
    write(sqlite_store, sheet)
    assert rows(sqlite_store, sheet) == []
    assert sqlite_store.vault.erased(before)


def test_backups_hold_no_spreadsheet(sqlite_store: Store, ids: dict[str, str], tmp_path: Path) -> None:
    import sqlite3

    checked(sqlite_store, as_xlsx([MARKED]), ids)
    sqlite_store.back_up(tmp_path / "backup.sqlite")
    with sqlite3.connect(tmp_path / "backup.sqlite") as backup:
        for table in ("sheet", "sheet_row"):
            assert backup.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def erased(store: Store, ids: dict[str, str], *waiting: str) -> None:
    """The marked person comes in by a spreadsheet of their own and is erased, while others wait."""
    write(store, checked(store, as_xlsx([MARKED]), ids))
    [person] = documents(store, "participant")
    assert store.erase(person["id"], store.context("anna", now=NOW))


def test_an_erased_person_leaves_every_waiting_spreadsheet_and_the_others_stay(
    sqlite_store: Store, ids: dict[str, str]
) -> None:
    others = people(6, seed=7)[1:]
    looked_at = checked(sqlite_store, as_xlsx([MARKED, *others]), ids)
    untouched = checked(sqlite_store, as_xlsx(others), ids)
    columns_only = bring(sqlite_store, as_csv([MARKED, *others]))
    before = {sheet: owner(sqlite_store, sheet) for sheet in (looked_at, untouched, columns_only)}
    erased(sqlite_store, ids)
    assert [row.cells[1] for row in rows(sqlite_store, looked_at)] == [row["Naam"] for row in others]
    with sqlite_store.reading() as session:
        sheet = sheets.find(session, columns_only)
        told = staging.told_of(sqlite_store.vault, sheet)
        left = staging.table_of(session, sqlite_store.vault, sheet, told)
    assert [row[1] for _, row in left.rows] == [row["Naam"] for row in others]
    assert sqlite_store.vault.erased(before[looked_at])
    assert sqlite_store.vault.erased(before[columns_only])
    assert owner(sqlite_store, untouched) == before[untouched]
    assert outcomes(sqlite_store, untouched) == {"created": 5}


@pytest.mark.parametrize(
    "row",
    [
        {**MARKED, "Dossiernr": "D0999"},
        {**MARKED, "Dossiernr": "", "Naam": "zebedeus", "Voornaam": "QUIRINUS"},
        {**MARKED, "Dossiernr": "", "Naam": f"{MARK} Quirinus", "Voornaam": ""},
    ],
)
def test_a_row_that_only_holds_their_names_goes_as_well(
    sqlite_store: Store, ids: dict[str, str], row: dict[str, str]
) -> None:
    sheet = checked(sqlite_store, as_xlsx([row, *people(3, seed=7)[1:]]), ids)
    erased(sqlite_store, ids)
    assert len(rows(sqlite_store, sheet)) == 2


def test_an_erased_person_is_not_taken_up_again(sqlite_store: Store, ids: dict[str, str]) -> None:
    erased(sqlite_store, ids)
    [row] = rows(sqlite_store, checked(sqlite_store, as_xlsx([MARKED]), ids))
    assert row.outcome == "refused"
    assert [code for _, code in faults(row)] == ["sheet_person_erased"]


def test_what_is_kept_for_the_next_list_is_what_was_decided_and_no_row(
    sqlite_store: Store, ids: dict[str, str], tmp_path: Path
) -> None:
    checked(sqlite_store, as_xlsx([MARKED]), ids)
    with sqlite_store.reading() as session:
        kept = session.exec(select(SheetShape)).one()
        told = staging.remember(session, sqlite_store.vault, tuple(CLEAN_ROW))
    assert told is not None
    assert MARK.encode() not in kept.body
    text = str(told.as_json())
    assert not any(trace in text for trace in TRACES)
