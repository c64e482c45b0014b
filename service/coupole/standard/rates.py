"""Bands of a rate, by which members are counted: in which tenth of all there is does a member's own rate lie.

A member of which fewer than ten could have been counted in a rate is in no band: one person more or less would move it
by a whole one. Neither is one that keeps the indicator to itself.
"""

from __future__ import annotations

BY = "rate"
"""Name of the dimension that members are counted by."""
NONE = "none"
"""The level of members that are in no band; the first."""
WIDTH = 10
"""Percent that a band is wide."""
LEAST = 100 // WIDTH
"""Fewest that a rate is told of."""
BANDS = tuple(f"{low}_{low + WIDTH}" for low in range(0, 100, WIDTH))
LEVELS = (NONE, *BANDS)


def level(num: int, den: int) -> str:
    """The level of a member that counts ``num`` of ``den``; the highest band holds 100 % and whatever is above."""
    return NONE if den < LEAST else BANDS[min(num * len(BANDS) // den, len(BANDS) - 1)]


def limits(level: str) -> tuple[int, int]:
    """From what percentage to what. Of bands that are shown as one, ``|`` between them: from the first to the last."""
    return int(level.partition("_")[0]), int(level.rpartition("_")[2])
