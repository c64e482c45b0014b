"""Says what each row would do before anything is written, and why a row can do nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from coupole.errors import Finding
from coupole.node.records.importing import column_of, plan
from coupole.node.records.mapping import MappedRow, Mapper
from coupole.node.records.reading import Row
from coupole.node.sheets.choices import Choices
from coupole.node.sheets.faults import Fault, fault_of, once_each
from coupole.node.sheets.knowing import Known, known_records
from coupole.node.sheets.mapping import MADE_KEY, mapping_of
from coupole.node.sheets.matching import plain
from coupole.node.sheets.merging import merged, read_standing, seen_revisions
from coupole.node.sheets.together import joined
from coupole.node.store import Store
from coupole.node.store.changes import Change, Context
from coupole.node.store.local_fields import LocalForms
from coupole.node.store.sheets import StagedRow
from coupole.standard.reading import canonical
from coupole.standard.validation import findings

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row ready to be written or refused. ``before``: by column, what it changes.

    ``records``: what it speaks of, by kind. ``after``: the number of an earlier row that does a part of what it asks.
    """

    row: Row
    mapped: MappedRow
    before: dict[str, Any]
    records: dict[str, str]
    after: int | None = None


def by_name(choices: Choices, heading: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells by the names of their columns; in a table without numbers with one made from name and birth."""
    named = dict(zip(heading, cells, strict=True))
    if choices.column_of("participant.local_id") is None:
        named[MADE_KEY] = _made_number(choices, named)
    return named


def _made_number(choices: Choices, cells: Cells) -> str:
    """Eight signs that stay the same as long as name and day of birth do; none when one of them is not told."""
    paths = ("participant.family_name", "participant.given_name", "participant.birth_date")
    parts = [plain(cells.get(choices.column_of(path) or "", "")) for path in paths]
    if not all(parts):
        return ""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8].upper()


def prepared(
    session: Session,
    store: Store,
    choices: Choices,
    rows: Iterable[tuple[int, dict[str, str]]],
    known: Known | None = None,
) -> list[Prepared]:
    """Every row as changes to what the node holds now. ``known``: which records the rows speak of, once it is said."""
    table = list(rows)
    mapping = mapping_of(choices)
    if known is None:
        known = known_records(session, store.vault, Mapper(mapping, store.node), table)
    mapper = Mapper(mapping, store.node, known=known)
    together = joined([next(mapper.rows(iter([one]))) for one in table], [cells for _, cells in table])
    standing = read_standing(session, store.vault, {one["id"] for row in together.rows for one in row.documents})
    found = []
    for (_, cells), mapped in zip(table, together.rows, strict=True):
        row, before = merged(_row(mapped), cells, standing, together.told)
        records = {one["id"].split(":")[1]: one["id"] for one in mapped.documents}
        found.append(Prepared(row, mapped, before, records))
    return _each_once(found, LocalForms(session, store.node))


def _row(mapped: MappedRow) -> Row:
    changes = [Change(one["id"].split(":")[1], one, id=one["id"]) for one in mapped.documents]
    return Row(mapped.number, [] if mapped.findings else changes, mapped.findings, mapped.columns)


def _each_once(found: Sequence[Prepared], own: LocalForms) -> list[Prepared]:
    """The rows without what an earlier row of the same person does already; a row that can do nothing does it not."""
    first: dict[tuple[str | None, bytes], Prepared] = {}
    made = []
    for one in found:
        signs = [(change.id, _digest(change)) for change in one.row.changes]
        done = [first[sign].row.number if sign in first and _sound(first[sign], own) else None for sign in signs]
        for sign, number in zip(signs, done, strict=True):
            if number is None:
                first[sign] = one
        made.append(_without(one, done) if any(number is not None for number in done) else one)
    return made


def _digest(change: Change) -> bytes:
    return hashlib.blake2b(canonical(change.document), digest_size=16).digest()


def _sound(one: Prepared, own: LocalForms) -> bool:
    """Whether the standard and the workshop's own fields have nothing against what the row makes."""
    return not any(_wrong(change, own) for change in one.row.changes)


def _without(one: Prepared, done: Sequence[int | None]) -> Prepared:
    """The row without the changes that are done by rows of these numbers."""
    left = [place for place, number in enumerate(done) if number is None]
    columns = {
        (left.index(place), pointer): column for (place, pointer), column in one.mapped.columns.items() if place in left
    }
    row = replace(one.row, changes=[one.row.changes[place] for place in left], columns=columns)
    mapped = replace(one.mapped, documents=[one.mapped.documents[place] for place in left], columns=columns)
    shown = set(columns.values())
    before = {column: value for column, value in one.before.items() if column in shown}
    after = next(number for number in done if number is not None)
    return replace(one, row=row, mapped=mapped, before=before, after=after)


def checked(
    session: Session,
    store: Store,
    choices: Choices,
    heading: Sequence[str],
    rows: Sequence[StagedRow],
    context: Context,
) -> list[StagedRow]:
    """The rows with what each would do; which are ticked stays as it was."""
    table = [(row.number, by_name(choices, heading, row.cells)) for row in rows]
    found = prepared(session, store, choices, table)
    verdicts = plan(session, [one.row for one in found], store, context)
    made, own = [], LocalForms(session, store.node)
    for row, one, verdict in zip(rows, found, verdicts, strict=True):
        faults = _faults(one, verdict.findings, choices, own) if verdict.outcome == "refused" else []
        told = {
            "faults": [fault.as_json() for fault in faults],
            "before": one.before if verdict.outcome == "replaced" else {},
            "seen": seen_revisions(one.row.changes),
            "records": one.records,
        }
        person = one.records.get("participant")
        made.append(StagedRow(row.number, list(row.cells), person, verdict.outcome, row.ticked, told))
    return made


def _faults(one: Prepared, found: Sequence[Finding], choices: Choices, own: LocalForms) -> list[Fault]:
    """Everything wrong with a row: cells that cannot be read, and what its records lack besides."""
    faults = [fault_of(finding, choices) for finding in one.row.findings]
    changes = one.row.changes or [Change(doc["id"].split(":")[1], doc, id=doc["id"]) for doc in one.mapped.documents]
    for place, change in enumerate(changes):
        unread = _unread(one, place)
        for finding in _wrong(change, own):
            if not any(_overlap(finding.pointer, pointer) for pointer in unread):
                column = column_of(one.row if one.row.changes else _with_columns(one), place, finding.pointer)
                params = {**finding.params, "column": column} if column else finding.params
                faults.append(fault_of(replace(finding, params=params), choices, change.entity))
    faults = faults or [fault_of(finding, choices) for finding in found]
    # That others of its records find no person is no fault of its own when the person was refused.
    mine = [fault for fault in faults if fault.code != "reference_missing"]
    if not mine and one.after is not None:
        mine = [Fault("sheet_row_first", None, None, {"number": one.after})]
    return once_each(mine or faults)


def _with_columns(one: Prepared) -> Row:
    return Row(one.row.number, columns=one.mapped.columns)


def _unread(one: Prepared, place: int) -> list[str]:
    """Places of a document that lack a value because its cell could not be read."""
    refused = {finding.params.get("column") for finding in one.mapped.findings}
    return [
        pointer for (position, pointer), column in one.mapped.columns.items() if position == place and column in refused
    ]


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def _wrong(change: Change, own: LocalForms) -> list[Finding]:
    """What the standard and the workshop's own fields have against a document."""
    return [*findings(change.entity, _enveloped(change)), *own.findings(change.entity, change.document or {})]


def _enveloped(change: Change) -> dict[str, Any]:
    """The document with what the node adds when it is stored, as far as the standard asks for it."""
    return {"extensions": {}, **(change.document or {}), "revision": 1, "updated_at": "2000-01-01T00:00:00.000Z"}
