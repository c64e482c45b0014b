"""From an invitation to a member: a node asks with its code, is looked at, waits, and a person admits it or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub import members
from coupole.hub.members import Candidate, MemberUnknown, accept, consider
from coupole.hub.members.invitations import tried
from coupole.hub.store import Store
from coupole.hub.store.joining_tables import APPLICATION, Application, Invitation
from coupole.hub.store.tables import Member, MemberEvent
from coupole.wire.descriptor import fingerprint, read_descriptor, signing_key

CLOCKS_APART = timedelta(seconds=60)
"""What tokens allow (they are good for a minute): a node further off could never be asked for anything."""


class ClocksApart(CoupoleError):
    """The clocks of the two machines are more than a minute apart."""


class MemberAlready(CoupoleError):
    """This node is a member already."""


class MemberElsewhere(CoupoleError):
    """Another node answers at the address in this description."""


def check_clock(theirs: datetime, now: datetime) -> None:
    """Raise ``ClocksApart`` when two clocks cannot work together."""
    if abs(theirs - now) > CLOCKS_APART:
        raise ClocksApart()


def begin(store: Store, hub: str, raw: bytes, signature: str, code: tuple[str, str], now: datetime) -> Candidate | None:
    """What a node asks with a good code; none when it asked before and only lost the answer.

    ``code``: number and secret of the invitation. Raises what ``consider`` and ``tried`` raise, ``MemberAlready``.
    """
    descriptor = read_descriptor(raw, signature)
    mark = fingerprint(signing_key(descriptor, signature))
    refused: CoupoleError | None = None
    with store.writing() as session:  # a wrong try is kept, so the refusal waits until it is written
        try:
            known = tried(session, *code, descriptor["node"], mark, now).node != ""
        except CoupoleError as error:
            refused = error
    if refused is not None:
        raise refused
    if known:
        return None
    with store.reading() as session:
        candidate = consider(session, raw, signature, hub=hub)
    if candidate.change in ("same", "renewed", "keys_changed"):
        raise MemberAlready()
    return candidate


def check_answer(candidate: Candidate, raw: bytes, signature: str) -> None:
    """What was found at the address of a candidate must be that very node.

    Raises ``MemberElsewhere`` and what ``read_descriptor`` raises.
    """
    found = read_descriptor(raw, signature)
    mark = fingerprint(signing_key(found, signature))
    if (found["node"], mark) != (candidate.descriptor["node"], candidate.fingerprint):
        raise MemberElsewhere()


def keep(session: Session, number: str, candidate: Candidate, now: datetime) -> None:
    """Have a candidate wait for a person; its invitation is used."""
    node = candidate.descriptor["node"]
    invitation = session.get_one(Invitation, number)
    invitation.node, invitation.fingerprint = node, candidate.fingerprint
    asked = Application(node=node, invitation=number, body=candidate.raw, signature=candidate.signature, asked_at=now)
    session.merge(asked)


def waiting(session: Session, hub: str) -> list[tuple[Candidate, str]]:
    """Who asked and waits, the first one first, each with whom its invitation was for."""
    found = session.scalars(select(Application).order_by(APPLICATION.c.asked_at))
    return [
        (consider(session, one.body, one.signature, hub=hub), session.get_one(Invitation, one.invitation).name)
        for one in found
    ]


def is_waiting(session: Session, node: str) -> bool:
    """Whether a node asked and nobody decided yet."""
    return session.get(Application, node) is not None


def asked_by(session: Session, node: str, hub: str) -> Candidate:
    """What a node that waits asked. Raises ``MemberUnknown`` and what ``consider`` raises."""
    asked = session.get(Application, node)
    if asked is None:
        raise MemberUnknown()
    return consider(session, asked.body, asked.signature, hub=hub)


def admit(session: Session, candidate: Candidate, *, confirmed: str | None, actor: str) -> Member:
    """Make who waits a member, by the fingerprint a person heard. Raises what ``accept`` raises."""
    member = accept(session, candidate, confirmed=confirmed, actor=actor)
    session.delete(session.get_one(Application, member.id))
    return member


def decline(session: Session, node: str, *, actor: str, now: datetime | None = None) -> None:
    """Do not admit a node that asked. Raises ``MemberUnknown``."""
    asked = session.get(Application, node)
    if asked is None:
        raise MemberUnknown()
    session.delete(asked)
    session.add(MemberEvent(at=now or datetime.now(UTC), member=node, what="declined", actor=actor, fingerprint=""))


def leave(session: Session, node: str, raw: bytes, signature: str, *, hub: str, now: datetime | None = None) -> str:
    """A node leaves, or takes back that it asked; gives how it stands now. Raises what ``members.leave`` raises."""
    asked = session.get(Application, node)
    if asked is None:
        return members.leave(session, node, raw, signature, hub=hub, now=now).state
    members.check_leaving(raw, signature, read_descriptor(asked.body, asked.signature)["keys"], node, hub)
    session.delete(asked)
    return "left"


def state(session: Session, node: str) -> str:
    """How a node stands: waiting, or the state of the member. Raises ``MemberUnknown``."""
    if is_waiting(session, node):
        return "waiting"
    member = session.get(Member, node)
    if member is None:
        raise MemberUnknown()
    return member.state
