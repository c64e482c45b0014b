"""Signing in as a person does it: a passkey in the browser's hand, or nothing but a keyboard and no script."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from coupole.node.app import create_app
from coupole.node.opening import create_node
from coupole.node.settings import NodeSettings
from coupole.node.store.setup import make_setup_code
from tests.browser.conftest import PHONE, Workshop
from tests.browser.test_every_page import hindrances
from tests.live import Live

pytestmark = pytest.mark.browser
PASSWORD = "vier groene fietsen op zolder"
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device that has its owner's finger on it."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Workshop]:
    """An empty workshop at an address with a name: without one, browsers know no passkeys."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    about = {"node_id": "desk", "name": "De Werkbank", "issuer": f"http://localhost:{port}", "port": port}
    settings = NodeSettings.checked({"directory": tmp_path / "node", **about})
    create_node(settings)
    app = create_app(settings)
    service = Live(app, port)
    service.start()
    try:
        yield Workshop(app, settings)
    finally:
        service.stop()


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(locale="en-GB")
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


def code_of(house: Workshop) -> str:
    with house.node.store.writing() as session:
        return make_setup_code(session).code


def look(page: Page, pictures: Path, name: str) -> None:
    """Nothing on the page is in anybody's way, and there is a picture of it."""
    page.screenshot(path=pictures / f"signing-in-{name}.png", full_page=True)
    assert hindrances(page) == [], name


def with_finger(window: BrowserContext, page: Page) -> None:
    device = window.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})


def test_a_passkey_is_made_and_signs_in(house: Workshop, window: BrowserContext, pictures: Path) -> None:
    page, issuer = window.new_page(), house.settings.issuer
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    with_finger(window, page)
    page.goto(f"{issuer}/set-up#{code_of(house)}")
    assert page.url == f"{issuer}/set-up", "the code is in no address and no history any more"
    look(page, pictures, "code")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Your name").fill("Anna Peeters")
    page.get_by_label("Name to sign in with").fill("anna")
    look(page, pictures, "name")
    page.get_by_role("button", name="Go on").click()
    look(page, pictures, "choose")
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url(f"{issuer}/")
    page.goto(f"{issuer}/account")
    look(page, pictures, "account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(re.compile("/sign-in"))
    look(page, pictures, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{issuer}/")
    assert page.get_by_text("Anna Peeters").first.is_visible()
    assert wrong == []


def test_a_passkey_that_is_not_there_is_said_in_words(house: Workshop, window: BrowserContext) -> None:
    page = window.new_page()
    device = window.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER | {"automaticPresenceSimulation": False}})
    code = code_of(house)
    page.goto(f"{house.settings.issuer}/set-up")
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Name to sign in with").fill("anna")
    page.keyboard.press("Enter")
    page.route("**/set-up/passkey/start", lambda route: route.abort())
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("That did not work.").wait_for()


def test_without_any_script_and_by_the_keyboard_alone(house: Workshop, chromium: Browser, pictures: Path) -> None:
    window = chromium.new_context(locale="nl-BE", java_script_enabled=False, viewport=PHONE)
    page, issuer = window.new_page(), house.settings.issuer
    page.goto(f"{issuer}/set-up")
    page.locator("#code").focus()
    page.keyboard.type(code_of(house))
    page.keyboard.press("Enter")
    page.locator("#name").focus()
    page.keyboard.type("Anna Peeters")
    page.keyboard.press("Tab")
    page.keyboard.type("anna")
    page.keyboard.press("Enter")
    assert page.locator("form[data-passkey]").is_hidden(), "what needs the script is not shown without it"
    page.locator("#password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.screenshot(path=pictures / "signing-in-app.phone.png", full_page=True)
    secret = page.locator("code.secret").inner_text()
    page.locator("#code").focus()
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.locator(".codes li").first.wait_for()  # Enter does not wait for the page it leads to
    page.screenshot(path=pictures / "signing-in-codes.phone.png", full_page=True)
    assert page.locator(".codes li").count() == 10
    recovery = page.locator(".codes li").first.inner_text()
    page.goto(f"{issuer}/account")
    assert page.get_by_role("heading", name="Mijn account").is_visible()
    page.locator("form.leave button").press("Enter")
    page.locator("#login").focus()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#code").focus()
    page.keyboard.type(recovery)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{issuer}/")
    page.goto(f"{issuer}/account")
    assert page.get_by_role("heading", name="Mijn account").is_visible()
    window.close()
