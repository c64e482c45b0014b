"""Members: a person compares a fingerprint; nothing else makes a member or changes its keys."""

from __future__ import annotations

import pytest

from coupole.hub import members
from coupole.hub.members import (
    Candidate,
    FingerprintNeeded,
    FingerprintWrong,
    MemberAddressTaken,
    MemberUnknown,
    accept,
    consider,
)
from coupole.wire.documents import SignatureInvalid, SignerUnknown, sign
from tests.fake_nodes import FakeNode
from tests.small_hub import SmallHub


def considered(hub: SmallHub, node: FakeNode) -> Candidate:
    with hub.store.reading() as session:
        return consider(session, *node.descriptor())


def accepted(hub: SmallHub, candidate: Candidate, confirmed: str | None) -> None:
    with hub.store.writing() as session:
        accept(session, candidate, confirmed=confirmed, actor="anna")


def names(hub: SmallHub) -> list[str]:
    with hub.store.reading() as session:
        return [member.id for member in members.active(session)]


def told(hub: SmallHub, member: str) -> list[str]:
    with hub.store.reading() as session:
        return [event.what for event in members.events(session, member)]


def test_a_member_is_let_in_by_the_fingerprint_a_person_heard(hub: SmallHub) -> None:
    candidate = considered(hub, FakeNode("north"))
    assert candidate.change == "new"
    with pytest.raises(FingerprintNeeded) as needed:
        accepted(hub, candidate, None)
    assert candidate.fingerprint in needed.value.params.values()
    with pytest.raises(FingerprintWrong):
        accepted(hub, candidate, considered(hub, FakeNode("south")).fingerprint)
    assert names(hub) == []
    accepted(hub, candidate, candidate.fingerprint.lower().replace("-", " "))
    assert names(hub) == ["north"]
    assert told(hub, "north") == ["added"]


def test_a_description_signed_by_somebody_else_is_refused(hub: SmallHub) -> None:
    north, south = FakeNode("north"), FakeNode("south")
    raw, signature = north.descriptor()
    with hub.store.reading() as session:
        with pytest.raises(SignerUnknown):
            consider(session, raw, south.descriptor()[1])
        with pytest.raises(SignatureInvalid):
            consider(session, raw.replace(b"Workshop", b"Workshap"), signature)


def test_a_new_name_needs_nobody_and_new_keys_need_a_person_again(hub: SmallHub) -> None:
    node = FakeNode("north")
    hub.add(node)
    assert considered(hub, node).change == "same"
    accepted(hub, considered(hub, node), None)
    node.issuer = "https://new.test"
    renewed = considered(hub, node)
    assert renewed.change == "renewed"
    accepted(hub, renewed, None)
    node.ring.rotate("sign")
    changed = considered(hub, node)
    assert changed.change == "keys_changed"
    with pytest.raises(FingerprintNeeded):
        accepted(hub, changed, None)
    accepted(hub, changed, changed.fingerprint)
    assert told(hub, "north") == ["added", "renewed", "keys_changed"]


def test_the_same_keys_in_a_description_signed_by_a_stranger_are_not_a_renewal(hub: SmallHub) -> None:
    """A thief of the old address may copy the keys; it cannot sign with them, so it signs with one of its own."""
    node = FakeNode("north")
    hub.add(node)
    thief = FakeNode("north")
    thief.ring.rotate("sign")
    assert considered(hub, thief).change == "keys_changed"


def test_two_members_cannot_share_an_address(hub: SmallHub) -> None:
    north, south = FakeNode("north"), FakeNode("south")
    hub.add(north)
    south.issuer = north.issuer
    with pytest.raises(MemberAddressTaken):
        considered(hub, south)


def test_a_member_that_left_comes_back_by_its_fingerprint(hub: SmallHub) -> None:
    node = FakeNode("north")
    hub.add(node)
    with hub.store.writing() as session:
        members.remove(session, "north", actor="anna")
    assert names(hub) == []
    with hub.store.writing() as session, pytest.raises(MemberUnknown):
        members.remove(session, "north", actor="anna")
    back = considered(hub, node)
    assert back.change == "returned"
    with pytest.raises(FingerprintNeeded):
        accepted(hub, back, None)
    accepted(hub, back, back.fingerprint)
    assert names(hub) == ["north"]
    assert told(hub, "north") == ["added", "removed", "added"]


def test_a_signature_of_another_kind_of_document_is_no_description(hub: SmallHub) -> None:
    node = FakeNode("north")
    raw, _ = node.descriptor()
    with hub.store.reading() as session, pytest.raises(SignatureInvalid):
        consider(session, raw, sign("release", raw, node.ring.active("sign")))
