from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.node.statistics import sealing
from coupole.node.statistics.facts import fact_maker
from coupole.wire.keys import KeyRing
from coupole.wire.slots import parse_slot
from coupole.wire.tabulations import Shape, Tabulation, read_tabulation, shape, write_tabulation
from tests import factories
from tests.node.statistics import sealed_naive
from tests.node.statistics.counted import CORE, Numbers, dossiers_of
from tests.node.statistics.histories import history
from tests.node.statistics.short import file

SECRET = b"p" * 32
OPERATIONS = ["OP-1", "OP-2"]
HEADCOUNT = {
    "id": "headcount",
    "indicator": "S01",
    "part": "count",
    "kind": "stock",
    "by": [],
    "levels": [],
    "noise": "cell_key",
}
KEYS = [KeyRing.create({"sign": "ed25519"}).active("sign").public() for _ in range(2)]


def tabulation(*tables: dict[str, Any], **fields: Any) -> Tabulation:
    numbered = [{"id": f"t{number}", "noise": "cell_key", **table} for number, table in enumerate(tables)]
    document = {
        "type": "tabulation",
        "form": 1,
        "federation": "F",
        "hub": {"name": "Hub", "key": KEYS[0]},
        "trustees": [{"name": "Trustee", "key": KEYS[1]}],
        "population": "trainees",
        "catalogue": "core",
        "version": "1.0.0",
        "epoch": 1,
        "grain": "month",
        "first_slot": "2024-06",
        "m": 5,
        "groups": ["all"],
        "tables": [HEADCOUNT, *numbered],
    }
    return read_tabulation(write_tabulation({**document, **fields}))  # type: ignore[typeddict-item]


def table(indicator: str, part: str = "count", kind: str = "stock", **by: list[str]) -> dict[str, Any]:
    return {"indicator": indicator, "part": part, "kind": kind, "by": list(by), "levels": list(by.values())}


def state(documents: list[dict[str, Any]], asked: Tabulation, slot: str) -> tuple[Shape, sealing.State]:
    numbers, make, form = Numbers(), fact_maker(CORE), shape(asked)
    packed = [(one.id, make(one, numbers).body) for one in dossiers_of(documents)]
    period = sealing.counted(asked, parse_slot(slot, asked["grain"]))
    return form, sealing.state(form, CORE, period, [one for one in packed if one[1]], numbers.known, SECRET)


def figures(documents: list[dict[str, Any]], asked: Tabulation, slot: str = "2024-06") -> list[list[int]]:
    """The counts of each table after the headcount."""
    form, found = state(documents, asked, slot)
    return [found.counts[one.first : one.first + one.size].tolist() for one in form.tables[1:]]


