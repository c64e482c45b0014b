"""The tabulation: what a federation counts and seals, agreed by its hub, its trustees and each member.

The form is ``schema/v1/tabulation.schema.json``. A report is one vector: the tables one after the other, of each all
combinations of the levels of its dimensions, in order, ``*`` (all levels together) last. Everything here follows from
the document alone, so whoever holds it knows what each number of a vector means.

Tables of the kind ``members`` count no people: a member is in one level of each, or in none before it opened. All of
them count the same members, so their totals are one figure.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from coupole.errors import CoupoleError, Finding
from coupole.standard import rates
from coupole.standard.plans import MEMBERS, Kind
from coupole.standard.validation import check_against
from coupole.wire.documents import SignerUnknown, canonical_only, digest, verify, written
from coupole.wire.keys import public_key, public_keys

KIND = "tabulation"
ALL = "*"
"""All levels of a dimension together."""
HEADCOUNT = "headcount"
"""The table of one cell that every tabulation has: the people who are accompanied."""
MAX_CELLS = 20_000


class TabulationInvalid(CoupoleError):
    """The tabulation contradicts itself."""


class Table(TypedDict):
    """One table: counts of one part of an indicator by up to three dimensions, margins included."""

    id: str
    indicator: str
    part: str
    kind: Kind
    by: list[str]
    levels: list[list[str]]
    noise: Literal["cell_key", "none"]


class Party(TypedDict):
    """A hub or trustee with the public key it signs with, a JSON Web Key."""

    name: str
    key: dict[str, str]


class Tabulation(TypedDict):
    """What is counted and sealed."""

    type: Literal["tabulation"]
    form: Literal[1]
    federation: str
    hub: Party
    trustees: list[Party]
    population: str
    catalogue: str
    version: str
    epoch: int
    grain: Literal["month", "quarter"]
    first_slot: str
    m: int
    groups: list[str]
    tables: list[Table]


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A table and where it stands: its first cell, and how many levels each dimension has, ``*`` included."""

    table: Table
    first: int
    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many cells it has."""
        return math.prod(self.sizes)


@dataclass(frozen=True, slots=True, eq=False)
class ZeroRows:
    """What is 0 in every honest report: for each row the sum of some cells, each times its sign.

    Three arrays of one length: entry i says that cell ``cell[i]`` stands in row ``row[i]`` with ``sign[i]``, 1 or -1.
    """

    row: NDArray[np.intp]
    cell: NDArray[np.intp]
    sign: NDArray[np.int8]
    count: int
    """How many rows."""


@dataclass(frozen=True, eq=False)
class Shape:
    """What a report of a tabulation looks like. What a member does not need for its report is made when asked for."""

    cells: int
    headcount: int
    """The cell that holds the number of people accompanied."""
    tables: tuple[Placed, ...]

    @property
    def members(self) -> int | None:
        """The cell that holds the number of members counted by a rate; none where none is."""
        return next((one.first + one.size - 1 for one in self.tables if one.table["kind"] == MEMBERS), None)

    @cached_property
    def zero(self) -> ZeroRows:
        """Each margin less what it is the sum of, and each two tables of one thing on what both show."""
        return _zero_rows(self.tables)

    @cached_property
    def same(self) -> NDArray[np.intp]:
        """For each cell the first that counts the very same: a margin stands in every table with its dimensions."""
        known: dict[Hashable, int] = {}
        found = [
            known.setdefault(_meaning(one.table, levels), len(known)) for one in self.tables for levels in cells(one)
        ]
        _numbers, first = np.unique(found, return_index=True)
        return first[found]


def write_tabulation(document: Tabulation) -> bytes:
    """The canonical bytes. Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``TabulationInvalid``."""
    raw = written(document)
    check_against(KIND, document)
    _check_sense(document)
    return raw


def read_tabulation(raw: bytes) -> Tabulation:
    """A tabulation from its bytes, whoever signed it.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``TabulationInvalid``.
    """
    found = canonical_only(raw)
    check_against(KIND, found)
    document = cast(Tabulation, found)
    _check_sense(document)
    return document


def tabulation_id(raw: bytes) -> str:
    """Its name in every other document: SHA-256 of its bytes, in hexadecimal."""
    return digest(raw)


def check_proposed(raw: bytes, hub_signature: str, pinned: Any) -> Tabulation:
    """A tabulation that its hub signed: what a trustee reads before it countersigns.

    ``pinned``: a key set, the keys that were compared by phone or on paper; a hub whose key is not among them is a
    stranger. Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid`` and what ``read_tabulation`` raises.
    """
    document = read_tabulation(raw)
    _check_signed(raw, hub_signature, document["hub"], pinned)
    return document


def check_tabulation(raw: bytes, hub_signature: str, trustee_signatures: Sequence[str], pinned: Any) -> Tabulation:
    """A tabulation that its hub signed and each of its trustees countersigned, in their order.

    ``pinned``: a key set, the keys that were compared by phone or on paper; hub and trustees must all be among them.
    Raises ``SignerUnknown`` (also for a missing signature), ``SignatureInvalid``, ``KeySetInvalid`` and what
    ``read_tabulation`` raises.
    """
    document = check_proposed(raw, hub_signature, pinned)
    if len(trustee_signatures) != len(document["trustees"]):
        raise SignerUnknown("/trustees")
    for trustee, signature in zip(document["trustees"], trustee_signatures, strict=True):
        _check_signed(raw, signature, trustee, pinned)
    return document


def cells(placed: Placed) -> Iterator[tuple[str, ...]]:
    """The levels of each cell of a table, in the order of the vector."""
    return crossed(placed.table["levels"])


def crossed(levels: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Every combination of the levels of some dimensions and of all together, in the order of a table's cells."""
    return itertools.product(*([*codes, ALL] for codes in levels))


