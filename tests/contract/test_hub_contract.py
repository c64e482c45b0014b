"""The hub keeps to its own OpenAPI document, whatever is asked of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from coupole.hub.app import OPEN_OPERATIONS, create_app
from coupole.hub.members import directory
from coupole.hub.publication.formats import FORMATS
from coupole.hub.settings import HubSettings
from coupole.wire.keys import KeyRing
from tests.fake_nodes import FakeNode
from tests.federation_network import Network
from tests.sealed_hub import FINE, PEOPLE, SLOT, counted
from tests.sealed_hub import publish as published
from tests.small_hub import RING, SmallHub, hosts

PERIOD = "2026-10"


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    """A hub that published one month."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = HubSettings(directory=Path(folder) / "hub", name="The federation", issuer="https://hub.test")
        chosen.save()
        RING.save(chosen.ring)
        asyncio.run(publish(chosen))
        app = create_app(chosen)
        with TestClient(app):
            loaded = schemathesis.openapi.from_dict(app.openapi())
            loaded.app = app
            yield loaded


async def publish(chosen: HubSettings) -> None:
    hub = SmallHub(chosen.database)
    nodes = [FakeNode(name).shows(PERIOD) for name in ("north", "south")]
    hub.add(*nodes)
    async with Network(hosts(nodes)) as network:
        await hub.collect(network)
    hub.publish()
    THERE["read_tabulation"] = THERE["list_certificates"] = {"tabulation": counted(hub.store, *FINE, values=PEOPLE)}
    published(hub.store)
    keys = KeyRing.create({"directory": "ed25519"})
    with hub.store.writing() as session:
        about = (session, chosen.name, chosen.issuer, keys.public_set("directory"), keys.active("directory"))
        directory.publish(*about, actor="test", now=datetime.now(UTC))
    hub.store.close()


THERE: dict[str, dict[str, Any]] = {
    "read_dataset": {"dataset": "F03"},
    **{f"read_dataset_{form.name}": {"dataset": "F03.sex.slot"} for form in FORMATS},
    "read_publication": {"period": PERIOD},
    "read_collection": {"number": 1},
    **{name: {"slot": SLOT} for name in ("read_slot", "read_later", "read_tables")},
    "list_corrections": {"period": PERIOD},
    "list_pulls": {"node": "north"},
}
"""What was published: random names hardly ever hit it."""


ALIKE = {f"read_dataset_{form.name}" for form in FORMATS}
"""One function answers all of these: random questions are put to ``read_dataset``."""

CHANGING = {"ask_membership", "announce_descriptor", "leave_federation"}
"""What carries a code or a signature, which nothing random has; ``tests/hub/test_joining.py`` asks these."""


def test_every_answer_is_one_the_document_describes(served: Any) -> None:
    met: Counter[tuple[str, int]] = Counter()
    for operation in sorted(OPEN_OPERATIONS - CHANGING):
        described = served.find_operation_by_id(operation)
        if operation in THERE:
            case = described.Case(path_parameters=THERE[operation])
            met[operation, case.call_and_validate().status_code] += 1
        if operation in ALIKE:
            continue
        ask(described, operation, GenerationMode.POSITIVE, met)
        if any(described.iter_parameters()):
            ask(described, operation, GenerationMode.NEGATIVE, met)
    # With nothing asked there would be nothing wrong either.
    assert {operation for operation, status in met if status == 200} == OPEN_OPERATIONS - CHANGING
    assert {status for _operation, status in met} >= {200, 404, 422}


def ask(described: Any, operation: str, mode: GenerationMode, met: Counter[tuple[str, int]]) -> None:
    @given(case=described.as_strategy(generation_mode=mode))
    @settings(max_examples=20, database=None, suppress_health_check=list(HealthCheck))
    def asked(case: schemathesis.Case) -> None:
        met[operation, case.call_and_validate().status_code] += 1

    asked()
