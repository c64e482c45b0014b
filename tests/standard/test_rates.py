"""Bands of a rate: every member is in exactly one, and in none while one person would move it by a whole band."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.standard import rates
from coupole.standard.rates import BANDS, LEVELS, NONE, level, limits
from coupole.standard.words import rate_word


@pytest.mark.parametrize(
    ("num", "den", "found"),
    [
        (0, 0, NONE),
        (9, 9, NONE),
        (0, 10, "0_10"),
        (1, 10, "10_20"),
        (29, 100, "20_30"),
        (30, 100, "30_40"),
        (99, 100, "90_100"),
        (10, 10, "90_100"),
        (15, 10, "90_100"),
    ],
)
def test_a_rate_lies_in_the_band_that_begins_with_it_or_below(num: int, den: int, found: str) -> None:
    assert level(num, den) == found


@given(st.integers(0, 10_000), st.integers(rates.LEAST, 10_000))
def test_the_band_holds_the_rate(num: int, den: int) -> None:
    low, high = limits(level(num, den))
    share = min(100 * num / den, 100)
    assert low <= share < high or (share == high == 100)


def test_bands_follow_each_other_and_together_are_all_there_is() -> None:
    assert [limits(band)[0] for band in BANDS[1:]] == [limits(band)[1] for band in BANDS[:-1]]
    assert limits("|".join(BANDS)) == (0, 100)
    assert (NONE, *BANDS) == LEVELS


def test_levels_have_words() -> None:
    assert rate_word("30_40", "en") == "30–40%"
    assert rate_word("0_10|10_20", "fr") == "0–20\u202f%"
    assert [rate_word(NONE, language) for language in ("en", "nl")] == ["in no band", "in geen klasse"]
