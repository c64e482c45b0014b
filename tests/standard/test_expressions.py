"""Expressions read over a small dossier."""

from __future__ import annotations

import pytest

from coupole.standard.expressions import Compiler, Place, days_between, moved, years_old
from coupole.standard.views import EMPTY, LEAF, Scene, last_row, shape_of
from tests.factories import id_of

ACC = {
    "id": id_of("accompaniment"),
    "participant": id_of("participant"),
    "agreement": id_of("agreement"),
    "agency": id_of("organisation"),
    "pathway": "transition",
    "opened_on": "2024-01-10",
    "started_on": "2024-02-01",
    "hired_on": "2025-08-31",
    "phase": "hired",
    "phase_history": [
        {"phase": "drafting", "from": "2024-01-10", "to": "2024-02-01"},
        {"phase": "insertion_coop", "from": "2024-02-01", "to": "2025-08-31"},
        {"phase": "hired", "from": "2025-08-31"},
    ],
    "programmes": [
        {"programme": "esfplus_operation", "operation": "OP-1"},
        {"programme": "esfplus_operation", "operation": "OP-2"},
        {"programme": "esfplus_operation", "operation": "OP-1"},
    ],
}
PERSON = {"id": id_of("participant"), "sex": "F", "birth_date": "2006", "citizenships": ["IT", "MA"], "residence": None}
STATUS = [
    {"id": "n:status_observation:1", "stage": "entry", "observed_on": "2024-02-01", "labour_status": "inactive_care"},
    {"id": "n:status_observation:2", "stage": "entry", "observed_on": "2024-02-01", "labour_status": "unknown"},
    {"id": "n:status_observation:3", "stage": "exit", "observed_on": "2024-06-01", "labour_status": "self_employed"},
]
STATUS[1]["target_groups"] = [{"code": "homeless", "primary": False}, {"code": "minority", "primary": True}]
STATUS[1]["barriers"] = [{"code": "debt", "state": "present"}]
PLACEMENTS = [
    {"id": "n:placement:1", "from": "2024-02-01", "hire": False, "contract_type": "internship_agreement"},
    {
        "id": "n:placement:2",
        "from": "2025-08-31",
        "hire": True,
        "contract_type": "permanent",
        "host": id_of("organisation"),
    },
    {"id": "n:placement:3", "from": "2025-09-30", "hire": True, "contract_type": "fixed_under_6m"},
]
MEETINGS = [{"id": "n:team_meeting:1", "planned_on": "2024-03-01"}, {"id": "n:team_meeting:2", "held_on": "2024-03-04"}]
EVALUATIONS = [
    {
        "id": f"n:evaluation:{number}",
        "held_on": held,
        "ratings": [{"competence": "teamwork", "level": level}, {"objective": "x", "level": "5"}],
    }
    for number, held, level in (
        (1, "2024-06-01", "4"),
        (2, "2024-03-01", "2"),
        (3, None, "5"),
        (4, "2024-04-01", "not_observed"),
    )
]
OUTSIDE = {
    id_of("agreement"): {"id": id_of("agreement"), "type": "framework", "signed_on": "2024-01-31"},
    id_of("organisation"): {
        "id": id_of("organisation"),
        "country": "BE",
        "types": ["social_workshop", "training_centre"],
    },
}
DOCUMENTS = {
    "accompaniment": [ACC],
    "participant": [PERSON],
    "status_observation": STATUS,
    "placement": PLACEMENTS,
    "team_meeting": MEETINGS,
    "evaluation": EVALUATIONS,
}


def value(expression, view="accompaniment", row=None, definitions=None, moment=""):
    compiler = Compiler(set(definitions or ()))
    made = compiler.compile(expression, Place(shape_of(view) or LEAF, view, moment=moment), "")
    assert compiler.findings == []
    known = {
        name: Compiler(set(definitions)).compile(one, Place(shape_of("accompaniment") or LEAF, "accompaniment"), "")
        for name, one in (definitions or {}).items()
    }
    scene = Scene("accompaniment", DOCUMENTS, OUTSIDE, known)
    scene.day, scene.start, scene.end = "2024-03-15", "2024-03-01", "2024-03-31"
    return made(ACC if row is None else row, EMPTY, scene)


def entry(get):
    return {"last": {"of": "status", "where": {"eq": ["$stage", "entry"]}, "order": "observed_on", "get": get}}


