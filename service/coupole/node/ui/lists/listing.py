"""A list as a page draws it and as a file exports it: columns, rows, and what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, NamedTuple, TypeVar

PER_PAGE = 50

Value = str | int | float | bool | date | None


class Column(NamedTuple):
    """One column: its key in the rows, what it is called, and whether the page shows it or the exported file alone."""

    key: str
    label: str
    on_page: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``address``: the page of what it is about; ``state``: late, soon, hidden… for its shape and colour."""

    values: Mapping[str, Value]
    address: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of a list. ``asked``: the filters in words, for whoever finds the exported file later."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    asked: Sequence[tuple[str, str]] = field(default=())


def kind_of(listing: Listing, key: str) -> Literal["text", "date", "number", "yes_no"]:
    """What a column holds, by its first value."""
    value = next((row.values[key] for row in listing.rows if row.values[key] is not None), None)
    if isinstance(value, bool):
        return "yes_no"
    return "date" if isinstance(value, date) else "number" if isinstance(value, int | float) else "text"


Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Part(Generic[Shown]):
    """One page of a list."""

    rows: Sequence[Shown]
    number: int
    pages: int
    total: int


def part(rows: Sequence[Shown], asked: str) -> Part[Shown]:
    """The page of that number, the nearest one when there is no such page."""
    pages = max(1, -(-len(rows) // PER_PAGE))
    number = min(max(1, int(asked)), pages) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return Part(rows[(number - 1) * PER_PAGE : number * PER_PAGE], number, pages, len(rows))
