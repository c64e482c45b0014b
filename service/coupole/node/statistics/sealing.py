"""Counts what a tabulation asks for: packed facts in, one vector of counts out, and beside it one of key sums.

A *stock* table counts what is open on the last day of the slot, a *flow* table everything from the first day of the
tabulation's first slot on, and in a *members* table stands this workshop alone: once, at the band in which its own rate
of the twelve months up to that day lies, at ``none`` where too few can be counted or the indicator is withheld. What
leaves is the difference to what was counted before (``ledger``), so a month is what is
new in it, whenever it was written down.

*Adding up*: each cell is one combination of levels or of margins, and each fact stands in exactly one inner cell. Where
the catalogue counts a dossier once (``distinct: accompaniment``), only the first of its facts counts, in every table
the same one; a margin is then always the sum of its cells, which the trustee checks without seeing either.

*Key sums*: behind each cell stands for each person a number from 1 to 255 that only this node can tell, by person, cell
and how often they are counted in it; the sum modulo 256 is what the trustee keys its noise with. A person who is
counted once more in a cell has another number there: the noise is drawn anew. In a members table the workshop has a
number of its own in every cell, and all of them are others in another band: whoever reads the key sums or sees where
noise was drawn anew is told that some member's band changed, and not from where to where.

*Money*: payments in another currency than the catalogue's are in no sealed table.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupole.disclosure.keyed import keyed
from coupole.errors import CoupoleError, Finding
from coupole.node.statistics.counting import Selected, selected
from coupole.node.statistics.packing import Layout, layout, numbered
from coupole.node.statistics.planning import Numbers
from coupole.node.statistics.summing import Flags, Ints, Rows, starts
from coupole.node.statistics.tabulating import CURRENCY, Rules, rules_of
from coupole.standard import rates
from coupole.standard.calendar import Period, add_months
from coupole.standard.catalogue import Catalogue, Indicator
from coupole.standard.measures import GROUPS, band_of
from coupole.standard.plans import MEMBERS, OTHER, SHARE
from coupole.wire.slots import YEAR, Slot, parse_slot
from coupole.wire.tabulations import Placed, Shape, Table, Tabulation

KINDS = {"stock": {"stock_end"}, "flow": {"flow", "slots"}}
"""What the sources of an indicator must be for it to be counted as a stock, as a flow."""
AT_MOST = 2**31 - 1
"""The largest count of a cell; the ledger keeps 32 bits of each."""


class TabulationUnfit(CoupoleError):
    """The tabulation asks for something that cannot be counted here."""


class CellTooLarge(CoupoleError):
    """A count is too large for a sealed report."""


class State(NamedTuple):
    """Every cell of a tabulation at one moment: int64 counts and uint8 key sums, both of shape (cells,)."""

    counts: Ints
    keys: NDArray[np.uint8]


def check(tabulation: Tabulation, catalogue: Catalogue) -> None:
    """Raises ``TabulationUnfit`` with a finding for each thing this node cannot count or never seals."""
    findings = []
    if (tabulation["catalogue"], tabulation["version"]) != (catalogue.id, catalogue.version):
        findings.append(Finding("catalogue_unknown", "/version"))
    else:
        for number, table in enumerate(tabulation["tables"]):
            findings += [Finding(code, f"/tables/{number}/{at}") for code, at in _wrong(table, catalogue)]
    if findings:
        raise TabulationUnfit(findings=findings)


def _wrong(table: Table, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Codes of what is wrong with a table, and where."""
    indicator = next((one for one in catalogue.indicators if one.id == table["indicator"]), None)
    if indicator is None:
        yield "sealed_indicator_unknown", "indicator"
        return
    if table["kind"] == MEMBERS:
        if indicator.parts != SHARE:
            yield "sealed_kind_wrong", "kind"
        return
    if table["part"] not in indicator.parts:
        yield "sealed_part_unknown", "part"
    if not {source.kind for source in indicator.sources} <= KINDS[table["kind"]]:
        yield "sealed_kind_wrong", "kind"
    dimensions = {one.name: one for one in indicator.dimensions}
    for place, name in enumerate(table["by"]):
        found = dimensions.get(name)
        if found is None or name in table["by"][:place]:
            yield "sealed_dimension_unknown", f"by/{place}"
        elif found.several or name == CURRENCY:
            yield "sealed_dimension_unfit", f"by/{place}"
        elif not _complete(table["levels"][place], found.codes):
            yield "sealed_levels_wrong", f"levels/{place}"


def _complete(levels: list[str], codes: tuple[str, ...] | None) -> bool:
    """Whether levels are codes of a dimension and each fact has one: all codes are listed, or ``other`` stands last."""
    if levels[-1] == OTHER:
        return codes is None or set(levels[:-1]) <= set(codes)
    return codes is not None and set(levels) == set(codes)


def withheld_cells(shape: Shape, indicators: Collection[str]) -> Flags:
    """Which cells report no change when any of these indicators is withheld; shape (cells,).

    Not those that count members: there this workshop moves to ``none``.
    """
    tables = [one.table for one in shape.tables]
    return _cells_where(shape, [one["indicator"] in indicators and one["kind"] != MEMBERS for one in tables])


