"""Whoever holds a tabulation knows what each number of a report means, and what must be 0 in every honest one."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coupole.standard.validation import DocumentInvalid
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown, sign
from coupole.wire.keys import KeySetInvalid
from coupole.wire.tabulations import (
    ALL,
    KIND,
    MAX_CELLS,
    Placed,
    Shape,
    TabulationInvalid,
    cells,
    check_proposed,
    check_tabulation,
    read_tabulation,
    shape,
    tabulation_id,
    write_tabulation,
)
from tests.wire.federation import (
    HUB,
    LEVELS,
    NORTH,
    PLAN,
    RAW,
    SECOND,
    SHAPE,
    TABLES,
    TRUSTEE,
    counted,
    key_set,
    members,
    people,
    table,
    tabulation,
)

PINNED = key_set(HUB, TRUSTEE)
TWO = [{"name": "Université", "key": TRUSTEE.public()}, {"name": "Universiteit", "key": SECOND.public()}]


def altered(path: str, value: Any) -> Any:
    """The tabulation with something else in one place."""
    document: Any = copy.deepcopy(PLAN)
    *way, last = (int(name) if name.isdecimal() else name for name in path.split("/"))
    place = document
    for name in way:
        place = place[name]
    place[last] = value
    return document


def test_a_tabulation_is_read_as_it_was_written_and_named_by_its_bytes():
    assert read_tabulation(RAW) == PLAN
    assert tabulation_id(RAW) != tabulation_id(write_tabulation(tabulation(epoch=2)))
    assert len(tabulation_id(RAW)) == 64


def test_a_tabulation_written_in_another_way_is_refused():
    with pytest.raises(DocumentNotCanonical):
        read_tabulation(RAW.replace(b'"m":5', b'"m": 5'))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("m", 4),
        ("epoch", 0),
        ("trustees", []),
        ("trustees", [*TWO, TWO[0]]),
        ("groups", []),
        ("groups", ["all", "all"]),
        ("grain", "year"),
        ("first_slot", "2026"),
        ("first_slot", "2026-10/opening"),
        ("unknown", 1),
        ("hub/key/d", "A" * 43),
        ("tables/0/kind", "sum"),
        ("tables/0/noise", "little"),
        ("tables/1/by", ["sex", "sex"]),
        ("tables/1/levels/0", ["F", "F"]),
        ("tables/1/levels/0", [ALL]),
        ("tables/1/levels/0", []),
        ("tables/2/by", ["sex", "target", "age", "phase"]),
    ],
)
def test_what_the_form_does_not_allow_is_refused(path, value):
    with pytest.raises(DocumentInvalid):
        write_tabulation(altered(path, value))


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("first_slot", "2026-Q4", "/first_slot"),
        ("grain", "quarter", "/first_slot"),
        ("trustees/0/key", HUB.public(), "/trustees"),
        ("trustees", [TWO[0], TWO[0]], "/trustees"),
        ("tables/1/id", "headcount", "/tables"),
        ("tables/0/id", "people", "/tables"),
        ("tables/0/kind", "flow", "/tables"),
        ("tables/0/noise", "none", "/tables"),
        ("tables/0", table("headcount", "sex"), "/tables"),
        ("tables/1/levels", [LEVELS["sex"]], "/tables/1/levels"),
        ("tables/1/part", "sumsq", "/tables/1/part"),
        ("tables/1/part", "sum", "/tables/1/part"),
        ("tables/1/noise", "none", "/tables/1/noise"),
        ("tables/3/levels", [[str(number) for number in range(2000)]] * 3, "/tables/3/levels"),
        ("tables/2/levels", [[str(number) for number in range(40)]] * 3, "/tables"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_place(path, value, pointer):
    with pytest.raises(TabulationInvalid) as refused:
        write_tabulation(altered(path, value))

    assert pointer in [finding.pointer for finding in refused.value.findings]
    assert {finding.code for finding in refused.value.findings} == {"tabulation_inconsistent"}


@pytest.mark.parametrize(
    "changes",
    [
        {"noise": "none"},
        {"kind": "stock"},
        {"part": "count"},
        {"by": ["age"]},
        {"levels": [["none", "0_50", "50_100"]]},
        {"by": [], "levels": []},
    ],
)
def test_members_are_counted_in_the_bands_of_a_rate_and_never_without_noise(changes):
    assert read_tabulation(write_tabulation(tabulation(tables=[TABLES[0], members("O01")])))
    with pytest.raises(TabulationInvalid):
        write_tabulation(tabulation(tables=[TABLES[0], members("O01", **changes)]))


def test_all_tables_of_members_count_the_same_members_and_owe_each_other_nothing_else():
    form = shape(tabulation(tables=[TABLES[0], members("O01"), members("O02")]))
    first, second = form.tables[1:]
    assert form.members == first.first + first.size - 1 == form.same[second.first + second.size - 1]
    assert (form.same[second.first : second.first + second.size - 1] == np.arange(second.first, form.cells - 1)).all()
    assert form.zero.count == 3, "each total is the sum of its bands, and both are one"
    assert SHAPE.members is None


def test_as_many_cells_as_there_may_be_are_accepted_and_not_one_more():
    most = [str(number) for number in range(1999)]
    long = [table(f"T{number}", "age", levels=[most]) for number in range(9)]
    rest = MAX_CELLS - 9 * 2000 - 1

    assert (
        shape(tabulation(tables=[TABLES[0], *long, table("rest", "age", levels=[most[: rest - 1]])])).cells == MAX_CELLS
    )
    with pytest.raises(TabulationInvalid):
        write_tabulation(tabulation(tables=[TABLES[0], *long, table("rest", "age", levels=[[*most, "last"][:rest]])]))


def test_a_tabulation_counts_once_the_hub_and_every_trustee_signed_it():
    hub, trustee = sign(KIND, RAW, HUB), sign(KIND, RAW, TRUSTEE)

    assert check_tabulation(RAW, hub, [trustee], PINNED) == PLAN
    assert check_proposed(RAW, hub, PINNED) == PLAN
    with pytest.raises(SignerUnknown):
        check_tabulation(RAW, hub, [], PINNED)
    with pytest.raises(SignerUnknown):
        check_tabulation(RAW, hub, [hub], PINNED)
    with pytest.raises(SignerUnknown):
        check_tabulation(RAW, trustee, [trustee], PINNED)
    with pytest.raises(SignatureInvalid):
        check_tabulation(RAW, hub, [sign("release", RAW, TRUSTEE)], PINNED)


def test_of_two_trustees_both_must_have_signed_in_their_order():
    raw = write_tabulation(tabulation(trustees=TWO))
    hub, first, second = (sign(KIND, raw, key) for key in (HUB, TRUSTEE, SECOND))
    pinned = key_set(HUB, TRUSTEE, SECOND)

    assert len(check_tabulation(raw, hub, [first, second], pinned)["trustees"]) == 2
    for signatures in ([first], [second, first], [first, first], [first, second, second]):
        with pytest.raises(SignerUnknown):
            check_tabulation(raw, hub, signatures, pinned)


@pytest.mark.parametrize("pinned", [key_set(HUB), key_set(TRUSTEE), key_set(HUB, NORTH)])
def test_a_hub_or_trustee_whose_key_nobody_compared_is_a_stranger(pinned):
    with pytest.raises(SignerUnknown):
        check_tabulation(RAW, sign(KIND, RAW, HUB), [sign(KIND, RAW, TRUSTEE)], pinned)


def test_pinned_keys_that_are_no_key_set_are_refused():
    with pytest.raises(KeySetInvalid):
        check_proposed(RAW, sign(KIND, RAW, HUB), {"keys": []})


def test_tables_stand_one_after_the_other_with_all_levels_together_last():
    first, second = SHAPE.tables[:2]

    assert (SHAPE.headcount, first.first, first.size, second.first) == (0, 0, 1, 1)
    assert list(cells(first)) == [()]
    assert list(cells(second))[:4] == [("F", "a"), ("F", "b"), ("F", ALL), ("M", "a")]
    assert list(cells(second))[-1] == (ALL, ALL)
    assert SHAPE.cells == sum(len(list(cells(one))) for one in SHAPE.tables) == 1 + 12 + 48 + 4 + 4


def test_the_headcount_may_stand_anywhere():
    assert shape(tabulation(tables=[TABLES[1], TABLES[0]])).headcount == 12


@st.composite
def plans(draw: st.DrawFn) -> Shape:
    """Up to three tables of one indicator besides the headcount, some with levels of their own."""
    tables = [table("headcount", indicator=draw(st.sampled_from(["S01", "S02"])))]
    for number in range(draw(st.integers(0, 3))):
        by = draw(st.lists(st.sampled_from(sorted(LEVELS)), unique=True, max_size=3))
        own = draw(st.booleans())
        levels = [[LEVELS[name][0], "other" if own else LEVELS[name][1]] for name in by]
        tables.append(table(f"T{number}", *by, levels=levels))
    return shape(tabulation(tables=tables))


def matrix(form: Shape) -> NDArray[np.int64]:
    found = np.zeros((form.zero.count, form.cells), np.int64)
    np.add.at(found, (form.zero.row, form.zero.cell), form.zero.sign)
    return found


def named(one: Placed, levels: tuple[str, ...]) -> dict[str, str]:
    return {name: level for name, level in zip(one.table["by"], levels, strict=True) if level != ALL}


def every_equation(form: Shape) -> list[NDArray[np.int64]]:
    """Without any thought: each margin by each of its stars, each two cells that say the same of one thing."""
    found = []
    places = [(one, one.first + place, levels) for one in form.tables for place, levels in enumerate(cells(one))]
    number = {(one.first, levels): place for one, place, levels in places}
    for one, place, levels in places:
        for axis in (axis for axis, level in enumerate(levels) if level == ALL):
            row = np.zeros(form.cells, np.int64)
            row[place] = 1
            for level in one.table["levels"][axis]:
                row[number[one.first, (*levels[:axis], level, *levels[axis + 1 :])]] -= 1
            found.append(row)
    for (one, place, levels), (other, second, others) in itertools.combinations(places, 2):
        names = ("indicator", "part", "kind")
        if all(one.table[name] == other.table[name] for name in names) and named(one, levels) == named(other, others):
            own, theirs = (dict(zip(each.table["by"], each.table["levels"], strict=True)) for each in (one, other))
            if one is not other and all(own[name] == theirs[name] for name in named(one, levels)):
                row = np.zeros(form.cells, np.int64)
                row[place], row[second] = 1, -1
                found.append(row)
    return found


@settings(max_examples=30)
@given(plans())
def test_the_zero_rows_say_all_that_must_be_0_and_nothing_else(form):
    ours, all_of_it = matrix(form), every_equation(form)

    ranks = [
        np.linalg.matrix_rank(np.array(rows)) if len(rows) else 0 for rows in (ours, all_of_it, [*ours, *all_of_it])
    ]
    assert ranks[0] == ranks[1] == ranks[2]
    assert abs(ours).max(initial=0) <= 1


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(0, 1000))
def test_whatever_people_are_counted_every_zero_row_is_0(number, seed):
    assert not (matrix(SHAPE) @ counted(SHAPE, people(number, seed))).any()


def test_a_wrong_cell_breaks_a_row_wherever_it_is():
    rows = matrix(SHAPE)

    for cell in range(SHAPE.cells):
        assert rows[:, cell].any(), cell


def test_tables_of_another_part_or_kind_owe_each_other_nothing():
    alone = [table("headcount"), table("num", part="num"), table("flow", kind="flow"), table("other", indicator="S02")]

    assert shape(tabulation(tables=alone)).zero.count == 0
    assert shape(tabulation(tables=[table("headcount"), table("again")])).zero.count == 1


def test_what_follows_from_a_finer_agreement_is_not_asked_again():
    twice = shape(tabulation(tables=[table("headcount"), table("one", "sex"), table("two", "sex")]))

    assert twice.zero.count == 1 + 1 + 1 + 3, "two margins, the first total, then three levels and no total again"


def test_a_figure_that_stands_in_several_tables_is_one():
    form = SHAPE
    meaning: dict[int, set[Any]] = {}
    for placed in form.tables:
        for number, levels in enumerate(cells(placed), placed.first):
            named = frozenset(pair for pair in zip(placed.table["by"], levels, strict=True) if pair[1] != ALL)
            what = placed.table["indicator"], placed.table["part"], placed.table["kind"], named
            meaning.setdefault(int(form.same[number]), set()).add(what)
    assert all(len(found) == 1 for found in meaning.values())
    assert len(meaning) == len(set().union(*meaning.values())) < form.cells
    assert (form.same[form.same] == form.same).all()
    assert (form.same <= np.arange(form.cells)).all()


def test_other_beside_other_levels_is_another_figure():
    one = table("A", by=["d"], levels=[["x", "other"]])
    two = table("B", by=["d"], levels=[["other"]])
    form = shape(tabulation(tables=[table("headcount"), one, two]))
    first, second = form.tables[1], form.tables[2]
    assert form.same[second.first] == second.first
    assert form.same[second.first + 1] == form.same[first.first + 2] == form.headcount
