"""Pulling a release from nodes that behave, and from nodes that do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

import coupole_client as client
from coupole.wire.keys import KeyRing
from coupole_client.transport import Guarded
from tests import fake_nodes as fake
from tests.fake_nodes import FakeNode, release_path
from tests.federation_network import Network

PERIOD = "2026-10"
RING = KeyRing.create({"client": "es256", "dpop": "es256"})
LIMITS = client.Limits(document_bytes=200_000, document_seconds=3)


def credentials(node: FakeNode) -> client.ClientCredentials:
    return client.ClientCredentials("hub", RING.active("client"), RING.active("dpop"), node.issuer, "releases:read")


@asynccontextmanager
async def connected(node: FakeNode, **others: Any) -> AsyncIterator[client.NodeClient]:
    async with Network({f"{node.name}.test": node, **others}) as network:
        opened = client.NodeClient(node.issuer, credentials(node), network, LIMITS)
        yield opened
        await opened.close()


async def pull(node: FakeNode, **others: Any) -> client.SignedAnswer:
    async with connected(node, **others) as opened:
        return await opened.release("core", "1.0.0", PERIOD)


async def test_a_release_comes_as_it_was_signed() -> None:
    node = FakeNode("north").shows(PERIOD)
    answer = await pull(node)
    fake.releases.check_release(
        answer.raw, answer.signature, node.ring.public_set("sign"),
        node="north", catalogue="core", version="1.0.0", period=PERIOD,
    )  # fmt: skip
    assert answer.etag == '"1"'


async def test_a_release_we_have_is_not_sent_again() -> None:
    node = FakeNode("north").shows(PERIOD)
    async with connected(node) as opened:
        assert await opened.release_since("core", "1.0.0", PERIOD, '"1"') is None
        node.shows(PERIOD, revision=2)
        assert await opened.release_since("core", "1.0.0", PERIOD, '"1"') is not None


HOSTILE = {
    "garbage in place of metadata": (fake.METADATA, fake.garbage, client.NodeAnswerInvalid),
    "metadata of another node": (
        fake.METADATA,
        fake.says(200, {"issuer": "https://west.test", "token_endpoint": "https://north.test/oauth/token"}),
        client.NodeIdentityWrong,
    ),
    "a token endpoint elsewhere": (
        fake.METADATA,
        fake.says(200, {"issuer": "https://north.test", "token_endpoint": "https://west.test/oauth/token"}),
        client.NodeIdentityWrong,
    ),
    "no node at all": (fake.METADATA, fake.nothing, client.NodeAnswerInvalid),
    "a bearer token": (
        fake.TOKEN,
        fake.says(200, {"access_token": "a", "token_type": "Bearer", "expires_in": 300}),
        client.NodeTokenDowngraded,
    ),
    "a token that smuggles a header": (
        fake.TOKEN,
        fake.says(200, {"access_token": "a\r\nHost: x", "token_type": "DPoP", "expires_in": 300}),
        client.NodeAnswerInvalid,
    ),
    "a flood in place of a token": (fake.TOKEN, fake.flood, client.NodeTooLarge),
    "an unknown client": (fake.TOKEN, fake.says(400, {"error": "invalid_client"}), client.NodeAccessRefused),
    "a scope that was not given": (
        release_path(PERIOD),
        fake.says(403, {"code": "scope_missing", "title": "No."}),
        client.NodeAccessRefused,
    ),
    "a token never accepted": (
        release_path(PERIOD),
        fake.says(401, {"error": "invalid_token"}),
        client.NodeAccessRefused,
    ),
    "a flood": (release_path(PERIOD), fake.flood, client.NodeTooLarge),
    "a flood that is announced": (
        release_path(PERIOD),
        fake.says(200, {}, {"content-length": "2000000000"}),
        client.NodeTooLarge,
    ),
    "a length that is none": (
        release_path(PERIOD),
        fake.says(200, {}, {"content-length": "many"}),
        client.NodeAnswerInvalid,
    ),
    "a slow drip": (release_path(PERIOD), fake.drip, client.NodeTimeout),
    "silence": (release_path(PERIOD), fake.silence, client.NodeTimeout),
    "half an answer": (release_path(PERIOD), fake.break_off, client.NodeDisconnected),
    "packed bytes": (release_path(PERIOD), fake.packed, client.NodeAnswerInvalid),
    "no signature": (release_path(PERIOD), fake.says(200, {}), client.NodeAnswerInvalid),
    "a period that is not over": (
        release_path(PERIOD),
        fake.says(409, {"code": "period_not_closed", "title": "Not over."}),
        client.NodeConflict,
    ),
    "nothing there": (release_path(PERIOD), fake.nothing, client.NodeNotFound),
    "too much to do": (release_path(PERIOD), fake.says(503, {"code": "service_busy"}), client.NodeBusy),
    "a fault": (release_path(PERIOD), fake.says(500, {"code": "unexpected_failure"}), client.NodeFailed),
    "a teapot": (release_path(PERIOD), fake.says(418, []), client.NodeRefused),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_whatever_a_node_does_is_one_of_our_errors(name: str) -> None:
    path, answer, kind = HOSTILE[name]
    node = FakeNode("north").shows(PERIOD)
    if path == fake.METADATA:
        node.answers[fake.TOKEN] = fake.nothing  # only then are they read
    node.answers[path] = answer
    with pytest.raises(client.NodeError) as caught:
        await pull(node)
    assert type(caught.value) is kind
    for language in ("en", "nl", "fr", "it"):
        told = caught.value.explain(language)
        assert told.title
        assert told.remedy


async def test_what_the_node_said_is_kept_beside_the_error() -> None:
    node = FakeNode("north").shows(PERIOD)
    said = {"code": "period_not_closed", "title": "The month is not over.\x1b[2J", "detail": "Wait." + "!" * 1000}
    node.answers[release_path(PERIOD)] = fake.says(409, said)
    with pytest.raises(client.NodeConflict) as caught:
        await pull(node)
    problem = caught.value.problem
    assert problem is not None
    assert (problem.code, problem.title) == ("period_not_closed", "The month is not over.[2J")
    assert len(problem.detail) == 300
    assert "The month is not over." in str(caught.value)


async def test_findings_of_a_refused_document_are_kept() -> None:
    node = FakeNode("north")
    errors = [{"code": "too_long", "pointer": "/name", "rule": "maxLength"}, {"code": "NOT A CODE"}, "nonsense"]
    node.answers["/api/v1/plans"] = fake.says(422, {"code": "document_invalid", "errors": errors})
    async with connected(node) as opened:
        with pytest.raises(client.NodeInputRefused) as caught:
            await opened.create("plans", {})
    assert [(finding.code, finding.pointer) for finding in caught.value.findings] == [("too_long", "/name")]


async def test_a_host_that_is_not_there_is_unreachable() -> None:
    async with Network({}) as network, client.NodeClient("https://north.test", transport=network) as opened:
        with pytest.raises(client.NodeUnreachable) as caught:
            await opened.descriptor()
    assert caught.value.retry


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", [fake.METADATA, fake.TOKEN, release_path(PERIOD)])
async def test_a_redirect_is_not_followed_and_no_token_leaves(status: int, path: str) -> None:
    node, thief = FakeNode("north").shows(PERIOD), FakeNode("thief").shows(PERIOD)
    if path == fake.METADATA:
        node.answers[fake.TOKEN] = fake.nothing
    node.answers[path] = fake.redirect("https://thief.test" + path, status)
    with pytest.raises(client.NodeRedirected):
        await pull(node, **{"thief.test": thief})
    assert thief.asked == []


async def test_no_other_origin_gets_a_request_whoever_asks_for_it() -> None:
    thief = FakeNode("thief")
    guarded = Guarded(Network({"thief.test": thief}), "https://north.test")
    async with httpx2.AsyncClient(transport=guarded) as http:
        with pytest.raises(client.NodeIdentityWrong):
            await http.get("https://thief.test/", headers={"Authorization": "DPoP secret"})
        with pytest.raises(client.NodeIdentityWrong):
            await http.get("https://north.test:8443/")
    assert thief.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://north.test", "https://north.test/", "https://north.test/path", "https://user@north.test", "north.test",
        "ftp://north.test", "https://", "https://north.test?x=1", "https://[north.test",
    ],
)  # fmt: skip
def test_an_address_is_https_and_nothing_but_an_address(address: str) -> None:
    with pytest.raises(client.NodeAddressInvalid):
        client.NodeClient(address)


async def test_one_token_is_fetched_whatever_the_number_of_calls() -> None:
    node = FakeNode("north").shows(PERIOD)
    async with connected(node) as opened:
        await asyncio.gather(*(opened.release("core", "1.0.0", PERIOD) for _ in range(20)))
        assert node.tokens == 1
        assert node.asked.count(fake.METADATA) == 0

        async def only_the_second(node: FakeNode, scope: Any, body: bytes, send: fake.Send) -> None:
            if (b"authorization", b"DPoP token-2") not in scope["headers"]:
                await fake.as_json(send, {"error": "invalid_token"}, 401)
            else:
                await fake.give_release(node, scope, body, send)

        node.answers[release_path(PERIOD)] = only_the_second
        await asyncio.gather(*(opened.release("core", "1.0.0", PERIOD) for _ in range(20)))
        assert node.tokens == 2


async def test_a_program_that_gives_tokens_elsewhere_says_so_and_is_asked_there_from_then_on() -> None:
    node = FakeNode("north").shows(PERIOD)
    elsewhere = {"issuer": node.issuer, "token_endpoint": node.issuer + "/token"}
    short = {"access_token": "a", "token_type": "DPoP", "expires_in": 1}
    node.answers |= {
        fake.TOKEN: fake.nothing,
        fake.METADATA: fake.says(200, elsewhere),
        "/token": fake.says(200, short),
    }
    async with connected(node) as opened:
        await opened.release("core", "1.0.0", PERIOD)
        await asyncio.sleep(0.6)
        await opened.release("core", "1.0.0", PERIOD)
    there = ["/token", release_path(PERIOD)]
    assert node.asked == [fake.TOKEN, fake.METADATA, *there, *there]


async def test_a_refusal_is_the_node_s_own_when_it_gives_tokens_nowhere_else() -> None:
    node = FakeNode("north").shows(PERIOD)
    node.answers[fake.TOKEN] = fake.says(400, {"error": "invalid_client", "code": "client_disabled"})
    with pytest.raises(client.NodeAccessRefused) as caught:
        await pull(node)
    assert caught.value.problem is not None
    assert caught.value.problem.code == "client_disabled"
    assert node.asked == [fake.TOKEN, fake.METADATA]


async def test_a_failed_sign_in_leaves_the_way_free_for_the_next() -> None:
    node = FakeNode("north").shows(PERIOD)
    async with connected(node) as opened:
        for answer in (fake.silence, fake.break_off, fake.says(500, {})):
            node.answers[fake.TOKEN] = answer
            with pytest.raises(client.NodeUnreachable):
                await opened.release("core", "1.0.0", PERIOD)
        node.answers[fake.TOKEN] = fake.token
        assert await opened.release("core", "1.0.0", PERIOD)


async def test_a_token_is_renewed_before_it_ends() -> None:
    node = FakeNode("north").shows(PERIOD)
    node.answers[fake.TOKEN] = fake.says(200, {"access_token": "a", "token_type": "DPoP", "expires_in": 1})
    async with connected(node) as opened:
        await opened.release("core", "1.0.0", PERIOD)
        await asyncio.sleep(0.6)
        await opened.release("core", "1.0.0", PERIOD)
    assert node.asked.count(fake.TOKEN) == 2


@pytest.mark.parametrize("minutes", [-5, 5])
@pytest.mark.parametrize("path", [fake.TOKEN, release_path(PERIOD)])
async def test_clocks_apart_are_said_to_be_clocks(minutes: int, path: str) -> None:
    node = FakeNode("north").shows(PERIOD)
    theirs = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    status = 400 if path == fake.TOKEN else 401
    node.answers[path] = fake.says(status, {"error": "invalid_client"}, {"date": theirs})
    with pytest.raises(client.NodeClockDiffers) as caught:
        await pull(node)
    assert abs(int(caught.value.params["seconds"]) - 300) < 5


async def test_a_node_that_says_the_clock_is_wrong_is_believed() -> None:
    node = FakeNode("north").shows(PERIOD)
    node.answers[fake.TOKEN] = fake.says(400, {"error": "invalid_client", "code": "clock_skew"}, {"date": "nonsense"})
    with pytest.raises(client.NodeClockDiffers):
        await pull(node)
