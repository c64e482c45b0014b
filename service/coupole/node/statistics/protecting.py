"""The indicators of a release: protected tables, as they are written.

Not every margin that is counted leaves: what became of people is never shown by target group (release protocol, member
tables), and of an open list (operations, currencies) no code is named under which nobody is shown. The catalogue says
which indicators and dimensions tell what became of people, and behind which figures no person stands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import compress
from typing import NamedTuple

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
    # What became of the people of one target group is never shown.
    crossing = [one.name for one in indicator.dimensions if one.target_of_people and indicator.outcome_of_people]
    bounded = any(map(is_magnitude, indicator.parts))
    margins = [_margin(margin, cells, bounded) for margin in table.margins if margin.dimension not in crossing]
    return {
        "id": indicator.id,
        "state": "reported",
        "parts": list(indicator.parts),
        "margins": [margin for margin in margins if margin["codes"]],
    }


def _margin(margin: Margin, cells: _Shown, bounded: bool) -> ReleaseMargin:
    """A margin; with its bounds where a part is a sum."""
    width = len(margin.codes)
    parts = [slice(first, first + width) for first in range(margin.first, margin.cells.stop, width)]
    made: ReleaseMargin = {
        "dimension": margin.dimension,
        "codes": list(margin.codes),
        "values": [cells.values[part] for part in parts],
        "states": [cells.states[part] for part in parts],
    }
    if bounded:
        made["bounds"] = [cells.bounds[part] for part in parts]
    return _of_somebody(made) if margin.listed else made


def _of_somebody(margin: ReleaseMargin) -> ReleaseMargin:
    """Without codes under which nothing is shown or withheld: a name alone would say that somebody has it."""
    named = [set(states) != {ZERO} for states in zip(*margin["states"], strict=True)]
    margin["codes"] = list(compress(margin["codes"], named))
    margin["values"] = [list(compress(part, named)) for part in margin["values"]]
    margin["states"] = [list(compress(part, named)) for part in margin["states"]]
    if "bounds" in margin:
        margin["bounds"] = [list(compress(part, named)) for part in margin["bounds"]]
    return margin
