"""A preview in words: figures as they are beside what others read, as the language writes numbers and calls codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

from babel.dates import format_date

from coupole.disclosure.tables import TOTAL
from coupole.node.statistics.releasing import Preview, PreviewFigure
from coupole.standard import words
from coupole.standard.calendar import Period
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.standard.sentences import sentence
from coupole.wire.releases import ReleaseIndicator

State = Literal["shown", "hidden", "unnamed", "nothing"]
Named = Callable[[str], str]
"""What an organisation of this workshop is called, by its identifier."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. ``code``: which part of an indicator it is; ``shown``: as others read it.

    ``bound``: how far apart the two may be, where more than usual.
    """

    code: str
    part: str
    exact: str
    shown: str
    state: State
    bound: str


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one code."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The figures by one dimension, or in all. ``crossed``: never leaves, for it would say what became of one group."""

    dimension: str
    title: str
    lines: tuple[Line, ...]
    crossed: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """One indicator. ``reason``: a code that says why all of it stays; ``empty``: nothing but zeros."""

    id: str
    title: str
    definition: str
    parts: tuple[str, ...]
    total: tuple[Cell, ...]
    reason: str | None
    empty: bool


def overview(seen: Preview, catalogue: Catalogue, language: str) -> list[Figures]:
    """Every indicator with its total, in the order of the catalogue."""
    return [_figures(seen, catalogue, one, each, language) for one, each in _by_indicator(seen, catalogue)]


def one_of(seen: Preview, catalogue: Catalogue, name: str, language: str) -> Figures:
    """One indicator with its total. Raises ``KeyError``."""
    return {one.id: one for one in overview(seen, catalogue, language)}[name]


def blocks(seen: Preview, catalogue: Catalogue, name: str, language: str, named: Named) -> list[Block]:
    """One indicator in all and by each of its dimensions; codes of which there is nothing are left out."""
    indicator = catalogue.indicator(name)
    dimensions = {one.name: one for one in indicator.dimensions}
    leaving = _leaving(seen, name)
    codes = {(margin["dimension"], code) for margin in leaving["margins"] for code in margin["codes"]}
    found = []
    each = (one for one in seen.figures if one.indicator == name)
    for key, figures in groupby(each, key=lambda one: one.dimension):
        dimension = dimensions.get(key)
        crossed = bool(dimension and dimension.target_of_people and indicator.outcome_of_people)
        lines = tuple(_lines(catalogue, indicator, dimension, list(figures), codes, seen, language, named))
        if lines or crossed:
            found.append(Block(key, words.dimension_word(dimension, language), lines, crossed))
    return found


def _by_indicator(seen: Preview, catalogue: Catalogue) -> Iterator[tuple[Indicator, list[PreviewFigure]]]:
    figures = {name: list(each) for name, each in groupby(seen.figures, key=lambda one: one.indicator)}
    yield from ((one, figures.get(one.id, [])) for one in catalogue.indicators)


def _figures(
    seen: Preview, catalogue: Catalogue, indicator: Indicator, figures: Sequence[PreviewFigure], language: str
) -> Figures:
    total = tuple(
        _cell(catalogue, indicator, one, named=True, seen=seen, language=language)
        for one in figures
        if one.dimension == TOTAL
    )
    return Figures(
        id=indicator.id,
        title=indicator.title[language],
        definition=indicator.definition[language],
        parts=tuple(words.heading(catalogue, indicator, part, language) for part in indicator.parts),
        total=total,
        reason=_leaving(seen, indicator.id).get("reason"),
        empty=not any(one.exact or one.shown for one in figures),
    )


def _lines(
    catalogue: Catalogue,
    indicator: Indicator,
    dimension: Dimension | None,
    figures: Sequence[PreviewFigure],
    codes: set[tuple[str, str]],
    seen: Preview,
    language: str,
    named: Named,
) -> Iterator[Line]:
    for code, each in groupby(figures, key=lambda one: one.code):
        cells = list(each)
        if any(cell.exact or cell.shown for cell in cells):
            label = named(code) if ":organisation:" in code else words.code_word(dimension, code, language)
            known = (cells[0].dimension, code) in codes
            written = (_cell(catalogue, indicator, one, named=known, seen=seen, language=language) for one in cells)
            yield Line(label, tuple(written))


def _cell(
    catalogue: Catalogue, indicator: Indicator, figure: PreviewFigure, *, named: bool, seen: Preview, language: str
) -> Cell:
    usual = figure.bound == seen.release["noise"]["bound"]
    state: State = "shown"
    if figure.shown is None:
        state = "hidden" if named else "unnamed"
    elif figure.exact == figure.shown == 0:
        state = "nothing"
    return Cell(
        figure.part,
        words.heading(catalogue, indicator, figure.part, language),
        words.figure(figure.exact, figure.part, language),
        "" if figure.shown is None else words.figure(figure.shown, figure.part, language),
        state,
        "" if usual or state != "shown" else words.figure(figure.bound, figure.part, language),
    )


def why(indicator: Indicator, reason: str, period: Period, language: str) -> str:
    """Why all of an indicator stays here, from its code."""
    return sentence(reason, language, {"day": day(indicator.settled_from(period), language)}).title


def day(moment: date, language: str) -> str:
    """A day in words."""
    return str(format_date(moment, "d MMMM y", locale=language))


def _leaving(seen: Preview, name: str) -> ReleaseIndicator:
    return next(one for one in seen.release["indicators"] if one["id"] == name)
