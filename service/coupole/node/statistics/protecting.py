"""The indicators of a release: protected tables, as they are written.

Not every margin that is counted leaves: what became of people is never shown by target group (release protocol, member
tables), and of an open list (operations, currencies) no code is named under which nobody is shown. The catalogue says
which indicators and dimensions tell what became of people, and behind which figures no person stands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import compress
from typing import Any, NamedTuple

from coupole.disclosure.protection import ZERO, protect
from coupole.disclosure.tables import Margin, ShownCells, Table, is_magnitude
from coupole.node.statistics.counting import Counted
from coupole.standard.catalogue import Indicator
from coupole.wire.releases import CellState, Reason, ReleaseIndicator, ReleaseMargin


class _Shown(NamedTuple):
    """What is shown of every cell."""

    values: list[int]
    states: list[CellState]
    bounds: list[int]


def shown(
    indicators: Sequence[Indicator],
    counted: Counted,
    secret: bytes,
    *,
    kept: Collection[str],
    unsettled: Collection[str],
) -> list[ReleaseIndicator]:
    """The indicators as they leave. ``secret``: the node's cell secret; ``kept``: indicators the workshop decided to
    keep; ``unsettled``: those that what may still happen decides.
    """
    protected = protect(counted.cells, counted.headcount, secret)
    cells = None if protected is None else _as_lists(protected)
    made = []
    for one, table in zip(indicators, counted.tables, strict=True):
        if one.id in kept:
            made.append(_without_figures(one, "own_decision"))
        elif cells is None:
            made.append(_without_figures(one, "too_few_people"))
        elif one.id in unsettled:
            made.append(_without_figures(one, "not_settled"))
        else:
            made.append(_with_figures(one, table, cells))
    return made


def _as_lists(cells: ShownCells) -> _Shown:
    return _Shown(cells.values.tolist(), cells.states.tolist(), cells.bounds.tolist())


def _without_figures(indicator: Indicator, reason: Reason) -> ReleaseIndicator:
    return {
        "id": indicator.id,
        "state": "not_reported" if reason == "not_settled" else "withheld",
        "reason": reason,
        "parts": list(indicator.parts),
        "margins": [],
    }


def _with_figures(indicator: Indicator, table: Table, cells: _Shown) -> ReleaseIndicator:
    margins = (_margin(margin, cells) for margin in table.margins if not _crosses_target(indicator, margin))
    return {
        "id": indicator.id,
        "state": "reported",
        "parts": list(indicator.parts),
        "margins": [margin for margin in margins if margin["codes"]],
    }


def _crosses_target(indicator: Indicator, margin: Margin) -> bool:
    """Whether the margin would say what became of the people of one target group."""
    targets = (one.name for one in indicator.dimensions if one.target_of_people)
    return indicator.outcome_of_people and margin.dimension in targets


def _margin(margin: Margin, cells: _Shown) -> ReleaseMargin:
    """A margin; of an open list only codes under which anything is shown or withheld.

    The name of any other code would say that somebody has it.
    """
    values, states, bounds = (_by_part(margin, one) for one in cells)
    codes = list(margin.codes)
    if margin.listed:
        named = [set(found) != {ZERO} for found in zip(*states, strict=True)]
        codes = list(compress(codes, named))
        values, states, bounds = ([list(compress(part, named)) for part in one] for one in (values, states, bounds))
    made: ReleaseMargin = {"dimension": margin.dimension, "codes": codes, "values": values, "states": states}
    if any(map(is_magnitude, margin.parts)):
        made["bounds"] = bounds
    return made


def _by_part(margin: Margin, cells: list[Any]) -> list[list[Any]]:
    """One list for each part."""
    width, end = len(margin.codes), margin.cells.stop
    return [cells[at : at + width] for at in range(margin.first, end, width)]
