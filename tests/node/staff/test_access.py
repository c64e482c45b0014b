"""Every cell of the list of rights, those it refuses included, against what is promised in words.

The promise is written here a second time, in another form: a slip in the file is found, and so is one in this file.
"""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from typing import Any

import pytest

from coupole.node.staff import access
from coupole.node.staff.access import ACTIONS, CLASSES, FILE, RELATIONS, RightUnknown, may
from coupole.node.staff.accounts import ROLES, Staff
from coupole.node.store.changes import StoredDossier
from coupole.standard.entities import ENTITIES

OF_A_PERSON = {
    "participant", "referral", "accompaniment", "status_observation", "team", "objective", "plan", "team_meeting",
    "evaluation", "placement", "contribution", "action", "follow_up", "closure",
}  # fmt: skip
OF_THE_HOUSE = {"organisation", "actor", "agreement", "coordination_meeting"}
EVERYBODY, WITH_FILES = set(ROLES), {"admin", "officer", "coach", "reader"}
OF_THE_DESK = {
    ("manage", "account"): EVERYBODY,
    ("manage", "calendar"): {"admin", "officer", "coach"},
    ("manage", "release"): {"admin", "officer"},
    ("manage", "sealed"): {"admin"},
    ("manage", "settings"): {"admin"},
    ("manage", "staff"): {"admin"},
    ("read", "log"): {"admin", "auditor"},
    ("read", "egress"): EVERYBODY,
    ("read", "release"): EVERYBODY,
    ("read", "sealed"): {"admin"},
    ("run", "import"): {"admin", "officer"},
    ("run", "correction"): {"admin", "officer"},
    ("run", "assignment"): {"admin", "officer"},
    ("export", "list"): {"admin", "officer", "coach"},
}
OWN = ("assigned", "team")


def promised(role: str, action: str, entity: str, relation: str, field: str) -> bool:
    """What is promised in words."""
    if entity in OF_A_PERSON:
        return relation in {"assigned", "team", "reason", "none", "new"} and _person(role, action, relation, field)
    if relation != "house":
        return False
    if entity in OF_THE_HOUSE:
        return _house(role, action, entity, field)
    return field == "X" and role in OF_THE_DESK.get((action, entity), set())


def _person(role: str, action: str, relation: str, field: str) -> bool:
    if relation == "new":  # a person who has no file yet is written down by those who write
        return action == "write" and role in {"admin", "officer", "coach"}
    if role in {"admin", "officer"}:
        return action in {"find", "read", "write", "delete", "export"}
    if role == "reader":  # reads everything but health, justice and origin; writes nothing
        return action in {"find", "read"} and field != "special"
    if role != "coach":  # an auditor has no business with anybody's file
        return False
    if relation == "none":  # that there is a file, not whose; and a reason opens it
        return (action == "find" and field in {"X", "S"}) or (action == "open" and field == "X")
    if action == "find":
        return relation in OWN or field != "special"
    allowed = {"read": True, "write": True, "delete": relation in OWN, "export": relation == "assigned"}
    return allowed.get(action, False)


def _house(role: str, action: str, entity: str, field: str) -> bool:
    if role in {"admin", "officer"}:
        return action in {"find", "read", "write", "delete"}
    if role == "coach":
        return action in {"find", "read"} or (action == "write" and entity in {"organisation", "actor"})
    return role == "reader" and action in {"find", "read"} and field != "special"


KINDS = sorted(access.matrix().relations)


PLACES = [("file", relation) for relation in RELATIONS] + [(kind, "house") for kind in KINDS if kind not in OF_A_PERSON]


@pytest.mark.parametrize(("kind", "relation"), PLACES)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_a_cell_opens_what_is_promised_and_nothing_else(role: str, action: str, kind: str, relation: str) -> None:
    for entity in sorted(OF_A_PERSON) if kind == "file" else [kind]:
        opened = access.matrix().cells.get((role, action, entity, relation), frozenset())
        for field in CLASSES.values():
            assert (field in opened) is promised(role, action, entity, relation, field), (entity, field)
        assert may(role, action, entity, relation) is bool(opened)


def test_every_kind_of_record_and_nothing_unknown_is_in_the_list() -> None:
    assert set(KINDS) >= set(ENTITIES) == OF_A_PERSON | OF_THE_HOUSE
    assert set(access.matrix().roles) == set(ROLES)
    written = json.loads(FILE.read_text("utf-8"))
    assert set(written["relations"]) == set(RELATIONS)
    assert set(written["actions"]) == set(ACTIONS)
    assert set(written["classes"]) == set(CLASSES.values())


@pytest.mark.parametrize(
    ("role", "action", "entity", "relation"),
    [("root", "read", "plan", "assigned"), ("admin", "burn", "plan", "assigned"), ("admin", "read", "secrets", "house"),
     ("admin", "read", "plan", "friend"), ("", "", "", "")],
)  # fmt: skip
def test_what_the_list_does_not_know_is_refused(role: str, action: str, entity: str, relation: str) -> None:
    assert not may(role, action, entity, relation)


