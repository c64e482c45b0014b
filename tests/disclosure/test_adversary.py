"""The attacker finds what can be found where protection is off, and nothing where it is on.

The first half is about the attacker: each kind of thing that it solves, on documents small enough to solve by hand. The
second half lets it loose on two years of an invented federation of sixty members.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coupole.disclosure.cellkey import perturb
from coupole.disclosure.linked import Table
from coupole.disclosure.suppression import headlines
from coupole.disclosure.telescoping import BOUND
from tests.disclosure import adversary, federations
from tests.disclosure.adversary import Figure, Found, attack
from tests.disclosure.federations import MONTHS, NEVER, SIZES, People, count, document, people, telescoped, text
from tests.margins import with_margins

BOUNDED = {"kind": "bounded", "max": 5, "kept_zero": True}
UNKEPT = BOUNDED | {"max": BOUND, "kept_zero": False}
"""Of a trustee: where nobody is there is noise too."""
FEW = {"sex": 3}


def table(cells: dict[str, int | None], population: str = "p", period: int = 1, **more: Any) -> dict[str, Any]:
    """A table as it is written; levels ``sex0`` or ``sex0 age1``: the variables are what stands before the digit."""
    names = [level.rstrip("0123456789|") for level in next(iter(cells)).split()] if "" not in cells else []
    names = more.pop("vars", names)
    written = [[key.split(), value] for key, value in cells.items()]
    whole = {
        "id": "t",
        "owner": "federation",
        "population": population,
        "period": period,
        "vars": names,
        "kind": "flow",
    }
    return whole | {"noise": {"kind": "exact"}, "cells": written} | more


def told(found: Found) -> list[tuple[str, int, str, int, int]]:
    """What is told of small figures, in short."""
    return [
        (
            one.figure.population,
            one.figure.period,
            " ".join(sorted(level for _name, level in one.figure.levels)),
            *one[1:],
        )
        for one in [*found.exact, *found.certain]
    ]


def test_a_margin_gives_back_its_one_hidden_cell() -> None:
    found = attack(document([table({"sex0": 7, "sex1": None, "sex2": 0, "*": 10}, vars=["sex"])]))
    assert told(found) == [("p", 1, "sex1", 3, 3)]


def test_two_hidden_cells_are_told_as_far_as_they_can_be() -> None:
    hidden = {"sex0": None, "sex1": None, "sex2": 10, "*": 13}
    assert told(attack(document([table(hidden, vars=["sex"])]))) == []
    found = attack(document([table(hidden, vars=["sex"], hidden_range=[1, 4])]))
    assert told(found) == [("p", 1, "sex0", 1, 2), ("p", 1, "sex1", 1, 2)]
    assert found.exact == found.ones == []


def test_a_margin_that_stands_in_another_table_is_the_same_figure() -> None:
    one = table({"sex0 age0": None, "sex0 age1": 6, "sex0 *": None}, vars=["sex", "age"])
    ages = {"sex0 age2": 0, "sex0 age3": 0, "sex0 age4": 0}
    one["cells"] += [[key.split(), value] for key, value in ages.items()]
    other = table({"sex0": 8, "sex1": 40, "sex2": 40})
    assert told(attack(document([one]))) == []
    assert told(attack(document([one, other]))) == [("p", 1, "age0 sex0", 2, 2)]
    for change in ({"population": "q"}, {"period": 2}, {"owner": "m1"}):
        assert told(attack(document([one, other | change]))) == []


def test_a_table_that_shows_some_levels_only_adds_up_to_less_than_the_whole() -> None:
    tables = [table({"sex0": 7, "sex1": None}), table({"": 10}, vars=[])]
    assert told(attack(document(tables))) == []  # there may be others in sex2
    assert told(attack(document([*tables, table({"sex2": 0})]))) == [("p", 1, "sex1", 3, 3)]
    tables[0]["cells"][1][1] = 10
    tables[1]["cells"][0][1] = 19
    assert told(attack(document([*tables, table({"sex2": None})]))) == [("p", 1, "sex2", 2, 2)]


def test_a_level_that_was_pooled_is_subtracted() -> None:
    fine = table({"sex0": 10, "sex1": None, "sex2": None})
    pooled = table({"sex0|sex1": 12, "sex2": 9}, vars=["sex"])
    assert told(attack(document([fine]))) == []
    assert told(attack(document([fine, pooled]))) == [("p", 1, "sex1", 2, 2)]
    # Pooled names among the levels are no levels of their own.
    levels = {"sex": ["sex0", "sex1", "sex2", "sex0|sex1"]}
    assert told(attack(document([fine, pooled], levels=levels))) == [("p", 1, "sex1", 2, 2)]


def test_a_year_less_eleven_months_is_the_twelfth() -> None:
    months = [table({"": 20}, period=period, vars=[]) for period in range(1, 12)]
    year = table({"": 223}, population="p.year", period=12, vars=[])
    hidden = table({"": None}, period=12, vars=[])
    assert told(attack(document([*months, year, hidden]))) == [("p", 12, "", 3, 3)]
    assert told(attack(document([*months[1:], year, hidden]))) == []


def test_stocks_and_entries_give_exits() -> None:
    stocks = [table({"sex0": 30 + 8 * month}, "stock", month, kind="stock") for month in (1, 2)]
    entries = table({"sex0": 10}, "in", 2)
    flow = {"stock": "stock", "in": "in", "out": "out", "vars": ["sex"]}
    assert ("out", 2, "sex0", 2, 2) in told(attack(document([*stocks, entries], flows=[flow])))
    for less in ({"flows": []}, {"flows": [flow | {"vars": []}]}):
        assert told(attack(document([*stocks, entries], **less))) == []
    assert told(attack(document([stocks[1], entries], flows=[flow]))) == []
    assert told(attack(document(stocks, flows=[flow]))) == []


def test_a_change_is_no_finding_where_all_who_came_and_left_are_published() -> None:
    """30 + 12 - 10: the 2 more are of 22 people, and 12 and 10 are attacked themselves."""
    stocks = [table({"": 30 + 2 * month}, "stock", month, kind="stock", vars=[]) for month in (1, 2)]
    flows = [table({"": 12}, "in", 2, vars=[]), table({"": 10}, "out", 2, vars=[])]
    flow = {"stock": "stock", "in": "in", "out": "out", "vars": []}
    assert attack(document([*stocks, *flows], flows=[flow])).changes == []
    assert len(attack(document([*stocks, flows[0]], flows=[flow])).changes) == 1


def test_a_stock_that_changed_by_few_people_is_found_and_a_flow_that_differs_is_not() -> None:
    tables = [table({"": 30 + month}, period=month, kind="stock", vars=[]) for month in (1, 2, 4)]
    found = attack(document(tables))
    assert [(one.figure.period, one.low, one.high) for one in found.changes] == [(2, 1, 1)]
    assert attack(document([one | {"kind": "flow"} for one in tables])).changes == []
    same = [table({"": 30}, period=month, kind="stock", vars=[]) for month in (1, 2)]
    assert attack(document(same)).changes == []


def test_members_add_up_to_the_federation() -> None:
    tables = [table({"": 50}, vars=[]), *(table({"": 24}, vars=[], owner=name) for name in ("a", "b"))]
    hidden = table({"": None}, vars=[], owner="c")
    sums = [{"owner": "federation", "of": ["a", "b", "c"]}]
    assert told(attack(document([*tables, hidden]))) == []
    assert ("p", 1, "", 2, 2) in told(attack(document([*tables, hidden], sums=sums)))
    # What a member that shows nothing has is what is left, too.
    found = attack(document(tables, sums=sums))
    assert [(one.figure.owner, one.low) for one in found.exact] == [("federation without a, b", 2)]
    noisy = [one | {"noise": BOUNDED} for one in tables[1:]]
    assert told(attack(document([tables[0], *noisy], sums=sums))) == []
    assert told(attack(document([table({"": 30}, vars=[]), *noisy], sums=sums))) == []


def test_noise_leaves_a_range_and_tables_together_a_smaller_one() -> None:
    shown = table({"sex0": 0, "sex1": 3, "sex2": 9}, noise=BOUNDED)
    assert told(attack(document([shown]))) == []
    again = table({"sex1": 0}, noise=BOUNDED)
    again["cells"] = [[["sex1"], 0]]
    assert told(attack(document([shown, again]))) == []
    # 9 - 5 and a shown 0 that is at most 5: between the two there is 4 and 5.
    again["cells"] = [[["sex2"], 0]]
    assert told(attack(document([shown, again]))) == []
    again["noise"] = BOUNDED | {"max": 4}
    assert told(attack(document([shown, again]))) == [("p", 1, "sex2", 4, 4)]
    assert told(attack(document([shown | {"noise": BOUNDED | {"max": 1}}]))) == [("p", 1, "sex1", 2, 4)]
    free = {"kind": "unbounded"}
    assert told(attack(document([shown | {"noise": free}, table({"": 1}, vars=[], noise=BOUNDED | {"max": 3})]))) == [
        ("p", 1, "", 1, 4)
    ]
    assert told(attack(document([shown | {"noise": free}, table({"": 2}, vars=[])]))) == [("p", 1, "", 2, 2)]
    kept = free | {"kept_zero": True}
    found = told(attack(document([shown | {"noise": kept}, table({"": 4}, vars=[])])))
    assert ("p", 1, "sex1", 1, 3) in found


OUTCOMES = ["outcome0", "outcome1", "outcome2", "outcome3", "outcome4"]


def test_a_row_of_one_outcome_says_what_became_of_everybody() -> None:
    row = dict.fromkeys((f"sex0 {name}" for name in OUTCOMES), 0)
    certain = table(row | {"sex0 outcome2": 12, "sex0 *": 12}, vars=["sex", "outcome"])
    found = attack(document([certain, certain]))
    assert found.rows == [(Figure("federation", "p", 1, frozenset({("sex", "sex0")})), "outcome2")]
    two = table(row | {"sex0 outcome2": 12, "sex0 outcome3": 9}, vars=["sex", "outcome"])
    empty = table(row, vars=["sex", "outcome"])
    noisy = certain | {"noise": BOUNDED}
    part = table({"sex0 outcome2": 12, "sex0 outcome1": 0}, vars=["sex", "outcome"])
    for other in (two, empty, noisy, part):
        assert attack(document([other])).rows == []
    # Hidden ones are told to be nobody by what the row adds up to.
    hidden = table(row | {"sex0 outcome1": None, "sex0 outcome2": 12, "sex0 *": 12}, vars=["sex", "outcome"])
    assert len(attack(document([hidden])).rows) == 1


def batch(members: Iterable[str], period: int = 1, kind: str = "stock", **more: Any) -> dict[str, Any]:
    return {"plan": "p", "persons": "people", "period": period, "kind": kind, "members": list(members), **more}


@pytest.mark.parametrize(
    ("batches", "found"),
    [
        ([batch("abcdef")], []),
        ([batch("abcd", kind="change")], ["period 1: 4 members"]),
        ([batch("abcdef"), batch("abcdefg", 2)], ["periods 1 and 2: 1 members apart", "g alone"]),
        ([batch("abcdef"), batch("abcdef", 2)], []),
        ([batch("abcdef", kind="change"), batch("abcdefg", 2, kind="change")], []),
        (
            [batch("abcdef", kind="change"), batch("fghijkl", kind="change")],
            ["period 1: two sums of people, 11 members apart"],
        ),
        ([batch("abcdef", kind="change"), batch("ghijkl", kind="change")], []),
        ([batch("abcdef", kind="change"), batch("abcdef", kind="opening")], []),
        ([batch("abcdef", kind="change"), batch("abcdef", kind="change", persons="others")], []),
        ([batch("abcdef"), batch("ghijkl", 2), batch("abcdefghijklz", 3)], ["z alone"]),
    ],
)
def test_rosters_that_single_out_few_members_are_named(batches: list[dict[str, Any]], found: list[str]) -> None:
    assert attack(document([], batches=batches)).rosters == found


def test_a_guess_is_the_mean_of_all_that_is_shown_of_a_figure() -> None:
    shown = [table({"sex0": value, "sex1": 3}, noise=BOUNDED) for value in (0, 2, 4)]
    assert attack(document(shown), document([table({"sex0": 2, "sex1": 1})])).guessed == 1
    assert attack(document(shown[:1]), document([table({"sex0": 2, "sex1": 1})])).guessed == 0


def test_what_is_declared_and_not_so_is_named_and_what_was_told_wrongly() -> None:
    shown = table({"sex0": 9, "sex1": 20, "sex2": 30}, noise=BOUNDED)
    true = table({"sex0": 3, "sex1": 20, "sex2": 31})
    found = attack(document([shown]), document([true]))
    assert [one.levels for one in found.contradicted] == [frozenset({("sex", "sex0")})]
    assert found.small == 1
    assert [one.figure.levels for one in found.wrong] == [frozenset({("sex", "sex0")})]
    assert attack(document([shown]), document([table({"sex0": 4, "sex1": 20, "sex2": 31})])).wrong == []


def test_tables_that_contradict_each_other_are_named_and_solved_as_far_as_they_go() -> None:
    found = attack(document([table({"": 30}, vars=[]), table({"": 31}, vars=[]), table({"": 2}, "q", vars=[])]))
    assert [one.population for one in found.contradicted] == ["p"]
    assert told(found) == [("q", 1, "", 2, 2)]


def test_another_form_is_not_attacked() -> None:
    with pytest.raises(ValueError, match="of this form"):
        attack(document([]) | {"format": "coupole-release/2"})


def test_a_file_is_attacked_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    view, truth = tmp_path / "view.json", tmp_path / "truth.json"
    view.write_text(json.dumps(document([table({"sex0": 7, "sex1": None, "sex2": 5, "*": 13}, vars=["sex"])])))
    truth.write_text(json.dumps(document([table({"sex0": 7, "sex1": 1, "sex2": 5, "*": 13}, vars=["sex"])])))
    monkeypatch.setattr(sys, "argv", ["adversary", str(view), "--truth", str(truth)])
    adversary.main()
    printed = capsys.readouterr().out
    assert "ones          1" in printed
    assert "federation p 1 sex=sex1: 1-1" in printed


# Two years of sixty members.

STOCKS = [(), ("target", "sex"), ("target", "age"), ("age", "sex"), ("target", "sex", "age")]
EXITS = [("target", "outcome"), ("sex", "outcome"), ("age", "sex")]
FLOWS = [{"stock": "stock", "in": "entries", "out": "exits", "vars": ["target", "sex", "age"]}]
Make = Callable[[People, str, int, Sequence[str], int], dict[str, Any]]


@cache
def sixty() -> People:
    return people(60)


def chosen(someone: People, population: str, month: int) -> np.ndarray:
    if population == "stock":
        return someone.present(month)
    return (someone.exit if population == "exits" else someone.entry) == month


def release(make: Make, months: Iterable[int] = range(MONTHS), someone: People | None = None) -> list[dict[str, Any]]:
    """All tables of all months, each made by ``make``."""
    plan = [("stock", by) for by in STOCKS] + [("exits", by) for by in EXITS] + [("entries", ("target", "sex"))]
    return [
        make(someone or sixty(), population, month, by, number)
        for month in months
        for number, (population, by) in enumerate(plan)
    ]


def exact(someone: People, population: str, month: int, by: Sequence[str], number: int) -> dict[str, Any]:
    kind = "stock" if population == "stock" else "flow"
    return text("federation", population, month, by, kind, count(someone, by, chosen(someone, population, month)))


def suppressed(someone: People, population: str, month: int, by: Sequence[str], number: int) -> dict[str, Any]:
    """Whatever is from 1 to 4 is left out, and nothing else."""
    values = count(someone, by, chosen(someone, population, month))
    kind = "stock" if population == "stock" else "flow"
    small = (values > 0) & (values < 5)
    return text("federation", population, month, by, kind, values, hidden=small, hidden_range=[1, 4])


def sealed(someone: People, population: str, month: int, by: Sequence[str], number: int) -> dict[str, Any]:
    """Running totals with a trustee's noise; what happened in a month is the difference of two of them."""
    kind, bound = ("stock", BOUND) if population == "stock" else ("flow", 2 * BOUND)
    if population == "stock":
        values = telescoped(someone, by, someone.present(month), number)
    else:
        when = someone.exit if population == "exits" else someone.entry
        upto = [telescoped(someone, by, (when >= 0) & (when <= last), number) for last in (month, month - 1)]
        values = upto[0] - upto[1]
    return text("federation", population, month, by, kind, np.maximum(values, 0), noise=UNKEPT | {"max": bound})


