"""A fine table as the lines of a page: its dimensions in words, its figures, and rates of enough people alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from coupole.disclosure.tables import LEAST_DIVISOR
from coupole.hub.publication.crossings import Choice, Shown
from coupole.standard import words
from coupole.web.languages import Language
from coupole.wire.tabulations import ALL

KNOWN = "known"
"""Name of the column that says of how many the answer is known."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is about, and its figures; none where one is withheld or no rate can be told."""

    heads: tuple[str, ...]
    cells: tuple[str | int | None, ...]


def names(one: Choice, language: Language) -> list[str]:
    """The dimensions of a choice, in words."""
    return [words.dimension_word(one.indicator.dimension(name), language) for name in one.by]


def columns(one: Choice, language: Language) -> list[str]:
    """What stands above the figures: the levels of the last of several dimensions, else the parts."""
    if crossed(one):
        return [_level(one, one.by[-1], code, language) for code in (*one.tables[0]["levels"][-1], ALL)]
    parts = [table["part"] for table in one.tables] + (["rate"] if _ratio(one) else [])
    return [*(words.measure_word(one.indicator, part, language) for part in parts), *([KNOWN] if one.known else [])]


def lines(one: Choice, language: Language) -> list[Line]:
    """The rows of a table; all levels together come last."""
    table = one.tables[0]
    rows = one.by[:-1] if crossed(one) else one.by
    levels = [(*codes, ALL) for codes in table["levels"][: len(rows)]]
    width = len(table["levels"][-1]) + 1 if crossed(one) else 1
    found = []
    for place, codes in enumerate(product(*levels)):
        heads = tuple(_level(one, name, code, language) for name, code in zip(rows, codes, strict=True))
        cells = tuple(_figure(table, place * width + at) for at in range(width)) if crossed(one) else _parts(one, place)
        found.append(Line(heads, cells))
    return found


def crossed(one: Choice) -> bool:
    """Whether the last dimension stands above the figures."""
    return len(one.by) > 1 and len(one.tables) == 1


def _ratio(one: Choice) -> bool:
    return {"num", "den"} <= {table["part"] for table in one.tables}


def _parts(one: Choice, place: int) -> tuple[str | int | None, ...]:
    found: list[str | int | None] = [_figure(table, place) for table in one.tables]
    if _ratio(one):
        found.append(_rate(one.tables, place))
    if one.known:
        found.append(_rate(one.known, place))
    return tuple(found)


def _rate(tables: Sequence[Shown], place: int) -> str | None:
    figures = {table["part"]: _figure(table, place) for table in tables}
    numerator, divisor = figures["num"], figures["den"]
    if numerator is None or divisor is None or divisor < LEAST_DIVISOR:
        return None
    return f"{min(round(100 * numerator / divisor), 100)} %"


def _figure(table: Shown, place: int) -> int | None:
    value: int = table["values"][place]
    return None if place in table.get("hidden", ()) else value


def _level(one: Choice, name: str, code: str, language: Language) -> str:
    """A level in words; several that are shown as one are told one after the other."""
    if code == ALL:
        return ALL
    return " + ".join(words.code_word(one.indicator.dimension(name), each, language) for each in code.split("|"))
