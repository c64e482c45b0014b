"""The page on which somebody has letters sent or not and gets a calendar; the calendar itself."""

from __future__ import annotations

import secrets

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.reminders import calendar, outbox
from coupole.node.reminders.outbox import week_of
from coupole.node.staff import accounts
from coupole.node.store.changes import RecordNotFound
from coupole.node.ui.desk import SIGNED_IN, Desk, Guest, Visit
from coupole.node.ui.reminders import letters
from coupole.node.ui.speaking import Writer
from coupole.web.translations import marked

PAGE = "/account/reminders"
FAILURES = {
    "mail_server_away": marked("The mail server could not be reached; it is tried again."),
    "mail_login_refused": marked("The mail server refused the name or the password in the settings."),
    "mail_recipient_refused": marked("The mail server does not know this address."),
    "mail_refused": marked("The mail server refused the letter."),
}
NOTICES = {
    "letters_on": marked("You get a letter every Monday when something is due."),
    "letters_off": marked("You get no more letters."),
    "letter_written": marked("The letter is on its way; it takes a minute."),
    "calendar_ended": marked("The address of the calendar opens nothing any more."),
}


def add(desk: Desk) -> None:
    """Letters and calendar of whoever is signed in; the calendar for the program that knows its address."""
    desk.says(NOTICES)
    desk.get(PAGE, show, needs=SIGNED_IN)
    desk.post(PAGE, choose, needs=SIGNED_IN)
    desk.post(f"{PAGE}/letter", write_now, needs=SIGNED_IN)
    desk.post(f"{PAGE}/calendar", make_address, needs=SIGNED_IN)
    desk.post(f"{PAGE}/calendar/end", end_address, needs=SIGNED_IN)
    desk.open_get("/calendar/{secret}.ics", give_calendar)


def show(visit: Visit, address: str = "") -> Response:
    """What comes to this person, and how."""
    with visit.node.store.reading() as session:
        last = outbox.last(session, visit.staff.id)
        return visit.page(
            "reminders/reminders.html",
            weekly=outbox.wants(session, visit.staff.id),
            mail=visit.node.sends_mail,
            last=last,
            failure=visit.gettext(FAILURES[last.failure]) if last and last.failure else "",
            feed=calendar.feed_of(session, visit.staff.id),
            address=address,
        )


def choose(visit: Visit, form: FormData) -> Response:
    """Letters or none."""
    weekly = form.get("weekly") == "yes"
    with visit.node.store.writing() as session:
        outbox.choose(session, visit.staff.id, weekly=weekly)
    return visit.see_other(PAGE, "letters_on" if weekly else "letters_off")


def write_now(visit: Visit, form: FormData) -> Response:
    """A letter at once, to see whether it arrives."""
    with visit.node.store.reading() as session:
        found = letters.reminders(session, visit.node, visit.staff, visit.today)
    if not (visit.staff.email and visit.node.sends_mail):
        return visit.see_other(PAGE, "nothing")
    week = f"{week_of(visit.today)}.{secrets.token_hex(4)}"  # beside the weekly one, not in its place
    letters.put(visit.node, visit.pages, visit.staff, found, week, visit.now)
    return visit.see_other(PAGE, "letter_written")


def make_address(visit: Visit, form: FormData) -> Response:
    """A new address, shown this once."""
    with visit.node.store.writing() as session:
        secret = calendar.make_feed(session, visit.staff.id, visit.now)
    return show(visit, f"{visit.node.issuer}/calendar/{secret}.ics")


def end_address(visit: Visit, form: FormData) -> Response:
    """The address opens nothing any more."""
    with visit.node.store.writing() as session:
        calendar.revoke_feed(session, visit.staff.id)
    return visit.see_other(PAGE, "calendar_ended")


def give_calendar(guest: Guest) -> Response:
    """What is due, for a calendar program. Raises ``RecordNotFound`` for an address that opens nothing."""
    node = guest.node
    with node.store.reading() as session:
        feed = calendar.owner(session, guest.path("secret"))
        staff = accounts.find(session, feed.staff) if feed else None
        if feed is None or staff is None or staff.disabled:
            raise RecordNotFound()
        found = letters.reminders(session, node, staff, guest.today)
    if not calendar.is_noted(feed, guest.now):
        with node.store.writing() as session:
            calendar.note_reading(session, feed, guest.now)
    speaker = Writer(guest.pages, letters.language_of(node, staff), guest.today)
    entries = letters.entries(speaker, node.issuer, found)
    name = f"{node.name}: {speaker.gettext('To do')}"
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="coupole.ics"'}
    return Response(calendar.calendar(name, entries, guest.now), 200, headers, "text/calendar; charset=utf-8")
