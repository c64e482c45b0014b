"""Counts a period: packed facts in, exact tables out. What leaves a node is made from them by ``releasing``.

All facts of all dossiers are laid side by side and counted in a few passes, whatever the number of indicators. Behind
each figure stand its dossiers, each once, as a number of them and a sum of their record keys; dimensions that a dossier
decides see each dossier once for each part, the own dimensions of an indicator see it once for each code.

*Headcount*: distinct participants with an accompaniment open on any day of the period, first and last day included,
those who left on the first day too: everybody whom a figure of the period can be about.

*Money*: figures are in the currency of the catalogue; what is in another currency stands in the margin ``currency``
alone, since two currencies do not add up.

*Once*: ``distinct: accompaniment`` counts a dossier once in each cell. ``distinct: person`` counts a participant once
in each operation, by the earliest fact of the period. ``until_reentry``: nothing of an accompaniment counts once
another one that takes it up again has started, on the last day of the period at the latest: the later exit counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from coupole.disclosure.tables import Cells, Table, record_keys
from coupole.errors import CoupoleError
from coupole.node.statistics.packing import EPOCH, EPOCH_MONTH, FORM, HEAD, KINDS, RECORD, Layout, layout, month_of
from coupole.node.statistics.planning import Numbers
from coupole.node.statistics.summing import Ints, Rows
from coupole.node.statistics.tabulating import Rules, rules_of, tabulate
from coupole.node.store.facts import levels, read_facts, stale_count
from coupole.node.store.vault import Vault
from coupole.standard.calendar import Period
from coupole.standard.catalogue import Catalogue

AT_ONCE = 250
"""Bodies that are unpacked at once, some 250 kB."""


class FactsStale(CoupoleError):
    """Some facts are older than their documents, of another catalogue or packed in a former way; make them first."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Exact tables of a period, one for each indicator in the order of the catalogue, their cells, the headcount."""

    tables: tuple[Table, ...]
    cells: Cells
    headcount: int


def count(session: Session, vault: Vault, catalogue: Catalogue, period: Period, cell_secret: bytes) -> Counted:
    """The exact figures of a period. Raises ``FactsStale``: let the store make its facts, then ask again."""
    if stale_count(session):
        raise FactsStale()
    packed = read_facts(session, vault, period.first, period.last)
    return tables(catalogue, period, packed, levels(session), cell_secret)


def tables(
    catalogue: Catalogue, period: Period, packed: Iterable[tuple[str, bytes]], numbers: Numbers, cell_secret: bytes
) -> Counted:
    """The same from packed facts: dossier and body of each, in the order of dossiers."""
    place, rules = layout(catalogue), rules_of(catalogue)
    heads, rows, people = selected(catalogue, period, packed)
    headcount = len(np.unique(people[rows.dossier[rows.column == 0]]))
    keys = record_keys(cell_secret, heads["dossier"])
    made, cells = tabulate(place, rules, rows, heads["codes"].astype(np.int64), keys, numbers)
    return Counted(made, cells, headcount)


class Selected(NamedTuple):
    """What counts in a period: the heads of dossiers, the facts of these, and to each dossier the number of its person.

    Dossiers without a participant have one number together.
    """

    heads: NDArray[np.void]
    rows: Rows
    people: Ints


def selected(catalogue: Catalogue, period: Period, packed: Iterable[tuple[str, bytes]]) -> Selected:
    """The facts that count in a period, each person once where the catalogue counts persons.

    Raises ``FactsStale`` for facts of another catalogue or packed in a former way.
    """
    place, rules = layout(catalogue), rules_of(catalogue)
    heads, rows = _in_period(place, packed, period)
    if (heads["fingerprint"] != catalogue.fingerprint).any() or (heads["form"] != FORM).any():
        raise FactsStale()
    people = np.unique(heads["participant"], return_inverse=True)[1].astype(np.int64)
    return Selected(heads, _once_each(_without_returned(rows, heads, rules, period), people, rules), people)


def _in_period(place: Layout, packed: Iterable[tuple[str, bytes]], period: Period) -> tuple[NDArray[np.void], Rows]:
    """The heads of all bodies, and the facts that count, slots times the months of theirs that lie in the period.

    Some bodies at a time: four fifths of what they hold is left out, while it is still in the processor's cache. All
    at once took twice as long, much of it for getting memory from the system.
    """
    heads, rows, dossiers = [np.zeros(0, _head(place))], [Rows.none()], 0
    bodies = (body for _dossier, body in packed)
    while piece := list(islice(bodies, AT_ONCE)):
        found, facts = _unpacked(place, piece)
        heads.append(found)
        rows.append(_counting(facts, dossiers, period))
        dossiers += len(piece)
    return np.concatenate(heads), Rows(*map(np.concatenate, zip(*rows, strict=True)))


