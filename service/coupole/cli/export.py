"""`coupole export`: everything a party holds of a finished federation, for whoever wants to attack it.

With ``--truth`` the same tables with the exact figures, which only the members' own nodes know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import typer

from coupole.cli.opened import opened as opened_node
from coupole.cli.opened import say

if TYPE_CHECKING:
    from sqlmodel import Session

    from coupole.hub.publication.held import Dated, Held, Summed
    from coupole.hub.publication.sealed import Counts
    from coupole.standard.catalogue import Catalogue

app = typer.Typer(help="What a party holds of a federation, in one document that anybody can attack.")

PARTY = re.compile(r"hub|public|trustee|member:[a-z0-9-]{1,60}")
MEMBER = "member:"
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

    if not PARTY.fullmatch(adversary_view):
        raise typer.BadParameter("hub, public, trustee or member:ID", param_hint="--adversary-view")
    members = {member.id: member for member in map(Member, node or ())}
    if adversary_view.startswith(MEMBER) and adversary_view.removeprefix(MEMBER) not in members:
        raise typer.BadParameter("the node directory of that member is needed", param_hint="--node")
    with opened(hub) as (opened_hub, _ring, _settings), opened_hub.store.reading() as session:
        made = document(session, opened_hub.catalogue, adversary_view, members, truth=truth)
    text = json.dumps(made, ensure_ascii=False)
    if output:
        output.write_text(text)
        say(f"{len(made['tables'])} tables of {form}: {output}")
    else:
        typer.echo(text)


def document(
    session: Session, catalogue: Catalogue, party: str, members: Mapping[str, Member], *, truth: bool = False
) -> Document:
    """What that party holds, or the exact figures behind it; ``members``: those whose nodes are at hand."""
    from coupole.hub.publication.views import view

    made, exact = view(session, catalogue, party), _Truth(session, catalogue, members)
    own = party.removeprefix(MEMBER) if party.startswith(MEMBER) else None
    tables = [exact.of(one) if truth or one.table["owner"] == own else one.table for one in made.held]
    return made.document | {"tables": tables}


class Member:
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
        self._figures: dict[str, dict[Cell, int] | None] = {}

    def figures(self, period: str) -> dict[Cell, int] | None:
        """Every exact figure of a period; none when what was released of it is not what the records say by now."""
        if period not in self._figures:
            from coupole.node.statistics import releasing
            from coupole.standard.calendar import parse_period

            with opened_node(self.directory) as node:
                seen = releasing.preview(node.store, node.ring, node.settings, node.catalogue, parse_period(period))
            exact = {(one.indicator, one.dimension, one.code, one.part): one.exact for one in seen.figures}
            self._figures[period] = exact if seen.stands else None
        return self._figures[period]


class _Truth:
    """The exact figures behind what is held, from the nodes of all members that are in them."""

    def __init__(self, session: Session, catalogue: Catalogue, members: Mapping[str, Member]) -> None:
        from coupole.hub.publication.held import codes_of
        from coupole.hub.store import sealed
        from coupole.wire.tabulations import shape

        self.members = members
        self.codes = codes_of(catalogue)
        self.documents = {one.id: sealed.document(one) for one in sealed.tabulations(session)}
        self.cells = {name: shape(document).cells for name, document in self.documents.items()}
        self.counted = {
            name: [
                (one.slot, group["id"], member["node"], member["report"])
                for one in sealed.certificates(session, name)
                for group in json.loads(one.body)["groups"]
                for member in group["members"]
            ]
            for name in self.documents
        }
        self._made: dict[Summed, dict[str, dict[tuple[str, ...], int]]] = {}

    def of(self, one: Held) -> Document:
        """The same table with exact figures, null where nobody kept them.

        Fails when a node of a member in it was not given.
        """
        from coupole.hub.publication.held import Summed

        if one.exact is None:
            return one.table
        found = {name: value for name, value in one.table.items() if name != "hidden_range"}
        cells: list[Any]
        if isinstance(one.exact, Summed):
            there = self._tables(one.exact)
            cells = [[levels, _added(there, levels)] for levels, _value in one.table["cells"]]
        else:
            values = self._dated(one.exact)
            cells = [[levels, value] for (levels, _value), value in zip(one.table["cells"], values, strict=True)]
        return found | {"noise": {"kind": "exact"}, "cells": cells}

    def _tables(self, asked: Summed) -> dict[tuple[str, ...], int]:
        """The exact figures of a table of sealed totals, by levels."""
        from coupole.hub.publication.held import spelled, states
        from coupole.wire.tabulations import crossed

        key = asked._replace(name="")
        if key not in self._made:
            counted = [one for one in self.counted[asked.tabulation] if not asked.groups or one[1] in asked.groups]
            sums = {one[0]: np.zeros(self.cells[asked.tabulation], np.int64) for one in counted}
            for slot, _group, node, report in counted:
                if asked.member in ("", node):
                    sums[slot] += self.members[node].changes[asked.tabulation, report]
            self._made[key] = {
                name: dict(zip(crossed(spelled(by, levels, self.codes)), one.values.tolist(), strict=True))
                for name, one in states(self.documents[asked.tabulation], sums, asked.slot, 0)
                for by, levels in [(one.placed.table["by"], one.placed.table["levels"])]
            }
        return self._made[key][asked.name]

    def _dated(self, asked: Dated) -> list[int | None]:
        """The exact figures of these members' records; none where a release is no longer what its records say."""
        figures = [self.members[node].figures(asked.period) for node in asked.nodes]
        if not figures or None in figures:
            return [None] * len(asked.codes)
        cells = [(asked.indicator, asked.dimension, code, asked.part) for code in asked.codes]
        return [sum(one.get(cell, 0) for one in figures if one is not None) for cell in cells]


def _added(there: Mapping[tuple[str, ...], int], levels: Sequence[str]) -> int:
    """The figure of these levels; those that were put together are told one after the other."""
    known = there.get(tuple(levels))
    return sum(there[cell] for cell in product(*(level.split("|") for level in levels))) if known is None else known
