"""The six worked examples of the grammar as they are written there, and the two answers worked out by hand."""

from __future__ import annotations

import json

import pytest

from coupole.standard.catalogue import read
from tests.factories import id_of
from tests.node.statistics.counted import cells, counted
from tests.node.statistics.short import check, esf, file, meeting, status

WORDS = {"en": "Example.", "nl": "Voorbeeld.", "fr": "Exemple.", "it": "Esempio."}
EXAMPLES = [
    json.loads(example)
    for example in (
        """{"id":"S01","record":"accompaniment","unit":"accompaniments","period":{"kind":"stock_end","from":"$opened_on","to":"$closed_on"},
 "where":{"not":{"in":["$phase",["not_started"]]}},"measure":{"kind":"count"},"by":[{"as":"member","of":"$agency"},{"as":"sex","of":"$participant.sex"}]}""",
        """{"id":"Q01","record":"accompaniment","unit":"share","period":{"kind":"slots","grain":"month","due":{"any":{"of":"phase_interval","where":{"and":[
   {"in":["$phase",["insertion_coop","insertion_enterprise"]]},{"le":["$from","$slot.start"]},{"or":[{"null":"$to"},{"ge":["$to","$slot.end"]}]}]}}}},
 "measure":{"kind":"ratio","numerator":{"any":{"of":"team_meeting","where":{"and":[{"eq":["$type","team_monthly"]},{"ge":["$held_on","$slot.start"]},{"le":["$held_on","$slot.end"]}]}}}},
 "by":[{"as":"member","of":"$agency"}]}""",
        """{"id":"O04","record":"accompaniment","unit":"share","period":{"kind":"flow","on":{"add":["$hired_on","P6M"]}},"where":{"eq":["$pathway","transition"]},
 "measure":{"kind":"ratio","numerator":{"eq":[{"attr":{"list":"followup_status","get":"employed","of":{"last":{"of":"follow_up",
   "where":{"and":[{"eq":["$reference","hire"]},{"eq":["$month",6]}]},"order":"checked_on","get":"$status"}}}},true]}},"by":[{"as":"contract","of":"$hire_contract"}]}""",
        """{"id":"EECO03","record":"accompaniment","unit":"persons","period":{"kind":"flow","on":"$started_on"},"where":{"and":[{"eq":["$programme","esfplus_operation"]},
   {"eq":[{"attr":{"list":"labour_status","get":"group","of":{"last":{"of":"status","where":{"eq":["$stage","entry"]},"order":"observed_on","get":"$labour_status"}}}},"unemployed"]},
   {"le":[{"last":{"of":"status","where":{"eq":["$stage","entry"]},"order":"observed_on","get":"$without_work_since"}},{"add":["$started_on","-P12M"]}]}]},
 "measure":{"kind":"count"},"by":[{"as":"sex","of":"$participant.sex"}]}""",
        """{"id":"EECR04","record":"accompaniment","unit":"persons","period":{"kind":"flow","on":"$closed_on"},"where":{"and":[{"eq":["$programme","esfplus_operation"]},
   {"in":[{"attr":{"list":"labour_status","get":"group","of":{"last":{"of":"status","where":{"eq":["$stage","entry"]},"order":"observed_on","get":"$labour_status"}}}},["unemployed","inactive"]]},
   {"eq":[{"attr":{"list":"labour_status","get":"group","of":{"last":{"of":"status","where":{"and":[{"eq":["$stage","exit"]},{"ge":["$observed_on","$^.closed_on"]},
     {"le":["$observed_on",{"add":["$^.closed_on","P28D"]}]}]},"order":"observed_on","get":"$labour_status"}}}},"employed"]}]},"measure":{"kind":"count"},"by":[{"as":"sex","of":"$participant.sex"}]}""",
        """{"id":"D01","record":"phase_interval","unit":"days","period":{"kind":"flow","on":"$to"},"measure":{"kind":"histogram","of":{"days":["$from","$to"]},
   "bands":[[0,91],[91,183],[183,365],[365,730],[730,null]]},"by":[{"as":"phase","of":"$phase"}]}""",
    )
]  # fmt: skip
UNITS = {"share": "accompaniments", "days": "phases"}
"""The examples name two units that are no units of the catalogue."""

