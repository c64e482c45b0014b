"""Tables for tests: the counts of single levels, and every sum over them."""

from __future__ import annotations

import numpy as np

from coupole.disclosure.tables import Counts


def with_margins(inner: Counts) -> Counts:
    """Counts of single levels, and along each axis their sum behind them."""
    for axis in range(inner.ndim):
        inner = np.concatenate([inner, inner.sum(axis=axis, keepdims=True)], axis=axis)
    return inner
