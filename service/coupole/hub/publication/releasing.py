"""From the sums of a slot to what everybody may read: fine tables, exact headlines, audited, signed, once for ever.

Before anything is signed, linear programs read all tables of the slot and all that was published of the one before,
each of the federation and of its groups, together. A figure from 1 to 4 that they can tell stops the publication and is
named; nothing is published of that slot then, and what changed in it is in the next one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from sqlmodel import Session

from coupole import errors
from coupole.disclosure import audit, linked
from coupole.disclosure.linked import POOLED
from coupole.disclosure.suppression import headlines, may_be_exact
from coupole.disclosure.tables import Flags
from coupole.errors import CoupoleError
from coupole.hub.publication import spreads
from coupole.hub.publication.crossings import Shown
from coupole.hub.publication.grouping import APART, Sums, Unit, by_slot, of_groups, opened_tables, together, unit_tables
from coupole.hub.publication.sealed import FineTable, SlotNotReleased, fine_tables, suffix
from coupole.hub.store import Store, sealed
from coupole.hub.store.sealed_tables import SealedPublication
from coupole.standard.calendar import parse_period
from coupole.wire.documents import sign, written
from coupole.wire.keys import Key
from coupole.wire.slots import OPENING, in_order
from coupole.wire.tabulations import Tabulation

KIND = "sealed_publication"
GROUP = "group"
"""The dimension that the audit reads the groups of a federation as."""
BEFORE, NOW = 0, 1
"""How the audit numbers the slot that was published last and the one that is published."""
ORDERED = frozenset({"age_band"})
"""Dimensions whose levels follow each other: small ones are put together with a neighbour."""


class PublicationUnsafe(CoupoleError):
    """The tables together would tell figures of a few people: nothing was published."""


def publish(
    store: Store, key: Key, hub: str, slot: str, now: datetime | None = None, *, floor: int = APART
) -> SealedPublication:
    """Publish a slot of the tabulation in force, or give what was published of it.

    ``floor``: from how many members on a group is shown apart. Raises ``SlotNotReleased``, ``PublicationUnsafe`` with
    a finding for each figure that would be told.
    """
    with store.writing() as session:
        kept = sealed.in_force(session)
        if kept is None:
            raise SlotNotReleased()
        if made := sealed.publication(session, kept.id, slot):
            return made
        document = sealed.document(kept)
        before = _before(session, kept.id, document, slot)
        tables = _tables(document, by_slot(sealed.group_sums(session, kept.id)), slot, floor, before)
        members = spreads.spreads(session, kept.id, document, slot)
        told = [*_told(tables), *(spreads.as_linked(one, NOW) for one in members)]
        for one in (before, *([tables["restated"]] if "restated" in tables else [])):
            _check(told, _told(one, BEFORE))
        moment = now or datetime.now(UTC)
        tables["spreads"] = [spreads.as_text(one) for one in members]
        raw = written(_publication(session, hub, kept.id, document, slot, moment, tables))
        made = SealedPublication(
            tabulation=kept.id, slot=slot, made_at=moment, body=zlib.compress(raw, 6), signature=sign(KIND, raw, key)
        )
        session.add(made)
        return made


def _tables(document: Tabulation, sums: Sums, slot: str, floor: int, before: Shown) -> Shown:
    """The tables of the federation, and those of each group that is shown apart where there are several.

    ``before``: what was published of the slot before. What there was at its end is told anew, as ``restated``, when
    balances were opened since.
    """
    units = unit_tables(document, sums, slot, floor)
    groups = _entries(units)
    whole = together(groups, document["groups"])
    exact = [
        one
        for one in fine_tables(document, of_groups(sums, document["groups"]), slot)
        if one.bound == 0 and _may_be_exact(one, slot, sum(sums.members[slot].values()))
    ]
    for one, (table, out) in zip(exact, headlines([*map(_exact, exact)], ORDERED), strict=True):
        whole.append(_headline(one, table, out))
    found: Shown = {"tables": whole, "groups": groups if len(groups) > 1 else []}
    if before["tables"] and slot + OPENING in sums.counts:
        apart = [unit for unit, tables in units.items() if any(one.span == "day" for one in tables)]
        stocks = together(_entries(opened_tables(document, sums, slot, apart)), document["groups"])
        members = sum(sums.members[slot + OPENING].values())
        found["restated"] = {"slot": before["slot"], "since": slot + OPENING, "members": members, "tables": stocks}
    return found


def _entries(units: Mapping[Unit, Sequence[FineTable]]) -> list[Shown]:
    return [
        {"id": POOLED.join(unit), "groups": [*unit], "tables": [*map(as_text, tables)]}
        for unit, tables in units.items()
    ]


def _publication(
    session: Session, hub: str, name: str, document: Tabulation, slot: str, moment: datetime, tables: Shown
) -> Shown:
    certificate = sealed.certificate_of(session, name, slot, 0)
    members = _members(certificate.body if certificate else b"{}")
    for one in tables["groups"]:
        one["members"] = sorted(node for node, group in members.items() if group in one["groups"])
    return {
        "type": KIND,
        "form": 1,
        "hub": hub,
        "tabulation": name,
        "catalogue": document["catalogue"],
        "version": document["version"],
        "slot": slot,
        "first_slot": document["first_slot"],
        "members": sorted(members),
        "made_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **tables,
    }


def _before(session: Session, name: str, document: Tabulation, slot: str) -> Shown:
    """What was published of the slot before."""
    known = [one.slot for one in sealed.publications(session) if one.tabulation == name]
    order = in_order({*known, slot}, document["grain"])
    at = order.index(slot)
    kept = sealed.publication(session, name, order[at - 1]) if at else None
    found: Shown = json.loads(sealed.text(kept)) if kept else {"tables": []}
    return found


def _may_be_exact(table: FineTable, slot: str, reporting: int) -> bool:
    # More was taken back of earlier slots than happened in this one: it would tell whose record was wrong.
    if (table.values < 0).any():
        return False
    stock = table.placed.table["kind"] == "stock"
    return may_be_exact(len(table.placed.sizes), stock=stock, month=parse_period(slot).last.month, reporting=reporting)


def _exact(table: FineTable) -> linked.Table:
    return _known(as_text(table), NOW)


def _told(published: Shown, period: int = NOW) -> list[linked.Table]:
    """What a reader of a publication knows of the exact figures. ``period``: number of its slot."""
    groups = published.get("groups", [])
    if not groups:
        return [_known(table, period) for table in published["tables"]]
    found: dict[tuple[str, str], dict[str, linked.Table]] = {}
    for group in groups:
        for table in group["tables"]:
            found.setdefault((table["id"], table["span"]), {})[group["id"]] = _known(table, period)
    exact = [_known(table, period) for table in published["tables"] if not table["bound"]]
    return [*exact, *map(_by_group, found.values())]


def _known(table: Shown, period: int) -> linked.Table:
    """What a reader knows of the exact figures of a published table."""
    levels = tuple(map(tuple, table["levels"]))
    values = np.array(table["values"], np.int64).reshape([len(codes) + 1 for codes in levels])
    shown = linked.Table(
        id=table["id"] + suffix(table["span"]),
        population=f"{table['indicator']}.{table['part']}{suffix(table['span'])}",
        period=period,
        by=tuple(table["by"]),
        levels=levels,
        low=values,
        high=values,
        stock=table["span"] == "day",
    )
    if table["bound"]:
        return linked.noisy(shown, table["bound"])
    out = np.zeros(values.size, np.bool_)
    out[table.get("hidden", [])] = True
    return linked.hidden(shown, out.reshape(values.shape), low=1)


def _by_group(tables: Mapping[str, linked.Table]) -> linked.Table:
    """One table of several groups as one with a dimension more; the federation is the sum of its groups."""
    first = next(iter(tables.values()))
    low, high = (
        np.concatenate([stacked, stacked.sum(axis=0, keepdims=True)])
        for stacked in (np.stack([one.low for one in tables.values()]), np.stack([one.high for one in tables.values()]))
    )
    return replace(first, by=(GROUP, *first.by), levels=(tuple(tables), *first.levels), low=low, high=high)


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


def as_text(table: FineTable) -> Shown:
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


def _headline(table: FineTable, shown: linked.Table, out: Flags) -> Shown:
    """An exact table, its small levels put together, and the places of what is left out."""
    found = as_text(table) | {
        "levels": [list(levels) for levels in shown.levels],
        "values": np.where(out, 0, shown.low).reshape(-1).tolist(),
    }
    return found | {"hidden": np.flatnonzero(out).tolist()}


def _members(certificate: bytes) -> dict[str, str]:
    """Whom a trustee counted, each with its group."""
    groups = json.loads(certificate).get("groups", ())
    return {member["node"]: group["id"] for group in groups for member in group["members"]}
