"""Accepts a document or says what is wrong with it.

Two validators read the same schema: ``jsonschema-rs`` accepts (fast, regular expressions in linear time),
``jsonschema``, the reference, explains. A test keeps them agreed. A finding never holds a value of the document, nor a
name the standard does not know.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs

from coupole.errors import CoupoleError, Finding
from coupole.standard.entities import ENTITIES
from coupole.standard.explaining import Explainer
from coupole.standard.schemas import Schema, schema_file, schema_names


class DocumentInvalid(CoupoleError):
    """The document does not follow the standard."""


class SchemaUnknown(CoupoleError):
    """The standard has no form of that name."""


def accepts(entity: str, document: Any) -> bool:
    """Whether the document is a valid one of that entity."""
    return _fast(entity).is_valid(document)


def findings(entity: str, document: Any) -> list[Finding]:
    """All that is wrong with the document, in the order of its places; nothing when it is valid."""
    return _explainer(entity).explain(document)


def check(entity: str, document: Any) -> None:
    """Raise ``DocumentInvalid`` with its findings unless the document is a valid one of that entity."""
    if not accepts(entity, document):
        raise DocumentInvalid(findings=findings(entity, document))


def check_against(name: str, document: Any) -> None:
    """The same for ``schema/v1/<name>.schema.json``. Raises ``DocumentInvalid``, ``SchemaUnknown``."""
    if name not in schema_names():
        raise SchemaUnknown()
    if not _fast(name).is_valid(document):
        raise DocumentInvalid(findings=_explainer(name).explain(document))


def _schema(name: str) -> Schema:
    return ENTITIES[name].schema if name in ENTITIES else schema_file(name)


@cache
def _fast(name: str) -> jsonschema_rs.Validator:
    files = [schema_file(name) for name in schema_names()]
    return jsonschema_rs.Draft202012Validator(
        _schema(name),
        validate_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),
        registry=jsonschema_rs.Registry([(file["$id"], file) for file in files if "$id" in file]),
        offline=True,
    )


@cache
def _explainer(name: str) -> Explainer:
    return Explainer(_schema(name), [schema_file(other) for other in schema_names()])
