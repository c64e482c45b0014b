"""What comes out of the printer: Chromium's own pages of the plan, the minutes, the sheet and the copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from coupole.node.store.tables import RECORD
from tests.browser.conftest import Desk, Workshop

pytestmark = [pytest.mark.browser, pytest.mark.processes]
Opens = Callable[..., Desk]
A4 = (595, 842)
"""Points."""


def first(workshop: Workshop, entity: str) -> str:
    with workshop.node.store.looking() as connection:
        found = connection.execute(select(RECORD.c.id).where(RECORD.c.entity == entity).order_by(RECORD.c.id)).first()
    assert found
    return str(found.id)


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page of a PDF of Chromium's, in points."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


@pytest.mark.parametrize(
    ("paper", "entity", "most"),
    [
        ("plan", "plan", 3),
        ("meeting", "team_meeting", 1),
        ("evaluation", "evaluation", 2),
        ("person", "participant", 40),
    ],
)
def test_a_paper_prints_on_clean_a4_sheets(
    workshop: Workshop, open_desk: Opens, paper: str, entity: str, most: int
) -> None:
    page = open_desk(workshop).goto(f"/print/{paper}/{first(workshop, entity)}")
    printed = sheets(page.pdf(prefer_css_page_size=True))
    assert 1 <= len(printed) <= most
    assert set(printed) == {A4}


def test_on_paper_stands_the_paper_and_nothing_of_the_screen(workshop: Workshop, open_desk: Opens) -> None:
    page = open_desk(workshop).goto(f"/print/plan/{first(workshop, 'plan')}")
    assert page.locator(".beside-paper").is_visible()
    page.emulate_media(media="print")
    assert page.locator("article.paper").is_visible()
    for gone in (".beside-paper", "header", "nav", "button"):
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone


def test_boxes_to_sign_stand_together_and_are_large_enough_for_a_hand(workshop: Workshop, open_desk: Opens) -> None:
    page = open_desk(workshop).goto(f"/print/plan/{first(workshop, 'plan')}")
    page.emulate_media(media="print")
    boxes = [box.bounding_box() for box in page.locator(".signatures li").all()]
    assert len(boxes) >= 3
    assert all(box and box["height"] >= 100 and box["width"] >= 240 for box in boxes)
    assert page.locator(".signatures").evaluate("one => getComputedStyle(one).breakInside") == "avoid"


def test_nothing_is_cut_off_at_the_edge_of_the_sheet(workshop: Workshop, open_desk: Opens) -> None:
    for paper, entity in {"plan": "plan", "evaluation": "evaluation", "person": "participant"}.items():
        desk = open_desk(workshop, viewport={"width": 643, "height": 900})  # 170 mm: A4 without its margins
        page = desk.goto(f"/print/{paper}/{first(workshop, entity)}?in=fr")
        page.emulate_media(media="print")
        wide: Any = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, paper
