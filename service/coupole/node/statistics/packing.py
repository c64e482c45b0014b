"""Facts of a dossier as a few bytes, made so that thousands of dossiers are read at once, without a loop.

    body   = head + records, in the order of their columns and cells
    head   = fingerprint of the catalogue (u4), day of entry (u2), form (u2), three keys of eight bytes: dossier,
             participant, the accompaniment taken up again (0 = none), then one u2 for each dossier dimension, and
             nothing up to the length of some whole records
    record = column (u2), cell (u4), start (u2), end (u2), value (u4)

A *column* is one part of one indicator, times four plus the kind of fact; a *cell* holds the codes of the indicator's
own dimensions as one number. Days and months are counted from 1970-01-01; 65535 = open. A code of a closed list is its
place in the list; of an open one, or the set of codes of a dimension of several, the number the node keeps for it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import starmap
from typing import NamedTuple

from coupole.node.store.changes import MadeFacts
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.standard.expressions import moved
from coupole.standard.measures import GROUPS

RECORD = struct.Struct("<HIHHI")
HEAD = struct.Struct("<IHHQQQ")
FORM = 1
"""The number of this way of packing: another one reads bodies of this as stale, and has them made again."""

OPEN = 0xFFFF
LARGEST = 0xFFFFFFFF
EPOCH = date(1970, 1, 1).toordinal()
EPOCH_MONTH = 1970 * 12
TOGETHER = "+"
"""Joins the codes of a dimension of several into the one code that is numbered."""

KINDS = {"flow": 0, "stock_end": 1, "overlap": 2, "slots": 3}
"""The number of each kind of fact in a column."""

REMEMBERED = "P12M"
"""How long the facts of somebody who came back are read after their end: until no former exit counts any more."""

Number = Callable[[str, str], int]
Places = Mapping[str | tuple[str, ...], int]


HEADCOUNT = -1
"""The indicator number of the fact that an accompaniment was open: whose people are in the period at all."""

Codes = tuple[str | tuple[str, ...], ...]


class Fact(NamedTuple):
    """``indicator``: its place in the catalogue, or ``HEADCOUNT``. ``codes``: of its own dimensions, in their order.

    ``start``, ``end``: ISO dates; a flow has one day twice; a stock's end is the first day it no longer counts; slots
    run from the first day of a month to the last day of a month. No end = still open.
    """

    indicator: int
    kind: str
    start: str
    end: str | None
    parts: tuple[int, ...]
    codes: Codes


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """A dossier's facts, and what all of them share: ``codes`` of the catalogue's dossier dimensions, in their order.

    ``participant``: whose they are; ``previous``: the accompaniment this one takes up again; ``started_on``: its entry.
    """

    dossier: str
    participant: str | None
    previous: str | None
    started_on: str | None
    codes: Codes
    facts: list[Fact]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands in a packed body. ``first_column``: of each indicator; column 0 is the headcount.

    ``own``: the own dimensions of each indicator, in the order of ``Fact.codes``; ``strides``: what a code of each is
    multiplied by in a cell.
    """

    catalogue: Catalogue
    head: struct.Struct
    columns: int
    first_column: tuple[int, ...]
    base: tuple[int, ...]
    """Four times the first column of each indicator; at the end, where ``HEADCOUNT`` looks, that of the headcount."""
    own: tuple[tuple[Dimension, ...], ...]
    strides: tuple[tuple[int, ...], ...]
    cells: tuple[tuple[tuple[int, Places | None, str], ...], ...]
    """Stride, places of the codes and name of each own dimension of each indicator."""
    shared: tuple[Places | None, ...]


def own_dimensions(indicator: Indicator) -> tuple[Dimension, ...]:
    """The dimensions whose codes each fact of an indicator carries."""
    return (Dimension(GROUPS, {}, None),) if indicator.distinct == GROUPS else indicator.own


def numbered(dimension: Dimension) -> bool:
    """Whether the node keeps numbers for its codes, because they are no closed list or come together."""
    return dimension.codes is None or dimension.several


