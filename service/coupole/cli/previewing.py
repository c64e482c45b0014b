"""A preview of a release as a person reads it: what is so beside what others would read, and why some of it stays."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import format_decimal

from coupole.cli.preview_words import said
from coupole.disclosure.tables import TOTAL, is_magnitude
from coupole.node.store import queries
from coupole.node.store.changes import RecordNotFound
from coupole.standard import words
from coupole.standard.calendar import Period
from coupole.standard.catalogue import Dimension, Indicator
from coupole.standard.reading import canonical
from coupole.standard.sentences import sentence

if TYPE_CHECKING:
    from rich.console import Console

    from coupole.node.opening import OpenNode
    from coupole.node.statistics.releasing import Preview, PreviewFigure

WIDE = 1000
"""Columns of a table that nobody watches: a row stays one line."""
SCOPE = "releases:read"
HUNDREDTHS = 100
"""Money is kept in cents and hours in hundredths; people read euros and hours."""


@dataclass(slots=True)
class _Page:
    """What is shown, to whom, and which of the words for what is missing were needed."""

    node: OpenNode
    seen: Preview
    language: str
    console: Console
    needed: dict[str, None]

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


def show(node: OpenNode, seen: Preview, period: Period, language: str) -> None:
    """The preview on standard output."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDE
    page = _Page(node, seen, language, Console(width=width), {})
    page.say(said("title", language, period=period.name))
    page.say(said("how", language, bound=seen.release["noise"]["bound"]))
    figures = {name: list(each) for name, each in groupby(seen.figures, key=lambda one: one.indicator)}
    states = {one["id"]: one for one in seen.release["indicators"]}
    zeros: list[str] = []
    staying: dict[str, list[str]] = {}
    for indicator in node.catalogue.indicators:
        reason = states[indicator.id].get("reason")
        if reason is not None:
            day = _day(indicator.settled_from(period), language)
            why = sentence(reason, language, {"day": day}).title
            staying.setdefault(why, []).append(f"{_title(indicator, language)}: {_whole(page, indicator, figures)}")
        elif any(one.exact or one.shown for one in figures[indicator.id]):
            _show_indicator(page, indicator, figures[indicator.id])
        else:
            zeros.append(_title(indicator, language))
    _list(page, said("zeros", language), zeros)
    for why, titles in staying.items():
        _list(page, f"{said('stays', language)}. {why}", titles)
    page.say("")
    for name in page.needed:
        page.say(said(f"why_{name}", language))
    page.say(said("headcount", language, period=period.name, count=_number(seen.headcount, language)))
    page.say(f"{_sending(page, period)} {_askers(page)}")


def _list(page: _Page, heading: str, lines: Sequence[str]) -> None:
    if lines:
        page.say(f"\n{heading}")
        for line in lines:
            page.say(f"  {line}")


def _title(indicator: Indicator, language: str) -> str:
    return f"{indicator.title[language]} ({indicator.id})"


def _whole(page: _Page, indicator: Indicator, figures: Mapping[str, list[PreviewFigure]]) -> str:
    """The exact total of what stays here, in words."""
    return ", ".join(
        f"{words.measure_word(indicator, one.part, page.language)} {_amount(one.exact, one, page.language)}"
        for one in figures[indicator.id]
        if one.dimension == TOTAL
    )


def _show_indicator(page: _Page, indicator: Indicator, figures: Sequence[PreviewFigure]) -> None:
    from rich.table import Table
    from rich.text import Text

    page.say(f"\n{_title(indicator, page.language)}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for part in indicator.parts:
        money = is_magnitude(part) and indicator.unit.startswith("money")
        unit = f" ({page.node.catalogue.currency})" if money else ""
        table.add_column(words.measure_word(indicator, part, page.language) + unit, justify="right")
    for row in _rows(page, indicator, figures):
        table.add_row(*(Text(cell) for cell in row))
    page.console.print(table)


def _rows(page: _Page, indicator: Indicator, figures: Sequence[PreviewFigure]) -> Iterator[list[str]]:
    """The total, then under the name of each dimension the codes of which there is anything."""
    named = {one.name: one for one in indicator.dimensions}
    leaving = next(one for one in page.seen.release["indicators"] if one["id"] == indicator.id)["margins"]
    codes = {(margin["dimension"], code) for margin in leaving for code in margin["codes"]}
    for name, each in groupby(figures, key=lambda one: one.dimension):
        dimension = named.get(name)
        if dimension and dimension.target_of_people and indicator.outcome_of_people:
            yield [f"{words.dimension_word(dimension, page.language)}: {said('crossed', page.language)}"]
            continue
        lines = []
        for code, cells in _by_code(each):
            if any(cell.exact or cell.shown for cell in cells):
                written = [_cell(page, cell, (name, code) in codes) for cell in cells]
                indent = "  " if dimension else ""
                lines.append([indent + _code(page, dimension, code), *written])
        if dimension and lines:
            yield [words.dimension_word(dimension, page.language)]
        yield from lines


def _by_code(figures: Iterable[PreviewFigure]) -> Iterator[tuple[str, list[PreviewFigure]]]:
    for code, cells in groupby(figures, key=lambda one: one.code):
        yield code, list(cells)


def _cell(page: _Page, cell: PreviewFigure, named: bool) -> str:
    exact = _amount(cell.exact, cell, page.language)
    if cell.shown is None:
        missing = "hidden" if named else "unnamed"
        page.needed[missing] = None
        return f"{exact} → {said(missing, page.language)}"
    if cell.exact == cell.shown == 0:
        return exact
    shown = f"{exact} → {_amount(cell.shown, cell, page.language)}"
    usual = cell.bound == page.seen.release["noise"]["bound"]
    return shown if usual else f"{shown} ±{_amount(cell.bound, cell, page.language)}"


def _code(page: _Page, dimension: Dimension | None, code: str) -> str:
    """What a code is called; an organisation of this workshop's by its name."""
    if ":organisation:" in code:
        with page.node.store.reading() as session:
            try:
                return str(queries.read(session, page.node.store.vault, code)["name"])
            except RecordNotFound:
                return code
    return words.code_word(dimension, code, page.language)


def _amount(value: int, cell: PreviewFigure, language: str) -> str:
    if not is_magnitude(cell.part):
        return _number(value, language)
    return str(format_decimal(value / HUNDREDTHS, format="#,##0.00", locale=language))


def _number(value: int, language: str) -> str:
    return str(format_decimal(value, locale=language))


def _day(day: date, language: str) -> str:
    return str(format_date(day, format="d MMMM y", locale=language))


def _sending(page: _Page, period: Period) -> str:
    """What whoever asks for the period is sent."""
    before, language = page.seen.before, page.language
    size = -(-len(canonical(page.seen.release)) // 1000)
    if datetime.now(UTC).date() <= period.last:
        day = _day(period.last + timedelta(days=1), language)
        return said("early", language, period=period.name, day=day, size=size)
    if before is not None:
        made = _day(before.frozen_at, language)
        name = "same" if page.seen.stands else "older"
        return said(name, language, period=period.name, made=made, revision=before.revision, size=size)
    name = "first" if page.node.settings.release_on_pull else "manual"
    return said(name, language, period=period.name, size=size)


def _askers(page: _Page) -> str:
    """Everybody whose program may ask for figures, by the name people know."""
    clients = [one for one in page.node.store.tokens().clients() if one.enabled and SCOPE in one.scopes.split()]
    who = ", ".join(f"{one.name} ({one.id})" for one in clients)
    return said("askers", page.language, who=who or said("nobody", page.language))
