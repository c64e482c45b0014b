"""Leaving the federation by a written word, on both sides, so that no request stays behind.

1. What was proposed to be counted under seal is declined; what is agreed is closed: the next report takes this
   workshop's people out of the totals.
2. The hub is told, signed with this node's key: it asks for no figures any more.
3. Once the closing report was counted (at once when nothing was sealed), its program is let in no more, and the hub is
   told that nothing is to come.

What was published stays published, and what left stays in the ledger.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.federation import speaking
from coupole.node.federation.speaking import HubRefuses, Way
from coupole.node.statistics import accepting
from coupole.node.statistics.accepting import IN_FORCE
from coupole.node.store import Store, sealed
from coupole.node.store.federation_tables import LEFT, Federation, current
from coupole.node.store.tables import Client
from coupole.wire.documents import sign
from coupole.wire.keys import KeyRing
from coupole.wire.leaving import KIND, write_leaving

NOBODY_TO_TELL = ("member_unknown", "member_blocked")
"""Why a hub refuses to hear of it when it does not count on us anyway."""


class FederationMissing(CoupoleError):
    """This workshop belongs to no federation."""


def leave(store: Store, way: Way, ring: KeyRing, node: str, actor: str, now: datetime | None = None) -> Federation:
    """Decide to leave; what comes after happens by itself (``go_on``). Raises ``FederationMissing``."""
    moment = now or datetime.now(UTC)
    with store.writing() as session:
        row = current(session)
        if row is None:
            raise FederationMissing()
        _end_sealed(session, row.client, actor, moment)
        if row.state != "leaving":
            row.state, row.left_at, row.left_by = "leaving", moment, actor
        session.add(row)
    return go_on(store, way, ring, node, moment) or row


def _end_sealed(session: Session, client: str, actor: str, now: datetime) -> None:
    for one in sealed.tabulations(session):
        if one.client == client and one.state == "proposed":
            accepting.decline(session, one.id, actor, now)
        elif one.client == client and one.state == "accepted":
            if sealed.reports(session, one.id):
                accepting.leave(session, one.id, actor, now)
            else:  # nothing of ours was ever sealed, so there is nothing to take out
                accepting.end(session, one.id, actor, now)


def go_on(store: Store, way: Way, ring: KeyRing, node: str, now: datetime | None = None) -> Federation | None:
    """What is left to do of leaving: tell the hub, and let it in no more once nothing is to come.

    Never raises for what the hub did: it is told again the next day, and is let in no more meanwhile.
    """
    moment = now or datetime.now(UTC)
    with store.reading() as session:
        row = current(session)
        if row is None or row.state != "leaving":
            return row
        known = sealed.tabulations(session)
        closing = any(one.client == row.client and one.state in IN_FORCE for one in known)
    raw = write_leaving(node, row.hub, moment, closing=closing)
    trouble = ""
    try:
        speaking.leave(way, row.hub, node, raw, sign(KIND, raw, ring.active("sign")))
    except CoupoleError as error:
        reason = error.findings[0].code if error.findings else error.code
        told = isinstance(error, HubRefuses) and reason in NOBODY_TO_TELL
        trouble = "" if told else reason
    with store.writing() as session:
        row = session.get_one(Federation, row.hub)
        row.trouble = trouble
        if not closing:
            _let_in_no_more(session, row.client)
            row.state = row.state if trouble else LEFT
        session.add(row)
    return row


def _let_in_no_more(session: Session, client: str) -> None:
    row = session.get(Client, client)
    if row is not None:
        row.enabled = False
        session.add(row)
