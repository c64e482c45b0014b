"""Signing in with an account elsewhere, and linking one; only where the operator has named a provider."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from coupole.node.staff import outside
from coupole.node.staff.outside import OutsideSignInRefused, Provider
from coupole.node.staff.proving import Entered
from coupole.node.ui.desk import SIGNED_IN, Desk, Guest, Visit
from coupole.node.ui.signing_in import keeping
from coupole.node.ui.signing_in.again import recently

BACK = "/sign-in/back"
"""Where the provider sends people back to; the operator tells it so."""


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.open_post("/sign-in/elsewhere", begin)
    desk.open_get(BACK, back)
    desk.post("/account/elsewhere", recently(desk, link, "/account"), needs=SIGNED_IN)
    desk.post("/account/elsewhere/unlink", recently(desk, unlink, "/account"), needs=SIGNED_IN)


def begin(guest: Guest, form: FormData) -> Response:
    """Send the browser to the provider."""
    return _sent(guest, linking=None)


def link(visit: Visit, form: FormData) -> Response:
    """Send the browser to the provider, to come back with an account to link."""
    return _sent(visit, linking=visit.staff.id)


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
    if found is None:
        return guest.page("arriving.html", address="/account?notice=account_linked")
    if isinstance(found, Entered):
        return keeping.with_entry(guest, guest.page("arriving.html", address="/"), found)
    return keeping.with_step(guest, guest.page("arriving.html", address="/sign-in/code"), found)


def _sent(guest: Guest, linking: str | None) -> Response:
    token, address = outside.begin(guest.node.store, _provider(guest), guest.now, linking=linking)
    return keeping.with_step(guest, RedirectResponse(address, 303), token)


def _provider(guest: Guest) -> Provider:
    if guest.node.provider is None:
        raise OutsideSignInRefused()
    return guest.node.provider
