"""Who may call what, read from the published descriptions."""

import json
from pathlib import Path
from typing import Any

import pytest

OPENAPI = Path(__file__).parents[2] / "openapi"
METHODS = {"get", "put", "post", "delete", "patch", "options", "head", "trace"}

# A new operation that anybody may call must be added here, by somebody who has thought about it.
OPEN_OPERATIONS = {
    "node": {
        "read_descriptor",
        "issue_token",
        "revoke_token",
        "introspect_token",
        "read_token_keys",
        "read_server_metadata",
        "read_resource_metadata",
    },
    "hub": {
        "list_members",
        "list_collections",
        "read_collection",
        "read_keys",
        "list_publications",
        "read_publication",
        "list_datasets",
        "read_catalogue_ttl",
        "read_catalogue_jsonld",
        "read_dataset",
        "read_dataset_json",
        "read_dataset_csv",
        "read_dataset_xlsx",
        "read_dataset_jsonl",
        "read_dataset_parquet",
        "read_dataset_csvw",
        "read_dataset_sdmx_csv",
        "read_dataset_sdmx_data",
        "read_dataset_sdmx_structure",
        "list_tabulations",
        "read_tabulation",
        "list_certificates",
        "list_slots",
        "read_slot",
        "read_later",
        "read_tables",
        "list_corrections",
        "read_introduction",
        "read_directory",
        "ask_membership",
        "announce_descriptor",
        "leave_federation",
        "list_pulls",
    },
    "trustee": {
        "read_keys",
        "read_roster",
        "read_roster_version",
        "ask_admission",
        "read_batches",
        "read_certificate",
        "sum_batch",
    },
}


def operations(party: str) -> dict[str, dict[str, Any]]:
    described = json.loads((OPENAPI / f"{party}.v1.json").read_bytes())
    found = [part for path in described["paths"].values() for method, part in path.items() if method in METHODS]
    return {operation["operationId"]: operation for operation in found}


def scopes(operation: dict[str, Any]) -> set[str]:
    return {scope for way in operation.get("security", ()) for needed in way.values() for scope in needed}


@pytest.mark.parametrize("party", OPEN_OPERATIONS)
def test_every_operation_names_its_scope_but_the_open_ones(party: str) -> None:
    found = operations(party)
    assert found
    assert {name for name, operation in found.items() if not scopes(operation)} == OPEN_OPERATIONS[party]


@pytest.mark.parametrize("party", OPEN_OPERATIONS)
def test_a_guarded_operation_says_that_it_may_refuse(party: str) -> None:
    guarded = {name: operation for name, operation in operations(party).items() if scopes(operation)}
    assert guarded or party != "node"
    assert {name for name, operation in guarded.items() if not {"401", "403"} <= set(operation["responses"])} == set()


def test_operation_ids_are_verb_noun_and_used_once() -> None:
    for party in OPEN_OPERATIONS:
        described = (OPENAPI / f"{party}.v1.json").read_text(encoding="utf-8")
        found = operations(party)
        assert described.count('"operationId"') == len(found)
        assert [name for name in found if "_" not in name or name != name.lower()] == []
