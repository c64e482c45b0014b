"""Noise for totals that are counted on for months: keyed by the people, so that it never adds up.

A trustee keeps for each cell of a group the sum K of the keys of all people behind it, modulo 256, and adds

    f_cell(K after) - f_cell(K before)

to the change that members reported. The running total is then always the exact one plus ``f_cell(K)``, after any number
of months: what was added before cancels out. The same people in a cell carry the same noise in every month, so asking
again gives nothing; one person more or less draws afresh, so a difference gives nothing exact.

    f_cell(K) = quantile, of the distribution of most entropy with mean 0, variance 2 and at most 8 away,
                at a number that only the trustee's secret of the epoch can tell for population, group, cell and K

A cell with nobody in it carries noise like any other, from the first slot on: if it did not, a total below 0 would say
that somebody is there, and -4 that it is one. A figure that stands in several tables is one cell with one noise:
several would be averaged away, and tables would contradict each other.

Whoever holds the sums sees in which cells something changed, for in all others nothing is added. Of a cell in which
nothing had happened before that is: here is somebody. Noise of at most 5 would then tell one such figure in seven to be
from 1 to 4, and one in two thousand to be exactly 1. With up to 8 that is one in two thousand, and next to none.

The distribution is public, the table must not be: whoever knew it could shift the key sums and find K within months.
(The cell-key method is the Australian and European statistical offices'; that it telescopes over a ledger is ours.)
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.cellkey import AGREED, Noise, steps_of
from coupole.disclosure.keyed import keyed
from coupole.disclosure.tables import Counts

KeyVector = NDArray[np.uint8]
Places = NDArray[np.intp]

VARIANCE = AGREED.variance
BOUND = 8
"""How far a running total is at most from the exact one."""
_NOISE = Noise(VARIANCE, BOUND, AGREED.hidden_below)
_LARGE = BOUND + AGREED.hidden_below
"""A count so large that no noise is forbidden: the running total is not known here, and may be shown as it is."""


def noise(secret: bytes, population: str, group: str, cells: Places, keys: KeyVector) -> Counts:
    """The noise of running totals. ``cells``: the number of each, ``keys``: its key sum, one byte.

    ``secret``: 32 bytes of one epoch. Raises ``ValueError`` for a name with NUL: two pairs could read alike.
    """
    if "\0" in population + group:
        raise ValueError("names have no NUL")
    own = hashlib.blake2b(f"{population}\0{group}".encode(), key=secret, digest_size=32).digest()
    draw = keyed(own, "telescoping", cells.astype(np.uint64), keys.astype(np.uint64))[:, 0] >> np.uint64(11)
    return steps_of(np.full(len(keys), _LARGE, np.int64), draw, _NOISE)


def change(
    secret: bytes, population: str, group: str, cells: Places, before: KeyVector | None, after: KeyVector
) -> Counts:
    """What is added to the reported change of each cell when its key sum goes from ``before`` to ``after``.

    ``before``: none for the first slot of a group.
    """
    found = noise(secret, population, group, cells, after)
    return found if before is None else found - noise(secret, population, group, cells, before)
