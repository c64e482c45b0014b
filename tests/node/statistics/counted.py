"""Counts plain documents with the product: dossiers as the store would load them, facts, packed, counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from coupole.disclosure.tables import record_keys
from coupole.node.statistics.counting import Counted, tables
from coupole.node.statistics.facts import fact_maker
from coupole.node.statistics.packing import key_of
from coupole.node.store.changes import StoredDossier
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Catalogue, load

Document = dict[str, Any]
SECRET = b"s" * 32
CORE = load("core", "1.0.0")


class Cell(NamedTuple):
    """One figure with what stands behind it. ``largest`` only of sums."""

    value: int
    persons: int
    keys: int
    largest: int


class Numbers:
    """Numbers codes of open dimensions as the store does."""

    def __init__(self) -> None:
        self.given: dict[tuple[str, str], int] = {}
        self.known: dict[str, dict[int, str]] = defaultdict(dict)

    def __call__(self, dimension: str, code: str) -> int:
        number = self.given.get((dimension, code))
        if number is None:
            number = self.given[dimension, code] = len(self.known[dimension]) + 1
            self.known[dimension][number] = code
        return number


def dossiers_of(documents: Iterable[Document]) -> list[StoredDossier]:
    """The dossiers that the store would make of these documents, in the order of their ids."""
    by_id = {document["id"]: document for document in documents}
    kinds = {record: record.split(":")[1] for record in by_id}
    named = {document.get("referral"): record for record, document in by_id.items() if kinds[record] == "accompaniment"}
    outside = {record: by_id[record] for record in by_id if kinds[record] in ("organisation", "agreement", "actor")}
    found: dict[str, dict[str, list[Document]]] = {}
    for record, document in by_id.items():
        kind = kinds[record]
        loose = kind == "referral" and record not in named
        root = named.get(record) or document.get("accompaniment") or record
        if kind == "coordination_meeting":
            root = document["agency"]
        if kind in ("participant", "actor") or (kinds.get(root) not in ROOTS and not loose):
            continue
        place = found.setdefault(root, defaultdict(list))
        place[kind].insert(0, document) if root == record else place[kind].append(document)
        if document.get("participant") and root == record:
            place["participant"] = [by_id[document["participant"]]]
    return [StoredDossier(root, kinds[root], dict(found[root]), outside) for root in sorted(found)]


ROOTS = ("accompaniment", "agreement", "organisation", "action")


def counted(documents: Iterable[Document], period: str, catalogue: Catalogue = CORE) -> Counted:
    """The exact tables of a period."""
    numbers = Numbers()
    make = fact_maker(catalogue)
    packed = [(dossier.id, make(dossier, numbers).body) for dossier in dossiers_of(documents)]
    return tables(catalogue, parse_period(period), [one for one in packed if one[1]], numbers.known, SECRET)


def cells(made: Counted) -> dict[tuple[str, str, str, str], Cell]:
    """Every figure that has somebody behind it."""
    found = {}
    for table in made.tables:
        for margin in table.margins:
            places = np.arange(margin.first, margin.cells.stop).reshape(margin.shape)
            for part, row in zip(margin.parts, places, strict=True):
                for code, place in zip(margin.codes, row, strict=True):
                    exact = made.cells
                    if exact.persons[place] or exact.values[place]:
                        largest = int(exact.largest[place]) if part.startswith("sum") else 0
                        behind = (int(exact.persons[place]), int(exact.keys[place]), largest)
                        found[table.indicator, margin.dimension, code, part] = Cell(int(exact.values[place]), *behind)
    return found


def expected(added: dict[tuple[str, str, str, str], dict[str, int]]) -> dict[tuple[str, str, str, str], Cell]:
    """The same from what each dossier adds."""

    def key(dossier: str) -> int:
        return int(record_keys(SECRET, np.array([key_of(dossier)], np.uint64))[0])

    return {
        figure: Cell(
            sum(by.values()),
            len(by),
            sum(map(key, by)) % 2**64,
            max(by.values()) if figure[3].startswith("sum") else 0,
        )
        for figure, by in added.items()
    }


def figures(documents: Iterable[Document], period: str, *indicators: str) -> dict[str, dict[str, int]]:
    """The totals of a period that are not nothing: indicator, part, value."""
    found: dict[str, dict[str, int]] = {}
    for (indicator, dimension, _code, part), cell in cells(counted(documents, period)).items():
        if dimension == "total" and (not indicators or indicator in indicators):
            found.setdefault(indicator, {})[part] = cell.value
    return found


def total(documents: Iterable[Document], period: str, indicator: str) -> Any:
    """An indicator's total: a number for a count, numerator and denominator for a ratio, else its parts by name."""
    found = figures(documents, period, indicator).get(indicator, {})
    if set(found) <= {"count"}:
        return found.get("count", 0)
    if set(found) <= {"num", "den"}:
        return (found.get("num", 0), found.get("den", 0))
    return found


def codes(documents: Iterable[Document], period: str, indicator: str, dimension: str) -> dict[str, int]:
    """The codes of a margin that are not nothing, with their figure."""
    found = cells(counted(documents, period))
    return {code: cell.value for (name, by, code, _part), cell in found.items() if (name, by) == (indicator, dimension)}
