"""Every refusal as a problem (RFC 9457), in the reader's language; the only module that knows HTTP's numbers.

An answer holds words of the standard alone: no value of the request comes back, whatever was wrong with it. What is
logged of a failure is its kind and its place in our code, for a message of an exception may quote what it choked on.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coupole.errors import CoupoleError, Finding
from coupole.standard import calendar, reading, validation
from coupole.standard.sentences import sentence
from coupole.web import errors, token_errors
from coupole.web.languages import language_of
from coupole.web.openapi import MEDIA_TYPE, METHODS, described, response

TYPE = "https://coupole.eu/problems/"
logger = logging.getLogger("coupole.web")

STATUS: dict[type[CoupoleError], int] = {
    errors.PathUnknown: 404,
    errors.MethodUnknown: 405,
    errors.BodyTooLong: 413,
    errors.BodyTypeUnknown: 415,
    errors.RequestInvalid: 422,
    errors.QueryUnknown: 422,
    errors.QueryRepeated: 422,
    errors.CursorInvalid: 422,
    errors.ServiceBusy: 503,
    errors.UnexpectedFailure: 500,
    reading.JsonTooLong: 413,
    reading.JsonTooDeep: 400,
    reading.JsonDuplicateKey: 400,
    reading.JsonNotFinite: 400,
    reading.JsonInvalid: 400,
    validation.DocumentInvalid: 422,
    calendar.PeriodInvalid: 422,
    token_errors.OAuthError: 401,
    token_errors.ScopeMissing: 403,
    token_errors.ClientInvalid: 422,
}
"""The numbers of what the plumbing refuses; each service gives ``install`` the numbers of its own kinds."""

TOKEN_REFUSED = 400
"""What the token endpoint answers, whatever the reason: RFC 6749 5.2 keeps 401 for a client that used HTTP
authentication, which none of ours does."""

KINDS: dict[int, type[errors.WebError]] = {404: errors.PathUnknown, 405: errors.MethodUnknown, 413: errors.BodyTooLong}
"""What Starlette's own refusals are called here."""

RULES = {
    "missing": "required_missing",
    "extra_forbidden": "field_unknown",
    "enum": "code_unknown",
    "literal_error": "code_unknown",
    "string_pattern_mismatch": "pattern_mismatch",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "greater_than": "below_minimum",
    "greater_than_equal": "below_minimum",
    "less_than": "above_maximum",
    "less_than_equal": "above_maximum",
}
"""Pydantic's kinds of error by the standard's; any other is a wrong type."""


def document(error: CoupoleError, status: int, language: str, instance: str = "") -> dict[str, Any]:
    """The problem as JSON."""
    title, remedy = sentence(error.code, language, error.params)
    made: dict[str, Any] = {
        "type": TYPE + error.code,
        "title": title,
        "status": status,
        "detail": remedy,
        "code": error.code,
    }
    if instance:
        made["instance"] = instance
    findings = error.findings or ((Finding(error.code, error.pointer, params=error.params),) if error.pointer else ())
    if findings:
        made["errors"] = [item(finding, language) for finding in findings]
    return made


def item(finding: Finding, language: str) -> dict[str, str]:
    """One finding as JSON."""
    detail, remedy = sentence(finding.code, language, finding.params)
    made = {"code": finding.code, "pointer": finding.pointer, "detail": detail, "remedy": remedy}
    told = {name: str(finding.params[name]) for name in ("record", "settled_by") if name in finding.params}
    return made | ({"rule": finding.rule} if finding.rule else {}) | told


def status_of(error: CoupoleError | type[CoupoleError], table: Mapping[type[CoupoleError], int] = STATUS) -> int:
    """The number of a kind of error, or of the nearest kind it belongs to; 500 when nobody gave it one."""
    kind = error if isinstance(error, type) else type(error)
    return next((table[ancestor] for ancestor in kind.__mro__ if ancestor in table), 500)


def answer(request: Request, error: CoupoleError, status: int, instance: str = "") -> Response:
    """The answer that says so, in the reader's language."""
    language = language_of(request)
    headers = {"content-language": language, "vary": "Accept-Language"} | getattr(error, "headers", {})
    body = orjson.dumps(document(error, status, language, instance))
    return Response(body, status, headers, MEDIA_TYPE)


