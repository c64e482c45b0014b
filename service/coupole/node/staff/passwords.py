"""Passwords: what is accepted, how they are kept, and how many are checked at a time.

A password is taken as it was typed: nothing is cut off, nothing normalised. It has at least eight characters and is
none of those that are tried first: a common one (the list lies beside this module, nothing is asked of anybody), one
with a few figures behind it, or one made of the person's own names.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from coupole.errors import CoupoleError

SHORTEST, ADVISED, LONGEST = 8, 15, 512
"""In characters. Fifteen is what we advise; the bound above is there for the machine."""

MEMORY_KIB, ROUNDS, LANES = 19_456, 2, 1
"""Argon2id as OWASP advises: 19 MiB, some 80 ms on a small machine."""
PHC = re.compile(r"\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,88}\$[A-Za-z0-9+/]{22,88}")
BOUNDS = ((8_192, 131_072), (1, 8), (1, 4))
"""Within these a stored hash is computed: one planted with 4 GiB of memory would stop the machine."""

AT_ONCE = 2
"""So many passwords are checked at a time; more would take memory and time from everybody who works."""
PATIENCE_SECONDS = 10

_places = threading.BoundedSemaphore(AT_ONCE)


class PasswordTooShort(CoupoleError):
    """This password is too short."""


class PasswordTooLong(CoupoleError):
    """This password is too long."""


class PasswordCommon(CoupoleError):
    """This password is one of those that are tried first."""


class SignInBusy(CoupoleError):
    """Too many people sign in at this moment."""


def check(password: str, names: Iterable[str] = ()) -> None:
    """Raise ``PasswordTooShort``, ``PasswordTooLong`` or ``PasswordCommon``. ``names``: what others know of them."""
    if len(password) < SHORTEST:
        raise PasswordTooShort("/password", limit=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong("/password", limit=LONGEST)
    plain = password.lower()
    bare = re.sub(r"^[\W\d_]{0,4}|[\W\d_]{0,6}$", "", plain)
    known = {*common(), *_parts(names)}
    if plain in known or bare in known or len(set(plain)) < 4 or _runs(plain):
        raise PasswordCommon("/password")


@cache
def common() -> frozenset[str]:
    """Passwords that are tried first, in small letters."""
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _parts(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        words = re.findall(r"\w+", name.lower())
        yield from words
        yield "".join(words)
        yield "".join(reversed(words))
        yield name.lower()


def _runs(plain: str) -> bool:
    """Whether each character is the next or the same of the one before: ``abcdefgh``, ``98765432``."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return steps <= {1} or steps <= {-1} or steps <= {0, 1} or steps <= {0, -1}


def kept(password: str) -> str:
    """The Argon2id string that is kept. Raises ``SignInBusy``."""
    with _place():
        return _argon2().derive_phc_encoded(password.encode())


def matches(password: str, phc: str | None) -> bool:
    """Whether it is that password. It takes as long when there is none to compare with. Raises ``SignInBusy``."""
    stands = phc if phc is not None and _within_bounds(phc) else _nobodys()
    with _place():
        try:
            Argon2id.verify_phc_encoded(password.encode(), stands)
        except InvalidKey:
            return False
    return stands is phc


def _within_bounds(phc: str) -> bool:
    found = PHC.fullmatch(phc)
    return found is not None and all(
        low <= int(cost) <= high for cost, (low, high) in zip(found.groups(), BOUNDS, strict=True)
    )


@cache
def _nobodys() -> str:
    """The hash of a password nobody has: checked when there is no account, so that the answer takes as long."""
    return kept("no account has this password")


def _argon2() -> Argon2id:
    return Argon2id(salt=os.urandom(16), length=32, iterations=ROUNDS, lanes=LANES, memory_cost=MEMORY_KIB)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise SignInBusy()
    try:
        yield
    finally:
        _places.release()
