"""The first screen and the lists in a real browser: live search, keys, no script, a line that is cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from coupole.node.store import queries
from coupole.node.ui.lists.listing import PER_PAGE
from tests.browser.conftest import Desk, Workshop

pytestmark = pytest.mark.browser
Opens = Callable[..., Desk]


def somebody(workshop: Workshop) -> tuple[str, str]:
    """Given and family name of the first person who has both."""
    with workshop.node.store.reading() as session:
        people = queries.page(session, workshop.node.store.vault, "participant", limit=200)
    both = (one.document for one in people if {"given_name", "family_name"} <= one.document.keys())
    found = next(one for one in both if len(one["given_name"]) > 2)
    return found["given_name"], found["family_name"]


def names(page: Page) -> list[str]:
    return page.locator("#found tbody th a").all_inner_texts()


def test_slash_goes_to_the_search_and_letters_find_while_they_are_typed(workshop: Workshop, open_desk: Opens) -> None:
    given, family = somebody(workshop)
    page = open_desk(workshop).goto("/people")
    before = page.url
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(f"{given[:3].lower()} {family[:3].lower()}")
    expect(page.locator("#found tbody tr")).not_to_have_count(PER_PAGE)
    assert f"{family}, {given}" in names(page)
    assert len(names(page)) < 10
    expect(page.locator("#q")).to_be_focused()
    assert page.url == before, "what is typed never stands in the address"


def test_the_search_of_every_page_leads_to_the_people(workshop: Workshop, open_desk: Opens) -> None:
    given, family = somebody(workshop)
    page = open_desk(workshop).goto("/organisations")
    page.keyboard.press("/")
    page.keyboard.type(f"{family} {given}")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("People")
    assert f"{family}, {given}" in names(page)
    assert page.url.endswith("/people")


def test_a_choice_narrows_the_list_without_a_new_page(workshop: Workshop, open_desk: Opens) -> None:
    page = open_desk(workshop).goto("/people")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_label("Phase", exact=True).select_option("hired")
    expect(page.locator("#found tbody tr").first).to_contain_text("Hired")
    assert page.evaluate("document.body.dataset.same") == "yes"


def test_search_and_choices_work_without_script(workshop: Workshop, open_desk: Opens) -> None:
    given, family = somebody(workshop)
    page = open_desk(workshop, java_script_enabled=False).goto("/people")
    page.locator("#q").fill(f"{given[:3]} {family[:3]}")
    page.get_by_role("button", name="Show").click()
    assert f"{family}, {given}" in names(page)
    page.locator("#q").fill("")
    page.get_by_label("Phase", exact=True).select_option("hired")
    page.get_by_role("button", name="Show").click()
    assert page.url.endswith("/people?phase=hired")


def test_a_meeting_of_officers_is_written_up_by_keyboard(workshop: Workshop, open_desk: Opens) -> None:
    page = open_desk(workshop).goto("/coordination/new")
    page.get_by_label("One topic a line").fill("Bicycles for the early shift")
    page.get_by_label("First day").fill("2030-02-03")
    page.get_by_label("Hours in all").fill("3,5")
    page.get_by_label("Who takes part").or_(page.locator("fieldset fieldset")).get_by_role("checkbox").first.check()
    page.get_by_label("Hours in all").press("Enter")
    expect(page.locator("h1")).to_contain_text("Meeting of officers of")
    expect(page.locator("main")).to_contain_text("Bicycles for the early shift")
    expect(page.locator("main")).to_contain_text("3.5 hours")


def test_the_first_screen_leads_to_what_settles_each_thing(workshop: Workshop, open_desk: Opens) -> None:
    page = open_desk(workshop).goto("/")
    kinds: dict[str, str] = {}
    for link in page.locator(".due > li > a").all():
        kinds.setdefault(link.inner_text().rstrip("0123456789"), link.get_attribute("href") or "")
    assert len(kinds) > 3
    for kind, address in kinds.items():
        answer = page.goto(workshop.settings.issuer + address)
        assert answer is not None, kind
        assert answer.status == 200, (kind, address)


def test_what_is_typed_about_a_meeting_outlives_the_tab(workshop: Workshop, open_desk: Opens) -> None:
    desk = open_desk(workshop)
    page = desk.goto("/coordination/new")
    page.get_by_label("One topic a line").fill("Half a sentence")
    page.get_by_label("Hours in all").focus()
    expect(page.locator("#saved")).to_contain_text("Kept, not saved yet")
    page.goto("about:blank")
    page = desk.goto("/coordination/new")
    expect(page.get_by_label("One topic a line")).to_have_value("Half a sentence")
    page.get_by_role("button", name="Forget it and begin anew").click()
    expect(page.get_by_label("One topic a line")).to_have_value("")
