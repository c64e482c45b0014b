"""What a browser keeps of a sign-in: three cookies that say nothing by themselves.

The session's and that by which a browser is known again are never sent by another site; that of a sign-in under way
comes along when a provider elsewhere sends people back, and holds for ten minutes.
"""

from __future__ import annotations

from typing import Any, Literal

from starlette.responses import Response

from coupole.errors import CoupoleError
from coupole.node.staff import devices, sessions
from coupole.node.staff.proving import Browser, Entered
from coupole.node.staff.steps import LASTS
from coupole.node.ui.arriving import cookie_name
from coupole.node.ui.desk import Guest
from coupole.standard.sentences import sentence


def device_cookie(guest: Guest) -> str:
    """The name of the cookie by which a browser is known again."""
    return _named(guest, "device")


def step_cookie(guest: Guest) -> str:
    """The name of the cookie of a sign-in under way."""
    return _named(guest, "step")


def browser_of(guest: Guest) -> Browser:
    """The browser that asks."""
    headers = guest.request.headers
    device = guest.request.cookies.get(device_cookie(guest), "")
    return Browser(device[:100], devices.called(headers.get("user-agent", "")))


def step_of(guest: Guest) -> str:
    """The token of the sign-in under way; empty when there is none."""
    return guest.request.cookies.get(step_cookie(guest), "")[:100]


def session_of(guest: Guest) -> str:
    """The token of the session the browser has had so far; empty when there is none."""
    return guest.request.cookies.get(cookie_name(guest.node.issuer), "")[:100]


def reachable(guest: Guest) -> bool:
    """Whether others can reach this service: only on this very machine does it go without https."""
    return guest.node.issuer.startswith("https://")


def with_step(guest: Guest, answer: Response, token: str) -> Response:
    """The answer, and the browser keeps the token of a sign-in under way."""
    _set(guest, answer, step_cookie(guest), token, "lax", int(LASTS.total_seconds()))
    return answer


def with_session(guest: Guest, answer: Response, token: str) -> Response:
    """The answer, and the browser keeps the token of a session until it is closed."""
    _set(guest, answer, cookie_name(guest.node.issuer), token, "strict", None)
    return answer


def with_entry(guest: Guest, answer: Response, entered: Entered) -> Response:
    """The answer, and the browser is signed in. What it was signed in as before is over."""
    before = session_of(guest)
    if before:
        with guest.node.store.writing() as session:
            sessions.end(session, before, guest.now)
    _drop(guest, answer, step_cookie(guest))
    _set(guest, answer, device_cookie(guest), entered.device, "strict", int(devices.REMEMBERED.total_seconds()))
    return with_session(guest, answer, entered.session)


def without_session(guest: Guest, answer: Response) -> Response:
    """The answer, and the browser forgets its session."""
    _drop(guest, answer, cookie_name(guest.node.issuer))
    return answer


def refused(guest: Guest, template: str, error: CoupoleError, **values: Any) -> Response:
    """The same page again, with what was wrong on it."""
    title, remedy = sentence(error.code, guest.language, error.params)
    told = {"code": error.code, "title": title, "remedy": remedy, "pointer": error.pointer}
    answer = guest.page(template, guest.number_of(error), wrong=told, **values)
    if "seconds" in error.params:
        answer.headers["Retry-After"] = str(error.params["seconds"])
    return answer


def text(form: Any, name: str, longest: int = 1_000) -> str:
    """A field of a form as text; empty when it is not there, or is a file."""
    value = form.get(name, "")
    return value[:longest] if isinstance(value, str) else ""


def _named(guest: Guest, name: str) -> str:
    return cookie_name(guest.node.issuer).replace("sid", name, 1)


def _set(
    guest: Guest, answer: Response, name: str, value: str, site: Literal["lax", "strict"], seconds: int | None
) -> None:
    secure = guest.node.issuer.startswith("https://")
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite=site)


def _drop(guest: Guest, answer: Response, name: str) -> None:
    secure = guest.node.issuer.startswith("https://")
    answer.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
