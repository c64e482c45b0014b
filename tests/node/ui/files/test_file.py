"""The file as one page: what is due on top, where it stands, what lacks and where that is settled, what others did."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from coupole.node.store.tables import FileVisit
from tests.calling import RunningNode
from tests.desk import account, browser_of
from tests.factories import contribution, id_of, placement, team_meeting
from tests.node.records.filed import FILE_ID, at, stored
from tests.node.ui.files.desks import FILE, FileDesk, desk, saved, told
from tests.stores import keep

STATES = re.compile(r'data-step="(\d)" data-state="([a-z_]+)"')
WORDS = {"done": "done", "due": "due", "missing": "missing", "not_yet": "not yet"}


def section(page: str, name: str) -> str:
    found = re.search(rf'<section[^>]*aria-labelledby="{name}">(.*?)</section>', page, re.S)
    return found[1] if found else ""


def test_the_nine_steps_stand_there_in_shape_word_and_state(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    page = desk(node).page()
    found = STATES.findall(page)
    assert [number for number, _ in found] == list("123456789")
    for number, state in found:
        step = re.search(rf'<li class="step" data-step="{number}".*?</li>', page, re.S)
        assert step
        assert WORDS[state] in told(f"<main>{step[0]}</main>")
        assert re.search("[●▲■○]", step[0])


def test_a_step_that_is_missing_says_why_and_where_it_is_settled(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team")
    step = re.search(r'data-step="4".*?</li>', desk(node).page(), re.S)
    assert step
    assert "The team has no responsible of the project." in step[0]
    assert "/records/new/team" in step[0]


def test_what_is_due_stands_on_top_with_how_late_it_is(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    page = desk(node).page()
    assert page.index('aria-labelledby="due"') < page.index('aria-labelledby="steps"')
    due = section(page, "due")
    assert 'data-due="meeting"' in due
    assert "late" in due
    assert f'href="{FILE}/meeting"' in due


def test_the_phases_that_may_follow_say_what_they_lack(node: RunningNode) -> None:
    stored(node.node.store, "agreement", "closure", "team")
    following = section(desk(node).page(), "following")
    assert 'data-phase="planned"' in following
    assert 'data-code="team_operator_missing"' in following
    assert 'href="/files/' in following


@pytest.mark.parametrize("phase", ["referred", "suspended", "concluded", "discontinued", "not_started", "hired"])
def test_a_file_in_any_phase_is_a_page(node: RunningNode, phase: str) -> None:
    at(node.node.store, phase, "closure")
    final = phase in ("concluded", "discontinued", "not_started")
    assert ("Change of phase" in told(desk(node).page())) is not final


def test_a_file_that_has_just_been_opened_says_what_to_do(node: RunningNode) -> None:
    empty = ("team_meeting", "evaluation", "placement", "objective", "plan", "team", "status_observation", "follow_up")
    stored(node.node.store, "referred", "closure", *empty, current_plan=None, missing={"current_plan": "not_known"})
    page = told(desk(node).page())
    for said in (
        "No objectives yet: draw up the plan with the person.",
        "The team has not met yet.",
        "No placement yet.",
    ):
        assert said in page


def test_what_a_colleague_did_since_the_last_visit_is_told_with_who_and_which_fields(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    anna = FileDesk(node, browser_of(node, account(node, "officer", name="Anna Bonte")))
    luc = FileDesk(node, browser_of(node, account(node, "officer", name="Luc Maes")))
    anna.page()
    assert saved(luc.send("/meeting", {"minutes": "All well"}))
    news = told(f"<main>{section(anna.page(), 'news')}</main>")
    assert "Team meeting added by Luc Maes" in news
    assert "Changed since you were here" in anna.page()
    assert "added by" not in luc.page().partition('id="steps"')[0]


def test_what_was_seen_on_the_visit_before_is_not_told_again(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    anna, luc = desk(node), desk(node)
    anna.page()
    assert saved(luc.send("/meeting", {"minutes": "All well"}))
    assert section(anna.page(), "news")
    with node.node.store.writing() as session:
        for visit in session.exec(select(FileVisit)):
            visit.at = datetime.now(UTC) - timedelta(hours=3)
    assert section(anna.page(), "news") == ""


def test_who_comes_for_the_first_time_has_missed_nothing(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    assert section(desk(node).page(), "news") == ""


def test_whoever_only_reads_sees_the_file_and_no_button(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    page = desk(node, "reader").page()
    main = page.partition("<main")[2]
    assert "Prénom1 Famille1" in main
    for path in ("/records/", f"{FILE}/meeting", f"{FILE}/move", f"{FILE}/responsible"):
        assert f'href="{path}' not in main


def test_a_colleague_who_has_nothing_to_do_with_the_file_says_why_first(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    stranger = desk(node, "coach")
    for page in (
        "",
        "/meeting",
        "/plan",
        "/history",
        "/follow-ups",
        "/move",
        "/evaluation",
        "/responsible",
        "/correct",
    ):
        answer = stranger.browser.get(FILE + page)
        assert answer.status_code == 403, page
        assert "Famille1" not in answer.text
    assert stranger.browser.get("/files/north:accompaniment:nothing").status_code == 404


def test_an_auditor_opens_no_file(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    for page in ("", "/plan", "/history"):
        assert desk(node, "auditor").browser.get(FILE + page).status_code == 403


def test_three_years_of_a_file_are_a_light_page(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    months = [(year, month) for year in (2023, 2024, 2025) for month in range(1, 13)]
    text = "A long talk about the bus, the machine and the other people of the bench. " * 6
    keep(
        node.node.store,
        [
            made
            for number, (year, month) in enumerate(months, 20)
            for made in (
                team_meeting(number, accompaniment=FILE_ID, held_on=f"{year}-{month:02}-10", minutes=text),
                contribution(number, accompaniment=FILE_ID),
            )
        ],
    )
    answer = desk(node).browser.get(FILE)
    assert len(gzip.compress(answer.content)) < 12_000


def test_names_are_escaped_wherever_they_stand(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    bad = "<script>alert(1)</script>"
    keep(node.node.store, [placement(9, accompaniment=FILE_ID, host=id_of("organisation", 9))])
    own = desk(node)
    assert saved(own.send("/meeting", {"minutes": bad}))
    for page in ("", "/history", "/meeting"):
        assert bad not in own.page(page)


def test_a_phase_that_only_asks_for_what_its_page_asks_is_ready(node: RunningNode) -> None:
    stored(node.node.store, "planned", "closure")
    following = section(desk(node).page(), "following")
    item = re.search(r'<li data-phase="insertion_coop">.*?</li>', following, re.S)
    assert item
    assert "ready" in item[0]
    assert "asks for: where the person works" in item[0]
    assert "data-code" not in item[0]
