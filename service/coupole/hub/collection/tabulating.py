"""The tabulation: made from the plan of the catalogue, signed here, countersigned by each trustee, then in force.

A member's reports follow one tabulation for an epoch. Another one (other tables, other trustees) is a new epoch with
its own opening balances; the sums of the one before stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.store import sealed
from coupole.hub.store.sealed_tables import Countersignature
from coupole.hub.store.sealed_tables import Tabulation as Kept
from coupole.standard.catalogue import Catalogue
from coupole.standard.plans import Plan, PlannedTable
from coupole.wire.documents import SignerUnknown, sign, verify
from coupole.wire.keys import Key
from coupole.wire.slots import SlotInvalid, parse_slot
from coupole.wire.tabulations import (
    HEADCOUNT,
    KIND,
    Party,
    Shape,
    Table,
    Tabulation,
    shape,
    tabulation_id,
    write_tabulation,
)

POPULATION = "accompaniments"
"""Whom every table of a plan counts."""
LEAST_MEMBERS = 5
"""No total is made of fewer members."""
WHOLE = "all"
"""The one group of a federation that is not divided."""


class TabulationNotHere(CoupoleError):
    """There is no such tabulation here."""


class TabulationNotInForce(CoupoleError):
    """No tabulation is signed by all of its trustees yet."""


class TrusteeUnknown(CoupoleError):
    """The tabulation names no trustee with that key."""


class SlotNotCountable(CoupoleError):
    """This slot cannot be counted now."""


class SlotBeforeOpen(CoupoleError):
    """Another slot was not summed yet."""


class GroupsOverlap(CoupoleError):
    """A member would be in figures of two groups of one year."""


def make(
    session: Session,
    key: Key,
    hub: str,
    catalogue: Catalogue,
    plan: Plan,
    trustees: Sequence[tuple[str, Mapping[str, Any]]],
    first_slot: str,
    groups: Sequence[str] = (WHOLE,),
    m: int = LEAST_MEMBERS,
    now: datetime | None = None,
) -> Kept:
    """A new tabulation, signed and kept, for the trustees to read.

    ``trustees``: name and public key of each, a person having compared the keys. ``first_slot``: the first month
    (``2026-10``) or quarter (``2026-Q4``) that is counted. Raises ``TabulationInvalid``, ``DocumentInvalid``,
    ``GroupsOverlap`` when members were summed in other groups in that year.
    """
    _check_groups(session, set(groups), first_slot[:4])
    document: Tabulation = {
        "type": "tabulation",
        "form": 1,
        "federation": hub,
        "hub": _party(hub, key.public()),
        "trustees": [_party(name, jwk) for name, jwk in trustees],
        "population": POPULATION,
        "catalogue": catalogue.id,
        "version": catalogue.version,
        "epoch": sealed.epochs(session) + 1,
        "grain": "quarter" if "Q" in first_slot else "month",
        "first_slot": first_slot,
        "m": m,
        "groups": list(groups),
        "tables": tables_of(plan),
    }
    raw = write_tabulation(document)
    made = Kept(
        id=tabulation_id(raw),
        body=raw,
        signature=sign(KIND, raw, key),
        made_at=now or datetime.now(UTC),
        in_force=False,
    )
    return session.merge(made)


def _check_groups(session: Session, groups: set[str], year: str) -> None:
    """One partition a year (release protocol, 3.10): the difference of two can be a few members."""
    for kept in sealed.tabulations(session):
        before = set(sealed.document(kept)["groups"])
        if before != groups and any(slot.startswith(year) for slot in sealed.released(session, kept.id)):
            raise GroupsOverlap(groups=", ".join(sorted(before)), year=year)


def tables_of(plan: Plan) -> list[Table]:
    """The tables of a tabulation, the headcount first."""
    head: Table = {
        "id": HEADCOUNT,
        "indicator": plan.headcount,
        "part": "count",
        "kind": "stock",
        "by": [],
        "levels": [],
        "noise": "cell_key",
    }
    return [head, *map(_table, plan.tables)]


def _table(table: PlannedTable) -> Table:
    names = [table.indicator, table.part, *table.by, *(["exact"] if table.exact else [])]
    return {
        "id": ".".join(names),
        "indicator": table.indicator,
        "part": table.part,
        "kind": table.kind,
        "by": list(table.by),
        "levels": [list(levels) for levels in table.levels],
        "noise": "none" if table.exact else "cell_key",
    }


def countersign(session: Session, tabulation: str, signature: str, issuer: str) -> bool:
    """Keep a trustee's signature. In force, in the place of the one before, when none is missing: says whether it is.

    ``issuer``: address of that trustee. Raises ``TabulationNotHere``, ``TrusteeUnknown``, ``SignatureInvalid``.
    """
    kept = sealed.tabulation(session, tabulation)
    if kept is None:
        raise TabulationNotHere()
    document = sealed.document(kept)
    place = _signer(document, kept.body, signature)
    session.merge(Countersignature(tabulation=tabulation, trustee=place, issuer=issuer, signature=signature))
    complete = len(sealed.countersignatures(session, tabulation)) == len(document["trustees"])
    if complete:
        sealed.put_in_force(session, tabulation)
    return complete


def _signer(document: Tabulation, raw: bytes, signature: str) -> int:
    for place, trustee in enumerate(document["trustees"]):
        try:
            verify(KIND, raw, signature, {"keys": [trustee["key"]]})
        except SignerUnknown:
            continue
        return place
    raise TrusteeUnknown()


def _party(name: str, key: Mapping[str, Any]) -> Party:
    return {"name": name, "key": {part: str(key[part]) for part in ("kty", "crv", "x", "kid")}}


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """The tabulation in force, read once. ``issuers``: the address of each trustee."""

    id: str
    raw: bytes
    document: Tabulation
    shape: Shape
    signature: str
    countersignatures: tuple[str, ...]
    issuers: tuple[str, ...]


def counting(session: Session) -> Counting:
    """The tabulation in force. Raises ``TabulationNotInForce``."""
    kept = sealed.in_force(session)
    if kept is None:
        raise TabulationNotInForce()
    signed = sealed.countersignatures(session, kept.id)
    document = sealed.document(kept)
    return Counting(
        kept.id,
        kept.body,
        document,
        shape(document),
        kept.signature,
        tuple(one.signature for one in signed),
        tuple(one.issuer for one in signed),
    )


def countable(session: Session, slot: str) -> Counting:
    """The tabulation in force, for a slot of it that is over when every other one that was begun is summed.

    Raises ``TabulationNotInForce``, ``SlotNotCountable``, ``SlotBeforeOpen``.
    """
    plan = counting(session)
    grain = plan.document["grain"]
    try:
        period = parse_slot(slot, grain).period
    except SlotInvalid:
        raise SlotNotCountable(slot=slot) from None
    first = parse_slot(plan.document["first_slot"], grain).period
    if period.first < first.first or datetime.now(UTC).date() <= period.last:
        raise SlotNotCountable(slot=slot)
    for one in sealed.unsummed(session, plan.id, len(plan.issuers)):
        if one != slot:
            raise SlotBeforeOpen(slot=one)
    return plan
