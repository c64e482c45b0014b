"""Signing in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from coupole.errors import CoupoleError
from coupole.node.staff import access, accounts, passkeys, proving, sessions
from coupole.node.staff.passkeys import PasskeyRefused, Site
from coupole.node.staff.passwords import SignInBusy
from coupole.node.staff.proving import Entered, SecondFactorRefused, SignInRefused
from coupole.node.staff.steps import StepOver
from coupole.node.staff.throttle import TooManyTries
from coupole.node.ui.arriving import local_path
from coupole.node.ui.desk import Desk, Guest
from coupole.node.ui.signing_in import keeping
from coupole.node.ui.signing_in.keeping import text


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.open_get("/sign-in", lambda guest: show(desk, guest))
    desk.open_post("/sign-in", with_password)
    desk.open_get("/sign-in/code", show_code)
    desk.open_post("/sign-in/code", with_code)
    desk.open_post("/sign-in/passkey/start", ask_passkey)
    desk.open_post("/sign-in/passkey", with_passkey)
    desk.open_post("/sign-out", leave)


def show(desk: Desk, guest: Guest) -> Response:
    """How to sign in; whoever is signed in goes on."""
    if desk.visit(guest.request):
        return guest.see_other(next_of(guest.asked("next")))
    with guest.node.store.reading() as session:
        empty = not accounts.everybody(session)
    return guest.page("signing_in/sign_in.html", wrong=None, **(_page(guest, guest.asked("next")) | {"empty": empty}))


def with_password(guest: Guest, form: FormData) -> Response:
    """Name and password; then the second factor is asked for."""
    login, going = text(form, "login", 200), text(form, "next", 2_000)
    browser = keeping.browser_of(guest)
    try:
        token = proving.by_password(guest.node.store, login, text(form, "password"), browser, guest.now)
    except (SignInRefused, TooManyTries, SignInBusy) as error:
        return _again(guest, error, going, login=login)
    return keeping.with_step(guest, guest.see_other(code_page(going)), token)


def show_code(guest: Guest) -> Response:
    """The second factor."""
    return guest.page("signing_in/second.html", wrong=None, next=next_of(guest.asked("next")))


def with_code(guest: Guest, form: FormData) -> Response:
    """Figures of the app or a recovery code: signed in."""
    going = next_of(text(form, "next", 2_000))
    code, browser = text(form, "code", 100), keeping.browser_of(guest)
    try:
        entered = proving.by_second_factor(guest.node.store, keeping.step_of(guest), code, browser, guest.now)
    except (SecondFactorRefused, TooManyTries) as error:
        return keeping.refused(guest, "signing_in/second.html", error, next=going)
    except (StepOver, SignInRefused) as error:
        return _again(guest, error, going)
    return entered_at(guest, entered, going)


def ask_passkey(guest: Guest, form: FormData) -> Response:
    """What the browser is to have a passkey sign: for the script of the page, in JSON."""
    token, told = proving.ask_passkey(guest.node.store, site_of(guest), guest.now)
    return keeping.with_step(guest, JSONResponse(told), token)


def with_passkey(guest: Guest, form: FormData) -> Response:
    """What a passkey signed: signed in."""
    going, sent = text(form, "next", 2_000), text(form, "credential", passkeys.LONGEST + 1)
    try:
        entered = proving.by_passkey(
            guest.node.store, site_of(guest), keeping.step_of(guest), sent, keeping.browser_of(guest), guest.now
        )
    except (PasskeyRefused, StepOver) as error:
        return _again(guest, error, going)
    return entered_at(guest, entered, going)


def leave(guest: Guest, form: FormData) -> Response:
    """Sign out, here."""
    with guest.node.store.writing() as session:
        sessions.end(session, keeping.session_of(guest), guest.now)
    return keeping.without_session(guest, guest.see_other("/sign-in", notice="signed_out"))


def site_of(guest: Guest) -> Site:
    """The address passkeys are for. Raises ``PasskeyRefused`` where browsers know none."""
    at = passkeys.site(guest.node.issuer, guest.node.name)
    if at is None:
        raise PasskeyRefused()
    return at


def next_of(asked: str) -> str:
    """Where to go on after signing in; never to a page of signing in or out."""
    path = local_path(asked)
    return "/" if path.startswith(("/sign-in", "/sign-out", "/set-up")) else path


def entered_at(guest: Guest, entered: Entered, going: str) -> Response:
    """Signed in: on to where they wanted to go, or to what their role begins with."""
    return keeping.with_entry(guest, guest.see_other(path_of(guest, entered, going)), entered)


def path_of(guest: Guest, entered: Entered, going: str) -> str:
    """Where somebody who signed in goes on: where they wanted to, or to what their role begins with."""
    path = next_of(going)
    with guest.node.store.reading() as session:
        staff = accounts.find(session, entered.staff)
    return "/log" if path == "/" and staff and not access.anywhere(staff.role, "find", "accompaniment") else path


def code_page(going: str) -> str:
    """The page that asks for the second factor, and then goes on."""
    return f"/sign-in/code?next={quote(next_of(going), safe='/')}"


def _again(guest: Guest, error: CoupoleError, going: str, login: str = "") -> Response:
    values = _page(guest, going) | {"login": login}
    return keeping.refused(guest, "signing_in/sign_in.html", error, **values)


def _page(guest: Guest, going: str) -> dict[str, Any]:
    return {
        "next": next_of(going),
        "login": "",
        "empty": False,
        "passkeys": passkeys.site(guest.node.issuer, guest.node.name) is not None,
        "provider": guest.node.provider,
    }
