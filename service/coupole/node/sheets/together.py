"""Rows of one person in one table: what they say of a record they say together, and must not contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coupole.errors import Finding
from coupole.node.records.mapping import MappedRow
from coupole.node.sheets.merging import ADDED_TO, at, overlaid
from coupole.node.store.changes import Document

Places = dict[str, str]
"""Places of a document that a filled cell speaks of, and its column."""
FOLLOWS = frozenset({"phase_history", "missing", "participant", "accompaniment", "referral"})
"""What follows from other cells, or from the row itself."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows, each with the whole of what is said of its records. ``told``: places told by any of them, by record."""

    rows: list[MappedRow]
    told: Mapping[str, Places]


def joined(rows: Sequence[MappedRow], cells: Sequence[Mapping[str, str]]) -> Joined:
    """What the rows say, record by record; a row that contradicts an earlier one gets a finding and says nothing more.

    A row may leave out what another one of that person says.
    """
    whole: dict[str, Document] = {}
    told: defaultdict[str, Places] = defaultdict(dict)
    kept: list[tuple[MappedRow, bool]] = []
    for row, named in zip(rows, cells, strict=True):
        filled = [_filled(row, position, named) for position in range(len(row.documents))]
        clash = next(_clashes(row, filled, whole, told), None)
        if clash is not None:
            kept.append((replace(row, findings=[*row.findings, clash]), False))
            continue
        for document, places in zip(row.documents, filled, strict=True):
            record = document["id"]
            whole[record] = overlaid(whole[record], document, places) if record in whole else document
            told[record] |= places
        kept.append((row, True))
    made = [replace(row, documents=[whole[one["id"]] for one in row.documents]) if sure else row for row, sure in kept]
    return Joined(made, told)


def _filled(row: MappedRow, position: int, cells: Mapping[str, str]) -> Places:
    return {
        pointer: column
        for (place, pointer), column in row.columns.items()
        if place == position and cells.get(column, "").strip()
    }


def _clashes(
    row: MappedRow, filled: Sequence[Places], whole: Mapping[str, Document], told: Mapping[str, Places]
) -> Iterator[Finding]:
    """Places of which an earlier row says something else."""
    for document, places in zip(row.documents, filled, strict=True):
        record = document["id"]
        for pointer, column in places.items():
            name = pointer.split("/")[1] if pointer else ""
            if name in FOLLOWS | ADDED_TO or record not in whole or pointer not in told[record]:
                continue
            said, before = at(document, pointer), at(whole[record], pointer)
            if said is not None and said != before and not isinstance(said, dict):  # its parts are told one by one
                of_person = record.split(":")[1] == "participant"
                code = "row_contradicts_another" if of_person else "sheet_rows_differ"
                yield Finding(code, pointer, params={"column": column})
