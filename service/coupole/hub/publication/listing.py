"""Everything a hub hands out as a dataset: totals of what members released, and fine tables summed under seal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from coupole.hub.publication import datasets, fine
from coupole.hub.publication.cubes import Cube, Publisher, totals
from coupole.hub.publication.datasets import BreakdownUnknown
from coupole.hub.store import published
from coupole.standard.catalogue import Catalogue, Indicator, Texts


class Listed(NamedTuple):
    """One dataset. ``breakdowns``: what its figures are broken down by, one by one or, of a fine table, together."""

    id: str
    indicator: Indicator
    title: Texts
    measures: tuple[str, ...]
    breakdowns: tuple[str, ...]
    periods: tuple[str, ...]
    updated: datetime | None


def listed(session: Session, catalogue: Catalogue) -> Iterator[Listed]:
    """All datasets: the totals of every indicator, then the fine tables, both in the order of the catalogue.

    Totals of which nothing was published have no periods.
    """
    made: dict[str, datetime] = {}
    for row in published.publications(session, catalogue.id, catalogue.version):
        made.setdefault(row.period, row.made_at)  # the newest revision comes first
    there = tuple(sorted(made))
    for one in catalogue.indicators:
        names = tuple(dimension.name for dimension in one.dimensions)
        yield Listed(one.id, one, one.title, datasets.measures(one), names, there, max(made.values(), default=None))
    found = fine.slots(session)
    moments = {slot.name: slot.made_at for slot in found}
    for key, choices in fine.choices(catalogue, found).items():
        newest = list(choices.values())[-1]
        updated = max(moments[slot] for slot in choices)
        parts = tuple(dict.fromkeys(table["part"] for table in newest.tables))
        yield Listed(key, newest.indicator, fine.title(newest), parts, newest.by, tuple(choices), updated)


def cube(
    session: Session,
    catalogue: Catalogue,
    publisher: Publisher,
    dataset: str,
    *,
    by: str | None = None,
    period: str | None = None,
) -> Cube:
    """One dataset. ``by``: one breakdown of totals instead of all; ``period``: that one alone.

    Raises ``IndicatorUnknown``, ``BreakdownUnknown``, ``DatasetEmpty``.
    """
    indicator = datasets.indicator_of(catalogue, dataset.partition(".")[0])
    if indicator.id == dataset:
        return totals(datasets.dataset(session, catalogue, dataset, by=by, period=period), publisher, by)
    if by is not None:
        raise BreakdownUnknown()
    return fine.fine(session, catalogue, publisher, dataset, period)
