"""Joining: an invitation is looked at, a person compares the fingerprint by phone, then the hub is asked and pinned.

Nothing is granted before that, and nothing but ``releases:read`` ever is: figures that are released, never a record.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.federation import speaking
from coupole.node.federation.speaking import Way
from coupole.node.store import Store
from coupole.node.store.federation_tables import LEFT, Federation, current
from coupole.node.store.tables import Client
from coupole.standard.reading import canonical
from coupole.wire.descriptor import fingerprint, fingerprint_matches, signing_key
from coupole.wire.introduction import Introduction, read_introduction
from coupole.wire.invitations import InvitationCode, read_code


class FederationJoined(CoupoleError):
    """This workshop belongs to a federation already, or asked to."""


class HubFingerprintDiffers(CoupoleError):
    """The hub at that address signs with another key than the invitation says."""


class HubElsewhere(CoupoleError):
    """What answers at the address of the invitation says that it is another hub."""


class HubFingerprintWrong(CoupoleError):
    """These are not the letters of the hub's fingerprint."""


class ProgramNameTaken(CoupoleError):
    """Another program is admitted here under the name this hub signs in with."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was looked at: who asks, and by which key it is known."""

    code: InvitationCode
    raw: bytes
    signature: str
    hub: Introduction

    @property
    def fingerprint(self) -> str:
        """Of the hub's key, to be compared by phone."""
        return self.code.fingerprint


def look(way: Way, pasted: str) -> Invited:
    """Who invites, as it says itself; nothing is granted and nothing is sent of us.

    Raises ``InvitationUnreadable``, ``HubUnreachable``, ``HubRefuses``, ``HubFingerprintDiffers``, ``HubElsewhere`` and
    what ``read_introduction`` raises.
    """
    code = read_code(pasted)
    answer = speaking.introduction(way, code.hub)
    hub = read_introduction(answer.raw, answer.signature)
    if not fingerprint_matches(signing_key(hub, answer.signature), code.fingerprint):
        raise HubFingerprintDiffers()
    if hub["issuer"] != code.hub:
        raise HubElsewhere()
    return Invited(code, answer.raw, answer.signature, hub)


def join(
    store: Store,
    way: Way,
    invited: Invited,
    descriptor: tuple[bytes, str],
    *,
    typed: str,
    actor: str,
    now: datetime | None = None,
) -> Federation:
    """Ask for membership; once the hub took it, its key is pinned and it may fetch releases.

    ``typed``: the fingerprint as its people read it aloud; ``descriptor``: ours, with its signature. Raises
    ``HubFingerprintWrong``, ``FederationJoined``, ``ProgramNameTaken``, ``HubUnreachable``, ``HubRefuses``.
    """
    if not fingerprint_matches(signing_key(invited.hub, invited.signature), typed):
        raise HubFingerprintWrong()
    moment = now or datetime.now(UTC)
    with store.reading() as session:
        _refuse_twice(session, invited)
    raw, signature = descriptor
    asked = {
        "descriptor": raw.decode(),
        "signature": signature,
        "number": invited.code.number,
        "secret": invited.code.secret,
        "at": moment.isoformat(),
    }
    answer = speaking.ask_to_join(way, invited.code.hub, asked)
    with store.writing() as session:
        _refuse_twice(session, invited)
        session.merge(_client(invited.hub, moment))
        return session.merge(_pinned(invited, str(answer.get("state", "waiting")), actor, moment))


def _refuse_twice(session: Session, invited: Invited) -> None:
    """One federation, and no program pushed out of its name."""
    if current(session) is not None:
        raise FederationJoined()
    known = session.get(Client, invited.hub["client_id"])
    if known is not None and known.enabled and json.loads(known.keys) != invited.hub["client_keys"]:
        raise ProgramNameTaken()


def _client(hub: Introduction, moment: datetime) -> Client:
    return Client(
        id=hub["client_id"],
        name=hub["name"],
        keys=canonical(hub["client_keys"]).decode(),
        scopes=hub["asks"]["scope"],
        enabled=True,
        created_at=moment,
    )


def _pinned(invited: Invited, state: str, actor: str, moment: datetime) -> Federation:
    hub = invited.hub
    return Federation(
        hub=hub["issuer"],
        name=hub["name"],
        client=hub["client_id"],
        body=invited.raw,
        signature=invited.signature,
        keys=canonical(hub["keys"]).decode(),
        fingerprint=invited.fingerprint,
        state=state if state in STATES else "waiting",
        asked_at=moment,
        asked_by=actor,
        directory_keys=canonical(hub["directory_keys"]).decode(),
        heard_at=moment,
    )


STATES = ("waiting", "active", "blocked", "leaving", LEFT)
"""What a hub may say of us."""


def own_fingerprint(descriptor: tuple[bytes, str]) -> str:
    """The fingerprint of this node's key, which its people read to those of the hub."""
    raw, signature = descriptor
    return fingerprint(signing_key(json.loads(raw), signature))
