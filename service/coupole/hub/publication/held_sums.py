"""What parties hold of sealed totals: as they were summed, as they were published, what a member knows of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlmodel import Session

from coupole.hub.publication import held
from coupole.hub.publication.grouping import by_slot
from coupole.hub.publication.held import FEDERATION, NOTHING, Held, Marks, Summed, Table, month
from coupole.hub.publication.releasing import as_text
from coupole.hub.publication.sealed import Counts, suffix
from coupole.hub.store import sealed
from coupole.hub.store.sealed_tables import Tabulation as Kept
from coupole.standard.catalogue import Catalogue
from coupole.standard.plans import MEMBERS
from coupole.wire import reports
from coupole.wire.slots import OPENING, in_order
from coupole.wire.tabulations import Tabulation


class Known(NamedTuple):
    """One tabulation with all that follows from what is kept of it. ``sums``: by slot, then by group."""

    id: str
    document: Tabulation
    sums: Mapping[str, Mapping[str, Counts]]
    marks: Mapping[str, Marks]
    order: Sequence[str]
    batches: Sequence[dict[str, Any]]

    @property
    def together(self) -> dict[str, Counts]:
        """By slot, all groups added up."""
        return {slot: np.sum([*counts.values()], axis=0) for slot, counts in self.sums.items()}

    @property
    def before(self) -> int:
        """The month before the first: nothing had happened yet."""
        return month(self.order[0].removesuffix(OPENING)) - 1


def known(session: Session, catalogue: Catalogue, number: int, kept: Kept) -> Known:
    """A tabulation; ``number``: how many were made before it."""
    document, sums = sealed.document(kept), by_slot(sealed.group_sums(session, kept.id)).counts
    order = in_order(sums, document["grain"])
    opened = closed = 0
    marks = {}
    for place, slot in enumerate(order):
        opened += slot.endswith(OPENING) and place > 0
        closed += _closes(session, kept.id, slot)
        flow, start, stock = (_mark(number, since) for since in (0, opened, opened + closed))
        marks[slot] = Marks(flow, start, stock, held.codes_of(catalogue))
    return Known(kept.id, document, sums, marks, order, [*_batches(session, kept.id, document)])


def _mark(number: int, since: int) -> str:
    """``number``: of the tabulation, ``since``: how often members opened or closed together before."""
    return (f"@t{number + 1}" if number else "") + (f"@{since}" if since else "")


def _closes(session: Session, name: str, slot: str) -> bool:
    """Whether a member that leaves took its stock out of the sum."""
    kept = [one.body for one in sealed.reports(session, name, slot) if one.body]
    return any(reports.read_header(reports.unpack(body).header)["kind"] == "closing" for body in kept)


def owner_of(document: Tabulation, groups: Sequence[str]) -> str:
    """Whose the figures of these groups are."""
    return FEDERATION if {*groups} == {*document["groups"]} else f"group {'|'.join(groups)}"


def sums_of(known: Known) -> Iterator[Held]:
    """Every slot as the trustee gave it, group by group."""
    for group in known.document["groups"]:
        sums = {slot: counts[group] for slot, counts in known.sums.items() if group in counts}
        owner = owner_of(known.document, [group])
        for slot in in_order(sums, known.document["grain"]):
            for name, found in held.states(known.document, sums, slot, 1):
                exact = Summed(known.id, slot, name, (group,))
                yield held.summed(as_text(found), owner, known.marks[slot], exact)
        yield from _nobody(known, owner)


def _nobody(known: Known, owner: str) -> Iterator[Held]:
    """That nothing had happened before the first slot, and that nothing is ever taken from what happened."""
    if not known.order:
        return
    marks = known.marks[known.order[0]]
    flows = [table for table in known.document["tables"] if table["kind"] == "flow"]
    for table in flows:
        head: Table = {"id": f"before {table['id']} {owner}", "owner": owner, "period": known.before, "kind": "stock"}
        head["population"] = f"{table['indicator']}.{table['part']}{marks.start}.start"
        yield held.zeros(marks, table, head)
    crossed = {tuple(table["by"]): table for table in flows}
    for slot in known.order:
        if not slot.endswith(OPENING):
            for by, table in crossed.items():
                head = {"id": f"{slot} {NOTHING} {' '.join(by)} {owner}", "owner": owner, "period": month(slot)}
                yield held.zeros(marks, table, head | {"population": NOTHING, "kind": "flow"})


def published(session: Session, known: Known) -> Iterator[Held]:
    """What everybody may read of each slot, and what follows of it: what was published so far, added up."""
    documents = {}
    for row in sealed.publications(session):
        kept = sealed.publication(session, known.id, row.slot) if row.tabulation == known.id else None
        if kept is not None:
            documents[row.slot] = json.loads(sealed.text(kept))
    order = in_order(documents, known.document["grain"])
    began: dict[str, dict[str, Any]] = {}
    for slot in order:
        entries = [{**documents[slot], "groups": known.document["groups"]}, *documents[slot].get("groups", ())]
        for entry in entries:
            owner = owner_of(known.document, entry["groups"])
            for table in entry["tables"]:
                exact = Summed(known.id, slot, table["id"] + suffix(table["span"]), tuple(entry["groups"]))
                yield held.summed(table, owner, known.marks[slot], exact)
        for table in documents[slot].get("spreads", ()):  # members, not people: each is in one band
            yield held.summed(table, FEDERATION, known.marks[slot], Summed(known.id, slot, table["id"]))
        yield from _restated(known, documents[slot])
        if slot == next((one for one in known.order if not one.endswith(OPENING)), None) or began:
            yield from _added(known, slot, documents[slot], began)
    if began:
        yield from _nobody(known, FEDERATION)


def _restated(known: Known, document: Mapping[str, Any]) -> Iterator[Held]:
    """What there was at the end of the slot before, told anew with the balances that were opened since."""
    anew = document.get("restated", {"tables": []})
    for table in anew["tables"]:
        exact = Summed(known.id, anew["since"], table["id"], tuple(known.document["groups"]))
        made = held.summed(table, FEDERATION, known.marks[anew["since"]], exact)
        yield made._replace(table=made.table | {"id": f"{made.table['id']} told anew"})


def _added(known: Known, slot: str, document: Mapping[str, Any], began: dict[str, dict[str, Any]]) -> Iterator[Held]:
    """Noise telescopes: what was published of all slots so far adds up to one figure, where none was shown as 0."""
    for table in document["tables"]:
        if table["span"] != "slot" or not table["bound"]:
            continue
        gone = {place for place, value in enumerate(table["values"]) if not value}
        before = began.get(table["id"])
        if before:
            gone |= before["gone"]
        values = [a + b for a, b in zip(table["values"], before["values"], strict=True)] if before else table["values"]
        bound = before["bound"] if before else table["bound"]
        began[table["id"]] = {"gone": gone, "values": values, "bound": bound}
        told = {**table, "span": "start", "values": values, "bound": bound}
        exact = Summed(known.id, slot, f"{table['id']}.start", tuple(known.document["groups"]))
        made = held.summed(told, FEDERATION, known.marks[slot], exact)
        cells = [
            [levels, None if place in gone else value] for place, (levels, value) in enumerate(made.table["cells"])
        ]
        yield made._replace(table=made.table | {"id": f"{made.table['id']} added up", "cells": cells})


def member(known: Known, own: str) -> Iterator[Held]:
    """A member's own figures as it was counted, in the tables of every slot."""
    for slot in known.order:
        for name, found in held.states(known.document, known.together, slot, 0):
            yield held.summed(as_text(found), own, known.marks[slot], Summed(known.id, slot, name, (), own))
    yield from _nobody(known, own)


