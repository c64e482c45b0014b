"""Every list as a spreadsheet: ``/export/people.xlsx``, with the filters of the page it was asked from.

What is taken away is what the page shows to whoever asks, and stands in the ledger of what left before it is sent.
Whoever has not shown for a while that it is them does so first: a browser left open gives nobody a list of names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from babel.dates import format_datetime
from babel.numbers import format_decimal
from sqlmodel import Session
from starlette.responses import Response

from coupole.node.sheets.exporting import Column, List, Words, comma_separated, xlsx
from coupole.node.sheets.register import register
from coupole.node.sheets.staging import own_fields
from coupole.node.store.egress import record_egress
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.lists import agreements, coordination, due, partners, people
from coupole.node.ui.lists.listing import Listing, kind_of
from coupole.node.ui.signing_in.again import recently
from coupole.web.errors import PathUnknown

Make = Callable[[Visit, Session], Listing]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Offered:
    """A list that may be taken away: what seeing it asks for, and how it is made."""

    needs: Right
    make: Make


OFFERED: dict[str, Offered] = {
    "due": Offered(Right("find", "accompaniment"), due.exported),
    "people": Offered(Right("find", "participant"), people.exported),
    "organisations": Offered(Right("read", "organisation"), partners.organisations),
    "actors": Offered(Right("read", "actor"), partners.actors),
    "agreements": Offered(Right("read", "agreement"), agreements.listing),
    "coordination": Offered(Right("read", "coordination_meeting"), coordination.listing),
}
"""Every list by its name in the address; a group of pages adds its own when it registers."""


def add(desk: Desk) -> None:
    """The two addresses of each list."""
    desk.get("/export/{list}.xlsx", recently(desk, as_xlsx), needs=Right("export", "list"))
    desk.get("/export/{list}.csv", recently(desk, as_csv), needs=Right("export", "list"))


def register_xlsx(visit: Visit) -> Response:
    """Everybody with what a row can say of them: to be corrected in Excel and brought in again."""
    visit.require("export", "list")
    with visit.node.store.reading() as session:
        own = own_fields(session, visit.node.node_id)
        columns, rows = register(session, visit.node.store.vault, visit.language, words(visit), own)
    title = visit.gettext("Everybody")
    count = str(format_decimal(len(rows), locale=visit.language))
    about = [(visit.gettext("List"), title), (visit.gettext("Rows"), count), *about_file(visit)]
    body = xlsx(List(title, columns, rows, about, words(visit)))
    note(visit, "list:everybody.xlsx", body)
    return attachment(f"everybody-{visit.today.isoformat()}.xlsx", XLSX, body)


def as_xlsx(visit: Visit) -> Response:
    """The list for Excel, with a sheet that says what it is."""
    return _sent(visit, "xlsx", XLSX, xlsx(_list(visit)))


def as_csv(visit: Visit) -> Response:
    """The list for any other program."""
    return _sent(visit, "csv", CSV, comma_separated(_list(visit)))


def _list(visit: Visit) -> List:
    offered = OFFERED.get(visit.path("list"))
    if offered is None:
        raise PathUnknown()
    visit.require(offered.needs.action, offered.needs.entity)
    with visit.node.store.reading() as session:
        listing = offered.make(visit, session)
    columns = [Column(one.key, one.label, kind_of(listing, one.key)) for one in listing.columns]
    rows = [row.values for row in listing.rows]
    return List(listing.title, columns, rows, _about(visit, listing), words(visit))


def words(visit: Visit) -> Words:
    """What a file says itself, in the reader's language."""
    return Words(visit.gettext("About"), visit.gettext("yes"), visit.gettext("no"))


def _about(visit: Visit, listing: Listing) -> list[tuple[str, str]]:
    filters = [(visit.gettext("Filter: %(name)s", name=name), value) for name, value in listing.asked]
    return [
        (visit.gettext("List"), listing.title),
        *(filters or [(visit.gettext("Filter"), visit.gettext("none: the whole list"))]),
        (visit.gettext("Rows"), str(format_decimal(len(listing.rows), locale=visit.language))),
        *about_file(visit),
    ]


def about_file(visit: Visit) -> list[tuple[str, str]]:
    """What is said of every file that leaves: whose it is, when and by whom it was made, how to treat it."""
    moment = format_datetime(visit.now, format="d MMMM y, HH:mm 'UTC'", locale=visit.language)
    return [
        (visit.gettext("Workshop"), visit.node.name),
        (visit.gettext("Made on"), str(moment)),
        (visit.gettext("Made by"), visit.staff.name),
        (
            visit.gettext("Careful"),
            visit.gettext("This file may hold names. Keep it as long as you need it, then delete it."),
        ),
    ]


def _sent(visit: Visit, form: str, media_type: str, body: bytes) -> Response:
    name = f"{visit.path('list')}-{visit.today.isoformat()}.{form}"
    note(visit, f"list:{visit.path('list')}.{form}", body)
    return attachment(name, media_type, body)


def note(visit: Visit, what: str, body: bytes) -> None:
    """Put into the ledger what is about to leave."""
    digest = hashlib.sha256(body).hexdigest()
    with visit.node.store.writing() as session:
        record_egress(session, client=visit.staff.id, what=what, sha256=digest, size=len(body))


def attachment(name: str, media_type: str, body: bytes) -> Response:
    """A file to keep. No browser or proxy keeps a copy of its own."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type=media_type)
