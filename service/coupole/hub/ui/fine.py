"""The page of fine tables: sealed totals of a month, a quarter or a year, crossed by up to three dimensions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from coupole.disclosure.tables import LEAST_DIVISOR
from coupole.hub.publication import formats
from coupole.hub.publication.crossings import Choice, Shown, choices_of, named, tables_of
from coupole.hub.publication.fine import title
from coupole.hub.publication.opening import opened
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.store import Hub, sealed
from coupole.hub.ui.spreads import spread_of
from coupole.standard import words
from coupole.web.bodies import check_query
from coupole.web.languages import Language, page_language
from coupole.web.pages import Pages
from coupole.wire.tabulations import ALL

KNOWN = "known"
"""Name of the column that says of how many the answer is known."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is about, and its figures; none where one is withheld or no rate can be told."""

    heads: tuple[str, ...]
    cells: tuple[str | int | None, ...]


def add_to(app: FastAPI, pages: Pages, language: Language) -> None:
    """Serve the page at ``/fine``."""

    def show_fine(request: Request) -> Response:
        """The fine tables of a slot."""
        check_query(request, ("slot", "table", "language"))
        hub: Hub = request.app.state.hub
        spoken = page_language(request, language)
        asked = request.query_params
        with hub.store.reading() as session:
            slots, slot, document = published(session, asked.get("slot"))
        values: dict[str, Any] = {"slots": slots, "slot": slot, "document": document, "one": None, "choices": []}
        if document and (choices := choices_of(hub.catalogue, document["tables"])):
            chosen = next((one for one in choices if one.key == asked.get("table")), choices[0])
            values |= {"choices": choices, "one": chosen, "names": lambda one: names(one, spoken)}
            values |= {"columns": columns(chosen, spoken), "lines": lines(chosen, spoken)}
            values |= {"spread": spread_of(document, chosen.indicator.id, spoken)}
            values |= {"forms": formats.offered(), "title": title(chosen)[spoken]}
        return pages.answer(request, "fine.html", **values)

    app.add_route("/fine", show_fine, include_in_schema=False)


def published(session: Session, asked: str | None) -> tuple[list[str], str, Shown | None]:
    """The slots there are, the one that was asked for or the newest, and what was published of it for everybody.

    ``whole``: whether that is all. Nothing before the first was published. Raises ``SlotNotReleased``.
    """
    slots = list(dict.fromkeys(one.slot for one in sealed.publications(session)))
    slot = asked or (slots[0] if slots else "")
    if not slot:
        return slots, slot, None
    found = sealed.newest_publication(session, slot)
    if found is None:
        raise SlotNotReleased()
    document: Shown = json.loads(sealed.text(found))
    open_now = opened(session)
    known = {kind: document.get(kind, ()) for kind in ("tables", "spreads")}
    shown = {kind: [one for one in tables if named(one) in open_now] for kind, tables in known.items()}
    whole = all(named(one) in open_now for one in tables_of(document))
    return slots, slot, document | shown | {"whole": whole}


def names(one: Choice, language: Language) -> list[str]:
    """The dimensions of a choice, in words."""
    return [words.dimension_word(one.indicator.dimension(name), language) for name in one.by]


def columns(one: Choice, language: Language) -> list[str]:
    """What stands above the figures: the levels of the last of several dimensions, else the parts."""
    if _crossed(one):
        return [_level(one, one.by[-1], code, language) for code in (*one.tables[0]["levels"][-1], ALL)]
    parts = [table["part"] for table in one.tables] + (["rate"] if _ratio(one) else [])
    return [*(words.measure_word(one.indicator, part, language) for part in parts), *([KNOWN] if one.known else [])]


def lines(one: Choice, language: Language) -> list[Line]:
    """The rows of a table; all levels together come last."""
    table = one.tables[0]
    rows = one.by[:-1] if _crossed(one) else one.by
    levels = [(*codes, ALL) for codes in table["levels"][: len(rows)]]
    width = len(table["levels"][-1]) + 1 if _crossed(one) else 1
    found = []
    for place, codes in enumerate(product(*levels)):
        heads = tuple(_level(one, name, code, language) for name, code in zip(rows, codes, strict=True))
        cells: tuple[str | int | None, ...]
        if _crossed(one):
            cells = tuple(_figure(table, place * width + at) for at in range(width))
        else:
            cells = _parts(one, place)
        found.append(Line(heads, cells))
    return found


def _crossed(one: Choice) -> bool:
    return len(one.by) > 1 and len(one.tables) == 1


def _ratio(one: Choice) -> bool:
    return {"num", "den"} <= {table["part"] for table in one.tables}


def _parts(one: Choice, place: int) -> tuple[str | int | None, ...]:
    found: list[str | int | None] = [_figure(table, place) for table in one.tables]
    if _ratio(one):
        found.append(_rate(one.tables, place))
    if one.known:
        found.append(_rate(one.known, place))
    return tuple(found)


def _rate(tables: Sequence[Shown], place: int) -> str | None:
    figures = {table["part"]: _figure(table, place) for table in tables}
    numerator, divisor = figures["num"], figures["den"]
    if numerator is None or divisor is None or divisor < LEAST_DIVISOR:
        return None
    return f"{min(round(100 * numerator / divisor), 100)} %"


def _figure(table: Shown, place: int) -> int | None:
    value: int = table["values"][place]
    return None if place in table.get("hidden", ()) else value


def _level(one: Choice, name: str, code: str, language: Language) -> str:
    """A level in words; several that are shown as one are told one after the other."""
    if code == ALL:
        return ALL
    return " + ".join(words.code_word(one.indicator.dimension(name), each, language) for each in code.split("|"))