def add_complete(catalogue: Catalogue, known: Known, tables: list[Held], sums: list[dict[str, Any]]) -> None:
    """Where a slot counted every member that was ever opened, its stocks are also the sum of what each released.

    In the first slot so are flows: later ones hold what was late. Tables that count a file once for each code do not
    add up so.
    """
    plain = {one.id for one in catalogue.indicators if not one.distinct and not one.until_reentry}
    parties = [{*one["members"]} for one in known.batches if one["kind"] == "opening"]
    ever = set().union(*({*one["members"]} for one in known.batches)) if known.batches else set()
    opened = set().union(*parties) if parties else set()
    first = next((one for one in known.order if not one.endswith(OPENING)), None)
    for slot in known.order:
        there = [one["members"] for one in known.batches if (one["period"], one["kind"]) == (month(slot), "change")]
        members = sorted({member for one in there for member in one})
        whole = opened == ever == {*members} and known.marks[slot].stock == known.marks[known.order[0]].stock
        if slot.endswith(OPENING) or not whole:
            continue
        owner = f"all members in {slot}"
        for name, found in held.states(known.document, known.together, slot, len(known.document["groups"])):
            source = found.placed.table
            people = source["indicator"] in plain and source["kind"] != MEMBERS
            if people and (found.span == "day" or (slot == first and found.span == "slot")):
                made = held.summed(as_text(found), owner, known.marks[slot], Summed(known.id, slot, name))
                population = f"{source['indicator']}.{source['part']}.released"
                tables.append(made._replace(table=made.table | {"population": population}))
        sums.append({"owner": owner, "of": members})


def _batches(session: Session, name: str, document: Tabulation) -> Iterator[dict[str, Any]]:
    """Who was summed together."""
    for one in sealed.certificates(session, name):
        for group in json.loads(one.body)["groups"]:
            yield {
                "plan": f"{name} {group['id']}",
                "persons": document["population"],
                "period": month(one.slot.removesuffix(OPENING)),
                "kind": "opening" if one.slot.endswith(OPENING) else "change",
                "members": sorted(member["node"] for member in group["members"]),
            }
