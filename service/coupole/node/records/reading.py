"""Rows of an import: lines of standard documents, or a table that a mapping turns into documents."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coupole.errors import CoupoleError, Finding
from coupole.node.records.mapping import MappedRow, Mapper
from coupole.node.store.changes import Change
from coupole.standard.entities import ENTITIES
from coupole.standard.reading import MAX_BYTES, canonical, parse

ENCODINGS = ("utf-8-sig", "cp1252")
"""Tried in this order: what spreadsheets of the last thirty years write. UTF-8 is never mistaken for the other."""

PIECE = 1_000_000


class TableUnreadable(CoupoleError):
    """The table cannot be read as rows and columns."""


class TableEmpty(CoupoleError):
    """The table has no heading."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an import: changes to make together, or the reasons it cannot be used.

    ``number`` counts from 1 and includes a table's heading, as a spreadsheet shows it. ``columns``: where a place of
    a document (position, JSON pointer) came from.
    """

    number: int
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    columns: Mapping[tuple[int, str], str] = field(default_factory=dict)


def document_rows(lines: Iterable[bytes], max_bytes: int = MAX_BYTES) -> Iterator[Row]:
    """Lines of NDJSON, each a whole document of this or another node; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        raw = line.strip()
        if raw:
            yield _document_row(number, raw, max_bytes)


def _document_row(number: int, raw: bytes, max_bytes: int) -> Row:
    try:
        document = parse(raw, max_bytes=max_bytes)
    except CoupoleError as error:
        return Row(number, findings=[as_finding(error)])
    if not isinstance(document, dict):
        return Row(number, findings=[Finding("type_wrong", rule="/type", params={"expected": "object"})])
    record = document.get("id")
    parts = record.split(":") if isinstance(record, str) else []
    if len(parts) != 3 or parts[1] not in ENTITIES:
        return Row(number, findings=[Finding("pattern_mismatch", "/id", "/properties/id/pattern")])
    if document.get("deleted") is True:  # a tombstone is a line of the change feed, not a document
        return Row(number, findings=[Finding("document_deleted", "/deleted")])
    return Row(number, [Change(parts[1], document, keep_envelope=True)])


def table_rows(mapper: Mapper, path: Path) -> Iterator[Row]:
    """The documents of a table, by its mapping; those written once come first, as row 0.

    Raises ``TableUnreadable``, ``TableEmpty``, ``ColumnMissing``, and the errors of the mapping.
    """
    with path.open("rb") as file:
        encoding = encoding_of(file)
        file.seek(0)
        with io.TextIOWrapper(file, encoding=encoding, newline="") as text:
            yield from mapped_rows(mapper, _cells(text, mapper))


def mapped_rows(mapper: Mapper, table: Iterable[tuple[int, Mapping[str, str] | Finding]]) -> Iterator[Row]:
    """The documents of numbered rows of cells, by their mapping; those written once come first, as row 0."""
    seen: dict[str, bytes] = {}
    once = mapper.once()
    if once.documents or once.findings:
        yield _mapped(once, seen)
    for number, cells in table:
        if isinstance(cells, Finding):
            yield Row(number, findings=[cells])
        else:
            yield from (_mapped(row, seen) for row in mapper.rows(iter([(number, cells)])))


def encoding_of(file: Iterable[bytes]) -> str:
    """How a text file is written. Raises ``TableUnreadable``."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
    for piece in file:
        for name in list(decoders):
            try:
                decoders[name].decode(piece)
            except UnicodeDecodeError:
                del decoders[name]
    for name, decoder in decoders.items():
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise TableUnreadable()


def _cells(text: io.TextIOWrapper, mapper: Mapper) -> Iterator[tuple[int, dict[str, str] | Finding]]:
    """Numbered rows by heading; a row of another length than the heading is a finding."""
    table = csv.reader(text, delimiter=mapper.delimiter, strict=True)
    number = 0
    heading: list[str] = []
    try:
        for number, cells in enumerate(table, 1):
            if number == 1:
                heading = [name.strip() for name in cells]
                mapper.check_columns(heading)
            elif len(cells) == len(heading):
                yield number, dict(zip(heading, cells, strict=True))
            elif any(cell.strip() for cell in cells):
                yield number, Finding("row_length_wrong", params={"expected": len(heading), "found": len(cells)})
    except csv.Error:
        raise TableUnreadable(row=number + 1) from None
    if not heading:
        raise TableEmpty()


def _mapped(mapped: MappedRow, seen: dict[str, bytes]) -> Row:
    """The changes of a mapped row; refused when an earlier row said something else of the same document."""
    findings = list(mapped.findings)
    changes = []
    for position, document in enumerate(mapped.documents):
        record = document["id"]
        digest = hashlib.blake2b(canonical(document), digest_size=16).digest()
        if not mapped.findings and seen.setdefault(record, digest) != digest:
            findings.append(Finding("row_contradicts_another", params=_first_column(mapped, position)))
        changes.append(Change(record.split(":")[1], document, id=record))
    return Row(mapped.number, [] if findings else changes, findings, mapped.columns)


def _first_column(mapped: MappedRow, position: int) -> dict[str, str | int]:
    for (place, _pointer), column in mapped.columns.items():
        if place == position:
            return {"column": column}
    return {}


def as_finding(error: CoupoleError) -> Finding:
    """An error without findings of its own, as one."""
    return Finding(error.code, error.pointer, params=dict(error.params))
