"""The tables that parties hold of a federation, each with where its exact figures are (form ``coupole-release/1``).

Of sealed totals the hub has more than is published: the sums of each slot and group, below 0 too, tables without noise
in every slot, and, since noise telescopes, all that happened since counting began with the noise of one state alone.

Names of populations, each of an indicator's part:

    F05.count            what was reported in a slot; below 0 where more was taken back than happened
    F05.count.year       in the twelve slots that end there
    F05.count.start      since the first slot: kept as a stock that only grows by what was reported
    F05.count.released   what members release by themselves, by the day on which it happened
    S01.count@1          a stock after members opened or closed their balances; ``@t2``: of a second tabulation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from coupole.disclosure.linked import POOLED
from coupole.disclosure.telescoping import BOUND, VARIANCE
from coupole.hub.publication.sealed import Counts, FineTable
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Catalogue
from coupole.standard.plans import MEMBERS, OTHER
from coupole.wire.releases import Release, ReleaseMargin
from coupole.wire.slots import MONTHS, OPENING, YEAR, in_order
from coupole.wire.tabulations import HEADCOUNT, Placed, Tabulation, crossed, shape
from coupole.wire.tabulations import Table as Source

FEDERATION = "federation"
FREE = 10_000_000
"""More people than there are: nothing is known from above."""
NOTHING = "nothing"
"""The population of what leaves a stock that only grows: nobody, ever."""
MONTHS_OF = {1: "", 3: ".quarter", 12: ".year"}

Codes = Mapping[str, tuple[str, ...] | None]
Table = dict[str, Any]
"""A table as the form has it."""


class Summed(NamedTuple):
    """Exact figures that stand in reports: of all members that were counted, of some groups, or of one ``member``."""

    tabulation: str
    slot: str
    name: str
    groups: tuple[str, ...] = ()
    member: str = ""


class Dated(NamedTuple):
    """Exact figures that members' records give: the sum over ``nodes`` of a figure of a period, cell by cell."""

    nodes: tuple[str, ...]
    period: str
    indicator: str
    part: str
    dimension: str
    codes: tuple[str, ...]


class Held(NamedTuple):
    """A table, and where its exact figures are; none where it is exact as it stands."""

    table: Table
    exact: Summed | Dated | None


class Marks(NamedTuple):
    """What is put behind the names of populations of a tabulation and slot: of flows, of what began, of stocks.

    ``codes``: of each dimension its codes; none where they are not all listed.
    """

    flow: str
    start: str
    stock: str
    codes: Codes


def month(period: str) -> int:
    """The last month of a period, counted from the year 0; an opening is the balance of the month before."""
    last = parse_period(period.removesuffix(OPENING)).last
    return last.year * 12 + last.month - period.endswith(OPENING)


