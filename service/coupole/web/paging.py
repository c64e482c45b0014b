"""Pages of a long list: an opaque cursor and the ``Link`` header that leads to the next page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from urllib.parse import quote, urlencode

import orjson

from coupole.web.errors import CursorInvalid

LONGEST = 1_000


def encode(*last: str) -> str:
    """A cursor that names the last row shown by the values the list is ordered by."""
    return base64.urlsafe_b64encode(orjson.dumps(last)).rstrip(b"=").decode()


def decode(cursor: str, places: int) -> tuple[str, ...]:
    """The values of the last row shown. Raises ``CursorInvalid`` for anything this service did not give."""
    if len(cursor) > LONGEST:
        raise CursorInvalid("/cursor")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last = orjson.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid("/cursor") from error
    if not isinstance(last, list) or len(last) != places or not all(isinstance(value, str) for value in last):
        raise CursorInvalid("/cursor")
    return tuple(last)


def link_header(path: str, query: Iterable[tuple[str, str]], cursor: str, rel: str = "next") -> str:
    """A ``Link`` header (RFC 8288) to the page after ``cursor``.

    The address is relative: an absolute one would be built from a ``Host`` header that anybody may set.
    """
    kept = [(name, value) for name, value in query if name != "cursor"]
    return f'<{quote(path, safe="/:@-._~")}?{urlencode([*kept, ("cursor", cursor)])}>; rel="{rel}"'
