"""What the demonstration says: the published table, and where to look."""

from __future__ import annotations

import json

from sqlmodel import Session

from coupole.demo.colleagues import Door
from coupole.demo.place import Place
from coupole.hub.publication.crossings import choices_of
from coupole.hub.publication.datasets import Observation, overview
from coupole.hub.publication.publishing import publication
from coupole.hub.store import Hub, sealed
from coupole.hub.ui.lines import columns, lines
from coupole.wire.tabulations import ALL

COLUMNS = (
    ("S01", "count", "open"),
    ("S02", "count", "placed"),
    ("F01", "count", "referred"),
    ("F03", "count", "entries"),
    ("F04", "count", "hires"),
    ("F05", "count", "exits"),
    ("Q01", "rate", "meetings held"),
)
"""Indicator, measure, and its heading."""
FINE = "S01.target_group.sex.day"
"""The fine table that is printed."""
TOTAL = "all"
NOTES = (
    "Every figure carries noise that each member added before it left, so that none points at a person; a share is of",
    "two such figures, shown as 100 % where it would pass it, and not at all of fewer than 20.",
    "A figure of fewer members than were asked says so, 231 (4 of 5); one that cannot be shown is –.",
)


def table(hub: Hub, periods: list[str]) -> str:
    """The published table: a few figures by month, and of how many members they are."""
    headings = ["month", *(heading for _id, _measure, heading in COLUMNS), "members in it"]
    with hub.store.reading() as session:
        rows = [_row(session, hub, period) for period in periods]
    widths = [max(len(row[place]) for row in [headings, *rows]) for place in range(len(headings))]
    lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in [headings, *rows]]
    return "\n".join([f"Published by {hub.name}, month by month", "", *lines, "", *NOTES])


def fine(hub: Hub, month: str) -> str:
    """One fine table of the month that was summed under seal, by target group and sex, empty rows left out."""
    with hub.store.reading() as session:
        found = sealed.newest_publication(session, month)
        document = json.loads(sealed.text(found)) if found else {"tables": []}
    choices = choices_of(hub.catalogue, document["tables"])
    one = next((one for one in choices if one.key == FINE), None)
    if one is None:
        return f"Nothing was summed under seal for {month}."
    rows = [["", *columns(one, "en")]]
    rows += [[*line.heads, *map(str, line.cells)] for line in lines(one, "en") if any(line.cells)]
    rows = [[TOTAL if text == ALL else text for text in row] for row in rows]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    told = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
    heading = f"Open accompaniments at the end of {month}, summed under seal: nobody saw a member's own"
    return "\n".join([heading, "", *told, "", f"Every figure is at most {one.tables[0]['bound']} from the exact one."])


def _row(session: Session, hub: Hub, period: str) -> list[str]:
    lines = {line.indicator.id: line.observations for line in overview(session, hub.catalogue, period)}
    cells = [_cell(lines[indicator][measure]) for indicator, measure, _heading in COLUMNS]
    made = publication(session, hub.catalogue, period)
    return [period, *cells, f"{made.answered} of {made.members}"]


def _cell(figure: Observation) -> str:
    if figure.value is None:
        return "–"
    shown = f"{figure.value:.0%}" if isinstance(figure.value, float) else f"{figure.value}"
    return shown if figure.shown == figure.expected else f"{shown} ({figure.shown} of {figure.expected})"


def addresses(place: Place, doors: list[list[Door]]) -> str:
    """Where everything is, and how to get in."""
    hub, nodes, trustee = place.hub, place.nodes, place.trustee
    width = max(map(len, [hub.name, trustee.name, *(settings.name for settings in nodes)]))
    lines = [f"  {hub.name:<{width}}  {hub.issuer}  the published figures"]
    for settings, ways_in in zip(nodes, doors, strict=True):
        lines.append(f"  {settings.name:<{width}}  {settings.issuer}")
        lines.extend(f"    {door.staff.role:<8} {door.staff.name:<22} {door.address}" for door in ways_in)
    lines.append(f"  {trustee.name:<{width}}  {trustee.issuer}/api/v1/roster  the trustee")
    return "\n".join(
        [
            *lines,
            "",
            "Each address behind a # signs in once as that person; the next start gives fresh ones.",
            "",
            "The same figures for a program (JSON-stat; CSV with another Accept):",
            f"  curl '{hub.issuer}/api/v1/datasets/S01?by=sex'",
            f"  curl -H 'Accept: text/csv' '{hub.issuer}/api/v1/datasets/Q01'",
            "",
            f"Fine tables, summed under seal: {hub.issuer}/fine",
        ]
    )