@cache
def truth() -> dict[str, Any]:
    return document(release(exact))


def test_exact_totals_are_an_open_book() -> None:
    """What a hub holds that adds the noise itself, whatever it publishes."""
    found = attack(document(release(exact), flows=FLOWS), truth()).counts()
    print("exact sums", found)
    assert found["exact"] >= found["small"] > 700
    assert found["changes"] > 2_000


def test_leaving_small_figures_out_protects_next_to_none_of_them() -> None:
    found = attack(document(release(suppressed), flows=FLOWS), truth())
    print("k-suppression alone", found.counts())
    assert len(found.exact) > 0.9 * found.small
    assert found.wrong == found.contradicted == []


def test_two_years_of_sealed_totals_tell_no_small_figure() -> None:
    found = attack(document(release(sealed), flows=FLOWS), truth())
    print("sealed totals", found.counts())
    assert found.guessed < 0.5 * found.small
    assert found.exact == found.ones == found.changes == found.rows == found.wrong == found.contradicted == []
    assert len(found.certain) <= 0.005 * found.small


def test_sealed_totals_beside_exact_headlines_tell_no_small_figure_either() -> None:
    """The public: exact lists by one variable, flows of each month, stocks of December, beside all fine tables."""
    tables = release(sealed)
    for month in range(MONTHS):
        for population in ("stock", "exits", "entries"):
            if population == "stock" and month % 12 != 11:
                continue
            for by in ("target", "sex", "age", *(["outcome"] if population == "exits" else [])):
                tables.append(headline(population, month, by))
    found = attack(document(tables, flows=FLOWS), truth())
    print("sealed totals and headlines", found.counts())
    assert found.exact == found.ones == found.changes == found.rows == found.wrong == found.contradicted == []
    assert len(found.certain) <= 0.005 * found.small


