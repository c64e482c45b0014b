"""Every entity of the standard by the same routes: list, read, create, replace, delete, history.

Reading one and listing are plain Starlette routes: what is stored is what is sent, and a decorated route would cost as
much again. They are written into the OpenAPI document by hand (``describing``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, FastAPI, Path, Request
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.api import describing
from coupole.node.api.describing import Status
from coupole.node.api.node import (
    PreconditionMissing,
    Reading,
    ThisNode,
    Writing,
    as_of,
    day,
    etag,
    expected_revision,
    json_bytes,
    moment,
    node_of,
    number,
    of_entity,
)
from coupole.node.api.scopes import GUARD
from coupole.node.records.changing import MethodRefused, TransitionRefused, change
from coupole.node.records.handing_over import HandOverRefused
from coupole.node.store import queries
from coupole.node.store.changes import (
    Change,
    OwnerChanged,
    RecordExists,
    RecordInUse,
    RecordNotFound,
    ReferenceMissing,
    RevisionConflict,
)
from coupole.node.store.vault import PersonErased
from coupole.standard.entities import ENTITIES, Entity
from coupole.standard.validation import DocumentInvalid
from coupole.web import apps, paging
from coupole.web.bodies import check_query, json_body
from coupole.web.errors import BodyTypeUnknown, CursorInvalid, QueryUnknown, RequestInvalid
from coupole.web.oauth import Caller
from coupole.web.tags import not_modified

PAGE = 50
LONGEST_PAGE = 500
DAYS = tuple(f"{name}_{end}" for name in queries.DAYS for end in ("from", "to"))
FILTERS = (*queries.EQUAL, *DAYS, "updated_from")

RecordId = Annotated[str, Path(alias="id", max_length=100)]


ROOT = "/api/v1"


def add_reads(app: FastAPI, status: Status) -> None:
    """Lists and documents of all entities: plain routes, for they are asked for most."""
    for entity in ENTITIES.values():
        _add_plain(app, entity)
        _describe_plain(app, entity, status)


def add_writes(router: APIRouter, status: Status) -> None:
    """The routes of all entities that write, and histories."""
    for entity in ENTITIES.values():
        _add_writes(router, entity, status)


def _add_plain(app: FastAPI, entity: Entity) -> None:
    needed = (f"{entity.name}:read",)

    def read_one(request: Request) -> Response:
        GUARD.check(request, needed)
        check_query(request, ("as_of",))
        record = of_entity(entity.name, request.path_params["id"])
        store, then = node_of(request).store, as_of(request)
        if then is None:
            revision, text = queries.read_current(store.engine, store.vault, record)
        else:
            with store.looking() as connection:
                revision, text = queries.read_version(connection, store.vault, record, then)
        tag = etag(revision)
        if not_modified(request, tag):
            return Response(status_code=304, headers={"etag": tag})
        return json_bytes(text, etag=tag)

    def list_page(request: Request) -> Response:
        GUARD.check(request, needed)
        check_query(request, (*FILTERS, "cursor", "limit"))
        return _page(request, entity)

    path = f"{ROOT}/{entity.collection}"
    app.add_route(path, list_page, ["GET"], f"list_{entity.collection}", include_in_schema=False)
    app.add_route(f"{path}/{{id}}", read_one, ["GET"], f"read_{entity.name}", include_in_schema=False)


def _describe_plain(app: FastAPI, entity: Entity, status: Status) -> None:
    path, name = f"{ROOT}/{entity.collection}", describing.camel(entity.name)
    security = GUARD.security(f"{entity.name}:read")
    page = describing.answered("At most so many as asked for.", describing.ref(f"{name}Page"))
    many = {"200": page, **describing.refusals((QueryUnknown, RequestInvalid, CursorInvalid), status)}
    about = (f"list_{entity.collection}", f"Every living {name}, by identifier.", entity.collection, security)
    apps.operation(app, path, "get", describing.described(*about, parameters=describing.filters(), responses=many))
    found = describing.answered("As it stands, or stood.", describing.ref(name), describing.ETAG)
    one = {"200": found, "304": {"description": "You have this revision."}}
    one |= describing.refusals((QueryUnknown, RequestInvalid, RecordNotFound, PersonErased), status)
    about = (f"read_{entity.name}", f"One {name}, as it stands or stood.", entity.collection, security)
    asked = [describing.RECORD_ID, describing.AS_OF]
    apps.operation(app, f"{path}/{{id}}", "get", describing.described(*about, parameters=asked, responses=one))


def _page(request: Request, entity: Entity) -> Response:
    given = request.query_params
    limit = number("limit", given.get("limit", str(PAGE)), 1, LONGEST_PAGE)
    after = paging.decode(given["cursor"], 1)[0] if "cursor" in given else None
    filters = {name: _filter(name, given[name]) for name in FILTERS if name in given}
    store = node_of(request).store
    if filters:
        with store.looking() as connection:
            asked: dict[str, Any] = {"after": after, "limit": limit + 1, "filters": filters}
            found = queries.page_texts(connection, store.vault, entity.name, **asked)
    else:
        found = queries.first_texts(store.engine, store.vault, entity.name, after=after, limit=limit + 1)
    texts = b",".join([text for _record, text in found[:limit]])
    if len(found) <= limit:
        return json_bytes(b'{"items":[' + texts + b"]}")
    cursor = paging.encode(found[limit - 1][0])
    link = paging.link_header(request.url.path, given.multi_items(), cursor)
    return json_bytes(b'{"items":[' + texts + b'],"next":"' + cursor.encode() + b'"}', link=link)


def _filter(name: str, text: str) -> str | date | datetime:
    if name == "updated_from":
        return moment(name, text)
    return day(name, text) if name in DAYS else text


async def _document(request: Request) -> dict[str, Any]:
    """The body, one JSON object."""
    document = await json_body(request, max_bytes=node_of(request).max_document_bytes)
    if not isinstance(document, dict):
        raise DocumentInvalid(findings=[Finding("type_wrong", rule="/type", params={"expected": "object"})])
    return document


Body = Annotated[dict[str, Any], Depends(_document)]
Expected = Annotated[int, Depends(expected_revision)]


def _add_writes(router: APIRouter, entity: Entity, status: Status) -> None:
    path, one = f"/{entity.collection}", f"/{entity.collection}/{{id}}"
    writes, reads = GUARD.requires(f"{entity.name}:write"), GUARD.requires(f"{entity.name}:read")
    method = (TransitionRefused, MethodRefused)
    invalid = (BodyTypeUnknown, DocumentInvalid, ReferenceMissing, PersonErased, *method)
    changing = (RecordNotFound, RevisionConflict, PreconditionMissing)
    other_hands = (HandOverRefused,) if entity.name == "accompaniment" else ()
    add_route = describing.adder(router, entity, status)

    def create(request: Request, session: Writing, node: ThisNode, document: Body, caller: Caller = writes) -> Response:
        record = _own_id(entity, node.node_id, document)
        written = change(session, node.store, [Change(entity.name, document, id=record)], node.context(caller))[0]
        where = f"{request.url.path}/{written.id}"
        created = 201 if written.kind == "created" else 200
        return json_bytes(written.body or b"", created, location=where, etag=etag(written.revision))

    def replace(
        record: RecordId,
        expected: Expected,
        session: Writing,
        node: ThisNode,
        document: Body,
        caller: Caller = writes,
    ) -> Response:
        wanted = Change(entity.name, document, id=of_entity(entity.name, record), expect=expected)
        written = change(session, node.store, [wanted], node.context(caller))[0]
        return json_bytes(written.body or b"", etag=etag(written.revision))

    def delete(
        record: RecordId, expected: Expected, session: Writing, node: ThisNode, caller: Caller = writes
    ) -> Response:
        wanted = Change(entity.name, None, id=of_entity(entity.name, record), expect=expected)
        change(session, node.store, [wanted], node.context(caller))
        return Response(status_code=204)

    def history(record: RecordId, session: Reading, node: ThisNode) -> Response:
        versions = queries.history(session, node.store.vault, of_entity(entity.name, record))
        return json_bytes(b'{"items":[' + b",".join(version_bytes(version) for version in versions) + b"]}")

    add_route("create", "POST", path, create, writes, (*invalid, RecordExists))
    add_route("replace", "PUT", one, replace, writes, (*invalid, *changing, *other_hands, OwnerChanged))
    add_route("delete", "DELETE", one, delete, writes, (*changing, RecordInUse, *method))
    add_route("history", "GET", f"{one}/history", history, reads, (RecordNotFound, PersonErased))


def _own_id(entity: Entity, node: str, document: Mapping[str, Any]) -> str | None:
    """The id a client chose, so that it may send the same document twice; none when the node is to choose."""
    given = document.get("id")
    if given is None:
        return None
    if not (isinstance(given, str) and given.startswith(f"{node}:{entity.name}:")):
        raise DocumentInvalid(findings=[Finding("id_not_of_this_node", "/id")])
    return given


def version_bytes(version: queries.Version, *, with_reason: bool = True) -> bytes:
    """One row of the journal as JSON; the document as it is stored, none when it went or cannot be read any more."""
    plain = {
        "seq": version.seq,
        "kind": version.kind,
        "entity": version.entity,
        "id": version.id,
        "revision": version.revision,
        "at": version.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "actor": version.actor,
    }
    if version.client is not None:
        plain["client"] = version.client
    if with_reason and version.reason is not None:
        plain["reason"] = version.reason
    row = orjson.dumps(plain)
    return row if version.text is None else row[:-1] + b',"document":' + version.text + b"}"
