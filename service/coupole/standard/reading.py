"""Bytes in, JSON out; JSON in, canonical bytes out.

A document that two programs could read differently is refused before anything else looks at it: names given twice,
numbers JSON does not know or that do not fit 64 bits, text that is not UTF-8, halves of surrogate pairs.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from coupole.errors import CoupoleError

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
_DIGITS = 20
"""Digits of the largest 64-bit number."""
_ALIKE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_NEITHER = bytes(set(range(256)) - set(b'[]{}"'))


class JsonTooLong(CoupoleError):
    """The document is longer than is read here."""


class JsonTooDeep(CoupoleError):
    """The document is nested deeper than is read here."""


class JsonDuplicateKey(CoupoleError):
    """The document gives the same field twice."""


class JsonNotFinite(CoupoleError):
    """The document holds a number that cannot be kept exactly."""


class JsonInvalid(CoupoleError):
    """The text is not JSON."""


def parse(raw: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The JSON value of ``raw`` (UTF-8); depth 1 is a value without members or items.

    Raises ``JsonTooLong``, ``JsonTooDeep``, ``JsonDuplicateKey``, ``JsonNotFinite``, ``JsonInvalid``.
    """
    if len(raw) > max_bytes:
        raise JsonTooLong(limit=max_bytes)
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _reason(raw) from None
    if raw.count(b"{") + raw.count(b"[") >= max_depth:  # as many brackets as this are needed to be too deep
        _check_depth(raw, max_depth)
    # Text that comes out byte for byte as it went in holds no name twice and no number that was rounded.
    if orjson.dumps(document) != raw:
        json.loads(raw, object_pairs_hook=_members, parse_int=_integer, parse_constant=_constant)
    return document


def canonical(document: Any) -> bytes:
    """The one way to write a document: UTF-8, names sorted, no white space. Letters stay as they were given."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def unescaped(raw: bytes) -> bytes:
    """Valid JSON in which each quotation mark begins or ends a string."""
    return raw.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in raw else raw


def without_strings(raw: bytes) -> bytes:
    """Valid JSON with each of its strings as one quotation mark."""
    return b'"'.join(unescaped(raw).split(b'"')[::2])


def _check_depth(raw: bytes, max_depth: int) -> None:
    # Two quotation marks with nothing between them may go, whichever they are: the rest stays within or outside
    # strings as it was. When all are gone, every bracket is one of JSON; this takes a fifth of cutting the strings out.
    quick = unescaped(raw).translate(None, _NEITHER).replace(b'""', b"")
    if b'"' not in quick and not _deeper(quick.translate(_ALIKE), max_depth):
        return
    # What holds nothing is no level.
    filled = without_strings(raw).translate(None, b" \t\r\n").replace(b"[]", b"").replace(b"{}", b"")
    if _deeper(filled.translate(_ALIKE, _NO_BRACKETS), max_depth):
        raise JsonTooDeep(limit=max_depth)


def _deeper(brackets: bytes, max_depth: int) -> bool:
    """Whether something is left when the innermost brackets are taken away, level by level."""
    for _ in range(max_depth - 1):
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _reason(raw: bytes) -> CoupoleError:
    """Why the strict reader stopped: a lenient one gets past numbers that are not finite, and past depth."""
    try:
        json.loads(raw, parse_int=_integer, parse_float=_floating, parse_constant=_constant)
    except JsonNotFinite as error:
        return error
    except RecursionError:
        return JsonTooDeep(limit=MAX_DEPTH)
    except ValueError:
        return JsonInvalid()
    return JsonInvalid()


def _members(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise JsonDuplicateKey()


def _integer(digits: str) -> None:
    if len(digits) > _DIGITS or not -(2**63) <= int(digits) < 2**64:
        raise JsonNotFinite()


def _floating(text: str) -> None:
    if float(text) in (float("inf"), float("-inf")):
        raise JsonNotFinite()


def _constant(_: str) -> None:
    raise JsonNotFinite()
