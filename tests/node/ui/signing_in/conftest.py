"""A node at an address with a name, people who sign in to it, and their telephones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pyotp
import pytest
import time_machine
from starlette.testclient import TestClient

from coupole.node.app import create_app
from coupole.node.settings import NodeSettings
from coupole.node.staff import accounts, codes, joining
from coupole.node.staff.accounts import Staff
from coupole.node.staff.proving import Browser
from tests.calling import RunningNode
from tests.desk import browser
from tests.node.passwords import NOON, PASSWORD, light_hashes

__all__ = ["light_hashes"]  # a fixture of every test here

NEW = "vijf rode stoelen in de tuin"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """It is noon, and time stands still until a test moves it."""
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def at(settings: NodeSettings, issuer: str) -> Iterator[RunningNode]:
    moved = settings.model_copy(update={"issuer": issuer})
    app = create_app(moved)
    with TestClient(app, base_url=issuer) as client:
        yield RunningNode(app, moved, client)


@pytest.fixture
def desk(settings: NodeSettings, clock: time_machine.Coordinates) -> Iterator[RunningNode]:
    """A node as others reach it."""
    yield from at(settings, "https://desk.example.org")


@pytest.fixture
def here(settings: NodeSettings, clock: time_machine.Coordinates) -> Iterator[RunningNode]:
    """A node on this very machine."""
    yield from at(settings, "http://127.0.0.1:8100")


@dataclass
class Person:
    """Somebody at a browser, with a telephone."""

    desk: RunningNode
    clock: time_machine.Coordinates
    staff: Staff
    secret: str = ""
    recovery: tuple[str, ...] = ()
    browser: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = browser(self.desk)

    def figures(self) -> str:
        """Six figures that were not used yet."""
        self.clock.shift(timedelta(seconds=30))
        return pyotp.TOTP(self.secret).now()

    def post(self, path: str, **fields: str) -> httpx2.Response:
        return self.browser.post(path, data=fields or {"go": "on"})

    def sign_in(self, password: str = PASSWORD, next: str = "/more") -> httpx2.Response:
        """Name, password, figures; the last answer."""
        first = self.post("/sign-in", login=self.staff.login, password=password, next=next)
        assert first.status_code == 303, first.text
        assert first.headers["location"].startswith("/sign-in/code")
        return self.post("/sign-in/code", code=self.figures(), next=next)

    def inside(self) -> bool:
        """Whether the browser is signed in."""
        return self.browser.get("/account").status_code == 200


def employ(desk: RunningNode, clock: time_machine.Coordinates, role: str = "coach", login: str = "anna") -> Person:
    """A colleague with password and app, not signed in yet."""
    store, now = desk.node.store, datetime.now(UTC)
    with store.writing() as session:
        staff = accounts.create(session, login=login, name=f"{login.title()} Peeters", role=role)
        code = codes.make(session, staff.id, "invitation", by=None, now=now).code
    token = joining.begin(store, code, now)
    secret = joining.choose_password(store, token, PASSWORD, now).secret
    entered = joining.finish_by_code(store, token, pyotp.TOTP(secret).now(), Browser(), now)
    return Person(desk, clock, staff, secret, entered.codes)


@pytest.fixture
def anna(desk: RunningNode, clock: time_machine.Coordinates) -> Person:
    return employ(desk, clock)


@pytest.fixture
def admin(desk: RunningNode, clock: time_machine.Coordinates) -> Person:
    boss = employ(desk, clock, "admin", "zoe")
    assert boss.sign_in().status_code == 303
    return boss
