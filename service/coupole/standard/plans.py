"""Plans of tables: by which dimensions the counts of a catalogue are crossed when they are sealed and added up.

A plan is data (``schema/v1/plans/<catalogue>-<version>.json``). It names indicators and dimensions; parts, levels and
kinds follow from the catalogue. Sums of amounts are never in it: one person could be most of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

from coupole.errors import CoupoleError
from coupole.standard import rates, resource
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.standard.reading import parse
from coupole.standard.validation import check_against

OTHER = "other"
"""The level that stands for all codes that are not named; the last of its dimension."""
MEMBERS: Literal["members"] = "members"
"""Kind and part of a table that counts members, by the band in which their own rate of twelve months lies."""
SHARE = ("num", "den")
"""The parts of a rate."""

Kind = Literal["stock", "flow", "members"]


class PlanUnknown(CoupoleError):
    """This program has no plan of tables for that catalogue."""


class PlanInvalid(CoupoleError):
    """The plan names something that cannot be counted."""


class PlannedTable(NamedTuple):
    """One table of counts. ``levels``: of each dimension the codes in their order; ``exact``: a headline table."""

    indicator: str
    part: str
    kind: Kind
    by: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """``headcount``: the indicator whose total is the number of people accompanied."""

    id: str
    headcount: str
    tables: tuple[PlannedTable, ...]


@cache
def document(catalogue: str, version: str) -> Any:
    """The plan for a catalogue as it is written. Raises ``PlanUnknown``, ``DocumentInvalid``."""
    path = resource("v1", "plans", f"{catalogue}-{version}.json")
    if not path.is_file():
        raise PlanUnknown()
    found = parse(path.read_bytes(), max_bytes=path.stat().st_size)
    check_against("plan_of_tables", found)
    return found


def plan(catalogue: Catalogue, named: dict[str, Sequence[str]] | None = None, *, headline: bool = False) -> Plan:
    """The tables of a catalogue's plan.

    ``named``: codes of open lists that are counted apart, by dimension; all others are ``OTHER``. ``headline``: with
    the exact tables by one dimension, which need at least twenty members. Raises ``PlanUnknown``, ``PlanInvalid``.
    """
    given = document(catalogue.id, catalogue.version)
    rows = [*given["tables"], *(given["headline"] if headline else [])]
    fine = len(given["tables"])
    tables = [
        table
        for number, row in enumerate(rows)
        for by in row["by"]
        for table in _tables(catalogue, row, by, named or {}, exact=number >= fine)
    ]
    tables += [_members(catalogue, name) for name in given["members"]]
    return Plan(given["id"], given["headcount"], tuple(tables))


def kind_of(indicator: Indicator) -> Literal["stock", "flow"]:
    """``stock`` when it says what there is on a day, ``flow`` when it says what happened.

    Raises ``PlanInvalid`` for one that says both.
    """
    kinds = {source.kind for source in indicator.sources}
    if kinds == {"stock_end"}:
        return "stock"
    if kinds <= {"flow", "slots"}:
        return "flow"
    raise PlanInvalid(name=indicator.id)


def _tables(
    catalogue: Catalogue, row: Any, by: Sequence[str], named: dict[str, Sequence[str]], *, exact: bool
) -> Iterator[PlannedTable]:
    name, apart = row["indicator"], row.get("apart", {})
    indicator = _indicator(catalogue, name)
    dimensions = {one.name: one for one in indicator.dimensions}
    if not dimensions.keys() >= set(by):
        raise PlanInvalid(name=name)
    levels = tuple((*apart[one], OTHER) if one in apart else _levels(dimensions[one], named) for one in by)
    for part in indicator.parts:
        if not part.startswith("sum"):
            yield PlannedTable(name, part, kind_of(indicator), tuple(by), levels, exact)


def _members(catalogue: Catalogue, name: str) -> PlannedTable:
    if _indicator(catalogue, name).parts != SHARE:
        raise PlanInvalid(name=name)
    return PlannedTable(name, MEMBERS, MEMBERS, (rates.BY,), (rates.LEVELS,), exact=False)


def _indicator(catalogue: Catalogue, name: str) -> Indicator:
    try:
        return catalogue.indicator(name)
    except KeyError:
        raise PlanInvalid(name=name) from None


def _levels(dimension: Dimension, named: dict[str, Sequence[str]]) -> tuple[str, ...]:
    if dimension.several:  # a record in two codes would make the margins more than the whole
        raise PlanInvalid(name=dimension.name)
    return dimension.codes if dimension.codes is not None else (*named.get(dimension.name, ()), OTHER)
