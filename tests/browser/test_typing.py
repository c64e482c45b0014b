"""Typing in a real browser: saved by itself, never lost, never silently overwritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from coupole.node.store import queries
from coupole.node.store.changes import Change
from coupole.node.store.write import write
from tests import factories
from tests.browser.conftest import Desk, Workshop
from tests.factories import content, id_of

pytestmark = pytest.mark.browser
Opens = Callable[..., Desk]
HOUSE = id_of("organisation", node="desk")
PATH = f"/records/{HOUSE}"


@pytest.fixture
def house(own_workshop: Workshop) -> Workshop:
    store = own_workshop.node.store
    document = content(factories.organisation())
    with store.writing() as session:
        write(session, store.vault, [Change("organisation", document, HOUSE)], store.context("history"))
    return own_workshop


def stored(workshop: Workshop) -> dict[str, Any]:
    with workshop.node.store.reading() as session:
        return queries.read(session, workshop.node.store.vault, HOUSE)


def type_into(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).blur()


def test_a_field_is_saved_when_it_is_left_and_the_page_says_so(house: Workshop, open_desk: Opens) -> None:
    page = open_desk(house).goto(PATH)
    type_into(page, "Street and number", "Kaai 1")
    expect(page.locator("#saved")).to_contain_text("Saved · v2")
    type_into(page, "Postcode", "9000")
    expect(page.locator("#saved")).to_contain_text("Saved · v3")
    type_into(page, "Street and number", "Kaai 2")
    expect(page.locator("#saved")).to_contain_text("Saved · v4")
    assert (stored(house)["street"], stored(house)["postcode"]) == ("Kaai 2", "9000")
    page.locator("#saved").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Street and number", exact=True)).to_have_value("Kaai 1")
    assert page.url.endswith(PATH), "what is said once is not in the address any more"


def test_what_is_wrong_is_said_beside_its_field_while_one_types_on(house: Workshop, open_desk: Opens) -> None:
    page = open_desk(house).goto(PATH)
    type_into(page, "Region (NUTS 3)", "nowhere")
    expect(page.locator("#f-nuts3-wrong")).not_to_be_empty()
    expect(page.locator("#saved")).to_contain_text("Kept, not saved yet")
    type_into(page, "Postcode", "9000")
    expect(page.locator("#saved")).to_contain_text("Saved · v2")
    assert page.get_by_label("Region (NUTS 3)", exact=True).input_value() == "nowhere"
    page.reload()
    assert page.get_by_label("Region (NUTS 3)", exact=True).input_value() == "nowhere"


def test_a_save_that_is_cut_stays_in_the_field_and_goes_when_it_is_tried_again(
    house: Workshop, open_desk: Opens
) -> None:
    desk = open_desk(house)
    page = desk.goto(PATH)
    cut = {"left": 1}

    def cutting(route: Route) -> None:
        if route.request.method == "POST" and cut["left"]:
            cut["left"] -= 1
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/records/**", cutting)
    type_into(page, "Street and number", "Kaai 1")
    expect(page.locator("#saved")).to_contain_text("Not saved: the service cannot be reached.")
    assert "street" not in stored(house) or stored(house)["street"] != "Kaai 1"
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#saved")).to_contain_text("Saved · v2")
    assert stored(house)["street"] == "Kaai 1"
    desk.wrong.clear()  # the console speaks of the cut, as it should


def test_a_session_that_ends_while_typing_loses_nothing(house: Workshop, open_desk: Opens) -> None:
    staff = house.staff()
    desk = open_desk(house, staff)
    page = desk.goto(PATH)
    cookies = desk.context.cookies()
    desk.context.clear_cookies()
    type_into(page, "Street and number", "Kaai 1")
    expect(page.locator("#saved")).to_contain_text("you were signed out")
    expect(page.get_by_role("link", name="Sign in, in a second tab")).to_have_attribute(
        "href", "/sign-in?next=/signed-in"
    )
    assert page.get_by_label("Street and number", exact=True).input_value() == "Kaai 1"
    desk.context.add_cookies(cookies)  # signed in, in a second tab
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#saved")).to_contain_text("Saved · v2")
    assert stored(house)["street"] == "Kaai 1"
    desk.wrong.clear()  # the refused save stands in the console


def test_two_browsers_in_one_document_see_both_values_and_lose_neither(house: Workshop, open_desk: Opens) -> None:
    anna, luc = open_desk(house, house.staff(name="Anna Rossi")), open_desk(house)
    annas, lucs = anna.goto(PATH), luc.goto(PATH)
    type_into(annas, "Street and number", "Annastraat 1")
    expect(annas.locator("#saved")).to_contain_text("Saved · v2")
    type_into(lucs, "Postcode", "9000")
    expect(lucs.locator("#saved")).to_contain_text("Saved · v3")
    type_into(lucs, "Street and number", "Lucstraat 1")
    expect(lucs.locator("#saved")).to_contain_text("somebody else changed the same")
    assert stored(house)["street"] == "Annastraat 1"
    lucs.get_by_role("button", name="Save").click()
    both = lucs.get_by_role("alert")
    expect(both).to_contain_text("Changed by Anna Rossi")
    expect(both).to_contain_text("Annastraat 1")
    expect(both).to_contain_text("Lucstraat 1")
    lucs.get_by_role("button", name="Save").click()
    expect(lucs.get_by_role("status").first).to_contain_text("Saved")
    assert (stored(house)["street"], stored(house)["postcode"]) == ("Lucstraat 1", "9000")
    luc.wrong.clear()  # the refused save stands in the console


def test_the_list_of_what_is_wrong_has_the_focus_and_leads_to_the_field(house: Workshop, open_desk: Opens) -> None:
    desk = open_desk(house)
    page = desk.goto(PATH)
    page.get_by_label("Region (NUTS 3)", exact=True).fill("nowhere")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_focused()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("Region (NUTS 3)", exact=True)).to_be_focused()
    desk.wrong.clear()


def test_keys_find_a_person_and_tell_themselves(house: Workshop, open_desk: Opens) -> None:
    page = open_desk(house).goto("/more")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("?")
    expect(page.locator("dialog")).not_to_be_visible()
    page.get_by_role("searchbox").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).not_to_be_visible()


def test_without_the_script_everything_can_be_done(house: Workshop, open_desk: Opens) -> None:
    page = open_desk(house, java_script_enabled=False).goto(PATH)
    page.get_by_label("Street and number", exact=True).fill("Kaai 1")
    page.get_by_role("button", name="Add: Identifiers").click()
    page.get_by_role("button", name="Save").click()
    assert stored(house)["street"] == "Kaai 1"
    page.get_by_role("button", name="Undo").click()
    assert stored(house).get("street") != "Kaai 1"
