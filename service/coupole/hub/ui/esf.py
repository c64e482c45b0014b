"""The ESF+ report: the common indicators of one operation, as the annexes of Regulation (EU) 2021/1057 have them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from coupole.hub.publication.crossings import Shown
from coupole.hub.store import Hub
from coupole.hub.ui.fine import published
from coupole.standard.catalogue import Indicator
from coupole.standard.plans import OTHER
from coupole.web.bodies import check_query
from coupole.web.languages import Language
from coupole.web.pages import Pages
from coupole.wire.tabulations import ALL

COMMON = re.compile(r"EEC[OR]\d\d")
COLUMNS = ("F", "M", "X", "U", ALL)
"""Women, men, non-binary, those of whom it is not known, all."""

SPANS = ("start", "year", "slot")
"""Since counting began, in twelve months, in the slot alone."""


NOTHING: Shown = {"tables": [], "members": [], "first_slot": ""}
"""What a federation without sealed totals publishes of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: its figures in the order of ``COLUMNS``; none where nothing was counted under seal."""

    indicator: Indicator
    values: tuple[int | None, ...]

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
        asked = request.query_params
        with hub.store.reading() as session:
            slots, slot, found = published(session, asked.get("slot"))
        document = found or NOTHING
        tables = [one for one in document["tables"] if COMMON.fullmatch(one["indicator"]) and "operation" in one["by"]]
        operations = operations_of(tables)
        operation = asked.get("operation") or next(iter(operations), "")
        span = next((one for one in SPANS if one == asked.get("span")), SPANS[0])
        chosen = {one["indicator"]: one for one in tables if one["span"] == span}
        common = [one for one in hub.catalogue.indicators if COMMON.fullmatch(one.id)]
        values: dict[str, Any] = {
            "slots": slots,
            "slot": slot,
            "operations": operations,
            "operation": operation,
            "other": OTHER,
            "span": span,
            "spans": [one for one in SPANS if any(table["span"] == one for table in tables)],
            "first": document["first_slot"],
            "members": document["members"],
            "bound": max((one["bound"] for one in chosen.values()), default=0),
            "lines": [Line(one, figures(chosen.get(one.id), operation)) for one in common] if chosen else [],
        }
        return pages.answer(request, "esf.html", **values)

    app.add_route("/esf", show_report, include_in_schema=False)


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
