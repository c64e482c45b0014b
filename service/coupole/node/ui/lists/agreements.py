"""Agreements with administrations: what they cover, and which end before anybody looks again."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.records.register import Register
from coupole.node.store import queries
from coupole.node.store.changes import Document
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists.listing import Column, Listing, Row, part
from coupole.node.ui.lists.own import Own, own_fields
from coupole.node.ui.lists.trades import day_of, labels
from coupole.standard.calendar import add_months
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES

SOON = 3
"""Months before its end in which an agreement is said to end soon."""
MOST = 1_000


def state(agreement: Document, today: date) -> str:
    """``ended``, ``soon`` (within three months), ``coming`` or ``running``."""
    ends = day_of(agreement.get("valid_to"))
    if ends is not None and ends < today:
        return "ended"
    if agreement["valid_from"] > today.isoformat():
        return "coming"
    return "soon" if ends is not None and ends <= add_months(today, SOON) else "running"


def listing(visit: Visit, session: Session) -> Listing:
    """Agreements that are not over, those that end first on top; all of them when asked for."""
    store = visit.node.store
    register = visit.node.registers.current(session, store.vault)
    every = visit.asked("which") == "every"
    documents = [found.document for found in queries.page(session, store.vault, "agreement", limit=MOST)]
    documents.sort(key=lambda one: (state(one, visit.today) == "ended", one.get("valid_to") or "9", one["id"]))
    own = own_fields(visit, session, "agreement")
    rows = [_row(visit, register, one, own) for one in documents if every or state(one, visit.today) != "ended"]
    asked = [] if every else [(visit.gettext("Which"), visit.gettext("Not over yet"))]
    return Listing(visit.gettext("Agreements"), [*_columns(visit), *own.columns], rows, asked)


def _columns(visit: Visit) -> list[Column]:
    fields, language = ENTITIES["agreement"].fields, visit.language
    names = ("administration", "type", "covers", "places_funded", "valid_from", "valid_to")
    return [
        *(Column(name, fields[name].label(language)) for name in names),
        Column("state", visit.gettext("State"), False),
    ]


def _row(visit: Visit, register: Register, agreement: Document, own: Own) -> Row:
    now = state(agreement, visit.today)
    words = {
        "ended": visit.gettext("Over"),
        "soon": visit.gettext("Ends soon"),
        "coming": visit.gettext("Begins later"),
        "running": visit.gettext("In force"),
    }
    values = {
        "administration": register.name(agreement["administration"]) or visit.gettext("Unknown organisation"),
        "type": labels("agreement_type", [agreement["type"]], visit.language),
        "covers": _covers(visit, agreement["covers"]),
        "places_funded": agreement.get("places_funded"),
        "valid_from": day_of(agreement["valid_from"]),
        "valid_to": day_of(agreement.get("valid_to")),
        "state": words[now],
        **own.values(agreement),
    }
    return Row(values, f"/records/{agreement['id']}", now)


def _covers(visit: Visit, covers: Document) -> str:
    """What an agreement is good for: a programme and its target groups, or so many files by name."""
    if covers.get("accompaniments"):
        number = len(covers["accompaniments"])
        return visit.ngettext("%(num)s accompaniment", "%(num)s accompaniments", number)
    groups = labels("target_group", covers["target_groups"], visit.language)
    return f"{code_list('programme').labels(covers['programme'], visit.language)}: {groups}"


def show(visit: Visit) -> Response:
    """The list of agreements."""
    with visit.node.store.reading() as session:
        found = listing(visit, session)
    shown = part(found.rows, visit.asked("page", "1"))
    ending = sum(row.state == "soon" for row in found.rows)
    every = visit.asked("which") == "every"
    return visit.page("lists/agreements.html", listing=found, part=shown, ending=ending, every=every)
