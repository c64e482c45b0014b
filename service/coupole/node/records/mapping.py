"""Turns the rows of somebody's table into standard documents, as a mapping document says.

A mapping (``schema/v1/mapping.schema.json``) is data, never code: this module knows no column, no
data set and no entity. Each document is written as a template, in which an object whose keys start
with ``$`` is computed from the row and everything else stands as it is::

    {"birth_date": {"$shift": {"$column": "entry_month", "$date": "%Y-%m"},
                    "$years": {"$column": "age", "$as": "integer"}, "$back": true}}

    $column   the cell's text; $as integer | number | boolean, $date a strptime form or several to try in
              turn ($partial: a form without day or month gives a date without them), $codes a table of
              codes, $default for an empty cell
    $if       $then when the condition holds, $else otherwise (left out when there is no $else)
    $shift    a date moved by $years, $months, $days ($back: into the past), clamped to the month's end;
              $day first | last moves it to that day of its month
    $id       the id of another document of the same row, or of one written `once`
    $parameter  what the person running the import gave as `--set name=value`
    conditions  $equals [a, b], $in [a, [b, …]], $empty a, $not c, $and [c, …], $or [c, …]

A value that comes out empty is left out of the document. An id is made from the mapping's name, the
template's name and the row's key, so that the same table imported twice names the same records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coupole.errors import CoupoleError, Finding
from coupole.node.records.templates import JSON, Computed, Condition, MappingInvalid, Row, Scope, compiled, condition
from coupole.standard import VERSION
from coupole.standard.entities import ENTITIES
from coupole.standard.validation import check_against

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = [first + second for first in SIGNS for second in SIGNS]


class ColumnMissing(CoupoleError):
    """A column that the mapping names is not in the table."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """What one row of the table becomes: documents to write together, or the reasons it cannot be used.

    A document of a row with findings lacks what could not be read, and is not to be written. ``columns`` names, for a
    document's position and a JSON pointer in it, the column the value came from.
    """

    number: int
    documents: list[dict[str, JSON]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    columns: dict[tuple[int, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Template:
    """A document to be made of each row: under which name, when, and what of it."""

    entity: str
    name: str
    key: tuple[str, ...] | None
    when: Condition | None
    document: Computed

    @classmethod
    def of(cls, given: Mapping[str, JSON]) -> _Template:
        """The template, compiled. One of a document that several rows share has a key of its own."""
        key = tuple(map(str, given["key"])) if "key" in given else None
        when = condition(given["when"]) if "when" in given else None
        return cls(given["entity"], given["as"], key, when, compiled(given["document"]))


class Mapper:
    """One mapping, checked once, applied to many rows."""

    def __init__(
        self,
        mapping: Mapping[str, JSON],
        node: str,
        parameters: Mapping[str, str] | None = None,
        known: Mapping[tuple[int, str], str] | None = None,
    ) -> None:
        """``known``: ids of records a row speaks of, by its number and the template's name; others come of its key."""
        check_against("mapping", mapping)
        self.mapping = mapping
        self.node = node
        self.parameters = dict(parameters or {})
        self.known = dict(known or {})
        self._check_names()
        self._once = [_Template.of(one) for one in mapping.get("once", [])]
        self._documents = [_Template.of(one) for one in mapping["documents"]]
        self._once_ids = {one.name: self._id(0, one, ()) for one in self._once}

    @property
    def delimiter(self) -> str:
        """What stands between two cells of the table."""
        return str(self.mapping.get("delimiter", ","))

    def _check_names(self) -> None:
        seen: set[str] = set()
        for kind in ("once", "documents"):
            for position, one in enumerate(self.mapping.get(kind, [])):
                if one["entity"] not in ENTITIES:
                    raise MappingInvalid(f"/{kind}/{position}/entity")
                if one["as"] in seen:
                    raise MappingInvalid(f"/{kind}/{position}/as")
                seen.add(one["as"])

    def check_columns(self, columns: Sequence[str]) -> None:
        """Refuses a table that lacks a column the mapping names."""
        for name in sorted(set(_column_names(self.mapping))):
            if name not in columns:
                raise ColumnMissing(f"/{name}" if name.isidentifier() else "")

    def once(self) -> MappedRow:
        """The documents that do not come from rows: the workshop itself, its people, an agreement."""
        return self._row(0, {}, self._once)

    def rows(self, table: Iterator[tuple[int, Row]]) -> Iterator[MappedRow]:
        """Each numbered row of the table as documents, in the table's order."""
        for number, row in table:
            yield self._row(number, row, self._documents)

    def _row(self, number: int, row: Row, templates: Sequence[_Template]) -> MappedRow:
        key = tuple(row.get(column, "").strip() for column in self.mapping["key"]) if row else ()
        if row and not all(key):
            empty = next(c for c, value in zip(self.mapping["key"], key, strict=True) if not value)
            return MappedRow(number, findings=[Finding("cell_empty", rule="mapping", params={"column": empty})])
        ids = self._once_ids | {one.name: self._id(number, one, key) for one in templates}
        mapped = MappedRow(number)
        for template in templates:
            # What a condition looked at is not where a value of the document came from: a scope of its own.
            if template.when and not template.when(Scope(row, ids, self.parameters)):
                continue
            scope = Scope(row, ids, self.parameters)
            document = template.document(scope)
            mapped.findings.extend(scope.refused.values())
            position = len(mapped.documents)
            mapped.documents.append(self._envelope(template, ids[template.name], document))
            mapped.columns.update({(position, pointer): column for pointer, column in scope.columns.items()})
        return mapped

    def _envelope(self, template: _Template, identifier: str, document: JSON) -> dict[str, JSON]:
        if not isinstance(document, dict):
            raise MappingInvalid(f"/{template.name}/document")
        return {
            "id": identifier,
            "schema_version": VERSION,
            "node": self.node,
            "deleted": False,
            "extensions": {},
            **document,
        }

    def _id(self, number: int, template: _Template, key: tuple[str, ...]) -> str:
        if template.key is not None:
            key = template.key
        if (number, template.name) in self.known:
            return self.known[number, template.name]
        named = "\x1f".join((str(self.mapping["name"]), template.name, *key))
        return f"{self.node}:{template.entity}:{_ulid(hashlib.sha256(named.encode()).digest()[:16])}"


def _ulid(value: bytes) -> str:
    """Sixteen bytes as a ULID is written, five bits a sign; the library takes three times as long."""
    number = int.from_bytes(value)
    return "".join([PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def _column_names(template: JSON) -> Iterator[str]:
    if isinstance(template, dict):
        if "$column" in template:
            yield template["$column"]
        for key, value in template.items():
            if key == "key" and isinstance(value, list) and "documents" in template:
                yield from value
            yield from _column_names(value)
    elif isinstance(template, list):
        for value in template:
            yield from _column_names(value)
