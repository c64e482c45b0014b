"""Who works here: accounts, roles, invitations, lost passwords. For administrators."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.staff import accounts, codes, proving, sessions
from coupole.node.staff.accounts import AccountInvalid, LastAdmin, LoginTaken, Staff, StaffNotFound
from coupole.node.store import queries
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.signing_in import keeping, words
from coupole.node.ui.signing_in.again import recently
from coupole.node.ui.signing_in.keeping import text
from coupole.web.languages import NAMES

NEEDS = Right("manage", "staff")
PAGE = 500


def add(desk: Desk) -> None:
    """The pages of this module."""
    desk.get("/staff", show, needs=NEEDS)
    desk.get("/staff/new", recently(desk, begin), needs=NEEDS)
    desk.post("/staff/new", recently(desk, create, "/staff/new"), needs=NEEDS)
    desk.get("/staff/{id}", recently(desk, lambda visit: show_one(desk, visit)), needs=NEEDS)
    for what, handler in (("", change), ("/code", make_code), ("/close", close), ("/open", reopen), ("/out", sign_out)):
        desk.post("/staff/{id}" + what, recently(desk, handler, "/staff"), needs=NEEDS)


def show(visit: Visit) -> Response:
    """Everybody who has an account."""
    with visit.node.store.reading() as session:
        everybody = accounts.everybody(session)
        waiting = codes.waiting(session)
        ways = {one.id: proving.factors(session, one.id) for one in everybody}
    rows = [(one, words.role(visit, one.role), ways[one.id], waiting.get(one.id)) for one in everybody]
    return visit.page("signing_in/colleagues.html", rows=rows, now=visit.now)


def begin(visit: Visit) -> Response:
    """A new colleague."""
    return visit.page("signing_in/colleague.html", wrong=None, **_form(visit, None))


def create(visit: Visit, form: FormData) -> Response:
    """Make the account, and the code its owner begins with."""
    typed = _typed(form)
    try:
        with visit.node.store.writing() as session:
            actor = typed["actor"] or None
            about = typed | {"actor": actor, "email": typed["email"] or None}
            staff = accounts.create(session, by=visit.staff.id, now=visit.now, **about)
            made = codes.make(session, staff.id, "invitation", by=visit.staff.id, now=visit.now)
    except (AccountInvalid, LoginTaken) as error:
        return keeping.refused(visit, "signing_in/colleague.html", error, **_form(visit, None, typed))
    return _told(visit, staff, made, "invitation")


def show_one(desk: Desk, visit: Visit) -> Response:
    """One colleague."""
    shown = _form(visit, _whose(visit)) | _more(desk, visit)
    return visit.page("signing_in/colleague.html", wrong=None, **shown)


def change(visit: Visit, form: FormData) -> Response:
    """Another name, role, language, address or document of theirs."""
    staff, typed = _whose(visit), _typed(form)
    try:
        with visit.node.store.writing() as session:
            accounts.change(
                session,
                staff.id,
                name=typed["name"],
                role=typed["role"],
                language=typed["language"],
                actor=typed["actor"] or None,
                email=typed["email"] or None,
                by=visit.staff.id,
                now=visit.now,
            )
    except (AccountInvalid, LastAdmin) as error:
        return keeping.refused(visit, "signing_in/colleague.html", error, **_form(visit, staff, typed))
    return visit.see_other("/staff", notice="saved")


def make_code(visit: Visit, form: FormData) -> Response:
    """A code for whoever forgot the password, or lost everything; the colleague chooses, not the administrator."""
    staff = _whose(visit)
    with visit.node.store.writing() as session:
        has = proving.factors(session, staff.id)
        purpose: codes.Purpose = "password" if text(form, "what", 20) == "password" and has.totp else "everything"
        if not has.any:
            purpose = "invitation"
        made = codes.make(session, staff.id, purpose, by=visit.staff.id, now=visit.now)
    return _told(visit, staff, made, purpose)


def close(visit: Visit, form: FormData) -> Response:
    """Let a colleague in no more."""
    with visit.node.store.writing() as session:
        accounts.disable(session, _whose(visit).id, by=visit.staff.id, now=visit.now)
    return visit.see_other("/staff", notice="account_closed")


def reopen(visit: Visit, form: FormData) -> Response:
    """Let a colleague in again."""
    with visit.node.store.writing() as session:
        accounts.enable(session, _whose(visit).id, by=visit.staff.id, now=visit.now)
    return visit.see_other("/staff", notice="account_opened")


def sign_out(visit: Visit, form: FormData) -> Response:
    """Sign a colleague out everywhere."""
    with visit.node.store.writing() as session:
        sessions.end_all(session, _whose(visit).id, by=visit.staff.id, now=visit.now)
    return visit.see_other("/staff", notice="session_ended")


def _whose(visit: Visit) -> Staff:
    with visit.node.store.reading() as session:
        found = accounts.find(session, visit.path("id"))
    if found is None:
        raise StaffNotFound()
    return found


def _typed(form: FormData) -> dict[str, Any]:
    return {name: text(form, name, 300).strip() for name in ("login", "name", "role", "language", "email", "actor")}


def _form(visit: Visit, staff: Staff | None, typed: dict[str, Any] | None = None) -> dict[str, Any]:
    empty = {"login": "", "name": "", "role": "coach", "language": visit.language, "email": "", "actor": ""}
    shown = {name: getattr(staff, name, otherwise) or "" for name, otherwise in empty.items()}
    return {
        "whose": staff,
        "typed": typed or shown,
        "roles": [(code, visit.gettext(name), visit.gettext(what)) for code, (name, what) in words.ROLES.items()],
        "names": NAMES,
        "provider": visit.node.provider,
        "actors": _actors(visit),
        "signed": [],
        "has": None,
    }


def _more(desk: Desk, visit: Visit) -> dict[str, Any]:
    with visit.node.store.reading() as session:
        signed = sessions.of(session, visit.path("id"), visit.now, desk.limits)
        has = proving.factors(session, visit.path("id"))
    return {"signed": [(one, words.browser(visit, one.device)) for one in signed], "has": has}


def _actors(visit: Visit) -> list[tuple[str, str]]:
    """The professionals of the workshop by name: an account is theirs."""
    with visit.node.store.reading() as session:
        found = queries.page(session, visit.node.store.vault, "actor", limit=PAGE, after=None)
    return sorted(((one.id, str(one.document["display_name"])) for one in found), key=lambda one: one[1].casefold())


def _told(visit: Visit, staff: Staff, made: codes.Made, purpose: codes.Purpose) -> Response:
    """The code, once; and that an invitation may be accepted elsewhere as well, where it can be."""
    shown: dict[str, Any] = {"code": made.code, "until": made.expires_at, "address": visit.node.issuer + "/set-up"}
    provider = visit.node.provider if purpose == "invitation" and staff.email else None
    return visit.page("signing_in/invited.html", whose=staff, provider=provider, **shown)
