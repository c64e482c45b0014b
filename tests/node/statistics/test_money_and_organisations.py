"""Edge histories of sums, of indicators that need several dossiers, and of the headcount.

A row is one history and one period with the figure it must give; each can be counted by hand from the row.
"""

from __future__ import annotations

import pytest

from tests import factories
from tests.node.statistics.counted import cells, counted, figures, total
from tests.node.statistics.short import file, one, place


@pytest.mark.parametrize(
    ("hours", "hundredths"), [(12, 1200), (7.5, 750), (0.25, 25), (1.1, 110), (0.29, 29), (1.005, 100), (0, 0)]
)
def test_hours_are_whole_hundredths(hours, hundredths):
    documents = file("2023-01-01", one("action", hours=hours, **{"from": "2024-01-01", "to": "2024-02-29"}))
    found = {"n": 1, "sum": hundredths} if hundredths else {"n": 1}

    assert total(documents, "2024-02", "F07") == found
    assert total(documents, "2024-01", "F07") == 0


def test_training_of_staff_is_counted_apart_with_or_without_an_accompaniment():
    days = {"from": "2024-02-01", "to": "2024-02-29", "audience": "staff", "hours": 3}
    documents = file("2023-01-01", one("action", 1, **days), one("action", 2, **days | {"accompaniment": ...}))

    assert total(documents, "2024-02", "T02") == {"n": 2, "sum": 600}
    assert total(documents, "2024-02", "F07") == 0


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([("paid", 500, "EUR")], {"M01": {"n": 1, "sum": 500}, "M03": {"sum_num": 500, "sum_den": 500}}),
        ([("planned", 500, "EUR")], {"M03": {"sum_den": 500}}),
        ([("cancelled", 500, "EUR")], {}),
        (
            [("paid", 500, "EUR"), ("planned", 200, "EUR")],
            {"M01": {"n": 1, "sum": 500}, "M03": {"sum_num": 500, "sum_den": 700}},
        ),
        ([("paid", 500, "CHF")], {}),
        (
            [("paid", 500, "EUR"), ("paid", 900, "CHF")],
            {"M01": {"n": 1, "sum": 500}, "M03": {"sum_num": 500, "sum_den": 500}},
        ),
        ([("paid", 0, "EUR")], {"M01": {"n": 1}}),
        (
            [("paid", 900_000_000_000, "EUR")],
            {"M01": {"n": 1, "sum": 900_000_000_000}, "M03": {"sum_num": 900_000_000_000, "sum_den": 900_000_000_000}},
        ),
    ],
)
def test_money_is_counted_in_the_currency_of_the_catalogue(rows, answer):
    paid = [
        one(
            "contribution", place, type="wage_subsidy", status=state, amount_minor=amount, currency=currency,
            period_from="2024-02-01", period_to="2024-02-29", paid_on="2024-02-29" if state == "paid" else ...,
        )
        for place, (state, amount, currency) in enumerate(rows, 1)
    ]  # fmt: skip

    assert figures(file("2023-01-01", *paid), "2024-02", "M01", "M03") == answer


def test_amounts_are_told_in_bands_and_what_was_planned_in_numbers():
    amounts = [("paid", 4_999), ("paid", 5_000), ("paid", 100_000), ("planned", 700), ("cancelled", 700)]
    rows = [
        one(
            "contribution", place, type="wage_subsidy", status=state, amount_minor=amount, currency="EUR",
            period_from="2024-02-01", period_to="2024-02-29", paid_on="2024-02-29" if state == "paid" else ...,
        )
        for place, (state, amount) in enumerate(amounts, 1)
    ]  # fmt: skip

    assert figures(file("2023-01-01", *rows), "2024-02", "M01b", "M03b") == {
        "M01b": {"band_1": 1, "band_2": 1, "band_6": 1},
        "M03b": {"num": 3, "den": 4},
    }


