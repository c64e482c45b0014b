"""What every room's tests may use: a node's store on each database, and a node that answers in this process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from starlette.testclient import TestClient

from coupole.node.app import create_app
from coupole.node.opening import create_node
from coupole.node.settings import PURPOSES, NodeSettings
from coupole.node.store import Store, open_store, open_vault
from coupole.wire.keys import KeyRing
from tests.calling import RunningNode
from tests.factories import NODE

# No test says how long anything may take: a machine with other work to do is slow, and right all the same.
_SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "unhurried", hypothesis.settings.default, deadline=None, suppress_health_check=_SLOW
)
hypothesis.settings.load_profile("unhurried")

os.environ["COUPOLE_HUB_COLLECTS_BY_ITSELF"] = "false"
"""A hub of a test asks nobody of its own accord, however long the test takes."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server: ``COUPOLE_TEST_PG_URL``, or one of our own for this run. Gives the URL of its template."""
    given = os.environ.get("COUPOLE_TEST_PG_URL")
    if given:
        yield given
        return
    from tests.databases import postgresql_server

    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind we support."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'node.sqlite'}"
        return
    from tests.databases import fresh_database

    with fresh_database(request.getfixturevalue("postgresql")) as url:
        yield url


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.create(PURPOSES)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    directory = tmp_path / "keys"
    directory.mkdir(mode=0o700)
    return directory


@pytest.fixture
def store(database_url: str, keys: Path, ring: KeyRing) -> Iterator[Store]:
    """An empty store on each kind of database."""
    opened = open_store(database_url, NODE, open_vault(keys, ring))
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, keys: Path, ring: KeyRing) -> Iterator[Store]:
    """An empty store in files, for what is about files."""
    opened = open_store(f"sqlite:///{tmp_path / 'node.sqlite'}", NODE, open_vault(keys, ring))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def blank_node(tmp_path_factory: pytest.TempPathFactory) -> NodeSettings:
    """A new node, made once; tests work on copies of it."""
    directory = tmp_path_factory.mktemp("blank") / NODE
    values = {"directory": directory, "name": "Atelier Nord", "node_id": NODE, "issuer": "http://127.0.0.1:8100"}
    settings = NodeSettings.checked(values)
    create_node(settings)
    return settings


@pytest.fixture
def settings(blank_node: NodeSettings, tmp_path: Path) -> NodeSettings:
    """An empty node of this test's own."""
    for place in (blank_node.directory, blank_node.key_directory):
        shutil.copytree(place, tmp_path / place.name)
    return NodeSettings.load(tmp_path / NODE)


@pytest.fixture
def node(settings: NodeSettings) -> Iterator[RunningNode]:
    """An empty node that answers in this process."""
    app = create_app(settings)
    with TestClient(app, base_url=settings.issuer) as client:
        yield RunningNode(app, settings, client)