def headline(population: str, month: int, by: str) -> dict[str, Any]:
    values = count(sixty(), (by,), chosen(sixty(), population, month))
    levels = (tuple(f"{by}{place}" for place in range(SIZES[by])),)
    one = Table("t", population, month, (by,), levels, values, values)
    ((shown, out),) = headlines([one], {"age"})
    cells = [
        [list(cell), None if gone else int(value)]
        for cell, value, gone in zip(shown.cells, shown.low, out, strict=True)
    ]
    whole = text("federation", population, month, (by,), "flow" if population != "stock" else "stock", values)
    return whole | {"cells": cells, "hidden_range": [1, 10_000_000]}


def test_a_hub_that_keeps_sums_below_nothing_reads_nothing_from_them() -> None:
    """Empty cells carry noise too: below 0 may be nobody. Published figures are not below 0."""
    tables, exact_ones = [], []
    for month in range(MONTHS):
        for number, by in enumerate(STOCKS):
            total = telescoped(sixty(), by, sixty().present(month), number)
            tables.append(text("federation", "stock", month, by, "stock", total, noise=UNKEPT))
            exact_ones.append(exact(sixty(), "stock", month, by, number))
    found = attack(document(tables), document(exact_ones))
    print("a hub's own sums", found.counts())
    assert found.exact == found.ones == found.changes == found.wrong == found.contradicted == []
    assert len(found.certain) <= 0.005 * found.small


