"""A node keeps to its own OpenAPI document, whatever is asked of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance
from starlette.testclient import TestClient

from coupole.node.api.routing import OPEN_OPERATIONS
from coupole.node.app import create_app
from coupole.node.opening import create_node
from coupole.node.settings import NodeSettings
from tests.calling import RunningNode
from tests.factories import FACTORIES, NODE, id_of, participant
from tests.stores import with_files

ENTITIES = ("participant", "accompaniment", "evaluation")
"""All entities have the same routes; one without an owner, one that owns, one that hangs on it."""
COLLECTIONS = {"participant": "participants", "accompaniment": "accompaniments", "evaluation": "evaluations"}
WITH_DOCUMENT = ("create", "replace")
"""Their schemas have conditions, from which no document can be made up: those of the factories are changed instead."""
VERBS = ("read", "create", "replace", "delete", "history")
WHOLE = ("list_changes", "import_documents", "export_documents", "list_releases", "read_release", "list_egress")
METHOD = (
    *(
        "read_steps",
        "read_findings",
        "read_due",
        "list_due",
        "read_moves",
        "read_proposal",
        "list_pathways",
        "read_plan_on",
    ),
    *("list_local_fields", "list_deleted", "create_move", "create_correction", "create_restoration"),
)
RELEASE = {"catalogue": "core", "version": "1.0.0", "period": "2025-03"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node with a few files."""
    directory: Path = tmp_path_factory.mktemp("contract") / NODE
    values = {"directory": directory, "name": "Atelier Nord", "node_id": NODE, "issuer": "http://127.0.0.1:8100"}
    made = NodeSettings.checked(values)
    create_node(made)
    app = create_app(made)
    with TestClient(app, base_url=made.issuer) as client:
        running = RunningNode(app, made, client)
        with_files(running.node.store, 1, 2, 3)
        running.call("GET", "/api/v1/plans")  # from here on there is a token
        yield running


@pytest.fixture(scope="module")
def described(node: RunningNode) -> Any:
    """Its OpenAPI document, as whoever tests by it reads it."""
    loaded = schemathesis.openapi.from_dict(node.app.openapi())
    loaded.app = node.app
    return loaded


@schemathesis.serializer("application/x-ndjson")
def lines(_context: Any, value: Any) -> dict[str, bytes]:
    """Lines of text, as they are."""
    return {"data": str(value).encode("utf-8", "surrogatepass")}


def operations() -> list[str]:
    entity = [f"{verb}_{name}" for name in ENTITIES for verb in VERBS if verb not in WITH_DOCUMENT]
    return sorted([*entity, *(f"list_{COLLECTIONS[name]}" for name in ENTITIES), *WHOLE, *METHOD, *OPEN_OPERATIONS])


def send(node: RunningNode, case: schemathesis.Case) -> int:
    """The case with token and proof, and its answer held against the document; the answer's status."""
    program = node.program()
    request = httpx2.Request(case.method, f"{node.settings.issuer}{case.formatted_path}")
    program.sign(request)
    signed = {name: request.headers[name] for name in ("authorization", "dpop")}
    # A schema cannot say that a revision must be current, a reference alive, a cursor one of ours.
    answer = case.call_and_validate(headers=signed, excluded_checks=[positive_data_acceptance])
    return int(answer.status_code)


@pytest.mark.parametrize("operation", operations())
def test_every_answer_is_one_the_document_describes(node: RunningNode, described: Any, operation: str) -> None:
    asked = described.find_operation_by_id(operation)
    met: Counter[int] = Counter()
    modes = [GenerationMode.POSITIVE]
    if operation != "import_documents" and any(asked.iter_parameters()):  # no text is a wrong text there
        modes.append(GenerationMode.NEGATIVE)
    for mode in modes:

        @given(case=asked.as_strategy(generation_mode=mode))
        @settings(max_examples=5, database=None, suppress_health_check=list(HealthCheck))
        def examples(case: schemathesis.Case) -> None:
            met[send(node, case)] += 1

        examples()
    assert met  # with nothing asked there would be nothing wrong either


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def documents(draw: st.DrawFn, entity: str) -> Any:
    """A valid document, one without a field, one with anything in a field, or anything."""
    whole = FACTORIES[entity](draw(st.integers(1, 5)))
    field = draw(st.sampled_from(sorted(whole)))
    without = {name: value for name, value in whole.items() if name != field}
    return draw(st.sampled_from([whole, without]) | JSON.map(lambda value: {**whole, field: value}) | JSON)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("verb", WITH_DOCUMENT)
def test_every_document_is_answered_as_described(node: RunningNode, described: Any, verb: str, entity: str) -> None:
    asked = described.find_operation_by_id(f"{verb}_{entity}")
    met: Counter[int] = Counter()

    @given(body=documents(entity), revision=st.integers(0, 3))
    @settings(max_examples=30, database=None, suppress_health_check=list(HealthCheck))
    def examples(body: Any, revision: int) -> None:
        rest = {}
        if verb == "replace":
            rest = {"path_parameters": {"id": id_of(entity, 2)}, "headers": {"If-Match": f'"{revision}"'}}
        met[send(node, asked.Case(body=body, media_type="application/json", **rest))] += 1

    examples()
    assert met.keys() & {200, 201, 412}
    assert 422 in met


def test_the_answers_of_a_good_question_are_described_as_well(node: RunningNode, described: Any) -> None:
    one = {"id": id_of("participant", 2)}
    good: list[tuple[str, int, dict[str, Any]]] = [
        ("list_participants", 200, {"query": {"limit": 2}}),
        ("read_participant", 200, {"path_parameters": one}),
        ("create_participant", 201, {"body": participant(8), "media_type": "application/json"}),
        ("history_participant", 200, {"path_parameters": one}),
        ("list_changes", 200, {"query": {"after": 1}}),
        *((name, 200, {"path_parameters": {"id": id_of("accompaniment", 2)}}) for name in METHOD[:3]),
        ("read_moves", 200, {"path_parameters": {"id": id_of("accompaniment", 2)}}),
        ("list_due", 200, {}),
        ("list_pathways", 200, {}),
        ("list_local_fields", 200, {}),
        ("list_deleted", 200, {}),
        ("export_documents", 200, {}),
        ("read_release", 200, {"path_parameters": RELEASE}),
        ("list_releases", 200, {}),
        ("list_egress", 200, {}),
        ("read_descriptor", 200, {}),
    ]
    for operation, status, asked in good:
        case = described.find_operation_by_id(operation).Case(**asked)
        assert send(node, case) == status, operation
