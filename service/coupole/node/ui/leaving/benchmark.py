"""Our workshop beside all others together: worked out on this machine from what the federation published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from starlette.responses import Response

from coupole.node.statistics import comparing
from coupole.node.statistics.accepting import IN_FORCE
from coupole.node.statistics.comparing import Band, Compared, Standing, rate
from coupole.node.statistics.releasing import IndicatorNotFound
from coupole.node.statistics.telling import level_words
from coupole.node.store import sealed
from coupole.node.store.sealing_tables import AgreedTabulation
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.leaving.sealed import EXACT, slot_words
from coupole.standard import words
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.wire.slots import parse_slot
from coupole.wire.tabulations import cells, read_tabulation

FIGURES = Right("read", "release")
SHARE = ("num", "den")


Row = tuple[str, str, str, str]
"""A label, perhaps with an address, our figure, and where that of the others lies; empty where it says nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. ``cell``: its place in the table; ``part``: which number of it, where there are several."""

    cell: int
    label: str
    part: str
    ours: str
    others: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where we stand by one rate. ``quarters``: the bands of the quarter, the half and three quarters of the others.

    ``bands``: each in words, how many others are in it, whether we are.
    """

    indicator: Indicator
    ours: str
    quarters: tuple[str, ...]
    bands: tuple[tuple[str, str, bool], ...]
    usual: int
    bound: int


@dataclass(frozen=True, slots=True)
class Block:
    """The figures of one indicator in one span by one set of dimensions."""

    indicator: Indicator
    span: str
    by: tuple[Dimension, ...]
    lines: tuple[Line, ...]
    whole: int
    """The cell of all levels together."""

    @property
    def rows(self) -> list[Row]:
        """As a table shows it."""
        return [(" · ".join(filter(None, (one.label, one.part))), "", one.ours, one.others) for one in self.lines]

    def totals(self, title: str, address: str) -> list[Row]:
        """The lines of all levels together, under the indicator's own title."""
        found = [one for one in self.lines if one.cell == self.whole]
        return [(" · ".join(filter(None, (title, one.part))), address, one.ours, one.others) for one in found]


def add(desk: Desk) -> None:
    """The page of this module."""
    desk.get("/leaving/benchmark", show, needs=FIGURES)


def show(visit: Visit) -> Response:
    """All figures in total, or one by everything it was published by. Raises ``IndicatorNotFound``."""
    name, catalogue = visit.asked("figure"), visit.node.catalogue
    if name and all(name != one.id for one in catalogue.indicators):
        raise IndicatorNotFound()
    with visit.node.store.reading() as session:
        rows = [one for one in sealed.tabulations(session) if one.state in (*IN_FORCE, "ended")]
        known = [(row, one.slot) for row in rows for one in sealed.published(session, row.id)]
        chosen = next((one for one in known if one[1] == visit.asked("slot")), known[-1] if known else None)
        node = visit.node
        found = comparing.compare(session, node.ring, node.node_id, *chosen) if chosen else []
        standings = comparing.standings(session, node.ring, node.node_id, *chosen) if chosen else []
    blocks = list(_blocks(found, catalogue, visit))
    exact = visit.may(EXACT.action, EXACT.entity)
    return visit.page(
        "leaving/benchmark.html",
        slot=chosen[1] if chosen else None,
        period=_period(*chosen, visit) if chosen else "",
        choices=[(slot, _period(row, slot, visit)) for row, slot in known],
        indicator=catalogue.indicator(name) if name else None,
        blocks=[one for one in blocks if one.indicator.id == name and (exact or len(one.by) < 2)],
        totals=_totals(blocks, chosen[1], visit) if chosen and not name else [],
        places=[_place(one, catalogue, visit) for one in standings if name in ("", one.indicator)],
        spans=_spans(visit),
        by=lambda dimensions: format_list(
            [words.dimension_word(one, visit.language) for one in dimensions], locale=visit.language
        ),
    )


def _period(row: AgreedTabulation, slot: str, visit: Visit) -> str:
    return slot_words(parse_slot(slot, read_tabulation(row.body)["grain"]), visit)


