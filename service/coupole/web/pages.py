"""Pages: one shell, one style sheet, a strict content policy and no call to anybody else.

A page is a whole HTML document that needs no script. Its words stand in the template in English; their translations
lie beside it (``coupole.web.translations``). What is written into a page is escaped unless it was made safe.

One script, ``coupole.js``, makes pages quicker where there is one. A page says what it wants by attributes:

    form[data-swap="#a #b"]   sends itself when something in it changes; of the page that answers those parts are taken
    form[data-autosave]       sends each [data-field] that changed, one after the other, with ``autosave=<its name>``;
                              of the page that answers the parts marked data-live are taken, ``#saved`` among them
    [data-key="/"]            focused, or a dialog opened, by that key
    [data-focus]              focused at first: the list of what is wrong
    [data-words]              beside a date: the date in words
    [data-undo]               a notice that leaves after eight seconds
    [data-print]              prints
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from fastapi import FastAPI
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import Response

from coupole.web import translations
from coupole.web.errors import PathUnknown
from coupole.web.languages import COOKIE, LANGUAGES, NAMES, Language, page_language

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types coupole",
    )
)
"""The content policy of every page: only files of this very service, no inline script or style. The one policy that
may turn text into elements is named ``coupole`` and stands in ``coupole.js``."""

HERE = Path(__file__).parent
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
YEAR = 31_536_000
PASSING = ("notice", "undo", "language")
"""Parameters of an address that are for one look at its page."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that every page may use, at an address that changes when it does."""

    address: str
    body: bytes
    media_type: str
    etag: str


def static_files(*folders: Path) -> dict[str, StaticFile]:
    """The files of these folders by name; of two with one name the later counts."""
    return {path.name: _static(path) for folder in folders for path in sorted(folder.iterdir()) if path.suffix in TYPES}


def _static(path: Path) -> StaticFile:
    body = path.read_bytes()
    mark = hashlib.sha256(body).hexdigest()[:16]
    return StaticFile(f"/static/{path.stem}.{mark}{path.suffix}", body, TYPES[path.suffix], f'"{mark}"')


class Pages:
    """The pages of one service.

    ``folder`` holds its templates, their catalogues and, where it has any, ``static/``; folders in it may hold more.
    """

    def __init__(self, folder: Path, *, name: str, issuer: str, language: Language = "en") -> None:
        self.language = language
        self.secure = issuer.startswith("https://")
        own = folder / "static"
        self.files = static_files(HERE / "static", *((own,) if own.is_dir() else ()))
        self._served = {file.address: file for file in self.files.values()}
        loader = ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(HERE / "templates")])
        self.translations = translations.read(HERE / "templates", folder)
        self.environment = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.environment.install_gettext_callables(  # type: ignore[attr-defined]  # given by the extension
            pass_context(lambda context, text: self.translated(context["language"], text)),
            pass_context(lambda context, one, more, n: self.translated_number(context["language"], one, more, n)),
            newstyle=True,
        )
        self.environment.globals |= {"static": self._address, "name": name}
        self.environment.filters |= {"number": _number, "day": _day, "short_day": _short_day, "moment": _moment}

    def add_to(self, app: FastAPI) -> None:
        """Serve the files that pages use."""
        app.add_route("/static/{file}", self._serve, methods=["GET"], include_in_schema=False)

    def translated(self, language: Language, text: str) -> str:
        """The text in that language; itself where nobody translated it."""
        return str(self.translations[language].gettext(text))

    def translated_number(self, language: Language, one: str, more: str, number: int) -> str:
        """The text for that number of things in that language."""
        return str(self.translations[language].ngettext(one, more, number))

    def answer(
        self, request: Request, template: str, status: int = 200, *, language: Language | None = None, **values: Any
    ) -> Response:
        """A page in the reader's language, or in ``language``. A language chosen on the page is remembered in a
        cookie, which says nothing else."""
        language = language or page_language(request, self.language)
        shown = {"language": language, "languages": _choices(request, language), **values}
        headers = {
            "Content-Security-Policy": POLICY,
            "Content-Language": language,
            "Vary": "Accept-Language, Cookie",
        }
        text = self.environment.get_template(template).render(shown)
        response = Response(text, status, headers, "text/html")
        if request.query_params.get("language") == language:
            response.set_cookie(
                COOKIE, language, max_age=YEAR, path="/", secure=self.secure, httponly=True, samesite="lax"
            )
        return response

    def _serve(self, request: Request) -> Response:
        file = self._served.get(request.url.path)
        if file is None:
            raise PathUnknown()
        headers = {"Cache-Control": FOREVER, "ETag": file.etag}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        return Response(file.body, headers=headers, media_type=file.media_type)

    def _address(self, name: str) -> str:
        return self.files[name].address


def _choices(request: Request, language: Language) -> list[dict[str, Any]]:
    """The picker: each language by its own name and the address of this page in it."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in PASSING]
    return [
        {
            "code": code,
            "name": NAMES[code],
            "address": "?" + urlencode([*kept, ("language", code)]),
            "current": code == language,
        }
        for code in LANGUAGES
    ]


@pass_context
def _number(context: Context, value: float) -> str:
    """A number as the language writes it."""
    return str(format_decimal(value, locale=context["language"]))


@pass_context
def _day(context: Context, value: date | str) -> str:
    """A date in words: figures alone are read in two ways. Of a document's text that is none, nothing is said."""
    day = _date(value)
    return str(format_date(day, format="d MMMM y", locale=context["language"])) if day else ""


@pass_context
def _short_day(context: Context, value: date | str) -> str:
    """A date in few words, for a row of a table."""
    day = _date(value)
    return str(format_date(day, format="d MMM y", locale=context["language"])) if day else ""


def _date(value: date | str) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@pass_context
def _moment(context: Context, value: datetime) -> str:
    """A moment in words, in UTC, which it says."""
    return str(format_datetime(value, format="d MMMM y, HH:mm 'UTC'", locale=context["language"]))
