"""The indicators of a release: protected tables, as they are written.

Not every margin that is counted leaves: what became of people is never shown by target group (release protocol, member
tables), and of an open list (operations, currencies) no code is named under which nobody is shown. The catalogue says
which indicators and dimensions tell what became of people, and behind which figures no person stands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from coupole.disclosure.protection import protect_each
from coupole.disclosure.tables import Margin, ProtectedMargin, ProtectedTable, Table, is_magnitude
from coupole.standard.catalogue import PEOPLE, Indicator
from coupole.wire.releases import Reason, ReleaseIndicator, ReleaseMargin


class _Piece(NamedTuple):
    """The parts of one indicator that are about the same: all of them, mostly."""

    indicator: str
    columns: list[int]
    about_people: bool
    table: Table


def shown(
    indicators: Sequence[Indicator],
    tables: Mapping[str, Table],
    headcount: int,
    secret: bytes,
    *,
    kept: Collection[str],
    unsettled: Collection[str],
) -> list[ReleaseIndicator]:
    """The indicators as they leave. ``tables``: by indicator; ``secret``: the node's cell secret; ``kept``: indicators
    the workshop decided to keep; ``unsettled``: those that what may still happen decides.
    """
    pieces = [piece for one in indicators for piece in _pieces(one, tables[one.id])]
    protected = protect_each(
        [piece.table for piece in pieces],
        headcount,
        secret,
        outcomes={dimension.name for one in indicators for dimension in one.dimensions if dimension.outcome_of_people},
        about_people=[piece.about_people for piece in pieces],
    )
    found: dict[str, list[tuple[_Piece, ProtectedTable]]] = {}
    for piece, table in zip(pieces, protected, strict=True):
        found.setdefault(piece.indicator, []).append((piece, table))
    made = []
    for one in indicators:
        reason: Reason | None = "own_decision" if one.id in kept else found[one.id][0][1].reason
        if reason is None and one.id in unsettled:
            reason = "not_settled"
        made.append(_without_figures(one, reason) if reason else _with_figures(one, found[one.id]))
    return made


def _pieces(indicator: Indicator, table: Table) -> list[_Piece]:
    margins = [margin for margin in table.margins if not _crosses_target(indicator, margin)]
    return [
        _Piece(
            indicator.id,
            columns := [column for column, one in enumerate(indicator.about) if one == about],
            about == PEOPLE,
            Table(table.indicator, tuple(_parts_of(margin, columns) for margin in margins)),
        )
        for about in dict.fromkeys(indicator.about)
    ]


def _crosses_target(indicator: Indicator, margin: Margin) -> bool:
    """Whether the margin would say what became of the people of one target group."""
    targets = (one.name for one in indicator.dimensions if one.target_of_people)
    return indicator.outcome_of_people and margin.dimension in targets


def _parts_of(margin: Margin, columns: list[int]) -> Margin:
    if len(columns) == len(margin.parts):
        return margin
    return Margin(
        margin.dimension,
        margin.codes,
        tuple(margin.parts[column] for column in columns),
        margin.values[:, columns],
        margin.keys[:, columns],
        margin.persons[:, columns],
        None if margin.largest is None else margin.largest[:, columns],
    )


def _without_figures(indicator: Indicator, reason: Reason) -> ReleaseIndicator:
    return {
        "id": indicator.id,
        "state": "not_reported" if reason == "not_settled" else "withheld",
        "reason": reason,
        "parts": list(indicator.parts),
        "margins": [],
    }


def _with_figures(indicator: Indicator, found: Sequence[tuple[_Piece, ProtectedTable]]) -> ReleaseIndicator:
    made: ReleaseIndicator = {"id": indicator.id, "state": "reported", "parts": list(indicator.parts), "margins": []}
    listed = {dimension.name for dimension in indicator.dimensions if dimension.codes is None}
    for margins in zip(*(one.margins for _piece, one in found), strict=True):
        margin = _joined(indicator, [piece.columns for piece, _one in found], margins)
        rows = _somebody(margin) if margin.dimension in listed else range(len(margin.codes))
        if rows:
            made["margins"].append(_margin(margin, rows))
    return made


def _joined(indicator: Indicator, columns: Sequence[list[int]], margins: Sequence[ProtectedMargin]) -> ProtectedMargin:
    """The parts of a margin side by side again, in their order."""
    if len(margins) == 1:
        return margins[0]
    order = np.argsort(np.concatenate(columns))
    values, states, bounds = (
        np.concatenate(arrays, axis=1)[:, order]
        for arrays in zip(*((one.values, one.states, one.bounds) for one in margins), strict=True)
    )
    return ProtectedMargin(margins[0].dimension, margins[0].codes, indicator.parts, values, states, bounds)


def _somebody(margin: ProtectedMargin) -> Sequence[int]:
    """Rows in which anything is shown or withheld: the name of any other code would say that somebody has it."""
    return [row for row, states in enumerate(margin.states) if (states != "zero").any()]


def _margin(margin: ProtectedMargin, rows: Sequence[int]) -> ReleaseMargin:
    made: ReleaseMargin = {
        "dimension": margin.dimension,
        "codes": [margin.codes[row] for row in rows],
        "values": margin.values[rows].T.tolist(),
        "states": margin.states[rows].T.tolist(),
    }
    if any(map(is_magnitude, margin.parts)):
        made["bounds"] = margin.bounds[rows].T.tolist()
    return made
