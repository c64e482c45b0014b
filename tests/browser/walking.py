"""How a person goes through the pages: from day to day, by the words on them, with a picture of each step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pyotp
import time_machine
from playwright.sync_api import Browser, Locator, Page, expect

from coupole.node.staff.accounts import Staff
from coupole.node.store.setup import make_setup_code
from coupole.node.ui.arriving import cookie_name
from coupole.standard.codes import code_list, code_list_names
from coupole.standard.entities import ENTITIES, Field
from tests.browser.conftest import DESK, Desk, Workshop, listen, served
from tests.words import TRANSLATED, catalogue, groups, key

NOBODY = Staff.__new__(Staff)
LONGEST_ALIKE = 3
"""A text of so few letters may be the same word in two languages by chance."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of the machine the workshop runs on, which goes on by itself and is put forward to another day."""

    moved: time_machine.Coordinates

    def morning_of(self, day: str) -> None:
        """Put it forward to the beginning of a working day."""
        self.moved.move_to(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=8))


@contextmanager
def opened(folder: Path, day: str, **about: Any) -> Iterator[tuple[Workshop, Clock]]:
    """An empty workshop that opens on that day."""
    first = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=8)
    with time_machine.travel(first, tick=True) as moved, served(folder, **about) as workshop:
        yield workshop, Clock(moved)


