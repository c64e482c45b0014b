"""The page of published figures: every indicator of a period, or one of them with all its breakdowns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from coupole.hub.publication import datasets, formats, opening
from coupole.hub.publication.corrections import revisions
from coupole.hub.publication.datasets import Dataset, Observation
from coupole.hub.publication.words import word
from coupole.hub.store import Hub, published
from coupole.hub.ui import esf, fine
from coupole.standard import words
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Indicator
from coupole.standard.codes import code_list
from coupole.web.bodies import check_query
from coupole.web.languages import Language, page_language
from coupole.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is about, and a figure for each measure."""

    label: str
    code: str
    heading: str
    """Name of the breakdown, where a new one begins."""
    cells: tuple[Observation, ...]


def add_to(app: FastAPI, name: str, issuer: str, language: Language) -> None:
    """Serve the page at ``/``, that of fine tables and the ESF+ report."""
    pages = Pages(Path(__file__).parent / "templates", name=name, issuer=issuer, language=language)
    pages.add_to(app)

    def show_table(request: Request) -> Response:
        """The published table."""
        check_query(request, ("period", "indicator", "language"))
        hub: Hub = request.app.state.hub
        spoken = page_language(request, language)
        with hub.store.reading() as session:
            open_now = opening.opened(session)
            periods = datasets.periods(session, hub.catalogue)
            period = request.query_params.get("period") or (periods[0] if periods else "")
            values: dict[str, Any] = {
                "periods": periods,
                "period": period,
                "publication": None,
                "revisions": [],
                "lines": [],
                "one": None,
                "rows": [],
                "statuses": _statuses(spoken),
                "noise": word("noise", spoken),
                "derived": word("derived", spoken),
                "measure": lambda indicator, measure: words.heading(hub.catalogue, indicator, measure, spoken),
                "written": lambda value, measure: words.figure(value, measure, spoken),
                "unsettled": lambda seen: words.not_settled(seen.settled_from, spoken),
                "main": main_measure,
                "forms": formats.offered(),
            }
            if period:
                parse_period(period)
                where = (hub.catalogue.id, hub.catalogue.version, period)
                values["publication"] = made = published.newest(session, where)
                wanted = request.query_params.get("indicator")
                changed = revisions(orjson.loads(published.text(made)), wanted) if made else []
                values["revisions"] = [(one, datetime.fromisoformat(one.since)) for one in changed]
            if period and wanted:
                open_now.require([datasets.indicator_of(hub.catalogue, wanted).id])
                one = datasets.dataset(session, hub.catalogue, wanted, period=period)
                values |= {"one": one, "rows": rows(one, spoken)}
            elif period:
                lines = [
                    line for line in datasets.overview(session, hub.catalogue, period) if line.indicator.id in open_now
                ]
                values["lines"] = lines
                values["known"] = {line.indicator.id: line.observations.get("rate") for line in lines}
        return pages.answer(request, "table.html", **values)

    app.add_route("/", show_table, include_in_schema=False)
    fine.add_to(app, pages, language)
    esf.add_to(app, pages, language)


def main_measure(indicator: Indicator) -> tuple[str, ...]:
    """What the overview shows of an indicator: its rate or mean with its divisor, its number, else its parts."""
    names = datasets.measures(indicator)
    for derived, divisor in (("rate", "den"), ("mean", "n")):
        if derived in names:
            return (derived, divisor) if divisor in names else (derived, "sum_den")
    return names


def rows(one: Dataset, language: Language) -> list[Row]:
    """The lines of one indicator in the one period that was asked for."""
    found, before = [], ""
    for name, code in one.breakdown:
        dimension = one.dimension(name)
        cells = tuple(one.observations[one.periods[0], name, code, measure] for measure in one.measures)
        heading = words.dimension_word(dimension, language) if dimension and name != before else ""
        before = name
        found.append(Row(words.code_word(dimension, code, language), code, heading, cells))
    return found


def _statuses(language: Language) -> dict[str, str]:
    codes = code_list("obs_status")
    return {code: codes.labels(code, language) for code in codes.ids}
