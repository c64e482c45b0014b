"""The accompaniment as one page: what is due, where it stands, the nine steps, and everything that hangs on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from starlette.responses import Response

from coupole.node.records import due
from coupole.node.store.visits import noted, visited
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import changed, sections, standing, timeline
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.scores import courses
from coupole.node.ui.files.settling import new_path, record_path, team_path
from coupole.node.ui.lists import due as lists

SHOWN = 3
"""Lines of a part that are open at once; the others are one click away."""
ADDED = ("placement", "contribution", "action", "status_observation")
"""Kinds of record that are added to a file by the general form."""


def add(desk: Desk) -> None:
    """The page of the file."""
    desk.get("/files/{id}", show, needs=Right("find", "accompaniment"))


def show(visit: Visit) -> Response:
    """The file, and what others changed since the last visit."""
    store = visit.node.store
    with store.reading() as session:
        file = opened(visit, session)
        after = noted(session, visit.staff.id, file.id, visit.now)
        if after is None:
            with store.writing() as other:
                after = visited(other, visit.staff.id, file.id, visit.now)

        def sees(entity: str, field: str) -> bool:
            return file.may("read", entity, field)

        news = changed.since(visit, session, file.names, after, sees)
        return visit.page("files/file.html", file=file, news=news, **parts(file, visit.today))


def parts(file: OpenFile, today: date) -> dict[str, Any]:
    """Everything the page shows."""
    names, dossier, visit = file.names, file.dossier, file.visit
    dated, steps = due.due(file.whole, today), standing.nine_steps(file)
    return {
        "shown": SHOWN,
        "present": standing.present(file),
        "following": standing.following(file),
        "steps": steps,
        "due": [(lists.what(visit, one), lists.when(visit, one.due_on), one, lists.address(one)) for one in dated],
        "undone": undone(steps, {one.settled_by for one in dated if one.kind != "plan_renewal"}),
        "warnings": standing.warnings(file),
        "renewal": standing.renewal(file, today),
        "pathway": names.code("pathway", file.file["pathway"]),
        "agency": names.organisation(file.file["agency"]),
        "responsible": names.actor(file.file["responsible"]),
        "team": sections.team(names, today),
        "team_href": team_path(dossier),
        "edit_href": record_path(dossier.id, dossier),
        "objectives": sections.objectives(names, today),
        "courses": [(names.rated(one.subject), one) for one in courses(dossier, today)],
        "meetings": sections.meetings(names),
        "evaluations": sections.evaluations(names),
        "placements": sections.placements(names, today),
        "contributions": sections.contributions(names),
        "actions": sections.actions(names),
        "situations": sections.situations(names),
        "checks": sections.checks(names, today),
        "timeline": timeline.timeline(names),
        "new": {entity: new_path(entity, dossier) for entity in ADDED},
    }


def undone(steps: Sequence[standing.ShownStep], dated: Collection[str]) -> list[standing.ShownStep]:
    """The steps that wait for something which has no day of its own in the list above."""
    waiting = [step for step in steps if step.state in ("due", "missing") and step.lack]
    return [step for step in waiting if step.lack and step.lack.entity not in dated]
