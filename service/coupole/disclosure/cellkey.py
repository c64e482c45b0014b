"""The cell-key method: noise that belongs to the people behind a figure, not to the question.

Every figure is shown with noise looked up by the sum of the record keys of the people behind it and by the figure
itself. The same people and figure carry the same noise wherever and however often they are asked for, so asking again
gains nothing; with one person more or less, or one event more of the same people, the noise is another one, so that a
difference between two figures is never exact. (An idea of the Australian and European statistical offices; the
distribution is that of maximum entropy, as in the ptable method.)

The distribution is public, who gets which noise is not: the place in it comes from a cipher under the node's cell
secret. Nobody who asks can choose or compute it, and a published table gives nothing away.

    count i  ->  one of i-5 … i+5, never below 0, never 1 or 2; mean i, variance 2; 0 stays 0

For i = 1 and 2 a mean of i without showing 1 or 2 leaves one distribution on the nearest allowed figures, 0 and 3: the
least variance there is, which is 2 as well. Parameters that ask for less than the least or more than the most that is
attainable at some i get that, and the mean is kept.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.keyed import keyed
from coupole.disclosure.tables import Counts, Keys

Floats = NDArray[np.float64]

ROUNDING = 1e-14
PRECISION = 1e-10
"""How far mean and variance may be from what is declared."""


class Noise(NamedTuple):
    """What is declared about the noise. ``hidden_below``: counts above 0 and below it are never shown."""

    variance: int = 2
    bound: int = 5
    hidden_below: int = 3


AGREED = Noise()
"""What the members agreed on: variance 2, never more than 5 away, no 1 or 2."""


class Distribution(NamedTuple):
    """Row ``i``: how the count i is shown; the last row is for every larger count. Columns: noise -bound … +bound."""

    probabilities: Floats
    cumulative: NDArray[np.uint64]
    """Of each row the upper end of each column's share of [0, 2^64), the last one open."""


@cache
def distribution(noise: Noise = AGREED) -> Distribution:
    """The public distribution. Raises ``ValueError`` if some count cannot be shown with a mean of itself."""
    if noise.variance < 1 or not 1 <= noise.hidden_below <= noise.bound:
        raise ValueError("noise is larger than what it hides")
    rows = noise.bound + noise.hidden_below
    probabilities = np.zeros((rows + 1, 2 * noise.bound + 1))
    probabilities[0, noise.bound] = 1
    for count in range(1, rows + 1):
        steps = np.arange(-noise.bound, noise.bound + 1)
        shown = count + steps
        allowed = (shown == 0) | (shown >= noise.hidden_below)
        probabilities[count, allowed] = spread(steps[allowed], noise.variance)
    ends = np.floor(np.cumsum(probabilities, axis=1) * 2.0**53).astype(np.uint64)
    # What lies beyond the last end belongs to the last step that may happen, not to a forbidden one.
    last = probabilities.shape[1] - 1 - np.argmax(probabilities[:, ::-1] > 0, axis=1)
    for row, end in enumerate(last):
        ends[row, end:] = np.uint64(2**53)
    probabilities.setflags(write=False)
    ends.setflags(write=False)
    return Distribution(probabilities, ends)


def spread(steps: NDArray[np.int64], variance: float) -> Floats:
    """The distribution of most entropy on these steps with mean 0 and that variance, or the nearest attainable.

    ``steps``: ascending, some below 0 and some above. It has the form exp(a + b·step + c·step²); b and c are found by
    Newton's method on the convex dual. Raises ``ValueError`` where mean 0 is out of reach.
    """
    below, above = steps[steps < 0], steps[steps > 0]
    if not len(below) or not len(above):
        raise ValueError("mean 0 needs steps on both sides")
    nearest, farthest = (below[-1], above[0]), (below[0], above[-1])
    least = 0 if 0 in steps else -nearest[0] * nearest[1]
    if variance <= least:
        return _two_points(steps, *nearest)
    if variance >= -farthest[0] * farthest[1]:
        return _two_points(steps, *farthest)
    return _most_entropy(steps.astype(np.float64), variance)


