"""Showing once more that it is you, before something serious: factors, other people's accounts, whole files.

desk.get("/print/person/{id}", recently(desk, show), needs=Right("export", "participant"))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import CoupoleError
from coupole.node.staff import passkeys, proving, sessions
from coupole.node.staff.passkeys import PasskeyRefused
from coupole.node.staff.passwords import SignInBusy
from coupole.node.staff.proving import SecondFactorRefused, SignInRefused
from coupole.node.staff.steps import StepOver
from coupole.node.staff.throttle import TooManyTries
from coupole.node.ui.arriving import here, local_path
from coupole.node.ui.desk import SIGNED_IN, Desk, Visit
from coupole.node.ui.signing_in import keeping
from coupole.node.ui.signing_in.entering import site_of
from coupole.node.ui.signing_in.keeping import text

Made = TypeVar("Made", bound=Callable[..., Response])


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.get("/account/confirm", show, needs=SIGNED_IN)
    desk.post("/account/confirm", with_password, needs=SIGNED_IN)
    desk.post("/account/confirm/passkey", with_passkey, needs=SIGNED_IN)


def recently(desk: Desk, handler: Made, page: str | None = None) -> Made:
    """The handler for whoever proved lately who they are; others do so first and come back.

    ``page``: where they come back to; the page itself if not said.
    """

    def guarded(visit: Visit, *form: FormData) -> Response:
        if visit.signed.recently_verified(visit.now, desk.limits):
            return handler(visit, *form)
        return visit.see_other(f"/account/confirm?next={quote(page or here(visit.request), safe='/')}")

    return guarded  # type: ignore[return-value]  # called as the handler is


def show(visit: Visit) -> Response:
    """How to show it."""
    return visit.page("signing_in/confirm.html", wrong=None, **_page(visit, visit.asked("next")))


def with_password(visit: Visit, form: FormData) -> Response:
    """By password and second factor; without either (a demonstration) by saying so."""
    going, store = text(form, "next", 2_000), visit.node.store
    with store.reading() as session:
        has = proving.factors(session, visit.staff.id)
    try:
        if has.password:
            password, code = text(form, "password"), text(form, "code", 100)
            proving.again_by_password(store, visit.staff.id, password, code, keeping.browser_of(visit), visit.now)
        elif has.any:
            raise SignInRefused()
    except (SignInRefused, SecondFactorRefused, TooManyTries, SignInBusy) as error:
        return _again(visit, error, going)
    return _renewed(visit, going)


def with_passkey(visit: Visit, form: FormData) -> Response:
    """By a passkey."""
    going, sent = text(form, "next", 2_000), text(form, "credential", passkeys.LONGEST + 1)
    try:
        proving.again_by_passkey(
            visit.node.store, site_of(visit), keeping.step_of(visit), sent, visit.staff.id, visit.now
        )
    except (PasskeyRefused, StepOver) as error:
        return _again(visit, error, going)
    return _renewed(visit, going)


def _renewed(visit: Visit, going: str) -> Response:
    with visit.node.store.writing() as session:
        token = sessions.renew(session, visit.signed.key, visit.now)
    return keeping.with_session(visit, visit.see_other(local_path(going)), token)


def _again(visit: Visit, error: CoupoleError, going: str) -> Response:
    return keeping.refused(visit, "signing_in/confirm.html", error, **_page(visit, going))


def _page(visit: Visit, going: str) -> dict[str, Any]:
    with visit.node.store.reading() as session:
        has = proving.factors(session, visit.staff.id)
    known = passkeys.site(visit.node.issuer, visit.node.name) is not None
    return {
        "next": local_path(going),
        "has": has,
        "passkeys": known and has.passkeys > 0,
        "provider": visit.node.provider if has.outside else None,
    }
