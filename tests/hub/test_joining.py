"""Who asks a hub for membership: let wait with a good code, refused with the reason for everything else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from coupole.hub import members
from coupole.hub.members import MemberUnknown, invitations, joining
from coupole.wire.documents import sign
from coupole.wire.leaving import KIND, write_leaving
from tests.fake_nodes import FakeNode, redirect
from tests.joining import HUB, Meeting, meeting

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def met(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with meeting(tmp_path, FakeNode("north"), FakeNode("south")) as made:
        yield made


def north(met: Meeting) -> FakeNode:
    found: Any = met.network.hosts["north.test"]
    return found


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def put(met: Meeting, method: str, path: str, document: dict[str, str]) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=met.network, base_url=HUB) as client:
        return await client.request(method, "/api/v1/members/north" + path, json=document)


async def test_a_node_with_a_code_waits_until_a_person_heard_its_fingerprint(met: Meeting) -> None:
    node, code = north(met), met.invite()
    answer = await met.asks(node, code)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert met.waiting() == ["north"]
    with met.store.writing() as session:
        candidate = joining.asked_by(session, "north", HUB)
        with pytest.raises(members.FingerprintWrong):
            joining.admit(session, candidate, confirmed="ABCD", actor="anna")
        assert members.active(session) == []
    assert (await met.asks(node, code)).json()["state"] == "waiting", "the answer may have been lost"
    met.admit("north")
    assert met.waiting() == []
    assert (await met.asks(node, code)).json()["state"] == "active"


async def test_a_code_is_good_once_for_some_days_and_for_few_tries(met: Meeting) -> None:
    code, south = met.invite(), met.network.hosts["south.test"]
    assert refused(await met.asks(north(met), code, number="AAAAAAAA")) == (403, "invitation_wrong")
    for _ in range(invitations.TRIES):
        assert refused(await met.asks(north(met), code, secret="A" * 32)) == (403, "invitation_wrong")
    assert refused(await met.asks(north(met), code)) == (403, "invitation_spent")
    assert refused(await met.asks(north(met), met.invite(now=LONG_AGO))) == (403, "invitation_expired")
    fresh = met.invite()
    assert (await met.asks(south, fresh)).status_code == 202
    assert refused(await met.asks(north(met), fresh)) == (403, "invitation_used")
    with met.store.reading() as session:
        kept = [one.digest for one in invitations.open_invitations(session, datetime.now(UTC))]
    assert code[-73:-33] not in str(kept)


async def test_the_hub_itself_and_a_member_under_another_name_are_refused(met: Meeting) -> None:
    node = north(met)
    assert (await met.asks(node, met.invite())).status_code == 202
    met.admit("north")
    assert refused(await met.asks(node, met.invite())) == (409, "member_already")
    twin = FakeNode("twin")
    twin.issuer = node.issuer
    assert refused(await met.asks(twin, met.invite())) == (409, "member_address_taken")
    twin = FakeNode("twin")
    twin.ring = node.ring
    assert refused(await met.asks(twin, met.invite())) == (409, "member_key_taken")
    twin.ring, twin.issuer = FakeNode("other").ring, HUB
    assert refused(await met.asks(twin, met.invite())) == (409, "member_is_hub")
    assert met.waiting() == []


async def why(met: Meeting, node: FakeNode) -> list[str]:
    answer = await met.asks(node, met.invite())
    assert refused(answer) == (422, "visit_failed")
    assert met.waiting() == []
    return [found["code"] for found in answer.json()["errors"]]


async def test_an_address_inside_a_house_is_not_called(met: Meeting) -> None:
    for place in ("10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fe80::1"):
        met.places["north.test"] = place
        assert await why(met, north(met)) == ["node_address_inside"]
    assert north(met).asked == []


async def test_a_node_behind_a_redirect_without_tls_or_away_is_refused(met: Meeting) -> None:
    node = north(met)
    node.answers["/.well-known/coupole"] = redirect("https://elsewhere.test/")
    assert await why(met, node) == ["node_redirected"]
    del met.network.hosts["north.test"]
    assert await why(met, node) == ["node_unreachable"]
    raw = node.descriptor()[0].replace(b"https://north", b"http://north")
    said = {"descriptor": raw.decode(), "signature": sign("descriptor", raw, node.ring.active("sign"))}
    assert refused(await met.asks(node, met.invite(), **said)) == (422, "document_invalid")
    node.issuer = "http://127.0.0.1:8100"
    met.places["127.0.0.1"] = "127.0.0.1"
    assert await why(met, node) == ["node_address_inside"], "this machine is listed for a hub on this machine alone"


async def test_what_answers_at_the_address_must_be_the_node_that_asks(met: Meeting) -> None:
    node = north(met)
    met.network.hosts["north.test"] = met.network.hosts["south.test"]
    assert refused(await met.asks(node, met.invite())) == (422, "member_elsewhere")


async def test_a_strange_signature_and_a_clock_far_off_are_refused(met: Meeting) -> None:
    node = north(met)
    strange = FakeNode("north").descriptor()[1]
    assert refused(await met.asks(node, met.invite(), signature=strange)) == (403, "signer_unknown")
    altered = node.descriptor()[0].decode().replace("Workshop", "Workshap")
    assert refused(await met.asks(node, met.invite(), descriptor=altered)) == (403, "signature_invalid")
    late = (datetime.now(UTC) - timedelta(seconds=90)).isoformat()
    assert refused(await met.asks(node, met.invite(), at=late)) == (422, "clocks_apart")


async def test_a_blocked_member_announces_nothing_does_not_join_anew_and_is_active_once_unblocked(met: Meeting) -> None:
    node = north(met)
    await met.asks(node, met.invite())
    met.admit("north")
    with met.store.writing() as session:
        members.block(session, "north", actor="anna")
        assert members.active(session) == members.reachable(session) == []
    raw, signature = node.descriptor()
    said = {"descriptor": raw.decode(), "signature": signature}
    assert refused(await put(met, "PUT", "/descriptor", said)) == (403, "member_blocked")
    assert refused(await met.asks(node, met.invite())) == (403, "member_blocked")
    with met.store.writing() as session:
        members.unblock(session, "north", actor="anna")
        assert [one.id for one in members.active(session)] == ["north"]
        with pytest.raises(MemberUnknown):
            members.unblock(session, "north", actor="anna")


async def test_new_keys_hold_when_a_known_key_signed_them_and_the_address_stays(met: Meeting) -> None:
    node = north(met)
    await met.asks(node, met.invite())
    met.admit("north")
    before = node.ring.active("sign")
    node.ring.rotate("sign")
    raw, own = node.descriptor()
    said = {"descriptor": raw.decode(), "signature": own}
    assert refused(await put(met, "PUT", "/descriptor", said)) == (403, "signer_unknown")
    said["signature"] = sign("descriptor", raw, before)
    assert (await put(met, "PUT", "/descriptor", said)).json() == {"state": "active"}
    with met.store.reading() as session:
        assert [one.what for one in members.events(session, "north")] == ["added", "keys_renewed"]
    node.issuer = "https://elsewhere.test"
    raw, own = node.descriptor()
    assert refused(await put(met, "PUT", "/descriptor", {"descriptor": raw.decode(), "signature": own})) == (
        409,
        "member_moved",
    )


async def test_a_member_leaves_by_its_own_word_and_stays_to_be_closed_if_it_says_so(met: Meeting) -> None:
    node = north(met)
    await met.asks(node, met.invite())
    met.admit("north")
    key, now = node.ring.active("sign"), datetime.now(UTC)

    async def says(raw: bytes) -> httpx2.Response:
        return await put(met, "POST", "/leaving", {"document": raw.decode(), "signature": sign(KIND, raw, key)})

    assert refused(await says(write_leaving("south", HUB, now, closing=False))) == (422, "leaving_misread")
    assert (await says(write_leaving("north", HUB, now, closing=True))).json() == {"state": "leaving"}
    with met.store.reading() as session:
        assert members.active(session) == []
        assert [one.id for one in members.reachable(session)] == ["north"]
    assert (await says(write_leaving("north", HUB, now, closing=False))).json() == {"state": "left"}
    assert refused(await says(write_leaving("north", HUB, now, closing=False))) == (404, "member_unknown")


async def test_a_node_that_is_declined_may_be_invited_again(met: Meeting) -> None:
    node = north(met)
    await met.asks(node, met.invite())
    with met.store.writing() as session:
        joining.decline(session, "north", actor="anna")
    with met.store.writing() as session:
        with pytest.raises(MemberUnknown):
            joining.decline(session, "north", actor="anna")
        with pytest.raises(MemberUnknown):
            joining.asked_by(session, "north", HUB)
    assert (await met.asks(node, met.invite())).json()["state"] == "waiting"
