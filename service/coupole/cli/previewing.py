"""A preview of a release as a person reads it: what is so beside what others would read, and why some of it stays."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from coupole.cli.preview_words import said
from coupole.disclosure.tables import TOTAL
from coupole.node.statistics import wording
from coupole.node.store import queries
from coupole.node.store.changes import RecordNotFound
from coupole.standard import words
from coupole.standard.calendar import Period
from coupole.standard.reading import canonical

if TYPE_CHECKING:
    from rich.console import Console

    from coupole.node.opening import OpenNode
    from coupole.node.statistics.releasing import Preview
    from coupole.node.statistics.wording import Cell, Figures

WIDE = 1000
"""Columns of a table that nobody watches: a row stays one line."""
SCOPE = "releases:read"


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

    def organisation(self, identifier: str) -> str:
        """What an organisation of this workshop is called; its identifier once it is gone."""
        with self.node.store.reading() as session:
            try:
                return str(queries.read(session, self.node.store.vault, identifier)["name"])
            except RecordNotFound:
                return identifier


def show(node: OpenNode, seen: Preview, period: Period, language: str) -> None:
    """The preview on standard output."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDE
    page = _Page(node, seen, language, Console(width=width), {})
    page.say(said("title", language, period=period.name))
    page.say(said("how", language, bound=seen.release["noise"]["bound"]))
    zeros: list[str] = []
    staying: dict[str, list[str]] = {}
    for one in wording.overview(seen, node.catalogue, language):
        title, indicator = f"{one.title} ({one.id})", node.catalogue.indicator(one.id)
        if one.reason is not None:
            why = wording.why(indicator, one.reason, period, language)
            staying.setdefault(why, []).append(f"{title}: {_whole(one)}")
        elif one.empty:
            zeros.append(title)
        else:
            _show_indicator(page, title, one)
    _list(page, said("zeros", language), zeros)
    for why, titles in staying.items():
        _list(page, f"{said('stays', language)}. {why}", titles)
    page.say("")
    for name in page.needed:
        page.say(said(f"why_{name}", language))
    page.say(said("headcount", language, period=period.name, count=words.figure(seen.headcount, "count", language)))
    page.say(f"{_sending(page, period)} {_askers(page)}")


def _list(page: _Page, heading: str, lines: Sequence[str]) -> None:
    if lines:
        page.say(f"\n{heading}")
        for line in lines:
            page.say(f"  {line}")


def _whole(figures: Figures) -> str:
    """The exact total of what stays here, in words."""
    return ", ".join(f"{one.part} {one.exact}" for one in figures.total)


def _show_indicator(page: _Page, title: str, figures: Figures) -> None:
    from rich.table import Table
    from rich.text import Text

    page.say(f"\n{title}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for part in figures.parts:
        table.add_column(part, justify="right")
    for row in _rows(page, figures.id):
        table.add_row(*(Text(cell) for cell in row))
    page.console.print(table)


def _rows(page: _Page, name: str) -> Iterator[list[str]]:
    """The total, then under the name of each dimension the codes of which there is anything."""
    for block in wording.blocks(page.seen, page.node.catalogue, name, page.language, page.organisation):
        if block.crossed:
            yield [f"{block.title}: {said('crossed', page.language)}"]
            continue
        total = block.dimension == TOTAL
        if not total:
            yield [block.title]
        for line in block.lines:
            yield [line.label if total else f"  {line.label}", *(_cell(page, cell) for cell in line.cells)]


def _cell(page: _Page, cell: Cell) -> str:
    if cell.state == "nothing":
        return cell.exact
    if cell.state == "shown":
        return f"{cell.exact} → {cell.shown}" + (f" ±{cell.bound}" if cell.bound else "")
    page.needed[cell.state] = None
    return f"{cell.exact} → {said(cell.state, page.language)}"


def _sending(page: _Page, period: Period) -> str:
    """What whoever asks for the period is sent."""
    before, language = page.seen.before, page.language
    size = -(-len(canonical(page.seen.release)) // 1000)
    if datetime.now(UTC).date() <= period.last:
        day = wording.day(period.last + timedelta(days=1), language)
        return said("early", language, period=period.name, day=day, size=size)
    if before is not None:
        made = wording.day(before.frozen_at, language)
        name = "same" if page.seen.stands else "older"
        return said(name, language, period=period.name, made=made, revision=before.revision, size=size)
    name = "first" if page.node.settings.release_on_pull else "manual"
    return said(name, language, period=period.name, size=size)


def _askers(page: _Page) -> str:
    """Everybody whose program may ask for figures, by the name people know."""
    clients = [one for one in page.node.store.tokens().clients() if one.enabled and SCOPE in one.scopes.split()]
    who = ", ".join(f"{one.name} ({one.id})" for one in clients)
    return said("askers", page.language, who=who or said("nobody", page.language))
