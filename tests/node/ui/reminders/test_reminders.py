"""A letter a week and a calendar say what is due, to whom it concerns, in initials."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import event
from sqlmodel import select
from starlette.testclient import TestClient

from coupole.node.chores import EVERY, Chores
from coupole.node.records.due import due_list
from coupole.node.reminders.sending import MailServer
from coupole.node.staff import accounts
from coupole.node.staff.accounts import Staff
from coupole.node.store import drafts
from coupole.node.store.reminder_tables import Letter
from coupole.node.store.tables import Draft
from coupole.node.ui import HERE
from coupole.web.pages import Pages
from tests.calling import RunningNode
from tests.desk import account, browser, browser_of
from tests.factories import id_of
from tests.stores import with_files

MONDAY = datetime(2026, 11, 23, 11, tzinfo=UTC)
NOWHERE = MailServer("127.0.0.1", 9, "none", "desk@north.example.org")
PAGE = "/account/reminders"
ME = {"actor": id_of("actor"), "email": "anna@north.example.org"}


@pytest.fixture
def coach(node: RunningNode) -> Staff:
    with_files(node.node.store, 1, 2)
    return account(node, "coach", name="Anna", **ME)


def chores(node: RunningNode) -> Chores:
    pages = Pages(HERE, name=node.node.name, issuer=node.settings.issuer)
    return Chores(node.node, pages, NOWHERE)


def letters(node: RunningNode) -> list[Letter]:
    with node.node.store.reading() as session:
        return list(session.exec(select(Letter).order_by(Letter.id)))  # type: ignore[arg-type]


def press(desk: TestClient, path: str) -> Any:
    """Press the button of a form that asks nothing."""
    return desk.post(path, headers={"content-type": "application/x-www-form-urlencoded"})


def address(page: str) -> str:
    found = re.search(r'value="http://[^"/]+(/calendar/[^"]+\.ics)"', page)
    assert found, page
    return found[1]


async def test_on_monday_morning_whoever_has_something_to_do_gets_one_letter(node: RunningNode, coach: Staff) -> None:
    account(node, "reader", email="reader@north.example.org")
    working = chores(node)
    for hours in (0, 1, 30, 100):
        await working.turn(MONDAY + timedelta(hours=hours))
    (letter,) = letters(node)
    assert (letter.recipient, letter.week) == ("anna@north.example.org", "2026-W48")
    await working.turn(MONDAY + timedelta(days=7))
    assert len(letters(node)) == 2


async def test_nothing_is_written_before_the_morning(node: RunningNode, coach: Staff) -> None:
    midnight = MONDAY.astimezone().replace(hour=0, minute=1)
    working = chores(node)
    await working.turn(midnight)
    assert [letter.week for letter in letters(node)] == ["2026-W47"]
    await working.turn(midnight.replace(hour=7))
    assert [letter.week for letter in letters(node)] == ["2026-W47", "2026-W48"]


async def test_a_letter_holds_initials_and_no_name(node: RunningNode, coach: Staff) -> None:
    await chores(node).turn(MONDAY)
    (letter,) = letters(node)
    assert "P. F." in letter.text
    for secret in ("Famille", "Prénom", "1988"):
        assert secret not in letter.text + letter.subject


async def test_every_link_of_a_letter_opens_a_page(node: RunningNode, coach: Staff) -> None:
    await chores(node).turn(MONDAY)
    desk = browser_of(node, coach)
    links = re.findall(re.escape(node.settings.issuer) + r"(/\S*)", letters(node)[0].text)
    assert len(links) > 2
    for link in set(links):
        assert desk.get(link).status_code == 200, link


@pytest.mark.parametrize(("language", "word"), [("nl", "te laat"), ("fr", "en retard"), ("it", "in ritardo")])
async def test_a_letter_speaks_the_language_of_who_gets_it(node: RunningNode, language: str, word: str) -> None:
    with_files(node.node.store, 1)
    account(node, "coach", language=language, **ME)
    await chores(node).turn(MONDAY)
    (letter,) = letters(node)
    assert word in letter.subject
    assert word.upper() in letter.text


async def test_a_coach_gets_no_line_about_the_file_of_a_colleague(node: RunningNode, coach: Staff) -> None:
    account(node, "coach", actor=id_of("actor", 99), email="other@north.example.org")
    await chores(node).turn(MONDAY)
    assert [letter.recipient for letter in letters(node)] == ["anna@north.example.org"]


async def test_a_turn_that_fails_does_not_stop_the_next(node: RunningNode, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[datetime] = []

    class Failing(Chores):
        async def turn(self, now: datetime) -> None:
            turns.append(now)
            if len(turns) == 3:
                raise KeyboardInterrupt
            raise RuntimeError("Zoë Peeters")

    monkeypatch.setattr("coupole.node.chores.EVERY", 0)
    working = Failing(node.node, Pages(HERE, name="x", issuer=node.settings.issuer), None)
    with pytest.raises(KeyboardInterrupt):
        await working.keep_going()
    assert len(turns) == 3
    assert EVERY == 60


async def test_what_has_had_its_time_is_cleared_away_once_a_day(node: RunningNode, coach: Staff) -> None:
    def keep(address: str, now: datetime) -> None:
        with node.node.store.writing() as session:
            drafts.keep(session, node.node.store.vault, (coach.id, address), {"minutes": "typed"}, now)

    def kept() -> int:
        with node.node.store.reading() as session:
            return len(session.exec(select(Draft)).all())

    working = chores(node)
    keep("/files/1", MONDAY)
    await working.turn(MONDAY + timedelta(days=30))
    assert kept() == 1
    await working.turn(MONDAY + timedelta(days=30, hours=23))
    assert kept() == 1
    await working.turn(MONDAY + timedelta(days=31))
    assert kept() == 0


async def test_what_is_due_is_known_before_somebody_asks(node: RunningNode, coach: Staff) -> None:
    """The second look finds everything in memory: the first has read the files."""
    await chores(node).warm(MONDAY)
    reads: list[str] = []
    event.listen(node.node.store.engine, "before_cursor_execute", lambda *told: reads.append(told[2]))
    with node.node.store.reading() as session:
        assert due_list(session, node.node.store, MONDAY.astimezone().date())
    assert not any("journal.body" in read for read in reads)


def test_whoever_wants_no_letters_gets_none_and_can_have_them_again(running: TestClient) -> None:
    assert "notice=letters_off" in running.post(PAGE, data={"weekly": "no"}).headers["location"]
    assert "Send me a letter every Monday" in running.get(PAGE).text
    running.post(PAGE, data={"weekly": "yes"})
    assert "No more letters" in running.get(PAGE).text


def test_a_letter_can_be_asked_for_at_once(running: TestClient) -> None:
    press(running, f"{PAGE}/letter")
    assert "One is on its way." in running.get(PAGE).text


def test_without_a_mail_server_the_page_says_so(node: RunningNode, coach: Staff) -> None:
    page = browser_of(node, coach).get(PAGE).text
    assert "no mail server stands in its settings" in page


def test_a_calendar_shows_what_is_due_to_whoever_has_its_address(node: RunningNode, coach: Staff) -> None:
    secret = address(press(browser_of(node, coach), f"{PAGE}/calendar").text)
    answer = browser(node).get(secret)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "private, no-store"
    events = list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))
    assert events
    assert all(str(event["summary"]).startswith("P. F.: ") for event in events)
    assert "Famille" not in answer.text


@pytest.mark.parametrize("end", ["taken back", "made anew", "disabled"])
def test_a_calendar_ends_with_its_address_and_with_the_account(node: RunningNode, coach: Staff, end: str) -> None:
    desk = browser_of(node, coach)
    secret = address(press(desk, f"{PAGE}/calendar").text)
    if end == "disabled":
        with node.node.store.writing() as session:
            accounts.disable(session, coach.id, by=None)
    else:
        press(desk, f"{PAGE}/calendar" + ("/end" if end == "taken back" else ""))
    assert browser(node).get(secret).status_code == 404


def test_an_address_is_shown_once_and_is_in_no_link(node: RunningNode, coach: Staff) -> None:
    desk = browser_of(node, coach)
    secret = address(press(desk, f"{PAGE}/calendar").text)
    assert secret not in desk.get(PAGE).text
    assert "No program has read it yet." in desk.get(PAGE).text
    browser(node).get(secret)
    assert "Last read on" in desk.get(PAGE).text


@pytest.mark.parametrize("path", ["/calendar/x.ics", "/calendar/%00.ics", "/calendar/" + "a" * 5000 + ".ics"])
def test_what_is_no_address_of_a_calendar_is_not_there(node: RunningNode, coach: Staff, path: str) -> None:
    assert browser(node).get(path).status_code == 404


@pytest.fixture
def running(node: RunningNode, coach: Staff) -> Any:
    """A colleague's browser at a workshop that sends mail."""
    node.app.state.node = replace(node.node, sends_mail=True)
    return browser_of(node, coach)