OF_EXIT = {"any": {"of": "$barriers", "where": {"eq": ["$^.stage", "exit"]}}}
PRIMARY = {"first": {"of": "$target_groups", "where": {"eq": ["$primary", True]}, "order": "code", "get": "$code"}}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        (3, 3),
        ("hired", "hired"),
        (True, True),
        ("$pathway", "transition"),
        ("$closed_on", None),
        ("$participant.sex", "F"),
        ("$participant.residence.degurba", None),
        ("$agreement.signed_on", "2024-01-31"),
        ("$agency.country", "BE"),
        ("$referral.source_type", None),
        ("$accompaniment.phase", "hired"),
        ("$organisation.country", None),
        ("$programmes.operation", ["OP-1", "OP-2", "OP-1"]),
        ("$hire_contract", "permanent"),
        ({"add": ["$hired_on", "P6M"]}, "2026-02-28"),
        ({"add": ["$closed_on", "P6M"]}, None),
        ({"days": ["$opened_on", "$started_on"]}, 22),
        ({"days": ["$opened_on", "$closed_on"]}, None),
        ({"days": ["$closed_on", "$opened_on"]}, None),
        ({"years": ["$participant.birth_date", "2024-06-30"]}, 17),
        ({"years": ["$participant.birth_date", "2024-07-01"]}, 18),
        ({"coalesce": ["$closed_on", "$hired_on"]}, "2025-08-31"),
        ({"coalesce": ["$closed_on"]}, None),
        (entry("$labour_status"), "unknown"),
        ({"first": {"of": "status", "order": "observed_on", "get": "$labour_status"}}, "inactive_care"),
        ({"first": {"of": "team_meeting", "order": "held_on", "get": "$id"}}, "n:team_meeting:2"),
        ({"last": {"of": "team_meeting", "order": "held_on", "get": "$id"}}, "n:team_meeting:2"),
        ({"last": {"of": "closure", "order": "closed_on", "get": "$outcome"}}, None),
        ({"first": {"of": "closure", "order": "closed_on", "get": "$outcome"}}, None),
        (entry(PRIMARY), "minority"),
        (entry({"count": {"of": "$barriers"}}), 1),
        ({"first": {"of": "status", "order": "observed_on", "get": {"count": {"of": "$barriers"}}}}, 0),
        ({"count": {"of": "placement", "where": {"eq": ["$hire", True]}}}, 2),
        ({"count": {"of": "programme"}}, 2),
        ({"attr": {"list": "labour_status", "get": "group", "of": "inactive_care"}}, "inactive"),
        ({"attr": {"list": "labour_status", "get": "group", "of": "$closed_on"}}, None),
        ({"attr": {"list": "phase", "get": "kind", "of": "$phase"}}, "open"),
        ({"band": {"list": "age_band", "of": 17}}, "0_17"),
        ({"band": {"list": "age_band", "of": 99}}, "55_plus"),
        ({"band": {"list": "age_band", "of": "$closed_on"}}, None),
        ({"join": ["$pathway", "$phase"]}, "transition_hired"),
        ({"join": ["$pathway", "$closed_on"]}, None),
        ({"times": [7.29, 100]}, 729),
        ({"times": ["$closed_on", 100]}, None),
        ({"case": {"when": [[{"eq": ["$phase", "hired"]}, 1], [True, 2]], "else": 3}}, 1),
        ({"case": {"when": [[{"eq": ["$phase", "drafting"]}, 1]], "else": 3}}, 3),
        ({"case": {"when": [[False, 1]]}}, None),
    ],
)  # fmt: skip
def test_values(expression, answer):
    assert value(expression) == answer


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ({"eq": ["$phase", "hired"]}, True),
        ({"eq": ["$closed_on", "$closed_on"]}, False),
        ({"ne": ["$phase", "hired"]}, False),
        ({"ne": ["$phase", "drafting"]}, True),
        ({"ne": ["$closed_on", "2024-01-01"]}, False),
        ({"lt": ["$opened_on", "$started_on"]}, True),
        ({"le": ["$opened_on", "$opened_on"]}, True),
        ({"gt": ["$opened_on", "$started_on"]}, False),
        ({"ge": ["$opened_on", "2024-01-10"]}, True),
        ({"ge": ["$opened_on", "$closed_on"]}, False),
        ({"lt": ["$closed_on", "$opened_on"]}, False),
        ({"gt": [{"days": ["$opened_on", "$started_on"]}, 21]}, True),
        ({"gt": [{"days": ["$opened_on", "$closed_on"]}, 21]}, False),
        ({"le": [{"add": ["$opened_on", "P1M"]}, "$started_on"]}, False),
        ({"le": [{"add": ["$closed_on", "P1M"]}, "$started_on"]}, False),
        ({"in": ["$phase", ["hired", "planned"]]}, True),
        ({"in": ["$closed_on", ["hired"]]}, False),
        ({"in": ["$participant.sex", ["M", "F"]]}, True),
        ({"in": ["$participant.citizenships", ["FR", "MA"]]}, True),
        ({"in": ["$participant.citizenships", ["FR"]]}, False),
        ({"in": ["$programmes.programme", ["municipal"]]}, False),
        ({"in": ["$agency.country", "$participant.citizenships"]}, False),
        ({"in": ["IT", "$participant.citizenships"]}, True),
        ({"in": ["IT", "$closed_on"]}, False),
        ({"and": [True, {"eq": ["$phase", "hired"]}]}, True),
        ({"and": [True, False]}, False),
        ({"and": [True]}, True),
        ({"and": [True, True, False]}, False),
        ({"and": [True, True, True, False]}, False),
        ({"and": [True, True, True, True]}, True),
        ({"or": [False, {"eq": ["$phase", "hired"]}]}, True),
        ({"or": [False, False]}, False),
        ({"not": {"eq": ["$closed_on", "2024-01-01"]}}, True),
        ({"null": "$closed_on"}, True),
        ({"null": "$agreement.signed_on"}, False),
        ({"set": "$hired_on"}, True),
        ({"set": "$closed_on"}, False),
        ({"set": "$programmes.programme"}, True),
        ({"any": {"of": "team_meeting"}}, True),
        ({"any": {"of": "closure"}}, False),
        ({"none": {"of": "closure"}}, True),
        ({"none": {"of": "team_meeting", "where": {"set": "$held_on"}}}, False),
        ({"any": {"of": "team_meeting", "where": {"ge": ["$held_on", "$^.started_on"]}}}, True),
        ({"any": {"of": "status", "where": OF_EXIT}}, False),
        ({"any": {"of": "team_meeting", "where": {"eq": ["$^.agreement.type", "framework"]}}}, True),
        ({"use": "is_hired"}, True),
    ],
)  # fmt: skip
def test_conditions(expression, answer):
    assert value(expression, definitions={"is_hired": {"eq": ["$phase", "hired"]}}) is answer


