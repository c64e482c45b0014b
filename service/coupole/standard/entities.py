"""The eighteen entities of the standard, as forms, lists and checks need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from coupole.standard.codes import code_list
from coupole.standard.schemas import Schema, resolved

NAMES = (
    "organisation",
    "participant",
    "actor",
    "agreement",
    "referral",
    "accompaniment",
    "status_observation",
    "team",
    "objective",
    "plan",
    "team_meeting",
    "evaluation",
    "placement",
    "contribution",
    "action",
    "follow_up",
    "closure",
    "coordination_meeting",
)
"""Owners first: written in this order, documents find what they refer to."""

ENVELOPE = ("id", "schema_version", "node", "revision", "updated_at", "deleted", "extensions", "missing")
"""The fields a document has beside its content."""


@dataclass(frozen=True)
class Field:
    """One field: what it is called, who may see it, how it is asked for."""

    name: str
    schema: Schema
    required: bool

    @property
    def nullable(self) -> bool:
        """Whether the field may be null."""
        return {"type": "null"} in self.schema.get("anyOf", ())

    @property
    def value(self) -> Schema:
        """What the value must be when there is one."""
        return dict(self.schema["anyOf"][0]) if self.nullable else self.schema

    @property
    def data_class(self) -> str:
        """L stays at the node, X may be exchanged between members, S leaves only as an aggregate."""
        return str(self.schema["x-class"])

    @property
    def special(self) -> bool:
        """Health, justice or origin: a special category of data."""
        return bool(self.schema.get("x-special", False))

    @property
    def widget(self) -> str:
        """How a form asks for it."""
        return str(self.schema["x-widget"])

    @property
    def codelist(self) -> str | None:
        """The code list its codes come from."""
        return self.schema.get("x-codelist")

    @property
    def targets(self) -> tuple[str, ...]:
        """The entities it may refer to."""
        target = self.schema.get("x-target", ())
        return (target,) if isinstance(target, str) else tuple(target)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields inside, of a group or of each row."""
        return fields_of(self.value.get("items", self.value))

    def label(self, language: str) -> str:
        """What it is called."""
        labels = self.schema["x-labels"]
        return str(labels.get(language, labels["en"]))

    def options(self, language: str) -> tuple[tuple[str, str], ...]:
        """The codes to choose from with their labels; none for a field that is not a choice."""
        if self.codelist:
            codes = code_list(self.codelist)
            return tuple((code, codes.labels(code, language)) for code in codes.ids)
        named = self.schema.get("x-enum-labels", {})
        return tuple((code, labels.get(language, labels["en"])) for code, labels in named.items())


@dataclass(frozen=True)
class Entity:
    """One kind of record. ``schema`` holds no references: all is in place."""

    name: str
    collection: str
    schema: Schema
    labels: Mapping[str, str]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Its fields by name, the envelope included."""
        return fields_of(self.schema)


def fields_of(schema: Schema) -> Mapping[str, Field]:
    """The described fields of an object; none when it is not an object with named fields."""
    required = schema.get("required", ())
    named: Mapping[str, Any] = schema.get("properties", {})
    return MappingProxyType(
        {name: Field(name, field, name in required) for name, field in named.items() if "x-labels" in field}
    )


def _read(name: str) -> Entity:
    schema = resolved(name)
    return Entity(name, schema["x-collection"], schema, MappingProxyType(schema["x-labels"]))


ENTITIES: Mapping[str, Entity] = MappingProxyType({name: _read(name) for name in NAMES})
"""Every entity by name, owners first."""
