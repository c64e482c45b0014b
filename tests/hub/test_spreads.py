"""How members differ, as it is published: no band of one or two, no sums that no members could have given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.disclosure import audit
from coupole.disclosure.linked import FREE
from coupole.disclosure.spreads import TOGETHER
from coupole.disclosure.telescoping import BOUND, VARIANCE
from coupole.hub.publication.sealed import FineTable
from coupole.hub.publication.spreads import as_linked, as_text, spread
from coupole.hub.publication.views import view
from coupole.hub.store import Store, open_store
from coupole.standard import rates
from coupole.wire.tabulations import Placed
from tests.sealed_hub import BY_RATE, CATALOGUE, FINE, MEMBERS, PEOPLE, counted, opened, publish


def table(values: list[int], total: int) -> FineTable:
    placed = Placed({"indicator": "O01"}, 0, (len(rates.LEVELS) + 1,))  # type: ignore[typeddict-item]
    return FineTable(placed, "day", np.array([*values, total], np.int64), VARIANCE, BOUND)


NOISE = st.integers(-BOUND, BOUND)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), NOISE), min_size=11, max_size=11))
def test_whatever_members_and_noise_no_small_band_is_shown_and_each_bound_holds(cells: list[tuple[int, int]]) -> None:
    exact = [members for members, _noise in cells]
    found = spread(table([sum(cell) for cell in cells], 0), sum(exact))
    assert found is not None, "what members gave is always possible"
    shown = as_text(found)
    bands = shown["values"][1:-1]
    assert len(bands) == 1 or min(bands) >= TOGETHER
    assert "|".join(shown["levels"][0]).split("|") == [*rates.LEVELS]
    assert shown["values"][-1] == sum(exact)
    assert (shown["values"][0] >= TOGETHER) != (0 in shown["hidden"])
    truth = dict(zip(rates.LEVELS, exact, strict=True))
    known = as_linked(found, 1)
    for level, value, low, high in zip(shown["levels"][0], shown["values"], known.low, known.high, strict=False):
        people = sum(truth[one] for one in level.split("|"))
        assert low <= people <= high
        assert level == rates.NONE or abs(value - people) <= shown["bound"]
    assert set(shown["quartiles"]) <= set(shown["levels"][0][1:])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 12), NOISE), min_size=11, max_size=11))
def test_no_reader_can_tell_that_one_to_four_members_are_in_a_band(cells: list[tuple[int, int]]) -> None:
    members = sum(members for members, _noise in cells)
    found = spread(table([sum(cell) for cell in cells], 0), members)
    assert found is not None
    findings = audit.audit([as_linked(found, 1)])
    assert members < audit.K or not findings


@pytest.mark.parametrize(
    ("values", "members"),
    [
        ([-BOUND - 1, *[4] * 10], 30),
        ([0] * 10 + [31 + BOUND], 30),
        ([4] * 11, 11 * (4 + BOUND) + 1),
        ([7 + BOUND] * 11, 70),
    ],
    ids=["less than nobody", "more than all", "fewer than all", "more than all together"],
)
def test_sums_that_no_members_could_have_given_are_not_published(values: list[int], members: int) -> None:
    assert spread(table(values, 0), members) is None


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'hub.sqlite'}")


def published(store: Store, members: int, values: list[int]) -> Any:
    name = counted(store, *FINE, BY_RATE, values=PEOPLE | {MEMBERS: values})
    opened(store, name, members)
    opened(store, name, 40, "2026-03/opening", 2)
    return publish(store)


def test_a_slot_says_how_members_differ_beside_its_tables(store: Store) -> None:
    document = published(store, 31, [8, 1, 0, 2, 5, 6, 0, 4, 1, 3, 1])
    (found,) = document["spreads"]
    assert MEMBERS not in [one["id"] for one in document["tables"]]
    assert found["levels"] == [["none", "0_10|10_20|20_30", "30_40", "40_50", "50_60|60_70", "70_80|80_90|90_100"]]
    assert (found["values"], found["hidden"]) == ([8, 3, 5, 6, 4, 5, 31], [])
    assert found["quartiles"] == ["30_40", "40_50", "50_60|60_70"]
    assert (found["months"], found["variance"], found["bound"]) == (12, 3 * VARIANCE, 3 * BOUND)


def test_how_many_are_in_no_band_is_left_out_when_they_are_few(store: Store) -> None:
    (found,) = published(store, 26, [2, *[0] * 9, 24])["spreads"]
    assert (found["values"][0], found["hidden"], found["levels"][0][0]) == (0, [0], "none")


def test_of_fewer_members_than_a_total_is_made_of_nothing_is_said(store: Store) -> None:
    assert published(store, 4, [0, 4, *[0] * 9])["spreads"] == []


@pytest.mark.parametrize("party", ["public", "hub"])
def test_whoever_attacks_what_a_party_holds_is_given_the_bands_with_their_noise(store: Store, party: str) -> None:
    published(store, 30, [2, 4, *[0] * 8, 24])
    with store.reading() as session:
        held = view(session, CATALOGUE, party)
    (table,) = [one.table for one in held.held if one.table["population"] == "O01.members"]
    cells = {levels[0]: value for levels, value in table["cells"]}
    assert set(held.document["levels"]["rate"]) >= {*rates.LEVELS}, "what is put together is made of these"
    if party == "public":
        bands = "|".join(rates.BANDS[:9])
        assert (list(cells), table["hidden_range"]) == (["none", bands, "90_100", "*"], [0, FREE])
        assert (cells["none"], cells["90_100"], cells["*"]) == (None, 24, 30)
    else:
        assert list(cells.values()) == [2, 4, *[0] * 8, 24, 30]
        assert table["noise"]["max"] == BOUND
