"""Facts as they are: dated, coded, packed."""

from __future__ import annotations

import pytest

from coupole.node.statistics.facts import dossier_facts, facts
from coupole.node.statistics.packing import HEADCOUNT, OPEN, day_number, key_of, month_number, pack
from coupole.standard.catalogue import read
from tests import factories
from tests.factories import id_of
from tests.node.statistics.counted import CORE, Numbers, cells, counted, dossiers_of
from tests.node.statistics.short import file, one
from tests.standard.test_catalogue import small


def of(documents, *indicators):
    """The facts of the accompaniment, by the id of their indicator."""
    (dossier,) = (one for one in dossiers_of(documents) if one.root == "accompaniment")
    made = [
        (CORE.indicators[fact.indicator].id if fact.indicator != HEADCOUNT else "", *fact[1:])
        for fact in facts(dossier, CORE)
    ]
    return [fact for fact in made if fact[0] in indicators]


def test_a_flow_has_its_day_a_stock_its_days_and_months_their_run():
    documents = file(
        "2024-01-10", one("team_meeting", held_on="2024-03-05", type="team_monthly"), closed="2024-12-31",
        history="planned 2024-01-10 | insertion_coop 2024-02-01 2024-05-31",
    )  # fmt: skip

    assert of(documents, "", "F02", "S07", "Q01") == [
        ("", "overlap", "2024-01-10", "2024-12-31", (1,), ()),
        ("F02", "flow", "2024-01-10", "2024-01-10", (1,), ("unknown",)),
        ("Q01", "slots", "2024-02-01", "2024-02-29", (0, 1), ()),
        ("Q01", "slots", "2024-03-01", "2024-03-31", (1, 1), ()),
        ("Q01", "slots", "2024-04-01", "2024-05-31", (0, 1), ()),
        ("S07", "stock_end", "2024-01-10", "2024-12-31", (1, 0, 0, 0, 0), (id_of("actor"),)),
    ]


def test_what_has_no_end_stays_open():
    documents = file("2024-01-10", history="insertion_coop 2024-02-01")

    assert of(documents, "M02", "S06") == [
        ("M02", "slots", "2024-02-01", None, (1, 0), ()),
        ("S06", "stock_end", "2024-02-01", None, (0, 1), ()),
    ]


def test_a_phase_that_ends_the_day_it_begins_is_in_no_stock():
    documents = file("2024-01-10", history="drafting 2024-01-10 | insertion_coop 2024-02-01 | hired 2024-02-01")

    assert [fact[2] for fact in of(documents, "S06")] == ["2024-02-01"]


def test_a_record_without_a_value_or_outside_all_bands_is_not_counted():
    length = {"days": ["$opened_on", "$closed_on"]}
    summed = read(small(measure={"kind": "sum", "of": length}))
    spread = read(small(measure={"kind": "histogram", "of": length, "bands": [[0, 5], [5, 9]]}))

    for catalogue in (summed, spread):
        assert cells(counted(file("2024-01-10"), "2024", catalogue)) == {}
    assert cells(counted(file("2024-01-10", closed="2024-01-12"), "2024", summed))
    assert not cells(counted(file("2024-01-10", closed="2024-02-12"), "2024", spread))


def test_what_moves_and_has_no_value_for_a_while_is_not_counted_then():
    stock = {"kind": "stock_end", "from": "$opened_on", "to": "$closed_on"}
    hired = {"case": {"when": [[{"le": ["$hired_on", "$day"]}, 1]]}}
    catalogue = read(small(period=stock, measure={"kind": "sum", "of": hired}))
    documents = file("2024-01-10", hired="2024-03-01")

    assert cells(counted(documents, "2024-02", catalogue)) == {}
    assert cells(counted(documents, "2024-03", catalogue))["S01", "total", "total", "sum"].value == 1


def test_a_mean_adds_up_with_its_squares():
    stock = {"kind": "overlap", "from": "$opened_on", "to": "$closed_on"}
    catalogue = read(small(period=stock, measure={"kind": "mean", "of": {"days": ["$opened_on", "$hired_on"]}}))
    documents = [*file("2024-01-10", hired="2024-01-13"), *file("2024-01-10", number=2, hired="2024-01-15")]
    found = cells(counted(documents, "2024-01", catalogue))

    assert {key[3]: cell.value for key, cell in found.items()} == {"n": 2, "sum": 8, "sumsq": 34}
    assert found["S01", "total", "total", "sumsq"].largest == 25
    assert cells(counted(documents, "2023", catalogue)) == {}


def test_a_group_outside_all_bands_is_in_none():
    stock = {"kind": "stock_end", "from": "$opened_on", "to": "$closed_on"}
    groups = {"kind": "groups", "by": "$responsible", "bands": [[2, 3], [3, None]]}
    catalogue = read(small(period=stock, measure=groups))
    two = [*file("2024-01-10"), *file("2024-01-10", number=2)]

    assert cells(counted(file("2024-01-10"), "2024", catalogue)) == {}
    assert cells(counted(two, "2024", catalogue))["S01", "total", "total", "band_1"].persons == 2


def test_a_dossier_without_facts_packs_to_nothing():
    (dossier,) = dossiers_of([factories.organisation(3)])
    packed = pack(dossier_facts(dossier, CORE), CORE, Numbers())

    assert (packed.body, packed.first_on, packed.last_on) == (b"", None, None)
    assert counted([factories.organisation(3)], "2024").headcount == 0


@pytest.mark.parametrize(
    ("closed", "again", "last"),
    [(None, None, None), ("2024-05-31", None, "2024-05-31"), ("2024-05-31", id_of("accompaniment", 9), "2025-05-31")],
)
def test_facts_are_read_until_the_last_day_they_count_and_longer_for_who_came_back(closed, again, last):
    history = "drafting 2024-01-10 | discontinued 2024-05-31 2024-05-31" if closed else ""
    documents = file("2024-01-10", closed=closed, history=history, previous_accompaniment=again)
    (dossier,) = (one for one in dossiers_of(documents) if one.root == "accompaniment")
    made = pack(dossier_facts(dossier, CORE), CORE, Numbers())

    assert made.first_on.isoformat() == "2024-01-10"
    assert (made.last_on and made.last_on.isoformat()) == last


def test_days_and_months_are_kept_within_what_a_record_holds():
    assert (day_number("1970-01-02"), month_number("1970-02-28")) == (1, 1)
    assert (day_number("1960-01-01"), month_number("1960-01-01")) == (0, 0)
    assert day_number("2199-12-31") == OPEN - 1
    assert key_of(None) == 0 != key_of(id_of("participant"))
