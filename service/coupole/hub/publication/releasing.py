"""From the sums of a slot to what everybody may read: fine tables, exact headlines, audited, signed, once for ever.

Before anything is signed, linear programs read all tables of the slot and of the one before together. A figure from 1
to 4 that they can tell stops the publication and is named; nothing is published of that slot then, and what
changed in it is in the next one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlmodel import Session

from coupole import errors
from coupole.disclosure import audit, linked
from coupole.disclosure.suppression import headlines, may_be_exact
from coupole.errors import CoupoleError
from coupole.hub.publication.sealed import (
    Counts,
    FineTable,
    SlotNotReleased,
    fine_tables,
    suffix,
)
from coupole.hub.store import Store, sealed
from coupole.hub.store.sealed_tables import SealedPublication
from coupole.standard.calendar import Period, parse_period
from coupole.wire.documents import sign, written
from coupole.wire.keys import Key
from coupole.wire.slots import OPENING, in_order
from coupole.wire.tabulations import Tabulation

KIND = "sealed_publication"
ORDERED = frozenset({"age_band"})
"""Dimensions whose levels follow each other: small ones are put together with a neighbour."""


class PublicationUnsafe(CoupoleError):
    """The tables together would tell figures of a few people: nothing was published."""


def publish(store: Store, key: Key, hub: str, slot: str, now: datetime | None = None) -> SealedPublication:
    """Publish a slot of the tabulation in force, or give what was published of it.

    Raises ``SlotNotReleased``, ``PublicationUnsafe`` with a finding for each figure that would be told.
    """
    with store.writing() as session:
        kept = sealed.in_force(session)
        if kept is None:
            raise SlotNotReleased()
        if made := sealed.publication(session, kept.id, slot):
            return made
        document = sealed.document(kept)
        raw = written(_publication(session, hub, kept.id, document, slot, now or datetime.now(UTC)))
        made = SealedPublication(
            tabulation=kept.id,
            slot=slot,
            made_at=now or datetime.now(UTC),
            body=zlib.compress(raw, 6),
            signature=sign(KIND, raw, key),
        )
        session.add(made)
        return made


def _publication(
    session: Session, hub: str, name: str, document: Tabulation, slot: str, moment: datetime
) -> dict[str, Any]:
    sums, counted = sealed.sums(session, name)
    found = fine_tables(document, sums, slot)
    before = _before(document, sums, slot)
    reporting = counted.get(slot, 0)
    exact = [one for one in found if one.bound == 0 and _may_be_exact(one, slot, reporting)]
    shown = [as_text(one) for one in found if one.bound]
    told = [_linked(one, slot) for one in found if one.bound]
    for one, (table, out) in zip(exact, headlines([_linked(one, slot) for one in exact], ORDERED), strict=True):
        shown.append(_headline(one, table, out))
        told.append(linked.hidden(table, out, low=1))
    _check(told, [_linked(one, before[0]) for one in before[1]] if before else [])
    certificate = sealed.certificate_of(session, name, slot, 0)
    return {
        "type": KIND,
        "form": 1,
        "hub": hub,
        "tabulation": name,
        "catalogue": document["catalogue"],
        "version": document["version"],
        "slot": slot,
        "first_slot": document["first_slot"],
        "members": sorted(_members(certificate.body if certificate else b"{}")),
        "made_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tables": shown,
    }


def _before(document: Tabulation, sums: Mapping[str, Counts], slot: str) -> tuple[str, list[FineTable]] | None:
    """The slot that was released before, and what was published of it with noise."""
    known = [one for one in in_order(sums, document["grain"]) if not one.endswith(OPENING)]
    at = known.index(slot) if slot in known else 0
    if not at:
        return None
    return known[at - 1], [one for one in fine_tables(document, sums, known[at - 1]) if one.bound]


def _may_be_exact(table: FineTable, slot: str, reporting: int) -> bool:
    # More was taken back of earlier slots than happened in this one: it would tell whose record was wrong.
    if (table.values < 0).any():
        return False
    stock = table.placed.table["kind"] == "stock"
    return may_be_exact(len(table.placed.sizes), stock=stock, month=parse_period(slot).last.month, reporting=reporting)


def _linked(table: FineTable, slot: str) -> linked.Table:
    """What a reader knows of the exact figures of a published table."""
    source = table.placed.table
    shape = table.placed.sizes
    values = table.values.reshape(shape)
    exact = linked.Table(
        id=source["id"] + suffix(table.span),
        population=f"{source['indicator']}.{source['part']}{suffix(table.span)}",
        period=_month(parse_period(slot)),
        by=tuple(source["by"]),
        levels=tuple(map(tuple, source["levels"])),
        low=values,
        high=values,
        stock=table.span == "day",
    )
    return linked.noisy(exact, table.bound) if table.bound else exact


def _month(period: Period) -> int:
    return period.last.year * 12 + period.last.month


def _check(told: Sequence[linked.Table], before: Sequence[linked.Table]) -> None:
    try:
        findings = audit.gate(told, before)
    except ValueError:  # a federation whose tables contradict each other: some member reports what cannot be
        raise PublicationUnsafe() from None
    if findings:
        raise PublicationUnsafe(findings=[*_named(findings[:50])])


def _named(findings: Iterable[audit.Finding]) -> Iterable[errors.Finding]:
    for one in findings:
        yield errors.Finding("figure_told", f"/{one.table}/{'/'.join(one.cell)}")


def as_text(table: FineTable) -> dict[str, Any]:
    """A table as it stands in a publication."""
    source = table.placed.table
    return {
        "id": source["id"],
        "indicator": source["indicator"],
        "part": source["part"],
        "by": list(source["by"]),
        "levels": [list(levels) for levels in source["levels"]],
        "span": table.span,
        "values": table.values.tolist(),
        "variance": table.variance,
        "bound": table.bound,
    }


def _headline(table: FineTable, shown: linked.Table, out: np.ndarray[Any, np.dtype[np.bool_]]) -> dict[str, Any]:
    """An exact table, its small levels put together, and the places of what is left out."""
    found = as_text(table) | {
        "levels": [list(levels) for levels in shown.levels],
        "values": np.where(out, 0, shown.low).reshape(-1).tolist(),
    }
    return found | {"hidden": np.flatnonzero(out).tolist()}


def _members(certificate: bytes) -> Iterable[str]:
    for group in json.loads(certificate).get("groups", ()):
        for member in group["members"]:
            yield member["node"]
