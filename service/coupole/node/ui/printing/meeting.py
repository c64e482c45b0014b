"""The minutes of a team meeting on paper: who was there, what was decided about which objective, what was said."""

from __future__ import annotations

from collections.abc import Iterator

from coupole.node.records.project import accompaniment
from coupole.node.records.register import spoken_name
from coupole.node.store.changes import Document
from coupole.node.ui.printing.drawing import Printed, box, filled, mark, row, source, table, words
from coupole.node.ui.printing.paper import Box, Paper, Row, Section, Table
from coupole.node.ui.printing.pen import Pen

SHOWN = (
    "accompaniment",
    "type",
    "planned_on",
    "held_on",
    "next_on",
    "present",
    "participant_present",
    "objective_changes",
    "ratings",
    "minutes",
)


def meeting_paper(of: Printed, meeting: Document) -> Paper:
    """A team meeting on paper."""
    pen = of.pen
    return Paper(
        language=pen.language,
        house=of.house,
        title=pen.value("team_meeting", meeting, "type"),
        subject=spoken_name(of.participant),
        head=_head(of, meeting),
        sections=filled(_sections(of, meeting)),
        boxes=tuple(_boxes(of, meeting)),
        sources=(source(of, meeting),),
        mark=mark(of, meeting),
        words=words(pen, of.today),
    )


def _head(of: Printed, meeting: Document) -> tuple[Row, ...]:
    pen = of.pen
    return (
        *pen.rows("accompaniment", accompaniment(of.dossier), "agency", "responsible"),
        *pen.rows("team_meeting", meeting, "planned_on", "held_on", "next_on"),
        *row(pen.gettext("Edition"), str(meeting["revision"])),
    )


def _sections(of: Printed, meeting: Document) -> Iterator[Section]:
    pen = of.pen
    there = pen.rows("team_meeting", meeting, "participant_present")
    yield Section(pen.label("team_meeting", "present"), there, _listed(pen, meeting, "present", "actor", "role"))
    changes = _listed(pen, meeting, "objective_changes", "objective", "change")
    yield Section(pen.label("team_meeting", "objective_changes"), tables=changes)
    yield Section(pen.label("team_meeting", "ratings"), tables=_ratings(pen, meeting))
    minutes = tuple(line for line in str(meeting.get("minutes") or "").splitlines() if line.strip())
    yield Section(pen.label("team_meeting", "minutes"), notes=minutes)
    yield Section(pen.gettext("Further"), pen.rest("team_meeting", meeting, *SHOWN))


def _listed(pen: Pen, meeting: Document, within: str, *names: str) -> tuple[Table, ...]:
    columns = [pen.label("team_meeting", within, name) for name in names]
    return table("", columns, [pen.cells("team_meeting", within, one, *names) for one in meeting.get(within) or ()])


def _ratings(pen: Pen, meeting: Document) -> tuple[Table, ...]:
    columns = (pen.label("team_meeting", "ratings", "objective"), pen.label("team_meeting", "ratings", "level"))
    rows = [(pen.name(one["objective"]), pen.level(one["level"])) for one in meeting.get("ratings") or ()]
    return table("", columns, rows)


def _boxes(of: Printed, meeting: Document) -> Iterator[Box]:
    """The person's, if they were there, and the responsible's; none on a meeting that was not held."""
    if not meeting.get("held_on"):
        return
    if meeting.get("participant_present"):
        yield box(of.pen.code("team_role", "participant"), spoken_name(of.participant))
    responsible = of.pen.name(accompaniment(of.dossier)["responsible"])
    yield box(of.pen.code("team_role", "project_responsible"), responsible)
