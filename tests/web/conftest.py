from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.peers import Peer, Service, make_service


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return make_service(tmp_path)


@pytest.fixture
def hub(service: Service) -> Peer:
    peer = Peer(service)
    service.register(peer)
    return peer
