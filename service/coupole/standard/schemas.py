"""The schema files as data. Only files of ``schema/v1`` are ever read: no address is looked up, here or anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from coupole.standard import resource

Schema = dict[str, Any]


@cache
def schema_file(name: str) -> Schema:
    """The content of ``schema/v1/<name>.schema.json``, as it is written; ``pathways/template`` is a name as well."""
    return dict(json.loads(resource("v1", f"{name}.schema.json").read_bytes()))


@cache
def schema_names() -> tuple[str, ...]:
    """The names of all schema files."""
    return tuple(sorted(path.name.removesuffix(".schema.json") for path in resource("v1").glob("*.schema.json")))


@cache
def resolved(name: str) -> Schema:
    """The schema with every reference replaced by what it names; what stands beside a reference wins."""
    return dict(inline(schema_file(name), name))


def inline(part: Any, name: str) -> Any:
    """A part of the file ``name`` without references. For files whose references do not go in circles."""
    if isinstance(part, list):
        return [inline(inner, name) for inner in part]
    if not isinstance(part, Mapping):
        return part
    own = {key: inline(value, name) for key, value in part.items() if key != "$ref"}
    if "$ref" not in part:
        return own
    file, _, pointer = str(part["$ref"]).partition("#")
    source = file.removeprefix("../").removesuffix(".schema.json") or name
    return {**inline(at(schema_file(source), pointer.strip("/").split("/")), source), **own}


def at(schema: Any, path: list[str]) -> Any:
    """What stands at a path of names in a schema."""
    for segment in path:
        schema = schema[segment]
    return schema
