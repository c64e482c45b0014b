"""Every dataset in one form, whatever it was made of: what all the formats write stands in a cube.

A figure says of itself what it is (``KINDS`` in ``formats/words.py``): a figure that is withheld is no number, and the
reason stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from coupole.hub.publication.datasets import TOTAL, Dataset, Earlier, Observation
from coupole.hub.publication.words import WORDS
from coupole.standard import LANGUAGES, words
from coupole.standard.catalogue import Dimension, Indicator, Texts

Row = tuple[str, ...]
"""A code for each axis; ``total`` where all of them are together."""


class Publisher(NamedTuple):
    """The federation, and the address its hub is reached at."""

    name: str
    address: str


class Axis(NamedTuple):
    """What figures are broken down by, or what is measured: its codes in order, with what each is called."""

    name: str
    title: Texts
    labels: Mapping[str, Texts]


class Figure(NamedTuple):
    """One figure as it is handed out: an observation, and what kind of figure it is."""

    value: int | float | None
    status: str
    kind: str
    shown: int
    expected: int
    hidden: int
    bound: int | None
    variance: int | None
    settled_from: str | None
    first: Earlier | None


@dataclass(frozen=True, slots=True)
class Cube:
    """One dataset. ``figures`` has each period, row and measure.

    ``rows``: of one-way tables the total and each code of each axis alone, else all combinations. ``nodes``: by short
    name, the members each period speaks of; ``names``: what they are called. ``notes``: what to know before using it.
    """

    id: str
    indicator: Indicator
    title: Texts
    catalogue: str
    version: str
    axes: tuple[Axis, ...]
    one_way: bool
    rows: tuple[Row, ...]
    measures: Axis
    periods: tuple[str, ...]
    figures: Mapping[tuple[str, Row, str], Figure]
    nodes: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    notes: tuple[Texts, ...]
    updated: datetime
    publisher: Publisher
    by: Axis | None = None
    """The one breakdown that was asked for instead of all."""

    def placed(self) -> Iterator[tuple[str, Row, str, Figure]]:
        """Every figure with its place, periods first, measures last."""
        for period in self.periods:
            for row in self.rows:
                for measure in self.measures.labels:
                    yield period, row, measure, self.figures[period, row, measure]

    def alone(self, row: Row) -> tuple[Axis, str] | None:
        """The axis and code a row of a one-way table is of; none for the total."""
        return next(((axis, code) for axis, code in zip(self.axes, row, strict=True) if code != TOTAL), None)


def totals(found: Dataset, publisher: Publisher, by: str | None = None) -> Cube:
    """What members released of one indicator, added up. ``by``: the breakdown that ``found`` was asked for."""
    names = dict.fromkeys(name for name, _code in found.breakdown if name != TOTAL)
    axes = tuple(
        axis(found.dimension(name), [code for of, code in found.breakdown if of == name], name) for name in names
    )
    places = {
        (name, code): tuple(code if name == one.name else TOTAL for one in axes) for name, code in found.breakdown
    }
    asked = found.dimension(by) if by else None
    return Cube(
        found.indicator.id,
        found.indicator,
        found.indicator.title,
        found.catalogue,
        found.version,
        axes,
        True,
        tuple(places.values()),
        measures_of(found.indicator, found.measures),
        found.periods,
        {
            (period, places[name, code], measure): figure(one, derived=measure not in found.indicator.parts)
            for (period, name, code, measure), one in found.observations.items()
        },
        found.nodes,
        found.names,
        _notes(found),
        found.updated,
        publisher,
        axis(asked, [code for of, code in found.breakdown if of == by], asked.name) if asked else None,
    )


def axis(dimension: Dimension | None, codes: Iterable[str], name: str) -> Axis:
    """A dimension with the total before its codes; several codes shown as one (``a|b``) are told one by one."""

    def said(code: str, language: str) -> str:
        return " + ".join(words.code_word(dimension, each, language) for each in code.split("|"))

    labels = {TOTAL: by_language(lambda language: words.code_word(None, TOTAL, language))}
    labels |= {code: by_language(lambda language, code=code: said(code, language)) for code in codes}  # type: ignore[misc]
    return Axis(name, by_language(lambda language: words.dimension_word(dimension, language)), labels)


def measures_of(indicator: Indicator, measures: Iterable[str]) -> Axis:
    """What is measured."""
    labels = {
        name: by_language(lambda language, name=name: words.measure_word(indicator, name, language))  # type: ignore[misc]
        for name in measures
    }
    return Axis("measure", WORDS["measure"], labels)


def by_language(say: Callable[[str], str]) -> Texts:
    """What is said in each language."""
    return {language: say(language) for language in LANGUAGES}


def figure(one: Observation, *, derived: bool) -> Figure:
    """An observation with what kind of figure it is."""
    kind = _shown(one, derived=derived) if one.value is not None else _absent(one, derived=derived)
    noise = (one.bound, one.variance)
    return Figure(one.value, one.status, kind, one.shown, one.expected, one.hidden, *noise, one.settled_from, one.first)


def _shown(one: Observation, *, derived: bool) -> str:
    if derived:
        return "derived"
    if one.bound:
        return "perturbed"
    return "exact" if one.value else "exact_zero"


def _absent(one: Observation, *, derived: bool) -> str:
    if one.status == "M":
        return "not_applicable"
    if one.status == "Q":
        return "hidden" if one.hidden else "withheld"
    if derived and one.shown:
        return "not_divided"
    return "not_settled" if one.settled_from else "not_reported"


def _notes(found: Dataset) -> tuple[Texts, ...]:
    """What is counted, what to know of the noise and of what is divided, and which figures come only later."""
    indicator = found.indicator
    said = [indicator.definition, *([indicator.counted] if indicator.counted else []), WORDS["noise"]]
    if len(found.measures) > len(indicator.parts):
        said.append(WORDS["derived"])
    for period, day in found.settled_from.items():
        said.append(_later(period, day))
    return tuple(said)


def _later(period: str, day: str) -> Texts:
    return by_language(lambda language: f"{period}: {words.not_settled(day, language)}")