@pytest.mark.parametrize(("bound", "told"), [(5, (0.02, 1)), (BOUND, (0, 0.005))])
def test_a_hub_that_sees_where_something_changed_is_told_little_by_the_tail_of_the_noise(
    bound: int, told: tuple[float, float]
) -> None:
    """Where nothing happens nothing is added: a cell that was empty and moves has somebody in it, at least one.

    Noise that ends at 5 then tells some of these figures; the trustee's goes on to where there is next to none.
    """
    shown, exact_ones = [], []
    for number, by in enumerate((("target", "outcome"), ("age", "outcome"), ("target", "sex"))):
        before = moved(by, -1, number, bound)
        nobody = before * 0
        shown.append(text("federation", "exits.start", -1, by, "stock", nobody))
        for month in range(3):
            now = moved(by, month, number, bound)
            shown.append(text("federation", "exits.start", month, by, "stock", now, noise=UNKEPT | {"max": bound}))
            shown.append(
                text("federation", "exits", month, by, "flow", now - before, noise=BOUNDED | {"max": 2 * bound})
            )
            shown.append(text("federation", "nothing", month, by, "flow", nobody))
            for name, chosen_ones in (("exits.start", until(month)), ("exits", sixty().exit == month)):
                kind = "flow" if name == "exits" else "stock"
                exact_ones.append(text("federation", name, month, by, kind, count(sixty(), by, chosen_ones)))
            before = now
    flow = {"stock": "exits.start", "in": "exits", "out": "nothing", "vars": ["target", "age", "sex", "outcome"]}
    found = attack(document(shown, flows=[flow]), document(exact_ones))
    print(f"a hub that sees changes, noise of at most {bound}", found.counts())
    assert found.wrong == found.contradicted == []
    assert told[0] * found.small <= len(found.certain) + len(found.exact) <= told[1] * found.small
    assert bound == 5 or found.exact == found.rows == []