@pytest.mark.parametrize(
    "slip",
    [
        {"coach": {"raed": {"plan": {"assigned": "L"}}}},
        {"coach": {"read": {"plans": {"assigned": "L"}}}},
        {"coach": {"read": {"plan": {"house": "L"}}}},
        {"coach": {"read": {"plan": {"assigned": "LZ"}}}},
        {"coach": {"read": {"file": {"assigned": "L"}, "plan": {"assigned": "LX"}}}},
    ],
)
def test_a_slip_in_the_file_opens_nothing_but_stops_the_service(slip: dict[str, Any]) -> None:
    written = json.loads(FILE.read_text("utf-8"))
    with pytest.raises(RightUnknown):
        access.read(written | {"roles": slip})


@pytest.mark.parametrize(("role", "action"), list(product(ROLES, ACTIONS)))
def test_a_route_asks_whether_the_role_may_do_it_anywhere(role: str, action: str) -> None:
    for entity in KINDS:
        expected = any(promised(role, action, entity, *cell) for cell in product(RELATIONS, CLASSES.values()))
        assert access.anywhere(role, action, entity) is expected, entity


@pytest.mark.parametrize(("action", "entity"), [("burn", "plan"), ("read", "secrets"), ("", "")])
def test_a_route_that_asks_for_an_unknown_right_fails(action: str, entity: str) -> None:
    with pytest.raises(RightUnknown):
        access.anywhere("admin", action, entity)


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_each_field_has_the_class_the_standard_gives_it(entity: str) -> None:
    for name, field in ENTITIES[entity].fields.items():
        assert access.field_class(entity, name) == ("special" if field.special else field.data_class)


@pytest.mark.parametrize(
    ("entity", "path", "found"),
    [
        ("participant", "family_name", "L"),
        ("participant", "minority", "special"),
        ("status_observation", "disability.limits", "special"),
        ("status_observation", "target_groups.0.code", "special"),
        ("team", "members.3.actor", "X"),
        ("participant", "extensions", "L"),
        ("participant", "extensions.shoe_size", "L"),
        ("participant", "revision", "X"),
        ("participant", "no_such_field", "X"),
        ("staff", "name", "X"),
    ],
)
def test_the_class_of_a_field_inside_another(entity: str, path: str, found: str) -> None:
    assert access.field_class(entity, path) == found


PERSON = {
    "id": "x", "revision": 3, "family_name": "Peeters", "sex": "f", "minority": True, "extensions": {"size": 42},
    "missing": {"country_of_birth": "refused", "national_number": "unknown"},
}  # fmt: skip


def test_a_reader_gets_a_document_without_health_justice_and_origin() -> None:
    seen = access.shown("reader", "participant", "none", PERSON)
    assert "minority" not in seen
    assert seen["missing"] == {"national_number": "unknown"}, "why something is missing says something as well"
    assert seen["family_name"] == "Peeters"
    status = {"stage": "entry", "target_groups": [{"code": "x"}], "disability": {"limits": True}}
    assert access.shown("reader", "status_observation", "none", status) == {"stage": "entry"}


def test_a_coach_finds_others_without_a_name_and_sees_their_own_whole() -> None:
    found = access.shown("coach", "participant", "none", PERSON, "find")
    assert not {"family_name", "extensions", "minority"} & found.keys()
    assert found["sex"] == "f"
    assert access.shown("coach", "participant", "assigned", PERSON) == PERSON
    assert access.shown("auditor", "participant", "none", PERSON) == {}


def test_rows_inside_a_document_lose_what_may_not_be_seen() -> None:
    team = {"members": [{"actor": "a", "role": "tutor"}], "accompaniment": "y"}
    assert access.shown("reader", "team", "none", team) == team
    assert access.shown("coach", "settings", "house", {"a": 1}) == {}
    assert access.shown("admin", "settings", "house", {"a": 1}, "manage") == {"a": 1}


ANNA = Staff("staff-1", "Anna", "coach", "nl", "north:actor:1", "anna", None, False)


def dossier(**documents: list[dict[str, Any]]) -> StoredDossier:
    return StoredDossier("f", "accompaniment", documents, {})


@pytest.mark.parametrize(
    ("documents", "relation"),
    [
        ({"accompaniment": [{"responsible": "north:actor:1"}]}, "assigned"),
        ({"accompaniment": [{"responsible": "north:actor:2"}]}, "none"),
        ({"accompaniment": [{}]}, "none"),
        ({"referral": [{"source_actor": "north:actor:1"}]}, "assigned"),
        ({"team": [{"members": [{"actor": "north:actor:1", "from": "2026-01-01"}]}]}, "team"),
        ({"team": [{"members": [{"actor": "north:actor:1", "from": "2026-03-02", "to": "2026-03-02"}]}]}, "team"),
        ({"team": [{"members": [{"actor": "north:actor:1", "from": "2026-03-03"}]}]}, "none"),
        ({"team": [{"members": [{"actor": "north:actor:1", "from": "2025-01-01", "to": "2026-03-01"}]}]}, "none"),
        ({"team": [{"members": [{"actor": "north:actor:2", "from": "2025-01-01"}]}]}, "none"),
        ({"team": [{}]}, "none"),
        ({}, "none"),
    ],
)
def test_what_a_file_is_to_somebody(documents: dict[str, Any], relation: str) -> None:
    assert access.relation(ANNA, dossier(**documents), date(2026, 3, 2)) == relation


def test_whoever_is_no_professional_has_no_file_of_their_own() -> None:
    nobody = Staff("staff-2", "Luc", "coach", "nl", None, "luc", None, False)
    assert access.relation(nobody, dossier(accompaniment=[{"responsible": None}]), date(2026, 3, 2)) == "none"
