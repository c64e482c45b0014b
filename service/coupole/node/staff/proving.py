"""Signing in: by a passkey alone, or by password and then a second factor. Whoever is refused does not learn why.

``Entered`` is what a browser gets at the end; until then it holds the token of a step (``steps``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from coupole.errors import CoupoleError
from coupole.node.staff import codes, devices, log, passkeys, passwords, sessions, steps, throttle, totp
from coupole.node.staff.accounts import find, spelt
from coupole.node.staff.passkeys import PasskeyRefused, Site
from coupole.node.store import Store
from coupole.node.store.staff_tables import Account


class SignInRefused(CoupoleError):
    """The name or the password is not right."""


class SecondFactorRefused(CoupoleError):
    """This code is not right, or was used already."""


@dataclass(frozen=True, slots=True)
class Browser:
    """What is known of the browser somebody signs in with."""

    device: str = ""
    """The token by which it is known again; empty when it is new."""
    called: str = "other-other"


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is signed in: what their browser is to keep."""

    staff: str
    session: str = field(repr=False)
    device: str = field(repr=False)
    codes: tuple[str, ...] = field(default=(), repr=False)
    """Recovery codes to show once, when some were made."""


@dataclass(frozen=True, slots=True)
class Factors:
    """The ways somebody has to sign in."""

    password: bool
    totp: bool
    passkeys: int
    recovery_codes: int
    outside: bool

    @property
    def own(self) -> bool:
        """Whether they can sign in without anybody else's service."""
        return self.password or self.passkeys > 0

    @property
    def any(self) -> bool:
        """Whether they can sign in at all."""
        return self.own or self.outside


def factors(session: Session, staff_id: str) -> Factors:
    """The ways somebody has to sign in."""
    row = session.get_one(Account, staff_id)
    left = codes.recovery_codes_left(session, staff_id)
    keys = len(passkeys.of(session, staff_id))
    return Factors(row.password is not None, row.totp is not None, keys, left, row.oidc_subject is not None)


def by_password(store: Store, login: str, password: str, browser: Browser, now: datetime) -> str:
    """The first half: name and password; the token of the step that asks for the second factor.

    Raises ``SignInRefused``, ``TooManyTries``, ``SignInBusy``.
    """
    name = spelt(login[:200])
    with store.reading() as session:
        found = session.exec(select(Account).where(Account.login == name)).first()
        row = found if found and found.disabled_at is None else None
        staff, phc = (row.id, row.password) if row else (None, None)
        device = _known(session, browser, staff, now)
    charged = throttle.charge(store, "password", name, now, device=device, staff=staff)
    right = passwords.matches(password[: passwords.LONGEST + 1], phc)
    with store.writing() as session:
        if staff is not None and right:
            throttle.clear(session, charged)
            return steps.begin(session, store.vault, "second", {"staff": staff, "how": "password"}, now)
        log.note(session, "sign_in_refused", staff=staff, how="password", now=now)
    raise SignInRefused()


def by_second_factor(store: Store, token: str, code: str, browser: Browser, now: datetime) -> Entered:
    """The second half: figures of the app, or a recovery code.

    Raises ``StepOver``, ``SecondFactorRefused``, ``TooManyTries``.
    """
    with store.reading() as session:
        shown = steps.look(session, store.vault, "second", token, now)
    second_factor(store, shown["staff"], code, browser, now)
    with store.writing() as session:
        steps.take(session, store.vault, "second", token, now)
        return enter(session, shown["staff"], browser, now, how=shown["how"])


def second_factor(store: Store, staff_id: str, code: str, browser: Browser, now: datetime) -> None:
    """Use up a code of somebody's app, or a recovery code. Raises ``SecondFactorRefused``, ``TooManyTries``."""
    with store.reading() as session:
        device = _known(session, browser, staff_id, now)
    charged = throttle.charge(store, "second", staff_id, now, device=device, staff=staff_id)
    with store.writing() as session:
        if _right(session, store, staff_id, code, now):
            throttle.clear(session, charged)
            return
        log.note(session, "second_factor_refused", staff=staff_id, now=now)
    raise SecondFactorRefused("/code")


def _right(session: Session, store: Store, staff_id: str, code: str, now: datetime) -> bool:
    if codes.looks_like_one(code):
        return codes.use_recovery_code(session, staff_id, code, now)
    return totp.use(session, store.vault, staff_id, code, now)


def ask_passkey(store: Store, at: Site, now: datetime) -> tuple[str, dict[str, object]]:
    """The token of a step, and what the browser is told to have a key sign."""
    asked = passkeys.challenge()
    with store.writing() as session:
        return steps.begin(session, store.vault, "passkey", {"asked": asked}, now), passkeys.request(at, asked)


def by_passkey(store: Store, at: Site, token: str, sent: str, browser: Browser, now: datetime) -> Entered:
    """Sign in with a key; its challenge is used up. Raises ``StepOver``, ``PasskeyRefused``."""
    with store.writing() as session:
        staff_id = _signed(session, store, at, token, sent, now)
        if staff_id is not None:
            return enter(session, staff_id, browser, now, how="passkey")
    raise PasskeyRefused()


def again_by_passkey(store: Store, at: Site, token: str, sent: str, staff_id: str, now: datetime) -> None:
    """Whether it is still them, by a key. Raises ``StepOver``, ``PasskeyRefused``."""
    with store.writing() as session:
        found = _signed(session, store, at, token, sent, now)
    if found != staff_id:
        raise PasskeyRefused()


def again_by_password(store: Store, staff_id: str, password: str, code: str, browser: Browser, now: datetime) -> None:
    """Whether it is still them, by password and second factor. Raises ``SignInRefused`` and what those raise."""
    with store.reading() as session:
        row = session.get_one(Account, staff_id)
        login, phc = row.login, row.password
        device = _known(session, browser, staff_id, now)
    charged = throttle.charge(store, "password", login, now, device=device, staff=staff_id)
    if not passwords.matches(password[: passwords.LONGEST + 1], phc):
        with store.writing() as session:
            log.note(session, "sign_in_refused", staff=staff_id, how="password", now=now)
        raise SignInRefused()
    with store.writing() as session:
        throttle.clear(session, charged)
    second_factor(store, staff_id, code, browser, now)


def enter(session: Session, staff_id: str, browser: Browser, now: datetime, *, how: str) -> Entered:
    """Begin a session of somebody who has proved who they are. Raises ``SignInRefused`` when not let in any more."""
    staff = find(session, staff_id)
    if staff is None or staff.disabled:
        raise SignInRefused()
    known = devices.known(session, browser.device, staff_id, now)
    device = browser.device if known else devices.remember(session, staff_id, now)
    token = sessions.begin(session, staff_id, now, how=how, device=browser.called)
    return Entered(staff_id, token, device)


def _signed(session: Session, store: Store, at: Site, token: str, sent: str, now: datetime) -> str | None:
    """Whose key signed; none, and noted, when nobody's did. The challenge is used up either way."""
    shown = steps.take(session, store.vault, "passkey", token, now)
    try:
        return passkeys.prove(session, at, shown["asked"], sent, now).id
    except PasskeyRefused:
        log.note(session, "passkey_refused", now=now)
        return None


def _known(session: Session, browser: Browser, staff_id: str | None, now: datetime) -> str:
    """The browser's mark for the throttle, when it is one its owner has signed in with before."""
    if staff_id is None or not browser.device or not devices.known(session, browser.device, staff_id, now):
        return ""
    return sessions.hashed(browser.device)
