"""What must be true of a request before a page is made of it: where it comes from, how much it carries."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from coupole.errors import CoupoleError
from coupole.web.bodies import check_type
from coupole.web.pages import PASSING

MOST_FIELDS = 5_000
MOST_FILES = 3
FORM, FORM_WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
SECRET = re.compile(r"(?:.*passw.*|.*secret.*|.*setup.*|totp|otp|code|recovery.*|credential)", re.IGNORECASE)
"""Names of fields that are never shown again, whatever happened to their form."""


class SentFromElsewhere(CoupoleError):
    """This form was not sent from a page of this service."""


class FormUnreadable(CoupoleError):
    """The form has more fields than are read, or is broken."""


def cookie_name(issuer: str) -> str:
    """The cookie of a session. On https its name itself forbids other sites and paths to set it.

    On this very machine it names the port, which browsers forget: the services of a demonstration stand side by side.
    """
    return "__Host-sid" if issuer.startswith("https://") else f"sid-{urlsplit(issuer).port or 80}"


def check_origin(request: Request, issuer: str) -> None:
    """Refuse what another site made the browser send. Raises ``SentFromElsewhere``.

    Every current browser says where a request comes from; what says nothing at all is no browser of ours.
    """
    site = request.headers.get("sec-fetch-site")
    if site == "same-origin" or (site is None and request.headers.get("origin") == issuer):
        return
    raise SentFromElsewhere()


async def read_form(request: Request, *, files: bool = False) -> FormData:
    """The fields of a form, as they were typed or not at all. ``files``: whether it may bring any.

    Raises ``BodyTypeUnknown``, ``FormUnreadable``, ``BodyTooLong``.
    """
    check_type(request, *((FORM, FORM_WITH_FILES) if files else (FORM,)))
    kind, options = parse_options_header(request.headers["content-type"])
    # Starlette puts a sign in the place of what is no UTF-8, and lets whoever sends choose another reading of it.
    if options.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise FormUnreadable()
    try:
        if kind == FORM.encode():
            unquote_to_bytes(await request.body()).decode()
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    except (HTTPException, UnicodeDecodeError):  # what Starlette makes of a form that breaks a limit or the format
        raise FormUnreadable() from None
    if any("\0" in text for field in form.multi_items() for text in field if isinstance(text, str)):
        raise FormUnreadable()  # no keyboard has it, and not every database keeps it
    return form


def local_path(text: str | None) -> str:
    """An address of this service to go on to; the first page for anything else."""
    if text and re.fullmatch(r"/(?:[^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*)?", text) and len(text) <= 2_000:
        return text
    return "/"


def here(request: Request) -> str:
    """The address of this page, to come back to."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in PASSING]
    return request.url.path + (f"?{urlencode(kept, safe=':/')}" if kept else "")


def sign_in(request: Request) -> str:
    """Where to sign in, and then come back here."""
    return f"/sign-in?next={quote(here(request), safe='/')}"


def typed(form: FormData) -> list[tuple[str, str]]:
    """What was typed, to be kept in a page and sent again. Passwords, codes and files are left out."""
    return [
        (name, value) for name, value in form.multi_items() if isinstance(value, str) and not SECRET.fullmatch(name)
    ]
