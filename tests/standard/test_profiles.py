from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from coupole.standard import LANGUAGES, profiles, resource
from coupole.standard.entities import ENTITIES
from coupole.standard.profiles import ProfileUnknown, load, merged
from coupole.standard.reading import parse
from coupole.standard.validation import findings

DOCUMENTS = [
    (entity, parse(path.read_bytes()))
    for kind in ("valid", "invalid")
    for entity in ENTITIES
    for path in sorted(resource("v1", "examples", kind, entity).glob("*.json"))
]


def example(entity: str, name: str) -> dict[str, object]:
    return dict(parse(resource("v1", "examples", "valid", entity, f"{name}.json").read_bytes()))


@pytest.mark.parametrize("name", profiles.names())
def test_a_profile_is_made_of_schemas_named_in_four_languages(name):
    profile = load(name)

    assert (profile.name, set(profile.titles)) == (name, set(LANGUAGES))
    assert profile.schemas.keys() == ENTITIES.keys()
    for entity, schema in profile.schemas.items():
        Draft202012Validator.check_schema(schema)
        assert schema["properties"].keys() == ENTITIES[entity].schema["properties"].keys()


@pytest.mark.parametrize("name", profiles.names())
def test_a_profile_only_narrows_what_it_takes_the_standard_takes(name):
    profile = load(name)
    taken = [(entity, document) for entity, document in DOCUMENTS if not profile.findings(entity, document)]

    assert len(taken) > len(ENTITIES)
    assert [entity for entity, document in taken if findings(entity, document)] == []


def test_flanders_writes_the_national_number_in_eleven_digits_and_asks_for_the_ladder():
    person = example("participant", "all-fields-known")
    entry = example("status_observation", "entry-unemployed")
    del entry["participation_ladder"]

    assert not findings("participant", person)
    wrong = load("be-vlg").findings("participant", person)
    assert [(one.code, one.pointer) for one in wrong] == [("pattern_mismatch", "/national_identifier")]
    assert not load("be-vlg").findings("participant", person | {"national_identifier": "91041212345"})
    asked = load("be-vlg").findings("status_observation", entry)
    assert [(one.code, one.pointer) for one in asked] == [("condition_unmet", "/participation_ladder")]


def test_italy_asks_for_the_number_of_the_deed():
    agreement = example("agreement", "by-target-group")

    assert [(one.code, one.pointer) for one in load("it").findings("agreement", agreement)] == [
        ("required_missing", "/reference")
    ]


def test_a_profile_of_nowhere_is_unknown():
    with pytest.raises(ProfileUnknown):
        load("../v1/codelists/sex")


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": "foo"}, ["c"], ["c"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_rfc_7396_says(target, patch, result):
    assert merged(target, patch) == result
