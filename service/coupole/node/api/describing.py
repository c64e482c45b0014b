"""The parts of the OpenAPI document that FastAPI cannot see: the standard's own schemas, plain routes, raw bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from coupole.errors import CoupoleError
from coupole.node.store.queries import DAYS, EQUAL
from coupole.standard.entities import ENTITIES, ENVELOPE, Entity
from coupole.web.bodies import refuse_unknown_query
from coupole.web.problems import problems_of

Status = Mapping[type[CoupoleError], int]
Schema = dict[str, Any]

SILENT = ("x-labels", "x-enum-labels", "x-widget", "$id", "$schema")
"""What forms need and a program does not."""

ETAG = {"ETag": {"description": "The revision, in quotes.", "schema": {"type": "string"}}}
TEXT: Schema = {"type": "string"}


def camel(name: str) -> str:
    """``status_observation`` -> ``StatusObservation``."""
    return "".join(part.capitalize() for part in name.split("_"))


def ref(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


@cache
def schemas() -> Mapping[str, Schema]:
    """Each entity as it is answered, and as it is sent: without what the node adds."""
    found: dict[str, Schema] = {}
    for entity in ENTITIES.values():
        whole = _plain(entity.schema)
        name = camel(entity.name)
        required = [field for field in whole["required"] if field not in ENVELOPE]
        found[name] = {**whole, "title": name}
        found[f"{name}Content"] = {**whole, "title": f"{name}Content", "required": required}
        found[f"{name}Page"] = page_of(ref(name), TEXT)
    found["Version"] = VERSION
    found["History"] = page_of(ref("Version"), None)
    found["Changes"] = page_of(ref("Version"), {"type": "integer"}, always=True)
    return found


VERSION: Schema = {
    "title": "Version",
    "description": "One change of one document: `put` with the document, or `delete` or `erase` without.",
    "type": "object",
    "required": ["seq", "kind", "entity", "id", "revision", "at", "actor"],
    "properties": {
        "seq": {"type": "integer"},
        "kind": {"enum": ["put", "delete", "erase"]},
        "entity": {"enum": list(ENTITIES)},
        "id": TEXT,
        "revision": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "actor": TEXT,
        "client": TEXT,
        "reason": TEXT,
        "document": {"type": "object"},
    },
}

VERDICT: Schema = {
    "title": "Verdict",
    "description": "What became of one line of an import.",
    "type": "object",
    "required": ["row", "outcome", "documents"],
    "properties": {
        "row": {"type": "integer"},
        "outcome": {"enum": ["created", "replaced", "unchanged", "refused"]},
        "documents": {"type": "array", "items": {"type": "object"}},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def page_of(item: Schema, following: Schema | None, *, always: bool = False) -> Schema:
    """A list of items and where it goes on."""
    properties = {"items": {"type": "array", "items": item}}
    if following:
        properties["next"] = following
    return {"type": "object", "required": ["items", "next"] if always else ["items"], "properties": properties}


def _plain(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {key: _plain(value) for key, value in schema.items() if key not in SILENT}
    return [_plain(value) for value in schema] if isinstance(schema, list) else schema


def answered(
    description: str, schema: Schema, headers: Schema | None = None, media: str = "application/json"
) -> Schema:
    """One answer."""
    made: Schema = {"description": description, "content": {media: {"schema": schema}}}
    return {**made, "headers": headers} if headers else made


def parameter(name: str, schema: Schema, description: str, where: str = "query") -> Schema:
    """One parameter of a plain route."""
    return {"name": name, "in": where, "required": where == "path", "schema": schema, "description": description}


RECORD_ID = parameter("id", {"type": "string", "maxLength": 100}, "Identifier of the record.", "path")
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": TEXT,
    "description": "The revision that was read, in quotes; without it the answer is 428.",
}
AS_OF = parameter("as_of", TEXT, "A day (its end, UTC), a moment with time zone, or a revision.")


def filters() -> list[Schema]:
    """The parameters of a list."""
    day = {"type": "string", "format": "date"}
    days = [
        parameter(f"{name}_{end}", day, f"`{name}` not {'before' if end == 'from' else 'after'} this day.")
        for name in DAYS
        for end in ("from", "to")
    ]
    moment = {"type": "string", "format": "date-time"}
    return [
        parameter("limit", {"type": "integer", "minimum": 1, "maximum": 500}, "At most so many; 50 when not said."),
        parameter("cursor", TEXT, "`next` of the page before."),
        *(parameter(name, TEXT, f"`{name}` is this.") for name in EQUAL),
        *days,
        parameter("updated_from", moment, "Changed at this moment or later."),
    ]


def described(name: str, summary: str, tag: str, security: list[dict[str, list[str]]], **rest: Any) -> Schema:
    """A plain route in the OpenAPI document."""
    return {"operationId": name, "summary": summary, "tags": [tag], "security": security, **rest}


def refusals(kinds: Iterable[type[CoupoleError]], status: Status) -> dict[str, Any]:
    """Problems as answers of a plain route."""
    return {str(number): answer for number, answer in problems_of(*kinds, status=status).items()}


Adder = Callable[..., None]


def add_named(
    router: APIRouter, method: str, path: str, handler: Callable[..., Any], guard: Any, tag: str, **rest: Any
) -> None:
    """Add a decorated route that is called as its function is, and described by the first line of it."""
    router.add_api_route(
        path,
        handler,
        methods=[method],
        name=handler.__name__,
        summary=(handler.__doc__ or "").partition("\n")[0],
        tags=[tag],
        dependencies=[guard, Depends(refuse_unknown_query)],
        **rest,
    )


def _done(name: str) -> Mapping[str, dict[int | str, Schema]]:
    """The answers of what succeeded, by the verb; the first is the usual one."""
    return {
        "create": {
            201: answered("As it is kept.", ref(name), ETAG),
            200: answered("It was here already, in this form.", ref(name), ETAG),
        },
        "replace": {200: answered("As it is kept now.", ref(name), ETAG)},
        "delete": {204: {"description": "It is gone; its history stays."}},
        "history": {200: answered("Every version, oldest first.", ref("History"))},
    }


def _titles(name: str) -> Mapping[str, str]:
    return {
        "create": f"Make a new {name}.",
        "replace": f"Put another content in the place of a {name}.",
        "delete": f"Delete a {name} that nothing depends on.",
        "history": f"Every version of a {name}: when, by whom, and the document.",
    }


def adder(router: APIRouter, entity: Entity, status: Status) -> Adder:
    """A function that adds a decorated route of an entity, its raw bodies described."""
    name = camel(entity.name)
    good, titles = _done(name), _titles(name)

    def add(
        verb: str,
        method: str,
        path: str,
        handler: Callable[..., Response],
        guard: Any,
        kinds: Iterable[type[CoupoleError]],
    ) -> None:
        extra: Schema = {}
        if verb in ("create", "replace"):
            body = {"application/json": {"schema": ref(f"{name}Content")}}
            extra["requestBody"] = {"required": True, "content": body}
        if verb in ("replace", "delete"):
            extra["parameters"] = [IF_MATCH]
        router.add_api_route(
            path,
            handler,
            methods=[method],
            name=f"{verb}_{entity.name}",
            status_code=next(iter(good[verb])),  # type: ignore[arg-type]  # all of ours are numbers
            summary=titles[verb],
            tags=[entity.collection],
            dependencies=[guard, Depends(refuse_unknown_query)],
            response_class=Response,
            responses={**good[verb], **problems_of(*kinds, status=status)},
            openapi_extra=extra,
        )

    return add