CATALOGUE = read(
    {
        "id": "examples",
        "version": "1.0.0",
        "standard": "1.0.0",
        "title": WORDS,
        "currency": "EUR",
        "dimensions": {
            "member": {"title": WORDS, "codes": "open"},
            "sex": {"title": WORDS, "codes": {"list": "sex"}, "unknown": "U"},
            "contract": {"title": WORDS, "codes": {"list": "contract_type"}},
            "phase": {"title": WORDS, "codes": {"list": "phase"}},
        },
        "indicators": [
            example | {"title": WORDS, "definition": WORDS, "unit": UNITS.get(example["unit"], example["unit"])}
            for example in EXAMPLES
        ],
    }
)
LIVED = file(
    "2023-01-10",
    status("entry", "2023-03-14", "inactive_care", 1),
    status("exit", "2024-01-31", "employed_ordinary", 2),
    status("exit", "2024-02-20", "unemployed_registered", 3),
    status("exit", "2024-03-20", "employed_ordinary", 4),
    meeting("2023-05-09"),
    check("hire", 6, "other_job"),
    started="2023-03-15",
    hired="2023-08-31",
    closed="2024-01-31",
    programmes=esf("OP-1", "OP-2"),
    history="planned 2023-01-10 | insertion_coop 2023-03-15 2023-06-13 | hired 2023-06-13 | concluded 2024-01-31",
)


@pytest.mark.parametrize(
    ("period", "indicator", "parts"),
    [
        ("2023", "S01", {"count": 1}),
        ("2024-01", "S01", {}),
        ("2023", "Q01", {"num": 1, "den": 2}),
        ("2023-Q1", "Q01", {}),
        ("2023-Q2", "Q01", {"num": 1, "den": 2}),
        ("2024-02", "O04", {"num": 1, "den": 1}),
        ("2024-03", "O04", {}),
        ("2023", "EECO03", {}),
        ("2024-01", "EECR04", {}),
        ("2023", "D01", {"band_1": 2}),
        ("2024", "D01", {"band_3": 1}),
    ],
)
def test_the_examples_give_what_was_counted_by_hand(period, indicator, parts):
    found = cells(counted(LIVED, period, CATALOGUE))

    assert {key[3]: cell.value for key, cell in found.items() if key[:2] == (indicator, "total")} == parts


def test_long_unemployed_at_entry_by_the_date_of_the_example():
    seen = status("entry", "2024-02-28", without_work_since="2023-02-28", without_work_band=...)
    long = file("2023-01-01", seen, started="2024-02-29", programmes=esf("OP-1"))
    recent = file(
        "2023-01-01", seen | {"without_work_since": "2023-03-01"}, started="2024-02-29", programmes=esf("OP-1")
    )

    assert ("EECO03", "total", "total", "count") in cells(counted(long, "2024", CATALOGUE))
    assert ("EECO03", "total", "total", "count") not in cells(counted(recent, "2024", CATALOGUE))


def test_the_example_shows_each_member_by_its_agency():
    found = cells(counted(LIVED, "2023", CATALOGUE))

    assert found["S01", "member", id_of("organisation"), "count"].value == 1


def test_employed_on_leaving_unemployed_on_day_20_employed_on_day_49_is_job_seeking():
    found = {key[0] for key in cells(counted(LIVED, "2024-01"))}

    assert "EECR01" in found
    assert "EECR04" not in found


def test_a_placement_from_15_march_to_13_june_owes_two_meetings():
    found = cells(counted(LIVED, "2023"))

    assert found["Q01", "total", "total", "den"].value == 2
