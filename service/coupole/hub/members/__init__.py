"""Members: let in by a person who compared a fingerprint, never by a machine alone.

A descriptor introduces a member and is signed with one of its own keys, which proves nothing about who made it. A
person reads the fingerprint aloud with the member, once; from then on the keys of that descriptor are the keys its
releases are checked with. A later descriptor may change a name or an address by itself when a known key signed it; new
keys need a person again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.store.tables import EVENT, MEMBER, Member, MemberEvent
from coupole.standard.reading import canonical
from coupole.wire.descriptor import Descriptor, fingerprint, fingerprint_matches, read_descriptor
from coupole.wire.documents import SignerUnknown

Change = Literal["new", "same", "renewed", "keys_changed", "returned"]


class MemberUnknown(CoupoleError):
    """The federation has no member of that name."""


class MemberAddressTaken(CoupoleError):
    """Another member is registered at that address."""


class FingerprintNeeded(CoupoleError):
    """The fingerprint of this member was not confirmed by a person."""


class FingerprintWrong(CoupoleError):
    """The fingerprint is not that of the key which signed this description."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A descriptor whose signature holds, and what accepting it would change."""

    raw: bytes
    signature: str
    descriptor: Descriptor
    fingerprint: str
    """Of the key that signed it; to be read aloud."""
    change: Change


def consider(session: Session, raw: bytes, signature: str) -> Candidate:
    """Read a descriptor and compare it with what is known; nothing is written.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``SignatureInvalid``, ``SignerUnknown``, ``KeySetInvalid``,
    ``MemberAddressTaken``.
    """
    descriptor = read_descriptor(raw, signature)
    signer = signature.rpartition(".")[0]
    key = next(key for key in descriptor["keys"]["keys"] if key["kid"] == signer)
    known = session.get(Member, descriptor["node"])
    other = session.scalar(
        select(MEMBER.c.id).where(MEMBER.c.issuer == descriptor["issuer"], MEMBER.c.id != descriptor["node"])
    )
    if other is not None:
        raise MemberAddressTaken()
    return Candidate(raw, signature, descriptor, fingerprint(key), _change(known, raw, signature, descriptor))


def _change(known: Member | None, raw: bytes, signature: str, descriptor: Descriptor) -> Change:
    if known is None:
        return "new"
    if not known.active:
        return "returned"
    pinned = json.loads(known.keys)
    if _names(pinned) != _names(descriptor["keys"]):
        return "keys_changed"
    try:
        read_descriptor(raw, signature, pinned)
    except SignerUnknown:
        return "keys_changed"
    return "same" if known.descriptor == raw else "renewed"


def _names(key_set: object) -> set[bytes]:
    keys = key_set["keys"] if isinstance(key_set, dict) else []
    return {canonical(key) for key in keys}


def accept(
    session: Session, candidate: Candidate, *, confirmed: str | None, actor: str, now: datetime | None = None
) -> Member:
    """Make the candidate a member, or bring a member up to date.

    ``confirmed``: the fingerprint as the person heard it from the member; needed unless nothing but name or address
    changed. Raises ``FingerprintNeeded``, ``FingerprintWrong``.
    """
    descriptor, moment = candidate.descriptor, now or datetime.now(UTC)
    if candidate.change in ("new", "keys_changed", "returned"):
        if not confirmed:
            raise FingerprintNeeded(fingerprint=candidate.fingerprint)
        if not _heard(candidate, confirmed):
            raise FingerprintWrong()
    known = session.get(Member, descriptor["node"])
    member = Member(
        id=descriptor["node"],
        name=descriptor["name"],
        issuer=descriptor["issuer"],
        country=descriptor["country"],
        active=True,
        keys=canonical(descriptor["keys"]).decode(),
        descriptor=candidate.raw,
        signature=candidate.signature,
        added_at=known.added_at if known else moment,
    )
    if candidate.change != "same":
        what = {"new": "added", "returned": "added"}.get(candidate.change, candidate.change)
        _note(session, member.id, what, actor, candidate.fingerprint, moment)
    return session.merge(member)


def _heard(candidate: Candidate, confirmed: str) -> bool:
    signer = candidate.signature.rpartition(".")[0]
    keys = candidate.descriptor["keys"]["keys"]
    return any(fingerprint_matches(key, confirmed) for key in keys if key["kid"] == signer)


def remove(session: Session, member_id: str, *, actor: str, now: datetime | None = None) -> None:
    """Let a member go: it is asked no more, and figures made from now on are without it. Raises ``MemberUnknown``."""
    member = session.get(Member, member_id)
    if member is None or not member.active:
        raise MemberUnknown()
    member.active = False
    _note(session, member_id, "removed", actor, "", now or datetime.now(UTC))


def active(session: Session) -> list[Member]:
    """The members of today, by name."""
    return list(session.scalars(select(Member).where(MEMBER.c.active).order_by(MEMBER.c.name, MEMBER.c.id)))


def events(session: Session, member_id: str) -> list[MemberEvent]:
    """What was decided about a member, oldest first."""
    query = select(MemberEvent).where(EVENT.c.member == member_id).order_by(EVENT.c.seq)
    return list(session.scalars(query))


def _note(session: Session, member_id: str, what: str, actor: str, said: str, at: datetime) -> None:
    session.add(MemberEvent(at=at, member=member_id, what=what, actor=actor, fingerprint=said))
