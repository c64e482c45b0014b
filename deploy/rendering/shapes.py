"""The standard's documents as shapes: what a typed language can say of a JSON Schema, and no more.

Patterns, bounds and conditions are left out; the schemas themselves remain the standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coupole.standard.entities import NAMES
from coupole.standard.schemas import at, schema_file

DOCUMENTS = (*NAMES, "tombstone", "descriptor", "release")
SCALARS = ("string", "integer", "number", "boolean", "null")


@dataclass(frozen=True)
class Scalar:
    """A JSON type without parts."""

    kind: str


@dataclass(frozen=True)
class Constants:
    """One of these values."""

    values: tuple[str | int | bool, ...]


@dataclass(frozen=True)
class Listed:
    """A list of one shape."""

    of: Shape


@dataclass(frozen=True)
class Mapped:
    """An object with names of its own choosing and values of one shape; ``None`` is anything."""

    to: Shape | None


@dataclass(frozen=True)
class Either:
    """One of several shapes."""

    of: tuple[Shape, ...]


@dataclass(frozen=True)
class Named:
    """A shape that is written out elsewhere."""

    name: str


Shape = Scalar | Constants | Listed | Mapped | Either | Named


@dataclass(frozen=True)
class Property:
    """One property of an object."""

    name: str
    shape: Shape
    required: bool
    about: str


@dataclass(frozen=True)
class Object:
    """An object with known properties."""

    name: str
    about: str
    properties: tuple[Property, ...]


@dataclass
class Shapes:
    """All that is to be written: code lists, then objects, each after those it needs."""

    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    objects: dict[str, Object] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)


def standard() -> Shapes:
    """The shapes of all documents that parties exchange."""
    shapes = Shapes()
    for name in DOCUMENTS:
        title = schema_file(name)["title"]
        shapes.documents[name] = title
        _Reader(shapes, name).object(schema_file(name), title)
    return shapes


def camel(name: str) -> str:
    """``signed_by`` -> ``SignedBy``."""
    return "".join(part.capitalize() for part in name.split("_"))


class _Reader:
    """Reads one schema file, of which references without a file speak."""

    def __init__(self, shapes: Shapes, file: str) -> None:
        self.shapes, self.file = shapes, file

    def object(self, schema: Mapping[str, Any], name: str) -> Named:
        required = schema.get("required", ())
        properties = tuple(
            Property(key, self.shape(part, name + camel(key)), key in required, self.about(part))
            for key, part in schema["properties"].items()
        )
        found = Object(name, schema.get("description", ""), properties)
        if self.shapes.objects.setdefault(name, found) != found:
            raise ValueError(f"two different shapes would both be called {name}")
        return Named(name)

    def shape(self, schema: Mapping[str, Any], name: str) -> Shape:
        if "$ref" in schema:
            return self.reference(schema["$ref"], name)
        if "const" in schema:
            return Constants((schema["const"],))
        if "enum" in schema:
            return Constants(tuple(schema["enum"]))
        if "anyOf" in schema:
            return Either(tuple(self.shape(part, name) for part in schema["anyOf"]))
        return self.typed(schema, name)

    def typed(self, schema: Mapping[str, Any], name: str) -> Shape:
        kind = schema["type"]
        if kind in SCALARS:
            return Scalar(kind)
        if kind == "array":
            return Listed(self.shape(schema["items"], name))
        if "properties" in schema:
            return self.object(schema, name)
        values = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties"))
        return Mapped(self.shape(values, name) if isinstance(values, Mapping) else None)

    def reference(self, reference: str, name: str) -> Shape:
        file, _, pointer = reference.partition("#")
        file = file.removesuffix(".schema.json") or self.file
        target = pointer.rsplit("/", 1)[-1]
        schema = at(schema_file(file), pointer.strip("/").split("/"))
        if file == "codes" and "enum" in schema:
            self.shapes.codes[f"{camel(target)}Code"] = tuple(schema["enum"])
            return Named(f"{camel(target)}Code")
        reader = _Reader(self.shapes, file)
        named = camel(target) if file == "types" else schema_file(file)["title"] + camel(target)
        return reader.shape(schema, named)

    def about(self, schema: Mapping[str, Any]) -> str:
        """The description beside a reference, or else that of what it names."""
        if "description" in schema or "$ref" not in schema:
            return str(schema.get("description", ""))
        file, _, pointer = schema["$ref"].partition("#")
        source = file.removesuffix(".schema.json") or self.file
        return str(at(schema_file(source), pointer.strip("/").split("/")).get("description", ""))
