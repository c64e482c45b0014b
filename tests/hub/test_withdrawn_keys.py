"""What an umbrella believes after a member withdrew its keys: nothing of whoever holds the old ones."""

from __future__ import annotations

import json

import pytest

from coupole.hub import members
from coupole.wire.descriptor import fingerprint
from coupole.wire.documents import SignerUnknown, sign, verify
from tests.fake_nodes import FakeNode
from tests.small_hub import SmallHub
from tests.thieves import withdrawn


def test_the_umbrella_believes_nothing_of_the_thief_once_it_compared_the_new_key(hub: SmallHub) -> None:
    node = FakeNode("north")
    hub.add(node)
    thief = withdrawn(node)
    with hub.store.writing() as session:
        members.renew(session, "north", *thief.rotation())  # the thief is quicker than the workshop
    with hub.store.writing() as session:
        found = members.consider(session, *node.descriptor())
        assert found.change == "keys_changed"
        heard = fingerprint(node.ring.active("sign").public())
        member = members.accept(session, found, confirmed=heard, actor="anna")
        known = json.loads(member.keys)
    for raw, signature in (thief.rotation(), thief.descriptor()):
        with hub.store.writing() as session:
            with pytest.raises(SignerUnknown):
                members.renew(session, "north", raw, signature)
            assert members.consider(session, raw, signature).change == "keys_changed"  # a person is asked
    with pytest.raises(SignerUnknown):
        verify("release", b"figures", sign("release", b"figures", thief.old), known)
