"""Slots: the months or quarters for which a federation seals its totals, one after the other, each once.

``2026-10``, ``2026-Q4``   what changed up to the last day of the month, or quarter
``2026-10/opening``        the balance with which the month begins: what was open on the day before its first. It comes
                           before the month itself, so that no day is counted in neither
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from coupole.errors import CoupoleError
from coupole.standard.calendar import Period, PeriodInvalid, add_months, parse_period

OPENING = "/opening"
MONTHS = {"month": 1, "quarter": 3}
YEAR = 12

Span = Literal["day", "slot", "year", "start"]
"""What a published figure is of: the last day of a slot, the slot, the twelve months it ends, all since the first."""


class SlotInvalid(CoupoleError):
    """A slot is a month (2026-10) or a quarter (2026-Q4), or its opening (2026-10/opening)."""


class Slot(NamedTuple):
    """One slot of a tabulation."""

    period: Period
    opening: bool

    @property
    def name(self) -> str:
        """As documents write it."""
        return self.period.name + (OPENING if self.opening else "")

    @property
    def until(self) -> date:
        """The last day that counts."""
        return self.period.first - timedelta(days=1) if self.opening else self.period.last

    @property
    def order(self) -> tuple[date, bool]:
        """Slots by time; the opening of a month before the month."""
        return self.period.first, not self.opening


def parse_slot(name: str, grain: str) -> Slot:
    """The slot of that name. ``grain``: ``month`` or ``quarter``. Raises ``SlotInvalid``."""
    written = name.removesuffix(OPENING)
    try:
        period = parse_period(written)
    except PeriodInvalid:
        raise SlotInvalid() from None
    if len(period.months()) != MONTHS[grain]:
        raise SlotInvalid()
    return Slot(period, written != name)


def following(slot: Slot, grain: str) -> tuple[Slot, Slot]:
    """What may come after a slot: the opening of the next month or quarter, or that itself.

    After an opening: the month itself, twice.
    """
    if slot.opening:
        return Slot(slot.period, False), Slot(slot.period, False)
    first = add_months(slot.period.first, MONTHS[grain])
    name = f"{first:%Y-%m}" if grain == "month" else f"{first.year}-Q{(first.month + 2) // 3}"
    period = parse_period(name)
    return Slot(period, True), Slot(period, False)


def in_order(slots: Iterable[str], grain: str) -> list[str]:
    """Slots by time. Raises ``SlotInvalid``."""
    return sorted(slots, key=lambda slot: parse_slot(slot, grain).order)


def carried(last: str, slot: str, grain: str) -> int:
    """How many slots' change the report of a slot holds, of a member that was counted last in ``last``.

    Raises ``SlotInvalid``.
    """
    one, other = parse_slot(last, grain), parse_slot(slot, grain)
    months = 12 * (other.period.first.year - one.period.first.year) + other.period.first.month - one.period.first.month
    return months // MONTHS[grain] + one.opening - other.opening


def covered(span: Span, slot: str, released: Sequence[str], grain: str) -> list[str]:
    """The slots whose changes add up to a figure of that span; for a year fewer than make one, as long as there are.

    ``released``: every slot that was released, in order.
    """
    if span == "slot":
        return [slot]
    last = parse_slot(slot, grain).order
    upto = [one for one in released if parse_slot(one, grain).order <= last]
    if span == "year":
        return [one for one in upto if not parse_slot(one, grain).opening][-YEAR // MONTHS[grain] :]
    return upto
