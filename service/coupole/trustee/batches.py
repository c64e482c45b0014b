"""The roster and the log: signed documents of the trustee, each naming the one before it.

roster    epoch, version, previous, quorum, members (node, name, issuer, key, fingerprint, since)
log       length, head, certificates: empty until sealed shares are summed
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.trustee import store
from coupole.trustee.store import Roster
from coupole.wire.descriptor import fingerprint, fingerprint_matches, read_descriptor
from coupole.wire.documents import canonical_only, sign, verify, written
from coupole.wire.keys import Key

GENESIS = hashlib.sha256(b"coupole trustee 1").hexdigest()
"""What the first document of a chain names as the one before it."""
EPOCH = 1


class AdmissionUnconfirmed(CoupoleError):
    """The fingerprint of this member was not confirmed by a person of the trustee."""


class AdmissionFingerprintWrong(CoupoleError):
    """The fingerprint is not that of the key which signed this description."""


class RosterMemberUnknown(CoupoleError):
    """The roster has no member of that name."""


class RosterUnknown(CoupoleError):
    """There is no roster of that number."""


class RosterBroken(CoupoleError):
    """The rosters do not follow each other as they were signed."""


def signer(raw: bytes, signature: str) -> tuple[dict[str, Any], str]:
    """The key that signed a description, and its fingerprint to be read aloud.

    Raises what ``read_descriptor`` raises.
    """
    descriptor = read_descriptor(raw, signature)
    kid = signature.rpartition(".")[0]
    key = next(key for key in descriptor["keys"]["keys"] if key["kid"] == kid)
    return key, fingerprint(key)


def admit(
    session: Session,
    raw: bytes,
    signature: str,
    *,
    confirmed: str | None,
    key: Key,
    trustee: str,
    quorum: int,
    actor: str,
    now: datetime | None = None,
) -> Roster:
    """A new roster with this member, in the place of one of the same name. One active key for each member.

    ``confirmed``: the fingerprint as a person of the trustee heard it from the member. Raises what ``signer`` raises,
    ``AdmissionUnconfirmed``, ``AdmissionFingerprintWrong``.
    """
    member_key, read_aloud = signer(raw, signature)
    if not confirmed:
        raise AdmissionUnconfirmed(fingerprint=read_aloud)
    if not fingerprint_matches(member_key, confirmed):
        raise AdmissionFingerprintWrong()
    descriptor, moment = read_descriptor(raw, signature), now or datetime.now(UTC)
    admitted = {
        "node": descriptor["node"],
        "name": descriptor["name"],
        "issuer": descriptor["issuer"],
        "key": member_key,
        "fingerprint": read_aloud,
        "since": moment.date().isoformat(),
    }
    before = store.newest(session)
    others = [member for member in store.members(before) if member["node"] != admitted["node"]]
    return _next(session, before, [*others, admitted], key, trustee, quorum, actor, moment)


def dismiss(
    session: Session, node: str, *, key: Key, trustee: str, quorum: int, actor: str, now: datetime | None = None
) -> Roster:
    """A new roster without this member. Raises ``RosterMemberUnknown``."""
    before = store.newest(session)
    rest = [member for member in store.members(before) if member["node"] != node]
    if len(rest) == len(store.members(before)):
        raise RosterMemberUnknown()
    return _next(session, before, rest, key, trustee, quorum, actor, now or datetime.now(UTC))


def _next(
    session: Session,
    before: Roster | None,
    members: list[dict[str, Any]],
    key: Key,
    trustee: str,
    quorum: int,
    actor: str,
    moment: datetime,
) -> Roster:
    version = before.version + 1 if before else 1
    raw = written(
        {
            "type": "roster",
            "form": 1,
            "trustee": trustee,
            "epoch": EPOCH,
            "version": version,
            "previous": before.digest if before else GENESIS,
            "made_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "quorum": quorum,
            "members": sorted(members, key=lambda member: str(member["node"])),
        }
    )
    digest = hashlib.sha256(raw).hexdigest()
    made = Roster(
        version=version, made_at=moment, actor=actor, digest=digest, body=raw, signature=sign("roster", raw, key)
    )
    session.add(made)
    return made


def roster(session: Session, number: int | None = None) -> Roster:
    """The roster in force, or one version. Raises ``RosterUnknown``."""
    found = store.newest(session) if number is None else store.version(session, number)
    if found is None:
        raise RosterUnknown()
    return found


def check_chain(session: Session, jwks: dict[str, Any]) -> int:
    """How many rosters there are, each signed by the trustee and naming the one before. Raises ``RosterBroken``."""
    previous, number = GENESIS, 0
    while (found := store.version(session, number + 1)) is not None:
        number += 1
        document = _opened(found, jwks)
        if document["previous"] != previous or document["version"] != number:
            raise RosterBroken(version=number)
        previous = found.digest
    return number


def _opened(found: Roster, jwks: dict[str, Any]) -> dict[str, Any]:
    try:
        verify("roster", found.body, found.signature, jwks)
    except CoupoleError:
        raise RosterBroken(version=found.version) from None
    if hashlib.sha256(found.body).hexdigest() != found.digest:
        raise RosterBroken(version=found.version)
    document: dict[str, Any] = canonical_only(found.body)
    return document


def log(key: Key, trustee: str) -> tuple[bytes, str]:
    """The log of batches and its signature: empty, for nothing was summed yet."""
    raw = written({"type": "log", "form": 1, "trustee": trustee, "length": 0, "head": GENESIS, "certificates": []})
    return raw, sign("log", raw, key)
