"""Changing how one signs in: password, app, passkeys, recovery codes. Each asks for a recent proof."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from coupole.node.staff import codes, own, passkeys, passwords, proving, totp
from coupole.node.staff.proving import SecondFactorRefused
from coupole.node.ui.desk import SIGNED_IN, Desk, Visit
from coupole.node.ui.signing_in import keeping
from coupole.node.ui.signing_in.again import recently
from coupole.node.ui.signing_in.entering import site_of
from coupole.node.ui.signing_in.keeping import text
from coupole.node.ui.signing_in.setting_up import BAD_PASSWORD, chosen


def add(desk: Desk) -> None:
    """The pages of this module."""
    for path, page in (("/account/password", show_password), ("/account/app", show_app)):
        desk.get(path, recently(desk, page), needs=SIGNED_IN)
    forms = (
        ("/account/password", change_password),
        ("/account/password/drop", drop_password),
        ("/account/app", begin_app),
        ("/account/app/confirm", finish_app),
        ("/account/codes", make_codes),
        ("/account/passkeys/start", ask_passkey),
        ("/account/passkeys", add_passkey),
        ("/account/passkeys/remove", remove_passkey),
    )
    for path, handler in forms:
        desk.post(path, recently(desk, handler, "/account"), needs=SIGNED_IN)


def show_password(visit: Visit) -> Response:
    """Another password."""
    return visit.page("signing_in/password.html", wrong=None, **_advice())


def change_password(visit: Visit, form: FormData) -> Response:
    """Take another password; whoever has none yet sets up one with an app."""
    with visit.node.store.reading() as session:
        has = proving.factors(session, visit.staff.id)
    if not has.password:
        return visit.see_other("/account/app")
    try:
        own.change_password(visit.node.store, visit.signed, chosen(form), visit.now)
    except BAD_PASSWORD as error:
        return keeping.refused(visit, "signing_in/password.html", error, **_advice())
    return visit.see_other("/account", notice="password_changed")


def drop_password(visit: Visit, form: FormData) -> Response:
    """Passkeys alone from now on."""
    with visit.node.store.writing() as session:
        own.drop_password(session, visit.staff, visit.now)
    return visit.see_other("/account", notice="password_dropped")


def show_app(visit: Visit) -> Response:
    """Another app; for whoever has no password, both."""
    return visit.page("signing_in/app.html", wrong=None, **_app(visit))


def begin_app(visit: Visit, form: FormData) -> Response:
    """Show the picture for the app."""
    try:
        token = own.begin_app(visit.node.store, visit.staff, chosen(form), visit.now)
    except BAD_PASSWORD as error:
        return keeping.refused(visit, "signing_in/app.html", error, **_app(visit))
    return keeping.with_step(visit, visit.page("signing_in/app.html", wrong=None, **_app(visit, token)), token)


def finish_app(visit: Visit, form: FormData) -> Response:
    """The figures of the app: recovery codes to print."""
    token = keeping.step_of(visit)
    try:
        made = own.finish_app(visit.node.store, visit.signed, token, text(form, "code", 100), visit.now)
    except SecondFactorRefused as error:
        return keeping.refused(visit, "signing_in/app.html", error, **_app(visit, token))
    return visit.page("signing_in/codes.html", codes=made, next="/account")


def make_codes(visit: Visit, form: FormData) -> Response:
    """Fresh recovery codes; the earlier ones are good for nothing."""
    with visit.node.store.writing() as session:
        made = codes.make_recovery_codes(session, visit.staff.id, visit.now)
    return visit.page("signing_in/codes.html", codes=made, next="/account")


def ask_passkey(visit: Visit, form: FormData) -> Response:
    """What the browser is to make a passkey with: for the script of the page, in JSON."""
    token, told = own.ask_passkey(visit.node.store, site_of(visit), visit.staff, visit.now)
    return keeping.with_step(visit, JSONResponse(told), token)


def add_passkey(visit: Visit, form: FormData) -> Response:
    """Another passkey."""
    sent, called = text(form, "credential", passkeys.LONGEST + 1), keeping.browser_of(visit).called
    own.add_passkey(visit.node.store, site_of(visit), visit.staff, keeping.step_of(visit), sent, called, visit.now)
    return visit.see_other("/account", notice="passkey_added")


def remove_passkey(visit: Visit, form: FormData) -> Response:
    """A passkey less."""
    with visit.node.store.writing() as session:
        gone = own.remove_passkey(session, visit.staff, text(form, "passkey", 2_000), visit.now)
    return visit.see_other("/account", notice="passkey_removed" if gone else "nothing")


def _advice() -> dict[str, Any]:
    return {"advised": passwords.ADVISED, "shortest": passwords.SHORTEST}


def _app(visit: Visit, token: str = "") -> dict[str, Any]:
    with visit.node.store.reading() as session:
        has = proving.factors(session, visit.staff.id)
    secret = own.app_secret(visit.node.store, visit.staff, token, visit.now) if token else ""
    picture = totp.picture(totp.address(secret, visit.staff.login, visit.node.name)) if secret else ""
    return {"has": has, "secret": secret, "picture": picture, **_advice()}
