"""`coupole export`: everything a party holds of a finished federation, for whoever wants to attack it.

With ``--truth`` the same tables with the exact figures, which only the members' own nodes know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import typer

from coupole.cli.opened import opened as opened_node
from coupole.cli.opened import say

if TYPE_CHECKING:
    from sqlmodel import Session

    from coupole.hub.publication.sealed import Counts

app = typer.Typer(help="What a party holds of a federation, in one document that anybody can attack.")

PARTY = re.compile(r"hub|public|trustee|member:[a-z0-9-]{1,60}")
Nodes = Annotated[list[Path] | None, typer.Option("--node", help="The node directory of a member; all for --truth.")]
Cell = tuple[str, str, str, str]
"""Indicator, dimension, code and part."""
Document = dict[str, Any]


@app.command()
def export(
    hub: Annotated[Path, typer.Argument(help="The hub directory.")],
    adversary_view: Annotated[str, typer.Option(help="hub, public, trustee or member:ID.")],
    form: Annotated[Literal["coupole-release"], typer.Option("--format", help="The form.")] = "coupole-release",
    node: Nodes = None,
    truth: Annotated[bool, typer.Option("--truth", help="The exact figures in the place of those shown.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write it here instead of on standard output.")] = None,
) -> None:
    """Write everything that party holds, or with --truth the exact figures behind it."""
    from coupole.cli.opened_hub import opened
    from coupole.hub.publication.views import view

    if not PARTY.fullmatch(adversary_view):
        raise typer.BadParameter("hub, public, trustee or member:ID", param_hint="--adversary-view")
    with opened(hub) as (opened_hub, _ring, _settings), opened_hub.store.reading() as session:
        made = view(session, opened_hub.catalogue, adversary_view)
        members = [_Member(path) for path in node or ()]
        own = adversary_view.partition(":")[2]
        if own or truth:
            exact = _Truth(session, members)
            made["tables"] += [exact.of(table, own) for table in made["tables"] if own and exact.is_fine(table)]
            if truth:
                made["tables"] = [exact.of(table, table["owner"]) for table in made["tables"]]
    text = json.dumps(made, ensure_ascii=False)
    if output:
        output.write_text(text)
        say(f"{len(made['tables'])} tables of {form}: {output}")
    else:
        typer.echo(text)


class _Member:
    """One member's own exact figures."""

    def __init__(self, directory: Path) -> None:
        from coupole.node.statistics import ledger, reporting
        from coupole.node.store import sealed

        self.directory = directory
        self.changes: dict[tuple[str, str], Counts] = {}
        """By the hash of the report, and the tabulation."""
        with opened_node(directory) as node, node.store.reading() as session:
            self.id = node.settings.node_id
            for row in sealed.tabulations(session):
                place = reporting.opened(row, self.id).place
                for report in sealed.reports(session, row.id):
                    change = ledger.open_change(node.ring, f"{place}|{report.slot}", report.change)
                    self.changes[row.id, report.report] = change
        self._figures: dict[str, dict[Cell, int]] = {}

    def figures(self, period: str) -> dict[Cell, int]:
        """Every exact figure of a period, as its records stand."""
        if period not in self._figures:
            from coupole.node.statistics import releasing
            from coupole.standard.calendar import parse_period

            with opened_node(self.directory) as node:
                seen = releasing.preview(node.store, node.ring, node.settings, node.catalogue, parse_period(period))
            self._figures[period] = {
                (one.indicator, one.dimension, one.code, one.part): one.exact for one in seen.figures
            }
        return self._figures[period]


class _Truth:
    """The exact figures behind what is held, of one member or of all that are in a figure."""

    def __init__(self, session: Session, members: Sequence[_Member]) -> None:
        from coupole.hub.publication.views import releases
        from coupole.hub.store import sealed
        from coupole.wire.tabulations import shape

        self.members = {member.id: member for member in members}
        self.documents = {one.id: sealed.document(one) for one in sealed.tabulations(session)}
        self.cells = {name: shape(document).cells for name, document in self.documents.items()}
        self.counted = {
            name: [
                (one.slot, member["node"], member["report"])
                for one in sealed.certificates(session, name)
                for group in json.loads(one.body)["groups"]
                for member in group["members"]
            ]
            for name in self.documents
        }
        self.tabulations = {slot: name for name in self.documents for slot in sealed.sums(session, name)[0]}
        self.shown = _shown(releases(session))
        self._made: dict[tuple[str, str, str], dict[str, dict[tuple[str, ...], int]]] = {}

    def is_fine(self, table: Document) -> bool:
        """Whether a table comes from sealed totals."""
        return table["id"].partition(" ")[0] in self.tabulations

    def of(self, table: Document, owner: str) -> Document:
        """The same table of that owner with exact figures. Fails when a node of a member in it was not given."""
        exact = self._fine(table, owner) if self.is_fine(table) else self._released(table)
        found = {name: value for name, value in table.items() if name != "hidden_range"}
        cells = [[levels, exact(levels)] for levels, _value in table["cells"]]
        return found | {"owner": owner, "noise": {"kind": "exact"}, "cells": cells}

    def _fine(self, table: Document, owner: str) -> Callable[[list[str]], int]:
        slot, _, name = table["id"].partition(" ")
        found = self._tables(self.tabulations[slot], slot, owner)[name]

        def exact(levels: list[str]) -> int:
            # Levels that are shown as one are told one after the other.
            return sum(found[cell] for cell in product(*(level.split("|") for level in levels)))

        return exact

    def _tables(self, tabulation: str, slot: str, owner: str) -> dict[str, dict[tuple[str, ...], int]]:
        """Of each fine table of a slot the exact figures, of one member or of all."""
        from coupole.hub.publication.sealed import fine_tables, suffix
        from coupole.hub.publication.views import FEDERATION
        from coupole.wire.tabulations import cells

        key = (tabulation, slot, owner)
        if key not in self._made:
            document, cell_count = self.documents[tabulation], self.cells[tabulation]
            sums = {one: np.zeros(cell_count, np.int64) for one, _node, _report in self.counted[tabulation]}
            for one, node, report in self.counted[tabulation]:
                if owner in (FEDERATION, node):
                    sums[one] += self.members[node].changes[tabulation, report]
            self._made[key] = {
                one.placed.table["id"] + suffix(one.span): dict(
                    zip(cells(one.placed), one.values.tolist(), strict=True)
                )
                for one in fine_tables(document, sums, slot, shown=False)
            }
        return self._made[key]

    def _released(self, table: Document) -> Callable[[list[str]], int]:
        kind, period, name = table["id"].split(" ", 2)
        indicator, part, dimension = name.split(".", 2)

        def exact(levels: list[str]) -> int:
            cell = (indicator, dimension, levels[0] if levels else "total", part)
            nodes = self.shown.get((period, cell), ()) if kind == "total" else [kind]
            return sum(self.members[node].figures(period).get(cell, 0) for node in nodes)

        return exact


def _shown(releases: Any) -> Mapping[tuple[str, Cell], list[str]]:
    """Which members show a figure of a period."""
    found: dict[tuple[str, Cell], list[str]] = {}
    for release in releases:
        for indicator in release["indicators"]:
            for margin in indicator["margins"]:
                for place, part in enumerate(indicator["parts"]):
                    for code, state in zip(margin["codes"], margin["states"][place], strict=True):
                        if state != "withheld":
                            cell = (indicator["id"], margin["dimension"], code, part)
                            found.setdefault((release["period"], cell), []).append(release["node"])
    return found
