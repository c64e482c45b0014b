from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from coupole.standard import LANGUAGES
from coupole.standard.codes import code_list, code_list_names
from coupole.standard.entities import ENTITIES, ENVELOPE, Field
from coupole.standard.schemas import resolved, schema_file, schema_names

WIDGETS = {
    "checkbox", "checkboxes", "countries", "country", "currency", "date", "duration", "group", "hidden", "language",
    "lines", "missing", "money", "number", "partial_date", "reference", "references", "register", "rows", "select",
    "text", "textarea", "url",
}  # fmt: skip
OWN = (*ENTITIES, "types", "codes", "tombstone")


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every object in a schema with its path, whatever it is for."""
    if isinstance(schema, dict):
        yield path, schema
        for name, inner in schema.items():
            yield from parts(inner, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from parts(inner, f"{path}/{number}")


def described(schema: Any) -> Iterator[tuple[str, Any]]:
    """The parts that describe a value; conditions, which describe none, left out."""
    conditions = ("/if/", "/then/", "/contains/", "/oneOf/")
    return ((path, part) for path, part in parts(schema) if not any(word in f"{path}/" for word in conditions))


def fields(entity: str) -> Iterator[tuple[str, Field]]:
    def inside(named: Any, path: str) -> Iterator[tuple[str, Field]]:
        for name, field in named.items():
            yield f"{path}/{name}", field
            yield from inside(field.fields, f"{path}/{name}")

    return inside(ENTITIES[entity].fields, entity)


@pytest.mark.parametrize("name", schema_names())
def test_every_file_is_a_schema_of_2020_12_named_by_its_address(name):
    schema = schema_file(name)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://coupole.eu/schema/v1/{name}.schema.json"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", schema_names())
def test_references_stay_inside_the_standard(name):
    for path, part in parts(schema_file(name)):
        reference = part.get("$ref", "#")
        file, _, _pointer = reference.partition("#") if isinstance(reference, str) else ("", "", "")
        assert not file or file.removesuffix(".schema.json") in schema_names(), path


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_object_is_closed(entity):
    objects = [(path, part) for path, part in parts(resolved(entity)) if part.get("type") == "object"]

    assert objects
    for path, part in objects:
        inside = part.get("additionalProperties")
        assert inside is False or "extensions" in path, path
        assert inside is False or {"maxProperties", "type"} <= part.keys(), path


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_input_has_a_size(entity):
    for path, part in described(resolved(entity)):
        match part.get("type"):
            case "string":
                bounded = "maxLength" in part or not re.search(r"[^\\][*+]|\{[0-9]+,\}", part["pattern"])
                assert bounded, path
                assert "pattern" not in part or part["pattern"].startswith("^"), path
                assert "pattern" not in part or part["pattern"].endswith("$"), path
            case "array":
                assert "maxItems" in part or (part["uniqueItems"] and "enum" in part["items"]), path
            case "integer" | "number":
                assert {"minimum", "maximum"} <= part.keys(), path


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_field_says_what_it_is_who_may_see_it_and_how_it_is_asked(entity):
    named = list(fields(entity))
    properties = [
        (path, part)
        for path, schema in described(resolved(entity))
        for part in schema.get("properties", {}).values()
        if not path.endswith("/missing")
    ]

    assert len(named) == len(properties), "a field without labels"
    for path, field in named:
        assert set(field.schema["x-labels"]) == set(LANGUAGES), path
        assert all(field.label(language).strip() for language in LANGUAGES), path
        assert field.schema["description"].endswith((".", "…")), path
        assert field.data_class in ("L", "X", "S"), path
        assert field.widget in WIDGETS, path
        assert not (field.special and field.data_class == "X"), f"{path}: special data is never exchanged by default"


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_choice_is_worded_in_four_languages(entity):
    for path, field in fields(entity):
        value = field.value.get("items", field.value)
        for choices in (value["enum"],) if "enum" in value else ():
            for language in LANGUAGES:
                options = field.options(language)
                assert [code for code, _ in options] == choices, path
                assert all(label for _, label in options), path


def test_every_list_of_codes_that_is_named_exists_and_is_the_one_enforced():
    named = set()
    for entity in ENTITIES:
        for path, part in parts(schema_file(entity)):
            if "x-codelist" in part and path:
                named.add(part["x-codelist"])
                assert f"codes.schema.json#/$defs/{part['x-codelist']}" in str(part), path

    assert len(named) >= 30
    assert named <= set(code_list_names())


def test_who_counts_as_working_is_said_alike_by_the_schema_and_the_list():
    conditions = [rule["if"]["properties"]["labour_status"]["enum"] for rule in _conditions_on("labour_status")]
    groups = code_list("labour_status")

    assert sorted(conditions) == sorted(
        [
            [code for code in groups.ids if groups.attribute(code, "group") in ("unemployed", "inactive")],
            [code for code in groups.ids if groups.attribute(code, "group") == "employed"],
        ]
    )


def _conditions_on(field: str) -> list[Any]:
    rules = schema_file("status_observation")["allOf"]
    return [rule for rule in rules if "enum" in rule["if"]["properties"].get(field, {})]


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_field_may_be_missing_exactly_when_a_reason_can_be_given(entity):
    schema = ENTITIES[entity].schema
    nullable = {name for name, field in ENTITIES[entity].fields.items() if field.nullable}
    reasons = set(schema["properties"].get("missing", {}).get("properties", {}))
    marks = [(rule["x-finding"], rule["x-field"]) for rule in schema.get("allOf", ()) if "x-finding" in rule]

    assert nullable == reasons
    assert sorted(marks) == sorted(
        (code, name) for name in nullable for code in ("missing_reason_absent", "missing_reason_stray")
    )


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_envelope_is_the_same_everywhere(entity):
    schema = schema_file(entity)
    envelope = [name for name in ENVELOPE if name != "missing"]

    assert schema["required"][: len(envelope)] == envelope
    assert list(schema["properties"])[: len(envelope)] == envelope
    for name in envelope:
        shared = f"{entity}_id" if name == "id" else name
        assert schema["properties"][name] == {"$ref": f"types.schema.json#/$defs/{shared}"}


def test_references_name_the_kind_of_record_they_lead_to():
    seen = 0
    for entity in ENTITIES:
        for path, field in fields(entity):
            value = field.value.get("items", field.value)
            for pattern in re.findall(r":([a-z_|()]+):\[0-7\]", value.get("pattern", "")) if field.targets else ():
                seen += 1
                assert tuple(pattern.strip("()").split("|")) == field.targets, path
            assert field.targets or "reference" not in field.widget, path

    assert seen > 30


@pytest.mark.parametrize("name", OWN)
def test_no_pattern_can_take_exponential_time(name):
    for path, part in parts(schema_file(name)):
        if isinstance(part.get("pattern"), str):
            assert not re.search(r"[+*}]\)[+*{]", part["pattern"].replace("{1,5}", "")), path
