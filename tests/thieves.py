"""Whoever holds the keys that were a node's, and would like to pass for it."""

from __future__ import annotations

from copy import deepcopy

from coupole.wire.documents import sign
from coupole.wire.keys import KeyRing
from tests.fake_nodes import FakeNode


class Thief(FakeNode):
    """Holds what the node's keys were, and names a key of its own from now on."""

    def __init__(self, name: str, ring: KeyRing) -> None:
        super().__init__(name)
        self.old = ring.active("sign")
        self.ring = deepcopy(ring)
        self.ring.rotate("sign")

    def rotation(self) -> tuple[bytes, str]:
        """A description with the thief's key, signed with the stolen one."""
        raw, _signature = self.descriptor()
        return raw, sign("descriptor", raw, self.old)


def withdrawn(node: FakeNode) -> Thief:
    """The node has withdrawn its keys; the thief keeps what it had."""
    thief = Thief(node.name, node.ring)
    node.ring.withdraw("sign")
    return thief