def shape(document: Tabulation) -> Shape:
    """What a report of this tabulation looks like."""
    placed, first = [], 0
    for table in document["tables"]:
        one = Placed(table, first, tuple(len(levels) + 1 for levels in table["levels"]))
        placed.append(one)
        first += one.size
    headcount = next(one.first for one in placed if one.table["id"] == HEADCOUNT)
    return Shape(first, headcount, tuple(placed))


def _meaning(table: Table, levels: Sequence[str]) -> Hashable:
    """What a cell counts. A level may stand for all that are not listed, so it means the same beside the same ones."""
    named = zip(table["by"], map(tuple, table["levels"]), levels, strict=True)
    chosen = frozenset((name, codes, level) for name, codes, level in named if level != ALL)
    if table["kind"] == MEMBERS and not chosen:
        return MEMBERS
    return table["indicator"], table["part"], table["kind"], chosen


def _check_signed(raw: bytes, signature: str, party: Party, pinned: Any) -> None:
    own = public_key(party["key"]).thumbprint()
    if own not in {key.thumbprint() for key in public_keys(pinned).values()}:
        raise SignerUnknown()
    verify(KIND, raw, signature, {"keys": [party["key"]]})


def _check_sense(document: Tabulation) -> None:
    findings = [Finding("tabulation_inconsistent", pointer) for pointer in _nonsense(document)]
    if findings:
        raise TabulationInvalid(findings=findings)


def _nonsense(document: Tabulation) -> Iterator[str]:
    """Pointers to what cannot be."""
    if ("Q" in document["first_slot"]) != (document["grain"] == "quarter"):
        yield "/first_slot"
    parties = [document["hub"], *document["trustees"]]
    # One key for two of them would be one party that holds every share.
    if len({public_key(party["key"]).thumbprint() for party in parties}) < len(parties):
        yield "/trustees"
    tables = document["tables"]
    if len({table["id"] for table in tables}) < len(tables):
        yield "/tables"
    for number, table in enumerate(tables):
        yield from (f"/tables/{number}/{name}" for name in _nonsense_in(table))
    counted = [table for table in tables if table["id"] == HEADCOUNT]
    if not counted or (counted[0]["kind"], counted[0]["by"], counted[0]["noise"]) != ("stock", [], "cell_key"):
        yield "/tables"
    if sum(math.prod(len(levels) + 1 for levels in table["levels"]) for table in tables) > MAX_CELLS:
        yield "/tables"


