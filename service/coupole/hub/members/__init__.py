"""Members: let in by a person who compared a fingerprint, never by a machine alone.

A descriptor introduces a member and is signed with one of its own keys, which proves nothing about who made it. A
person reads the fingerprint aloud with the member, once; from then on the keys of that descriptor are the keys its
releases are checked with. A later descriptor may change a name or an address by itself when a known key signed it; new
keys need a person again, unless the member announces them itself with a key that is known (``renew``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.store.tables import EVENT, MEMBER, Member, MemberEvent
from coupole.standard.reading import canonical
from coupole.wire.descriptor import Descriptor, fingerprint, fingerprint_matches, read_descriptor, signing_key
from coupole.wire.documents import SignerUnknown
from coupole.wire.leaving import read_leaving

Change = Literal["new", "same", "renewed", "keys_changed", "returned"]


class MemberUnknown(CoupoleError):
    """The federation has no member of that name."""


class MemberAddressTaken(CoupoleError):
    """Another member is registered at that address."""


class MemberKeyTaken(CoupoleError):
    """Another member signs with that key."""


class MemberIsHub(CoupoleError):
    """This is the hub itself, which is no member of its own federation."""


class MemberBlocked(CoupoleError):
    """This member is blocked."""


class LeavingMisread(CoupoleError):
    """This word of leaving is of another member, or for another federation."""


class MemberMoved(CoupoleError):
    """A member with new keys keeps its address."""


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


def consider(session: Session, raw: bytes, signature: str, *, hub: str = "") -> Candidate:
    """Read a descriptor and compare it with what is known; nothing is written. ``hub``: address of this hub.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``SignatureInvalid``, ``SignerUnknown``, ``KeySetInvalid``,
    ``MemberAddressTaken``, ``MemberKeyTaken``, ``MemberIsHub``, ``MemberBlocked``.
    """
    descriptor = read_descriptor(raw, signature)
    key = signing_key(descriptor, signature)
    if descriptor["issuer"] == hub:
        raise MemberIsHub()
    known = session.get(Member, descriptor["node"])
    if known is not None and known.state == "blocked":
        raise MemberBlocked()
    _refuse_taken(session, descriptor, key)
    return Candidate(raw, signature, descriptor, fingerprint(key), _change(known, raw, signature, descriptor))


def _refuse_taken(session: Session, descriptor: Descriptor, key: Mapping[str, str]) -> None:
    """No two members at one address, none with one key."""
    others = select(MEMBER.c.id).where(MEMBER.c.id != descriptor["node"])
    if session.scalar(others.where(MEMBER.c.issuer == descriptor["issuer"])) is not None:
        raise MemberAddressTaken()
    if session.scalar(others.where(MEMBER.c["keys"].contains(key["x"], autoescape=True))) is not None:
        raise MemberKeyTaken()


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
        state="active",
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
    return fingerprint_matches(signing_key(candidate.descriptor, candidate.signature), confirmed)


def renew(session: Session, node: str, raw: bytes, signature: str, now: datetime | None = None) -> Member:
    """Put the description a member announces in the place of the one before; the keys in it are its keys from now on.

    A key that was known before signed it, so no person is asked. Raises ``MemberUnknown``, ``MemberBlocked``,
    ``MemberMoved``, ``MemberKeyTaken`` and what ``read_descriptor`` raises.
    """
    member = standing(session, node)
    descriptor = read_descriptor(raw, signature, json.loads(member.keys))
    if (descriptor["node"], descriptor["issuer"]) != (member.id, member.issuer):
        raise MemberMoved()
    for key in descriptor["keys"]["keys"]:
        _refuse_taken(session, descriptor, key)
    if member.descriptor != raw:
        said = fingerprint(descriptor["keys"]["keys"][0])
        _note(session, node, "keys_renewed", f"node:{node}", said, now or datetime.now(UTC))
    member.name, member.country = descriptor["name"], descriptor["country"]
    member.keys, member.descriptor, member.signature = canonical(descriptor["keys"]).decode(), raw, signature
    return member


def standing(session: Session, node: str) -> Member:
    """A member that belongs to the federation today, leaving ones too. Raises ``MemberUnknown``, ``MemberBlocked``."""
    member = session.get(Member, node)
    if member is None or member.state == "left":
        raise MemberUnknown()
    if member.state == "blocked":
        raise MemberBlocked()
    return member


def block(session: Session, node: str, *, actor: str, now: datetime | None = None) -> None:
    """Ask a member for nothing and believe nothing it signs, until it is unblocked. Its published figures stay.

    Raises ``MemberUnknown``, ``MemberBlocked``.
    """
    _set(session, standing(session, node), "blocked", "blocked", actor, now)


def unblock(session: Session, node: str, *, actor: str, now: datetime | None = None) -> None:
    """Let a blocked member take part again, with the keys that were known. Raises ``MemberUnknown``."""
    member = session.get(Member, node)
    if member is None or member.state != "blocked":
        raise MemberUnknown()
    _set(session, member, "active", "unblocked", actor, now)


def leave(session: Session, node: str, raw: bytes, signature: str, *, hub: str, now: datetime | None = None) -> Member:
    """A member said that it leaves: it is asked for no figures any more; what was published stays.

    While a sealed report is to come that takes its people out, it is ``leaving``. Raises ``MemberUnknown``,
    ``MemberBlocked``, ``LeavingMisread`` and what ``read_leaving`` raises.
    """
    member = standing(session, node)
    word = check_leaving(raw, signature, json.loads(member.keys), node, hub)
    state = "leaving" if word["closing"] else "left"
    if member.state != state:
        _set(session, member, state, state, f"node:{node}", now)
    return member


def check_leaving(raw: bytes, signature: str, jwks: object, node: str, hub: str) -> dict[str, Any]:
    """The word of that very member for this very hub. Raises ``LeavingMisread`` and what ``read_leaving`` raises."""
    word = read_leaving(raw, signature, jwks)
    if (word["node"], word["hub"]) != (node, hub):
        raise LeavingMisread()
    return word


def _set(session: Session, member: Member, state: str, what: str, actor: str, now: datetime | None) -> None:
    member.state, member.active = state, state == "active"
    _note(session, member.id, what, actor, "", now or datetime.now(UTC))


def remove(session: Session, member_id: str, *, actor: str, now: datetime | None = None) -> None:
    """Let a member go: it is asked no more, and figures made from now on are without it. Raises ``MemberUnknown``."""
    member = session.get(Member, member_id)
    if member is None or member.state == "left":
        raise MemberUnknown()
    _set(session, member, "left", "removed", actor, now)


def active(session: Session) -> list[Member]:
    """The members of today, by name."""
    return list(session.scalars(select(Member).where(MEMBER.c.active).order_by(MEMBER.c.name, MEMBER.c.id)))


def reachable(session: Session) -> list[Member]:
    """Those, and the members that are leaving: they are still asked for what takes their people out."""
    query = select(Member).where(MEMBER.c.state.in_(("active", "leaving")))
    return list(session.scalars(query.order_by(MEMBER.c.name, MEMBER.c.id)))


def everybody(session: Session) -> list[Member]:
    """Every member there is or was, by short name."""
    return list(session.scalars(select(Member).order_by(MEMBER.c.id)))


def events(session: Session, member_id: str) -> list[MemberEvent]:
    """What was decided about a member, oldest first."""
    query = select(MemberEvent).where(EVENT.c.member == member_id).order_by(EVENT.c.seq)
    return list(session.scalars(query))


def _note(session: Session, member_id: str, what: str, actor: str, said: str, at: datetime) -> None:
    session.add(MemberEvent(at=at, member=member_id, what=what, actor=actor, fingerprint=said))