class _Facts(NamedTuple):
    """Bodies as records of seven words: whose each is, and which are pieces of heads."""

    dossier: Ints
    heads: Ints
    words: NDArray[np.uint16]


def _head(place: Layout) -> np.dtype[np.void]:
    """The head of a body; it has the length of some records."""
    fields: list[Any] = [("fingerprint", "<u4"), ("started", "<u2"), ("form", "<u2")]
    fields += [(name, "<u8") for name in ("dossier", "participant", "previous")]
    shared = len(place.shared)
    return np.dtype([*fields, ("codes", "<u2", (shared,)), ("rest", f"V{place.head.size - HEAD.size - 2 * shared}")])


def _unpacked(place: Layout, bodies: Sequence[bytes]) -> tuple[NDArray[np.void], _Facts]:
    """The heads of some bodies, and their records."""
    records = np.frombuffer(b"".join(bodies), f"V{RECORD.size}")
    lengths = np.fromiter(map(len, bodies), np.int64, len(bodies)) // RECORD.size
    pieces = (np.cumsum(lengths) - lengths)[:, None] + np.arange(place.head.size // RECORD.size)
    words = records.view("<u2").reshape(-1, RECORD.size // 2)
    heads = records[pieces].view(_head(place))[:, 0]
    return heads, _Facts(np.repeat(np.arange(len(bodies)), lengths), pieces, words)


def _counting(facts: _Facts, before: int, period: Period) -> Rows:
    """The facts that count. ``before``: how many dossiers come before these."""
    kept = np.flatnonzero(_in_time(facts, period))
    fields = [("column", "<u2"), ("cell", "<u4"), ("start", "<u2"), ("end", "<u2"), ("value", "<u4")]
    found = facts.words[kept].view(np.dtype(fields))[:, 0]
    column, cell, start, end, value = (found[name].astype(np.int64) for name, _kind in fields)
    slots = np.flatnonzero(column & 3 == KINDS["slots"])
    first, last = _months(period)
    value[slots] *= np.minimum(end[slots], last) - np.maximum(start[slots], first) + 1
    return Rows(facts.dossier[kept] + before, column >> 2, cell, value, start)


def _in_time(facts: _Facts, period: Period) -> NDArray[np.bool_]:
    """Which records are facts that count in the period; all in sixteen bits and without looking anything up."""
    # By kind: a flow has one day twice, a stock's end is the first day it no longer counts, slots are months.
    first, last = (np.uint16(day.toordinal() - EPOCH) for day in (period.first, period.last))
    first_month, last_month = map(np.uint16, _months(period))
    column, start, end = (np.ascontiguousarray(facts.words[:, at]) for at in (0, 3, 4))
    kind = column & 3
    slots = kind == KINDS["slots"]
    earliest = np.where(kind == KINDS["stock_end"], last + np.uint16(1), first)
    found = (start <= np.where(slots, last_month, last)) & (end >= np.where(slots, first_month, earliest))
    found[facts.heads] = False
    return found


def _months(period: Period) -> tuple[int, int]:
    """The first and the last month of a period, as records have them."""
    first, last = (month_of(day.isoformat()) - EPOCH_MONTH for day in (period.first, period.last))
    return first, last


def _without_returned(rows: Rows, heads: NDArray[np.void], rules: Rules, period: Period) -> Rows:
    """Without the exits of people who came back by the end of the period."""
    previous = heads["previous"]
    again = previous[(previous != 0) & (heads["started"] <= period.last.toordinal() - EPOCH)]
    if not len(again):
        return rows
    returned = np.isin(heads["dossier"], again)
    return rows.only(~(returned[rows.dossier] & rules.until_reentry[rows.column]))


def _once_each(rows: Rows, people: Ints, rules: Rules) -> Rows:
    """Of several facts of one person in one operation the earliest."""
    places = np.flatnonzero(rules.person[rows.column])
    if not len(places):
        return rows
    places = places[np.argsort(rows.start[places], kind="stable")]
    who = people[rows.dossier[places]] * len(rules.person) + rows.column[places]
    _unique, first = np.unique(who << 32 | rows.cell[places], return_index=True)  # a cell has 32 bits
    kept = ~rules.person[rows.column]
    kept[places[first]] = True
    return rows.only(kept)
