"""How somebody with a code gets their ways to sign in: the first admin, a new colleague, whoever lost theirs.

The code stays good until the end, where one transaction uses it up, keeps what was chosen and signs the person in: who
is interrupted begins again with the same code, and there is never an account with half a way in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.staff import accounts, codes, log, own, passkeys, passwords, proving, sessions, steps, totp
from coupole.node.staff.accounts import AccountInvalid, LoginTaken
from coupole.node.staff.passkeys import Site
from coupole.node.staff.proving import Browser, Entered
from coupole.node.store import Store
from coupole.node.store.setup import setup_code_good, use_setup_code

For = Literal["first", "invitation", "password", "everything", "visit"]
LONGEST_CODE = 64


class CodeRefused(CoupoleError):
    """This code is not good, was used, or is too old."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody on their way in."""

    what: For
    code: str
    staff: str
    """Their account; for the first admin the identifier it will have."""
    login: str = ""
    name: str = ""
    language: str = "en"
    password: str = ""
    """Argon2id, once it is chosen."""
    secret: str = ""
    """For the authenticator app, once a password is chosen."""
    asked: str = ""
    """The challenge for a passkey, once one is wanted."""

    @property
    def named(self) -> bool:
        """Whether we know who it is."""
        return bool(self.login)


def begin(store: Store, code: str, now: datetime) -> str:
    """The token of a step for whoever has a code that is good. Raises ``CodeRefused``."""
    with store.writing() as session:
        found = _by_code(session, code[:LONGEST_CODE], now)
        if found is not None:
            return steps.begin(session, store.vault, "joining", _plain(found), now)
        log.note(session, "code_refused", now=now)
    raise CodeRefused("/code")


def look(store: Store, token: str, now: datetime) -> Joining:
    """Who is on their way in, and how far. Raises ``StepOver``."""
    with store.reading() as session:
        return Joining(**steps.look(session, store.vault, "joining", token, now))


def name_first(store: Store, token: str, login: str, name: str, language: str, now: datetime) -> Joining:
    """Who the first admin is. Raises ``StepOver``, ``AccountInvalid``, ``LoginTaken``, ``CodeRefused``."""
    joining = look(store, token, now)
    if joining.what != "first":
        raise CodeRefused()
    spelt = accounts.spelt(login)
    accounts.check(login=spelt, name=name, role="admin", language=language, email=None)
    with store.writing() as session:
        if accounts.by_login(session, spelt):
            raise LoginTaken("/login")
        return _kept(session, store, token, replace(joining, login=spelt, name=name.strip(), language=language), now)


def choose_password(store: Store, token: str, password: str, now: datetime) -> Joining:
    """Take a password, and make the secret for the app.

    Raises ``StepOver``, ``AccountInvalid``, ``SignInBusy`` and what ``passwords.check`` raises.
    """
    joining = look(store, token, now)
    if joining.what == "visit":
        raise CodeRefused()
    if not joining.named:
        raise AccountInvalid("/login")
    passwords.check(password, (joining.login, joining.name))
    phc = passwords.kept(password)
    secret = "" if joining.what == "password" else totp.new_secret()
    with store.writing() as session:
        return _kept(session, store, token, replace(joining, password=phc, secret=secret), now)


def finish_by_code(store: Store, token: str, code: str, browser: Browser, now: datetime) -> Entered:
    """The end with password and app: the six figures prove that the app has the secret.

    Raises ``StepOver``, ``SecondFactorRefused``, ``CodeRefused``, ``LoginTaken``, ``TooManyTries``.
    """
    joining = look(store, token, now)
    if not joining.password:
        raise AccountInvalid("/password")
    if joining.what == "password":
        proving.second_factor(store, joining.staff, code, browser, now)
        step = None
    else:
        step = totp.step_of(joining.secret, code, now)
        if step is None:
            raise proving.SecondFactorRefused("/code")
    with store.writing() as session:
        joining = Joining(**steps.take(session, store.vault, "joining", token, now))
        _use(session, joining, now)
        own.keep_password(session, joining.staff, joining.password, now)
        if step is None:
            return proving.enter(session, joining.staff, browser, now, how="password")
        totp.keep(session, store.vault, joining.staff, joining.secret, step)
        made = codes.make_recovery_codes(session, joining.staff, now)
        entered = proving.enter(session, joining.staff, browser, now, how="password")
        return replace(entered, codes=tuple(made))


def ask_passkey(store: Store, at: Site, token: str, now: datetime) -> dict[str, Any]:
    """What the browser is told to make a key with. Raises ``StepOver``, ``AccountInvalid``, ``CodeRefused``."""
    joining = look(store, token, now)
    if joining.what in ("password", "visit"):
        raise CodeRefused()
    if not joining.named:
        raise AccountInvalid("/login")
    joining = replace(joining, asked=passkeys.challenge())
    with store.writing() as session:
        _kept(session, store, token, joining, now)
    return passkeys.creation(at, joining.asked, joining.staff, joining.login, [])


def finish_by_passkey(store: Store, at: Site, token: str, sent: str, browser: Browser, now: datetime) -> Entered:
    """The end with a passkey. Raises ``StepOver``, ``PasskeyRefused``, ``CodeRefused``, ``LoginTaken``."""
    with store.writing() as session:
        joining = Joining(**steps.take(session, store.vault, "joining", token, now))
        if not joining.asked:
            raise AccountInvalid("/login")
        _use(session, joining, now)
        passkeys.add(session, at, joining.asked, joining.staff, sent, browser.called, now)
        return proving.enter(session, joining.staff, browser, now, how="passkey")


def visit(store: Store, token: str, browser: Browser, now: datetime) -> Entered:
    """The end for a code that signs in by itself. Raises ``StepOver``, ``CodeRefused``."""
    with store.writing() as session:
        joining = Joining(**steps.take(session, store.vault, "joining", token, now))
        if joining.what != "visit":
            raise CodeRefused()
        _use(session, joining, now)
        return proving.enter(session, joining.staff, browser, now, how="code")


def _by_code(session: Session, code: str, now: datetime) -> Joining | None:
    if setup_code_good(session, code, now):
        return Joining("first", code, accounts.new_id())
    known = codes.look(session, code, now)
    staff = known and accounts.find(session, known.staff)
    if known is None or not staff or staff.disabled:
        return None
    return Joining(known.purpose, code, staff.id, staff.login, staff.name, staff.language)


def _use(session: Session, joining: Joining, now: datetime) -> None:
    """Use up the code and make way for what was chosen."""
    if joining.what == "first":
        if not use_setup_code(session, joining.code, now):
            raise CodeRefused()
        accounts.create(
            session,
            login=joining.login,
            name=joining.name,
            role="admin",
            language=joining.language,
            now=now,
            staff_id=joining.staff,
        )
        return
    known = codes.use(session, joining.code, now)
    if known is None or known.staff != joining.staff:
        raise CodeRefused()
    if joining.what == "everything":
        own.forget_factors(session, joining.staff)
    if joining.what != "visit":
        sessions.end_all(session, joining.staff, now=now)


def _kept(session: Session, store: Store, token: str, joining: Joining, now: datetime) -> Joining:
    steps.keep(session, store.vault, "joining", token, _plain(joining), now)
    return joining


def _plain(joining: Joining) -> dict[str, Any]:
    return {name: getattr(joining, name) for name in Joining.__dataclass_fields__}
