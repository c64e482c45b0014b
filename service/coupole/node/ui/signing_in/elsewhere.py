"""Signing in with an account elsewhere, linking one, showing by it that it is still you.

Only where the operator has named a provider.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from coupole.node.staff import outside
from coupole.node.staff.outside import Purpose
from coupole.node.staff.provider import OutsideSignInRefused, Provider
from coupole.node.ui.arriving import local_path
from coupole.node.ui.desk import SIGNED_IN, Desk, Guest, Visit
from coupole.node.ui.signing_in import keeping
from coupole.node.ui.signing_in.again import recently
from coupole.node.ui.signing_in.entering import code_page, next_of, path_of
from coupole.node.ui.signing_in.keeping import text

BACK = "/sign-in/back"
"""Where the provider sends people back to; the operator tells it so."""


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.open_post("/sign-in/elsewhere", begin)
    desk.open_get(BACK, back)
    desk.post("/account/elsewhere", recently(desk, link, "/account"), needs=SIGNED_IN)
    desk.post("/account/elsewhere/unlink", recently(desk, unlink, "/account"), needs=SIGNED_IN)
    desk.post("/account/confirm/elsewhere", confirm, needs=SIGNED_IN)


def begin(guest: Guest, form: FormData) -> Response:
    """Send the browser to the provider."""
    return _sent(guest, "entering", next_of(text(form, "next", 2_000)))


def link(visit: Visit, form: FormData) -> Response:
    """Send the browser to the provider, to come back with an account to link."""
    return _sent(visit, "linking", "/account?notice=account_linked")


def confirm(visit: Visit, form: FormData) -> Response:
    """Send the browser to the provider, for somebody who is to show once more who they are."""
    return _sent(visit, "again", local_path(text(form, "next", 2_000)))


def unlink(visit: Visit, form: FormData) -> Response:
    """The account elsewhere is linked no more."""
    with visit.node.store.writing() as session:
        outside.unlink(session, visit.staff.id, visit.now)
    return visit.see_other("/account", notice="account_unlinked")


def back(guest: Guest) -> Response:
    """Back from the provider.

    A page, not a redirect: the browser would not send the new cookie along with what another site began.
    """
    query = guest.request.url.query[:8_000]
    browser = keeping.browser_of(guest)
    found = outside.finish(guest.node.store, _provider(guest), keeping.step_of(guest), query, browser, guest.now)
    if found.entered:
        going = path_of(guest, found.entered, found.going)
        return keeping.with_entry(guest, guest.page("arriving.html", address=going), found.entered)
    if found.purpose == "entering":
        return keeping.with_step(guest, guest.page("arriving.html", address=code_page(found.going)), found.token)
    answer = guest.page("arriving.html", address=found.going)
    return keeping.with_session(guest, answer, found.token) if found.purpose == "again" else answer


def _sent(guest: Guest, purpose: Purpose, going: str) -> Response:
    signed = guest.signed if isinstance(guest, Visit) else None
    store, provider = guest.node.store, _provider(guest)
    token, address = outside.begin(store, provider, guest.now, purpose=purpose, signed=signed, going=going)
    return keeping.with_step(guest, RedirectResponse(address, 303), token)


def _provider(guest: Guest) -> Provider:
    if guest.node.provider is None:
        raise OutsideSignInRefused()
    return guest.node.provider
