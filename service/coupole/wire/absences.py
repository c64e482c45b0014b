"""Members that were away for long: whom a trustee asks, and whose return waits for company (release protocol 3.9).

A report holds what changed since its member was counted last. After a month that is a month among those of all others;
after half a year it stands out, and what is read there is known to be of that member: everybody sees in the
certificates who was away. So it is counted together with other long ones, or waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from coupole.wire.certificates import Certificate, last_counted, refusals
from coupole.wire.slots import OPENING, carried

AWAY = 3
"""Months without a report after which a member is asked; the most slots' change that is counted without company."""
COMPANY = 3
"""Fewest members of a group whose reports of more than ``AWAY`` slots are counted together.

Of two each would read the other's change; of three nobody reads a single one's, be it one of them with the hub. As many
as an opening needs (m) would make most of them wait for ever: an opening shows whole stocks and nothing beside them,
here the months of all others lie above it, and noise above that.
"""
WAITS = "report_return_waits"
"""Why such a report is not counted yet. It holds: its member is not away any more."""


def returning(certificates: Sequence[Certificate], slot: str, grain: str) -> set[str]:
    """Whose report of a slot holds more than ``AWAY`` slots' change, by the certificates of its tabulation so far.

    Nobody in an opening: there everybody brings much at once, m members at least. Who was never counted begins with
    nothing. Raises ``SlotInvalid``.
    """
    if slot.endswith(OPENING):
        return set()
    last = last_counted(certificates)
    return {node for node, one in last.items() if carried(one["slot"], slot, grain) > AWAY}


def heard(certificates: Iterable[Certificate]) -> dict[str, str]:
    """The day of the last certificate that has a good report of each member, counted or waiting for company."""
    days: dict[str, str] = {}
    for one in sorted(certificates, key=itemgetter("made_at")):
        waiting = [node for node, reason in refusals(one).items() if reason == WAITS]
        days |= dict.fromkeys([*last_counted([one]), *waiting], one["made_at"][:10])
    return days
