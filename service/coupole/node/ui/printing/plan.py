"""The plan to sign: steps 4 and 5 of the method on paper, for the person, the family, the responsible and the host."""

from __future__ import annotations

from collections.abc import Iterator

from coupole.node.records.project import accompaniment, day_of, team_on
from coupole.node.records.register import spoken_name
from coupole.node.store.changes import Document
from coupole.node.ui.printing.drawing import Printed, box, filled, mark, row, source, table, words
from coupole.node.ui.printing.naming import objective
from coupole.node.ui.printing.paper import Box, Paper, Row, Section, Table
from coupole.node.ui.printing.pen import Pen

SIGNERS = ("participant", "family_member", "project_responsible", "host_operator")
SHOWN = (
    "accompaniment",
    "version",
    "replaces",
    "drafted_on",
    "signed_on",
    "signed_by",
    "capacities",
    "operating_structure",
    "objectives",
    "evaluation_schedule",
    "meeting_every",
    "planned_contributions",
    "planned_actions",
    "expected_end_on",
)
"""Fields that have their own place on the paper; whatever else a plan holds stands under "Also agreed"."""


def plan_paper(of: Printed, plan: Document) -> Paper:
    """A version of the plan on paper."""
    pen = of.pen
    objectives = [found for name in plan["objectives"] if (found := of.document(name))]
    return Paper(
        language=pen.language,
        house=of.house,
        title=pen.gettext("Individual project"),
        subject=spoken_name(of.participant),
        head=_head(of, plan),
        sections=filled(_sections(of, plan, objectives)),
        boxes=tuple(_boxes(of, plan)),
        sources=tuple(source(of, one) for one in (plan, *objectives)),
        mark=mark(of, plan),
        words=words(pen, of.today),
    )


def _head(of: Printed, plan: Document) -> tuple[Row, ...]:
    pen, file = of.pen, accompaniment(of.dossier)
    version = pen.gettext("%(version)s, edition %(edition)s", version=plan["version"], edition=plan["revision"])
    return (
        *pen.rows("participant", of.participant, "birth_date"),
        *pen.rows("accompaniment", file, "agency", "responsible"),
        *row(pen.label("plan", "version"), version),
        *pen.rows("plan", plan, "replaces", "drafted_on", "expected_end_on"),
    )


def _sections(of: Printed, plan: Document, objectives: list[Document]) -> Iterator[Section]:
    pen = of.pen
    yield Section(pen.label("plan", "operating_structure"), _where(pen, plan))
    yield Section(pen.label("plan", "capacities"), tables=_capacities(pen, plan))
    yield Section(pen.label("plan", "objectives"), tables=_objectives(pen, objectives))
    rhythm = row(pen.entity("team_meeting"), pen.rhythm(plan["meeting_every"]))
    rows = (*pen.rows("plan", plan, "evaluation_schedule"), *rhythm)
    yield Section(pen.gettext("How we follow it up"), rows)
    yield Section(pen.label("plan", "planned_actions"), tables=_actions(pen, plan))
    yield Section(pen.label("plan", "planned_contributions"), tables=_contributions(pen, plan))
    yield Section(pen.entity("team"), tables=_team(of, plan))
    yield Section(pen.gettext("Also agreed"), pen.rest("plan", plan, *SHOWN))


def _where(pen: Pen, plan: Document) -> tuple[Row, ...]:
    where = plan["operating_structure"]
    names = ("organisation", "side")
    said = zip(names, pen.cells("plan", "operating_structure", where, *names), strict=True)
    return tuple(found for name, text in said for found in row(pen.label("plan", "operating_structure", name), text))


def _capacities(pen: Pen, plan: Document) -> tuple[Table, ...]:
    rows = [(pen.code("competence", one["competence"]), pen.level(one["level"])) for one in plan["capacities"]]
    columns = (pen.label("plan", "capacities", "competence"), pen.label("plan", "capacities", "level"))
    return table("", columns, rows)


def _objectives(pen: Pen, objectives: list[Document]) -> tuple[Table, ...]:
    names = ("domain", "baseline_level", "target_level", "due_on", "required_for_enterprise")
    columns = (pen.gettext("No."), pen.entity("objective"), *(pen.label("objective", name) for name in names))
    rows = [
        (
            str(number),
            objective(pen, one),
            "" if not (one.get("wording") or one.get("competence")) else pen.value("objective", one, "domain"),
            pen.level(one.get("baseline_level")),
            pen.level(one.get("target_level")),
            pen.value("objective", one, "due_on"),
            pen.value("objective", one, "required_for_enterprise"),
        )
        for number, one in enumerate(objectives, 1)
    ]
    return table("", columns, rows)


def _actions(pen: Pen, plan: Document) -> tuple[Table, ...]:
    names = ("type", "hours")
    rows = [pen.cells("plan", "planned_actions", one, *names) for one in plan.get("planned_actions") or ()]
    return table("", (pen.label("plan", "planned_actions", name) for name in names), rows)


def _contributions(pen: Pen, plan: Document) -> tuple[Table, ...]:
    names = ("type", "payer", "amount_minor", "per")
    rows = [pen.cells("plan", "planned_contributions", one, *names) for one in plan["planned_contributions"]]
    return table("", (pen.label("plan", "planned_contributions", name) for name in names), rows)


def _team(of: Printed, plan: Document) -> tuple[Table, ...]:
    pen = of.pen
    columns = (pen.label("team", "members", "role"), pen.label("team", "members", "actor"))
    rows = [(pen.code("team_role", one["role"]), pen.name(one["actor"])) for one in _members(of, plan)]
    return table("", columns, rows)


def _members(of: Printed, plan: Document) -> list[Document]:
    """The team that signs: of today, or of the day it was signed, or of the last day of a file that is closed."""
    day = day_of(plan, "signed_on") or of.today
    last = day_of(accompaniment(of.dossier), "closed_on")
    return list(team_on(of.dossier, min(day, last) if last else day))


def _boxes(of: Printed, plan: Document) -> Iterator[Box]:
    """A box for each who signs; the family's only where the person wants the family in it or has not said."""
    pen, signed = of.pen, {one["role"]: one for one in plan.get("signed_by") or ()}
    for role in SIGNERS:
        if role == "family_member" and of.participant.get("family_involved") is False and role not in signed:
            continue
        who = pen.code("team_role", role)
        who = pen.gettext("%(who)s (if wished)", who=who) if role == "family_member" else who
        given = signed.get(role)
        day = pen.gettext("Signed on %(day)s", day=pen.day(given["on"])) if given else ""
        yield box(who, _signer(of, plan, role, given), day)


def _signer(of: Printed, plan: Document, role: str, given: Document | None) -> str:
    if role == "participant":
        return spoken_name(of.participant)
    if given and given.get("actor"):
        return of.pen.name(given["actor"])
    if role == "project_responsible":
        return of.pen.name(accompaniment(of.dossier)["responsible"])
    return next((of.pen.name(one["actor"]) for one in _members(of, plan) if one["role"] == role), "")
