"""The monthly meeting in a real browser: by keyboard alone, kept while one types, found again after a closed tab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coupole.node.store.queries import dossier
from tests.browser.conftest import PHONE, Desk, Workshop
from tests.factories import objective
from tests.node.records.filed import FILE_ID, stored
from tests.stores import keep

pytestmark = pytest.mark.browser
Opens = Callable[..., Desk]
PATH = f"/files/{FILE_ID}/meeting"
FEW = 60
"""Keys that a meeting of two objectives may take at most, the minutes left out."""


@pytest.fixture
def work(own_workshop: Workshop) -> Workshop:
    stored(own_workshop.node.store, "insertion_coop", "closure", "team_meeting")
    goals = [objective(number, accompaniment=FILE_ID, wording=f"Goal {number}") for number in (2, 3)]
    keep(own_workshop.node.store, goals)
    return own_workshop


def meetings(workshop: Workshop) -> list[dict[str, object]]:
    store = workshop.node.store
    with store.reading() as session:
        return dossier(session, store.vault, FILE_ID).documents.get("team_meeting", [])


def tab_to(page: Page, name: str) -> int:
    """Press Tab until that field has the focus; how often."""
    for number in range(1, FEW):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return number
    raise AssertionError(f"{name} is not reached")


def test_a_meeting_is_noted_by_keyboard_in_few_keys(work: Workshop, open_desk: Opens, pictures: Path) -> None:
    page = open_desk(work).goto(PATH)
    page.locator("#held_on").focus()
    names = page.evaluate("[...document.querySelectorAll('[name$=\".level\"]')].map((one) => one.name)")
    goals = [name for name in dict.fromkeys(names) if name.startswith("goal.")]
    keys = 0
    for name in goals:
        keys += tab_to(page, name) + 1
        page.keyboard.press("Space")
    keys += tab_to(page, "minutes")
    page.keyboard.type("All well")
    page.screenshot(path=pictures / "meeting.png", full_page=True)
    page.get_by_role("button", name="Save the meeting").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prénom1 Famille1")
    assert keys < FEW
    (held,) = meetings(work)
    assert held["minutes"] == "All well"
    assert len(held["ratings"]) == 2  # type: ignore[arg-type]


def test_what_is_typed_survives_a_closed_tab(work: Workshop, open_desk: Opens) -> None:
    colleague = work.staff()
    page = open_desk(work, colleague).goto(PATH)
    page.get_by_label("Minutes").fill("Half a sentence")
    page.get_by_label("Minutes").blur()
    expect(page.locator("#saved")).to_contain_text("Kept, not saved yet")
    page.close()
    again = open_desk(work, colleague).goto(PATH)
    expect(again.get_by_label("Minutes")).to_have_value("Half a sentence")
    assert meetings(work) == []


def test_a_score_is_pressed_with_a_thumb_on_a_telephone(work: Workshop, open_desk: Opens) -> None:
    page = open_desk(work, viewport=PHONE, has_touch=True).goto(PATH)
    box = page.locator(".level span").first.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    page.locator(".goal .level").nth(3).tap()
    expect(page.locator("#saved")).to_contain_text("Kept, not saved yet")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
