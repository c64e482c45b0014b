"""The examples are part of the standard: whoever writes another implementation tests it with them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from coupole.errors import Finding
from coupole.standard import resource
from coupole.standard.entities import ENTITIES, Field
from coupole.standard.reading import parse
from coupole.standard.validation import accepts, findings
from tests.standard.constraints import Breach, constraints

VALID = resource("v1", "examples", "valid")
INVALID = resource("v1", "examples", "invalid")


def examples(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


@cache
def refused(entity: str) -> dict[str, list[Finding]]:
    """File name of each invalid example -> what is found in it."""
    return {path.stem: findings(entity, parse(path.read_bytes())) for path in examples(INVALID / entity)}


def test_there_are_examples_of_every_entity_and_of_nothing_else():
    assert {path.name for path in VALID.iterdir()} == set(ENTITIES) == {path.name for path in INVALID.iterdir()}


@pytest.mark.parametrize("entity", ENTITIES)
def test_valid_examples_are_accepted_and_nothing_is_found_in_them(entity):
    paths = examples(VALID / entity)

    assert len(paths) >= 2
    for path in paths:
        document = parse(path.read_bytes())
        assert accepts(entity, document), path.name
        assert findings(entity, document) == [], path.name
    assert len({path.read_bytes() for path in paths}) == len(paths)


@pytest.mark.parametrize("entity", ENTITIES)
def test_valid_examples_use_every_field(entity):
    documents = [parse(path.read_bytes()) for path in examples(VALID / entity)]

    assert list(unused(ENTITIES[entity].fields, documents)) == []


def unused(named: Any, documents: list[Any]) -> list[str]:
    field: Field
    left = []
    for name, field in named.items():
        values = [document[name] for document in documents if document.get(name) is not None]
        left += [] if values else [name]
        rows = [row for value in values for row in (value if isinstance(value, list) else [value])]
        left += [f"{name}/{inner}" for inner in unused(field.fields, rows)]
    return left


@pytest.mark.parametrize("entity", ENTITIES)
def test_invalid_examples_are_refused_for_the_reason_in_their_name_and_no_other(entity):
    found = refused(entity)

    assert found
    for name, reasons in found.items():
        place, code = name.removesuffix(f".{name.rsplit('.', 1)[-1]}").rsplit(".", 1) if name[-1].isdigit() else (
            name.rsplit(".", 1)
        )  # fmt: skip
        pointer = "" if place == "document" else "/" + place.replace(".", "/")
        assert [(one.code, one.pointer) for one in reasons] == [(code, pointer)], name
        assert not accepts(entity, json.loads((INVALID / entity / f"{name}.json").read_bytes())), name


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_constraint_has_an_example_that_is_refused_because_of_it(entity):
    shown = {breach for reasons in refused(entity).values() for one in reasons for breach in breaches(one)}
    asked = constraints(entity)

    assert len(asked) > 30
    assert [origin for origin, ways in asked.items() if not ways & shown] == []


def breaches(finding: Finding) -> set[Breach]:
    absent = finding.pointer.rsplit("/", 1)[-1] if finding.rule.endswith("/required") else None
    return {Breach(finding.rule, finding.code, absent)}
