"""Facts of a dossier as a few bytes, made so that thousands of dossiers are read at once, without a loop.

    body   = head + records, in the order of their columns
    head   = fingerprint of the catalogue (u4), day of entry (u2), nothing (u2), three keys of eight bytes: dossier,
             participant, the accompaniment taken up again (0 = none), then one u2 for each dossier dimension
    record = value (u4), cell (u4), column (u2), start (u2), end (u2)

A *column* is one part of one indicator, times four plus the kind of fact; a *cell* holds the codes of the indicator's
own dimensions as one number. Days and months are counted from 1970-01-01; 65535 = open. A code of a closed list is its
place in the list; of an open one, or the set of codes of a dimension of several, the number the node keeps for it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from coupole.node.store.changes import MadeFacts
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.standard.expressions import moved
from coupole.standard.measures import GROUPS

RECORD = struct.Struct("<IIHHH")
HEAD = struct.Struct("<IHHQQQ")
OPEN = 0xFFFF
LARGEST = 0xFFFFFFFF
EPOCH = date(1970, 1, 1).toordinal()
EPOCH_MONTH = 1970 * 12
TOGETHER = "+"
"""Joins the codes of a dimension of several into the one code that is numbered."""

KINDS = ("flow", "stock_end", "overlap", "slots")
"""The kinds of facts by their number in a column."""

REMEMBERED = "P12M"
"""How long the facts of somebody who came back are read after their end: until no former exit counts any more."""

Number = Callable[[str, str], int]


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
    own: tuple[tuple[Dimension, ...], ...]
    strides: tuple[tuple[int, ...], ...]
    places: tuple[tuple[dict[str, int] | None, ...], ...]
    shared: tuple[dict[str, int] | None, ...]


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
        head=struct.Struct(HEAD.format + "H" * len(shared)),
        columns=column,
        first_column=tuple(first_column),
        own=tuple(own),
        strides=tuple(strides),
        places=tuple(tuple(map(_places, dimensions)) for dimensions in own),
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


def _places(dimension: Dimension) -> dict[str, int] | None:
    if numbered(dimension):
        return None
    return {code: place for place, code in enumerate(dimension.codes or ())}


def pack(made: DossierFacts, catalogue: Catalogue, number: Number) -> MadeFacts:
    """A dossier's facts as bytes, with the first and the last day any of them counts for."""
    place = layout(catalogue)
    if not made.facts:
        return MadeFacts(b"", None, None)
    records = sorted(record for fact in made.facts for record in _records(fact, place, number))
    first, last = _span(made)
    head = place.head.pack(
        catalogue.fingerprint,
        OPEN if made.started_on is None else day_number(made.started_on),
        0,
        key_of(made.dossier),
        key_of(made.participant),
        key_of(made.previous),
        *(
            codes[code] if codes else number(dimension.name, code)
            for dimension, codes, code in zip(
                catalogue.dimensions.values(), place.shared, map(_together, made.codes), strict=True
            )
        ),
    )
    flat = [part for column, start, end, cell, value in records for part in (value, cell, column, start, end)]
    body = head + struct.pack("<" + RECORD.format[1:] * len(records), *flat)
    return MadeFacts(body, date.fromisoformat(first), None if last is None else date.fromisoformat(last))


def _records(fact: Fact, place: Layout, number: Number) -> Iterator[tuple[int, int, int, int, int]]:
    """Column, start, end, cell and value of each part of a fact that is not nothing."""
    indicator, kind, first, last, parts, codes = fact
    count = day_number if kind != "slots" else month_number
    start, end, number_of_kind = count(first), OPEN if last is None else count(last), KINDS.index(kind)
    if indicator == HEADCOUNT:
        yield number_of_kind, start, end, 0, 1
        return
    cell = _cell(indicator, codes, place, number) if codes else 0
    column = 4 * place.first_column[indicator] + number_of_kind
    for value in parts:
        while value > LARGEST:  # an amount of some forty million euro: as several records, which add up
            yield column, start, end, cell, LARGEST
            value -= LARGEST
        if value:
            yield column, start, end, cell, value
        column += 4


def _cell(indicator: int, codes: Codes, place: Layout, number: Number) -> int:
    cell = 0
    for code, dimension, places, stride in zip(
        codes, place.own[indicator], place.places[indicator], place.strides[indicator], strict=True
    ):
        name = _together(code)
        cell += stride * (places[name] if places else number(dimension.name, name))
    return cell


def _together(code: str | tuple[str, ...]) -> str:
    return code if isinstance(code, str) else TOGETHER.join(code)


def _span(made: DossierFacts) -> tuple[str, str | None]:
    ends = [fact.end for fact in made.facts]
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
