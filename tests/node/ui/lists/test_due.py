"""The first screen says what is due, for whom and how late, and leads to the page that settles it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tests import factories
from tests.calling import RunningNode
from tests.desk import browser, signed_in
from tests.factories import id_of
from tests.node.ui.lists.workshop import coach, file, filled, told
from tests.stores import change, keep, replace

TODAY = datetime.now().astimezone().date()


def planned(number: int, days: int, accompaniment: int = 1) -> dict[str, object]:
    """An evaluation planned so many days from today."""
    day = (TODAY + timedelta(days)).isoformat()
    fields = {"accompaniment": id_of("accompaniment", accompaniment), "planned_on": day}
    left_out = dict.fromkeys(("held_on", "with_organisation", "ratings", "decision", "next_planned_on"), ...)
    return factories.evaluation(number, **fields, **left_out)


def section(page: str, name: str) -> str:
    """The part of the page under one heading."""
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page, re.S)
    return found[1] if found else ""


def test_what_is_due_stands_under_late_within_a_week_and_later(node: RunningNode) -> None:
    keep(filled(node).node.store, [planned(61, -12), planned(62, 0), planned(63, 6), planned(64, 13)])
    page = signed_in(node).get("/").text
    assert "12 days late" in section(page, "late")
    assert "today" in section(page, "soon")
    assert "in 6 days" in section(page, "soon")
    assert "in 13 days" in section(page, "later")


def test_late_is_said_in_words_and_shape_and_not_by_colour_alone(node: RunningNode) -> None:
    keep(filled(node).node.store, [planned(61, -1)])
    late = section(signed_in(node).get("/").text, "late")
    assert "1 day late" in late
    assert "■" in late


def test_each_line_names_the_person_and_leads_to_the_page_that_settles_it(node: RunningNode) -> None:
    keep(filled(node).node.store, [planned(61, -12)])
    page = signed_in(node).get("/").text
    accompaniment = id_of("accompaniment")
    for address in ("/meeting", "/evaluation", "/follow-ups", ""):
        assert f'href="/files/{accompaniment}{address}"' in page
    assert "Peeters, Zoë" in page


def test_every_address_of_the_due_list_answers(node: RunningNode) -> None:
    keep(filled(node).node.store, [planned(61, -12)])
    officer = signed_in(node)
    for address in set(re.findall(r'<ul class="due">.*?</ul>', officer.get("/").text, re.S)):
        for link in set(re.findall(r'href="([^"]+)"', address)):
            assert officer.get(link.replace("&amp;", "&")).status_code == 200, link


def test_a_coach_begins_with_their_own_and_may_look_at_their_teams(node: RunningNode) -> None:
    team = [
        {"actor": id_of("actor", 2), "role": "project_responsible", "from": "2025-01-10"},
        {"actor": id_of("actor", 1), "role": "host_operator", "from": "2025-01-10"},
    ]
    keep(filled(node).node.store, file(5, responsible=id_of("actor", 2)))
    change_team(node, 5, team)
    page = coach(node)
    assert "Famille5" not in page.get("/").text
    assert "Peeters" in page.get("/").text
    assert "Famille5" in page.get("/?whose=team").text


def change_team(node: RunningNode, number: int, members: list[dict[str, str]]) -> None:
    change(node.node.store, replace(factories.team(number), members=members))


def test_a_coach_never_sees_what_is_due_for_others(node: RunningNode) -> None:
    page = coach(filled(node))
    for address in ("/", "/?whose=team", "/?whose=all", "/?group=late&whose=all", "/?whose=nobody"):
        answer = page.get(address)
        assert "Keïta" not in answer.text
        assert id_of("accompaniment", 3) not in answer.text
    assert "whose=all" not in page.get("/").text


def test_an_agreement_that_ends_is_one_line_for_all_the_files_it_covers(node: RunningNode) -> None:
    ends = (TODAY + timedelta(20)).isoformat()
    filled(node)
    change(node.node.store, replace(factories.agreement(1), valid_to=ends))
    page = signed_in(node).get("/").text
    assert page.count("Agreement ends") == 1
    assert "3 people" in page
    assert f'href="/records/{id_of("agreement")}?back=/"' in page


def test_a_group_of_many_is_cut_and_all_of_it_is_one_page_away(node: RunningNode) -> None:
    filled(node)
    keep(node.node.store, [planned(100 + number, -number) for number in range(1, 61)])
    officer = signed_in(node)
    first = officer.get("/").text
    assert "Show all" in first
    assert len(re.findall("days? late", section(first, "late"))) == 40
    rest = officer.get("/?whose=all&group=late").text + officer.get("/?whose=all&group=late&page=2").text
    assert "60 days late" in rest
    assert "1 day late" in rest


def test_nothing_due_says_so_and_says_where_to_go_on(node: RunningNode) -> None:
    words = told(signed_in(filled(node), "coach", actor=id_of("actor", 99)).get("/"))
    assert "Nothing is due in the next two weeks." in words
    assert "To the people" in words


def test_a_workshop_without_files_is_told_where_to_begin(node: RunningNode) -> None:
    page = signed_in(node, "admin").get("/").text
    places = [
        page.index(f'href="{place}"', page.index("<ol>"))
        for place in ("/organisations", "/actors", "/staff", "/people/new", "/sheets")
    ]
    assert places == sorted(places)
    assert "Nobody is accompanied here yet." in told(signed_in(node, "coach").get("/"))
    assert 'href="/people/new"' not in signed_in(node, "reader").get("/").text


def test_whoever_is_not_signed_in_is_asked_to_and_a_program_is_told_what_this_is(node: RunningNode) -> None:
    answer = browser(node).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")
    program = node.client.get("/", headers={"accept": "application/json"})
    assert program.json()["api"] == "/api/v1"


def test_whoever_has_nothing_to_do_with_files_begins_at_the_list_of_pages(node: RunningNode) -> None:
    answer = signed_in(filled(node), "auditor").get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/more")


def test_the_list_speaks_the_readers_language(node: RunningNode) -> None:
    keep(filled(node).node.store, [planned(61, -12)])
    officer = signed_in(node)
    for language, words in (("nl", "12 dagen te laat"), ("fr", "12 jours de retard"), ("it", "12 giorni di ritardo")):
        assert words in officer.get(f"/?language={language}").text


def test_names_never_stand_in_an_address_of_the_lists(node: RunningNode) -> None:
    keep(filled(node).node.store, [planned(61, -12)])
    officer = signed_in(node)
    for address in ("/", "/people", "/organisations", "/actors", "/agreements", "/coordination"):
        for link in re.findall(r'(?:href|action)="([^"]+)"', officer.get(address).text):
            assert not re.search("peeters|zo|ke.ta|angelo|claes", link, re.I), link
