"""Where a name may lead: the open network, and what an operator listed."""

from __future__ import annotations

from ipaddress import ip_network

import httpx2
import pytest

from coupole_client import HubClient, Limits, NodeAddressInside, NodeUnreachable, check_place
from coupole_client.places import may_be_reached

INSIDE = (
    "10.1.2.3",
    "127.0.0.1",
    "169.254.169.254",
    "192.168.1.9",
    "::1",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "fd00::1",
)


@pytest.mark.parametrize("place", [*INSIDE, "0.0.0.1", "224.0.0.1", "100.64.0.1"])
def test_a_place_inside_a_house_is_reached_only_when_it_is_listed(place: str) -> None:
    assert not may_be_reached(place, ())
    bare = place.partition("%")[0].removeprefix("::ffff:")
    assert may_be_reached(place, [ip_network(bare)])


def test_one_address_inside_spoils_a_name_and_a_name_nobody_knows_is_unreachable() -> None:
    check_place("https://north.test", (), lambda _host: ["93.184.216.34", "2606:4700::1111"])
    with pytest.raises(NodeAddressInside):
        check_place("https://north.test", (), lambda _host: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(NodeUnreachable):
        check_place("https://north.invalid", (), lambda _host: [])
    with pytest.raises(NodeUnreachable):
        check_place("https://north.invalid", (), _nobody)


def _nobody(_host: str) -> list[str]:
    raise OSError


class Rebound:
    """A name that led to the open network when it was looked up, and inside a house when it was called."""

    def get_extra_info(self, _what: str) -> tuple[str, int]:
        return "10.0.0.1", 443


class Elsewhere(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=b"secret", extensions={"network_stream": Rebound()})


async def test_the_machine_that_answered_is_looked_at_before_its_answer_is_read() -> None:
    async with HubClient("https://hub.test", Elsewhere(), Limits(inside=())) as hub:
        with pytest.raises(NodeAddressInside):
            await hub.introduction()
