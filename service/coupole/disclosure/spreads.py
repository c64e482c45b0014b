"""How members differ: how many of them lie in which band of a rate, and where the quarters of them end.

A band of one or two members would say of somebody whom others know where it stands, so it is put together with a
neighbour (``suppression.pool``) before anybody is shown it. What is counted carries the trustee's noise.
"""

from __future__ import annotations

import math

import numpy as np

from coupole.disclosure.tables import Counts

TOGETHER = 3
"""Fewest members in a band that is shown."""
QUARTERS = (1, 2, 3)


def usual(variance: int) -> int:
    """What noise of that variance stays within nineteen times in twenty: two standard deviations, rounded up."""
    return math.ceil(2 * math.sqrt(variance))


def quartiles(values: Counts) -> tuple[int, ...]:
    """In which band the quarter, the half and the three quarters of all members lie, counted from the lowest band.

    ``values``: the members of each band, from the lowest; with noise one may be below 0, which counts as nobody. Empty
    when nobody is in any.
    """
    below = np.maximum(values, 0).cumsum()
    if not len(below) or below[-1] == 0:
        return ()
    return tuple(int(np.searchsorted(4 * below, quarter * below[-1])) for quarter in QUARTERS)
