"""The hostile workshop is made once; each module of tests works on a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from coupole.node.app import create_app
from coupole.node.settings import NodeSettings
from tests.calling import RunningNode
from tests.factories import NODE
from tests.node.ui.abuse import house as abused
from tests.node.ui.abuse.house import House


def copied(settings: NodeSettings, to: Path) -> NodeSettings:
    """The node once more, in another folder."""
    for place in (settings.directory, settings.key_directory):
        shutil.copytree(place, to / place.name)
    return NodeSettings.load(to / NODE)


@pytest.fixture(scope="session")
def abused_node(blank_node: NodeSettings, tmp_path_factory: pytest.TempPathFactory) -> NodeSettings:
    """The workshop with everything in it, closed."""
    settings = copied(blank_node, tmp_path_factory.mktemp("abused"))
    app = create_app(settings)
    with TestClient(app, base_url=settings.issuer) as client:
        abused.fill(RunningNode(app, settings, client))
    return settings


@pytest.fixture(scope="module")
def house(abused_node: NodeSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The workshop, for the tests of one module."""
    settings = copied(abused_node, tmp_path_factory.mktemp("house"))
    app = create_app(settings)
    with TestClient(app, base_url=settings.issuer) as client:
        yield House(RunningNode(app, settings, client))


@pytest.fixture
def house_alone(abused_node: NodeSettings, tmp_path: Path) -> NodeSettings:
    """The workshop, closed, for one test."""
    return copied(abused_node, tmp_path)