def states(document: Tabulation, sums: Mapping[str, Counts], slot: str, groups: int) -> list[tuple[str, FineTable]]:
    """Every table that the sums of ``groups`` groups give at a slot, by name: more than is published of it."""
    order = in_order(sums, document["grain"])
    upto = order[: order.index(slot) + 1]
    plain = [one for one in upto if not one.endswith(OPENING)]
    began = np.sum([sums[one] for one in upto], axis=0)
    year = np.sum([sums[one] for one in plain[-YEAR // MONTHS[document["grain"]] :]], axis=0)
    found = []
    for placed in shape(document).tables:
        name, noisy = placed.table["id"], placed.table["noise"] != "none"
        if name == HEADCOUNT:
            continue
        one, two = (groups * noisy, groups * noisy * (1 if len(upto) == 1 else 2))
        if placed.table["kind"] != "flow":
            found.append((name, _table(placed, "day", began, one)))
            continue
        found.append((f"{name}.start", _table(placed, "start", began, one)))
        if not slot.endswith(OPENING):
            found.append((name, _table(placed, "slot", sums[slot], two)))
            if len(plain) * MONTHS[document["grain"]] >= YEAR:
                found.append((f"{name}.year", _table(placed, "year", year, two)))
    return found


def _table(placed: Placed, span: Any, counts: Counts, noises: int) -> FineTable:
    values = counts[placed.first : placed.first + placed.size]
    return FineTable(placed, span, values, noises * VARIANCE, noises * BOUND)


def summed(table: Mapping[str, Any], owner: str, marks: Marks, exact: Summed) -> Held:
    """A table of sealed totals. ``table``: as it stands in a publication."""
    hidden = frozenset(table.get("hidden", ()))
    levels = spelled(table["by"], table["levels"], marks.codes)
    cells = enumerate(zip(crossed(levels), table["values"], strict=True))
    names = {"day": marks.stock, "slot": marks.flow, "year": f"{marks.flow}.year", "start": f"{marks.start}.start"}
    found: Table = {
        "id": f"{exact.slot} {exact.name} {owner}",
        "owner": owner,
        "population": f"{table['indicator']}.{table['part']}{names[table['span']]}",
        "period": month(exact.slot),
        "vars": variables(table["by"], marks),
        "kind": "stock" if table["span"] in ("day", "start") else "flow",
        "noise": noise(table["bound"]),
        "cells": [[[*cell], None if place in hidden else value] for place, (cell, value) in cells],
    }
    # A hidden figure is of somebody; members in no band are hidden when they are few, nobody among it.
    least = int(table["part"] != MEMBERS)
    return Held(found | {"hidden_range": [least, FREE]} if hidden else found, exact)


def zeros(marks: Marks, source: Source, head: Table) -> Held:
    """A table of nobody, which everybody knows. ``head``: what else is said of it."""
    cells = [[[*one], 0] for one in crossed(spelled(source["by"], source["levels"], marks.codes))]
    return Held(head | {"vars": variables(source["by"], marks), "noise": noise(0), "cells": cells}, None)


def variables(by: Sequence[str], marks: Marks) -> list[str]:
    """The dimensions of a tabulation: where codes are open, its levels are not those of other tables."""
    return [f"{name}:{OTHER}" if marks.codes.get(name, ()) is None else name for name in by]


def spelled(by: Sequence[str], levels: Sequence[Sequence[str]], codes: Codes) -> list[list[str]]:
    """Levels by name: where all codes are known, what stands for those that are not listed says which these are."""
    found = []
    for name, listed in zip(by, levels, strict=True):
        others = [code for code in codes.get(name) or () if code not in listed[:-1]]
        whole = listed[-1] == OTHER and len(others) > 1
        found.append([*listed[:-1], POOLED.join(others)] if whole else [*listed])
    return found


def codes_of(catalogue: Catalogue) -> Codes:
    """Of each dimension its codes; none where they are not all listed."""
    return {one.name: one.codes for each in catalogue.indicators for one in each.dimensions}


def released(catalogue: Catalogue, release: Release, *, newest: bool = True) -> Iterator[Held]:
    """The tables of a member as it released them; sums of amounts are no people and are left out.

    ``newest``: another revision of it came later otherwise, and what its exact figures were nobody keeps.
    """
    node, period = release["node"], release["period"]
    mark = "" if newest else f"@revision{release['revision']}"
    for indicator in release["indicators"]:
        for margin in indicator["margins"]:
            for place, part in enumerate(indicator["parts"]):
                exact = Dated((node,), period, indicator["id"], part, margin["dimension"], tuple(margin["codes"]))
                values = _values(margin, place)
                for one in dated(catalogue, exact, values, node, noise(release["noise"]["bound"], kept_zero=True)):
                    one.table["population"] += mark
                    one.table["id"] += mark
                    yield one if newest else one._replace(exact=exact._replace(nodes=()))


def _values(margin: ReleaseMargin, place: int) -> list[int | None]:
    states = margin["states"][place]
    return [
        None if state == "withheld" else value for value, state in zip(margin["values"][place], states, strict=True)
    ]


def dated(
    catalogue: Catalogue, exact: Dated, values: Sequence[int | None], owner: str, declared: Mapping[str, Any]
) -> Iterator[Held]:
    """Figures by one dimension as tables; of a record under several codes each is one of its own."""
    if exact.part.startswith("sum"):
        return
    indicator = catalogue.indicator(exact.indicator)
    dimension = next((one for one in indicator.dimensions if one.name == exact.dimension), None)
    stock = {source.kind for source in indicator.sources} == {"stock_end"}
    span = "" if stock else MONTHS_OF[len(parse_period(exact.period).months())]
    once = bool(indicator.distinct) or indicator.until_reentry  # a year is less than its months together
    other = ".currency" if exact.dimension == "currency" else ""  # what is in another one is in no other table
    table: Table = {
        "id": f"{owner} {exact.period} {exact.indicator}.{exact.part}.{exact.dimension}",
        "owner": owner,
        "population": f"{exact.indicator}.{exact.part}.released{other}{'.once' * bool(once and span)}{span}",
        "period": month(exact.period),
        "vars": [exact.dimension] if dimension else [],
        "kind": "stock" if stock else "flow",
        "noise": dict(declared),
        "cells": [[[code] if dimension else [], value] for code, value in zip(exact.codes, values, strict=True)],
    }
    if dimension is None or not (dimension.several or (dimension.own and indicator.distinct)):
        yield Held(table, exact)
        return
    for code, (_levels, value) in zip(exact.codes, table["cells"], strict=True):
        apart = {"id": f"{table['id']}={code}", "vars": [f"{exact.dimension}={code}"], "cells": [[["yes"], value]]}
        yield Held(table | apart, exact._replace(codes=(code,)))


def noise(bound: int, *, kept_zero: bool = False) -> dict[str, Any]:
    """What is declared of figures that are at most so far from the exact ones."""
    return {"kind": "bounded", "max": bound, "kept_zero": kept_zero} if bound else {"kind": "exact"}
