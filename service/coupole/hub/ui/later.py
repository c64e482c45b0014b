"""What came in after a slot was published, as a page shows it: from whom, and a table's figures then and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coupole.hub.publication.crossings import Choice, Shown
from coupole.hub.publication.later import Came, Later, Then
from coupole.hub.ui.lines import Line, crossed, lines
from coupole.web.languages import Language
from coupole.wire.slots import OPENING


@dataclass(frozen=True, slots=True)
class Beside:
    """A table's figures as they were published and what stands beside them.

    ``columns``: ``former`` where it was published before under another agreement, ``published``, then those of
    ``restated``, ``most`` and ``newest`` that there are. ``bounds``: of each
    how far it is at most from the exact figure.
    """

    slot: str
    newest: str
    came: tuple[Came, ...]
    columns: tuple[str, ...]
    bounds: tuple[int, ...]
    lines: tuple[Line, ...]


def beside(found: Later, one: Choice, language: Language) -> Beside:
    """What came in later than a table. Of a crossed one the totals of its rows, else the first of its parts."""
    then = _of(found.tables, one.tables[0])
    known = {"former": then and then.former, "published": one.tables[0]}
    if then and found.newest != found.slot:
        known |= {"restated": then.restated, "most": then.most, "newest": then.newest}
    columns = {name: table for name, table in known.items() if table is not None}
    place = -1 if crossed(one) else 0
    shown = [lines(replace(one, tables=(table,), known=()), language) for table in columns.values()]
    return Beside(
        found.slot,
        found.newest,
        tuple(came._replace(since=came.since.removesuffix(OPENING)) for came in found.came),
        tuple(columns),
        tuple(table["bound"] for table in columns.values()),
        tuple(Line(row[0].heads, tuple(each.cells[place] for each in row)) for row in zip(*shown, strict=True)),
    )


def _of(tables: Sequence[Then], table: Shown) -> Then | None:
    same = (table["id"], table["span"])
    return next((one for one in tables if (one.published["id"], one.published["span"]) == same), None)
