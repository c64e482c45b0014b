"""Says what each row would do before anything is written, and why a row can do nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from coupole.errors import Finding
from coupole.node.records.importing import column_of, plan
from coupole.node.records.mapping import MappedRow, Mapper
from coupole.node.records.reading import Row, mapped_rows
from coupole.node.sheets.choices import Choices
from coupole.node.sheets.faults import Fault, fault_of, once_each
from coupole.node.sheets.knowing import known_records
from coupole.node.sheets.mapping import MADE_KEY, mapping_of
from coupole.node.sheets.matching import plain
from coupole.node.sheets.merging import merged, read_standing, seen_revisions
from coupole.node.store import Store
from coupole.node.store.changes import Change, Context
from coupole.node.store.sheets import StagedRow
from coupole.standard.reading import canonical
from coupole.standard.validation import findings

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row ready to be written or refused. ``before``: by column, what it changes."""

    row: Row
    mapped: MappedRow
    before: dict[str, Any]


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
    session: Session, store: Store, choices: Choices, rows: Iterable[tuple[int, dict[str, str]]]
) -> list[Prepared]:
    """Every row as changes to what the node holds now."""
    table = list(rows)
    mapping = mapping_of(choices)
    known = known_records(session, store.vault, Mapper(mapping, store.node), table)
    mapper = Mapper(mapping, store.node, known=known)
    made = list(mapped_rows(mapper, table))
    named = {change.id for row in made for change in row.changes if change.id}
    standing = read_standing(session, store.vault, named)
    seen: set[bytes] = set()
    found = []
    for (number, cells), row in zip(table, made, strict=True):
        once = _unless_repeated(row, seen)
        changed, before = merged(once, cells, standing)
        found.append(Prepared(changed, next(mapper.rows(iter([(number, cells)]))), before))
    return found


def _unless_repeated(row: Row, seen: set[bytes]) -> Row:
    """A row that says the same as an earlier one of the same person has nothing left to do."""
    digest = hashlib.blake2b(canonical([change.document for change in row.changes]), digest_size=16).digest()
    if row.changes and digest in seen:
        return replace(row, changes=[])
    seen.add(digest)
    return row


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
    made = []
    for row, one, verdict in zip(rows, found, verdicts, strict=True):
        faults = list(_faults(one, verdict.findings, choices, context)) if verdict.outcome == "refused" else []
        told = {
            "faults": [fault.as_json() for fault in faults],
            "before": one.before if verdict.outcome == "replaced" else {},
            "seen": seen_revisions(one.row.changes),
        }
        made.append(StagedRow(row.number, list(row.cells), _participant(one.mapped), verdict.outcome, row.ticked, told))
    return made


def _participant(mapped: MappedRow) -> str | None:
    return next((one["id"] for one in mapped.documents if one["id"].split(":")[1] == "participant"), None)


def _faults(one: Prepared, found: Sequence[Finding], choices: Choices, context: Context) -> list[Fault]:
    """Everything wrong with a row: cells that cannot be read, and what its records lack besides."""
    faults = [fault_of(finding, choices) for finding in one.row.findings]
    changes = one.row.changes or [Change(doc["id"].split(":")[1], doc, id=doc["id"]) for doc in one.mapped.documents]
    for place, change in enumerate(changes):
        unread = _unread(one, place)
        for finding in _document_findings(change, context):
            if not any(_overlap(finding.pointer, pointer) for pointer in unread):
                column = column_of(one.row if one.row.changes else _with_columns(one), place, finding.pointer)
                params = {**finding.params, "column": column} if column else finding.params
                faults.append(fault_of(replace(finding, params=params), choices, change.entity))
    faults = faults or [fault_of(finding, choices) for finding in found]
    # That others of its records find no person is no fault of its own when the person was refused.
    return once_each([fault for fault in faults if fault.code != "reference_missing"] or faults)


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


def _document_findings(change: Change, context: Context) -> Iterator[Finding]:
    envelope = {"revision": 1, "updated_at": context.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    document = {"extensions": {}, **(change.document or {}), **envelope}
    yield from findings(change.entity, document)
