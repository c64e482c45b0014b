from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.node.statistics import sealing
from coupole.node.statistics.facts import fact_maker
from coupole.standard import rates
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


def state(
    documents: list[dict[str, Any]], asked: Tabulation, slot: str, withheld: Sequence[str] = ()
) -> tuple[Shape, sealing.State]:
    numbers, make, form = Numbers(), fact_maker(CORE), shape(asked)
    packed = [(one.id, make(one, numbers).body) for one in dossiers_of(documents)]
    period = sealing.counted(asked, parse_slot(slot, asked["grain"]))
    return form, sealing.state(form, CORE, period, [one for one in packed if one[1]], numbers.known, SECRET, withheld)


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


@settings(max_examples=60)
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


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_margins_are_the_sums_of_their_cells_and_tables_agree(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - histories, not secrets
    form, found = state(history(chance), tabulation(*anything(chance)), "2025-06")
    rows = np.zeros(form.zero.count, np.int64)
    np.add.at(rows, form.zero.row, form.zero.sign * found.counts[form.zero.cell])
    assert not rows.any()


@settings(max_examples=20)
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


MEMBERS = {"part": "members", "kind": "members", "by": ["rate"], "levels": [[*rates.LEVELS]]}
RATES = [one.id for one in CORE.indicators if one.parts == ("num", "den")]


def by_rates(*names: str) -> Tabulation:
    return tabulation(*({"indicator": name, **MEMBERS} for name in names), table("F02", kind="flow"))


def levels_of(documents: list[dict[str, Any]], slot: str, *names: str) -> list[str]:
    """The level in which a workshop stands by each of these rates."""
    form, found = state(documents, by_rates(*names), slot)
    counts = [found.counts[one.first : one.first + one.size].tolist() for one in form.tables[1:-1]]
    assert all(sorted(one) == [0] * len(rates.BANDS) + [1, 1] and one[-1] == 1 for one in counts)
    return [rates.LEVELS[one.index(1)] for one in counts]


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(["2024-06", "2025-02", "2025-06", "2024-06/opening", "2025-03/opening"]))
def test_a_workshop_stands_where_a_plain_count_of_twelve_months_puts_it(seed: int, slot: str) -> None:
    documents = history(Random(seed))  # noqa: S311 - histories, not secrets
    until = parse_slot(slot, "month").until
    after = until + timedelta(days=1)
    first = after.replace(year=after.year - 1)
    everything = sealed_naive.added(documents, first.isoformat(), until.isoformat())
    with pytest.MonkeyPatch.context() as few:
        few.setattr(rates, "LEAST", 1)
        found = levels_of(documents, slot, *RATES)
    for name, level in zip(RATES, found, strict=True):
        num, den = (
            sum(value for indicator, part, value, _dossier, _codes in everything if (indicator, part) == (name, asked))
            for asked in ("num", "den")
        )
        if level == "none":
            assert den == 0
        else:
            low, high = rates.limits(level)
            assert low * den <= min(100 * num, 99.9 * den) < high * den


def started(people: int) -> list[dict[str, Any]]:
    """A workshop in which so many people start on one day."""
    opened = (file("2024-06-01", number=number, started="2024-06-10") for number in range(1, people + 1))
    return [document for one in opened for document in one]


def test_a_rate_is_told_of_ten_people_or_more_and_of_the_last_twelve_months() -> None:
    assert levels_of(started(9), "2024-06", "Q10") == ["none"]
    ten = started(10)
    assert levels_of(ten, "2024-06", "Q10") != ["none"]
    assert levels_of(ten, "2025-05", "Q10") != ["none"]
    assert levels_of(ten, "2025-06", "Q10") == ["none"]
    assert levels_of(ten, "2024-06/opening", "Q10") == ["none"]


def test_who_withholds_an_indicator_is_in_no_band_of_it_and_counted_all_the_same() -> None:
    ten, asked = started(10), by_rates("Q10")
    form, told = state(ten, asked, "2024-06")
    _form, kept = state(ten, asked, "2024-06", withheld=["Q10"])
    table_of = slice(form.tables[1].first, form.tables[1].first + form.tables[1].size)
    assert told.counts[table_of].tolist() != kept.counts[table_of].tolist() == [1, *[0] * 10, 1]
    assert not sealing.withheld_cells(form, ["Q10"]).any()
    assert sealing.member_cells(form).tolist() == [table_of.start <= cell < table_of.stop for cell in range(form.cells)]


def test_whoever_sees_where_noise_is_drawn_anew_is_not_told_from_which_band_to_which() -> None:
    """Another band is another number in every cell of the table; the same band, whatever moved in it, is the same."""
    asked, form = by_rates("Q10"), shape(by_rates("Q10"))
    keys = {}
    for level in rates.LEVELS:
        counts, numbers = np.zeros(form.cells, np.int64), np.zeros(form.cells, np.uint8)
        sealing._be_counted(sealing.State(counts, numbers), form.tables[1], level, SECRET)
        keys[level] = numbers[form.tables[1].first : form.tables[1].first + form.tables[1].size]
    assert len({int(one[-1]) for one in keys.values()}) == 1
    for level, one in keys.items():
        same = [int((one[:-1] == other[:-1]).sum()) for name, other in keys.items() if name != level]
        assert all(one[:-1])
        assert max(same) <= 2, "by chance one in 255"
    found = [state(started(people), asked, "2024-06")[1].keys for people in (9, 10, 20)]
    assert len({tuple(one[form.tables[1].first :][: form.tables[1].size].tolist()) for one in found}) == 2


def test_members_are_counted_by_rates_alone() -> None:
    with pytest.raises(sealing.TabulationUnfit) as refused:
        sealing.check(tabulation({"indicator": "S01", **MEMBERS}), CORE)
    assert [(one.code, one.pointer) for one in refused.value.findings] == [("sealed_kind_wrong", "/tables/1/kind")]
    sealing.check(by_rates(*RATES), CORE)
