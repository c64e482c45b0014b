"""This member beside all others: what the federation published of a slot, less this member's own exact part.

Nothing leaves for it. The hub brings what it published to everybody; what this member added to it is kept here, sealed,
report by report. A published figure is at most ``bound`` away from the exact one, and so is the rest: it is told as a
band. Tables whose levels the hub put together, figures it left out, and spans in which this node lost a report of its
own are not compared.

How members differ by a rate is published as well: the members of each band. Where this one stands among them is known
here alone, by what it sealed.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlmodel import Session

from coupole.disclosure.spreads import quartiles, usual
from coupole.disclosure.tables import LEAST_DIVISOR
from coupole.errors import CoupoleError
from coupole.node.statistics import ledger
from coupole.node.statistics.certifying import Signed, listed_report
from coupole.node.statistics.reporting import Agreement, agreement, opened, take_in
from coupole.node.statistics.summing import Ints
from coupole.node.store import sealed
from coupole.node.store.sealing_tables import AgreedTabulation, FederationTables
from coupole.standard import rates
from coupole.wire.documents import canonical_only, verify
from coupole.wire.keys import KeyRing
from coupole.wire.slots import Span, covered
from coupole.wire.tabulations import Placed

KIND = "sealed_publication"


class PublicationUnreadable(CoupoleError):
    """This is not what the hub published of this slot."""


class Band(NamedTuple):
    """Our own figure, and where that of all others together lies."""

    ours: int
    low: int
    high: int


class Compared(NamedTuple):
    """One table beside the federation's. ``bands``: of each cell in the order of the tabulation, none where left out.

    ``span``: ``day``, ``slot``, ``year`` or ``start``, as the publication has it.
    """

    placed: Placed
    span: str
    bands: tuple[Band | None, ...]


class Standing(NamedTuple):
    """Where this member stands among the others by its rate.

    ``ours``: the level it is in, none while it is not counted at all. ``bands``: as they were published, each with how
    many others are in it. ``quartiles``: the bands in which the quarter, the half and three quarters of the others lie.
    ``usual``: what the noise of a number stays within nineteen times in twenty, ``bound``: always.
    """

    indicator: str
    ours: str | None
    bands: tuple[tuple[str, int], ...]
    quartiles: tuple[str, ...]
    usual: int
    bound: int


class Brought(NamedTuple):
    """What a hub published of a slot, as it signed it, and the certificates that go with it."""

    tabulation: str
    slot: str
    raw: bytes
    signature: str
    certificates: Sequence[Signed]


def bring(
    session: Session, ring: KeyRing, node: str, brought: Brought, client: str, now: datetime | None = None
) -> None:
    """Keep what the hub published of a slot; once for each. What the trustees certified is taken in as well.

    Raises ``TabulationNotProposed``, ``TabulationNotAccepted``, ``HubNotPinned``, ``PublicationUnreadable``,
    ``SignerUnknown``, ``SignatureInvalid``, ``DocumentNotCanonical`` and what ``reporting.take_in`` raises.
    """
    agreed = agreement(session, node, brought.tabulation, client)
    verify(KIND, brought.raw, brought.signature, {"keys": [agreed.document["hub"]["key"]]})
    if not _is_of(canonical_only(brought.raw), brought.tabulation, brought.slot):
        raise PublicationUnreadable()
    take_in(session, ring, node, agreed, brought.certificates, None)
    if all(one.slot != brought.slot for one in sealed.published(session, brought.tabulation)):
        row = FederationTables(
            tabulation=brought.tabulation,
            slot=brought.slot,
            body=zlib.compress(brought.raw, 6),
            signature=brought.signature,
            at=now or datetime.now(UTC),
        )
        sealed.keep(session, row)


def _is_of(document: Any, name: str, slot: str) -> bool:
    if not isinstance(document, dict) or not isinstance(document.get("tables"), list):
        return False
    said, spreads = tuple(document.get(key) for key in ("type", "tabulation", "slot")), document.get("spreads", [])
    return (
        said == (KIND, name, slot)
        and all(map(_is_table, document["tables"]))
        and isinstance(spreads, list)
        and all(map(_is_spread, spreads))
    )


def _is_spread(table: Any) -> bool:
    """Whether it is a table of members by a rate, some of its bands put together."""
    if not _is_table(table) or len(table["levels"]) != 1 or not all(isinstance(one, str) for one in table["levels"][0]):
        return False
    variance = table.get("variance")
    noise = isinstance(variance, int) and variance >= 0
    return noise and "|".join(table["levels"][0]).split("|") == [*rates.LEVELS]


def _is_table(table: Any) -> bool:
    """Whether a published table has the form that comparing relies on."""
    if not isinstance(table, dict) or not all(isinstance(table.get(key), str) for key in ("id", "span")):
        return False
    lists = [table.get("values"), table.get("hidden", [])]
    whole = [table.get("bound"), *(number for one in lists if isinstance(one, list) for number in one)]
    return (
        all(isinstance(one, list) for one in (*lists, table.get("levels")))
        and all(isinstance(one, int) and not isinstance(one, bool) for one in whole)
        and all(isinstance(levels, list) for levels in table["levels"])
        and math.prod(len(levels) + 1 for levels in table["levels"]) == len(table["values"])
    )


def compare(session: Session, ring: KeyRing, node: str, row: AgreedTabulation, slot: str) -> list[Compared]:
    """Every published table of a slot that can be compared; none before its certificate is known here.

    Raises ``PublicationUnreadable`` if nothing was brought of it.
    """
    document, own = _published(session, row.id, slot), _own(session, ring, node, row)
    found = []
    for table in document["tables"] if slot in own.released else ():
        one, ours = own.placed.get(table["id"]), own.counted(table["span"], slot)
        if one is not None and one.table["levels"] == table["levels"] and ours is not None:
            found.append(Compared(one, table["span"], _bands(table, ours[one.first : one.first + one.size])))
    return found


def standings(session: Session, ring: KeyRing, node: str, row: AgreedTabulation, slot: str) -> list[Standing]:
    """Where this member stands by each rate that was published of a slot, the others counted without it.

    Raises ``PublicationUnreadable`` if nothing was brought of it.
    """
    document, own = _published(session, row.id, slot), _own(session, ring, node, row)
    ours = own.counted("day", slot)
    found = []
    for table in document.get("spreads", ()) if slot in own.released else ():
        one = own.placed.get(table["id"])
        if one is not None and one.table["levels"] == [[*rates.LEVELS]] and ours is not None:
            found.append(_standing(one, table, ours[one.first : one.first + len(rates.LEVELS)]))
    return found


def _standing(one: Placed, table: Mapping[str, Any], ours: Ints) -> Standing:
    level = next((rates.LEVELS[place] for place in np.flatnonzero(ours > 0)), None)
    bands = table["levels"][0][1:]
    others = np.array(
        [value - (level in band.split("|")) for band, value in zip(bands, table["values"][1:-1], strict=True)], np.int64
    )
    return Standing(
        one.table["indicator"],
        level,
        tuple(zip(bands, np.maximum(others, 0).tolist(), strict=True)),
        tuple(bands[place] for place in quartiles(others)),
        usual(table["variance"]),
        table["bound"],
    )


def _published(session: Session, name: str, slot: str) -> Any:
    published = next((one for one in sealed.published(session, name) if one.slot == slot), None)
    if published is None:
        raise PublicationUnreadable()
    return canonical_only(zlib.decompress(published.body))


class _Own(NamedTuple):
    """What this member reported. ``changes``: of each slot it was counted in; ``lost``: slots of which it has no copy.

    ``placed``: the tables of the tabulation, by their ids.
    """

    agreed: Agreement
    released: list[str]
    changes: Mapping[str, Ints]
    lost: set[str]
    placed: Mapping[str, Placed]

    def counted(self, span: Span, slot: str) -> Ints | None:
        """What it added to every cell in a span that ends with a slot; none where it cannot tell."""
        slots = set(covered(span, slot, self.released, self.agreed.document["grain"]))
        if not slots.isdisjoint(self.lost):
            return None
        counted = (self.changes[name] for name in slots if name in self.changes)
        return sum(counted, np.zeros(self.agreed.form.cells, np.int64))


def _own(session: Session, ring: KeyRing, node: str, row: AgreedTabulation) -> _Own:
    agreed = opened(row, node)
    placed = {one.table["id"]: one for one in agreed.form.tables}
    return _Own(agreed, *_history(session, ring, node, agreed), placed)


def _history(
    session: Session, ring: KeyRing, node: str, agreed: Agreement
) -> tuple[list[str], Mapping[str, Ints], set[str]]:
    """The slots that were released, in order; what we changed in each; and those of which we lost our report."""
    kid = agreed.document["trustees"][0]["key"]["kid"]
    released, listed = [], {}
    for one in sealed.certificates(session, agreed.row.id, kid):
        certificate = canonical_only(one.body)
        if certificate["outcome"] == "released":
            released.append(one.slot)
            listed[one.slot] = listed_report(certificate, node)
    counted = {
        one.slot: ledger.open_change(ring, f"{agreed.place}|{one.slot}", one.change)
        for one in sealed.reports(session, agreed.row.id)
        if one.outcome == "counted"
    }
    return released, counted, {slot for slot, report in listed.items() if report and slot not in counted}


def _bands(table: Mapping[str, Any], ours: Ints) -> tuple[Band | None, ...]:
    hidden, bound = set(table.get("hidden", ())), table["bound"]
    return tuple(
        None if at in hidden else Band(own, max(value - own - bound, 0), max(value - own + bound, 0))
        for at, (value, own) in enumerate(zip(table["values"], ours.tolist(), strict=True))
    )


class Rate(NamedTuple):
    """Our share in percent, none where nobody is counted, and the band of all others, none where it says nothing."""

    ours: float | None
    low: float | None
    high: float | None


def rate(num: Band | None, den: Band | None) -> Rate | None:
    """A share of two figures; none where one was left out."""
    if num is None or den is None:
        return None
    ours = 100 * num.ours / den.ours if den.ours > 0 else None
    if den.low < LEAST_DIVISOR:
        return Rate(ours, None, None)
    return Rate(ours, 100 * num.low / den.high, min(100 * num.high / den.low, 100.0))
