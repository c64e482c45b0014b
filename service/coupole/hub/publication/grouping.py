"""Groups of members: which are shown apart, and the federation as what they add up to.

A group is the smallest thing that is ever summed (release protocol, 3.10). The federation is the sum of what is shown
of its groups and never a figure of its own, so that there is nothing to subtract. A group of too few members is put
together with another; figures of several slots are shown of groups as far apart as they were in each of these slots.
Whoever wants other groups takes several of these together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from coupole.errors import CoupoleError
from coupole.hub.publication.crossings import Shown
from coupole.hub.publication.sealed import Counts, FineTable, SlotNotReleased, fine_tables
from coupole.hub.store.sealed import GroupSum
from coupole.wire.slots import MONTHS, OPENING, YEAR, Span, covered, in_order
from coupole.wire.tabulations import Tabulation

APART = 20
"""From how many members on a group is shown apart, unless the hub's operator decides otherwise."""
LEAST = 8
"""What the operator cannot go below: of fewer, every other cell of a month would have one member behind it."""

Unit = tuple[str, ...]
"""Groups that are shown as one."""


class GroupNotApart(CoupoleError):
    """These groups are not shown apart from others."""


class Sums(NamedTuple):
    """What changed in each slot in each group, and of how many members that is; by slot, then by group."""

    counts: Mapping[str, Mapping[str, Counts]]
    members: Mapping[str, Mapping[str, int]]


def by_slot(found: Iterable[GroupSum]) -> Sums:
    """Sums of a tabulation, slot by slot."""
    counts: dict[str, dict[str, Counts]] = {}
    members: dict[str, dict[str, int]] = {}
    for one in found:
        counts.setdefault(one.slot, {})[one.group] = one.counts
        members.setdefault(one.slot, {})[one.group] = one.members
    return Sums(counts, members)


def apart(groups: Sequence[str], recent: Sequence[Mapping[str, int]], floor: int = APART) -> list[Unit]:
    """Which groups are shown as one: each has enough members, if there are two that have.

    ``recent``: the members counted in each group in the slots of a year, the last one being the slot that is shown.
    Enough are ``LEAST`` in that slot and ``floor`` in the best of the year: a group does not come and go with every
    member that is silent. The smallest goes first, to the next smallest.
    """
    units: list[Unit] = [(group,) for group in groups]

    def size(unit: Unit) -> tuple[int, Unit]:
        return sum(recent[-1].get(group, 0) for group in unit), unit

    def enough(unit: Unit) -> bool:
        best = max(sum(slot.get(group, 0) for group in unit) for slot in recent)
        return size(unit)[0] >= LEAST and best >= floor

    while len(units) > 1 and (small := [unit for unit in units if not enough(unit)]):
        first = min(small, key=size)
        second = min((unit for unit in units if unit != first), key=size)
        whole = tuple(group for group in groups if group in first + second)
        units = [unit for unit in units if unit not in (first, second)] + [whole]
    return sorted(units, key=lambda unit: groups.index(unit[0]))


def joined(groups: Sequence[str], partitions: Iterable[Sequence[Unit]]) -> list[Unit]:
    """The finest units of which each unit of these partitions is a part."""
    wholes = {group: {group} for group in groups}
    for unit in (unit for partition in partitions for unit in partition):
        whole = set().union(*(wholes[group] for group in unit))
        wholes |= dict.fromkeys(whole, whole)
    units = {tuple(group for group in groups if group in whole) for whole in wholes.values()}
    return sorted(units, key=lambda unit: groups.index(unit[0]))


def unit_tables(document: Tabulation, sums: Sums, slot: str, floor: int = APART) -> dict[Unit, list[FineTable]]:
    """The tables with noise of whatever is shown apart of a slot. Raises ``SlotNotReleased``."""
    if slot not in sums.counts:
        raise SlotNotReleased()
    groups, grain = document["groups"], document["grain"]
    released = in_order(sums.counts, grain)
    plain = [one for one in released if not one.endswith(OPENING)]

    def units_of(one: str) -> list[Unit]:
        at = plain.index(one) + 1
        return apart(groups, [sums.members[each] for each in plain[:at][-YEAR // MONTHS[grain] :]], floor)

    def shown_in(span: Span) -> list[Unit]:
        slots = covered(span, slot, plain, grain) if span in ("year", "start") else [slot]
        return joined(groups, map(units_of, slots))

    units = {span: shown_in(span) for span in ("day", "slot", "year", "start")}
    found: dict[Unit, list[FineTable]] = {}
    for unit in dict.fromkeys(unit for known in units.values() for unit in known):
        tables = fine_tables(document, of_groups(sums, unit), slot, groups=len(unit))
        found[unit] = [one for one in tables if one.bound and unit in units[one.span]]
    return found


def opened_tables(document: Tabulation, sums: Sums, slot: str, units: Iterable[Unit]) -> dict[Unit, list[FineTable]]:
    """What there was on the day before a slot began, with the balances that were opened with it; of stocks alone."""
    found = {unit: fine_tables(document, of_groups(sums, unit), slot + OPENING, groups=len(unit)) for unit in units}
    return {unit: [one for one in tables if one.bound and one.span == "day"] for unit, tables in found.items()}


def of_groups(sums: Sums, groups: Sequence[str]) -> dict[str, Counts]:
    """What changed in each slot in these groups together; nothing where they were left out."""
    cells = len(next(iter(next(iter(sums.counts.values())).values())))
    nothing = np.zeros(cells, np.int64)
    return {slot: sum((one.get(group, nothing) for group in groups), nothing) for slot, one in sums.counts.items()}


def of_publication(document: Mapping[str, Any], groups: Collection[str]) -> list[Shown]:
    """The tables of some groups together as they were published, of all where none is named.

    Raises ``GroupNotApart``.
    """
    tables: list[Shown] = document["tables"]
    if not groups:
        return tables
    entries = document.get("groups", [])
    if not entries:
        raise GroupNotApart(groups=", ".join(sorted(groups)), apart="–")
    return together(entries, groups)


def together(entries: Sequence[Shown], groups: Collection[str]) -> list[Shown]:
    """The tables of some groups together.

    ``entries``: ``{groups, tables}`` of whatever is shown apart. Raises ``GroupNotApart`` when no tables are of
    exactly these groups.
    """
    wanted = frozenset(groups)
    found: dict[tuple[str, str], list[Shown]] = {}
    of: dict[tuple[str, str], frozenset[str]] = {}
    for entry in entries:
        if wanted.issuperset(entry["groups"]):
            for table in entry["tables"]:
                key = (table["id"], table["span"])
                found.setdefault(key, []).append(table)
                of[key] = of.get(key, frozenset()).union(entry["groups"])
    made = [added(tables) for key, tables in found.items() if of[key] == wanted]
    if not made and any(entry["tables"] for entry in entries):
        raise GroupNotApart(groups=", ".join(sorted(wanted)), apart=named(entries))
    return made


def added(tables: Sequence[Shown]) -> Shown:
    """Tables of one form added up, with the noise of all of them."""
    values = [sum(column) for column in zip(*(table["values"] for table in tables), strict=True)]
    noise = {name: sum(table[name] for table in tables) for name in ("variance", "bound")}
    return {**tables[0], "values": values, **noise}


def named(entries: Sequence[Shown]) -> str:
    """What is shown apart, in one line."""
    return ", ".join(entry["id"] for entry in entries)