def _nonsense_in(table: Table) -> Iterator[str]:
    if len(table["levels"]) != len(table["by"]):
        yield "levels"
    if table["part"].startswith("sum"):  # no count: one person could be most of it
        yield "part"
    if table["noise"] == "none" and (len(table["by"]) > 1 or table["kind"] == MEMBERS):
        yield "noise"
    if MEMBERS in (table["kind"], table["part"]):
        said = table["kind"], table["part"], table["by"], table["levels"]
        if said != (MEMBERS, MEMBERS, [rates.BY], [[*rates.LEVELS]]):
            yield "kind"


def _zero_rows(placed: Sequence[Placed]) -> ZeroRows:
    rows: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
    seen: dict[Hashable, list[Placed]] = {}
    for one in placed:
        rows += _margins(one)
        table = one.table
        alike = MEMBERS if table["kind"] == MEMBERS else (table["indicator"], table["part"], table["kind"])
        others = seen.setdefault(alike, [])
        rows += _agreements(one, others)
        others.append(one)
    return _joined(rows)


def _margins(one: Placed) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Margin cells, and of each what it is the sum of over its first starred dimension; shapes (n,), (n, levels)."""
    places = _places(one)
    for axis in range(places.ndim):
        inner = places[(slice(-1),) * axis]  # no dimension before this one is starred
        parts = np.moveaxis(inner, axis, -1)[..., :-1]
        yield inner.take(-1, axis).reshape(-1), parts.reshape(-1, parts.shape[-1])


def _agreements(one: Placed, others: Sequence[Placed]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Cells of a table, and of each the one cell of a table before it that counts the same.

    What follows from an agreement already asked for is left out: tables that agree on more agree on less.
    """
    shared = [(_shared(one.table, other.table), other) for other in others]
    asked: list[set[str]] = []
    for names, other in sorted(shared, key=lambda pair: -len(pair[0])):
        if not any(set(names) <= more for more in asked):
            asked.append(set(names))
            yield _margin(one, names), _margin(other, names).reshape(-1, 1)


def _shared(one: Table, other: Table) -> list[str]:
    """The dimensions that both tables have, with the same levels; none where members are counted by two rates."""
    if one["indicator"] != other["indicator"]:
        return []
    levels = dict(zip(other["by"], other["levels"], strict=True))
    return sorted(name for name, own in zip(one["by"], one["levels"], strict=True) if levels.get(name) == own)


def _margin(one: Placed, names: list[str]) -> NDArray[np.intp]:
    """The cells of a table by these dimensions alone, in the order of ``names``."""
    by = one.table["by"]
    found = _places(one)[tuple(slice(-1) if name in names else slice(-1, None) for name in by)]
    order = [by.index(name) for name in names]
    rest = [axis for axis in range(len(by)) if axis not in order]
    return found.transpose([*order, *rest]).reshape(-1)


def _places(one: Placed) -> NDArray[np.intp]:
    return np.arange(one.first, one.first + one.size, dtype=np.intp).reshape(one.sizes)


def _joined(rows: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]) -> ZeroRows:
    row, cell, sign, count = [], [], [], 0
    for wholes, parts in rows:
        numbers = np.arange(count, count + len(wholes), dtype=np.intp)
        row += [numbers, np.repeat(numbers, parts.shape[1])]
        cell += [wholes, parts.reshape(-1)]
        sign += [np.ones(len(wholes), np.int8), np.full(parts.size, -1, np.int8)]
        count += len(wholes)
    if not rows:
        return ZeroRows(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.int8), 0)
    return ZeroRows(np.concatenate(row), np.concatenate(cell), np.concatenate(sign), count)
