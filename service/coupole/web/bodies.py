"""What comes in: a cap on its length, its type, its JSON, and no parameter that nobody reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from typing import Any, get_origin

from fastapi.dependencies.models import Dependant
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coupole.standard.reading import parse
from coupole.web.errors import BodyTooLong, BodyTypeUnknown, PathUnknown, QueryRepeated, QueryUnknown, WebError

Refuse = Callable[[Scope, Receive, Send, WebError], Awaitable[None]]
"""Makes the answer that says so."""

MAX_BYTES = 1_000_000


class BodyCap:
    """Refuses a body longer than the cap of its path, before or while it is read.

    ``larger`` gives a path of its own cap (an import). FastAPI's own cap answers in plain text, ours is a problem:
    ``refuse`` makes that answer when the length is announced, ``BodyTooLong`` is raised when it is not.
    """

    def __init__(
        self,
        app: ASGIApp,
        refuse: Refuse,
        max_bytes: int = MAX_BYTES,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.max_bytes = max_bytes
        self.larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, its body counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cap = self.larger.get(scope["path"], self.max_bytes)
        if announced_length(scope) > cap:
            await self.refuse(scope, receive, send, BodyTooLong(limit=cap))
            return
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > cap:
                raise BodyTooLong(limit=cap)
            return message

        await self.app(scope, counted, send)


class NamesNothing:
    """Refuses an address that holds the character 0: no record has it in its name, and PostgreSQL fails to look."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, unless it would be asked for nothing."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await self.refuse(scope, receive, send, PathUnknown())
            return
        await self.app(scope, receive, send)


def announced_length(scope: Scope) -> int:
    """What ``Content-Length`` says; 0 when it says nothing usable, for then the bytes are counted."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def check_type(request: Request, *accepted: str) -> None:
    """Raise ``BodyTypeUnknown`` unless the body says it is one of these media types."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in accepted:
        raise BodyTypeUnknown(accepted=", ".join(accepted))


async def json_body(request: Request, *, max_bytes: int = MAX_BYTES) -> Any:
    """The JSON document of a request, strictly read. Raises ``BodyTypeUnknown`` and the errors of ``parse``."""
    check_type(request, "application/json")
    return parse(await request.body(), max_bytes=max_bytes)


def check_query(request: Request, known: Collection[str], repeatable: Collection[str] = ()) -> None:
    """Refuse a parameter that nobody reads: a misspelt filter would silently answer too much.

    Raises ``QueryUnknown`` or ``QueryRepeated``. The parameter's name is not repeated in the answer: what a caller
    put there may be anything, a person's name included.
    """
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise QueryUnknown(known=", ".join(sorted(known)))
        if name in seen and name not in repeatable:
            raise QueryRepeated(f"/{name}")
        seen.add(name)


def refuse_unknown_query(request: Request) -> None:
    """Dependency of decorated routes: only the query parameters the route declares, each once unless it is a list."""
    declared = dict(_declared(request.scope["route"].dependant))
    check_query(request, declared, [name for name, many in declared.items() if many])


def _declared(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    for field in dependant.query_params:
        yield field.alias, get_origin(field.field_info.annotation) is list
    for dependency in dependant.dependencies:
        yield from _declared(dependency)