@pytest.mark.parametrize(
    ("view", "rows"),
    [
        ("programme", ["OP-1", "OP-2"]),
        ("phase_interval", ["drafting", "insertion_coop", "hired"]),
        ("status", ["inactive_care", "unknown", "self_employed"]),
        ("entry_barrier", ["debt"]),
        ("exit_barrier", []),
        ("rated_competence", [2]),
        ("accompaniment.programmes", ["OP-1", "OP-2", "OP-1"]),
        ("closure", []),
        ("plan.signed_by", []),
    ],
)
def test_views(view, rows):
    names = {
        "programme": "operation",
        "accompaniment.programmes": "operation",
        "phase_interval": "phase",
        "status": "labour_status",
        "rated_competence": "gain",
    }
    scene = Scene("accompaniment", DOCUMENTS, OUTSIDE, {})

    assert [row[names.get(view, "code")] for row in scene.rows(view)] == rows
    assert scene.rows(view) is scene.rows(view)


def test_a_definition_is_worked_out_once_and_of_the_first_record():
    asked = []

    def decide(row, outer, scene):
        asked.append(row["id"])

    scene = Scene("accompaniment", DOCUMENTS, OUTSIDE, {"one": decide})

    assert scene.named("one") is None
    assert scene.named("one") is None
    assert asked == [ACC["id"]]


def test_a_dossier_without_an_accompaniment_has_nothing_to_say_of_one():
    scene = Scene("referral", {"referral": [{"id": "n:referral:1", "participant": "p"}]}, {}, {})

    assert scene.root["id"] == "n:referral:1"
    assert scene.owners["accompaniment"] == {}
    assert scene.rows("phase_interval") == scene.rows("programme") == []
    assert scene.find("n:referral:1") is scene.root
    assert scene.find("somebody else") == {}


@pytest.mark.parametrize(
    ("moment", "path", "day"),
    [("day", "$day", "2024-03-15"), ("slot", "$slot.start", "2024-03-01"), ("slot", "$slot.end", "2024-03-31")],
)
def test_the_moment_looked_at_has_a_name(moment, path, day):
    assert value(path, moment=moment) == day


def test_dates_compared_with_the_moment_are_remembered_with_the_day_they_turn():
    place = Place(shape_of("accompaniment") or LEAF, "accompaniment", moment="day")
    inner = {
        "and": [
            {"le": ["$from", "$day"]},
            {"lt": ["$day", "$to"]},
            {"ge": ["$^.hired_on", "$day"]},
            {"eq": ["$day", "$to"]},
        ]
    }
    compiler = Compiler()
    compiler.compile({"any": {"of": "phase_interval", "where": inner}}, place, "")

    assert compiler.findings == []
    assert place.watched == [
        ("phase_interval", "from", 0),
        ("phase_interval", "to", 0),
        ("", "hired_on", 1),
        ("phase_interval", "to", 0),
        ("phase_interval", "to", 1),
    ]  # fmt: skip


def test_dates_move_by_clamped_months_and_ages_know_vague_births():
    assert moved("2025-08-31", "P6M") == "2026-02-28"
    assert moved("2024-02-29", "-P12M") == "2023-02-28"
    assert days_between("2024-02-28", "2024-03-01") == 2
    assert [years_old(birth, "2024-07-14") for birth in ("2004", "2004-07", "2004-07-14", "2004-08")] == [
        20,
        19,
        20,
        19,
    ]


def test_the_last_of_nothing_is_nothing():
    assert last_row([], "from") == {}


def test_shapes_come_from_the_schema():
    assert shape_of("phase_interval").fields["from"].date
    assert not shape_of("participant").fields["birth_date"].date
    assert shape_of("plan.signed_by").fields["actor"].target == "actor"
    assert shape_of("placement.from") is None
    assert shape_of("agreement").fields["hosts"].target is None
    assert shape_of("nothing") is shape_of("nothing.at_all") is None
