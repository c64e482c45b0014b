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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from coupole.disclosure.tables import Table, record_key
from coupole.errors import CoupoleError
from coupole.node.statistics.packing import EPOCH, EPOCH_MONTH, RECORD, Layout, layout, month_of
from coupole.node.statistics.tabulating import Ints, Numbers, Rows, Rules, rules_of, tabulate
from coupole.node.store.facts import levels, read_facts, stale_count
from coupole.node.store.vault import Vault
from coupole.standard.calendar import Period
from coupole.standard.catalogue import Catalogue

FACT = np.dtype([("value", "<u4"), ("cell", "<u4"), ("column", "<u2"), ("start", "<u2"), ("end", "<u2")])


class FactsStale(CoupoleError):
    """Some facts are older than their documents, or of another catalogue; they must be made first."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Exact tables of a period, one for each indicator in the order of the catalogue, and the headcount."""

    tables: list[Table]
    headcount: int


def count(session: Session, vault: Vault, catalogue: Catalogue, period: Period, cell_secret: bytes) -> Counted:
    """The exact figures of a period. Raises ``FactsStale``: let the store make its facts, then ask again."""
    if stale_count(session):
        raise FactsStale()
    packed = sorted(read_facts(session, vault, period.first, period.last))
    return tables(catalogue, period, packed, levels(session), cell_secret)


def tables(
    catalogue: Catalogue, period: Period, packed: Sequence[tuple[str, bytes]], numbers: Numbers, cell_secret: bytes
) -> Counted:
    """The same from packed facts: dossier and body of each, in the order of dossiers."""
    place = layout(catalogue)
    heads = _heads(place, [body for _dossier, body in packed])
    if (heads["fingerprint"] != catalogue.fingerprint).any():
        raise FactsStale()
    rows = _in_period(_facts(place, [body for _dossier, body in packed]), period)
    people = np.unique(heads["participant"], return_inverse=True)[1].astype(np.int64)
    headcount = len(np.unique(people[rows.dossier[rows.column == 0]]))
    rules = rules_of(catalogue)
    rows = _once_each(_without_returned(rows, heads, rules, period), people, rules)
    keys = np.array([record_key(cell_secret, dossier) for dossier, _body in packed], np.uint64)
    made = tabulate(place, rules, rows, heads["codes"].astype(np.int64), keys, numbers)
    return Counted(made, headcount)


def _heads(place: Layout, bodies: Iterable[bytes]) -> NDArray[np.void]:
    fields = [("fingerprint", "<u4"), ("started", "<u2"), ("none", "<u2")]
    fields += [(name, "<u8") for name in ("dossier", "participant", "previous")]
    shared = ("codes", "<u2", (len(place.shared),))
    return np.frombuffer(b"".join([body[: place.head.size] for body in bodies]), np.dtype([*fields, shared]))


class _Facts(NamedTuple):
    dossier: Ints
    records: NDArray[np.void]


def _facts(place: Layout, bodies: Sequence[bytes]) -> _Facts:
    size = place.head.size
    lengths = np.array([(len(body) - size) // RECORD.size for body in bodies], np.int64)
    records = np.frombuffer(b"".join([body[size:] for body in bodies]), FACT)
    return _Facts(np.repeat(np.arange(len(bodies)), lengths), records)


def _in_period(facts: _Facts, period: Period) -> Rows:
    """The facts that count, slots times the months of theirs that lie in the period."""
    first, last = period.first.toordinal() - EPOCH, period.last.toordinal() - EPOCH
    months = [month_of(day.isoformat()) - EPOCH_MONTH for day in (period.first, period.last)]
    # By kind: a flow has one day twice, a stock's end is the first day it no longer counts, slots are months.
    latest = np.array([last, last, last, months[1]], np.int64)
    earliest = np.array([first, last + 1, first, months[0]], np.int64)
    column = facts.records["column"]
    kind = column & 3
    kept = np.flatnonzero((facts.records["start"] <= latest[kind]) & (facts.records["end"] >= earliest[kind]))
    found = facts.records[kept]
    start, value = found["start"].astype(np.int64), found["value"].astype(np.int64)
    slots = kind[kept] == 3
    lengths = np.minimum(found["end"].astype(np.int64), months[1]) - np.maximum(start, months[0]) + 1
    value[slots] *= lengths[slots]
    return Rows(
        facts.dossier[kept], found["column"].astype(np.int64) >> 2, found["cell"].astype(np.int64), value, start
    )


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
