"""What is counted and sealed: proposed by the hub, agreed to once by the administrator, in force until another is.

The hub cannot prove who the trustee is, and must not: its key comes to the member on paper, and whoever agrees types
its fingerprint. Nobody else's countersignature counts from then on.

One tabulation is in force at a time, and the next one begins after what the one before has reported: two lists of
tables over the same month could be subtracted from each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.statistics.sealing import check
from coupole.node.store import sealed
from coupole.node.store.sealing_tables import AgreedTabulation
from coupole.standard.catalogue import Catalogue
from coupole.wire.descriptor import fingerprint_matches
from coupole.wire.keys import public_key
from coupole.wire.slots import parse_slot
from coupole.wire.tabulations import Party, Tabulation, check_tabulation, read_tabulation, tabulation_id

WAITING = 10
"""Proposals that may wait for a decision at once."""
IN_FORCE = ("accepted", "leaving")


class TabulationNotProposed(CoupoleError):
    """Nobody proposed this tabulation here."""


class TabulationRenamed(CoupoleError):
    """This is not the name of the tabulation."""


class TabulationsTooMany(CoupoleError):
    """Too many tabulations wait for a decision."""


class TabulationDecided(CoupoleError):
    """It was decided about this tabulation already."""


class TabulationOverlaps(CoupoleError):
    """The tabulation begins in a period that was reported under another one."""


class TrusteeFingerprintWrong(CoupoleError):
    """This is not the fingerprint of the trustee in the tabulation."""


class HubNotPinned(CoupoleError):
    """Reports of this tabulation are for another program."""


def propose(
    session: Session,
    catalogue: Catalogue,
    name: str,
    raw: bytes,
    signature: str,
    countersignatures: Sequence[str],
    client: str,
    now: datetime | None = None,
) -> AgreedTabulation:
    """Keep what a hub proposes, for the administrator to decide; as it is, if it is known already.

    ``name``: its id. Raises ``TabulationRenamed``, ``TabulationUnfit``, ``TabulationsTooMany``, ``HubNotPinned`` and
    what ``check_tabulation`` raises: the signatures of hub and trustees must be those of the keys it names.
    """
    if tabulation_id(raw) != name:
        raise TabulationRenamed()
    known = sealed.tabulation(session, name)
    if known is not None:
        if known.client != client:
            raise HubNotPinned()
        return known
    document = read_tabulation(raw)
    named = {"keys": [party["key"] for party in (document["hub"], *document["trustees"])]}
    check(check_tabulation(raw, signature, countersignatures, named), catalogue)
    if sum(one.state == "proposed" for one in sealed.tabulations(session)) >= WAITING:
        raise TabulationsTooMany()
    row = AgreedTabulation(
        id=name,
        body=raw,
        signature=signature,
        countersignatures=" ".join(countersignatures),
        client=client,
        proposed_at=now or datetime.now(UTC),
        state="proposed",
    )
    sealed.keep(session, row)
    return row


def accept(
    session: Session, name: str, fingerprints: Sequence[str], actor: str, now: datetime | None = None
) -> AgreedTabulation:
    """Agree to a tabulation; another one that was in force ends.

    ``fingerprints``: what stands on the paper of each trustee, in their order; one that was typed before is not asked
    again. Raises ``TabulationNotProposed``, ``TabulationDecided``, ``TrusteeFingerprintWrong``, ``TabulationOverlaps``.
    """
    row = _known(session, name)
    if row.state not in ("proposed", "declined"):
        raise TabulationDecided()
    document = read_tabulation(row.body)
    pinned = pinned_keys(session)
    said = [*fingerprints, *[""] * len(document["trustees"])]
    for trustee, typed in zip(document["trustees"], said, strict=False):
        if not _is_pinned(trustee, pinned) and not fingerprint_matches(trustee["key"], typed):
            raise TrusteeFingerprintWrong()
    _end_others(session, row, document)
    return _decide(session, row, "accepted", actor, now)


def _end_others(session: Session, row: AgreedTabulation, document: Tabulation) -> None:
    first = parse_slot(document["first_slot"], document["grain"])
    for other in sealed.tabulations(session):
        if other.id == row.id or other.state not in (*IN_FORCE, "ended"):
            continue
        grain = read_tabulation(other.body)["grain"]
        for report in sealed.reports(session, other.id):
            if parse_slot(report.slot, grain).until >= first.period.first:
                raise TabulationOverlaps()
        other.state = "ended"


def decline(session: Session, name: str, actor: str, now: datetime | None = None) -> AgreedTabulation:
    """Do not agree to a proposal. Raises ``TabulationNotProposed``, ``TabulationDecided``."""
    row = _known(session, name)
    if row.state != "proposed":
        raise TabulationDecided()
    return _decide(session, row, "declined", actor, now)


def leave(session: Session, name: str, actor: str, now: datetime | None = None) -> AgreedTabulation:
    """Stop taking part: the next report takes this member's stock out of the totals, then nothing is answered.

    Raises ``TabulationNotProposed``, ``TabulationDecided``.
    """
    row = _known(session, name)
    if row.state != "accepted":
        raise TabulationDecided()
    return _decide(session, row, "leaving", actor, now)


def end(session: Session, name: str, actor: str, now: datetime | None = None) -> AgreedTabulation:
    """Stop taking part where nothing was ever sealed, so that nothing is left to take out.

    Raises ``TabulationNotProposed``, ``TabulationDecided``.
    """
    row = _known(session, name)
    if row.state != "accepted" or sealed.reports(session, name):
        raise TabulationDecided()
    return _decide(session, row, "ended", actor, now)


def pinned_keys(session: Session) -> list[dict[str, Any]]:
    """The public keys of trustees that somebody compared with paper once."""
    agreed = [one for one in sealed.tabulations(session) if one.state in (*IN_FORCE, "ended")]
    return [dict(trustee["key"]) for one in agreed for trustee in read_tabulation(one.body)["trustees"]]


def to_type(session: Session, document: Tabulation) -> list[bool]:
    """For each trustee of a tabulation whether its fingerprint must be typed."""
    pinned = pinned_keys(session)
    return [not _is_pinned(trustee, pinned) for trustee in document["trustees"]]


def _is_pinned(trustee: Party, pinned: Sequence[dict[str, Any]]) -> bool:
    own = public_key(trustee["key"]).thumbprint()
    return any(public_key(key).thumbprint() == own for key in pinned)


def _known(session: Session, name: str) -> AgreedTabulation:
    row = sealed.tabulation(session, name)
    if row is None:
        raise TabulationNotProposed()
    return row


def _decide(session: Session, row: AgreedTabulation, state: str, actor: str, now: datetime | None) -> AgreedTabulation:
    row.state, row.decided_by, row.decided_at = state, actor, now or datetime.now(UTC)
    sealed.keep(session, row)
    return row
