"""What the catalogue makes of one dossier: dated facts. A pure function of its documents.

A fact says: on this day, or from this day on, this dossier adds these numbers to this indicator, under these codes.
No period is known here. Counting one is a scan: a *flow* counts when its day lies in the period; a *stock* when it is
open on the period's last day (from <= day < to); an *overlap* when any of its days lies in the period; *slots* once for
each calendar month of theirs that lies in it.

What changes while time goes by (the phase somebody is in, whether a team is complete, whether a month had its meeting)
can change only on the dates the expression compares with: those are looked at, and equal neighbours are one fact.

Some indicators need several dossiers, and still each fact is of one: occupancy takes its numerator from accompaniments
and its denominator from organisations; the caseload of actors is a stock of accompaniments kept by their responsible,
grouped when a period is counted; coordination meetings are facts of the agency. Whether a person came back into an
operation is decided when counting, by the ``previous`` of the dossiers that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from coupole.node.statistics.packing import (
    HEADCOUNT,
    Codes,
    DossierFacts,
    Fact,
    Number,
    month_of,
    own_dimensions,
    pack,
)
from coupole.node.store.changes import FactMaker, MadeFacts, StoredDossier
from coupole.standard.calendar import last_day
from coupole.standard.catalogue import Catalogue, Dimension, Source
from coupole.standard.expressions import moved
from coupole.standard.views import EMPTY, Row, Scene


def facts(dossier: StoredDossier, catalogue: Catalogue) -> list[Fact]:
    """All facts of a dossier."""
    return dossier_facts(dossier, catalogue).facts


def dossier_facts(dossier: StoredDossier, catalogue: Catalogue) -> DossierFacts:
    """All facts of a dossier with what they share."""
    scene = Scene(dossier.root, dossier.documents, dossier.outside, catalogue.definitions)
    file = scene.owners["accompaniment"]
    found: list[Fact] = []
    if file:
        found.append(Fact(HEADCOUNT, "overlap", file["opened_on"], file.get("closed_on"), (1,), ()))
    for indicator, source, own in _plan(catalogue):
        for row in scene.rows(source.view):
            if source.kind == "flow":
                day = source.start(row, EMPTY, scene)
                if day is not None and source.where(row, EMPTY, scene):
                    parts = source.emit(row, EMPTY, scene)
                    if parts is not None:
                        found.append(Fact(indicator, "flow", day, day, parts, _codes(row, scene, source, own)))
            else:
                found.extend(_lasting(indicator, source, own, row, scene))
    shared = tuple(
        code_of(dimension, scene.named(f"dimension.{name}")) for name, dimension in catalogue.dimensions.items()
    )
    participant = scene.owners["participant"].get("id")
    return DossierFacts(
        dossier.id, participant, file.get("previous_accompaniment"), file.get("started_on"), shared, found
    )


def fact_maker(catalogue: Catalogue) -> FactMaker:
    """The function the store makes facts with."""

    def make(dossier: StoredDossier, number: Number) -> MadeFacts:
        return pack(dossier_facts(dossier, catalogue), catalogue, number)

    return make


@lru_cache(maxsize=8)
def _plan(catalogue: Catalogue) -> tuple[tuple[int, Source, tuple[Dimension, ...]], ...]:
    """Every source of every indicator with its number and own dimensions."""
    return tuple(
        (number, source, own_dimensions(indicator))
        for number, indicator in enumerate(catalogue.indicators)
        for source in indicator.sources
    )


def _lasting(indicator: int, source: Source, own: tuple[Dimension, ...], row: Row, scene: Scene) -> Iterator[Fact]:
    """The facts of a record that lasts: a stock, an overlap, months."""
    if not source.where(row, EMPTY, scene):
        return
    if source.kind == "slots":
        yield from _months(indicator, source, own, row, scene)
        return
    start, end = source.start(row, EMPTY, scene), source.end(row, EMPTY, scene)
    if start is None or (source.kind == "stock_end" and end is not None and end <= start):
        return  # from <= day < to holds on no day
    days = [start]
    if source.moving:
        turns = {moved(day, f"P{later}D") if later else day for day, later in _watched(source, row, scene)}
        days += sorted(day for day in turns if day > start and (end is None or day < end))
    steps = []
    for day in days:
        scene.day = day
        steps.append((day, source.emit(row, EMPTY, scene), _codes(row, scene, source, own)))
    for first, after, parts, codes in _runs(steps):
        if parts is not None:
            yield Fact(indicator, source.kind, first, after or end, parts, codes)


def _months(indicator: int, source: Source, own: tuple[Dimension, ...], row: Row, scene: Scene) -> Iterator[Fact]:
    """Runs of equal months, from the first month any watched date lies in; after the last nothing changes any more."""
    months = {month_of(day) for day, _later in _watched(source, row, scene)}
    steps = []
    for month in sorted(months | {month + 1 for month in months}):
        scene.start, scene.end = month_days(month)
        due = source.start(row, EMPTY, scene)
        parts = source.emit(row, EMPTY, scene) if due else None
        steps.append((month, parts, _codes(row, scene, source, own) if parts else ()))
    for first, after, parts, codes in _runs(steps):
        if parts is not None:
            last = None if after is None else month_days(after - 1)[1]
            yield Fact(indicator, "slots", month_days(first)[0], last, parts, codes)


def _watched(source: Source, row: Row, scene: Scene) -> Iterator[tuple[str, int]]:
    """The dates that the record's figures or codes are compared with, and how many days after them they turn."""
    for view, name, later in source.watched:
        for one in scene.rows(view) if view else (row,):
            day = one.get(name)
            if day is not None:
                yield day, later


def _runs(steps: Sequence[tuple[Any, tuple[int, ...] | None, Codes]]) -> Iterator[tuple[Any, Any, Any, Codes]]:
    """Neighbours that say the same, as one: first moment, the moment after it (none = no end), what is said."""
    first = 0
    for place in range(1, len(steps) + 1):
        if place == len(steps):
            yield steps[first][0], None, *steps[first][1:]
        elif steps[place][1:] != steps[first][1:]:
            yield steps[first][0], steps[place][0], *steps[first][1:]
            first = place


def _codes(row: Row, scene: Scene, source: Source, own: tuple[Dimension, ...]) -> Codes:
    if not own:
        return ()
    return tuple([code_of(one, decide(row, EMPTY, scene)) for one, decide in zip(own, source.own, strict=True)])


def code_of(dimension: Dimension, value: Any) -> str | tuple[str, ...]:
    """The code of a dimension that a value stands for; what is not known, or not in the list, is its unknown code."""
    if dimension.several:
        found = {one if dimension.codes is None or one in dimension.codes else dimension.unknown for one in value or ()}
        return tuple(sorted(found)) or (dimension.unknown,)
    if value is None or (dimension.codes is not None and value not in dimension.codes):
        return dimension.unknown
    return str(value)


@lru_cache(maxsize=4096)
def month_days(month: int) -> tuple[str, str]:
    """The first and the last day of a month."""
    first = date(month // 12, month % 12 + 1, 1)
    return first.isoformat(), last_day(first).isoformat()
