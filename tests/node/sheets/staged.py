"""A spreadsheet taken the whole way as a person takes it, without pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from coupole.node.sheets import applying, staging
from coupole.node.sheets.choices import Choices
from coupole.node.sheets.faults import Fault
from coupole.node.store import Store, sheets
from coupole.node.store.changes import Document
from coupole.node.store.queries import page
from coupole.node.store.sheets import StagedRow
from tests.node.sheets.tables import decided
from tests.stores import NOW


def bring(store: Store, content: bytes, now: datetime = NOW, name: str = "lijst.xlsx") -> str:
    return staging.upload(store, content, name, store.context("anna", now=now), "Atelier Nord")


def decide(store: Store, sheet_id: str, change: Callable[[Choices], Choices] = lambda choices: choices) -> None:
    with store.writing() as session:
        sheet = sheets.find(session, sheet_id)
        told = staging.told_of(store.vault, sheet)
        staging.decide(session, store.vault, sheet, change(told.choices))


def check(store: Store, sheet_id: str, now: datetime = NOW) -> None:
    staging.check(store, sheet_id, store.context("anna", now=now))


def checked(store: Store, content: bytes, ids: Mapping[str, str], now: datetime = NOW) -> str:
    """The spreadsheet with its rows looked at."""
    sheet = bring(store, content, now)
    decide(store, sheet, lambda choices: decided(choices, dict(ids)))
    check(store, sheet, now)
    return sheet


def rows(store: Store, sheet_id: str, *outcomes: str) -> list[StagedRow]:
    with store.reading() as session:
        return sheets.rows(session, store.vault, sheets.find(session, sheet_id), outcomes=outcomes)


def outcomes(store: Store, sheet_id: str) -> dict[str, int]:
    return dict(Counter(row.outcome for row in rows(store, sheet_id)))


def faults(row: StagedRow) -> list[tuple[str | None, str]]:
    return [(fault.column, fault.code) for fault in map(Fault.from_json, row.told["faults"])]


def correct(store: Store, sheet_id: str, number: int, **cells: str) -> None:
    with store.writing() as session:
        sheet = sheets.find(session, sheet_id)
        staging.correct(session, store, sheet, number, cells, store.context("anna", now=NOW))


def state(store: Store, sheet_id: str) -> str:
    with store.reading() as session:
        return sheets.find(session, sheet_id).state


def write(store: Store, sheet_id: str) -> None:
    confirm(store, sheet_id)
    applying.write_rows(store, sheet_id, "anna")


def confirm(store: Store, sheet_id: str) -> int:
    with store.writing() as session:
        return applying.confirm(session, sheets.find(session, sheet_id), NOW)


def documents(store: Store, entity: str) -> list[Document]:
    with store.reading() as session:
        return [stored.document for stored in page(session, store.vault, entity, limit=1000)]


def tick(store: Store, sheet_id: str, shown: list[int], ticked: list[int]) -> None:
    with store.writing() as session:
        staging.tick(session, store.vault, sheets.find(session, sheet_id), shown, ticked)
