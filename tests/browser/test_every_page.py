"""Every page of the desk, in a real browser: for everybody, on a phone, in the dark, on paper, and calling nobody."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from coupole.node.sheets import staging
from coupole.node.ui.arriving import cookie_name
from tests.browser.addresses import address, pages_of
from tests.browser.conftest import PHONE, Desk, Workshop, bring_spreadsheet

pytestmark = pytest.mark.browser
HEAVIEST = 25_000
"""Bytes of a page with all it needs, compressed, on a first visit."""
Opens = Callable[..., Desk]
Faults = defaultdict[str, list[str]]


@pytest.fixture
def workshop(workshop: Workshop) -> Workshop:
    """The common workshop with a spreadsheet waiting: other tests may have thrown theirs away."""
    with workshop.node.store.reading() as session:
        waits = staging.waiting(session)
    if not waits:
        bring_spreadsheet(workshop)
    return workshop


def addresses(workshop: Workshop) -> dict[str, str]:
    """A name for a picture of every page, and where the page is."""
    routes = list(pages_of(workshop.app))
    names = [route.path.strip("/").translate(str.maketrans("/", "-", "{}")) or "first" for route in routes]
    return {name: address(route, workshop.node.store) for name, route in zip(names, routes, strict=True)}


def walk(desk: Desk, pictures: Path, suffix: str) -> Iterator[tuple[str, Page]]:
    """Every page in turn, pictured for whoever looks at a run."""
    for name, path in addresses(desk.workshop).items():
        page = desk.goto(path)
        page.screenshot(path=pictures / f"{name}.{suffix}.png", full_page=True)
        yield path, page


def hindrances(page: Page) -> list[str]:
    """What axe finds on a page."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def test_every_page_is_for_everybody_and_good_on_paper(workshop: Workshop, open_desk: Opens, pictures: Path) -> None:
    faults = Faults(list)
    for path, page in walk(open_desk(workshop, workshop.staff("admin")), pictures, "desk"):
        faults[path] += hindrances(page)
        if page.locator("main h1").count() != 1:
            faults[path].append("no heading of its own, or two")
        page.emulate_media(media="print")
        if page.locator("nav").first.is_visible():
            faults[path].append("its navigation is printed")
        page.emulate_media(media="screen")
    assert {path: found for path, found in faults.items() if found} == {}


def test_every_page_is_for_everybody_in_the_dark_and_fits_a_phone(
    workshop: Workshop, open_desk: Opens, pictures: Path
) -> None:
    faults = Faults(list)
    colleague = workshop.staff("admin", language="nl")
    desk = open_desk(workshop, colleague, viewport=PHONE, color_scheme="dark", locale="nl-BE")
    for path, page in walk(desk, pictures, "phone-dark"):
        faults[path] += hindrances(page)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
            faults[path].append(f"{width} pixels wide")
    assert {path: found for path, found in faults.items() if found} == {}


def test_whoever_uses_the_keyboard_reaches_everything_and_sees_where_they_are(
    workshop: Workshop, open_desk: Opens
) -> None:
    desk, faults = open_desk(workshop, workshop.staff("admin")), Faults(list)
    for path in addresses(workshop).values():
        page = desk.goto(path)
        page.keyboard.press("Tab")  # from here on the browser shows the focus as it does for a keyboard
        faults[path] += page.evaluate(UNREACHABLE)
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("language", ["nl", "fr", "it"])
def test_every_page_says_which_language_it_is_in(workshop: Workshop, language: str) -> None:
    with visitor(workshop, language) as colleague:
        for path in addresses(workshop).values():
            assert f'<html lang="{language}"' in colleague.get(path).text[:200], path


def test_a_page_weighs_less_than_25_kilobytes_with_all_it_needs(workshop: Workshop) -> None:
    with visitor(workshop, "en") as colleague:
        weights = {path: weight(colleague, path) for path in addresses(workshop).values()}
    assert {path: bytes_ for path, bytes_ in weights.items() if bytes_ > HEAVIEST} == {}


def visitor(workshop: Workshop, language: str) -> httpx2.Client:
    """A colleague who sends requests without a browser."""
    issuer = workshop.settings.issuer
    cookies = {cookie_name(issuer): workshop.token(workshop.staff("admin", language=language))}
    return httpx2.Client(
        base_url=issuer,
        follow_redirects=True,
        cookies=cookies,
        headers={"accept": "text/html", "accept-language": language},
    )


def weight(colleague: httpx2.Client, path: str) -> int:
    """Bytes of a page and of every file it names, each compressed."""
    page = colleague.get(path).text
    files = {part.split('"')[0] for part in page.split('"/static/')[1:]}
    bodies = [page.encode(), *(colleague.get(f"/static/{file}").content for file in files)]
    return sum(len(gzip.compress(body, 6)) for body in bodies)


UNREACHABLE = """
() => {
  const marked = (element) => {
    if (!element) return false;
    const style = getComputedStyle(element);
    const drawn = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    return drawn && element.getBoundingClientRect().width > 8;
  };
  const faults = [];
  for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')) {
    if (!one.checkVisibility({visibilityProperty: true}) || one.disabled || one.type === 'hidden') continue;
    const name = one.outerHTML.slice(0, 120);
    if (one.tabIndex > 0) faults.push(`changes the order: ${name}`);
    if (one.tabIndex < 0) continue;
    one.focus();
    if (document.activeElement !== one) faults.push(`cannot be reached: ${name}`);
    else if (![one, one.closest('label'), one.nextElementSibling, one.labels?.[0]].some(marked))
      faults.push(`nothing shows that it has the focus: ${name}`);
  }
  return faults;
}
"""
