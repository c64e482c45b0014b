"""The main pages, as the bar on every page lists them for whoever may open them, and the others behind "More"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from coupole import standard
from coupole.node.ui.desk import SIGNED_IN, Desk, Right, Visit
from coupole.web.translations import marked


@dataclass(frozen=True, slots=True)
class Place:
    """A page one may go to from every page."""

    path: str
    label: str
    needs: Right


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as a page shows it."""

    path: str
    label: str
    current: bool


MAIN = (
    Place("/", marked("To do"), Right("find", "accompaniment")),
    Place("/people", marked("People"), Right("find", "participant")),
    Place("/organisations", marked("Organisations"), Right("read", "organisation")),
    Place("/coordination", marked("Meetings of officers"), Right("read", "coordination_meeting")),
    Place("/leaving", marked("What leaves"), Right("read", "egress")),
    Place("/more", marked("More"), SIGNED_IN),
)
MORE = (
    Place("/account", marked("My account"), SIGNED_IN),
    Place("/account/reminders", marked("Letters and calendar"), SIGNED_IN),
    Place("/actors", marked("Professionals and teams"), Right("read", "actor")),
    Place("/agreements", marked("Agreements"), Right("read", "agreement")),
    Place("/sheets", marked("Bring in a spreadsheet"), Right("run", "import")),
    Place("/bin", marked("What was deleted"), Right("delete", "accompaniment")),
    Place("/staff", marked("Who works here"), Right("manage", "staff")),
    Place("/federation", marked("The federation"), Right("manage", "settings")),
    Place("/log", marked("What was done"), Right("read", "log")),
    Place("/settings", marked("Settings"), Right("manage", "settings")),
)


def add(desk: Desk) -> None:
    """The page behind "More"; every page's bar."""
    desk.pages.environment.globals["menu"] = lambda visit: entries(visit, MAIN)
    desk.get("/more", show, needs=SIGNED_IN)


def show(visit: Visit) -> Response:
    """The pages used less often, and what this program is."""
    return visit.page("more.html", entries=entries(visit, MORE), standard=standard.VERSION)


def entries(visit: Visit, places: Sequence[Place]) -> list[Entry]:
    """Those of the places this person may open."""
    here = visit.request.url.path
    return [
        Entry(
            place.path,
            visit.gettext(place.label),
            here == place.path or (place.path != "/" and here.startswith(place.path + "/")),
        )
        for place in places
        if visit.may(place.needs.action, place.needs.entity)
    ]
