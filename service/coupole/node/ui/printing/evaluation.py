"""The sheet of an evaluation with the service: each competence on the scale, the last score beside."""

from __future__ import annotations

from collections.abc import Iterator

from coupole.node.records.project import accompaniment, each, plan_on
from coupole.node.records.register import spoken_name
from coupole.node.store.changes import Document
from coupole.node.ui.printing.drawing import Printed, box, filled, mark, row, source, table, words
from coupole.node.ui.printing.paper import Box, Paper, Row, Section, Table
from coupole.standard.codes import code_list

SCALE = ("1", "2", "3", "4", "5")
GIVEN, OPEN = "●", "○"
SHOWN = ("accompaniment", "type", "planned_on", "held_on", "with_organisation", "ratings")
WRITING = 5
"""Empty lines to write on, on a sheet that is not filled in."""


def evaluation_paper(of: Printed, evaluation: Document) -> Paper:
    """An evaluation on paper."""
    pen = of.pen
    return Paper(
        language=pen.language,
        house=of.house,
        title=pen.value("evaluation", evaluation, "type"),
        subject=spoken_name(of.participant),
        head=_head(of, evaluation),
        sections=filled(_sections(of, evaluation)),
        boxes=tuple(_boxes(of, evaluation)),
        sources=(source(of, evaluation),),
        mark=mark(of, evaluation),
        words=words(pen, of.today),
    )


def _head(of: Printed, evaluation: Document) -> tuple[Row, ...]:
    pen = of.pen
    return (
        *pen.rows("accompaniment", accompaniment(of.dossier), "agency", "responsible"),
        *pen.rows("evaluation", evaluation, "planned_on", "held_on", "with_organisation"),
        *row(pen.gettext("Edition"), str(evaluation["revision"])),
    )


def _sections(of: Printed, evaluation: Document) -> Iterator[Section]:
    pen = of.pen
    scale = [(code, pen.code("evaluation_scale", code)) for code in SCALE]
    columns = (pen.label("evaluation", "ratings", "level"), pen.gettext("What it means"))
    yield Section(pen.gettext("The scale"), tables=table("", columns, scale))
    yield Section(pen.label("evaluation", "ratings"), tables=tuple(_ratings(of, evaluation)))
    held = bool(evaluation.get("held_on"))
    rest = pen.rest("evaluation", evaluation, *SHOWN)
    yield Section(pen.gettext("Outcome"), rest, lines=0 if held else WRITING)


def _ratings(of: Printed, evaluation: Document) -> Iterator[Table]:
    """A table for each group of competences, one for objectives; with the scores of the evaluation before."""
    last = _last_levels(of, evaluation)
    given = {_rated(one): one for one in evaluation.get("ratings") or ()}
    groups: dict[str, list[str]] = {}
    for name in dict.fromkeys([*given, *_to_rate(of, evaluation)]):
        groups.setdefault(_group(of, name), []).append(name)
    for group, names in groups.items():
        rows = [_line(of, name, given.get(name), last.get(name)) for name in names]
        yield from table(group, _columns(of), rows)


def _columns(of: Printed) -> tuple[str, ...]:
    pen = of.pen
    rater = pen.label("evaluation", "ratings", "rater_role")
    return (pen.gettext("What"), pen.gettext("Last time"), *SCALE, pen.code("evaluation_scale", "not_observed"), rater)


def _line(of: Printed, name: str, given: Document | None, last: str | None) -> tuple[str, ...]:
    pen, level = of.pen, given["level"] if given else None
    called = pen.name(name) if ":" in name else pen.code("competence", name)
    before = "" if last is None else last if last in SCALE else pen.code("evaluation_scale", last)
    places = tuple(GIVEN if level == code else OPEN for code in SCALE)
    other = "" if level in SCALE or level is None else pen.code("evaluation_scale", level)
    return (called, before, *places, other, pen.code("team_role", given["rater_role"]) if given else "")


def _last_levels(of: Printed, evaluation: Document) -> dict[str, str]:
    """What was said of each the last time before this evaluation."""
    day = evaluation.get("held_on") or evaluation["planned_on"]
    held = [one.document for one in each(of.dossier, "evaluation")]
    before = [one for one in held if one["id"] != evaluation["id"] and (one.get("held_on") or "9") < day]
    ordered = sorted(before, key=lambda one: str(one["held_on"]))
    return {_rated(rating): rating["level"] for one in ordered for rating in one.get("ratings") or ()}


def _to_rate(of: Printed, evaluation: Document) -> list[str]:
    """On a sheet that is not filled in: what the plan speaks of, and what was rated before."""
    if evaluation.get("held_on"):
        return []
    plan = plan_on(of.dossier, of.today)
    planned = [] if plan is None else [one["competence"] for one in plan.document["capacities"]]
    objectives = [] if plan is None else [name for name in plan.document["objectives"] if of.document(name)]
    return [*planned, *_last_levels(of, evaluation), *objectives]


def _rated(rating: Document) -> str:
    return str(rating.get("competence") or rating.get("objective"))


def _group(of: Printed, name: str) -> str:
    if ":" in name:
        return of.pen.label("plan", "objectives")
    domain = code_list("competence").attribute(name, "domain")
    return of.pen.code("objective_domain", domain) if domain else of.pen.label("evaluation", "ratings", "competence")


def _boxes(of: Printed, evaluation: Document) -> Iterator[Box]:
    pen = of.pen
    yield box(pen.code("team_role", "participant"), spoken_name(of.participant))
    responsible = pen.name(accompaniment(of.dossier)["responsible"])
    yield box(pen.code("team_role", "project_responsible"), responsible)
    service = evaluation.get("with_organisation")
    yield box(pen.label("evaluation", "with_organisation"), pen.name(service) if service else "")
