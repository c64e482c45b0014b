"""A printed document as plain data: what the page shows and the PDF shows, so that they cannot differ.

plan, meeting, evaluation, person → Paper → paper.html (the page), paper.typ (the PDF)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from coupole.web.languages import Language

SHORT = 12
"""Characters of a hash that are compared by eye."""
NARROW = 12
"""Characters of a text that need not be broken."""


@dataclass(frozen=True, slots=True)
class Row:
    """What something is called, and what it is; each line stands on its own."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length under their columns. ``title``: what it is a table of, where the section does not say."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def narrow(self) -> tuple[bool, ...]:
        """For each column whether its texts are so short that it takes no more room than it needs."""
        columns = zip(self.columns, *self.rows, strict=True)
        return tuple(all(len(text) <= NARROW for text in column) for column in columns)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document. ``level``: 2, or 3 for a part of the part before. ``lines``: empty ones to write on."""

    title: str
    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    level: int = 2
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """Where somebody signs. ``signed``: when they did, for what was signed already."""

    who: str
    name: str
    signed: str


@dataclass(frozen=True, slots=True)
class Source:
    """A stored document the paper shows. ``sha256``: of its canonical JSON in that revision."""

    what: str
    revision: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What each page says of itself: which version of what it is, so that a sheet can be matched."""

    kind: str
    version: int
    revision: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around the content, in the language of the paper."""

    signatures: str
    day_and_signature: str
    sources: str
    source_columns: tuple[str, str]
    sources_note: str
    foot: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One document, ready to be drawn. ``hidden``: how many names of other people were replaced in it."""

    language: Language
    house: str
    title: str
    subject: str
    head: tuple[Row, ...]
    sections: tuple[Section, ...]
    boxes: tuple[Box, ...]
    sources: tuple[Source, ...]
    mark: Mark | None
    words: Words
    hidden: int = 0


def in_fours(text: str) -> str:
    """Characters in groups of four, which the eye keeps apart."""
    return " ".join(re.findall(".{1,4}", text))


def texts(value: Any) -> Iterator[str]:
    """Every text of a paper or of a part of it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts(inner)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
