"""The directory of a federation: who is a member, by which keys, signed, numbered and good for a stated time.

Whoever has one goes on with it while the hub is down. A newer one counts when a key of the one before signed it, its
number is higher and its time is not over; so neither a hub that was taken over without the directory's key nor somebody
who sends an old directory again can put a member in or take one out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict, cast

from coupole.errors import CoupoleError
from coupole.standard.validation import check_against
from coupole.wire.documents import canonical_only, verify, written

KIND = "directory"
WARNED = timedelta(days=30)
"""How long before its end a directory is spoken of."""

State = Literal["active", "blocked", "leaving", "left"]


class DirectoryOlder(CoupoleError):
    """This directory is not newer than the one that is known."""


class DirectoryExpired(CoupoleError):
    """The time of this directory is over."""


class DirectoryOfAnother(CoupoleError):
    """This is the directory of another federation."""


class DirectoryMember(TypedDict):
    """A member as the directory has it."""

    node: str
    name: str
    issuer: str
    country: str
    keys: dict[str, Any]
    state: State
    since: str


class Directory(TypedDict):
    """The directory; ``keys``: those that this one and the next ones are signed with."""

    type: str
    form: int
    federation: str
    hub: str
    keys: dict[str, Any]
    number: int
    made_at: str
    expires_at: str
    members: list[DirectoryMember]


def write_directory(
    *,
    federation: str,
    hub: str,
    keys: dict[str, Any],
    number: int,
    made_at: datetime,
    expires_at: datetime,
    members: Sequence[DirectoryMember],
) -> bytes:
    """The canonical bytes, to be signed as ``directory``. Raises ``DocumentInvalid``, ``DocumentNotCanonical``."""
    document: Directory = {
        "type": KIND,
        "form": 1,
        "federation": federation,
        "hub": hub,
        "keys": keys,
        "number": number,
        "made_at": f"{made_at:%Y-%m-%dT%H:%M:%SZ}",
        "expires_at": f"{expires_at:%Y-%m-%dT%H:%M:%SZ}",
        "members": sorted(members, key=lambda member: member["node"]),
    }
    check_against(KIND, document)
    return written(document)


def parse_directory(raw: bytes) -> Directory:
    """The form of a directory, its signature unseen. Raises ``DocumentInvalid``, ``DocumentNotCanonical``."""
    document = canonical_only(raw)
    check_against(KIND, document)
    return cast(Directory, document)


def read_directory(raw: bytes, signature: str, jwks: Any, *, hub: str, after: int, now: datetime) -> Directory:
    """A directory of that hub, signed with one of ``jwks``, with a number higher than ``after``, still good.

    Raises what ``parse_directory`` and ``verify`` raise, ``DirectoryOfAnother``, ``DirectoryOlder``,
    ``DirectoryExpired``.
    """
    document = parse_directory(raw)
    verify(KIND, raw, signature, jwks)
    if document["hub"] != hub:
        raise DirectoryOfAnother()
    if document["number"] <= after:
        raise DirectoryOlder()
    if expires_at(document) <= now:
        raise DirectoryExpired()
    return document


def expires_at(directory: Directory) -> datetime:
    """The moment until which a directory is good."""
    return datetime.fromisoformat(directory["expires_at"])


def ends_soon(directory: Directory, now: datetime) -> bool:
    """Whether it is time to speak of its end: within 30 days, or past."""
    return expires_at(directory) - now <= WARNED
