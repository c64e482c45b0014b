"""People, a clock, and what they hold in their hands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from coupole.node.staff import accounts, codes, joining, sessions
from coupole.node.staff.accounts import Staff
from coupole.node.staff.passkeys import Site
from coupole.node.staff.proving import Browser
from coupole.node.staff.sessions import Limits
from coupole.node.store import Store, open_store, open_vault
from coupole.wire.keys import KeyRing
from tests.factories import NODE
from tests.node.passwords import NOON, PASSWORD, light_hashes

__all__ = ["light_hashes"]  # a fixture of every test here

SITE = Site("desk.example.org", "https://desk.example.org", "Atelier Nord")
BROWSER = Browser(called="firefox-linux")


def staff_of(store: Store, token: str, now: datetime | None = None, limits: Limits | None = None) -> Staff | None:
    """Whose live session that is."""
    signed = sessions.current(store, token, now, limits)
    return signed.staff if signed else None


@dataclass
class Clock:
    """The moment it is; tests move it on."""

    now: datetime = NOON

    def on(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class Person:
    """Somebody with a password and an app."""

    store: Store
    clock: Clock
    staff: Staff
    secret: str = ""
    recovery: tuple[str, ...] = ()
    device: str = ""
    sessions: list[str] = field(default_factory=list)

    def figures(self) -> str:
        """The six figures of a moment at which none were used yet."""
        return pyotp.TOTP(self.secret).at(self.clock.on(seconds=30))

    @property
    def browser(self) -> Browser:
        return Browser(self.device, "firefox-linux")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def invited(store: Store, clock: Clock, role: str = "coach", login: str = "anna", **about: str) -> tuple[Staff, str]:
    """A colleague and the code of their invitation."""
    with store.writing() as session:
        staff = accounts.create(session, login=login, name="Anna Peeters", role=role, now=clock.now, **about)
        return staff, codes.make(session, staff.id, "invitation", by=None, now=clock.now).code


def joined(store: Store, clock: Clock, role: str = "coach", login: str = "anna", **about: str) -> Person:
    """A colleague who has chosen a password and holds an app, and is signed in."""
    staff, code = invited(store, clock, role, login, **about)
    token = joining.begin(store, code, clock.now)
    chosen = joining.choose_password(store, token, PASSWORD, clock.now)
    person = Person(store, clock, staff, chosen.secret)
    entered = joining.finish_by_code(store, token, person.figures(), BROWSER, clock.now)
    person.recovery, person.device, person.sessions = entered.codes, entered.device, [entered.session]
    return person


@pytest.fixture
def every_store(database_url: str, keys: Path, ring: KeyRing) -> Iterator[Store]:
    """An empty store on each kind of database, for what two do at one moment."""
    opened = open_store(database_url, NODE, open_vault(keys, ring))
    yield opened
    opened.close()


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """The databases differ in how two get in each other's way, and in nothing that matters to the other tests."""
    return sqlite_store


@pytest.fixture
def anna(store: Store, clock: Clock) -> Person:
    return joined(store, clock)