def stock_cells(shape: Shape) -> Flags:
    """Which cells are of stocks; shape (cells,)."""
    return _cells_where(shape, [one.table["kind"] == "stock" for one in shape.tables])


def member_cells(shape: Shape) -> Flags:
    """Which cells count members; shape (cells,)."""
    return _cells_where(shape, [one.table["kind"] == MEMBERS for one in shape.tables])


def _cells_where(shape: Shape, which: list[bool]) -> Flags:
    return np.repeat(np.array(which, np.bool_), [one.size for one in shape.tables])


def counted(tabulation: Tabulation, slot: Slot) -> Period:
    """From the first day of the tabulation's first slot to the last day that counts in a slot."""
    first = parse_slot(tabulation["first_slot"], tabulation["grain"]).period.first
    return Period(slot.name, first, slot.until)


def window(period: Period) -> Period:
    """The twelve months that end with a period: what a member's own rate is of. A month holds too few in a workshop."""
    return Period(period.name, add_months(period.last + timedelta(days=1), -YEAR), period.last)


def read_from(shape: Shape, period: Period) -> date:
    """The first day whose facts are needed for the state at the end of a period."""
    days = [period.first, period.last, *([] if shape.members is None else [window(period).first])]
    return min(days)


def person_secret(cell_secret: bytes, tabulation: str) -> bytes:
    """What the numbers of people in one tabulation are made with; ``tabulation``: its id."""
    return hashlib.blake2b(tabulation.encode(), key=cell_secret, digest_size=32, person=b"coupole sealed").digest()


