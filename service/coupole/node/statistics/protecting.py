"""One indicator of the catalogue, protected, as it is written in a release.

Not every margin that is counted leaves: what became of people is never shown by target group (release protocol, member
tables), and of an open list (operations, currencies) no code is named under which nobody is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from coupole.disclosure.protection import protect
from coupole.disclosure.tables import Margin, ProtectedMargin, Table, is_magnitude
from coupole.standard.catalogue import Indicator
from coupole.wire.releases import ReleaseIndicator, ReleaseMargin

OUTCOMES = frozenset({"outcome_category", "exit_reason", "rungs", "decision"})
"""Dimensions that say what became of people."""

TARGET = "target_group"


def shown(
    indicator: Indicator, table: Table, headcount: int, secret: bytes, *, kept: bool, settled: bool
) -> ReleaseIndicator:
    """The indicator as it leaves. ``kept``: the workshop decided to keep it; ``settled``: nothing that decides it can
    happen any more; ``secret``: the node's cell secret.
    """
    about_people = indicator.about == "people"
    allowed = tuple(margin for margin in table.margins if not _crosses_target(indicator, margin))
    protected = protect(
        Table(table.indicator, allowed), headcount, secret, outcomes=OUTCOMES, about_people=about_people
    )
    reason = "own_decision" if kept else protected.reason
    made: ReleaseIndicator = {"id": indicator.id, "state": "reported", "parts": list(indicator.parts), "margins": []}
    if reason is not None:
        made["state"], made["reason"] = "withheld", reason
        return made
    if not settled:
        made["state"], made["reason"] = "not_reported", "not_settled"
        return made
    listed = {dimension.name for dimension in indicator.dimensions if dimension.codes is None}
    for margin in protected.margins:
        rows = _somebody(margin) if margin.dimension in listed else range(len(margin.codes))
        if rows:
            made["margins"].append(_margin(margin, rows))
    return made


def _crosses_target(indicator: Indicator, margin: Margin) -> bool:
    """Whether the margin would say what became of one target group: a rate or a distribution of results (``O…``)."""
    return margin.dimension == TARGET and indicator.id.startswith("O") and len(indicator.parts) > 1


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
