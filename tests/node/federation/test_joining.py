"""A workshop joins a federation, follows it and leaves it, with a real hub and a real node in one process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coupole.hub import members
from coupole.hub.collection.connecting import connector
from coupole.hub.collection.rounds import Desk
from coupole.node.federation import following, joining, leaving
from coupole.node.federation.following import take_directory
from coupole.node.federation.joining import (
    FederationJoined,
    HubElsewhere,
    HubFingerprintDiffers,
    HubFingerprintWrong,
    ProgramNameTaken,
)
from coupole.node.federation.leaving import FederationMissing
from coupole.node.federation.speaking import HubRefuses, HubUnreachable, announce
from coupole.node.store import sealed
from coupole.node.store.federation_tables import current
from coupole.node.store.sealing_tables import AgreedTabulation, SealedReport
from coupole.node.store.tables import Client
from coupole.wire.directory import DirectoryExpired, DirectoryOfAnother, DirectoryOlder, write_directory
from coupole.wire.documents import SignerUnknown, sign
from coupole.wire.invitations import InvitationUnreadable
from coupole.wire.keys import KeyRing
from tests.joining import HUB, Meeting, heard, introduced, joined, meeting
from tests.real_nodes import RealNode
from tests.small_hub import CATALOGUE, RING, one_round

PERIOD = "2026-09"


@pytest.fixture
def north(tmp_path: Path) -> RealNode:
    return RealNode(tmp_path, "north")


@pytest.fixture
async def met(tmp_path: Path, north: RealNode) -> AsyncIterator[Meeting]:
    async with meeting(tmp_path, north) as made:
        yield made


async def pulled(met: Meeting, *, sign_in: str = "hub") -> str:
    """What came of a collection, for the one member."""
    connect = connector(RING, sign_in, seconds=5, max_bytes=4_000_000, transport=met.network)
    report = await one_round(Desk(met.store, connect, CATALOGUE, len), PERIOD)
    return ", ".join(report.kinds)


def program(north: RealNode) -> Client | None:
    with north.app.state.node.store.reading() as session:
        found: Client | None = session.get(Client, "hub")
        return found


async def test_nothing_is_granted_before_somebody_heard_the_letters(met: Meeting, north: RealNode) -> None:
    node = north.app.state.node
    invited = await asyncio.to_thread(joining.look, met.way, "  " + met.invite().replace("#", "#\n "))
    assert (invited.hub["name"], invited.hub["asks"]["every"]) == ("The federation", "month")
    assert invited.fingerprint == met.fingerprint
    own = introduced(node)
    with pytest.raises(HubFingerprintWrong):
        joining.join(node.store, met.way, invited, own, typed=joining.own_fingerprint(own), actor="zoe")
    assert (program(north), met.waiting()) == (None, [])
    asked = await asyncio.to_thread(
        joining.join, node.store, met.way, invited, own, typed=met.fingerprint.lower(), actor="zoe"
    )
    assert (asked.state, met.waiting()) == ("waiting", ["north"])
    hub = program(north)
    assert hub
    assert hub.enabled
    assert (hub.scopes, json.loads(hub.keys)) == ("releases:read", RING.public_set("client"))
    with pytest.raises(FederationJoined):
        joining.join(node.store, met.way, invited, own, typed=met.fingerprint, actor="zoe")


async def test_a_member_is_asked_and_reads_the_verdict_of_its_hub(met: Meeting, north: RealNode) -> None:
    row = await joined(met, north)
    assert (row.state, row.number, row.trouble, following.verdicts(row)) == ("active", 1, "", [])
    directory = following.directory_of(row)
    assert directory
    assert [(one["node"], one["state"]) for one in directory["members"]] == [("north", "active")]
    assert await pulled(met) == "withheld", "there is nobody here yet, so every figure stays"
    told = following.verdicts(await heard(met, north))
    assert [(one.period, one.kind, one.reason) for one in told] == [(PERIOD, "withheld", "release_all_withheld")]


async def test_a_hub_that_is_not_the_one_of_the_invitation_is_refused(met: Meeting, north: RealNode) -> None:
    code = met.invite()
    with pytest.raises(InvitationUnreadable):
        joining.look(met.way, code[:-1])
    stranger = code[: code.rindex(".") + 1] + "A" * 32
    with pytest.raises(HubFingerprintDiffers):
        await asyncio.to_thread(joining.look, met.way, stranger)
    met.network.hosts["other.test"] = met.network.hosts["hub.test"]
    with pytest.raises(HubElsewhere):
        await asyncio.to_thread(joining.look, met.way, code.replace("hub.test", "other.test"))
    met.places["hub.test"] = "192.168.1.9"
    with pytest.raises(HubUnreachable) as inside:
        await asyncio.to_thread(joining.look, met.way, code)
    assert [one.code for one in inside.value.findings] == ["node_address_inside"]


async def test_the_reason_of_the_hub_is_said_and_nothing_stays_behind(met: Meeting, north: RealNode) -> None:
    node = north.app.state.node
    invited = await asyncio.to_thread(joining.look, met.way, met.invite(now=datetime(2026, 1, 1, tzinfo=UTC)))
    with pytest.raises(HubRefuses) as refused:
        await asyncio.to_thread(
            joining.join, node.store, met.way, invited, introduced(node), typed=met.fingerprint, actor="zoe"
        )
    assert [one.code for one in refused.value.findings] == ["invitation_expired"]
    assert program(north) is None
    with pytest.raises(FederationMissing):
        leaving.leave(node.store, met.way, node.ring, "north", "zoe")
    north.register("hub", KeyRing.create({"client": "es256"}), "records:read")
    with pytest.raises(ProgramNameTaken):
        joining.join(node.store, met.way, invited, introduced(node), typed=met.fingerprint, actor="zoe")


async def test_the_last_valid_directory_stays_while_the_hub_is_down(met: Meeting, north: RealNode) -> None:
    await joined(met, north)
    hub = met.network.hosts.pop("hub.test")
    row = await heard(met, north)
    assert (row.trouble, row.number, row.state) == ("node_unreachable", 1, "active")
    met.network.hosts["hub.test"] = hub
    met.publish()
    row = await heard(met, north)
    assert (row.trouble, row.number) == ("", 2)


async def test_an_older_a_strange_and_an_expired_directory_are_refused(met: Meeting, north: RealNode) -> None:
    row = await joined(met, north)
    first, now = (row.directory or b"", row.directory_signature), datetime.now(UTC)
    met.publish()
    row = await heard(met, north)
    with pytest.raises(DirectoryOlder):
        take_directory(row, *first, now)
    made = met.publish(now - timedelta(days=179))
    with pytest.raises(DirectoryExpired):
        take_directory(row, made.body, made.signature, now + timedelta(days=2))
    stranger = KeyRing.create({"directory": "ed25519"}).active("directory")
    with pytest.raises(SignerUnknown):
        take_directory(row, made.body, sign("directory", made.body, stranger), now)
    with pytest.raises(SignerUnknown):  # whoever took the hub over has its key, not the directory's
        take_directory(row, made.body, sign("directory", made.body, RING.active("sign")), now)
    row.hub = "https://another.test"
    with pytest.raises(DirectoryOfAnother):
        take_directory(row, made.body, made.signature, now)
    assert row.number == 2


async def test_a_new_directory_key_is_known_by_the_directory_before(met: Meeting, north: RealNode) -> None:
    from coupole.hub.members.introducing import PURPOSE, directory_ring

    row = await joined(met, north)
    ring, now = directory_ring(met.settings.key_directory), datetime.now(UTC)
    old, new = ring.active(PURPOSE), ring.rotate(PURPOSE)
    about = {"federation": "The federation", "hub": HUB, "made_at": now, "expires_at": now + timedelta(days=9)}
    second = write_directory(**about, keys=ring.public_set(PURPOSE), number=2, members=[])
    take_directory(row, second, sign("directory", second, old), now)
    third = write_directory(**about, keys={"keys": [new.public()]}, number=3, members=[])
    take_directory(row, third, sign("directory", third, new), now)
    fourth = write_directory(**about, keys=ring.public_set(PURPOSE), number=4, members=[])
    with pytest.raises(SignerUnknown):
        take_directory(row, fourth, sign("directory", fourth, old), now)


async def test_a_key_is_changed_between_two_pulls_without_a_failed_one(met: Meeting, north: RealNode) -> None:
    await joined(met, north)
    node = north.app.state.node
    before = node.ring.active("sign")
    assert await pulled(met) == "withheld"
    ring = KeyRing.load(north.settings.ring)
    ring.rotate("sign")
    raw, _own = introduced(_with(node, ring))
    await asyncio.to_thread(announce, met.way, HUB, "north", raw, sign("descriptor", raw, before))
    assert await pulled(met) == "withheld", "the service still signs with the old key"
    node.ring.rotate("sign")
    node.ring._keys["sign"] = ring.of("sign")  # as after a restart
    assert await pulled(met) == "withheld"
    with met.store.reading() as session:
        assert [one.what for one in members.events(session, "north")] == ["added", "keys_renewed"]


def _with(node: object, ring: KeyRing) -> object:
    from dataclasses import replace

    return replace(node, ring=ring)  # type: ignore[type-var]


async def test_who_leaves_is_asked_no_more_and_lets_nobody_in(met: Meeting, north: RealNode) -> None:
    await joined(met, north)
    node = north.app.state.node
    row = await asyncio.to_thread(leaving.leave, node.store, met.way, node.ring, "north", "zoe")
    assert row.state == "left"
    hub = program(north)
    assert hub
    assert not hub.enabled
    with met.store.reading() as session:
        assert members.reachable(session) == []
    with node.store.reading() as session:
        assert current(session) is None
    assert await pulled(met) == ""


async def test_leaving_while_the_hub_is_down_shuts_the_door_and_tells_it_later(met: Meeting, north: RealNode) -> None:
    await joined(met, north)
    node, hub = north.app.state.node, met.network.hosts.pop("hub.test")
    row = await asyncio.to_thread(leaving.leave, node.store, met.way, node.ring, "north", "zoe")
    assert (row.state, row.trouble) == ("leaving", "node_unreachable")
    door = program(north)
    assert door
    assert not door.enabled
    met.network.hosts["hub.test"] = hub
    again = await asyncio.to_thread(leaving.go_on, node.store, met.way, node.ring, "north")
    assert again
    assert again.state == "left"
    with met.store.reading() as session:
        assert members.reachable(session) == []


def agreed(north: RealNode, name: str, state: str) -> None:
    """A tabulation of the hub that somebody decided about."""
    about = {"signature": "", "countersignatures": "", "client": "hub", "proposed_at": datetime.now(UTC)}
    with north.app.state.node.store.writing() as session:
        sealed.keep(session, AgreedTabulation(id=name, body=b"{}", state=state, **about))


def states(north: RealNode) -> dict[str, str]:
    with north.app.state.node.store.reading() as session:
        return {one.id: one.state for one in sealed.tabulations(session)}


async def test_what_was_sealed_is_closed_before_the_door_is_shut(met: Meeting, north: RealNode) -> None:
    await joined(met, north)
    node = north.app.state.node
    for name, state in (("waits", "proposed"), ("empty", "accepted"), ("counted", "accepted")):
        agreed(north, name, state)
    about = {"kind": "change", "seq": 1, "made_at": datetime.now(UTC), "report": "r", "withheld": ""}
    with node.store.writing() as session:
        sealed.keep(session, SealedReport(tabulation="counted", slot=PERIOD, body=b"", own=b"", change=b"", **about))
    row = await asyncio.to_thread(leaving.leave, node.store, met.way, node.ring, "north", "zoe")
    assert states(north) == {"waits": "declined", "empty": "ended", "counted": "leaving"}
    assert row.state == "leaving"
    door = program(north)
    assert door
    assert door.enabled, "the hub has to come in once more"
    with met.store.reading() as session:
        assert members.active(session) == []
        assert [one.state for one in members.reachable(session)] == ["leaving"]
    assert await pulled(met) == "", "it is asked for no figures"
    with node.store.writing() as session:  # as when the trustee's certificate has counted the closing report
        counted = sealed.tabulation(session, "counted")
        assert counted
        counted.state = "ended"
        sealed.keep(session, counted)
    ended = await asyncio.to_thread(leaving.go_on, node.store, met.way, node.ring, "north")
    assert ended
    assert ended.state == "left"
    door = program(north)
    assert door
    assert not door.enabled
    with met.store.reading() as session:
        assert members.reachable(session) == []


async def test_who_asked_and_leaves_before_it_was_admitted_waits_no_more(met: Meeting, north: RealNode) -> None:
    node = north.app.state.node
    invited = await asyncio.to_thread(joining.look, met.way, met.invite())
    await asyncio.to_thread(
        joining.join, node.store, met.way, invited, introduced(node), typed=met.fingerprint, actor="zoe"
    )
    assert met.waiting() == ["north"]
    row = await asyncio.to_thread(leaving.leave, node.store, met.way, node.ring, "north", "zoe")
    assert (row.state, met.waiting()) == ("left", [])


async def test_a_hub_that_does_not_believe_the_word_is_told_again(met: Meeting, north: RealNode) -> None:
    """Somebody put a new key in use and did not announce it: the hub must not go on asking without a word."""
    await joined(met, north)
    node, ring = north.app.state.node, KeyRing.load(north.settings.ring)
    ring.rotate("sign")
    row = await asyncio.to_thread(leaving.leave, node.store, met.way, ring, "north", "zoe")
    assert (row.state, row.trouble) == ("leaving", "signer_unknown")
    door = program(north)
    assert door
    assert not door.enabled
    with met.store.writing() as session:
        members.block(session, "north", actor="anna")
    row = await asyncio.to_thread(leaving.leave, node.store, met.way, ring, "north", "zoe")
    assert (row.state, row.trouble) == ("left", ""), "who is blocked is counted on by nobody"
