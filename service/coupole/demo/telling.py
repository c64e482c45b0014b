"""What the demonstration says: the published table, and where to look."""

from __future__ import annotations

from sqlmodel import Session

from coupole.demo.colleagues import Door
from coupole.demo.place import Place
from coupole.hub.publication.datasets import Observation, overview
from coupole.hub.publication.publishing import publication
from coupole.hub.store import Hub

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
        ]
    )
