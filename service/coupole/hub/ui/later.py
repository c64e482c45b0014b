"""What came in after a slot was published, as a page shows it: from whom, and a table's figures then and now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coupole.hub.publication.crossings import Choice, Shown
from coupole.hub.publication.later import Came, Later
from coupole.hub.publication.words import word
from coupole.hub.ui.lines import Line, crossed, lines, names
from coupole.standard import words
from coupole.web.languages import Language
from coupole.wire.slots import OPENING


@dataclass(frozen=True, slots=True)
class Beside:
    """A table's figures as they were published and what stands beside them.

    ``heads``: what stands above what lines are about. ``columns``: ``former`` where it was published before under
    another agreement, ``published``, then those of ``restated``, ``most`` and ``newest`` that there are. ``bounds``:
    of each how far it is at most from the exact figure.
    """

    slot: str
    newest: str
    came: tuple[Came, ...]
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    bounds: tuple[int, ...]
    lines: tuple[Line, ...]


def beside(found: Later, one: Choice, language: Language) -> Beside:
    """What came in later than a table. Of a crossed one the totals of its rows, else each of its parts."""
    parts = [_columns(found, table) for table in one.tables]
    columns = tuple(name for name in parts[0] if all(name in part for part in parts))
    several = (word("measure", language),) if len(parts) > 1 else ()
    return Beside(
        found.slot,
        found.newest,
        tuple(came._replace(since=came.since.removesuffix(OPENING)) for came in found.came),
        (*names(one, language), *several),
        columns,
        tuple(parts[0][name]["bound"] for name in columns),
        tuple(line for part in parts for line in _lines(one, [part[name] for name in columns], language)),
    )


def _columns(found: Later, table: Shown) -> dict[str, Shown]:
    """A table and what stands beside it, in the order in which it is shown."""
    same = (table["id"], table["span"])
    then = next((one for one in found.tables if (one.published["id"], one.published["span"]) == same), None)
    known = {"former": then and then.former, "published": table}
    if then and found.newest != found.slot:
        known |= {"restated": then.restated, "most": then.most, "newest": then.newest}
    return {name: each for name, each in known.items() if each is not None}


def _lines(one: Choice, beside: Sequence[Shown], language: Language) -> Iterator[Line]:
    """The rows of one part, its figures in each of these tables side by side."""
    alone = [replace(one, tables=(table,), known=()) for table in beside]
    part = words.measure_word(one.indicator, beside[0]["part"], language)
    place = -1 if crossed(alone[0]) else 0
    for row in zip(*(lines(each, language) for each in alone), strict=True):
        heads = (*row[0].heads, part) if len(one.tables) > 1 else row[0].heads
        yield Line(heads, tuple(each.cells[place] for each in row))
