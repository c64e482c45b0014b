"""The page of fine tables: sealed totals of a month, a quarter or a year, crossed by up to three dimensions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from coupole.disclosure.linked import POOLED
from coupole.hub.publication import formats
from coupole.hub.publication.crossings import Shown, choices_of, named, names_in
from coupole.hub.publication.fine import title
from coupole.hub.publication.grouping import of_publication
from coupole.hub.publication.later import later
from coupole.hub.publication.opening import opened
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.store import Hub, sealed
from coupole.hub.ui.later import beside
from coupole.hub.ui.lines import columns, lines, names
from coupole.hub.ui.spreads import spread_of
from coupole.web.bodies import check_query
from coupole.web.languages import Language, page_language
from coupole.web.pages import Pages


def add_to(app: FastAPI, pages: Pages, language: Language) -> None:
    """Serve the page at ``/fine``."""

    def show_fine(request: Request) -> Response:
        """The fine tables of a slot."""
        check_query(request, ("slot", "table", "group", "language"), repeatable=("group",))
        hub: Hub = request.app.state.hub
        spoken = page_language(request, language)
        asked = request.query_params
        groups = [group for unit in asked.getlist("group") for group in unit.split(POOLED)]
        with hub.store.reading() as session:
            slots, slot, document = published(session, asked.get("slot"), groups)
            came = later(session, slot) if document and not groups else None
        values: dict[str, Any] = {"slots": slots, "slot": slot, "document": document, "one": None, "choices": []}
        values["groups"] = groups
        if document and (choices := choices_of(hub.catalogue, document["tables"])):
            chosen = next((one for one in choices if one.key == asked.get("table")), choices[0])
            values |= {"choices": choices, "one": chosen, "names": lambda one: names(one, spoken)}
            values |= {"columns": columns(chosen, spoken), "lines": lines(chosen, spoken)}
            values |= {"later": beside(came, chosen, spoken) if came else None}
            values |= {"spread": spread_of(document, chosen.indicator.id, spoken)}
            values |= {"forms": formats.offered(), "title": title(chosen)[spoken]}
        return pages.answer(request, "fine.html", **values)

    app.add_route("/fine", show_fine, include_in_schema=False)


def published(session: Session, asked: str | None, groups: Sequence[str] = ()) -> tuple[list[str], str, Shown | None]:
    """The slots there are, the one that was asked for or the newest, and what was published of it for everybody.

    ``groups``: of which the tables are, of all when none is named. ``whole``: whether everything is for everybody.
    Nothing before the first was published. Raises ``SlotNotReleased``, ``GroupNotApart``.
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
    known = {"tables": of_publication(document, groups), "spreads": document.get("spreads", ()) if not groups else ()}
    shown = {kind: [one for one in tables if named(one) in open_now] for kind, tables in known.items()}
    whole = all(one in open_now for one in names_in(document))
    if groups:
        units = [one for one in document["groups"] if set(groups).issuperset(one["groups"])]
        shown["members"] = [node for one in units for node in one["members"]]
    return slots, slot, document | shown | {"whole": whole}
