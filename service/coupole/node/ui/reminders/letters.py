"""What the weekly letter and the calendar say: initials, what is due, when, and the page that settles it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from sqlmodel import Session

from coupole.node.api.node import Node
from coupole.node.records.due import Due, due_list
from coupole.node.records.register import initials
from coupole.node.reminders import outbox
from coupole.node.reminders.calendar import Entry
from coupole.node.reminders.outbox import Written
from coupole.node.staff import access
from coupole.node.staff.accounts import Staff
from coupole.node.ui.lists.due import address, group_of, what, when
from coupole.node.ui.speaking import Speaker, Writer
from coupole.web.languages import LANGUAGES, Language
from coupole.web.pages import Pages
from coupole.web.translations import marked

LONGEST = 40
"""Lines of a letter; the rest is on the first screen."""
HEADINGS = {"late": marked("Late"), "soon": marked("This week"), "later": marked("Later")}
WHOLE_HOUSE = ("admin", "officer")
"""Who answers for every file when none is their own."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing due for somebody who may see it."""

    due: Due
    who: str
    """Initials: letters and calendars pass through other people's machines."""


def reminders(session: Session, node: Node, staff: Staff, today: date) -> list[Reminder]:
    """What is due in somebody's own files and those of their teams; in all files for an officer who has none.

    Nothing for whoever has nothing to do with files any more: a letter or calendar outlives a role.
    """
    if not access.anywhere(staff.role, "find", "accompaniment"):
        return []
    every = due_list(session, node.store, today)
    people = node.registers.current(session, node.store.vault).of("participant")
    whole = staff.actor is None and staff.role in WHOLE_HOUSE
    mine = (one for one in every if whole or staff.actor in one.people)
    return [Reminder(one, initials(people.get(one.participant, {})) or "–") for one in mine]


def write_letters(node: Node, pages: Pages, week: str, now: datetime) -> int:
    """Write the letter of a week to everybody who is to get one and has something to do; how many were written."""
    today, done = now.astimezone().date(), 0
    with node.store.reading() as session:
        wanting = outbox.wanting(session, week)
    for staff in wanting:
        with node.store.reading() as session:
            found = reminders(session, node, staff, today)
        if found:
            done += put(node, pages, staff, found, week, now)
    return done


def put(node: Node, pages: Pages, staff: Staff, found: list[Reminder], week: str, now: datetime) -> bool:
    """Write one letter; False when there is one for that week already."""
    speaker = Writer(pages, language_of(node, staff), now.astimezone().date())
    with node.store.writing() as session:
        return outbox.put(session, staff, week, letter(speaker, node.issuer, node.name, found), now)


def language_of(node: Node, staff: Staff) -> Language:
    """The language somebody reads in; the workshop's for one we do not speak."""
    chosen = {staff.language: 0, node.language: 1}
    return min((one for one in LANGUAGES if one in chosen), key=lambda one: chosen[one], default="en")


def letter(speaker: Speaker, issuer: str, workshop: str, found: list[Reminder]) -> Written:
    """The letter, the most overdue first."""
    late = sum(one.due.late_days > 0 for one in found)
    subject = speaker.ngettext("%(num)s thing to do", "%(num)s things to do", len(found))
    if late:
        subject += " · " + speaker.ngettext("%(num)s is late", "%(num)s are late", late)
    lines = list(_lines(speaker, issuer, found[:LONGEST]))
    if len(found) > LONGEST:
        lines += ["", speaker.gettext("and %(number)s more", number=len(found) - LONGEST)]
    end = [
        "",
        speaker.gettext("All of it: %(address)s", address=f"{issuer}/"),
        speaker.gettext("No more letters, or a calendar instead: %(address)s", address=f"{issuer}/account/reminders"),
        "",
        workshop,
    ]
    return Written(subject, "\n".join([*lines, *end]) + "\n")


def _lines(speaker: Speaker, issuer: str, found: Iterable[Reminder]) -> Iterable[str]:
    group = None
    for one in found:
        if (now := group_of(one.due.due_on, speaker.today)) != group:
            if group:
                yield ""
            yield speaker.gettext(HEADINGS[now]).upper()
            group = now
        day = format_date(one.due.due_on, format="d MMMM y", locale=speaker.language)
        yield f"- {one.who}: {what(speaker, one.due)}, {day} ({when(speaker, one.due.due_on)})"
        yield f"  {issuer}{address(one.due)}"


def entries(speaker: Speaker, issuer: str, found: Iterable[Reminder]) -> list[Entry]:
    """The same for a calendar."""
    host = issuer.partition("://")[2]
    return [
        Entry(
            key=f"{one.due.kind}.{one.due.accompaniment}.{one.due.record or one.due.due_on.isoformat()}@{host}",
            day=one.due.due_on,
            title=f"{one.who}: {what(speaker, one.due)}",
            address=issuer + address(one.due),
        )
        for one in found
    ]
