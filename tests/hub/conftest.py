"""A fresh hub for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_hub import SmallHub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SmallHub]:
    made = SmallHub(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    yield made
    made.store.close()
