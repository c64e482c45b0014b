"""Fields of a workshop's own, and its own pathway templates: what it made for itself, beside the standard.

Values of own fields stand in a document under ``extensions``, in the namespace of this node. Each way a document is
written goes through ``Batch``, and there they are held against what the workshop decided, like all else against the
standard.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import jsonschema_rs
from sqlmodel import Field, Session, select

from coupole.database import Utc
from coupole.errors import Finding
from coupole.node.store.changes import Document
from coupole.node.store.tables import NodeTable
from coupole.standard.explaining import Explainer

Spec = dict[str, Any]
"""A local field as ``schema/v1/local/field.schema.json`` describes it."""
LINE = r"^[^\x00-\x1f\x7f\u202d\u202e]*$"
NOTE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202d\u202e]*$"
"""A text of the standard: no sign that cannot be seen, none that turns the letters after it round."""
TYPES: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": LINE, "x-widget": "text"},
    "long_text": {"type": "string", "minLength": 1, "maxLength": 10_000, "pattern": NOTE, "x-widget": "textarea"},
    "number": {"type": "number", "minimum": -1_000_000_000, "maximum": 1_000_000_000, "x-widget": "number"},
    "yes_no": {"type": "boolean", "x-widget": "checkbox"},
    "date": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "x-widget": "date"},
}


class LocalField(NodeTable, table=True):
    """One field of the workshop's own."""

    __tablename__ = "local_field"

    entity: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    spec: str
    """What it is called and how it is asked for, JSON."""
    hidden: bool
    """Not asked any more; what was written stays."""
    actor: str
    at: datetime = Field(sa_type=Utc)


class OwnPathway(NodeTable, table=True):
    """One pathway template of the workshop's own, JSON in the form of the standard's."""

    __tablename__ = "own_pathway"

    id: str = Field(primary_key=True)
    template: str
    actor: str
    at: datetime = Field(sa_type=Utc)


def namespace(node: str) -> str:
    """Where the values of this node's own fields stand under ``extensions``."""
    return f"local.{node[:30].rstrip('-')}"


def schema_of(spec: Spec) -> dict[str, Any]:
    """One field as JSON Schema, with the words a form needs."""
    labels = _labels(spec["labels"])
    told = {"x-labels": labels, "x-class": "L", "description": labels["en"]}
    if spec["kind"] not in ("choice", "choices"):
        return {**TYPES[spec["kind"]], **told}
    codes = [choice["code"] for choice in spec["choices"]]
    named = {"x-enum-labels": {choice["code"]: _labels(choice["labels"]) for choice in spec["choices"]}}
    if spec["kind"] == "choice":
        return {"enum": codes, **named, "x-widget": "select", **told}
    many = {"type": "array", "minItems": 1, "maxItems": 100, "uniqueItems": True, "items": {"enum": codes}}
    return {**many, **named, "x-widget": "checkboxes", **told}


def _labels(given: Mapping[str, str]) -> dict[str, str]:
    """All four languages: one that was not given is told in the first that was."""
    first = next(iter(given.values()))
    return {language: given.get(language, given.get("en", first)) for language in ("en", "nl", "fr", "it")}


class LocalForms:
    """What the own fields of this node look like as of one moment."""

    def __init__(self, session: Session, node: str) -> None:
        self.namespace = namespace(node)
        found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        for row in session.exec(select(LocalField)):
            found[row.entity][row.name] = schema_of(json.loads(row.spec))
        self._fields = dict(found)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same of every document."""
        return isinstance(other, LocalForms) and (self.namespace, self._fields) == (other.namespace, other._fields)

    __hash__ = None  # type: ignore[assignment]

    def findings(self, entity: str, document: Document) -> list[Finding]:
        """What is wrong with the values of own fields in a document."""
        if self.namespace not in document.get("extensions", {}):
            return []
        schema = json.dumps(self.schema(entity), sort_keys=True)
        return [] if _fast(schema).is_valid(document) else _explainer(schema).explain(document)

    def schema(self, entity: str) -> dict[str, Any]:
        """A document of this entity as far as own fields go."""
        own = {"type": "object", "properties": self._fields.get(entity, {}), "additionalProperties": False}
        extensions = {"type": "object", "properties": {self.namespace: own}}
        return {"type": "object", "properties": {"extensions": extensions}}


@lru_cache(maxsize=64)
def _fast(schema: str) -> jsonschema_rs.Validator:
    options = jsonschema_rs.RegexOptions()
    read = json.loads(schema)
    return jsonschema_rs.Draft202012Validator(read, validate_formats=True, pattern_options=options, offline=True)


@lru_cache(maxsize=64)
def _explainer(schema: str) -> Explainer:
    return Explainer(json.loads(schema), [])
