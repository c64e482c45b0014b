"""One indicator over all published periods: every figure with its status, its coverage and its noise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row
from sqlmodel import Session

from coupole.disclosure.tables import LEAST_DIVISOR
from coupole.errors import CoupoleError
from coupole.hub.publication.corrections import Change, Place, causes, changes
from coupole.hub.publication.totals import Total
from coupole.hub.store import published
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Catalogue, Dimension, Indicator

TOTAL = "total"
WHOLE = 1
"""No rate is shown above 100 %: noise alone, or more people than places, can make one."""

DERIVED = {("num", "den"): "rate", ("sum_num", "sum_den"): "rate", ("sum", "n"): "mean"}
"""What is made of two parts: the first divided by the second."""


class IndicatorUnknown(CoupoleError):
    """The catalogue has no indicator of that name."""


class DatasetEmpty(CoupoleError):
    """Nothing was published of this indicator yet, or not for what was asked."""


class BreakdownUnknown(CoupoleError):
    """This indicator is not broken down by that."""


class Earlier(NamedTuple):
    """What a figure was when it was first published, none where it was not; the moment it was last changed, and why.

    ``causes``: of how many members, by code, in all changes together.
    """

    value: int | float | None
    since: str
    causes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure. ``value`` is none where it cannot be said; ``status`` is a code of the list ``obs_status``.

    ``shown`` of ``expected`` members are in it; ``hidden`` ones report the indicator and hide this figure. ``bound``
    and ``variance``: the noise; none for what is derived. ``settled_from``: the day from which members that lack it
    because it is not settled may release it; none when there is no such member. ``first``: what was published at
    first, if that was something else; whoever shows the figure shows it too.
    """

    value: int | float | None
    status: str
    shown: int
    expected: int
    hidden: int
    bound: int | None
    variance: int | None
    settled_from: str | None = None
    first: Earlier | None = None

    @property
    def at_first(self) -> int | float | None:
        """The value as it was first published."""
        return self.first.value if self.first else self.value


@dataclass(frozen=True, slots=True)
class Dataset:
    """One indicator. Observations stand by (period, dimension, code, measure); all combinations are there."""

    indicator: Indicator
    catalogue: str
    version: str
    periods: tuple[str, ...]
    breakdown: tuple[tuple[str, str], ...]
    measures: tuple[str, ...]
    observations: Mapping[tuple[str, str, str, str], Observation]
    nodes: Mapping[str, tuple[str, ...]]
    """Short names of the members each period speaks of."""
    names: Mapping[str, str]
    updated: datetime
    digest: str
    """Changes with every publication of any of its periods."""

    @property
    def settled_from(self) -> dict[str, str]:
        """The periods that some members may release only later, and from which day."""
        seen = self.observations
        days = {period: one.settled_from for (period, *_place), one in seen.items() if one.settled_from}
        return dict(sorted(days.items()))

    def dimension(self, name: str) -> Dimension | None:
        """A dimension by name; none for the total."""
        return next((one for one in self.indicator.dimensions if one.name == name), None)


def indicator_of(catalogue: Catalogue, name: str) -> Indicator:
    """The indicator of that name. Raises ``IndicatorUnknown``."""
    try:
        return catalogue.indicator(name)
    except KeyError:
        raise IndicatorUnknown() from None


