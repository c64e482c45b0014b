"""Changes of phase, corrections, and the undoing of deletions: what goes with a file as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from coupole.node.api import describing
from coupole.node.api.describing import Status
from coupole.node.api.method_forms import (
    Correction,
    DeletedItem,
    DeletedList,
    Move,
    Restoration,
    WrittenItem,
    WrittenList,
)
from coupole.node.api.node import (
    PreconditionMissing,
    Reading,
    ThisNode,
    Writing,
    etag,
    expected_revision,
    json_bytes,
    node_of,
    of_entity,
)
from coupole.node.api.scopes import GUARD
from coupole.node.records import bin as bin_
from coupole.node.records import moves
from coupole.node.records.changing import MethodRefused, TransitionRefused
from coupole.node.store.changes import RecordNotFound, ReferenceMissing, RevisionConflict, Written
from coupole.standard.validation import DocumentInvalid
from coupole.web.bodies import json_body
from coupole.web.errors import BodyTypeUnknown, RequestInvalid
from coupole.web.oauth import Caller
from coupole.web.problems import problems_of

FileId = Annotated[str, Path(alias="id", max_length=100)]
Expected = Annotated[int, Depends(expected_revision)]


def add(router: APIRouter, status: Status) -> None:
    """The routes that write."""
    reads, writes, corrects = (GUARD.requires(f"records:{verb}") for verb in ("read", "write", "correct"))
    file = "/accompaniments/{id}"
    refused = (TransitionRefused, MethodRefused, RecordNotFound, RevisionConflict, PreconditionMissing)
    wrong = (BodyTypeUnknown, RequestInvalid, DocumentInvalid, ReferenceMissing)
    again = (bin_.NothingToRestore, *wrong)

    def route(method: str, path: str, handler: Callable[..., Any], guard: Any, kinds: Any, asked: Any = None) -> None:
        answers = {"response_model": DeletedList if method == "GET" else WrittenList, "openapi_extra": asked}
        refusals = problems_of(*kinds, status=status)
        describing.add_named(router, method, path, handler, guard, "method", responses=refusals, **answers)

    route("POST", f"{file}/moves", move_route(writes), writes, (*refused, *wrong), _asks(Move))
    asked = (*refused, *wrong, moves.CorrectionReasonMissing)
    route("POST", f"{file}/corrections", correction_route(corrects), corrects, asked, _asks(Correction))
    route("GET", "/deleted", list_deleted, reads, ())
    rest = _asks(Restoration, if_match=False)
    route("POST", "/restorations", restoration_route(writes), writes, again, rest)


def move_route(writes: Any) -> Callable[..., Response]:
    """The route that changes a phase; ``writes`` is the guard that says who calls."""

    def create_move(
        file: FileId,
        expected: Expected,
        asked: Annotated[Move, Depends(_read_as(Move))],
        session: Writing,
        node: ThisNode,
        caller: Caller = writes,
    ) -> Response:
        """Bring an accompaniment to another phase, with everything that goes with it."""
        written = moves.move(
            session,
            node.store,
            node.context(caller),
            of_entity("accompaniment", file),
            asked.phase,
            asked.on,
            decided_in=asked.decided_in,
            reason=asked.reason,
            expect=expected,
            closing=asked.closure,
            placement=asked.placement,
        )
        return _written(written)

    return create_move


def correction_route(corrects: Any) -> Callable[..., Response]:
    """The route that hands a file back; ``corrects`` is the guard that says who calls."""

    def create_correction(
        file: FileId,
        expected: Expected,
        asked: Annotated[Correction, Depends(_read_as(Correction))],
        session: Writing,
        node: ThisNode,
        caller: Caller = corrects,
    ) -> Response:
        """Hand a file back to an earlier phase: what came after was entered by mistake."""
        context = node.store.context(caller.client, client=caller.client, reason=asked.reason)
        return _written(
            moves.hand_back(session, node.store, context, of_entity("accompaniment", file), asked.phase, expected)
        )

    return create_correction


def list_deleted(session: Reading, node: ThisNode) -> DeletedList:
    """What was deleted in the last thirty days and can be restored."""
    found = bin_.deleted(session, node.store, node.store.context("").now)
    return DeletedList(
        items=[
            DeletedItem(
                entity=one.entity,
                id=one.id,
                at=one.at.isoformat(),
                actor=one.actor,
                until=one.until,
                document=one.document,
            )
            for one in found
        ]
    )


def restoration_route(writes: Any) -> Callable[..., Response]:
    """The route that undoes deletions; ``writes`` is the guard that says who calls."""

    def create_restoration(
        asked: Annotated[Restoration, Depends(_read_as(Restoration))],
        session: Writing,
        node: ThisNode,
        caller: Caller = writes,
    ) -> Response:
        """Bring deleted documents back as they were."""
        return _written(bin_.restore(session, node.store, asked.records, node.context(caller)), tagged=False)

    return create_restoration


def _read_as(form: type[BaseModel]) -> Callable[[Request], Any]:
    """The body, strictly read as JSON, then as one of our questions."""

    async def read(request: Request) -> BaseModel:
        given = await json_body(request, max_bytes=node_of(request).max_document_bytes)
        try:
            return form.model_validate(given)
        except ValidationError as error:
            found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
            raise RequestValidationError(found) from None

    return read


def _asks(form: type[BaseModel], *, if_match: bool = True) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": form.model_json_schema()}}}
    return {"requestBody": body, "parameters": [describing.IF_MATCH] if if_match else []}


def _written(written: Sequence[Written], *, tagged: bool = True) -> Response:
    items = [WrittenItem(entity=one.entity, id=one.id, revision=one.revision, kind=one.kind) for one in written]
    raw = WrittenList(items=items).model_dump_json().encode()
    return json_bytes(raw, etag=etag(items[0].revision)) if tagged else json_bytes(raw)