@lru_cache(maxsize=8)
def layout(catalogue: Catalogue) -> Layout:
    """Where the facts of a catalogue stand."""
    first_column, column = [], 1
    own, strides = [], []
    for indicator in catalogue.indicators:
        first_column.append(column)
        column += 1 if indicator.distinct == GROUPS else len(indicator.parts)
        own.append(own_dimensions(indicator))
        strides.append(_strides(own[-1]))
    shared = tuple(catalogue.dimensions.values())
    return Layout(
        catalogue=catalogue,
        head=struct.Struct(f"{HEAD.format}{len(shared)}H{-(HEAD.size + 2 * len(shared)) % RECORD.size}x"),
        columns=column,
        first_column=tuple(first_column),
        base=(*(4 * column for column in first_column), 0),
        own=tuple(own),
        strides=tuple(strides),
        cells=tuple(
            tuple((stride, _places(one), one.name) for stride, one in zip(steps, dimensions, strict=True))
            for steps, dimensions in zip(strides, own, strict=True)
        ),
        shared=tuple(map(_places, shared)),
    )


def _strides(dimensions: tuple[Dimension, ...]) -> tuple[int, ...]:
    """Closed dimensions first; the numbered one, which may grow, above them all."""
    sizes = [0 if numbered(dimension) else len(dimension.codes or ()) for dimension in dimensions]
    strides, stride = [], 1
    for size in sizes:
        strides.append(stride if size else 0)
        stride *= size or 1
    return tuple(one or stride for one in strides)


def _places(dimension: Dimension) -> Places | None:
    if numbered(dimension):
        return None
    return {code: place for place, code in enumerate(dimension.codes or ())}


def pack(made: DossierFacts, catalogue: Catalogue, number: Number) -> MadeFacts:
    """A dossier's facts as bytes, with the first and the last day any of them counts for."""
    place = layout(catalogue)
    if not made.facts:
        return MadeFacts(b"", None, None)
    records = _records(made.facts, place, number)
    first, last = _span(made)
    head = place.head.pack(
        catalogue.fingerprint,
        OPEN if made.started_on is None else day_number(made.started_on),
        FORM,
        key_of(made.dossier),
        key_of(made.participant),
        key_of(made.previous),
        *(
            number(dimension.name, _together(code)) if codes is None else codes[code]
            for dimension, codes, code in zip(catalogue.dimensions.values(), place.shared, made.codes, strict=True)
        ),
    )
    body = head + b"".join(starmap(RECORD.pack, records))
    return MadeFacts(body, date.fromisoformat(first), None if last is None else date.fromisoformat(last))


def _records(facts: Iterable[Fact], place: Layout, number: Number) -> list[tuple[int, int, int, int, int]]:
    """Column, cell, start, end and value of each part that is not nothing, in that order."""
    records = []
    for indicator, kind, first, last, parts, codes in facts:
        count = month_number if kind == "slots" else day_number
        start = count(first)
        end = OPEN if last is None else start if last is first else count(last)
        cell = 0
        if codes:
            for code, (stride, places, name) in zip(codes, place.cells[indicator], strict=True):
                cell += stride * (places[code] if places else number(name, _together(code)))
        column = KINDS[kind] + place.base[indicator]
        for value in parts:
            if value > LARGEST:
                records.extend([(column, cell, start, end, piece) for piece in _pieces(value)])
            elif value:
                records.append((column, cell, start, end, value))
            column += 4
    records.sort()
    return records


def _pieces(value: int) -> Iterator[int]:
    """An amount of more than forty million euro as several, which add up."""
    while value > LARGEST:
        yield LARGEST
        value -= LARGEST
    yield value


def _together(code: str | tuple[str, ...]) -> str:
    return code if isinstance(code, str) else TOGETHER.join(code)


def _span(made: DossierFacts) -> tuple[str, str | None]:
    ends = {fact.end for fact in made.facts}
    last = None if None in ends else max(end for end in ends if end is not None)
    if last is not None and made.previous is not None:
        last = moved(last, REMEMBERED)
    return min(fact.start for fact in made.facts), last


def key_of(record: str | None) -> int:
    """Eight bytes that stand for an id; 0 for none."""
    if record is None:
        return 0
    return int.from_bytes(hashlib.blake2b(record.encode(), digest_size=8).digest())


@lru_cache(maxsize=65_536)
def day_number(day: str) -> int:
    """Days since 1970-01-01, kept within what a record holds."""
    return min(max(date.fromisoformat(day).toordinal() - EPOCH, 0), OPEN - 1)


@lru_cache(maxsize=4096)
def month_of(day: str) -> int:
    """The number of a date's month, counted from the year 0."""
    return int(day[:4]) * 12 + int(day[5:7]) - 1


@lru_cache(maxsize=4096)
def month_number(day: str) -> int:
    """Months since January 1970, likewise."""
    return min(max(month_of(day) - EPOCH_MONTH, 0), OPEN - 1)