def state(
    shape: Shape,
    catalogue: Catalogue,
    period: Period,
    packed: Iterable[tuple[str, bytes]],
    numbers: Numbers,
    secret: bytes,
    withheld: Collection[str] = (),
) -> State:
    """Every cell at the end of a period. ``packed``: dossier and body of each, as ``counting.tables`` takes them.

    They are those from ``read_from`` on. ``secret``: see ``person_secret``. ``withheld``: indicators by which this
    workshop is in no band. Raises ``FactsStale``, ``CellTooLarge``.
    """
    bodies = list(packed)
    facts = _Facts(catalogue, selected(catalogue, period, bodies), numbers)
    of_people = [placed for placed in shape.tables if placed.table["kind"] != MEMBERS]
    entries = [_entries(facts, placed) for placed in of_people]
    who, cell, value = (np.concatenate(arrays) for arrays in zip(*entries, strict=True))
    pairs, place = np.unique(who * shape.cells + cell, return_inverse=True)
    times = np.bincount(place, value, len(pairs)).astype(np.int64)
    counts = np.bincount(pairs % shape.cells, times, shape.cells).astype(np.int64)
    for placed in of_people:
        groups = facts.groups(placed.table)
        if groups is not None:
            counts[placed.first] = groups
    if (counts > AT_MOST).any():
        raise CellTooLarge()
    keys = _key_sums(shape.cells, facts.people[pairs // shape.cells], pairs % shape.cells, times, secret)
    if shape.members is not None:
        year = _Facts(catalogue, selected(catalogue, window(period), bodies), numbers)
        for placed in shape.tables:
            if placed.table["kind"] == MEMBERS:
                told = placed.table["indicator"] not in withheld
                _be_counted(State(counts, keys), placed, year.level(placed.table) if told else rates.NONE, secret)
    return State(counts, keys)


def _be_counted(state: State, placed: Placed, level: str, secret: bytes) -> None:
    """This workshop itself in a table of members: one in its level and in all, its numbers in every cell."""
    at, cells = rates.LEVELS.index(level), np.arange(placed.first, placed.first + placed.size)
    state.counts[cells[[at, -1]]] = 1
    # All together it stays whoever it is: what stands there does not depend on the band.
    where = np.where(cells == cells[-1], 0, at + 1)
    drawn = keyed(secret, "sealed member", cells.astype(np.uint64), where.astype(np.uint64))[:, 0]
    state.keys[cells] = drawn % np.uint64(255) + np.uint64(1)


def _key_sums(cells: int, people: NDArray[np.uint64], cell: Ints, times: Ints, secret: bytes) -> NDArray[np.uint8]:
    """Of each cell the sum of what stands for the people in it, modulo 256."""
    where = cell.astype(np.uint64) << np.uint64(32) | times.astype(np.uint64)
    keys = keyed(secret, "sealed", people, where)[:, 0] % np.uint64(255) + np.uint64(1)
    return (np.bincount(cell, keys, cells).astype(np.int64) % 256).astype(np.uint8)


class _Facts:
    """The facts of a period, by column. ``people``: an eight-byte number of each person, of a dossier without one."""

    def __init__(self, catalogue: Catalogue, found: Selected, numbers: Numbers) -> None:
        self.place: Layout = layout(catalogue)
        self.rules: Rules = rules_of(catalogue)
        self.catalogue, self.numbers, self.found = catalogue, numbers, found
        heads, rows, _people = found
        known = np.where(heads["participant"] != 0, heads["participant"], heads["dossier"])
        self.people, self.who = np.unique(known, return_inverse=True)
        ours = next((number for number, code in numbers.get(CURRENCY, {}).items() if code == catalogue.currency), -1)
        money = np.maximum(self.rules.money[rows.column], 1)
        kept = (rows.value > 0) & ((self.rules.money[rows.column] == 0) | (rows.cell // money == ours))
        order = np.flatnonzero(kept)
        order = order[np.argsort(rows.column[order], kind="stable")]
        self.bounds = np.searchsorted(rows.column[order], np.arange(self.place.columns + 1))
        self.rows = rows.only(order)

    def of(self, column: int) -> slice | Ints:
        """Where the facts of a column stand among the rows; of each dossier the first where one counts."""
        whole = slice(int(self.bounds[column]), int(self.bounds[column + 1]))
        return whole.start + starts(self.rows.dossier[whole]) if self.rules.once[column] else whole

    def groups(self, table: Table) -> int | None:
        """How many groups are in a band, where an indicator counts groups."""
        number, indicator = _indicator(self.catalogue, table)
        if indicator.distinct != GROUPS:
            return None
        return int(np.count_nonzero(self._banded(number, table)))

    def counted(self, column: int) -> tuple[Rows, Ints]:
        """The facts of a column that count, and how often each."""
        rows = self.rows.only(self.of(column))
        return rows, np.minimum(rows.value, 1) if self.rules.once[column] else rows.value

    def level(self, table: Table) -> str:
        """The level in which this workshop's own rate lies."""
        number, _indicator_of_it = _indicator(self.catalogue, table)
        first = self.place.first_column[number]
        num, den = (int(self.counted(first + place)[1].sum()) for place in range(len(SHARE)))
        return rates.level(num, den)

    def _banded(self, number: int, table: Table) -> Flags:
        """Which groups are in the band of a table, by their number."""
        indicator = self.catalogue.indicators[number]
        sizes = np.bincount(self.rows.cell[self.of(self.place.first_column[number])]).tolist()
        band = indicator.parts.index(table["part"])
        return np.array([size > 0 and band_of(indicator.bands, size) == band for size in sizes], np.bool_)


Entries = tuple[Ints, Ints, Ints]
"""Side by side: number of a person, cell, how often they are counted in it."""


def _entries(facts: _Facts, placed: Placed) -> Entries:
    """What each fact adds to each cell of a table it is in: its own and all margins above it."""
    number, indicator = _indicator(facts.catalogue, placed.table)
    if indicator.distinct == GROUPS:
        rows = facts.rows.only(facts.of(facts.place.first_column[number]))
        rows = rows.only(facts._banded(number, placed.table)[rows.cell])
        return facts.who[rows.dossier], np.full(len(rows.cell), placed.first), np.ones(len(rows.cell), np.int64)
    column = facts.place.first_column[number] + indicator.parts.index(placed.table["part"])
    rows, value = facts.counted(column)
    levels = [
        _levels(facts, number, name, codes)[_codes(facts, number, name, rows.dossier, rows.cell)]
        for name, codes in zip(placed.table["by"], placed.table["levels"], strict=True)
    ]
    strides = [math.prod(placed.sizes[at + 1 :]) for at in range(len(placed.sizes))]
    cells = []
    for starred in itertools.product((False, True), repeat=len(levels)):
        cell = np.full(len(rows.cell), placed.first)
        for all_, level, stride, size in zip(starred, levels, strides, placed.sizes, strict=True):
            cell += stride * (size - 1 if all_ else level)
        cells.append(cell)
    return np.tile(facts.who[rows.dossier], len(cells)), np.concatenate(cells), np.tile(value, len(cells))


def _indicator(catalogue: Catalogue, table: Table) -> tuple[int, Indicator]:
    return next((at, one) for at, one in enumerate(catalogue.indicators) if one.id == table["indicator"])


def _codes(facts: _Facts, number: int, name: str, dossier: Ints, cell: Ints) -> Ints:
    """The code of each fact in a dimension, as its place in the list or the number that the node keeps for it."""
    dimension, place = facts.catalogue.indicators[number].dimension(name), facts.place
    if not dimension.own:
        at = list(facts.catalogue.dimensions).index(name)
        found: Ints = facts.found.heads["codes"][dossier, at].astype(np.int64)
        return found
    nth = [one.name for one in place.own[number]].index(name)
    code = cell // place.strides[number][nth]
    return code if numbered(dimension) else code % len(dimension.codes or ())


def _levels(facts: _Facts, number: int, name: str, levels: list[str]) -> Ints:
    """The level of each code, the last one for what is not listed."""
    dimension = facts.catalogue.indicators[number].dimension(name)
    if numbered(dimension):
        known = facts.numbers.get(name, {})
        codes = [known.get(one, "") for one in range(max(known, default=0) + 1)]
    else:
        codes = list(dimension.codes or ())
    places = {code: place for place, code in enumerate(levels)}
    return np.array([places.get(code, len(levels) - 1) for code in codes], np.int64)
