"""A fresh hub for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coupole.hub.settings import HubSettings
from coupole.hub.store import Store, open_store
from tests.small_hub import RING, SmallHub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SmallHub]:
    made = SmallHub(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    yield made
    made.store.close()


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    made = HubSettings(directory=tmp_path / "hub", name="The federation", issuer="https://hub.test")
    made.save()
    RING.save(made.ring)
    return made


@pytest.fixture
def store(settings: HubSettings) -> Store:
    return open_store(settings.database)