def _place(one: Standing, catalogue: Catalogue, visit: Visit) -> Place:
    ours = visit.gettext("not counted") if one.ours is None else words.rate_word(one.ours, visit.language)
    return Place(
        catalogue.indicator(one.indicator),
        ours,
        tuple(words.rate_word(band, visit.language) for band in one.quartiles),
        tuple(
            (words.rate_word(band, visit.language), _number(others, visit), one.ours in band.split("|"))
            for band, others in one.bands
        ),
        one.usual,
        one.bound,
    )


def _spans(visit: Visit) -> dict[str, str]:
    return {
        "day": visit.gettext("on the last day"),
        "slot": visit.gettext("during the period"),
        "year": visit.gettext("in twelve months"),
        "start": visit.gettext("since counting began"),
    }


def _totals(blocks: Sequence[Block], slot: str, visit: Visit) -> list[Row]:
    """The whole of each indicator in each span, from the first of its tables that tells it."""
    seen: set[tuple[str, str]] = set()
    found: list[Row] = []
    for one in blocks:
        title = f"{one.indicator.title[visit.language]}, {_spans(visit)[one.span]}"
        rows = one.totals(title, f"/leaving/benchmark?slot={slot}&figure={one.indicator.id}")
        if rows and (one.indicator.id, one.span) not in seen:
            seen.add((one.indicator.id, one.span))
            found += rows
    return found


def _blocks(found: Sequence[Compared], catalogue: Catalogue, visit: Visit) -> Iterator[Block]:
    """Tables of the same thing as one, part beside part."""
    together: dict[tuple[str, str, tuple[str, ...]], dict[str, Compared]] = {}
    for one in found:
        table = one.placed.table
        together.setdefault((table["indicator"], one.span, tuple(table["by"])), {})[table["part"]] = one
    for (name, span, by), parts in together.items():
        indicator = catalogue.indicator(name)
        dimensions = {one.name: one for one in indicator.dimensions}
        lines = _shares(parts, indicator, visit) if set(SHARE) <= parts.keys() else _counts(parts, indicator, visit)
        whole = next(iter(parts.values())).placed.size - 1
        yield Block(indicator, span, tuple(dimensions[one] for one in by), tuple(lines), whole)


def _shares(parts: dict[str, Compared], indicator: Indicator, visit: Visit) -> Iterator[Line]:
    num, den = (parts[part] for part in SHARE)
    labels = _labels(num, indicator, visit)
    for at, (label, over, under) in enumerate(zip(labels, num.bands, den.bands, strict=True)):
        found = rate(over, under)
        if over is not None and under is not None and found is not None:
            ours = visit.gettext(
                "%(some)s of %(all)s", some=_number(over.ours, visit), all=_number(under.ours, visit)
            ) + ("" if found.ours is None else f" ({_percent(found.ours, visit)})")
            low, high = found.low, found.high
            others = "" if low is None or high is None else f"{_percent(low, visit)} – {_percent(high, visit)}"
            yield Line(at, label, "", ours, others)


def _counts(parts: dict[str, Compared], indicator: Indicator, visit: Visit) -> Iterator[Line]:
    known = [parts[part] for part in indicator.parts if part in parts]
    for at, label in enumerate(_labels(known[0], indicator, visit)):
        for one in known:
            band = one.bands[at]
            if band is not None:
                several = len(indicator.parts) > 1
                part = words.measure_word(indicator, one.placed.table["part"], visit.language) if several else ""
                yield Line(at, label, part, _number(band.ours, visit), _between(band, visit))


def _labels(one: Compared, indicator: Indicator, visit: Visit) -> list[str]:
    whole, rest = visit.gettext("all"), visit.gettext("others")
    table = one.placed.table
    return [
        " · ".join(whole if level is None else rest if level == "other" else level for level in levels)
        or visit.gettext("In all")
        for levels in (level_words(indicator, table, each, visit.language) for each in cells(one.placed))
    ]


def _between(band: Band, visit: Visit) -> str:
    low, high = _number(band.low, visit), _number(band.high, visit)
    return low if low == high else f"{low} – {high}"


def _number(value: int, visit: Visit) -> str:
    return str(format_decimal(value, locale=visit.language))


def _percent(value: float, visit: Visit) -> str:
    return str(format_percent(value / 100, locale=visit.language))
