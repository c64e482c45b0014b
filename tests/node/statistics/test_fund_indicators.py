"""Edge histories of the indicators of the European fund: entries, exits, six months later, people who come back.

A row is one history and one period with the figure it must give; each can be counted by hand from the row.
"""

from __future__ import annotations

import pytest

from tests.factories import id_of
from tests.node.statistics.counted import codes, counted, figures, total
from tests.node.statistics.short import LEFT, again, check, esf, file, status


@pytest.mark.parametrize(
    ("changed", "indicators"),
    [
        ({}, {"EECO02", "EECO03"}),
        ({"labour": "unemployed_unregistered"}, {"EECO02", "EECO03"}),
        ({"labour": "inactive_student"}, {"EECO04"}),
        ({"labour": "employed_social"}, {"EECO05"}),
        ({"without_work_band": "6_11m"}, {"EECO02"}),
        ({"without_work_band": "24m_plus"}, {"EECO02", "EECO03"}),
        ({"without_work_band": "never_worked"}, {"EECO02"}),
        ({"without_work_since": "2023-03-31", "without_work_band": "lt6m"}, {"EECO02", "EECO03"}),
        ({"without_work_since": "2023-04-01", "without_work_band": "24m_plus"}, {"EECO02"}),
        ({"labour": "unknown"}, None),
        ({"labour": None}, None),
        ({"education_level": "UNK"}, None),
        ({"education_level": "ED9"}, None),
        ({"education_level": ...}, None),
        ({"sex": "U"}, None),
        ({"birth_date": None}, None),
        ({"sex": "X"}, {"EECO02", "EECO03"}),
    ],
)
def test_at_entry_a_person_counts_by_status_and_an_incomplete_record_in_the_total_only(changed, indicators):
    person = {name: changed[name] for name in ("sex", "birth_date") if name in changed}
    seen = {name: value for name, value in changed.items() if name not in person and name != "labour"}
    labour = {"labour": changed["labour"]} if "labour" in changed else {}
    documents = file(
        "2023-01-01", status("entry", "2024-03-30", **labour, **seen), started="2024-03-31", person=person,
        programmes=esf("OP-1"),
    )  # fmt: skip
    found = {name for name in figures(documents, "2024-03") if name.startswith("EECO")}

    by_status = {f"EECO{number:02d}" for number in range(2, 6)}
    assert found & by_status == (indicators or set())
    assert ("EECO01" in found, found == {"EECO01"}) == (True, indicators is None)


@pytest.mark.parametrize(
    ("changed", "indicator", "yes"),
    [
        ({"birth_date": "2006-04-01"}, "EECO06", True),
        ({"birth_date": "2006-03-31"}, "EECO06", False),
        ({"birth_date": "2006-03-31"}, "EECO07", True),
        ({"birth_date": "1994-04-01"}, "EECO07", True),
        ({"birth_date": "1994-03-31"}, "EECO07", False),
        ({"birth_date": "1969-04-01"}, "EECO08", False),
        ({"birth_date": "1969-03-31"}, "EECO08", True),
        ({"education_level": "ED2"}, "EECO09", True),
        ({"education_level": "ED3"}, "EECO09", False),
        ({"education_level": "ED4"}, "EECO10", True),
        ({"education_level": "ED5"}, "EECO11", True),
        ({"disability": {"limits": True}}, "EECO12", True),
        ({"disability": {"limits": False}}, "EECO12", False),
        ({"disability": None}, "EECO12", False),
        ({"citizenships": ["MA"]}, "EECO13", True),
        ({"citizenships": ["XA"]}, "EECO13", True),
        ({"citizenships": ["CH"]}, "EECO13", True),
        ({"citizenships": ["MA", "FR"]}, "EECO13", False),
        ({"citizenships": None}, "EECO13", False),
        ({"parents_born_abroad": True, "citizenships": ["BE"]}, "EECO14", True),
        ({"parents_born_abroad": None}, "EECO14", False),
        ({"minority": True}, "EECO15", True),
        ({"housing": "insecure"}, "EECO16", True),
        ({"housing": "supported_housing"}, "EECO16", True),
        ({"housing": "rented"}, "EECO16", False),
        ({"housing": "unknown"}, "EECO16", False),
        ({"residence": {"country": "BE", "nuts3": "BE241", "degurba": "3"}}, "EECO17", True),
        ({"residence": {"country": "BE", "nuts3": "BE241", "degurba": "2"}}, "EECO17", False),
        ({"residence": None}, "EECO17", False),
    ],
)
def test_each_entry_indicator_asks_for_one_thing(changed, indicator, yes):
    of_person = ("birth_date", "citizenships", "parents_born_abroad", "minority", "residence")
    person = {name: value for name, value in changed.items() if name in of_person}
    seen = {name: value for name, value in changed.items() if name not in of_person}
    documents = file(
        "2023-01-01", status("entry", "2024-03-30", **seen), started="2024-03-31", person=person, programmes=esf("OP-1")
    )

    assert total(documents, "2024-03", indicator) == int(yes)


