"""Two months, one person between them: whoever holds both months is not told what one person changed.

The records of a workshop are counted by the node's own code, before and after somebody came, was erased or was
corrected, in any month of a year. What did not change shows no change at all; what did carries noise drawn anew, of
which 0, 1, 2, 3 or 4 people more or less may each be the reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.disclosure import cellkey, protection
from coupole.disclosure.telescoping import BOUND, change, noise
from coupole.node.statistics.counting import Counted, tables
from coupole.node.statistics.facts import fact_maker
from coupole.standard.calendar import parse_period
from coupole.standard.codes import code_list
from tests.node.statistics.counted import CORE, Numbers, dossiers_of
from tests.node.statistics.short import file
from tests.node.statistics.test_sealing import state, table, tabulation

PEOPLE = 40
MONTHS = [
    f"{year}-{month:02}" for year, month in [*((2024, m) for m in range(6, 13)), *((2025, m) for m in range(1, 6))]
]
CASES = ("added", "erased", "corrected")
SEX, AGE = [*code_list("sex").ids], [*code_list("age_band").ids]
ASKED = tabulation(
    table("S01", sex=SEX, age_band=AGE),
    table("S01", pathway=["transition", "other"], sex=SEX),
    table("F02", kind="flow", sex=SEX),
)
SECRETS = [bytes([number]) * 32 for number in range(60)]
FEW = range(-4, 5)


def workshop(month: str, somebody: str | None) -> list[dict[str, Any]]:
    """Forty people, and somebody who came in that month; ``somebody``: as which sex they are written, if they are."""
    found: list[dict[str, Any]] = []
    for number in range(1, PEOPLE + 1):
        found += file(f"2023-{number % 12 + 1:02}-10", number=number, person={"sex": "FM"[number % 2]})
    if somebody:
        found += file(f"{month}-03", number=99, person={"sex": somebody})
    return list({one["id"]: one for one in found}.values())


def apart(case: str, month: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The records of two months, but for one person the same."""
    sexes = {"added": (None, "F"), "erased": ("F", None), "corrected": ("M", "F")}[case]
    before, after = (workshop(month, somebody) for somebody in sexes)
    return before, after


anytime = given(st.sampled_from(MONTHS), st.sampled_from(CASES))


@settings(max_examples=20)
@anytime
def test_sums_of_two_months_do_not_tell_what_one_person_changed(month: str, case: str) -> None:
    before, after = apart(case, month)
    form, first = state(before, ASKED, month)
    _form, second = state(after, ASKED, month)
    true = second.counts - first.counts
    moved = (second.keys != first.keys)[form.same]
    assert set(true.tolist()) == ({-1, 0, 1} if case == "corrected" else {0, 1 if case == "added" else -1})
    assert moved[true != 0].all(), "whatever a person changes is drawn anew"
    steps = np.stack(
        [change(one, "all", "all", form.same, first.keys[form.same], second.keys[form.same]) for one in SECRETS]
    )
    assert (steps[:, ~moved] == 0).all(), "what nobody changed shows no change"
    seen = (true + steps)[:, true != 0]
    assert (seen == true[true != 0]).mean() < 0.35
    assert mean_belief(seen, np.broadcast_to(true[true != 0], seen.shape), difference()) < 0.3


@settings(max_examples=5)
@anytime
def test_member_tables_of_two_months_do_not_tell_it_either(month: str, case: str) -> None:
    hits = unmoved = 0
    differences: list[int] = []
    for secret in SECRETS[:12]:
        first, second = (released(one, month, secret) for one in apart(case, month))
        people = first[0].kinds.about_people & ~first[0].kinds.is_sum
        true = second[0].values - first[0].values
        same = people & (true == 0) & (first[0].keys == second[0].keys)
        unmoved += int((first[1][same] != second[1][same]).sum())
        touched = people & (true != 0) & (first[0].values > 4) & (second[0].values > 4)
        found = (second[1] - first[1])[touched]
        differences += found.tolist()
        hits += int((found == true[touched]).sum())
    assert unmoved == 0
    assert len(differences) >= 12
    assert hits / len(differences) < 0.4


def released(documents: list[dict[str, Any]], month: str, secret: bytes) -> tuple[Any, np.ndarray]:
    """The cells of a month, and what the workshop shows of each."""
    numbers, make = Numbers(), fact_maker(CORE)
    packed = [(one.id, make(one, numbers).body) for one in dossiers_of(documents)]
    counted: Counted = tables(CORE, parse_period(month), [one for one in packed if one[1]], numbers.known, secret)
    shown = protection.protect(counted.cells, counted.headcount, secret)
    assert shown is not None
    return counted.cells, shown.values


def difference() -> np.ndarray:
    """How likely each difference of two draws is, from -2 to 2 bounds."""
    one = cellkey.distribution(cellkey.Noise(2, BOUND, 3)).probabilities[-1]
    return np.convolve(one, one[::-1])


def mean_belief(seen: np.ndarray, true: np.ndarray, likely: np.ndarray) -> float:
    """How much whoever thinks up to 4 people more or less alike believes in what is so."""
    middle = len(likely) // 2

    def chance(steps: np.ndarray) -> np.ndarray:
        inside = np.abs(steps) <= middle
        return np.where(inside, likely[np.clip(steps + middle, 0, len(likely) - 1)], 0)

    whole = sum((chance(seen - many) for many in FEW), np.zeros(seen.shape))
    return float((chance(seen - true) / whole).mean())


@pytest.mark.parametrize("case", CASES)
def test_without_noise_two_months_tell_everything(case: str) -> None:
    """What the tests above would find: where nothing is drawn anew, the difference is the person."""
    before, after = apart(case, MONTHS[0])
    _form, first = state(before, ASKED, MONTHS[0])
    form, second = state(after, ASKED, MONTHS[0])
    true = second.counts - first.counts
    still = noise(SECRETS[0], "all", "all", form.same, first.keys)
    seen = (second.counts + still) - (first.counts + still)
    assert (seen == true).all()
    assert np.abs(true).sum() > 0
