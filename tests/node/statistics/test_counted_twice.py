"""Everything counted twice: by the product and by plain loops that share nothing with it."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupole.standard.calendar import parse_period
from tests.node.statistics import naive
from tests.node.statistics.counted import CORE, cells, counted, expected
from tests.node.statistics.histories import PERIODS, history

HISTORIES = settings(max_examples=2000, suppress_health_check=list(HealthCheck))
"""Two thousand: some forty seconds."""


def both(seed, name):
    """The figures of a random history, ours and theirs."""
    documents, period = history(Random(seed)), parse_period(name)  # noqa: S311 - histories, not secrets
    first, last = period.first.isoformat(), period.last.isoformat()
    ours = counted(documents, name)
    theirs = expected(naive.figures(documents, first, last))
    return (cells(ours), ours.headcount), (theirs, naive.headcount(documents, first, last))


@HISTORIES
@given(st.integers(0, 2**64 - 1), st.sampled_from(PERIODS))
def test_random_histories_give_the_same_figures_both_ways(seed, period):
    (ours, people), (theirs, as_many) = both(seed, period)
    different = {
        figure: (ours.get(figure), theirs.get(figure))
        for figure in ours.keys() | theirs.keys()
        if ours.get(figure) != theirs.get(figure)
    }

    assert different == {}
    assert people == as_many


def year(seed):
    return counted(history(Random(seed)), ("2024", "2025")[seed % 2])  # noqa: S311


def test_random_histories_reach_every_indicator():
    reached = {figure[0] for seed in range(600) for figure in cells(year(seed))}

    assert reached == {indicator.id for indicator in CORE.indicators}