def test_other_currencies_stand_in_their_own_margin():
    paid = [
        one(
            "contribution",
            place,
            type="wage_subsidy",
            status="paid",
            amount_minor=7,
            currency=currency,
            paid_on="2024-02-29",
        )
        for place, currency in enumerate(("EUR", "CHF", "CHF"), 1)
    ]
    found = cells(counted(file("2023-01-01", *paid), "2024-02"))

    assert {key[2:]: cell.value for key, cell in found.items() if key[:2] == ("M01", "currency")} == {
        ("CHF", "n"): 2,
        ("CHF", "sum"): 14,
        ("EUR", "n"): 1,
        ("EUR", "sum"): 7,
    }
    assert found["M01", "payer", paid[0]["payer"], "n"].value == 1


@pytest.mark.parametrize(
    ("kind", "paid", "months"), [("participant_allowance", 300, 2), ("wage_subsidy", 0, 2), ("agency_fee", 0, 2)]
)
def test_a_month_of_insertion_costs_what_went_to_the_person(kind, paid, months):
    given = one("contribution", type=kind, status="paid", amount_minor=300, currency="EUR", paid_on="2024-05-31")
    documents = file("2023-01-01", given, history="insertion_coop 2024-03-15 2024-06-13")

    assert total(documents, "2024", "M02") == ({"n": months, "sum": paid} if paid else {"n": months})


@pytest.mark.parametrize(
    ("first", "last", "period", "places"),
    [
        ("2024-03-31", None, "2024-03", 8),
        ("2024-04-01", None, "2024-03", 0),
        ("2024-01-01", "2024-03-31", "2024-03", 0),
        ("2024-01-01", "2024-04-01", "2024-03", 8),
    ],
)
def test_occupancy_is_over_the_places_of_the_last_day(first, last, period, places):
    capacity = {"programme": "municipal", "places_heads": 8, "from": first} | ({"to": last} if last else {})
    host = factories.organisation(7, capacity=[capacity])
    documents = [*file("2023-01-01", place("2024-01-01", host=host["id"])), host]

    assert total(documents, period, "S04") == (1, places)


def test_placements_where_no_capacity_is_stated_fill_no_places():
    assert total(file("2023-01-01", place("2024-01-01")), "2024", "S04") == 0


@pytest.mark.parametrize(
    ("count", "bands"),
    [
        (1, {"band_1": 1}),
        (4, {"band_1": 1}),
        (5, {"band_2": 1}),
        (9, {"band_2": 1}),
        (10, {"band_3": 1}),
        (24, {"band_4": 1}),
        (25, {"band_5": 1}),
    ],
)
def test_the_caseload_groups_accompaniments_by_their_responsible(count, bands):
    documents = [document for number in range(1, count + 1) for document in file("2024-01-01", number=number)]

    assert total(documents, "2024", "S07") == bands


@pytest.mark.parametrize(
    ("meetings", "period", "answer"),
    [
        (["2024-03-31"], "2024", (1, 10)),
        (["2024-03-01", "2024-03-31"], "2024-Q1", (1, 1)),
        (["2024-03-01", "2024-05-31"], "2024-Q2", (1, 3)),
        (["2024-03-01"], "2024-02", 0),
        (["2024-03-01"], "2025-01", (0, 1)),
    ],
)
def test_coordination_is_owed_each_month_since_the_first_meeting(meetings, period, answer):
    held = [factories.coordination_meeting(number, held_on=day) for number, day in enumerate(meetings, 1)]
    documents = [factories.organisation(1), factories.organisation(2), factories.actor(1), *held]

    assert total(documents, period, "Q09") == answer


@pytest.mark.parametrize(
    ("closed", "period", "people"),
    [(None, "2024", 1), ("2024-03-01", "2024-03", 1), ("2024-02-29", "2024-03", 0), ("2024-03-31", "2024-03", 1)],
)
def test_the_headcount_is_of_people_open_on_any_day(closed, period, people):
    assert counted(file("2024-01-01", closed=closed), period).headcount == people


def test_a_person_who_has_no_accompaniment_is_in_no_headcount():
    assert counted([factories.participant(1), factories.referral(1)], "2025").headcount == 0
