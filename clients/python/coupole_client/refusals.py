"""From an answer that is not a success to the error that says so."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from coupole.errors import CoupoleError, Finding
from coupole.standard import reading
from coupole_client.errors import (
    NodeAccessRefused,
    NodeAnswerInvalid,
    NodeBusy,
    NodeClockDiffers,
    NodeConflict,
    NodeError,
    NodeFailed,
    NodeInputRefused,
    NodeNotFound,
    NodeProblem,
    NodeRefused,
)

KINDS: dict[int, type[NodeError]] = {
    400: NodeInputRefused,
    401: NodeAccessRefused,
    403: NodeAccessRefused,
    404: NodeNotFound,
    409: NodeConflict,
    410: NodeNotFound,
    412: NodeConflict,
    413: NodeInputRefused,
    415: NodeInputRefused,
    422: NodeInputRefused,
    428: NodeConflict,
    429: NodeBusy,
    503: NodeBusy,
}

CLOCK_SECONDS = 45
"""A refusal with clocks further apart than this is a matter of clocks: nodes accept 60 s, and an answer takes time."""

CLOCK_CODES = ("clock_skew", "proof_clock_skew")
"""What a node of this project calls it."""

SHOWN_FINDINGS = 100


def refusal(node: str, answer: httpx2.Response, body: bytes, *, signing_in: bool = False) -> NodeError:
    """The error for an answer that is no success. ``signing_in``: what was refused is our own proof of who we are."""
    status = answer.status_code
    document = _read(body)
    problem = _problem(document)
    if status == 401 or (signing_in and status == 400):
        apart = _seconds_apart(answer)
        if abs(apart) > CLOCK_SECONDS or (problem and problem.code in CLOCK_CODES):
            return NodeClockDiffers(node, problem=problem, seconds=abs(apart))
        return NodeAccessRefused(node, problem=problem)
    kind = KINDS.get(status)
    if kind is None:
        kind = NodeFailed if status >= 500 else NodeRefused if status >= 400 else NodeAnswerInvalid
    return kind(node, problem=problem, findings=_findings(document))


def _read(body: bytes) -> dict[str, Any]:
    try:
        document = reading.parse(body, max_bytes=1_000_000, max_depth=10)
    except CoupoleError:
        return {}  # a proxy's page, or nothing: the kind of refusal is known all the same
    return document if isinstance(document, dict) else {}


def _problem(document: dict[str, Any]) -> NodeProblem | None:
    code = _code(document.get("code") or document.get("error"))
    if not code:
        return None
    detail = document.get("detail") or document.get("error_description")
    return NodeProblem(code, _words(document.get("title")), _words(detail))


def _findings(document: dict[str, Any]) -> tuple[Finding, ...]:
    errors = document.get("errors")
    if not isinstance(errors, list):
        return ()
    found = [error for error in errors[:SHOWN_FINDINGS] if isinstance(error, dict) and _code(error.get("code"))]
    return tuple(
        Finding(_code(error["code"]), _words(error.get("pointer")), _words(error.get("rule"))) for error in found
    )


def _code(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,63}", value) else ""


def _words(value: object) -> str:
    """One short line of a stranger's text, without what could move a cursor or turn a line around."""
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in value[:300] if unicodedata.category(sign)[0] != "C")


def _seconds_apart(answer: httpx2.Response) -> int:
    """How far the node's clock is ahead of ours; 0 when it does not say."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        return round((theirs - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0
