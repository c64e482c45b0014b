"""What the catalogue makes of one dossier: dated facts. A pure function of its documents.

Of a person who took back their consent to statistics, or objected, there are no facts but those that a law demands
(``owed_by_law``), whatever the period: they are in no table, sealed total, preview or comparison made from then on.

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

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

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
from coupole.standard.catalogue import PEOPLE, Catalogue, Dimension, Source
from coupole.standard.consents import left_out
from coupole.standard.expressions import Value, moved
from coupole.standard.views import EMPTY, Row, Scene

Step = tuple[Any, tuple[int, ...] | None, Codes]
"""A moment, and what is said from then on."""

Coder = Callable[[Row, Scene], str | tuple[str, ...]]


def facts(dossier: StoredDossier, catalogue: Catalogue) -> list[Fact]:
    """All facts of a dossier."""
    return dossier_facts(dossier, catalogue).facts


def dossier_facts(dossier: StoredDossier, catalogue: Catalogue) -> DossierFacts:
    """All facts of a dossier with what they share."""
    scene = Scene(dossier.root, dossier.documents, dossier.outside, catalogue.definitions)
    file = scene.owners["accompaniment"]
    unwilling = left_out(scene.owners["participant"])
    found: list[Fact] = []
    if file and not unwilling:
        found.append(Fact(HEADCOUNT, "overlap", file["opened_on"], file.get("closed_on"), (1,), ()))
    for view, flows, slots, lasting in _plan(catalogue, unwilling):
        for row in scene.rows(view):
            for start, counted in flows:
                day = start(row, EMPTY, scene)
                if day is not None:
                    _on(day, counted, row, scene, found)
            for due, counted in slots:
                found.extend(_months(due, counted, row, scene))
            for one in lasting:
                found.extend(_lasting(one, row, scene))
    shared = tuple(code(scene.root, scene) for code in _shared(catalogue))
    participant = scene.owners["participant"].get("id")
    return DossierFacts(
        dossier.id, participant, file.get("previous_accompaniment"), file.get("started_on"), shared, found
    )


def _on(day: str, counted: Sequence[Counted], row: Row, scene: Scene, found: list[Fact]) -> None:
    """The facts of a record on one day."""
    for number, source, coders in counted:
        where = source.where
        if where is None or where(row, EMPTY, scene):
            parts = source.emit(row, EMPTY, scene)
            if parts is not None:
                codes = tuple([code(row, scene) for code in coders]) if coders else ()
                found.append(Fact(number, "flow", day, day, parts, codes))


def fact_maker(catalogue: Catalogue) -> FactMaker:
    """The function the store makes facts with."""

    def make(dossier: StoredDossier, number: Number) -> MadeFacts:
        return pack(dossier_facts(dossier, catalogue), catalogue, number)

    return make


class Counted(NamedTuple):
    """A source, the number of its indicator, and what gives each code of its facts."""

    number: int
    source: Source
    coders: tuple[Coder, ...]


class Plan(NamedTuple):
    """What is made of each row of a view: flows by what dates them, months by what makes them due, what else lasts."""

    view: str
    flows: list[tuple[Value, list[Counted]]]
    slots: list[tuple[Value, list[Counted]]]
    lasting: list[Counted]


Dated = dict[str, tuple[Value, list[Counted]]]


@lru_cache(maxsize=8)
def _plan(catalogue: Catalogue, unwilling: bool) -> list[Plan]:
    """Every source of every indicator, in an order that looks at each row once.

    ``unwilling``: of somebody who wants to be in no figure, only what a law demands and what is about nobody.
    """
    views: dict[str, tuple[Dated, Dated, list[Counted]]] = {}
    for number, indicator in enumerate(catalogue.indicators):
        if unwilling and PEOPLE in indicator.about and not indicator.owed_by_law:
            continue
        for source in indicator.sources:
            dimensions = zip(own_dimensions(indicator), source.own, strict=True)
            counted = Counted(number, source, tuple(coder(dimension, decide) for dimension, decide in dimensions))
            flows, slots, lasting = views.setdefault(source.view, ({}, {}, []))
            dated = {"flow": flows, "slots": slots}.get(source.kind)
            if dated is None:
                lasting.append(counted)
            else:
                dated.setdefault(source.anchor, (source.start, []))[1].append(counted)
    return [
        Plan(view, list(flows.values()), list(slots.values()), lasting)
        for view, (flows, slots, lasting) in views.items()
    ]


@lru_cache(maxsize=8)
def _shared(catalogue: Catalogue) -> list[Coder]:
    """What gives the codes of the dimensions that dossiers decide."""
    return [
        coder(dimension, catalogue.definitions[f"dimension.{name}"]) for name, dimension in catalogue.dimensions.items()
    ]


def coder(dimension: Dimension, decide: Value) -> Coder:
    """Gives the code a record has in a dimension; what is not known, or not in its list, is its unknown code."""
    known, unknown = None if dimension.codes is None else frozenset(dimension.codes), dimension.unknown

    def listed(row: Row, scene: Scene) -> str:
        value = decide(row, EMPTY, scene)
        return value if value in closed else unknown

    def open_(row: Row, scene: Scene) -> str:
        value = decide(row, EMPTY, scene)
        return unknown if value is None else str(value)

    def several(row: Row, scene: Scene) -> tuple[str, ...]:
        values = decide(row, EMPTY, scene) or ()
        return tuple(sorted({one if known is None or one in known else unknown for one in values})) or (unknown,)

    closed = known or frozenset()
    return several if dimension.several else open_ if known is None else listed


def _lasting(counted: Counted, row: Row, scene: Scene) -> Iterator[Fact]:
    """The facts of a record that lasts: a stock, an overlap."""
    number, source, coders = counted
    if source.where is not None and not source.where(row, EMPTY, scene):
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
        steps.append((day, source.emit(row, EMPTY, scene), tuple([code(row, scene) for code in coders])))
    for first, after, parts, codes in _runs(steps):
        if parts is not None:
            yield Fact(number, source.kind, first, after or end, parts, codes)


def _months(due: Value, counted: Sequence[Counted], row: Row, scene: Scene) -> Iterator[Fact]:
    """Runs of equal months, from the first month any watched date lies in; after the last nothing changes any more."""
    counted = [one for one in counted if one.source.where is None or one.source.where(row, EMPTY, scene)]
    months = {month_of(day) for one in counted for day, _later in _watched(one.source, row, scene)}
    steps: list[list[Step]] = [[] for _ in counted]
    for month in sorted(months | {month + 1 for month in months}):
        scene.start, scene.end = month_days(month)
        owed = due(row, EMPTY, scene)
        for (_number, source, coders), said in zip(counted, steps, strict=True):
            parts = source.emit(row, EMPTY, scene) if owed else None
            said.append((month, parts, tuple([code(row, scene) for code in coders]) if parts else ()))
    for one, said in zip(counted, steps, strict=True):
        for first, after, parts, codes in _runs(said):
            if parts is not None:
                last = None if after is None else month_days(after - 1)[1]
                yield Fact(one.number, "slots", month_days(first)[0], last, parts, codes)


def _watched(source: Source, row: Row, scene: Scene) -> Iterator[tuple[str, int]]:
    """The dates that the record's figures or codes are compared with, and how many days after them they turn."""
    for view, name, later in source.watched:
        for one in scene.rows(view) if view else (row,):
            day = one.get(name)
            if day is not None:
                yield day, later


def _runs(steps: Sequence[Step]) -> Iterator[tuple[Any, Any, Any, Codes]]:
    """Neighbours that say the same, as one: first moment, the moment after it (none = no end), what is said."""
    first = 0
    for place in range(1, len(steps) + 1):
        if place == len(steps):
            yield steps[first][0], None, *steps[first][1:]
        elif steps[place][1:] != steps[first][1:]:
            yield steps[first][0], steps[place][0], *steps[first][1:]
            first = place


@lru_cache(maxsize=4096)
def month_days(month: int) -> tuple[str, str]:
    """The first and the last day of a month."""
    first = date(month // 12, month % 12 + 1, 1)
    return first.isoformat(), last_day(first).isoformat()
