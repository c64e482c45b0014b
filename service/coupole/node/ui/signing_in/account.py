"""One's own account: language, ways to sign in, where one is signed in."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.staff import accounts, passkeys, proving, sessions
from coupole.node.ui.desk import SIGNED_IN, Desk, Visit
from coupole.node.ui.signing_in import words
from coupole.node.ui.signing_in.keeping import text
from coupole.web.languages import COOKIE, NAMES


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.get("/account", lambda visit: show(desk, visit), needs=SIGNED_IN)
    desk.post("/account/language", choose_language, needs=SIGNED_IN)
    desk.post("/account/sessions/end", end_session, needs=SIGNED_IN)
    desk.post("/account/sessions/end-others", end_others, needs=SIGNED_IN)


def show(desk: Desk, visit: Visit) -> Response:
    """Everything about one's own account."""
    with visit.node.store.reading() as session:
        has = proving.factors(session, visit.staff.id)
        keys = passkeys.of(session, visit.staff.id)
        signed = sessions.of(session, visit.staff.id, visit.now, desk.limits)
    return visit.page(
        "signing_in/account.html",
        has=has,
        keys=[(key, words.browser(visit, key.name)) for key in keys],
        sessions=[(one, words.browser(visit, one.device), visit.gettext(words.HOW[one.how])) for one in signed],
        role=words.role(visit, visit.staff.role),
        passkeys=passkeys.site(visit.node.issuer, visit.node.name) is not None,
        provider=visit.node.provider,
        names=NAMES,
        limits=desk.limits,
    )


def choose_language(visit: Visit, form: FormData) -> Response:
    """The language in which one reads pages and letters. A language picked on a page before counts no more."""
    with visit.node.store.writing() as session:
        accounts.choose_language(session, visit.staff.id, text(form, "language", 5))
    answer = visit.see_other("/account", notice="saved")
    answer.delete_cookie(COOKIE, path="/")
    return answer


def end_session(visit: Visit, form: FormData) -> Response:
    """Sign out in another browser."""
    with visit.node.store.writing() as session:
        ended = sessions.end_one(session, visit.staff.id, text(form, "session", 100), now=visit.now)
    answer = visit.see_other("/account", notice="session_ended" if ended else "nothing")
    return answer


def end_others(visit: Visit, form: FormData) -> Response:
    """Sign out in every browser but this one."""
    with visit.node.store.writing() as session:
        sessions.end_all(session, visit.staff.id, but=visit.signed.key, now=visit.now)
    return visit.see_other("/account", notice="sessions_ended")
