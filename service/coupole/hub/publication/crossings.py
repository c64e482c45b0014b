"""What fine tables there are to look at: an indicator by some dimensions, of a day, a slot or a year."""

from __future__ import annotations

from collections.abc import Sequence
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


def choices_of(catalogue: Catalogue, tables: Sequence[Shown]) -> list[Choice]:
    """What there is to look at, in the order of the catalogue."""
    found: dict[tuple[str, tuple[str, ...], str, bool], list[Shown]] = {}
    for table in tables:
        key = (table["indicator"], tuple(table["by"]), table["span"], table["bound"] == 0)
        found.setdefault(key, []).append(table)
    places = {one.id: place for place, one in enumerate(catalogue.indicators)}
    return [
        Choice(
            ".".join([name, *by, span, *(["exact"] if exact else [])]),
            catalogue.indicator(name),
            by,
            span,
            exact,
            _in_order(catalogue.indicator(name), parts),
            tuple(found.get((catalogue.indicator(name).response or "", by, span, exact), ())),
        )
        for (name, by, span, exact), parts in sorted(found.items(), key=lambda item: places[item[0][0]])
    ]


def _in_order(indicator: Indicator, parts: Sequence[Shown]) -> tuple[Shown, ...]:
    return tuple(sorted(parts, key=lambda table: indicator.parts.index(table["part"])))
