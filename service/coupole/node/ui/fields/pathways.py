"""Pathways a plan may begin with: those of everybody, and the workshop's own."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records import local
from coupole.node.records.local import OwnPathwayUnknown
from coupole.node.records.pathways import Template, template, templates, worded
from coupole.node.staff import log
from coupole.node.ui.desk import Visit
from coupole.node.ui.forms.telling import told
from coupole.standard.entities import Field, fields_of
from coupole.standard.schemas import resolved

ASKED = fields_of(resolved("pathways/template"))
"""What a pathway says, as forms and pages show it."""
FACTS = (
    *("target_groups", "sources", "pathway", "expected_months"),
    *("evaluation_every_months", "meeting_every", "team"),
)
"""What stands above its objectives."""


def show(visit: Visit) -> Response:
    """Every pathway, the workshop's own first."""
    with visit.node.store.reading() as session:
        own = local.own_pathways(session)
    rows = [[_row(one, visit.language) for one in those] for those in (own, templates())]
    return visit.page("fields/pathways.html", own=rows[0], standard=rows[1])


def _row(one: Template, language: str) -> dict[str, str]:
    return {
        "name": one["id"],
        "label": worded(one["labels"], language),
        "description": worded(one["description"], language),
    }


def read(visit: Visit) -> Response:
    """One pathway as a coach finds it proposed."""
    with visit.node.store.reading() as session:
        own = local.own_pathways(session)
    one = template(visit.path("name"), own)
    return visit.page(
        "fields/pathway.html",
        one=_row(one, visit.language),
        own=one in own,
        facts=[(ASKED[name].label(visit.language), _lines(visit, ASKED[name], one[name])) for name in FACTS],
        objectives=[_objective(visit, row) for row in one["objectives"]],
        actions=[_action(visit, row) for row in one["actions"]],
    )


def _lines(visit: Visit, field: Field, value: Any) -> list[str]:
    found = [_told(visit, field, one) for one in value] if isinstance(value, list) else [_told(visit, field, value)]
    return found or ["–"]


def _told(visit: Visit, field: Field, value: Any) -> str:
    return told(field, value, visit.language, lambda record: "")


def _objective(visit: Visit, row: dict[str, Any]) -> dict[str, Any]:
    fields, months = ASKED["objectives"].fields, row["due_after_months"]
    told_of = [_told(visit, fields[name], row[name]) for name in ("domain", "competence") if name in row]
    if "target_level" in row:
        told_of.append(f"{fields['target_level'].label(visit.language)}: {_level(visit, fields, row)}")
    told_of.append(visit.ngettext("within %(num)s month", "within %(num)s months", months))
    return {
        "wording": worded(row["wording"], visit.language),
        "told": " · ".join(told_of),
        "needed": fields["required_for_enterprise"].label(visit.language) if row["required_for_enterprise"] else "",
    }


def _level(visit: Visit, fields: Any, row: dict[str, Any]) -> str:
    return _told(visit, fields["target_level"], row["target_level"])


def _action(visit: Visit, row: dict[str, Any]) -> str:
    fields = ASKED["actions"].fields
    kind = _told(visit, fields["type"], row["type"])
    hours = _told(visit, fields["hours"], row["hours"]) if "hours" in row else ""
    return visit.gettext("%(action)s, %(hours)s hours", action=kind, hours=hours) if hours else kind


def ask_to_remove(visit: Visit) -> Response:
    """Whether it is really meant."""
    with visit.node.store.reading() as session:
        one = own_pathway(visit, session)
    return visit.page("fields/remove.html", one=_row(one, visit.language))


def remove(visit: Visit, form: FormData) -> Response:
    """Offer a pathway of the workshop's own no more."""
    with visit.node.store.writing() as session:
        local.remove_pathway(session, visit.path("name"))
        log.note(session, "own_pathway_changed", staff=visit.staff.id, now=visit.now)
    return visit.see_other("/settings/pathways", "pathway_removed")


def own_pathway(visit: Visit, session: Session) -> Template:
    """The workshop's own pathway in the address. Raises ``OwnPathwayUnknown``."""
    found = next((one for one in local.own_pathways(session) if one["id"] == visit.path("name")), None)
    if found is None:
        raise OwnPathwayUnknown()
    return found
