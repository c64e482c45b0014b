"""Every constraint of a schema, found by walking it: what the invalid examples must cover.

A constraint that several fields share through ``types.schema.json`` counts once for each entity; whatever stands in
the entity's own file, codes included, counts for each field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from coupole.standard.explaining import CODES
from coupole.standard.schemas import at, schema_file

ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "examples", "default", "if", "maxContains"}


class Breach(NamedTuple):
    """How the breach of a constraint shows in a finding; ``field`` is the absent one, of a required field."""

    rule: str
    code: str
    field: str | None = None


def constraints(entity: str) -> dict[str, set[Breach]]:
    """The constraints of an entity by where they are written, each with all the ways it can show."""
    found: defaultdict[str, set[Breach]] = defaultdict(set)
    for origin, breach in _walk(schema_file(entity), f"{entity}#", ""):
        found[origin].add(breach)
    return dict(found)


def _walk(part: Any, origin: str, rule: str) -> Iterator[tuple[str, Breach]]:
    if "x-finding" in part:
        yield origin, Breach(rule, part["x-finding"])
        return
    for keyword, value in part.items():
        if keyword not in ANNOTATIONS and not keyword.startswith("x-"):
            yield from _keyword(part, keyword, value, origin, rule)


def _keyword(part: Any, keyword: str, value: Any, origin: str, rule: str) -> Iterator[tuple[str, Breach]]:
    here, there = f"{origin}/{keyword}", f"{rule}/{keyword}"
    match keyword, value:
        case "$ref", str():
            file, _, pointer = value.partition(".schema.json#")
            target = at(schema_file(file), pointer.strip("/").split("/"))
            yield from _walk(target, f"{file}#{pointer}" if file == "types" else origin, rule)
        case "properties" | "patternProperties", dict():
            for name, inner in value.items():
                yield from _walk(inner, f"{here}/{name}", f"{there}/{name}")
        case "items" | "then" | "propertyNames" | "additionalProperties", dict():
            yield from _walk(value, here, there)
        case "allOf", list():
            for index, inner in enumerate(value):
                yield from _walk(inner, f"{here}/{index}", f"{there}/{index}")
        case "anyOf" | "oneOf", list() if any(set(branch) != {"required"} for branch in value):
            yield from _walk(value[0], f"{here}/0", f"{there}/0")
        case "required", list():
            code = "condition_unmet" if "/then/" in there else "required_missing"
            for name in value:
                yield f"{here}/{name}", Breach(there, code, name)
        case "contains", dict():
            yield here, Breach(there, "entry_missing")
            if "maxContains" in part:
                yield f"{here} at most", Breach(there, "entry_repeated")
        case "pattern", str() if there.endswith("/propertyNames/pattern"):
            yield here, Breach(there, "name_invalid")
        case _:
            yield here, Breach(there, "condition_unmet" if keyword in ("anyOf", "oneOf") else CODES[keyword])
