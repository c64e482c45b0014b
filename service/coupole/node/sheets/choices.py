"""What a person decided about a table: what its columns mean, what its words stand for, what holds for every row."""

from __future__ import annotations

import hashlib
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from coupole.node.sheets.matching import plain
from coupole.node.sheets.targets import TARGETS, Target, own_targets
from coupole.standard.entities import Field

Order = Literal["dmy", "mdy"]

ORDERS: Mapping[Order, tuple[str, ...]] = {
    "dmy": ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y"),
    "mdy": ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y"),
}
"""Forms of a date that are read, tried in this order."""

PARTIAL = ("%m/%Y", "%Y-%m", "%Y")
"""Forms of a date of which less is known. A year of two figures is never read there: 55 may be 1955 or 2055."""


@dataclass(frozen=True, slots=True)
class Missing:
    """In the place of a value: why there is none, a code of ``record_missing``."""

    why: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Decisions about a table.

    ``columns``: column -> path of a field. ``values``: path -> word in a cell -> what it stands for. ``fixed``: path ->
    the value where there is no column or the cell is empty. ``order``: of day and month in dates written as text.
    ``own``: the workshop's own fields, by path, as they were when this was decided.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    order: Order = "dmy"
    own: Mapping[str, Target] = field(default_factory=dict)

    @property
    def targets(self) -> Mapping[str, Target]:
        """Everything a column may mean here, by path: the standard's fields, then the workshop's own."""
        return ChainMap(dict(self.own), dict(TARGETS)) if self.own else TARGETS

    def with_own(self, own: Mapping[str, Target]) -> Choices:
        """The same with the own fields as they are now; a column for one that is asked no more means nothing."""
        columns = {name: path for name, path in self.columns.items() if path in TARGETS or path in own}
        return replace(self, columns=columns, own=own)

    def column_of(self, path: str) -> str | None:
        """The column that fills a field."""
        return next((name for name, found in self.columns.items() if found == path), None)

    def with_values(self, values: Mapping[str, Mapping[str, Any]]) -> Choices:
        """The same with these meanings of words."""
        return replace(self, values=values)

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        fixed = {
            path: {"missing": value.why} if isinstance(value, Missing) else value for path, value in self.fixed.items()
        }
        values = {path: dict(meant) for path, meant in self.values.items()}
        own = {path: {"namespace": one.namespace, "schema": one.field.schema} for path, one in self.own.items()}
        return {"columns": dict(self.columns), "values": values, "fixed": fixed, "order": self.order, "own": own}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Choices:
        """As they were kept."""
        fixed = {
            path: Missing(value["missing"]) if isinstance(value, dict) else value
            for path, value in kept["fixed"].items()
        }
        own: dict[str, Target] = {}
        for path, one in kept.get("own", {}).items():
            entity, name = path.split(".")[0], path.split(".")[-1]
            own |= own_targets(entity, {name: Field(name, one["schema"], required=False)}, one["namespace"])
        return cls(kept["columns"], kept["values"], fixed, kept["order"], own)


def shape(heading: Sequence[str]) -> str:
    """What tables with the same columns have in common, whatever their order: the name their choices are kept by."""
    return hashlib.sha256("\x1f".join(sorted(plain(name) for name in heading)).encode()).hexdigest()