def until(month: int) -> np.ndarray:
    """Who left since the first month."""
    return (sixty().exit >= 0) & (sixty().exit <= month)


def moved(by: Sequence[str], month: int, number: int, bound: int) -> np.ndarray:
    """A running total whose noise ends at a bound."""
    true = count(sixty(), by, until(month))
    return true + np.clip(telescoped(sixty(), by, until(month), number) - true, -bound, bound)


def test_a_hub_and_all_members_but_one_do_not_read_the_last_one_exactly() -> None:
    """59 members hand over their own figures: what is left of each total is one member's, with the noise on it."""
    months = range(8, 11)
    others, last = (sixty().at(sixty().member > 0), sixty().at(sixty().member == 0))
    own = [one | {"owner": "59 members"} for one in release(exact, months, others)]
    left = [one | {"owner": "federation without 59 members"} for one in release(exact, months, last)]
    sums = [{"owner": "federation", "of": ["member 0", "59 members"]}]
    total = release(exact, months)
    known = document([*total, *own, *left])
    found = rest(attack(document([*release(sealed, months), *own], sums=sums, flows=FLOWS), known))
    print("hub and 59 of 60 members", found.counts())
    assert found.exact == found.ones == found.wrong == found.contradicted == []
    assert len(found.certain) <= 0.08 * found.small
    assert len(rest(attack(document([*total, *own], sums=sums), known)).exact) == found.small > 100


