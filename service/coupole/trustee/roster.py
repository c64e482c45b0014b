"""Who is admitted: rosters, signed, each naming the one before it; every version stays readable.

A node asks with a code its people were given, and is admitted when a person of the trustee compared its fingerprint
with them, by phone or on paper, and looked it up in an official register. Never through the hub.

roster    trustee, keys, epoch, version, previous, made_at, quorum,
          members: node, name, issuer, key, fingerprint, since, group, cap, legal_id, state
"""

from __future__ import annotations

import json
import secrets
from base64 import b32encode
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.standard.calendar import add_months
from coupole.standard.validation import check_against
from coupole.trustee import store
from coupole.trustee.store import Application, Invitation, Roster, Trustee
from coupole.wire.absences import AWAY, heard
from coupole.wire.certificates import GENESIS
from coupole.wire.descriptor import fingerprint, fingerprint_matches, read_descriptor, signing_key
from coupole.wire.documents import canonical_only, digest, sign, verify, written

ACTIVE, INACTIVE, RETIRED = "active", "inactive", "retired"
INVITED_FOR = timedelta(days=14)
USUAL: dict[str, Any] = {"group": "all", "cap": 50, "legal_id": ""}
"""What a member gets unless a person says otherwise. ``cap``: most persons its headcount may change in a slot."""


class AdmissionUnconfirmed(CoupoleError):
    """The fingerprint of this member was not confirmed by a person of the trustee."""


class AdmissionFingerprintWrong(CoupoleError):
    """The fingerprint is not that of the key which signed this description."""


class InvitationInvalid(CoupoleError):
    """This code is unknown, used or too old."""


class RosterMemberUnknown(CoupoleError):
    """The roster has no member of that name."""


class RosterMemberPresent(CoupoleError):
    """This member was heard of within the last three months, or counts no more already."""


class RosterUnknown(CoupoleError):
    """There is no roster of that number."""


class RosterBroken(CoupoleError):
    """The rosters do not follow each other as they were signed."""


def invite(session: Session) -> str:
    """A code with which one node may ask for admission, once, within ``INVITED_FOR``; only its hash is kept."""
    letters = b32encode(secrets.token_bytes(15)).decode()
    session.add(Invitation(digest=digest(letters.encode()), expires_at=datetime.now(UTC) + INVITED_FOR))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def ask(session: Session, trustee: Trustee, raw: bytes, signature: str, code: str, now: datetime) -> str:
    """Keep a node's request for a person to decide; gives the fingerprint that person will compare.

    Without a code a member's new key takes the place of the one that signed the description, at once. Raises
    ``InvitationInvalid`` and what ``read_descriptor`` raises.
    """
    if not code:
        return _renewed(session, trustee, raw, signature, now)
    read_aloud = signer(raw, signature)[1]
    invitation = session.get(Invitation, digest("".join(filter(str.isalnum, code.upper())).encode()))
    if invitation is None or invitation.expires_at < now:
        raise InvitationInvalid()
    session.delete(invitation)
    session.merge(Application(node=canonical_only(raw)["node"], body=raw, signature=signature))
    return read_aloud


def _renewed(session: Session, trustee: Trustee, raw: bytes, signature: str, now: datetime) -> str:
    before = store.newest(session)
    node = read_descriptor(raw, signature)["node"]
    member = next((one for one in store.members(before) if one["node"] == node and one["state"] == ACTIVE), None)
    if member is None:
        raise InvitationInvalid()
    descriptor = read_descriptor(raw, signature, {"keys": [member["key"]]})
    key = descriptor["keys"]["keys"][0]
    if key != member["key"]:
        _replace(session, trustee, member | {"key": key, "fingerprint": fingerprint(key)}, f"node:{node}", now)
    return fingerprint(key)


def waiting(session: Session) -> dict[str, tuple[bytes, str]]:
    """The descriptions of the nodes that asked, with their signatures."""
    return {one.node: (one.body, one.signature) for one in session.scalars(select(Application))}


def signer(raw: bytes, signature: str) -> tuple[dict[str, Any], str]:
    """The key that signed a description, and its fingerprint to be read aloud.

    Raises what ``read_descriptor`` raises.
    """
    descriptor = read_descriptor(raw, signature)
    key = signing_key(descriptor, signature)
    return key, fingerprint(key)


