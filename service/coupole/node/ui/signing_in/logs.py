"""What was done: who signed in, what was refused, who opened whose file and why. For administrators and auditors."""

from __future__ import annotations

from starlette.responses import Response

from coupole.node.staff import log, openings
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.signing_in import words

NEEDS = Right("read", "log")
PAGE = 100


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.pages.environment.globals["alerts"] = alerts
    desk.get("/log", show_events, needs=NEEDS)
    desk.get("/log/files", show_openings, needs=NEEDS)


def alerts(visit: Visit) -> bool:
    """Whether somebody opened many files that are not theirs: said on every page to those who read this log."""
    if visit.request.url.path == "/log":  # which says more
        return False
    with visit.node.store.reading() as session:
        return bool(openings.alerts(session, visit.now))


def show_events(visit: Visit) -> Response:
    """Sign-ins, refusals and changes of accounts, newest first."""
    with visit.node.store.reading() as session:
        found = log.events(session, before=_before(visit), limit=PAGE)
        many = openings.alerts(session, visit.now)
        named = {one for row in found for one in (row.staff, row.actor) if one}
        known = visit.who(session, named | {alert.staff for alert in many})
    rows = [(row, visit.gettext(words.EVENTS[row.what]), _how(visit, row.how)) for row in found]
    older = found[-1].seq if len(found) == PAGE else None
    return visit.page("signing_in/log.html", rows=rows, names=known, many=many, older=older)


def show_openings(visit: Visit) -> Response:
    """Opened files, newest first."""
    vault = visit.node.store.vault
    with visit.node.store.reading() as session:
        found = openings.openings(session, before=_before(visit), limit=PAGE)
        known = visit.who(session, {row.staff for row in found})
    rows = [(row, visit.gettext(words.RELATIONS[row.relation]), openings.reason_of(vault, row)) for row in found]
    older = found[-1].seq if len(found) == PAGE else None
    return visit.page("signing_in/openings.html", rows=rows, names=known, older=older)


def _before(visit: Visit) -> int | None:
    asked = visit.asked("before")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 18 else None


def _how(visit: Visit, how: str | None) -> str:
    if how in words.HOW:
        return visit.gettext(words.HOW[how])
    roles = {code: name for code, (name, _) in words.ROLES.items()}
    return visit.gettext(roles[how]) if how in roles else ""