def dataset(
    session: Session, catalogue: Catalogue, name: str, *, by: str | None = None, period: str | None = None
) -> Dataset:
    """An indicator as published. ``by``: one breakdown instead of all; ``period``: that one alone.

    Raises ``IndicatorUnknown``, ``BreakdownUnknown``, ``DatasetEmpty``.
    """
    indicator = indicator_of(catalogue, name)
    if by is not None and by not in (TOTAL, *(one.name for one in indicator.dimensions)):
        raise BreakdownUnknown()
    only = {"indicator": name} | ({"period": period} if period else {})
    coverage = {row.period: row for row in published.coverage_of(session, catalogue.id, catalogue.version, **only)}
    if not coverage:
        raise DatasetEmpty()
    rows = published.figures_of(session, catalogue.id, catalogue.version, **only)
    rows = [row for row in rows if by is None or row.dimension in (TOTAL, by)]
    made = _newest(session, catalogue, coverage)
    changed = _changed(session, catalogue, made)
    there = {(row.dimension, row.code) for row in rows}
    there |= {place[1:3] for _period, place in changed if place[0] == name and by in (None, place[1])}
    breakdown = _breakdown(indicator, there)
    return Dataset(
        indicator,
        catalogue.id,
        catalogue.version,
        tuple(coverage),
        breakdown,
        measures(indicator),
        _observations(indicator, coverage, breakdown, rows, changed),
        {at: tuple(json.loads(row.nodes)) for at, row in coverage.items()},
        published.names(session),
        max(row.made_at for row in made),
        "-".join(f"{row.period}.{row.revision}.{row.digest[:12]}" for row in made),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """The total of one indicator in one period, its measures by name."""

    indicator: Indicator
    observations: Mapping[str, Observation]


def overview(session: Session, catalogue: Catalogue, period: str) -> list[Line]:
    """The totals of all indicators of a period, in the catalogue's order; empty when it was not published."""
    coverage = {
        row.indicator: row for row in published.coverage_of(session, catalogue.id, catalogue.version, period=period)
    }
    totals: dict[str, list[Row[Any]]] = {}
    for row in published.figures_of(session, catalogue.id, catalogue.version, period=period, dimension=TOTAL):
        totals.setdefault(row.indicator, []).append(row)
    lines = []
    changed = _changed(session, catalogue, _newest(session, catalogue, [period] if coverage else []))
    for indicator in catalogue.indicators:
        if indicator.id in coverage:
            covered = {period: coverage[indicator.id]}
            made = _observations(indicator, covered, [(TOTAL, TOTAL)], totals.get(indicator.id, []), changed)
            lines.append(Line(indicator, {place[3]: one for place, one in made.items()}))
    return lines


def periods(session: Session, catalogue: Catalogue) -> list[str]:
    """The periods that were published, the newest first."""
    rows = published.publications(session, catalogue.id, catalogue.version)
    return list(dict.fromkeys(row.period for row in rows))


def measures(indicator: Indicator) -> tuple[str, ...]:
    """The parts of an indicator, and what can be derived from them."""
    derived = [name for parts, name in DERIVED.items() if set(parts) <= set(indicator.parts)]
    return (*indicator.parts, *derived)


def _newest(session: Session, catalogue: Catalogue, periods: Iterable[str]) -> list[Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for row in published.publications(session, catalogue.id, catalogue.version):
        found.setdefault(row.period, row)  # the newest revision comes first
    return [found[period] for period in periods]


Changed = Mapping[tuple[str, Place], Sequence[Change]]
"""Of each period and figure that was published otherwise before, its changes."""


def _changed(session: Session, catalogue: Catalogue, made: Iterable[Row[Any]]) -> Changed:
    """What these publications changed of earlier ones."""
    found: dict[tuple[str, Place], Sequence[Change]] = {}
    for row in made:
        newest = published.newest(session, (catalogue.id, catalogue.version, row.period)) if row.revision > 1 else None
        if newest:
            changed = changes(orjson.loads(published.text(newest)))
            found |= {(row.period, place): each for place, each in changed.items()}
    return found


def _breakdown(indicator: Indicator, there: set[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The total, then each dimension in the catalogue's order, its codes in their order."""
    found = [(TOTAL, TOTAL)]
    for dimension in indicator.dimensions:
        codes = [code for name, code in there if name == dimension.name]
        order = {code: place for place, code in enumerate(dimension.codes or ())}
        found += [(dimension.name, code) for code in sorted(codes, key=lambda one: (order.get(one, len(order)), one))]
    return tuple(found)


def _observations(
    indicator: Indicator,
    coverage: Mapping[str, Row[Any]],
    breakdown: Iterable[tuple[str, str]],
    rows: Iterable[Row[Any]],
    changed: Changed,
) -> dict[tuple[str, str, str, str], Observation]:
    totals = {
        (row.period, row.dimension, row.code, row.part): Total(
            row.value, row.shown, row.hidden, row.bound, row.variance
        )
        for row in rows
    }
    found: dict[tuple[str, str, str, str], Observation] = {}
    for period, covered in coverage.items():
        settled_from = indicator.settled_from(parse_period(period)).isoformat() if covered.not_settled else None
        for dimension, code in breakdown:
            place = (period, dimension, code)
            parts = {part: totals.get((*place, part)) for part in indicator.parts}
            for part, total in parts.items():
                seen = observe(total, covered, settled_from)
                found[*place, part] = replace(seen, first=_first(changed, period, (indicator.id, *place[1:], part)))
            for (upper, lower), name in DERIVED.items():
                if {upper, lower} <= parts.keys():
                    # A count has a floor of its own; an amount must at least be larger than its noise.
                    noise = found[*place, lower].bound or 0
                    least = max(LEAST_DIVISOR, noise) if lower.startswith("sum") else LEAST_DIVISOR
                    most = WHOLE if name == "rate" else None
                    found[*place, name] = derive(found[*place, upper], found[*place, lower], least, most)
    return found


def _first(changed: Changed, period: str, place: Place) -> Earlier | None:
    found = changed.get((period, place))
    return Earlier(found[0].before, found[-1].since, causes(found)) if found else None


def observe(total: Total | None, covered: Any, settled_from: str | None = None) -> Observation:
    """A total as it is published. ``covered``: the coverage of its indicator in that period."""
    expected = covered.members - covered.not_applicable
    if total is None or total.shown == 0:
        hidden = total.hidden if total else 0
        return Observation(None, _absent(hidden, expected, covered), 0, expected, hidden, None, None, settled_from)
    status = "A" if total.shown == expected else "P"
    noise = (total.bound, total.variance)
    return Observation(total.value, status, total.shown, expected, total.hidden, *noise, settled_from)


def _absent(hidden: int, expected: int, covered: Any) -> str:
    if hidden or (covered.reported == 0 and covered.withheld + covered.too_few > 0):
        return "Q"
    return "O" if expected else "M"


def derive(upper: Observation, lower: Observation, least: int = LEAST_DIVISOR, most: int | None = None) -> Observation:
    """One total divided by another, ``most`` at the most; nothing when the divisor is below ``least``: that would be
    dividing noise.

    Nothing either when members hide the one and show the other.
    """
    shown, hidden = min(upper.shown, lower.shown), max(upper.hidden, lower.hidden)

    def made(value: float | None, status: str) -> Observation:
        found = Observation(value, status, shown, lower.expected, hidden, None, None, lower.settled_from)
        return replace(found, first=_first_divided(value, upper, lower, least, most))

    if upper.value is None or lower.value is None:
        return made(None, upper.status if upper.value is None else lower.status)
    if upper.hidden != lower.hidden:  # a sum of some members over the people of more of them is no mean of anybody
        return made(None, "Q")
    value = _divided(upper.value, lower.value, least, most)
    if value is None:
        return made(None, "O")
    return made(value, "P" if "P" in (upper.status, lower.status) else "A")


def _divided(upper: float | None, lower: float | None, least: int, most: int | None) -> float | None:
    if upper is None or lower is None or lower < least:
        return None
    value = round(upper / lower, 4)
    return value if most is None else min(value, most)


def _first_divided(
    value: float | None, upper: Observation, lower: Observation, least: int, most: int | None
) -> Earlier | None:
    """What came out when the parts were first published, if that was something else."""
    parts = [one.first for one in (upper, lower) if one.first]
    at_first = _divided(upper.at_first, lower.at_first, least, most)
    if not parts or at_first == value:
        return None
    return Earlier(at_first, max(one.since for one in parts), {**parts[0].causes, **parts[-1].causes})