def admit(
    session: Session,
    trustee: Trustee,
    raw: bytes,
    signature: str,
    *,
    confirmed: str | None,
    actor: str,
    now: datetime | None = None,
    **said: Any,
) -> Roster:
    """A new roster with this member, active, in the place of one of the same name. One active key for each member.

    ``confirmed``: the fingerprint as a person of the trustee heard it from the member. ``said``: group, cap, legal_id;
    what is not said stays as it was. Raises what ``signer`` raises, ``AdmissionUnconfirmed``,
    ``AdmissionFingerprintWrong``.
    """
    key, read_aloud = signer(raw, signature)
    if not confirmed:
        raise AdmissionUnconfirmed(fingerprint=read_aloud)
    if not fingerprint_matches(key, confirmed):
        raise AdmissionFingerprintWrong()
    descriptor, moment = read_descriptor(raw, signature), now or datetime.now(UTC)
    before = next((m for m in store.members(store.newest(session)) if m["node"] == descriptor["node"]), {})
    admitted = {
        **{name: said.get(name) or before.get(name, usual) for name, usual in USUAL.items()},
        "node": descriptor["node"],
        "name": descriptor["name"],
        "issuer": descriptor["issuer"],
        "key": key,
        "fingerprint": read_aloud,
        "since": moment.date().isoformat(),
        "state": ACTIVE,
    }
    if waiting := session.get(Application, descriptor["node"]):
        session.delete(waiting)
    return _replace(session, trustee, admitted, actor, moment)


def retire(session: Session, trustee: Trustee, node: str, actor: str, now: datetime | None = None) -> Roster:
    """A new roster in which nothing this member signs is counted. Raises ``RosterMemberUnknown``."""
    return _replace(session, trustee, _member(session, node) | {"state": RETIRED}, actor, now or datetime.now(UTC))


def rest(session: Session, trustee: Trustee, node: str, actor: str, now: datetime | None = None) -> Roster:
    """A new roster in which a member that was away counts for no quorum, until it is admitted again.

    Raises ``RosterMemberUnknown``, ``RosterMemberPresent``.
    """
    member, moment = _member(session, node), now or datetime.now(UTC)
    if node not in silent(session, moment):
        raise RosterMemberPresent()
    return _replace(session, trustee, member | {"state": INACTIVE}, actor, moment)


def silent(session: Session, now: datetime | None = None) -> dict[str, str]:
    """Active members without a good report for ``AWAY`` months, and the day of the last one or of their admission."""
    active = {one["node"]: one["since"] for one in store.members(store.newest(session)) if one["state"] == ACTIVE}
    last = heard(json.loads(one.body) for one in store.certificates(session))
    days = {node: max(since, last.get(node, since)) for node, since in active.items()}
    before = add_months((now or datetime.now(UTC)).date(), -AWAY).isoformat()
    return {node: day for node, day in days.items() if day < before}


def _member(session: Session, node: str) -> dict[str, Any]:
    for member in store.members(store.newest(session)):
        if member["node"] == node:
            return member
    raise RosterMemberUnknown()


def _replace(session: Session, trustee: Trustee, member: dict[str, Any], actor: str, moment: datetime) -> Roster:
    others = [one for one in store.members(store.newest(session)) if one["node"] != member["node"]]
    return publish(session, trustee, [*others, member], actor, moment)


def publish(session: Session, trustee: Trustee, members: list[dict[str, Any]], actor: str, moment: datetime) -> Roster:
    """The next roster. Raises ``DocumentInvalid`` for what no roster holds, such as a group that is no short name."""
    before = store.newest(session)
    version = before.version + 1 if before else 1
    document = {
        "type": "roster",
        "form": 1,
        "trustee": trustee.name,
        "keys": trustee.ring.public_set("sign"),
        "epoch": 1,
        "version": version,
        "previous": before.digest if before else GENESIS,
        "made_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "quorum": trustee.quorum,
        "members": sorted(members, key=lambda member: str(member["node"])),
    }
    check_against("roster", document)
    raw = written(document)
    signature = sign("roster", raw, trustee.ring.active("sign"))
    made = Roster(version=version, made_at=moment, actor=actor, digest=digest(raw), body=raw, signature=signature)
    session.add(made)
    session.flush()
    return made


def roster(session: Session, number: int | None = None) -> Roster:
    """The roster in force, or one version. Raises ``RosterUnknown``."""
    found = store.newest(session) if number is None else session.get(Roster, number)
    if found is None:
        raise RosterUnknown()
    return found


def check_chain(session: Session, jwks: dict[str, Any]) -> int:
    """How many rosters there are, each signed by the trustee and naming the one before. Raises ``RosterBroken``."""
    previous, number = GENESIS, 0
    while (found := session.get(Roster, number + 1)) is not None:
        number += 1
        try:
            verify("roster", found.body, found.signature, jwks)
            document = canonical_only(found.body)
        except CoupoleError:
            raise RosterBroken(version=number) from None
        if (document["previous"], document["version"], digest(found.body)) != (previous, number, found.digest):
            raise RosterBroken(version=number)
        previous = found.digest
    return number
