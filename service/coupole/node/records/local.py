"""What a workshop adds for itself: fields under ``extensions``, and pathway templates of its own.

"Custom work stays local, what can be common is common": an own field appears in forms, lists and exports of this node
and never in a release; a hand-over leaves it out unless a person sends it (``rules.leaving``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, col, select

from coupole.errors import CoupoleError, Finding
from coupole.node.records.pathways import Template, check_template
from coupole.node.store.changes import Context
from coupole.node.store.local_fields import LocalField, OwnPathway, Spec, namespace, schema_of
from coupole.standard import resource
from coupole.standard.entities import Field
from coupole.standard.explaining import Explainer
from coupole.standard.validation import DocumentInvalid

MOST = 100
"""Own fields of one kind of record."""


class LocalFieldUnknown(CoupoleError):
    """The workshop has no field of that name."""


class LocalFieldFixed(CoupoleError):
    """A field that is in use keeps its kind and its choices."""


class LocalFieldsTooMany(CoupoleError):
    """This kind of record has as many fields of the workshop's own as it may have."""


class OwnPathwayUnknown(CoupoleError):
    """The workshop has no pathway of its own by that name."""


@dataclass(frozen=True, slots=True)
class Defined:
    """One own field. ``hidden``: not asked any more, what was written stays."""

    spec: Spec
    hidden: bool

    @property
    def field(self) -> Field:
        """The field as forms and lists draw those of the standard."""
        return Field(self.spec["name"], schema_of(self.spec), required=False)


def defined(session: Session, entity: str | None = None) -> list[Defined]:
    """The own fields of one kind of record or of all, hidden ones included, as they were made."""
    query = select(LocalField).order_by(col(LocalField.entity), col(LocalField.at), col(LocalField.name))
    if entity is not None:
        query = query.where(LocalField.entity == entity)
    return [Defined(json.loads(row.spec), row.hidden) for row in session.exec(query)]


def fields(session: Session, entity: str) -> Mapping[str, Field]:
    """The own fields that are asked for in one kind of record. Their values: ``own_values``."""
    shown = (one.field for one in defined(session, entity) if not one.hidden)
    return MappingProxyType({field.name: field for field in shown})


def own_values(document: Mapping[str, Any], node: str) -> Mapping[str, Any]:
    """The values of own fields in a document."""
    found: Mapping[str, Any] = document.get("extensions", {}).get(namespace(node), {})
    return found


def with_values(document: Mapping[str, Any], node: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The document with these values of own fields; none takes a value away."""
    own = {name: value for name, value in {**own_values(document, node), **values}.items() if value is not None}
    rest = {name: value for name, value in document.get("extensions", {}).items() if name != namespace(node)}
    return {**document, "extensions": {**rest, **({namespace(node): own} if own else {})}}


def define(session: Session, spec: Spec, context: Context) -> bool:
    """Make an own field, or call it otherwise; whether it is new.

    Raises ``DocumentInvalid``, ``LocalFieldFixed`` when kind or choices that may be in use would go,
    ``LocalFieldsTooMany``.
    """
    _check(spec)
    row = session.get(LocalField, (spec["entity"], spec["name"]))
    if row is None:
        if len(defined(session, spec["entity"])) >= MOST:
            raise LocalFieldsTooMany(limit=MOST)
        row = LocalField(entity=spec["entity"], name=spec["name"], hidden=False, spec="", actor="", at=context.now)
        session.add(row)
    elif not _keeps(json.loads(row.spec), spec):
        raise LocalFieldFixed()
    new = not row.spec
    row.spec = json.dumps(spec, ensure_ascii=False)
    row.actor = context.actor
    session.flush()
    return new


def hide(session: Session, entity: str, name: str, context: Context, *, hidden: bool = True) -> None:
    """Ask an own field no more, or again. Raises ``LocalFieldUnknown``."""
    row = session.get(LocalField, (entity, name))
    if row is None:
        raise LocalFieldUnknown()
    row.hidden, row.actor = hidden, context.actor
    session.flush()


def own_pathways(session: Session) -> list[Template]:
    """The workshop's own pathway templates, by name."""
    return [json.loads(row.template) for row in session.exec(select(OwnPathway).order_by(col(OwnPathway.id)))]


def save_pathway(session: Session, template: Template, context: Context) -> None:
    """Keep a pathway template of the workshop's own; one of the standard's name comes before it.

    Raises ``DocumentInvalid``.
    """
    check_template(template)
    text = json.dumps(template, ensure_ascii=False, sort_keys=True)
    session.merge(OwnPathway(id=template["id"], template=text, actor=context.actor, at=context.now))
    session.flush()


def remove_pathway(session: Session, name: str) -> None:
    """Drop an own template; what was proposed by it stays. Raises ``OwnPathwayUnknown``."""
    row = session.get(OwnPathway, name)
    if row is None:
        raise OwnPathwayUnknown()
    session.delete(row)
    session.flush()


def _check(spec: Spec) -> None:
    findings = _explainer().explain(spec)
    if not findings:
        codes = [choice["code"] for choice in spec.get("choices", [])]
        findings = [Finding("not_unique", "/choices")] if len(codes) != len(set(codes)) else []
    if findings:
        raise DocumentInvalid(findings=findings)


def _keeps(before: Spec, after: Spec) -> bool:
    """Whether every value that may have been written is still one of the field's."""
    known = {choice["code"] for choice in before.get("choices", [])}
    return before["kind"] == after["kind"] and known <= {choice["code"] for choice in after.get("choices", [])}


@cache
def _explainer() -> Explainer:
    form = json.loads(resource("v1", "local", "field.schema.json").read_bytes())
    return Explainer(form, [form])