def rest(found: Found) -> Found:
    """What was found about the last member."""
    made = Found(wrong=found.wrong, contradicted=found.contradicted)
    made.small = len([one for one in found.true if "without" in one.owner])
    made.exact = [one for one in found.exact if "without" in one.figure.owner]
    made.certain = [one for one in found.certain if "without" in one.figure.owner]
    return made


def member_tables(
    protect: Callable[[np.ndarray, np.ndarray], dict[str, Any]], months: Iterable[int]
) -> list[dict[str, Any]]:
    """Lists by one variable of every member, as they are pulled in clear."""
    found = []
    rng = np.random.default_rng(3)
    keys = rng.integers(0, 2**64, len(sixty().member), np.uint64)
    for month in months:
        for member in range(60):
            mine = sixty().present(month) & (sixty().member == member)
            for by in ((), ("target",), ("sex",), ("age",)):
                values = count(sixty(), by, mine)
                halves = [np.asarray(federations.counted(sixty(), by, mine, half)) for half in split(keys)]
                sums = sum(
                    (with_margins(half).astype(np.uint64) << np.uint64(32 * at)) for at, half in enumerate(halves)
                )
                shown = protect(values, np.asarray(sums, np.uint64))
                found.append(text(f"m{member}", "stock", month, by, "stock", shown.pop("values", values), **shown))
    return found


