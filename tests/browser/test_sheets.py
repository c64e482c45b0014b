"""A list brought in with a real browser: corrected in place, written while one looks, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Desk, Workshop
from tests.node.sheets.tables import CLEAN_ROW, as_xlsx, people, with_registers

pytestmark = pytest.mark.browser
Opens = Callable[..., Desk]


def brought(workshop: Workshop, page: Page, folder: Path, *rows: dict[str, str]) -> Page:
    """The page of rows of a list with these rows."""
    file = folder / "deelnemers.xlsx"
    file.write_bytes(as_xlsx(rows))
    page.goto(f"{workshop.settings.issuer}/sheets")
    page.set_input_files("#file", str(file))
    page.locator("form.card button").click()
    for path, value in {
        "accompaniment.pathway": '"transition"',
        "accompaniment.programmes.programme": '"own_resources"',
        "referral.source_type": '"social_service"',
        "placement.type": '"coop_placement"',
    }.items():
        page.select_option(f"[name='fixed.{path}']", value)
    page.fill("[name='fixed.accompaniment.programmes.operation']", "2024")
    agency = page.locator("[name='fixed.accompaniment.agency']")
    agency.select_option(label="Atelier Nord")
    page.locator("[name=do][value=rows]").click()
    return page


WRONG = {**CLEAN_ROW, "Geb. datum": "31/02/1980", "M/V": "q"}


def test_cells_are_corrected_in_place_and_looked_at_at_once(
    own_workshop: Workshop, open_desk: Opens, tmp_path: Path
) -> None:
    with_registers(own_workshop.node.store, own_workshop.settings.node_id)
    desk = open_desk(own_workshop, own_workshop.staff("admin"))
    page = brought(own_workshop, desk.page, tmp_path, WRONG, *people(4, seed=8)[1:])
    expect(page.locator("#row-4 .error")).to_have_count(2)
    page.get_by_label("M/V").select_option("Woman")
    expect(page.locator("#row-4 .error")).to_have_count(1)  # no page was loaded: the row was swapped
    page.get_by_label("Geb. datum").fill("28/02/1980")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No row has an error.")).to_be_visible()
    page.get_by_role("link", name="To create (4)").click()
    page.get_by_label("row 5").uncheck()
    expect(page.get_by_text("1 row is left out.")).to_be_visible()


def test_writing_is_watched_to_its_end(own_workshop: Workshop, open_desk: Opens, tmp_path: Path) -> None:
    with_registers(own_workshop.node.store, own_workshop.settings.node_id)
    desk = open_desk(own_workshop, own_workshop.staff("admin"))
    page = brought(own_workshop, desk.page, tmp_path, *people(150, seed=8))
    page.get_by_role("button", name="Write 150 rows").click()
    expect(page.get_by_text("150 rows were written.")).to_be_visible(timeout=60_000)
    page.goto(f"{own_workshop.settings.issuer}/people?phase=every")
    expect(page.get_by_text("150 people")).to_be_visible()


def test_without_script_on_a_telephone_it_works_as_well(
    own_workshop: Workshop, open_desk: Opens, tmp_path: Path
) -> None:
    with_registers(own_workshop.node.store, own_workshop.settings.node_id)
    desk = open_desk(own_workshop, own_workshop.staff("admin"), java_script_enabled=False, viewport=PHONE)
    page = brought(own_workshop, desk.page, tmp_path, WRONG, *people(3, seed=8)[1:])
    page.get_by_label("M/V").select_option("Woman")
    page.get_by_label("Geb. datum").fill("28/02/1980")
    page.get_by_role("button", name="Correct row 4").click()
    expect(page.get_by_text("No row has an error.")).to_be_visible()
    page.get_by_role("button", name="Write 3 rows").click()
    expect(page.get_by_text("3 rows were written.")).to_be_visible(timeout=60_000)  # the page loads itself anew
