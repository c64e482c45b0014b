"""Real addresses of every page, found in the application itself: a page nobody listed here fails the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from coupole.node.sheets import staging
from coupole.node.staff import accounts
from coupole.node.store import Store
from coupole.node.store.tables import RECORD
from coupole.node.ui.desk import PageRoute

NO_PAGES = (".{form}", ".pdf", ".ndjson", ".css", ".xlsx", ".csv", ".ics", ".json", ".svg")
"""What a route gives that is not a page."""
UNDER_WAY = ("/sign-in/back", "/sign-in/code", "/set-up/choose")
"""Pages between two steps of signing in, which the tests of signing in look at."""
OWNER = {
    "/files/": "accompaniment",
    "/people/": "participant",
    "/leaving/people/": "participant",
    "/organisations/": "organisation",
    "/actors/": "actor",
    "/coordination/": "coordination_meeting",
    "/print/person/": "participant",
    "/print/plan/": "plan",
    "/print/meeting/": "team_meeting",
    "/print/evaluation/": "evaluation",
    "/records/": "plan",
}
"""Whose identifier stands in an address that begins so."""


def pages_of(app: Any) -> Iterator[PageRoute]:
    """Every page that can be looked at."""
    for route in app.routes:
        if not isinstance(route, PageRoute) or "GET" not in (route.methods or ()):
            continue
        if not route.path.endswith(NO_PAGES) and route.path not in UNDER_WAY:
            yield route


KNOWN = {
    "{entity}": "participant",
    "/leaving/figures/{name}": "/leaving/figures/S01",
    "/settings/fields/participant/{name}": "/settings/fields/participant/comes_to_work",
    "/settings/pathways/{name}": "/settings/pathways/our_garden",
    "{number}": "2",
}
"""What else stands in addresses."""


def address(route: PageRoute, store: Store) -> str:
    """An address of that page for which there is something to show."""
    path = route.path
    for part, known in KNOWN.items():
        path = path.replace(part, known)
    if path.startswith("/staff/{id}"):
        with store.reading() as session:
            path = path.replace("{id}", accounts.everybody(session)[0].id)
    if path.startswith("/sheets/{id}"):
        with store.reading() as session:
            path = path.replace("{id}", staging.waiting(session)[0].id)
    if "{id}" in path:
        owner = next(entity for start, entity in OWNER.items() if path.startswith(start))
        path = path.replace("{id}", _richest(store, owner))
    path = path.replace("/leaving/figures/{name}", "/leaving/figures/S01")
    assert "{" not in path, f"tests/browser/addresses.py does not know what to put into {path}"
    return path


def _richest(store: Store, entity: str) -> str:
    """The document of that kind whose file holds most."""
    with store.looking() as connection:
        rows = connection.execute(
            select(RECORD.c.id, RECORD.c.participant, RECORD.c.status).where(RECORD.c.entity == entity)
        )
        found = rows.all()
        counts: dict[str | None, int] = {}
        for (participant,) in connection.execute(select(RECORD.c.participant)):
            counts[participant] = counts.get(participant, 0) + 1
    return str(max(found, key=lambda row: (counts.get(row.participant, 0), row.id)).id)
