"""What fine tables there are to look at: an indicator by some dimensions, of a day, a slot or a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coupole.standard.catalogue import Catalogue, Indicator

Shown = dict[str, Any]
"""A table as it stands in a publication."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be looked at: an indicator by some dimensions, of a day, a slot or a year."""

    key: str
    indicator: Indicator
    by: tuple[str, ...]
    span: str
    exact: bool
    tables: tuple[Shown, ...]
    """Of each part one, in the order of the indicator."""
    known: tuple[Shown, ...] = ()
    """The same of the indicator that says of how many the answer is known."""


def tables_of(document: Mapping[str, Any]) -> list[Shown]:
    """All tables of a publication: fine tables, and members by a rate of their own."""
    return [*document["tables"], *document.get("spreads", ())]


def names_in(document: Mapping[str, Any]) -> set[str]:
    """The names of all datasets that a publication is a part of, tables of groups of members included."""
    groups = [table for one in document.get("groups", ()) for table in one["tables"]]
    return {named(one) for one in (*tables_of(document), *groups)}


def choices_of(catalogue: Catalogue, published: Sequence[Shown]) -> list[Choice]:
    """What there is to look at, in the order of the catalogue."""
    found: dict[tuple[str, tuple[str, ...], str, bool], list[Shown]] = {}
    for table in published:
        found.setdefault(_what(table), []).append(table)
    places = {one.id: place for place, one in enumerate(catalogue.indicators)}
    return [
        Choice(
            named(tables[0]),
            catalogue.indicator(name),
            by,
            span,
            exact,
            _in_order(catalogue.indicator(name), tables),
            tuple(found.get((catalogue.indicator(name).response or "", by, span, exact), ())),
        )
        for (name, by, span, exact), tables in sorted(found.items(), key=lambda item: places[item[0][0]])
    ]


def named(table: Shown) -> str:
    """The name of the dataset a table is a part of: ``F03.sex.slot``, ``F05.sex.slot.exact``."""
    name, by, span, exact = _what(table)
    return ".".join([name, *by, span, *(["exact"] if exact else [])])


def _what(table: Shown) -> tuple[str, tuple[str, ...], str, bool]:
    return table["indicator"], tuple(table["by"]), table["span"], table["bound"] == 0


def _in_order(indicator: Indicator, parts: Sequence[Shown]) -> tuple[Shown, ...]:
    places = {part: place for place, part in enumerate(indicator.parts)}
    return tuple(sorted(parts, key=lambda table: places.get(table["part"], len(places))))