def split(keys: np.ndarray) -> list[np.ndarray]:
    """The lower and the upper half of each key: sums of either stay exact."""
    return [(keys & np.uint64(2**32 - 1)).astype(np.int64), (keys >> np.uint64(32)).astype(np.int64)]


def test_member_tables_with_small_figures_left_out_are_read_and_with_cell_keys_are_not() -> None:
    months = range(6)
    exact_ones = document(member_tables(lambda values, _keys: {}, months))
    left_out = member_tables(
        lambda values, _keys: {"hidden": (values > 0) & (values < 5), "hidden_range": [1, 4]}, months
    )
    found = attack(document(left_out), exact_ones)
    print("member tables, k-suppression alone", found.counts())
    assert len(found.exact) > 0.4 * found.small
    assert len(found.changes) > 500
    noisy = member_tables(lambda values, keys: {"values": perturb(values, keys, b"c" * 32), "noise": BOUNDED}, months)
    found = attack(document(noisy), exact_ones)
    print("member tables, cell keys", found.counts())
    assert found.guessed < 0.5 * found.small
    assert found.exact == found.ones == found.changes == found.wrong == found.contradicted == []
    assert len(found.certain) <= 0.005 * found.small


def test_stocks_summed_anew_each_month_from_whoever_answers_single_members_out() -> None:
    """What a ledger is for: the rosters of plain monthly sums differ by one or two members again and again."""
    rng = np.random.default_rng(4)
    rosters = [np.flatnonzero(rng.random(60) > 0.05) for _month in range(MONTHS)]
    plain = [batch([f"m{one}" for one in roster], month) for month, roster in enumerate(rosters)]
    ledger = [one | {"kind": "change"} for one in plain]
    close = attack(document([], batches=plain)).rosters
    print("rosters of plain sums closer than m:", len(close))
    assert len(close) > 50
    assert attack(document([], batches=ledger)).rosters == []


def test_the_federation_is_like_one() -> None:
    """Sizes as the protocol gives them: members of 22 to 291 people, the median 72."""
    present = sixty().present(12)
    sizes = np.bincount(sixty().member[present], minlength=60)
    assert 15 <= sizes.min() < 40
    assert 55 <= np.median(sizes) <= 90
    assert 200 <= sizes.max() <= 320
    assert (sixty().exit != NEVER).any()
