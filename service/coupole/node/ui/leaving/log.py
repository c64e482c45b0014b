"""What did leave the workshop: to whom, what, when; from the ledger that is written before anything leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.statistics.auditing import WHAT as OPENED
from coupole.node.store import egress
from coupole.node.store.tables import Egress
from coupole.node.ui.desk import Visit
from coupole.node.ui.taken import list_taken

PAGE = 50
FIGURES, FILES = "releases:read", "records:read"
"""What a program may be admitted to ask for."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that left. ``mark``: the beginning of the hash of its very bytes."""

    at: datetime
    to: str
    what: str
    kilobytes: int
    mark: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to whom something left."""

    id: str
    name: str
    times: int
    last: datetime


def show(visit: Visit) -> Response:
    """The log, newest first, of everybody or of one receiver."""
    client, before = visit.asked("to") or None, visit.asked("before")
    with visit.node.store.reading() as session:
        start = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None
        rows = egress.newest(session, client=client, before=start, limit=PAGE + 1)
        names = visit.who(session, [*(row.client for row in rows), *([client] if client else [])])
    shown = rows[:PAGE]
    older = shown[-1].seq if len(rows) > PAGE else None
    lines = [sent(visit, row, names) for row in shown]
    to = names[client] if client else None
    return visit.page("leaving/log.html", lines=lines, to=to, client=client, older=older)


def admitted(visit: Visit, scope: str) -> list[str]:
    """The programs that may ask for figures or for whole files, by the name people know."""
    return [one.name for one in visit.node.store.tokens().clients() if one.enabled and scope in one.scopes.split()]


def everybody(visit: Visit, session: Session) -> list[Receiver]:
    """Everybody to whom something left, the latest first."""
    found = egress.receivers(session)
    names = visit.who(session, [one.client for one in found])
    return [Receiver(one.client, names[one.client], one.times, one.last) for one in found]


def sent(visit: Visit, row: Egress, names: Mapping[str, str]) -> Sent:
    """A line of the ledger in words."""
    return Sent(row.at, names[row.client], _what(visit, row), -(-row.size // 1000), row.sha256[:12])


def _what(visit: Visit, row: Egress) -> str:
    if row.what == "export":
        return visit.gettext("All files, names included")
    if row.what == "person_copy":
        return visit.gettext("The copy of one person’s file, for that person")
    if row.what.startswith("release:") and row.period:
        return visit.gettext("Totals of %(period)s, sending %(number)s", period=row.period, number=row.revision or 1)
    if row.what.startswith("sealed:"):
        return visit.gettext("Sealed report, %(period)s", period=row.period or "")
    if row.what == OPENED:
        return visit.gettext("Sealed report opened for an audit, %(period)s", period=row.period or "")
    return list_taken(row.what, visit.gettext) or row.what
