"""The open node that every route works with, and what a route may ask of a request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from coupole.errors import CoupoleError, Finding
from coupole.node.api.scopes import ASSIGN
from coupole.node.federation.speaking import Way
from coupole.node.records.register import Registers
from coupole.node.staff.provider import Provider
from coupole.node.store import Store
from coupole.node.store.changes import Context, RecordNotFound
from coupole.standard.catalogue import Catalogue
from coupole.web.errors import RequestInvalid
from coupole.web.oauth import Caller
from coupole.wire.keys import KeyRing


class PreconditionMissing(CoupoleError):
    """The request does not say which revision it means to change."""


@dataclass(frozen=True, slots=True)
class Node:
    """An open node: who it is, where it keeps its records, and its keys."""

    node_id: str
    name: str
    issuer: str
    country: str
    language: str
    version: str
    store: Store
    ring: KeyRing
    catalogue: Catalogue
    release_on_pull: bool
    max_document_bytes: int
    sends_mail: bool = False
    registers: Registers = field(default_factory=Registers)
    provider: Provider | None = None
    """Where staff have accounts elsewhere, when the operator has named one."""
    way: Way = field(default_factory=Way)
    """How the federation's hub is reached."""

    def context(self, caller: Caller) -> Context:
        """A program that writes does so in its own name; whether it may give files into other hands says its scope."""
        context = self.store.context(caller.client, client=caller.client)
        return replace(context, assigns=ASSIGN in caller.scope)


def node_of(request: Request) -> Node:
    """The node this application was made for."""
    found: Node = request.app.state.node
    return found


def reading(request: Request) -> Iterator[Session]:
    """A session that reads, closed before the answer leaves."""
    with node_of(request).store.reading() as session:
        yield session


def writing(request: Request) -> Iterator[Session]:
    """A session that may write, committed before the answer leaves."""
    with node_of(request).store.writing() as session:
        yield session


ThisNode = Annotated[Node, Depends(node_of)]
Reading = Annotated[Session, Depends(reading, scope="function")]
Writing = Annotated[Session, Depends(writing, scope="function")]


def of_entity(entity: str, record: str) -> str:
    """The identifier, of that entity: one of another names nothing there. Raises ``RecordNotFound``."""
    if record.split(":")[1:2] != [entity]:
        raise RecordNotFound()
    return record


def etag(revision: int) -> str:
    """The entity tag of a revision."""
    return f'"{revision}"'


def expected_revision(request: Request) -> int:
    """The revision ``If-Match`` names; 0, which nothing ever has, for a tag this service did not give.

    Raises ``PreconditionMissing``, also for ``*``: whoever changes a record must have read it.
    """
    given = request.headers.get("if-match", "").strip()
    if not given or given == "*":
        raise PreconditionMissing()
    digits = given.removeprefix('"').removesuffix('"')
    return int(digits) if given == f'"{digits}"' and digits.isdecimal() and len(digits) < 10 else 0


def moment(name: str, text: str) -> datetime:
    """A moment with its time zone. Raises ``RequestInvalid``."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise RequestInvalid(findings=[Finding("moment_invalid", f"/{name}")])


def day(name: str, text: str) -> date:
    """A calendar date. Raises ``RequestInvalid``."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RequestInvalid(findings=[Finding("date_invalid", f"/{name}")])


def number(name: str, text: str, lowest: int, highest: int) -> int:
    """A whole number. Raises ``RequestInvalid``."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise RequestInvalid(findings=[Finding("type_wrong", f"/{name}", params={"expected": "integer"})])
    if int(text) < lowest:
        raise RequestInvalid(findings=[Finding("below_minimum", f"/{name}", params={"limit": lowest})])
    if int(text) > highest:
        raise RequestInvalid(findings=[Finding("above_maximum", f"/{name}", params={"limit": highest})])
    return int(text)


def as_of(request: Request) -> date | datetime | int | None:
    """The day, moment or revision a record is asked for. Raises ``RequestInvalid``."""
    text = request.query_params.get("as_of")
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 8:
        return int(text)
    return day("as_of", text) if len(text) <= 10 else moment("as_of", text)


def json_bytes(raw: bytes, status: int = 200, **headers: str) -> Response:
    """JSON that was written elsewhere, as it is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(raw, status, named, "application/json")
