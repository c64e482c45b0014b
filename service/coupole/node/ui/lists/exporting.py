"""Every list as a spreadsheet: the rows somebody sees and may take away, by the filters of the page it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.sheets import exporting
from coupole.node.sheets.exporting import Kind, List, Words
from coupole.node.store.egress import record_egress
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists import agreements, coordination, due, partners, people
from coupole.node.ui.lists.listing import Listing
from coupole.web.errors import PathUnknown

LISTS: Mapping[str, tuple[str, Callable[[Visit, Session], Listing]]] = {
    "due": ("accompaniment", due.exported),
    "people": ("participant", people.exported),
    "organisations": ("organisation", partners.organisations),
    "actors": ("actor", partners.actors),
    "agreements": ("agreement", agreements.listing),
    "coordination": ("coordination_meeting", coordination.listing),
}
"""By its name in the address: what somebody must be able to find to see it, and what makes it."""

WRITERS: Mapping[str, tuple[Callable[[List], bytes], str]] = {
    "xlsx": (exporting.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (exporting.comma_separated, "text/csv; charset=utf-8"),
}


def give(visit: Visit) -> Response:
    """A list as a file; noted in the ledger of what left before it leaves. Raises ``PathUnknown``."""
    name, form = visit.path("name"), visit.path("form")
    if name not in LISTS or form not in WRITERS:
        raise PathUnknown()
    entity, made = LISTS[name]
    visit.require("find", entity)
    with visit.node.store.reading() as session:
        found = made(visit, session)
    write, media_type = WRITERS[form]
    body = write(_as_list(visit, found))
    with visit.node.store.writing() as session:
        digest = hashlib.sha256(body).hexdigest()
        record_egress(session, client=visit.staff.id, what=f"list:{name}", sha256=digest, size=len(body))
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{visit.today.isoformat()}.{form}"',
        "Cache-Control": "no-store",
    }
    return Response(body, headers=headers, media_type=media_type)


def _as_list(visit: Visit, listing: Listing) -> List:
    columns = [exporting.Column(one.key, one.label, _kind(listing, one.key)) for one in listing.columns]
    about = [
        (visit.gettext("List"), listing.title),
        (visit.gettext("Workshop"), visit.node.name),
        (visit.gettext("Made on"), visit.today.isoformat()),
        (visit.gettext("Made by"), visit.staff.name),
        (visit.gettext("Rows"), str(len(listing.rows))),
        *listing.asked,
        (
            visit.gettext("Mind"),
            visit.gettext("This file holds data of people. It is noted that it left. Delete it when it is used up."),
        ),
    ]
    words = Words(visit.gettext("About this list"), visit.gettext("yes"), visit.gettext("no"))
    return List(listing.title, columns, [row.values for row in listing.rows], about, words)


def _kind(listing: Listing, key: str) -> Kind:
    """What a column holds, by its first value."""
    value = next((row.values[key] for row in listing.rows if row.values[key] is not None), None)
    if isinstance(value, bool):
        return "yes_no"
    return "date" if isinstance(value, date) else "number" if isinstance(value, int | float) else "text"
