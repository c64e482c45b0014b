from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.standard import resource, schemas, validation
from coupole.standard.entities import ENTITIES
from coupole.standard.reading import canonical, parse
from coupole.standard.sentences import sentence
from coupole.standard.validation import (
    DocumentInvalid,
    SchemaUnknown,
    accepts,
    check,
    check_against,
    findings,
)

EXAMPLES = {
    entity: [parse(path.read_bytes()) for path in sorted(resource("v1", "examples", "valid", entity).glob("*.json"))]
    for entity in ENTITIES
}
CANARY = "Zyxwvut Canary"
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([3.0, -0.0, 1e300, "", "\n", "é", "e\u0301", "2026-02-30", "2024-02-29", "2026-02-28\n", "1899"]),
    st.sampled_from(["accepted", "insertion_coop", "exit", "entry", "employed_ordinary", "P1M", "BE", "XA", "EUR"]),
    st.text(max_size=30),
    st.lists(st.integers(0, 3), max_size=4),
    st.dictionaries(st.sampled_from(["id", "code", "org.example", "No domain"]), st.integers(0, 3), max_size=3),
)


def example(entity: str, number: int = 0) -> Any:
    return copy.deepcopy(EXAMPLES[entity][number])


def containers(value: Any) -> list[Any]:
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return (
        [value, *(found for inner in inside for found in containers(inner))] if isinstance(value, dict | list) else []
    )


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, Any]:
    """A valid example with one to three places taken out, doubled or replaced."""
    entity = draw(st.sampled_from(list(ENTITIES)))
    document = copy.deepcopy(draw(st.sampled_from(EXAMPLES[entity])))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(containers(document)))
        if isinstance(place, dict):
            key = draw(st.sampled_from([*place, "unexpected", "org.example.x"]))
            if draw(st.booleans()):
                place.pop(key, None)
            else:
                place[key] = draw(STRANGE)
        elif place and draw(st.booleans()):
            place.append(copy.deepcopy(place[0]))
        else:
            place.append(draw(STRANGE))
    return entity, document


@settings(max_examples=400)
@given(mutants())
def test_the_fast_and_the_reference_validator_agree_on_every_mutant(mutant):
    entity, document = mutant

    assert accepts(entity, document) == (findings(entity, document) == [])


@settings(max_examples=200)
@given(mutants())
def test_every_finding_can_be_said_in_words_and_leads_to_a_place_that_has_a_name(mutant):
    entity, document = mutant

    for finding in findings(entity, document):
        assert "…" not in sentence(finding.code, "en", finding.params).title, finding
        assert schemas.at(ENTITIES[entity].schema, _steps(ENTITIES[entity].schema, finding.rule)) is not None


def _steps(schema: Any, rule: str) -> list[Any]:
    steps: list[Any] = []
    for name in rule.split("/")[1:]:
        steps.append(int(name) if isinstance(schema, list) else name.replace("~1", "/").replace("~0", "~"))
        schema = schema[steps[-1]]
    return steps


@pytest.mark.parametrize("entity", ENTITIES)
def test_no_value_and_no_unknown_name_of_a_document_is_ever_in_a_finding(entity):
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - which places to spoil, nothing secret
        document = example(entity, seed % len(EXAMPLES[entity]))
        place = chance.choice(containers(document))
        if isinstance(place, list):
            place.append({CANARY: CANARY})
        else:
            place[chance.choice([*place, CANARY])] = chance.choice([CANARY, [CANARY], {CANARY: [{CANARY: CANARY}]}])
        assert CANARY not in repr(findings(entity, document))
        with pytest.raises(DocumentInvalid) as refused:
            check(entity, {**document, CANARY: CANARY})
        assert CANARY not in repr(refused.value) + repr(refused.value.findings)


@pytest.mark.parametrize("name", ["alternate_names", "extensions"])
def test_names_that_a_document_chooses_are_cut_from_the_place(name):
    document = example("organisation")
    document[name] = {CANARY: 1}

    assert {finding.pointer for finding in findings("organisation", document)} == {f"/{name}"}


def test_a_valid_document_passes_the_check():
    check("closure", example("closure"))