def anything(chance: Random) -> list[dict[str, Any]]:
    """Some tables of the catalogue by up to three dimensions, each with some of its codes."""
    found = []
    for indicator, part, kind, dimensions in chance.sample(sealed_naive.countable(CORE), 12):
        by = chance.sample(dimensions, chance.randint(0, min(3, len(dimensions))))
        codes = {one.name: one.codes or OPERATIONS for one in CORE.indicator(indicator).dimensions}
        # A list may have a code called other; here, as in the document, that is the last level.
        levels = [[*(set(chance.sample(codes[name], min(4, len(codes[name])))) - {"other"}), "other"] for name in by]
        found.append(table(indicator, part, kind, **dict(zip(by, levels, strict=True))))
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32), st.sampled_from(["2024-06", "2024-09", "2024-12", "2025-02", "2025-06", "2024-06/opening"])
)
def test_every_cell_and_key_sum_is_what_a_plain_count_gives(seed: int, slot: str) -> None:
    chance = Random(seed)  # noqa: S311 - histories, not secrets
    documents, asked = history(chance), tabulation(*anything(chance))
    form, found = state(documents, asked, slot)
    until = parse_slot(slot, "month").until.isoformat()
    expected = sealed_naive.state(form, documents, "2024-06-01", until, SECRET)
    assert found.counts.tolist() == expected.counts.tolist()
    assert found.keys.tolist() == expected.keys.tolist()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_margins_are_the_sums_of_their_cells_and_tables_agree(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - histories, not secrets
    form, found = state(history(chance), tabulation(*anything(chance)), "2025-06")
    rows = np.zeros(form.zero.count, np.int64)
    np.add.at(rows, form.zero.row, form.zero.sign * found.counts[form.zero.cell])
    assert not rows.any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_a_cell_in_which_nobody_is_has_no_key_and_one_with_somebody_is_told_by_nobody(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - histories, not secrets
    _form, found = state(history(chance), tabulation(*anything(chance)), "2025-06")
    assert not found.keys[found.counts == 0].any()


def test_a_stock_counts_whoever_is_there_on_the_last_day() -> None:
    asked = tabulation(table("S01", sex=["F", "other"]))
    assert figures(file("2024-06-30"), asked) == [[0, 1, 1]]
    assert figures(file("2024-07-01"), asked) == [[0, 0, 0]]
    assert figures(file("2024-01-10", closed="2024-06-30"), asked) == [[0, 0, 0]]


def test_a_flow_counts_from_the_first_slot_of_the_epoch_to_the_last_day() -> None:
    asked = tabulation(table("F02", kind="flow"))
    assert figures(file("2024-06-01"), asked, "2024-09") == [[1]]
    assert figures(file("2024-05-31"), asked, "2024-09") == [[0]]
    assert figures(file("2024-09-30"), asked, "2024-09") == [[1]]
    assert figures(file("2024-10-01"), asked, "2024-09") == [[0]]


def test_an_opening_is_the_balance_with_which_its_month_begins() -> None:
    asked = tabulation(table("S01"), table("F02", kind="flow"))
    assert figures(file("2024-05-31"), asked, "2024-06/opening") == [[1], [0]]
    assert figures(file("2024-06-01"), asked, "2024-06/opening") == [[0], [0]]
    assert figures(file("2024-06-01"), asked, "2024-07/opening") == [[1], [1]]


def test_what_is_not_listed_is_other_and_what_is_not_known_is_a_code_like_any() -> None:
    someone = file("2024-06-10", person={"sex": "U"})
    assert figures(someone, tabulation(table("S01", sex=["U", "other"]))) == [[1, 0, 1]]
    assert figures(someone, tabulation(table("S01", sex=["F", "other"]))) == [[0, 1, 1]]
    assert figures(someone, tabulation(table("S01", sex=["F", "M", "X", "U"]))) == [[0, 0, 0, 1, 1]]


def test_somebody_counted_twice_in_a_cell_has_another_number_there_than_somebody_counted_once() -> None:
    asked = tabulation(table("F07", "n", "flow"))
    attended = [
        factories.action(number, accompaniment=factories.id_of("accompaniment"), to="2024-06-10") for number in (1, 2)
    ]
    once, twice = (state(file("2024-06-01", *attended[:times]), asked, "2024-06")[1] for times in (1, 2))
    assert (once.counts[1], twice.counts[1]) == (1, 2)
    assert once.keys[1] not in (0, twice.keys[1])
    assert int(twice.keys[1]) != 2 * int(once.keys[1]) % 256


@pytest.mark.parametrize(
    ("asked", "code", "at"),
    [
        (table("X99"), "sealed_indicator_unknown", "indicator"),
        (table("S01", part="num"), "sealed_part_unknown", "part"),
        (table("S01", kind="flow"), "sealed_kind_wrong", "kind"),
        (table("F02", kind="stock"), "sealed_kind_wrong", "kind"),
        (table("S01", contract=["other"]), "sealed_dimension_unknown", "by/0"),
        (table("S01", programme=["esf", "other"]), "sealed_dimension_unfit", "by/0"),
        (table("M01", "n", "flow", currency=["EUR", "other"]), "sealed_dimension_unfit", "by/0"),
        (table("S01", sex=["F", "nobody", "other"]), "sealed_levels_wrong", "levels/0"),
        (table("S01", sex=["F", "M"]), "sealed_levels_wrong", "levels/0"),
        (table("EECO01", kind="flow", operation=["OP-1"]), "sealed_levels_wrong", "levels/0"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_its_place(asked: dict[str, Any], code: str, at: str) -> None:
    with pytest.raises(sealing.TabulationUnfit) as refused:
        sealing.check(tabulation(asked), CORE)
    assert [(one.code, one.pointer) for one in refused.value.findings] == [(code, f"/tables/1/{at}")]


def test_a_tabulation_of_another_catalogue_is_refused() -> None:
    with pytest.raises(sealing.TabulationUnfit) as refused:
        sealing.check(tabulation(version="2.0.0"), CORE)
    assert [(one.code, one.pointer) for one in refused.value.findings] == [("catalogue_unknown", "/version")]


def test_what_can_be_counted_is_not_refused() -> None:
    everything = Random(1)  # noqa: S311 - histories, not secrets
    for _ in range(20):
        sealing.check(tabulation(*anything(everything)), CORE)
