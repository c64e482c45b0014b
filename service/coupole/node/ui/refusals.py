"""What a page says when it cannot do what was asked, without losing what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from coupole.errors import CoupoleError
from coupole.node.api.routing import STATUS
from coupole.node.staff.access import AccessRefused
from coupole.node.ui.arriving import FormUnreadable, SentFromElsewhere, here, local_path, sign_in, typed
from coupole.node.ui.saying import said
from coupole.web import problems
from coupole.web.errors import UnexpectedFailure
from coupole.web.languages import COOKIE

if TYPE_CHECKING:
    from coupole.node.ui.desk import Guest


class ReasonNeeded(CoupoleError):
    """This file is not one of yours: opening it asks for a reason, which is kept."""

    def __init__(self, accompaniment: str) -> None:
        super().__init__()
        self.accompaniment = accompaniment


NUMBERS: Mapping[type[CoupoleError], int] = {
    **problems.STATUS,
    **STATUS,
    AccessRefused: 403,
    ReasonNeeded: 403,
    SentFromElsewhere: 403,
    FormUnreadable: 422,
}
"""The numbers of what any page may refuse; a group of pages gives the desk those of its own when it registers."""


def answered(guest: Guest, make: Callable[[], Response], form: FormData | None = None) -> Response:
    """What ``make`` answers, or the page of its refusal. ``form``: what was typed, kept in that page."""
    try:
        return make()
    except ReasonNeeded as error:
        shown = {"accompaniment": error.accompaniment, "kept": None if form is None else typed(form)}
        return guest.page("reason.html", guest.number_of(error), **shown)
    except CoupoleError as error:
        if isinstance(error, AccessRefused):
            guest.note_refusal()
        return page(guest, error, form)
    except Exception as error:  # a bug: said as such, and its place logged without its words
        return page(guest, UnexpectedFailure(), form, problems.noted(error))


def page(guest: Guest, error: CoupoleError, form: FormData | None = None, occurrence: str = "") -> Response:
    """A refusal as a page: what happened, what to do, where to go on. ``occurrence``: its name in the log."""
    title, remedy = said(error.code, guest.language, error.params)
    findings = [said(one.code, guest.language, one.params) for one in error.findings]
    back = local_path(guest.request.query_params.get("back"))
    kept = typed(form) if form else None
    shown = {"code": error.code, "title": title, "remedy": remedy, "findings": findings, "back": back, "kept": kept}
    answer = guest.page("problem.html", guest.number_of(error), occurrence=occurrence, **shown)
    answer.headers.update(getattr(error, "headers", {}))
    return answer


def signed_out(guest: Guest, form: FormData | None) -> Response:
    """To the sign-in and back; what was typed meanwhile stays in the page until it can be sent.

    A browser that comes from elsewhere (a link in an e-mail) does not send the cookie of this site, so nobody knows
    yet whether somebody is signed in: that page asks again from here.
    """
    request = guest.request
    if form is not None:
        return guest.page("typed.html", 401, kept=typed(form), address=here(request))
    if request.headers.get("sec-fetch-site") == "cross-site" and not request.cookies.keys() - {COOKIE}:
        return guest.page("arriving.html", address=here(request))
    return RedirectResponse(sign_in(request), 303)
