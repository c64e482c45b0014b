"""The ESF+ report: the common indicators of one operation, as the annexes of Regulation (EU) 2021/1057 have them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from coupole.disclosure.tables import LEAST_DIVISOR
from coupole.hub.publication.absent import absent
from coupole.hub.publication.crossings import Shown
from coupole.hub.store import Hub, sealed
from coupole.hub.ui.fine import published
from coupole.standard.catalogue import Indicator
from coupole.standard.plans import OTHER
from coupole.standard.sentences import sentence
from coupole.web.bodies import check_query
from coupole.web.languages import Language, page_language
from coupole.web.pages import Pages
from coupole.wire.tabulations import ALL

COMMON = re.compile(r"EEC[OR]\d\d")
COLUMNS = ("F", "M", "X", "U", ALL)
"""Women, men, non-binary, those of whom it is not known, all."""

SPANS = ("start", "year", "slot")
"""Since counting began, in twelve months, in the slot alone."""


NOTHING: Shown = {"tables": [], "members": [], "first_slot": "", "tabulation": ""}
"""What a federation without sealed totals publishes of them."""


COMPLETE = "Q10"
"""The share of those who started of whom everything is known that the annexes ask for; others are in no indicator."""


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: its figures in the order of ``COLUMNS``; none where there is none, and then why.

    ``why``: ``not_in_tables`` the tables that were agreed on do not have it; ``not_apart`` the operation is counted
    with others; ``closed`` the federation has not opened it; ``withheld`` it would tell of a few people.
    """

    indicator: Indicator
    values: tuple[int | None, ...]
    why: str

    @property
    def result(self) -> bool:
        """Whether it says what came of it, rather than who took part."""
        return self.indicator.id.startswith("EECR")


def add_to(app: FastAPI, pages: Pages, language: Language) -> None:
    """Serve the page at ``/esf``."""

    def show_report(request: Request) -> Response:
        """The report of one operation."""
        check_query(request, ("slot", "operation", "span", "language"))
        hub: Hub = request.app.state.hub
        spoken = page_language(request, language)
        asked = request.query_params
        with hub.store.reading() as session:
            slots, slot, found = published(session, asked.get("slot"))
            document = found or NOTHING
            kept = sealed.tabulation(session, document["tabulation"])
            missing = absent(session, document["tabulation"], slot)
        tables = [one for one in document["tables"] if COMMON.fullmatch(one["indicator"]) and "operation" in one["by"]]
        counted = {one["indicator"] for one in sealed.document(kept)["tables"]} if kept else set()
        operations = operations_of(tables)
        operation = asked.get("operation") or next(iter(operations), "")
        spans = [one for one in SPANS if any(table["span"] == one for table in tables)]
        span = next((one for one in spans if one == asked.get("span")), next(iter(spans), ""))
        chosen = {one["indicator"]: one for one in tables if one["span"] == span}
        common = [one for one in hub.catalogue.indicators if COMMON.fullmatch(one.id)]
        values: dict[str, Any] = {
            "slots": slots,
            "slot": slot,
            "operations": operations,
            "operation": operation,
            "other": OTHER,
            "span": span,
            "spans": spans,
            "closed": not tables and any(map(COMMON.fullmatch, counted)),
            "first": document["first_slot"],
            "members": document["members"],
            "absent": [(sentence(reason, spoken).title.rstrip("."), members) for reason, members in missing.items()],
            "complete": complete(document["tables"]),
            "bound": max((one["bound"] for one in chosen.values()), default=0),
            "lines": [line(one, chosen.get(one.id), operation, counted) for one in common] if chosen else [],
        }
        return pages.answer(request, "esf.html", **values)

    app.add_route("/esf", show_report, include_in_schema=False)


def line(indicator: Indicator, table: Shown | None, operation: str, counted: Collection[str]) -> Line:
    """One indicator of one operation. ``counted``: the indicators that the tabulation has."""
    values = figures(table, operation)
    if table is None:
        return Line(indicator, values, "closed" if indicator.id in counted else "not_in_tables")
    if operation not in table["levels"][table["by"].index("operation")]:
        return Line(indicator, values, "not_apart")
    return Line(indicator, values, "withheld" if None in values else "")


def complete(tables: Sequence[Shown]) -> tuple[int, int] | None:
    """Of how many who started in the slot everything is known, and how many started; none where they are too few."""
    parts = {one["part"]: one["values"][-1] for one in tables if (one["indicator"], one["span"]) == (COMPLETE, "slot")}
    if parts.get("den", 0) < LEAST_DIVISOR or "num" not in parts:
        return None
    return min(parts["num"], parts["den"]), parts["den"]


def operations_of(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    """The operations that are counted apart, and what stands for all others, in the order of the tables."""
    return list(dict.fromkeys(code for table in tables for code in table["levels"][table["by"].index("operation")]))


def figures(table: Shown | None, operation: str) -> tuple[int | None, ...]:
    """The figures of one operation in the order of ``COLUMNS``; none where the table does not have them."""
    if table is None or table["by"] != ["operation", "sex"] or operation not in table["levels"][0]:
        return (None,) * len(COLUMNS)
    sexes = [*table["levels"][1], ALL]
    first = table["levels"][0].index(operation) * len(sexes)
    hidden = frozenset(table.get("hidden", ()))
    places = [first + sexes.index(sex) if sex in sexes else -1 for sex in COLUMNS]
    return tuple(None if place < 0 or place in hidden else table["values"][place] for place in places)