def test_a_text_that_ends_in_a_line_feed_is_not_a_date():
    document = {**example("closure"), "closed_on": "2026-02-27\n"}

    assert not accepts("closure", document)
    assert ("pattern_mismatch", "/closed_on") in {(one.code, one.pointer) for one in findings("closure", document)}


def test_what_is_wrong_altogether_is_said_in_one_finding():
    assert [(one.code, one.pointer) for one in findings("closure", [])] == [("type_wrong", "")]


def test_a_condition_names_the_fields_that_make_the_other_one_needed():
    document = example("accompaniment")
    del document["referral"]

    (finding,) = findings("accompaniment", document)

    assert (finding.code, finding.pointer, finding.params) == ("condition_unmet", "/referral", {"fields": "phase"})


def test_either_of_two_fields_is_enough_and_neither_is_too_little():
    document = example("team_meeting", 0)
    del document["planned_on"]

    (finding,) = findings("team_meeting", document)

    assert (finding.code, finding.params) == ("condition_unmet", {"fields": "planned_on, held_on"})


def test_a_document_with_countless_mistakes_is_answered_shortly():
    document = example("participant")
    document["consents"] = [{"purpose": 1}] * 5000

    assert 0 < len(findings("participant", document)) <= 200


def test_a_value_for_a_person_who_declined_is_null_with_the_reason():
    document = example("participant")
    document |= {"minority": None, "missing": {"minority": "declined"}}
    assert accepts("participant", document)

    del document["missing"]
    assert [one.code for one in findings("participant", document)] == ["missing_reason_absent"]


def test_an_open_list_takes_codes_of_a_federation():
    document = example("accompaniment")
    document["programmes"] = [{"programme": "lottery_fund", "operation": "L-1"}]

    assert accepts("accompaniment", document)


def test_a_document_can_be_checked_against_any_schema_of_the_standard():
    tombstone = {name: example("closure")[name] for name in ("id", "schema_version", "node", "revision", "updated_at")}

    check_against("tombstone", {**tombstone, "deleted": True})
    with pytest.raises(DocumentInvalid) as refused:
        check_against("tombstone", tombstone)
    assert [(one.code, one.pointer) for one in refused.value.findings] == [("required_missing", "/deleted")]


def test_rules_behind_references_are_explained_too():
    mapping = {
        "mapping": 1,
        "name": "x y",
        "key": [""],
        "documents": [{"entity": "closure", "as": "c", "document": {}}],
    }

    with pytest.raises(DocumentInvalid) as refused:
        check_against("mapping", mapping)
    assert {(one.code, one.pointer) for one in refused.value.findings} == {
        ("pattern_mismatch", "/name"),
        ("too_short", "/key/0"),
    }


@pytest.mark.parametrize("name", ["no_such_schema", "../../pyproject", "https://json-schema.org/draft/2020-12/schema"])
def test_only_schemas_of_the_standard_are_used(name):
    with pytest.raises(SchemaUnknown):
        check_against(name, {})


def test_a_reference_to_another_place_is_never_fetched(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("socket.socket.connect", lambda *where: asked.append(where))
    monkeypatch.setattr("urllib.request.urlopen", lambda *where, **_: asked.append(where))
    (tmp_path / "v1").mkdir()
    away = {"$id": "https://coupole.eu/schema/v1/away.schema.json", "$ref": "http://127.0.0.1:9/schema.json"}
    (tmp_path / "v1" / "away.schema.json").write_text(json.dumps(away))
    monkeypatch.setattr(schemas, "resource", lambda *parts: tmp_path.joinpath(*parts))
    caches = (schemas.schema_file, schemas.schema_names, validation._fast, validation._explainer)
    for kept in caches:
        kept.cache_clear()
    try:
        for read in (validation._fast, lambda name: validation._explainer(name).explain({})):
            with pytest.raises(Exception, match=r"(?i)unresolvable|not found|offline|unretrievable|127\.0\.0\.1"):
                read("away")
    finally:
        for kept in caches:
            kept.cache_clear()
    assert asked == []


@pytest.mark.parametrize("entity", ENTITIES)
def test_documents_survive_being_written_and_read(entity):
    for document in EXAMPLES[entity]:
        assert parse(canonical(document)) == document