@pytest.mark.parametrize(
    ("entry", "exits", "indicators"),
    [
        ("inactive_care", [("2024-01-31", "unemployed_registered")], {"EECR01"}),
        ("inactive_care", [("2024-02-28", "unemployed_registered")], {"EECR01"}),
        ("inactive_care", [("2024-02-29", "unemployed_registered")], set()),
        ("inactive_care", [("2024-01-30", "unemployed_registered")], set()),
        (
            "inactive_care",
            [
                ("2024-01-31", "employed_ordinary"),
                ("2024-02-20", "unemployed_registered"),
                ("2024-03-20", "employed_ordinary"),
            ],
            {"EECR01"},
        ),
        ("inactive_care", [("2024-01-31", "unemployed_registered"), ("2024-02-20", "employed_ordinary")], {"EECR04"}),
        ("unemployed_registered", [("2024-01-31", "employed_ordinary")], {"EECR04"}),
        ("unemployed_registered", [("2024-01-31", "unemployed_registered")], set()),
        ("unemployed_registered", [("2024-01-31", "inactive_care")], set()),
        ("employed_social", [("2024-01-31", "employed_ordinary")], set()),
        ("employed_social", [("2024-01-31", "unemployed_registered")], set()),
        ("unknown", [("2024-01-31", "employed_ordinary")], set()),
    ],
)
def test_on_leaving_the_last_status_within_28_days_decides(entry, exits, indicators):
    seen = [status("exit", day, labour, 2 + place) for place, (day, labour) in enumerate(exits)]
    documents = file(
        "2022-01-01", status("entry", "2023-01-01", entry), *seen, started="2023-01-01", closed=LEFT,
        programmes=esf("OP-1"),
    )  # fmt: skip

    assert {name for name in figures(documents, "2024-01") if name.startswith("EECR")} == indicators


@pytest.mark.parametrize(
    ("before", "after", "indicators"),
    [
        ({}, {"in_education_or_training": True}, {"EECR02"}),
        ({"in_education_or_training": False}, {"in_education_or_training": True}, {"EECR02"}),
        ({"in_education_or_training": None}, {"in_education_or_training": True}, {"EECR02"}),
        ({"in_education_or_training": True}, {"in_education_or_training": True}, set()),
        ({}, {"in_education_or_training": False}, set()),
        ({}, {"qualification_gained": {"isced": "ED3"}}, {"EECR03"}),
        ({}, {"qualification_gained": None}, set()),
    ],
)
def test_training_and_qualification_count_on_leaving(before, after, indicators):
    seen = [status("entry", "2023-01-01", **before), status("exit", "2024-02-10", n=2, **after)]
    documents = file("2022-01-01", *seen, started="2023-01-01", closed=LEFT, programmes=esf("OP-1"))

    assert {name for name in figures(documents, "2024-01") if name.startswith("EECR")} == indicators


@pytest.mark.parametrize(
    ("entry", "answer", "closed", "period", "indicators"),
    [
        ("unemployed_registered", "same_job", "2023-08-31", "2024-02", {"EECR05"}),
        ("unemployed_registered", "same_job", "2023-08-31", "2024-03", set()),
        ("inactive_care", "self_employed", "2023-08-29", "2024-02", {"EECR05"}),
        ("unemployed_registered", "improved_job", "2023-08-31", "2024-02", {"EECR05"}),
        ("unemployed_registered", "seeking", "2023-08-31", "2024-02", set()),
        ("unemployed_registered", "not_reached", "2023-08-31", "2024-02", set()),
        ("employed_social", "improved_job", "2023-08-31", "2024-02", {"EECR06"}),
        ("employed_social", "same_job", "2023-08-31", "2024-02", set()),
        ("unknown", "improved_job", "2023-08-31", "2024-02", set()),
    ],
)
def test_six_months_after_leaving_the_check_decides(entry, answer, closed, period, indicators):
    seen = [status("entry", "2023-01-01", entry), check("exit", 6, answer)]
    documents = file("2022-01-01", *seen, started="2023-01-01", closed=closed, programmes=esf("OP-1"))

    assert {name for name in figures(documents, period) if name.startswith("EECR")} == indicators


@pytest.mark.parametrize(
    ("started", "period", "left"),
    [
        (None, "2024-01", 1),
        ("2024-02-01", "2024-01", 1),
        ("2024-01-31", "2024-01", 0),
        ("2024-02-15", "2024-Q1", 0),
        ("2024-04-01", "2024-Q1", 1),
        ("2024-12-31", "2024", 0),
    ],
)
def test_the_exit_of_somebody_who_came_back_in_the_period_no_longer_counts(started, period, left):
    assert total(again("OP-1", "OP-1", started=started), period, "EECR04") == left


def test_coming_back_into_an_operation_is_no_new_entry():
    documents = again("OP-1", "OP-1", started="2024-02-15")

    assert total(documents, "2024", "EECO01") == 0
    assert total(documents, "2024", "F03") == 1
    assert total(documents, "2023", "EECO01") == 1


def test_a_person_counts_once_in_each_operation():
    first = file("2024-01-01", started="2024-02-01", programmes=esf("OP-1", "OP-2"))
    second = file(
        "2024-03-01", number=2, started="2024-04-01", programmes=esf("OP-1"), participant=id_of("participant", 1)
    )
    documents = first + [document for document in second if document["id"] == id_of("accompaniment", 2)]

    assert total(documents, "2024", "EECO01") == 2
    assert codes(documents, "2024", "EECO01", "operation") == {"OP-1": 1, "OP-2": 1}
    assert total(documents, "2024", "F03") == 2


def test_other_programmes_are_none_of_the_fund():
    documents = file("2024-01-01", started="2024-02-01")

    assert not [name for name in figures(documents, "2024") if name.startswith("EEC")]


def test_an_accompaniment_of_two_programmes_counts_in_both_and_once_in_the_total():
    programmes = [
        *esf("OP-1"),
        {"programme": "municipal", "operation": "M-1"},
        {"programme": "municipal", "operation": "M-2"},
    ]
    documents = file("2024-01-01", programmes=programmes)

    assert total(documents, "2024", "F02") == 1
    assert codes(documents, "2024", "F02", "programme") == {"esfplus_operation": 1, "municipal": 1}


def test_the_headcount_counts_a_person_with_two_accompaniments_once():
    assert counted(again("OP-1", "OP-1", started="2024-02-15"), "2024").headcount == 1
