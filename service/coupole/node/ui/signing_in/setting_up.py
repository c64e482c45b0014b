"""With a code: the first administrator, a new colleague, whoever lost a password or everything."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from coupole.errors import CoupoleError
from coupole.node.staff import joining, passkeys, passwords, totp
from coupole.node.staff.accounts import AccountInvalid, LoginTaken
from coupole.node.staff.joining import CodeRefused, Joining
from coupole.node.staff.passkeys import PasskeyRefused
from coupole.node.staff.passwords import PasswordCommon, PasswordTooLong, PasswordTooShort, SignInBusy
from coupole.node.staff.proving import Entered, SecondFactorRefused
from coupole.node.staff.throttle import TooManyTries
from coupole.node.ui.desk import Desk, Guest
from coupole.node.ui.signing_in import keeping
from coupole.node.ui.signing_in.entering import entered_at, site_of
from coupole.node.ui.signing_in.keeping import text
from coupole.web.languages import NAMES


class PasswordsDiffer(CoupoleError):
    """The two passwords are not the same."""


BAD_PASSWORD = (PasswordsDiffer, PasswordTooShort, PasswordTooLong, PasswordCommon, SignInBusy)


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.open_get("/set-up", lambda guest: guest.page("signing_in/set_up.html", wrong=None))
    desk.open_post("/set-up", with_code)
    desk.open_get("/set-up/choose", show)
    desk.open_post("/set-up/name", with_name)
    desk.open_post("/set-up/password", with_password)
    desk.open_post("/set-up/passkey/start", ask_passkey)
    desk.open_post("/set-up/passkey", with_passkey)
    desk.open_post("/set-up/app", with_figures)


def with_code(guest: Guest, form: FormData) -> Response:
    """A code that is good leads on; one for a visit signs in at once."""
    store = guest.node.store
    try:
        token = joining.begin(store, text(form, "code", 100), guest.now)
    except CodeRefused as error:
        return keeping.refused(guest, "signing_in/set_up.html", error)
    if joining.look(store, token, guest.now).what == "visit":
        if keeping.reachable(guest):
            return keeping.refused(guest, "signing_in/set_up.html", CodeRefused("/code"))
        entered = joining.visit(store, token, keeping.browser_of(guest), guest.now)
        return entered_at(guest, entered, "/")
    return keeping.with_step(guest, guest.see_other("/set-up/choose"), token)


def show(guest: Guest) -> Response:
    """What is to be chosen next: a name, a way to sign in, or the figures of the app."""
    return guest.page("signing_in/choose.html", wrong=None, **_page(guest, _joining(guest)))


def with_name(guest: Guest, form: FormData) -> Response:
    """Who the first administrator is."""
    typed = {name: text(form, name, 300) for name in ("login", "name", "language")}
    try:
        joining.name_first(guest.node.store, keeping.step_of(guest), now=guest.now, **typed)
    except (AccountInvalid, LoginTaken) as error:
        return _again(guest, error, typed)
    return guest.see_other("/set-up/choose")


def with_password(guest: Guest, form: FormData) -> Response:
    """A password; then the app."""
    try:
        password = chosen(form)
        joining.choose_password(guest.node.store, keeping.step_of(guest), password, guest.now)
    except BAD_PASSWORD as error:
        return _again(guest, error)
    return guest.see_other("/set-up/choose")


def ask_passkey(guest: Guest, form: FormData) -> Response:
    """What the browser is to make a passkey with: for the script of the page, in JSON."""
    return JSONResponse(joining.ask_passkey(guest.node.store, site_of(guest), keeping.step_of(guest), guest.now))


def with_passkey(guest: Guest, form: FormData) -> Response:
    """A passkey: signed in."""
    sent = text(form, "credential", passkeys.LONGEST + 1)
    browser, token = keeping.browser_of(guest), keeping.step_of(guest)
    try:
        entered = joining.finish_by_passkey(guest.node.store, site_of(guest), token, sent, browser, guest.now)
    except PasskeyRefused as error:
        return _again(guest, error)
    return entered_at(guest, entered, "/")


def with_figures(guest: Guest, form: FormData) -> Response:
    """The figures of the app: signed in, and recovery codes to print."""
    code, browser = text(form, "code", 100), keeping.browser_of(guest)
    try:
        entered = joining.finish_by_code(guest.node.store, keeping.step_of(guest), code, browser, guest.now)
    except (SecondFactorRefused, TooManyTries, LoginTaken) as error:
        return _again(guest, error)
    return keeping.with_entry(guest, _after(guest, entered), entered)


def chosen(form: FormData) -> str:
    """The password that was typed twice. Raises ``PasswordsDiffer``."""
    password = text(form, "password", passwords.LONGEST + 1)
    if password != text(form, "password_again", passwords.LONGEST + 1):
        raise PasswordsDiffer("/password")
    return password


def _after(guest: Guest, entered: Entered) -> Response:
    if not entered.codes:
        return guest.see_other("/")
    return guest.page("signing_in/codes.html", codes=entered.codes, next="/")


def _joining(guest: Guest) -> Joining:
    return joining.look(guest.node.store, keeping.step_of(guest), guest.now)


def _again(guest: Guest, error: CoupoleError, typed: dict[str, str] | None = None) -> Response:
    return keeping.refused(guest, "signing_in/choose.html", error, **_page(guest, _joining(guest), typed))


def _page(guest: Guest, found: Joining, typed: dict[str, str] | None = None) -> dict[str, Any]:
    known = passkeys.site(guest.node.issuer, guest.node.name) is not None
    return {
        "joining": found,
        "languages_known": NAMES,
        "typed": {"language": guest.language, "login": "", "name": ""} | (typed or {}),
        "passkeys": known and found.what != "password",
        "picture": totp.picture(totp.address(found.secret, found.login, guest.node.name)) if found.secret else "",
        "advised": passwords.ADVISED,
        "shortest": passwords.SHORTEST,
    }
