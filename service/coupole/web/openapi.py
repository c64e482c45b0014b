"""What the OpenAPI document of every service says of problems, and of routes that FastAPI does not see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from coupole.web import errors

MEDIA_TYPE = "application/problem+json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class ProblemItem(BaseModel):
    """One thing wrong with one place of what was sent."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    code: str
    """Stable name of what is wrong."""
    pointer: str
    """JSON pointer to the place."""
    detail: str
    """What is wrong, in the reader's language."""
    remedy: str
    """What to do about it, in the reader's language."""
    rule: str = ""
    """Place in the schema, or rule of the method, that says so."""
    record: str = ""
    """Identifier of the document the place is in, when it is one of several."""
    settled_by: str = ""
    """Kind of document that puts it right."""


class Problem(BaseModel):
    """What was refused and why (RFC 9457), in the language of ``Accept-Language``."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """Address that names the kind of problem."""
    title: str
    """What happened."""
    status: int
    """The HTTP status of the answer."""
    detail: str
    """What to do about it."""
    code: str
    """Stable name of the kind; the last part of ``type``."""
    instance: str | None = None
    """Names this one occurrence in the service's log."""
    errors: list[ProblemItem] = []
    """Each thing wrong with what was sent."""


def response(description: str) -> dict[str, Any]:
    """An answer that is a problem."""
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def described(
    made: dict[str, Any], plain: Mapping[str, Mapping[str, Any]], guarded: Mapping[int, str]
) -> dict[str, Any]:
    """The OpenAPI document with ``plain`` routes, and our problems in place of FastAPI's validation errors.

    ``guarded`` are the answers, by number, that any operation with a scope may give.
    """
    for path, methods in plain.items():
        made["paths"].setdefault(path, {}).update(methods)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs") | {"Problem": schema}
    for operation in _operations(made):
        responses = operation.setdefault("responses", {})
        for number, title in guarded.items() if operation.get("security") else ():
            responses.setdefault(str(number), response(title))
        responses.setdefault("default", response("Any other refusal."))
        if "HTTPValidationError" in str(responses.get("422", "")):
            responses["422"] = response(f"`{errors.RequestInvalid.code}`: {errors.RequestInvalid.title()}")
    return made


def _operations(made: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return (
        operation
        for path in made.get("paths", {}).values()
        for method, operation in path.items()
        if method.upper() in METHODS
    )
