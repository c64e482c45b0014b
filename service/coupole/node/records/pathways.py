"""Pathway templates: what is proposed for a person of some target group when the individual project is drafted.

Those of the standard are data in ``schema/v1/pathways``; a workshop's own follow the same form. A proposal is where a
coach begins: objectives, rhythm, actions and team, all of them to be changed with the person.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from coupole.errors import CoupoleError
from coupole.node.store.changes import Document
from coupole.standard import resource
from coupole.standard.calendar import add_months
from coupole.standard.explaining import Explainer
from coupole.standard.schemas import schema_file, schema_names
from coupole.standard.validation import DocumentInvalid

FORM = "template.schema.json"
KEPT: tuple[str, ...] = ("domain", "competence", "target_level", "required_for_enterprise")
"""What an objective takes over from its template as it is."""
Template = dict[str, Any]


class PathwayUnknown(CoupoleError):
    """There is no pathway template of that name."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Contents to begin with: of the objectives, and of the plan as far as it can be known beforehand."""

    objectives: list[Document]
    plan: Document


@cache
def templates() -> tuple[Template, ...]:
    """The templates of the standard, by name."""
    paths = sorted(resource("v1", "pathways").glob("*.json"))
    return tuple(json.loads(path.read_bytes()) for path in paths if path.name != FORM)


def template(name: str, own: Iterable[Template] = ()) -> Template:
    """The template of that name, a workshop's own before the standard's. Raises ``PathwayUnknown``."""
    for one in (*own, *templates()):
        if one["id"] == name:
            return one
    raise PathwayUnknown()


def fitting(groups: Collection[str], source: str | None = None, own: Iterable[Template] = ()) -> list[Template]:
    """The templates for somebody of these target groups, sent by that kind of service; the best fitting first."""

    def fit(one: Template) -> tuple[int, bool]:
        return len(set(groups) & set(one["target_groups"])), source in one["sources"]

    return sorted((one for one in (*own, *templates()) if any(fit(one))), key=fit, reverse=True)


def worded(texts: Mapping[str, str], language: str) -> str:
    """A text of a template in that language, or in another one when it was not written in that one."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


def check_template(document: Any) -> None:
    """Raise ``DocumentInvalid`` with its findings unless the document is a pathway template."""
    findings = _explainer().explain(document)
    if findings:
        raise DocumentInvalid(findings=findings)


def proposed(one: Template, file: str, language: str, day: date) -> Proposal:
    """What the template proposes for the accompaniment ``file`` on ``day``, in a language.

    Objectives still need an identifier each; the plan still needs them, the capacities, the host and the contributions.
    """
    objectives = [_objective(row, file, language, day) for row in one["objectives"]]
    plan: Document = {
        "accompaniment": file,
        "drafted_on": day.isoformat(),
        "evaluation_schedule": {"every_months": one["evaluation_every_months"]},
        "meeting_every": one["meeting_every"],
        "expected_end_on": add_months(day, one["expected_months"]).isoformat(),
    }
    return Proposal(objectives, plan | ({"planned_actions": one["actions"]} if one["actions"] else {}))


def _objective(row: Template, file: str, language: str, day: date) -> Document:
    kept: Document = {name: row[name] for name in KEPT if name in row}
    today = day.isoformat()
    due_on = add_months(day, row["due_after_months"]).isoformat()
    return {
        "accompaniment": file,
        **kept,
        "wording": worded(row["wording"], language),
        "set_on": today,
        "due_on": due_on,
        "status": "open",
        "status_on": today,
    }


@cache
def _explainer() -> Explainer:
    form = json.loads(resource("v1", "pathways", FORM).read_bytes())
    return Explainer(form, [form, *(schema_file(name) for name in schema_names())])
