"""What is published of a slot that was released: fine tables from the sums of sealed reports.

A sum says what changed in each cell of a group since it was counted last, so a stock is everything so far added up and
what happened in a slot is the slot's own sum; a window of twelve months is the sum of its slots. The trustee's noise
telescopes with them: a stock carries it once, a difference of two states twice. A slot is released once and for ever.
What was late or wrong is a change in a later slot; no published figure is ever replaced.

Tables crossed by three dimensions are shown for windows of a year alone, for in one month most of their cells hold one
person or nobody and the noise would be all there is to see (accuracy 0.59 against 0.96).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.telescoping import BOUND, VARIANCE
from coupole.errors import CoupoleError
from coupole.standard.plans import MEMBERS
from coupole.wire.slots import MONTHS, YEAR, Span, covered, in_order
from coupole.wire.tabulations import HEADCOUNT, Placed, Tabulation, shape

Counts = NDArray[np.int64]

MANY = 3
"""Dimensions from which on a table is shown for a year alone."""


class SlotNotReleased(CoupoleError):
    """No sealed totals were released of that month or quarter."""


class FineTable(NamedTuple):
    """One table as the sums give it, of all groups together.

    ``span``: ``day`` = what there was on the last day of the slot, ``slot`` = what happened in it, ``year`` = in it and
    the slots before it that make twelve months, ``start`` = since counting began, as ESF+ operations are reported on.
    ``values``: in the order of the tabulation. ``bound``: how far a value can be from the exact one; 0 for an exact
    table.
    """

    placed: Placed
    span: Span
    values: Counts
    variance: int
    bound: int


def fine_tables(
    document: Tabulation, sums: Mapping[str, Counts], slot: str, *, shown: bool = True, groups: int | None = None
) -> list[FineTable]:
    """The tables of a slot. ``sums``: what changed in each slot so far, ``groups`` groups together; else all of them.

    ``shown``: as they are shown, no figure with noise below 0; otherwise as the hub has them.

    Raises ``SlotNotReleased``.
    """
    if slot not in sums:
        raise SlotNotReleased()
    grain = document["grain"]
    released = in_order(sums, grain)
    slots = {span: covered(span, slot, released, grain) for span in get_args(Span)}
    found = []
    for placed in shape(document).tables:
        kind = placed.table["kind"]
        if placed.table["id"] == HEADCOUNT or (shown and kind == MEMBERS):  # how members differ is shown by ``spreads``
            continue
        for span in _spans(placed, slot):
            if span == "year" and len(slots[span]) < YEAR // MONTHS[grain]:
                continue
            total = sum((_part(sums[one], placed) for one in slots[span]), np.zeros(placed.size, np.int64))
            since_start = len(slots[span]) == len(slots["start"])
            found.append(_table(placed, span, total, groups or len(document["groups"]), since_start=since_start))
    return [one._replace(values=np.maximum(one.values, 0)) if shown and one.bound else one for one in found]


def _spans(placed: Placed, slot: str) -> list[Span]:
    """What a table is published of."""
    noisy = placed.table["noise"] == "cell_key"
    if placed.table["kind"] in ("stock", MEMBERS):
        # Exact stocks of every month would show, month by month, who came and went.
        return ["day"] if noisy or slot.endswith(("-12", "-Q4")) else []
    found: list[Span] = [] if len(placed.sizes) >= MANY else ["slot"]
    if noisy:
        found += ["year", "start"] if "operation" in placed.table["by"] else ["year"]
    return found


def suffix(span: str) -> str:
    """What tells tables of several slots from those of one, in names."""
    return f".{span}" if span in ("year", "start") else ""


def _part(counts: Counts, placed: Placed) -> Counts:
    return counts[placed.first : placed.first + placed.size]


def _table(placed: Placed, span: Span, total: Counts, groups: int, *, since_start: bool) -> FineTable:
    if placed.table["noise"] == "none":
        return FineTable(placed, span, total, 0, 0)
    states = groups * (1 if since_start else 2)  # before the first slot there is no total, hence no noise
    return FineTable(placed, span, total, states * VARIANCE, states * BOUND)
