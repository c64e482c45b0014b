"""Edge histories of stocks, flows, cohorts, months, ages and lengths.

A row is one history and one period with the figure it must give; each can be counted by hand from the row.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories
from tests.factories import id_of
from tests.node.statistics.counted import codes, total
from tests.node.statistics.short import file, meeting, one, phases, place


@pytest.mark.parametrize(
    ("opened", "closed", "period", "open_accompaniments"),
    [
        ("2024-01-31", None, "2024-01", 1),
        ("2024-01-31", None, "2023-12", 0),
        ("2024-02-01", None, "2024-01", 0),
        ("2024-02-29", None, "2024-02", 1),
        ("2024-03-01", None, "2024-02", 0),
        ("2024-01-01", "2024-01-31", "2024-01", 0),
        ("2024-01-01", "2024-02-01", "2024-01", 1),
        ("2024-01-01", "2024-01-30", "2024-01", 0),
        ("2024-01-31", "2024-01-31", "2024-01", 0),
        ("2024-01-01", "2024-02-29", "2024-02", 0),
        ("2024-01-01", "2024-03-01", "2024-02", 1),
        ("2023-01-01", "2024-12-31", "2024", 0),
        ("2023-01-01", "2025-01-01", "2024", 1),
        ("2024-12-31", None, "2024", 1),
        ("2024-12-31", None, "2024-Q4", 1),
        ("2024-12-31", None, "2024-Q3", 0),
        ("2024-06-30", "2024-07-01", "2024-Q2", 1),
        ("2023-02-28", None, "2023-02", 1),
        ("2024-02-28", "2024-02-29", "2024-02", 0),
        ("2020-01-01", None, "2024-05", 1),
    ],
)
def test_a_stock_counts_who_came_by_the_last_day_and_left_after_it(opened, closed, period, open_accompaniments):
    documents = file(opened, closed=closed)

    assert total(documents, period, "S01") == open_accompaniments
    assert total(documents, period, "S07") == ({"band_1": 1} if open_accompaniments else 0)


@pytest.mark.parametrize(
    ("day", "period", "counted_in_flow"),
    [
        ("2024-01-01", "2024-01", 1),
        ("2024-01-31", "2024-01", 1),
        ("2024-02-01", "2024-01", 0),
        ("2023-12-31", "2024-01", 0),
        ("2024-02-29", "2024-02", 1),
        ("2024-03-01", "2024-02", 0),
        ("2023-02-28", "2023-02", 1),
        ("2024-01-01", "2024", 1),
        ("2024-12-31", "2024", 1),
        ("2025-01-01", "2024", 0),
        ("2024-03-31", "2024-Q1", 1),
        ("2024-04-01", "2024-Q1", 0),
        ("2024-04-01", "2024-Q2", 1),
        ("2024-09-30", "2024-Q3", 1),
        ("2024-10-01", "2024-Q4", 1),
    ],
)
def test_a_flow_includes_both_days_of_the_period(day, period, counted_in_flow):
    assert total(file(day), period, "F02") == counted_in_flow
    assert total(file("2023-01-01", started=day), period, "F03") == counted_in_flow
    assert total(file("2023-01-01", hired=day), period, "F04") == counted_in_flow
    assert total(file("2023-01-01", closed=day), period, "F05") == counted_in_flow


@pytest.mark.parametrize(
    ("hired", "period", "months", "in_cohort"),
    [
        ("2025-08-31", "2026-02", 6, True),
        ("2025-08-31", "2026-03", 6, False),
        ("2025-08-30", "2026-02", 6, True),
        ("2025-08-29", "2026-02", 6, True),
        ("2025-08-28", "2026-02", 6, True),
        ("2023-08-31", "2024-02", 6, True),
        ("2023-08-29", "2024-02", 6, True),
        ("2023-11-30", "2024-02", 3, True),
        ("2023-11-29", "2024-02", 3, True),
        ("2023-12-01", "2024-02", 3, False),
        ("2023-12-01", "2024-03", 3, True),
        ("2024-11-30", "2025-02", 3, True),
        ("2024-12-31", "2025-03", 3, True),
        ("2025-01-31", "2025-04", 3, True),
        ("2025-01-31", "2025-05", 3, False),
        ("2024-02-29", "2024-08", 6, True),
        ("2024-02-29", "2024-05", 3, True),
        ("2024-07-01", "2025-01", 6, True),
        ("2024-06-30", "2024-12", 6, True),
        ("2024-06-30", "2025-01", 6, False),
    ],
)
def test_a_cohort_reaches_its_day_by_months_that_clamp(hired, period, months, in_cohort):
    indicator = {3: "O03", 6: "O04"}[months]

    assert total(file("2023-01-01", hired=hired), period, indicator) == ((0, 1) if in_cohort else 0)


@pytest.mark.parametrize(
    ("history", "period", "due"),
    [
        ("insertion_coop 2024-03-15 2024-06-13", "2024", 2),
        ("insertion_coop 2024-03-15 2024-06-13", "2024-03", 0),
        ("insertion_coop 2024-03-15 2024-06-13", "2024-04", 1),
        ("insertion_coop 2024-03-15 2024-06-13", "2024-05", 1),
        ("insertion_coop 2024-03-15 2024-06-13", "2024-06", 0),
        ("insertion_coop 2024-03-01 2024-03-31", "2024-03", 1),
        ("insertion_coop 2024-03-01 2024-03-30", "2024-03", 0),
        ("insertion_coop 2024-03-02 2024-04-30", "2024-Q1", 0),
        ("insertion_coop 2024-03-02 2024-04-30", "2024-Q2", 1),
        ("insertion_coop 2024-02-01 2024-02-29", "2024-02", 1),
        ("insertion_coop 2024-02-01 2024-02-28", "2024-02", 0),
        ("insertion_coop 2023-02-01 2023-02-28", "2023-02", 1),
        ("insertion_coop 2024-01-01", "2024", 12),
        ("insertion_coop 2024-01-01", "2025", 12),
        ("insertion_coop 2024-01-02", "2024", 11),
        ("insertion_coop 2024-12-01", "2024", 1),
        ("insertion_coop 2024-12-02", "2024", 0),
        ("insertion_enterprise 2024-03-01 2024-05-31", "2024", 3),
        ("insertion_coop 2024-03-01 | insertion_enterprise 2024-05-01 2024-06-30", "2024", 4),
        ("insertion_coop 2024-03-01 | insertion_enterprise 2024-04-15 2024-06-30", "2024", 3),
        ("preparation 2024-03-01 2024-06-30", "2024", 0),
        ("suspended 2024-03-01 2024-06-30", "2024", 0),
        ("hired 2024-03-01 2024-06-30", "2024", 0),
        ("insertion_coop 2024-01-01 | suspended 2024-03-10 | insertion_coop 2024-04-20 2024-06-30", "2024", 4),
    ],
)
def test_a_month_owes_a_meeting_when_it_is_spent_whole_in_one_insertion_phase(history, period, due):
    documents = file("2023-01-01", history=history)

    assert total(documents, period, "Q01") == ((0, due) if due else 0)
    assert total(documents, period, "M02") == ({"n": due} if due else 0)


@pytest.mark.parametrize(
    ("meetings", "met"),
    [
        ([], 0),
        ([meeting("2024-04-01")], 1),
        ([meeting("2024-04-30")], 1),
        ([meeting("2024-03-31")], 0),
        ([meeting("2024-06-01")], 0),
        ([meeting("2024-05-31")], 1),
        ([meeting("2024-04-02", 1), meeting("2024-04-20", 2)], 1),
        ([meeting("2024-04-02", 1), meeting("2024-05-02", 2)], 2),
        ([meeting("2024-04-15", type="host_visit")], 0),
        ([meeting("2024-04-15", type="evaluation")], 0),
        ([meeting(..., planned_on="2024-04-15")], 0),
    ],
)
def test_a_month_is_met_by_a_monthly_meeting_held_in_it(meetings, met):
    documents = file("2023-01-01", *meetings, history="insertion_coop 2024-03-15 2024-06-13")

    assert total(documents, "2024", "Q01") == (met, 2)


@pytest.mark.parametrize(
    ("planned", "held", "period", "answer"),
    [
        ("2024-03-01", "2024-03-01", "2024-03", (1, 1)),
        ("2024-03-01", "2024-02-20", "2024-03", (1, 1)),
        ("2024-03-01", "2024-03-15", "2024-03", (1, 1)),
        ("2024-03-01", "2024-03-16", "2024-03", (0, 1)),
        ("2024-02-15", "2024-02-29", "2024-02", (1, 1)),
        ("2024-02-15", "2024-03-01", "2024-02", (0, 1)),
        ("2023-02-15", "2023-03-01", "2023-02", (1, 1)),
        ("2024-12-31", "2025-01-14", "2024", (1, 1)),
        ("2024-12-31", "2025-01-15", "2024", (0, 1)),
        ("2024-12-31", ..., "2024", (0, 1)),
        ("2025-01-01", "2025-01-01", "2024", 0),
    ],
)
def test_an_evaluation_is_on_time_up_to_fourteen_days_after_its_day(planned, held, period, answer):
    documents = file("2023-01-01", one("evaluation", planned_on=planned, held_on=held))

    assert total(documents, period, "Q02") == answer


@pytest.mark.parametrize(
    ("referred", "decision", "decided", "opened", "waiting"),
    [
        ("2024-03-31", "waiting", ..., None, 1),
        ("2024-04-01", "waiting", ..., None, 0),
        ("2024-01-01", "accepted", "2024-03-31", None, 0),
        ("2024-01-01", "accepted", "2024-04-01", None, 1),
        ("2024-01-01", "refused", "2024-04-01", None, 1),
        ("2024-01-01", "withdrawn", "2024-03-30", None, 0),
        ("2024-01-01", "waiting", "2024-02-01", None, 1),
        ("2024-01-01", "waiting", ..., "2024-03-31", 0),
        ("2024-01-01", "waiting", ..., "2024-04-01", 1),
        ("2024-01-01", "accepted", "2024-04-15", "2024-03-20", 0),
        ("2024-01-01", "accepted", "2024-03-20", "2024-04-15", 0),
    ],
)
def test_somebody_waits_until_decided_or_opened_whichever_comes_first(referred, decision, decided, opened, waiting):
    referral = factories.referral(1, referred_on=referred, decision=decision, decided_on=decided)
    documents = [factories.participant(1), referral]
    if opened:
        documents = file(opened, referral, referral=referral["id"])

    assert total(documents, "2024-03", "S03") == waiting


@pytest.mark.parametrize(
    ("decision", "answer"), [("accepted", (1, 1)), ("refused", (0, 1)), ("withdrawn", 0), ("waiting", 0)]
)
def test_the_acceptance_rate_is_of_those_accepted_or_refused(decision, answer):
    referral = factories.referral(1, decision=decision, decided_on="2024-03-31", referred_on="2024-03-31")

    assert total([factories.participant(1), referral], "2024-03", "F06") == answer
    assert codes([factories.participant(1), referral], "2024-03", "F01", "decision") == {decision: 1}


@pytest.mark.parametrize(
    ("birth", "started", "band"),
    [
        ("2006-03-31", "2024-03-30", "0_17"),
        ("2006-03-31", "2024-03-31", "18_24"),
        ("2004-02-29", "2022-02-27", "0_17"),
        ("2004-02-29", "2022-02-28", "18_24"),
        ("2004-02-29", "2024-02-28", "18_24"),
        ("1999-05-01", "2024-04-30", "18_24"),
        ("1999-05-01", "2024-05-01", "25_29"),
        ("1994-05-01", "2024-05-01", "30_44"),
        ("1979-05-02", "2024-05-01", "30_44"),
        ("1979-05-01", "2024-05-01", "45_54"),
        ("1969-05-02", "2024-05-01", "45_54"),
        ("1969-05-01", "2024-05-01", "55_plus"),
        ("2006", "2024-06-30", "0_17"),
        ("2006", "2024-07-01", "18_24"),
        ("2006-05", "2024-05-14", "0_17"),
        ("2006-05", "2024-05-15", "18_24"),
        ("1969", "2024-06-30", "45_54"),
        (None, "2024-05-01", "unknown"),
    ],
)
def test_age_is_that_of_the_day_of_entry_and_of_a_vague_birth_date_the_middle(birth, started, band):
    documents = file("2020-01-01", started=started, person={"birth_date": birth})

    assert codes(documents, "2024" if started > "2024" else "2022", "F03", "age_band") == {band: 1}


def test_the_age_of_who_has_not_started_is_that_of_the_opening():
    documents = file("2024-05-01", person={"birth_date": "2006-05-01"})

    assert codes(documents, "2024-05", "F02", "age_band") == {"18_24": 1}


@pytest.mark.parametrize(
    ("citizenships", "group"),
    [
        (["BE"], "national"),
        (["MA", "BE"], "national"),
        (["FR"], "eu"),
        (["MA", "FR"], "eu"),
        (["CH"], "efta"),
        (["NO", "MA"], "efta"),
        (["MA"], "third_country"),
        (["GB"], "third_country"),
        (["XA"], "stateless"),
        (None, "unknown"),
    ],
)
def test_citizenship_groups_go_from_own_country_outwards(citizenships, group):
    documents = file("2023-01-01", started="2024-05-01", person={"citizenships": citizenships})

    assert codes(documents, "2024", "F03", "citizenship_group") == {group: 1}


@pytest.mark.parametrize(
    ("length", "band"),
    [(0, 1), (90, 1), (91, 2), (182, 2), (183, 3), (364, 3), (365, 4), (729, 4), (730, 5), (2000, 5)],
)
def test_lengths_fall_into_bands_that_include_their_first_day_only(length, band):

    opened = (date(2024, 12, 31) - timedelta(length)).isoformat()
    documents = file(opened, closed="2024-12-31", history=f"insertion_coop {opened} | concluded 2024-12-31")

    assert total(documents, "2024", "D02") == {f"band_{band}": 1}
    assert total(documents, "2024", "D01") == {f"band_{band}": 1}


@pytest.mark.parametrize(
    ("referred", "started", "band"),
    [
        ("2024-02-01", "2024-03-01", 1),
        ("2024-01-31", "2024-03-01", 2),
        ("2024-01-01", "2024-03-01", 3),
        ("2024-01-01", "2024-03-31", 4),
        ("2023-10-05", "2024-04-02", 5),
        ("2023-10-05", "2024-04-01", 4),
        ("2024-03-02", "2024-03-01", 6),
        (None, "2024-03-01", 6),
    ],
)
def test_waiting_days_have_a_band_for_what_is_not_known(referred, started, band):
    referral = [factories.referral(1, referred_on=referred)] if referred else []
    documents = file("2023-01-01", *referral, started=started, referral=referral[0]["id"] if referral else None)

    assert total(documents, "2024", "Q08") == {f"band_{band}": 1}


@pytest.mark.parametrize(
    ("members", "answer"),
    [
        ("project_responsible 2024-01-01 | host_operator 2024-01-01", (1, 1)),
        ("project_responsible 2024-01-01 | job_coach 2024-01-01", (0, 1)),
        ("host_operator 2024-01-01", (0, 1)),
        ("project_responsible 2024-03-31 | host_operator 2024-01-01", (1, 1)),
        ("project_responsible 2024-04-01 | host_operator 2024-01-01", (0, 1)),
        ("project_responsible 2024-01-01 2024-03-31 | host_operator 2024-01-01 2024-05-01", (0, 1)),
        ("project_responsible 2024-01-01 2024-04-01 | host_operator 2024-01-01 2024-05-01", (1, 1)),
    ],
)
def test_a_team_is_complete_on_the_last_day_or_it_is_not(members, answer):
    rows = [
        {"actor": id_of("actor"), "role": role, "from": first} | ({"to": last[0]} if last else {})
        for role, first, *last in (part.split() for part in members.split("|"))
    ]
    documents = file("2023-01-01", one("team", members=rows), history="insertion_coop 2024-02-01")

    assert total(documents, "2024-03", "S06") == answer


@pytest.mark.parametrize(
    ("history", "period", "phase"),
    [
        ("drafting 2024-01-01 | insertion_coop 2024-03-31", "2024-03", "insertion_coop"),
        ("drafting 2024-01-01 | insertion_coop 2024-04-01", "2024-03", "drafting"),
        ("drafting 2024-01-01 | insertion_coop 2024-04-01", "2024-04", "insertion_coop"),
        ("drafting 2024-01-01 | planned 2024-03-10 | hired 2024-03-20", "2024-03", "hired"),
        ("drafting 2024-01-01 2024-03-01", "2024-03", "unknown"),
    ],
)
def test_the_phase_of_a_stock_is_that_of_its_day_not_of_today(history, period, phase):
    assert codes(file("2024-01-01", history=history), period, "S01", "phase") == {phase: 1}


def test_who_never_took_it_up_is_in_no_stock():
    documents = file("2024-01-01", history="drafting 2024-01-01 | not_started 2024-06-01")

    assert total(documents, "2024-03", "S01") == 0
    assert total(documents, "2024-03", "S07") == 0


@pytest.mark.parametrize(
    ("placements", "people", "sides"),
    [
        ([place("2024-03-31")], 1, {"social": 1}),
        ([place("2024-04-01")], 0, {}),
        ([place("2024-01-01", "2024-03-31")], 0, {}),
        ([place("2024-01-01", "2024-04-01")], 1, {"social": 1}),
        ([place("2024-01-01", n=1), place("2024-02-01", n=2)], 1, {"social": 1}),
        (
            [place("2024-01-01", n=1), place("2024-02-01", n=2, type="trial_placement")],
            1,
            {"social": 1, "ordinary": 1},
        ),
        ([place("2024-01-01", type="training_centre")], 1, {"training": 1}),
    ],
)
def test_a_person_placed_twice_counts_once_and_once_in_each_kind(placements, people, sides):
    documents = file("2023-01-01", *placements)

    assert total(documents, "2024-03", "S02") == people
    assert codes(documents, "2024-03", "S02", "side") == sides


def test_phases_are_read_from_a_line():
    assert phases("planned 2024-01-10 | hired 2024-02-01 2024-03-01") == [
        {"phase": "planned", "from": "2024-01-10", "to": "2024-02-01"},
        {"phase": "hired", "from": "2024-02-01", "to": "2024-03-01"},
    ]
