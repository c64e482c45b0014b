"""Everything counted twice: by the product and by plain loops that share nothing with it."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupole.standard.calendar import parse_period
from tests.node.statistics import naive
from tests.node.statistics.counted import cells, counted, expected
from tests.node.statistics.histories import PERIODS, history


def differences(documents, name):
    """Figures that the two do not agree about."""
    period = parse_period(name)
    ours = cells(counted(documents, name).tables)
    theirs = expected(naive.figures(documents, period.first.isoformat(), period.last.isoformat()))
    return {
        figure: (ours.get(figure), theirs.get(figure))
        for figure in ours.keys() | theirs.keys()
        if ours.get(figure) != theirs.get(figure)
    }


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**64 - 1), st.sampled_from(PERIODS))
def test_two_thousand_random_histories_give_the_same_figures_both_ways(seed, period):
    documents = history(Random(seed))  # noqa: S311 - histories, not secrets

    assert differences(documents, period) == {}
