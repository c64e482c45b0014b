"""The password and the noon of people who sign in, and hashes of it that cost little."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from coupole.node.staff import passwords

PASSWORD = "vier groene fietsen op zolder"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hundreds of passwords are hashed in tests; what they cost is asserted once, with the real numbers."""
    monkeypatch.setattr(passwords, "MEMORY_KIB", 8_192)
    monkeypatch.setattr(passwords, "ROUNDS", 1)
    nobodys = passwords._nobodys
    nobodys.cache_clear()
    yield
    nobodys.cache_clear()
