"""Somebody who is signed in goes after what is not theirs: through every address, sideways, and after their time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from coupole.node.reminders import calendar
from coupole.node.staff import accounts, openings
from coupole.node.staff.accounts import Staff
from coupole.node.store import journal
from coupole.node.ui.desk import PageRoute
from tests import factories
from tests.calling import RunningNode
from tests.desk import account, browser, browser_of, signed_in
from tests.factories import SHARED, dossier, id_of
from tests.forms import form_of
from tests.stores import change, keep, replace

CANARY = "Zzcanaryz"
PERSON, FILE = id_of("participant"), id_of("accompaniment")
MINE, STRANGER = id_of("actor"), id_of("actor", 40)
SECRETS = (CANARY, "P00001")
SPECIAL = ("Target group", "Disability", "Mental health", "Long-term unemployed", "Participants with disabilities")


@pytest.fixture
def house(node: RunningNode) -> RunningNode:
    """A workshop with one file, and a coach who has nothing to do with it."""
    keep(node.node.store, [*SHARED, factories.actor(40, display_name="Eve Vandamme")])
    named = {"family_name": CANARY}
    keep(node.node.store, [one | (named if one["id"] == PERSON else {}) for one in dossier(1)])
    return node


def stranger(house: RunningNode) -> TestClient:
    return signed_in(house, "coach", actor=STRANGER)


def became(house: RunningNode, staff: Staff, role: str, actor: str | None = None) -> None:
    """An administrator changes what a colleague is."""
    with house.node.store.writing() as session:
        about: dict[str, Any] = {"name": staff.name, "language": "en", "email": None, "by": None}
        accounts.change(session, staff.id, role=role, actor=actor, **about)


def head(house: RunningNode) -> int:
    with house.node.store.reading() as session:
        return journal.head(session).seq


def addresses(house: RunningNode, method: str) -> list[str]:
    """Every address of that method; each part filled with every record of the file in turn."""
    records = [one["id"] for one in dossier(1)]
    found = []
    for route in house.app.routes:
        if isinstance(route, PageRoute) and method in (route.methods or ()) and route.path != "/sign-out":
            many = records if "{" in route.path else records[:1]
            found += [re.sub(r"\{\w+\}", record, route.path) for record in many]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("role", ["coach", "auditor"])
def test_no_address_shows_a_file_to_a_coach_without_a_reason_or_to_an_auditor(house: RunningNode, role: str) -> None:
    there = signed_in(house, role, actor=STRANGER)
    for address in addresses(house, "GET"):
        answer = there.get(address)
        assert answer.status_code < 500, address
        assert not [one for one in SECRETS if one in answer.text], address


@pytest.mark.parametrize("role", ["coach", "auditor", "reader"])
def test_no_address_changes_a_file_for_whoever_may_not_write_in_it(house: RunningNode, role: str) -> None:
    there, before = signed_in(house, role, actor=STRANGER), head(house)
    for address in addresses(house, "POST"):
        answer = there.post(address, data={"go": "on", "revision": "1", "autosave": "1"})
        assert answer.status_code < 500, address
        if role != "reader":
            assert not [one for one in SECRETS if one in answer.text], address
    assert head(house) == before


@pytest.mark.parametrize("query", [f"accompaniment={FILE}", f"participant={PERSON}", f"accompaniment={FILE}&back=/"])
def test_nothing_is_added_to_a_file_of_somebody_else_by_naming_it(house: RunningNode, query: str) -> None:
    there, before = stranger(house), head(house)
    for entity in ("referral", "status_observation", "team", "team_meeting", "action", "closure", "placement"):
        for answer in (
            there.get(f"/records/new/{entity}?{query}"),
            there.post(f"/records/new/{entity}?{query}", data={"drawn_in": "en", "accompaniment": FILE}),
        ):
            assert answer.status_code in (200, 403, 422), entity
            assert CANARY not in answer.text
    assert head(house) == before


def test_another_file_for_somebody_elses_person_asks_for_a_reason_first(house: RunningNode) -> None:
    there, before = stranger(house), head(house)
    for answer in (there.get(f"/people/new?person={PERSON}"), there.post("/people/new", data={"person": PERSON})):
        assert answer.status_code == 403
        assert 'data-code="reason_needed"' in answer.text
        assert CANARY not in answer.text
    assert head(house) == before
    there.post("/reason", data={"accompaniment": FILE, "reason": "She comes back to us", "next": "/"})
    assert CANARY in there.get(f"/people/new?person={PERSON}").text


def test_of_a_person_with_two_files_a_coach_reads_the_answers_of_their_own(house: RunningNode) -> None:
    second = [
        factories.referral(2, participant=PERSON),
        factories.accompaniment(2, participant=PERSON, responsible=STRANGER, referral=id_of("referral", 2)),
    ]
    keep(house.node.store, second)
    page = stranger(house).get(f"/people/{PERSON}")
    assert page.status_code == 200
    assert "At entry" not in page.text
    assert id_of("status_observation") not in page.text
    assert "At entry" in signed_in(house).get(f"/people/{PERSON}").text


@pytest.mark.parametrize("record", [PERSON, id_of("referral")])
def test_reading_what_is_written_of_a_person_is_an_opened_file(house: RunningNode, record: str) -> None:
    officer = account(house, "officer")
    assert browser_of(house, officer).get(f"/records/{record}").status_code == 200
    with house.node.store.reading() as session:
        assert [(row.staff, row.accompaniment) for row in openings.openings(session)] == [(officer.id, FILE)]


def special(house: RunningNode) -> None:
    """The file with health in it, written after the reader looked last."""
    observed = factories.status_observation(
        target_groups=[{"code": "mental_health", "primary": True}], disability={"limits": True}
    )
    change(house.node.store, replace(observed))
    person = factories.participant(family_name=CANARY, minority=True, parents_born_abroad=True)
    change(house.node.store, replace(person))


def test_a_reader_meets_nothing_special_on_any_page_of_a_file(house: RunningNode) -> None:
    there = signed_in(house, "reader")
    assert there.get(f"/files/{FILE}").status_code == 200
    special(house)
    house.node.store.refresh_facts()
    seen = 0
    for address in [*addresses(house, "GET"), f"/leaving/people/{PERSON}?period=2025", "/people?group=mental_health"]:
        answer = there.get(address)
        if answer.status_code == 200 and CANARY in answer.text:
            seen += 1
            words = re.sub(r"<[^>]+>", " ", answer.text)
            assert not [one for one in SPECIAL if one in words], address
    assert seen > 5
    officer = signed_in(house).get(f"/leaving/people/{PERSON}?period=2025").text
    assert "Mental health" in officer


@pytest.mark.parametrize("word", ["mental_health", "long_unemployed"])
def test_a_reader_cannot_find_out_a_target_group_by_the_filter(house: RunningNode, word: str) -> None:
    special(house)
    there = signed_in(house, "reader")
    for answer in (there.get(f"/people?group={word}"), there.post("/people", data={"q": "Zzc", "group": word})):
        assert f"/files/{FILE}" not in answer.text


def test_a_draft_is_its_writers_and_stays_shut_when_the_file_is_not_theirs_any_more(house: RunningNode) -> None:
    coach, colleague = account(house, "coach", actor=MINE), account(house, "coach", actor=MINE)
    there, address = browser_of(house, coach), f"/records/{PERSON}"
    form = form_of(there.get(address).text, address)
    typed = form.typed(family_name="Secretly typed", birth_date__year="nonsense")
    there.post(address, content=urlencode(typed), headers={"content-type": "application/x-www-form-urlencoded"})
    assert "nonsense" in there.get(address).text
    assert "nonsense" not in browser_of(house, colleague).get(address).text
    became(house, coach, "coach", STRANGER)
    assert "nonsense" not in there.get(address).text


def test_a_role_that_was_taken_away_is_gone_at_the_next_click(house: RunningNode) -> None:
    officer = account(house, "officer")
    there = browser_of(house, officer)
    assert there.get(f"/files/{FILE}").status_code == 200
    became(house, officer, "auditor")
    for address in (f"/files/{FILE}", f"/records/{PERSON}", "/people", f"/print/person/{PERSON}"):
        answer = there.get(address)
        assert answer.status_code == 403, address
        assert CANARY not in answer.text


def test_a_calendar_is_empty_once_its_owner_has_nothing_to_do_with_files(house: RunningNode) -> None:
    coach = account(house, "coach", actor=MINE)
    with house.node.store.writing() as session:
        secret = calendar.make_feed(session, coach.id, datetime.now(UTC))
    address = f"/calendar/{secret}.ics"
    assert "BEGIN:VEVENT" in browser(house).get(address).text
    became(house, coach, "auditor", MINE)
    answer = browser(house).get(address)
    assert "BEGIN:VEVENT" not in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
