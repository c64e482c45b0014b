"""A tabulation and its reports in words: what is counted, by what, and which cells changed by how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from coupole.node.statistics.summing import Ints
from coupole.standard import words
from coupole.standard.catalogue import Catalogue, Indicator
from coupole.standard.plans import MEMBERS, OTHER
from coupole.wire.tabulations import ALL, Shape, Table, Tabulation, cells


@dataclass(frozen=True, slots=True)
class Subject:
    """One figure that is counted. ``splits``: by what, each a set of dimensions at once; an empty one is the total.

    ``exact``: those whose federation totals are given without noise. ``members``: whether this workshop itself is
    counted, in the band in which its own rate lies.
    """

    id: str
    title: str
    definition: str
    stock: bool
    splits: tuple[tuple[str, ...], ...]
    exact: tuple[tuple[str, ...], ...]
    members: bool


class Changed(NamedTuple):
    """One cell that changed: the words of its levels, none for all together, and by how much."""

    levels: tuple[str | None, ...]
    change: int


@dataclass(frozen=True, slots=True)
class ChangedTable:
    """One table of a report, with what changed in it. ``part``: which number of a figure that has several."""

    indicator: str
    title: str
    part: str | None
    by: tuple[str, ...]
    changed: tuple[Changed, ...]


def subjects(tabulation: Tabulation, catalogue: Catalogue, language: str) -> list[Subject]:
    """What a tabulation counts, figure by figure, in its order."""
    found: dict[str, list[Table]] = {}
    for table in tabulation["tables"]:
        found.setdefault(table["indicator"], []).append(table)
    return [_subject(catalogue.indicator(name), tables, language) for name, tables in found.items()]


def _subject(indicator: Indicator, tables: list[Table], language: str) -> Subject:
    def split(table: Table) -> tuple[str, ...]:
        return tuple(_by(indicator, table, language))

    return Subject(
        indicator.id,
        indicator.title[language],
        indicator.definition[language],
        tables[0]["kind"] == "stock",
        tuple(dict.fromkeys(split(table) for table in tables if table["kind"] != MEMBERS)),
        tuple(dict.fromkeys(split(table) for table in tables if table["noise"] == "none")),
        any(table["kind"] == MEMBERS for table in tables),
    )


def changes(shape: Shape, counts: Ints, catalogue: Catalogue, language: str) -> Iterator[ChangedTable]:
    """The tables of a report in which anything changed. ``counts``: the change of each cell."""
    for placed in shape.tables:
        part = counts[placed.first : placed.first + placed.size]
        if part.any():
            indicator = catalogue.indicator(placed.table["indicator"])
            yield ChangedTable(
                indicator.id,
                indicator.title[language],
                None
                if indicator.parts == (placed.table["part"],)
                else words.measure_word(indicator, placed.table["part"], language),
                tuple(_by(indicator, placed.table, language)),
                tuple(
                    Changed(level_words(indicator, placed.table, levels, language), change)
                    for levels, change in zip(cells(placed), part.tolist(), strict=True)
                    if change
                ),
            )


def _part(indicator: Indicator, table: Table, language: str) -> str | None:
    """Which number of an indicator a table counts, where there are several."""
    alone = indicator.parts == (table["part"],)
    return None if alone else words.measure_word(indicator, table["part"], language)


def _by(indicator: Indicator, table: Table, language: str) -> Iterator[str]:
    """By what a table is split."""
    for name in table["by"]:
        known = table["kind"] != MEMBERS
        yield words.dimension_word(indicator.dimension(name), language) if known else words.WORDS[name][language]


def level_words(indicator: Indicator, table: Table, levels: tuple[str, ...], language: str) -> tuple[str | None, ...]:
    """The words of a cell's levels: none for all together, ``other`` for what is not listed."""
    return tuple(
        None
        if level == ALL
        else OTHER
        if level == listed[-1] == OTHER
        else words.rate_word(level, language)
        if table["kind"] == MEMBERS
        else words.code_word(indicator.dimension(name), level, language)
        for name, listed, level in zip(table["by"], table["levels"], levels, strict=True)
    )