def _two_points(steps: NDArray[np.int64], low: int, high: int) -> Floats:
    """All on two steps, with mean 0."""
    found = np.zeros(len(steps))
    found[steps == low] = high / (high - low)
    found[steps == high] = -low / (high - low)
    return found


def _most_entropy(steps: Floats, variance: float) -> Floats:
    features = np.stack([steps, steps**2 - variance])  # both are to have mean 0
    weights = np.zeros(2)
    found = _weighted(weights, features)
    while np.abs(gradient := features @ found).max() > PRECISION:
        hessian = (features * found) @ features.T - np.outer(gradient, gradient)
        change = np.linalg.solve(hessian, gradient)
        # Far from the solution a whole step overshoots: halve it until the dual goes down.
        while _dual(weights - change, features) > _dual(weights, features) + ROUNDING:
            change /= 2
        weights -= change
        found = _weighted(weights, features)
    return found


def _weighted(weights: Floats, features: Floats) -> Floats:
    exponents = weights @ features
    found: Floats = np.exp(exponents - exponents.max())
    found /= found.sum()
    return found


def _dual(weights: Floats, features: Floats) -> float:
    exponents = weights @ features
    return float(np.log(np.exp(exponents - exponents.max()).sum()) + exponents.max())


def draws(secret: bytes, keys: Keys, values: Counts, purpose: str) -> NDArray[np.uint64]:
    """For each cell two numbers below 2^53 that only ``secret`` can tell; shape (…, 2).

    They depend on the people (``keys``), the figure and the purpose alone, not on where the cell stands.
    """
    return keyed(secret, purpose, keys, values.astype(np.uint64)) >> np.uint64(11)


def steps_of(values: Counts, draw: NDArray[np.uint64], noise: Noise = AGREED) -> Counts:
    """The noise of counts, by one draw for each."""
    table = distribution(noise)
    rows = np.minimum(values, len(table.cumulative) - 1)
    found: Counts = (draw[..., None] >= table.cumulative[rows]).sum(axis=-1) - noise.bound
    return found


def perturb(values: Counts, keys: Keys, secret: bytes, noise: Noise = AGREED) -> Counts:
    """Counts as they are shown. Any shape; ``keys``: the sum of record keys behind each count."""
    return values + steps_of(values, draws(secret, keys, values, "count")[..., 0], noise)


def perturb_sums(values: Counts, keys: Keys, units: Counts, secret: bytes, noise: Noise = AGREED) -> Counts:
    """Sums as they are shown, none below 0. ``units``: the most that one contributor gives, in round numbers.

    A count is a sum of ones, and a sum is treated alike: its noise is that of a large count times the unit. A second
    draw moves it by up to half a unit, for otherwise the sum would be known but for multiples of the unit.
    """
    draw = draws(secret, keys, values, "sum")
    large = np.full(values.shape, noise.bound + noise.hidden_below, np.int64)
    steps = steps_of(large, draw[..., 0], noise).astype(np.float64)
    moved = (steps + draw[..., 1].astype(np.float64) / 2.0**53 - 0.5) * units
    return np.maximum(values + np.rint(moved).astype(np.int64), 0)


def sum_bounds(units: Counts, noise: Noise = AGREED) -> Counts:
    """How far a shown sum can be from the exact one."""
    return ((2 * noise.bound + 1) * units + 1) // 2


def round_units(largest: Counts) -> Counts:
    """The next of 1, 2, 5, 10, 20, 50… that is not smaller: it says of the largest contribution its size alone."""
    ladder = np.array([step * 10**power for power in range(15) for step in (1, 2, 5)], np.int64)
    return ladder[np.minimum(np.searchsorted(ladder, largest), len(ladder) - 1)]