def install(app: FastAPI, status: Mapping[type[CoupoleError], int] | None = None) -> None:
    """Make every refusal and failure of the application a problem, and say so in its OpenAPI document."""
    table = STATUS | dict(status or {})

    def refused(request: Request, error: Exception) -> Response:
        kind = _as_ours(request, error)
        number = status_of(kind, table)
        if isinstance(error, HTTPException) and kind is not error.__cause__:
            number = error.status_code
        return answer(request, kind, number) if number < 500 or number == 503 else _failed(request, error)

    for kind in (CoupoleError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, refused)
    app.add_middleware(LastResort)
    describe = app.openapi
    guarded = {STATUS[kind]: kind.title() for kind in (token_errors.OAuthError, token_errors.ScopeMissing)}

    def with_problems() -> dict[str, Any]:
        return described(describe(), getattr(app.state, "plain_operations", {}), guarded)

    app.openapi = with_problems  # type: ignore[method-assign]  # the way FastAPI documents to change the document


def problems_of(
    *kinds: type[CoupoleError], status: Mapping[type[CoupoleError], int] | None = None
) -> dict[int | str, dict[str, Any]]:
    """These kinds as ``responses=`` of a route; ``status`` are the numbers of the service's own kinds."""
    table = STATUS | dict(status or {})
    sentences: dict[int, list[str]] = {}
    for kind in kinds:
        sentences.setdefault(status_of(kind, table), []).append(f"`{kind.code}`: {kind.title()}")
    return {number: response(" ".join(lines)) for number, lines in sorted(sentences.items())}


class LastResort:
    """Answers what nobody caught, and keeps the exception's own words out of the answer and of the log.

    Starlette's handler of last resort raises the exception again for the server to log, message and all.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, its failures caught."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            response = _failed(Request(scope), error)
            if started:  # the server must cut the connection: half an answer may not look like a whole one
                raise errors.UnexpectedFailure() from None
            await response(scope, receive, send)


def noted(error: Exception) -> str:
    """The name under which this failure stands in the log: its kind and place, none of its words."""
    name = secrets.token_hex(8)
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    place = " < ".join(f"{frame.name}:{frame.lineno} {frame.filename}" for frame in reversed(frames))
    logger.error("request %s failed: %s in %s", name, type(error).__qualname__, place)
    return name


def _failed(request: Request, error: Exception) -> Response:
    instance = f"urn:coupole:request:{noted(error)}"
    return answer(request, errors.UnexpectedFailure(), STATUS[errors.UnexpectedFailure], instance)


def _as_ours(request: Request, error: Exception) -> CoupoleError:
    if isinstance(error, RequestValidationError):
        return errors.RequestInvalid(findings=[_finding(entry) for entry in error.errors()])
    if isinstance(error, HTTPException):
        if isinstance(error.__cause__, CoupoleError):  # FastAPI wraps what reading a body raised
            return error.__cause__
        kind = KINDS.get(error.status_code, errors.RequestInvalid)
        headers = {"Allow": _allowed(request)} if kind is errors.MethodUnknown else error.headers
        return kind(headers=headers)
    assert isinstance(error, CoupoleError)  # noqa: S101  # the three kinds that ``install`` registers
    return error


def _finding(entry: Mapping[str, Any]) -> Finding:
    """Pydantic's error without its message, its context and the input, each of which quotes the request."""
    place: Sequence[Any] = entry["loc"]
    # The name of a field that is too much is itself something the caller wrote.
    steps = place[1:-1] if entry["type"] == "extra_forbidden" else place[1:]
    return Finding(RULES.get(entry["type"], "type_wrong"), "".join(f"/{step}" for step in steps), str(place[0]))


def _allowed(request: Request) -> str:
    """The methods of an address. Starlette names those of the first route that has it, not of all."""
    routes = request.app.router.routes
    tried = ((method, dict(request.scope) | {"method": method}) for method in METHODS)
    return ", ".join(name for name, scope in tried if any(route.matches(scope)[0] == Match.FULL for route in routes))
