"""The code with which a hub invites: where it is, one chance to ask for membership, and by which key it is known.

    https://hub.example.org#NNNNNNNNSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS.FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF

Behind the ``#``, which no browser sends anywhere, stand the number of the invitation (8 letters), its secret (32
letters, 160 bits) and the fingerprint of the hub's key. Base 32: no 0, 1 or 8 to mistake for a letter.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from dataclasses import dataclass, field

from coupole.errors import CoupoleError

FORM = re.compile(r"(https?://[^#/?@]{1,280})/?#([A-Z2-7]{8})([A-Z2-7]{32})\.([A-Z2-7]{32})")
LONGEST = 1_000
"""Characters of what was pasted that are looked at."""


class InvitationUnreadable(CoupoleError):
    """This is not the whole code of an invitation."""


@dataclass(frozen=True, slots=True)
class InvitationCode:
    """What the code says. ``hub``: its address; ``fingerprint``: of the key it signs with, in groups of four."""

    hub: str
    number: str
    secret: str = field(repr=False)
    fingerprint: str

    def __str__(self) -> str:
        """As it is handed over."""
        return f"{self.hub}#{self.number}{self.secret}.{self.fingerprint.replace('-', '')}"


def new_code(hub: str, fingerprint: str) -> InvitationCode:
    """A fresh code of the hub at that address."""
    return InvitationCode(hub, letters(5), letters(20), fingerprint)


def read_code(pasted: str) -> InvitationCode:
    """The code in what somebody pasted; spaces and broken lines do not matter. Raises ``InvitationUnreadable``."""
    found = FORM.fullmatch("".join(pasted[:LONGEST].split()).replace("\N{ZERO WIDTH SPACE}", ""))
    if found is None:
        raise InvitationUnreadable()
    hub, number, secret, mark = found.groups()
    return InvitationCode(hub, number, secret, grouped(mark))


def letters(size: int) -> str:
    """That many random bytes, a multiple of five, as letters."""
    return b32encode(secrets.token_bytes(size)).decode()


def grouped(text: str) -> str:
    """Letters in groups of four."""
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
