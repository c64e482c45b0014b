"""Invitations: a code for one node, good once and for some days, with few tries; only its hash is kept."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.store.joining_tables import INVITATION, Invitation
from coupole.wire.documents import digest
from coupole.wire.invitations import InvitationCode, new_code

TRIES = 5
"""Wrong secrets after which an invitation is good for nothing."""


class InvitationWrong(CoupoleError):
    """No invitation has this code."""


class InvitationExpired(CoupoleError):
    """The time of this invitation is over."""


class InvitationUsed(CoupoleError):
    """This invitation was used by another node."""


class InvitationSpent(CoupoleError):
    """This invitation was tried too often with a wrong code."""


def invite(
    session: Session, name: str, days: int, *, hub: str, fingerprint: str, actor: str, now: datetime | None = None
) -> InvitationCode:
    """A code for ``name``, to be handed over once, good for ``days``. ``fingerprint``: of the hub's own key."""
    moment, code = now or datetime.now(UTC), new_code(hub, fingerprint)
    session.add(
        Invitation(
            number=code.number,
            name=name,
            digest=digest(code.secret.encode()),
            actor=actor,
            made_at=moment,
            expires_at=moment + timedelta(days=days),
        )
    )
    return code


def tried(session: Session, number: str, secret: str, node: str, fingerprint: str, now: datetime) -> Invitation:
    """The invitation of that code, good for the node that asks; the same node may ask again.

    A wrong secret is counted, so the session must be committed whatever is raised (``attempt``). Raises
    ``InvitationWrong``, ``InvitationSpent``, ``InvitationUsed``, ``InvitationExpired``.
    """
    found = session.get(Invitation, number)
    if found is None:
        raise InvitationWrong()
    if found.attempts >= TRIES:
        raise InvitationSpent()
    if not hmac.compare_digest(found.digest, digest(secret.encode())):
        found.attempts += 1
        raise InvitationWrong()
    if found.node:
        if (found.node, found.fingerprint) != (node, fingerprint):
            raise InvitationUsed()
    elif found.expires_at <= now:
        raise InvitationExpired()
    return found


def open_invitations(session: Session, now: datetime) -> list[Invitation]:
    """Those that nobody used yet and that are still good, the newest first."""
    query = select(Invitation).where(INVITATION.c.node == "", INVITATION.c.expires_at > now)
    return list(session.scalars(query.order_by(INVITATION.c.made_at.desc())))
