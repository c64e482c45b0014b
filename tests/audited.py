"""A federation of which one slot was summed, and what its parties can show of it to an auditor."""

from __future__ import annotations

from typing import Any

import numpy as np

from coupole.trustee.batches import settle
from coupole.wire import batches as wire
from coupole.wire.auditing import write_report, write_sums
from tests.trustee.sealed_federation import NOW, Federation

SALT = b"s" * 32


class Audited(Federation):
    """A federation of which one slot was summed, with all that its hub and a member can show of it."""

    def sum(self, shift: int = 0) -> Audited:
        """Have the slot summed; a hub that lies adds ``shift`` to each key sum."""
        for member in self.members:
            member.ledger = member.state(self.shape)
            member.come(2, self.random)
        self.found = [(one.group, self.report(one, salt=SALT)) for one in self.members]
        self.another = self.report(self.members[0], salt=SALT)  # it fits what the first one holds, and is not counted
        self.answers: list[wire.Answer] = []
        self.raws: list[bytes] = []
        other: wire.Answer | None = None
        for place in reversed(range(len(self.trustees))):
            sums = {group: keys + np.uint8(shift) for group, keys in self.key_sums(self.found, other=other).items()}
            self.asked = self.batch(self.found, other=other, key_sums=sums)
            self.raws.insert(0, settle(self.trustees[place], *self.asked, NOW))
            other = self.answer(self.raws[0], place)[0]
            self.answers.insert(0, other)
        return self

    def shown(self, **changed: Any) -> bytes:
        given: dict[str, Any] = {
            "certificates": [(one.certificate, one.signature) for one in self.answers],
            "batch": self.asked,
            "shares": {
                member.name: report.hub_share for member, (_group, report) in zip(self.members, self.found, strict=True)
            },
            "further": {group: keys for one in self.answers for group, keys in one.key_sums.items()},
        }
        return write_sums(self.raw, **(given | changed))

    def opened(self, **changed: Any) -> bytes:
        member, report = self.members[0], self.found[0][1]
        counts, keys = member.state(self.shape)
        assert member.ledger
        given: dict[str, Any] = {
            "certificate": (self.answers[0].certificate, self.answers[0].signature),
            "header": report.header,
            "salt": SALT,
            "counts": counts - member.ledger[0],
            "keys": keys - member.ledger[1],
        }
        return write_report(self.raw, **(given | changed))
