"""Every page of the desk, in a real browser: for everybody, on a phone, light, and calling nobody."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.addresses import address, pages_of
from tests.browser.conftest import PHONE, Desk, Workshop

pytestmark = pytest.mark.browser
HEAVIEST = 25_000
"""Bytes of a page with all it needs, compressed, on a first visit."""
Opens = Callable[..., Desk]


def addresses(workshop: Workshop) -> list[str]:
    return [address(route, workshop.node.store) for route in pages_of(workshop.app)]


def shown(desk: Desk, path: str) -> Page:
    page = desk.goto(path)
    assert page.locator("main h1").count() == 1, f"{path} has no heading of its own"
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(workshop: Workshop, open_desk: Opens, scheme: str) -> None:
    desk = open_desk(workshop, workshop.staff("admin"), color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for path in addresses(workshop):
        results = Axe().run(shown(desk, path))
        wrong = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in results.response["violations"]]
        if wrong:
            found[path] = wrong
    assert found == {}


def test_no_page_scrolls_sideways_on_a_phone(workshop: Workshop, open_desk: Opens) -> None:
    desk = open_desk(workshop, workshop.staff("admin"), viewport=PHONE)
    too_wide = {}
    for path in addresses(workshop):
        width = shown(desk, path).evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            too_wide[path] = width
    assert too_wide == {}


@pytest.mark.parametrize("language", ["nl", "fr", "it"])
def test_every_page_says_which_language_it_is_in(workshop: Workshop, open_desk: Opens, language: str) -> None:
    desk = open_desk(workshop, workshop.staff("admin", language=language))
    for path in addresses(workshop):
        assert shown(desk, path).locator("html").get_attribute("lang") == language, path


def test_a_page_weighs_less_than_25_kilobytes_with_all_it_needs(workshop: Workshop, open_desk: Opens) -> None:
    desk = open_desk(workshop, workshop.staff("admin"))
    weights: dict[str, int] = {}
    for path in addresses(workshop):
        bodies: dict[str, int] = {}
        desk.page.on("response", lambda answer, bodies=bodies: bodies.setdefault(answer.url, 0))
        shown(desk, path)
        for url in list(bodies):
            bodies[url] = len(gzip.compress(desk.context.request.get(url).body(), 6))
        weights[path] = sum(bodies.values())
    assert {path: weight for path, weight in weights.items() if weight > HEAVIEST} == {}


def test_whoever_uses_the_keyboard_reaches_everything_and_sees_where_they_are(
    workshop: Workshop, open_desk: Opens
) -> None:
    desk = open_desk(workshop, workshop.staff("admin"))
    for path in addresses(workshop):
        page = shown(desk, path)
        wanted = page.evaluate(REACHABLE)
        reached: set[str] = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            where = page.evaluate(FOCUSED)
            if where["at"] == "end":
                break
            assert where["visible"], f"{path}: nothing shows that {where['at']} has the focus"
            reached.add(where["at"])
        assert len(reached) >= wanted * 0.98, f"{path}: {len(reached)} of {wanted}"


def test_every_page_prints_without_what_only_a_screen_needs(workshop: Workshop, open_desk: Opens) -> None:
    desk = open_desk(workshop, workshop.staff("admin"))
    for path in addresses(workshop):
        page = shown(desk, path)
        page.emulate_media(media="print")
        assert not page.locator("nav").first.is_visible(), path
        page.emulate_media(media="screen")


def test_pages_are_pictured_for_whoever_looks_at_a_run(workshop: Workshop, open_desk: Opens, pictures: Path) -> None:
    for name, options in {"desk": {}, "phone-dark": {"viewport": PHONE, "color_scheme": "dark"}}.items():
        desk = open_desk(workshop, workshop.staff("admin", language="nl"), **options)
        for route in pages_of(workshop.app):
            shown(desk, address(route, workshop.node.store))
            file = route.path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "first"
            desk.page.screenshot(path=pictures / f"{file}.{name}.png", full_page=True)


REACHABLE = """
() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')];
  const usable = (one) => one.checkVisibility({visibilityProperty: true}) && !one.disabled && one.type !== 'hidden';
  const name = (one) => one.type === 'radio' ? `${one.form?.action} ${one.name}` : all.indexOf(one);
  return new Set(all.filter(usable).map(name)).size;
}
"""
FOCUSED = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return {at: 'end', visible: true};
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const shown = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  const all = [...document.querySelectorAll('*')];
  return {at: `${one.tagName.toLowerCase()} ${all.indexOf(one)}`, visible: shown && box.width > 0};
}
"""