@dataclass
class Walk:
    """One person in one browser window. ``story``: what its pictures are called; ``acts``: clicks and fields filled.

    ``staff``: who is signed in without the pages of signing in.
    """

    workshop: Workshop
    clock: Clock
    page: Page
    language: str
    pictures: Path
    story: str
    staff: Staff | None = None
    login: str = ""
    password: str = ""
    secret: str = ""
    taken: Iterator[int] = field(default_factory=count)
    acts: int = 0
    wrong: list[str] = field(default_factory=list)

    def goto(self, path: str) -> None:
        """Open an address by hand, as one does once a day."""
        self.page.goto(self.workshop.settings.issuer + path)
        self.look()

    def arrives(self, day: str) -> None:
        """Another day: the session of yesterday is over, so one signs in (``staff``: is signed in already)."""
        self.clock.morning_of(day)
        if self.staff:
            issuer = self.workshop.settings.issuer
            token = self.workshop.token(self.staff)
            self.page.context.add_cookies([{"name": cookie_name(issuer), "value": token, "url": issuer}])
        self.goto("/")
        if "/sign-in" in self.page.url:
            self.sign_in()

    def sign_in(self) -> None:
        """Name, password and the figures of the app."""
        self.page.locator("#login").fill(self.login)
        self.page.locator("#password").fill(self.password)
        self.page.locator("#password").press("Enter")
        self.page.locator("#code").fill(pyotp.TOTP(self.secret).now())
        self.page.locator("#code").press("Enter")
        expect(self.page.locator("form.leave")).to_be_visible()
        self.look()

    def begin(self, path: str, name: str, login: str, password: str, code: str) -> None:
        """Begin with a code: an account with a password and an app."""
        self.page.goto(self.workshop.settings.issuer + path)
        self.picture("code")
        self.page.locator("#code").fill(code)
        self.page.locator("main form button").click()
        if self.page.locator("#name").count():
            self.page.locator("#name").fill(name)
            self.page.locator("#login").fill(login)
            self.page.locator("#language").select_option(self.language)
            self.picture("name")
            self.page.locator("main form button").click()
        self.page.locator("#password").fill(password)
        self.page.locator("#password_again").fill(password)
        self.page.locator("form[action='/set-up/password'] button").click()
        self.login, self.password, self.secret = login, password, self.page.locator("code.secret").inner_text()
        self.page.locator("#code").fill(pyotp.TOTP(self.secret).now())
        self.picture("app")
        self.page.locator("form[action='/set-up/app'] button").click()
        self.look()

    # what one does on a page

    def go(self, words: str, inside: Locator | None = None) -> None:
        """Follow a link by its words: one of the page itself before those on every page."""
        self.acts += 1
        own = (inside or self.page.locator("main")).get_by_role("link", name=words, exact=True)
        (own if inside or own.count() else self.page.get_by_role("link", name=words, exact=True)).first.click()
        self.look()

    def press(self, words: str, inside: Locator | None = None) -> None:
        """Press a button by its words."""
        self.acts += 1
        (inside or self.page.locator("main")).get_by_role("button", name=words, exact=True).first.click()
        self.look()

    def labelled(self, label: str, inside: Locator | None = None) -> Locator:
        """A field by its label; that it is required may be said behind it."""
        pattern = re.compile(rf"^\s*{re.escape(label)}(\s*\([^)]+\))?\s*$")
        return (inside or self.page.locator("main")).get_by_label(pattern).first

    def types(self, label: str, text: str, inside: Locator | None = None) -> None:
        """Type into a field."""
        self.acts += 1
        self.labelled(label, inside).fill(text)

    def chooses(self, label: str, option: str, inside: Locator | None = None) -> None:
        """Choose from a list."""
        self.acts += 1
        self.labelled(label, inside).select_option(label=option)

    def ticks(self, label: str, inside: Locator | None = None, on: bool = True) -> None:
        """Tick a box or one of several circles."""
        self.acts += 1
        self.labelled(label, inside).set_checked(on)

    def part(self, words: str) -> Locator:
        """A part of the page with a frame and a title of its own: the first whose title begins so."""
        return self.page.locator("fieldset").filter(has=self.page.locator("legend", has_text=re.compile(words))).last

    def scores(self, words: str, level: str) -> None:
        """One of five big buttons of an objective or a competence."""
        self.acts += 1
        self.part(words).locator(".scale label").filter(has_text=re.compile(rf"^\s*{level}\s*$")).click()

    def unfolds(self, words: str, inside: Locator | None = None) -> None:
        """Open what is folded."""
        self.acts += 1
        (inside or self.page.locator("main")).locator("summary").get_by_text(words, exact=True).first.click()

    # what is seen

    def reads(self, *texts: str) -> None:
        """The page says all of this."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def heading(self, text: str) -> None:
        """The page is called so."""
        expect(self.page.locator("main h1")).to_have_text(text)

    def saved(self, words: str) -> None:
        """The notice of the page that follows says so."""
        expect(self.page.get_by_role("status").first).to_contain_text(words)

    def picture(self, name: str) -> None:
        """Keep how the page looks, for people to look at after a run."""
        self.look()
        self.page.evaluate(STILL)
        path = self.pictures / f"{self.story}-{next(self.taken):02}-{name}.png"
        self.page.screenshot(path=path, full_page=True)

    def look(self) -> None:
        """No word of the interface stands there in English."""
        self.page.wait_for_load_state()
        known = english(self.language)
        shown: list[str] = self.page.evaluate(TEXTS)
        self.wrong += [f"{self.page.url}: {text}" for text in shown if text in known]


STILL = """
() => {
  document.activeElement?.blur();
  scrollTo(0, 0);
}
"""
"""What is being typed is left, for a picture of the whole page moves it; what goes along when one scrolls is on top."""
TEXTS = """
() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const inside = walker.currentNode.parentElement;
    if (!inside.closest('script, style, textarea, [lang]:not(html)')) found.add(walker.currentNode.data);
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (one.hasAttribute(name)) found.add(one.getAttribute(name));
  found.add(document.title.split(' · ')[0]);
  return [...found].map(text => text.replace(/\\s+/g, ' ').trim()).filter(text => text);
}
"""


@cache
def english(language: str) -> frozenset[str]:
    """Texts that stand in English pages only: of the catalogues, and labels of fields and codes of the standard."""
    pairs = [*_of_catalogues(language), *_of_the_standard(language)]
    theirs = {other for _, other in pairs}
    own = (ours for ours, other in pairs if ours != other and ours not in theirs)
    return frozenset(text for text in own if len(text) > LONGEST_ALIKE)


def _of_catalogues(language: str) -> Iterator[tuple[str, str]]:
    assert language in TRANSLATED
    for group in groups():
        if group.name.startswith("hub"):
            continue
        for message in catalogue(group, language):
            if message.id:
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                yield key(message), str(texts[0])


def _of_the_standard(language: str) -> Iterator[tuple[str, str]]:
    for name in code_list_names():
        codes = code_list(name)
        yield codes.titles["en"], codes.titles[language]
        yield from ((codes.labels(code, "en"), codes.labels(code, language)) for code in codes.ids)
    for entity in ENTITIES.values():
        yield entity.labels["en"], entity.labels[language]
        yield from _of_fields(entity.fields.values(), language)


def _of_fields(fields: Any, language: str) -> Iterator[tuple[str, str]]:
    one: Field
    for one in fields:
        yield one.label("en"), one.label(language)
        both = zip(one.options("en"), one.options(language), strict=True)
        yield from ((ours, other) for (_, ours), (_, other) in both)
        yield from _of_fields(one.fields.values(), language)


Windows = Callable[..., Walk]


@contextmanager
def windows(browser: Browser, workshop: Workshop, clock: Clock, language: str, story: str) -> Iterator[Windows]:
    """Opens windows on the workshop in that language; at the end none may have complained or spoken English."""
    made: list[tuple[Walk, Desk]] = []
    taken = count(1)
    pictures = Path("test-artifacts", "journeys").absolute()
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob(f"{story}-*.png"):
        old.unlink()

    def make(locale: str, staff: Staff | None = None, **context: Any) -> Walk:
        window = browser.new_context(**({"viewport": DESK, "locale": locale, "reduced_motion": "reduce"} | context))
        window.set_default_timeout(10_000)
        desk = Desk(workshop, window, window.new_page(), NOBODY)
        listen(desk)
        walk = Walk(workshop, clock, desk.page, language, pictures, story, staff, taken=taken, wrong=desk.wrong)
        made.append((walk, desk))
        return walk

    try:
        yield make
    except BaseException:
        for number, (walk, _) in enumerate(made):
            walk.page.screenshot(path=pictures / f"{story}-broken-{number}.png", full_page=True)
        raise
    finally:
        for _, desk in made:
            desk.context.close()
    wrong = [one for walk, _ in made for one in dict.fromkeys(walk.wrong)]
    assert not wrong, "\n".join(wrong)


def set_up_code(workshop: Workshop) -> str:
    """The code that whoever installed the workshop was given."""
    with workshop.node.store.writing() as session:
        return make_setup_code(session).code
