"""`coupole node sealed`: what is counted in sealed totals, agreed to once; what left so, and whether it was counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from coupole.cli.opened import AsJson, Directory, actor, answer, opened, say
from coupole.wire.keys import write_secret

if TYPE_CHECKING:
    from sqlmodel import Session

    from coupole.node.opening import OpenNode
    from coupole.node.store.sealing_tables import AgreedTabulation

Show = Annotated[str | None, typer.Option(metavar="LIST", help="Say what this list counts, figure by figure.")]
Agree = Annotated[str | None, typer.Option(metavar="LIST", help="Take part in what this list counts.")]
Letters = Annotated[
    list[str] | None, typer.Option(metavar="LETTERS", help="What stands on the paper of each trustee, in their order.")
]
Decline = Annotated[str | None, typer.Option(metavar="LIST", help="Do not take part.")]
Leave = Annotated[str | None, typer.Option(metavar="LIST", help="Stop taking part; it cannot be taken back.")]
Open = Annotated[
    str | None,
    typer.Option(
        "--open", metavar="SLOT", help="Show an auditor what the report of a slot (2026-10) held; it is noted."
    ),
]
Output = Annotated[Path | None, typer.Option(help="Where to write what is opened, for the auditor's own machine.")]
Year = Annotated[int | None, typer.Option(metavar="YEAR", help="Say whose reports of a year an auditor looks at.")]
Spoken = Annotated[
    Literal["en", "nl", "fr", "it"] | None, typer.Option(help="Language of the list, if not that of the node.")
]


def sealed(
    directory: Directory,
    show: Show = None,
    agree: Agree = None,
    letters: Letters = None,
    decline: Decline = None,
    leave: Leave = None,
    open_: Open = None,
    output: Output = None,
    drawn: Year = None,
    language: Spoken = None,
    as_json: AsJson = False,
) -> None:
    """Lists of what is counted in sealed totals; look at one, agree to it once, decline it or leave."""
    from coupole.node.statistics import accepting

    with opened(directory) as node:
        if drawn:
            return _drawn(node, drawn)
        if open_:
            return _open(node, open_, output)
        with node.store.writing() as session:
            if agree:
                accepting.accept(session, agree, letters or (), actor())
            if decline:
                accepting.decline(session, decline, actor())
            if leave:
                accepting.leave(session, leave, actor())
        with node.store.reading() as session:
            if show:
                _show(node, session, show, language or node.settings.language)
            elif as_json:
                answer([_plain(session, row) for row in _known(session)])
            else:
                _list(session, language or node.settings.language)


def _open(node: OpenNode, slot: str, output: Path | None) -> None:
    from coupole.node.statistics.auditing import open_report

    with node.store.writing() as session:
        shown = open_report(session, node.ring, node.settings.node_id, slot, actor())
    if output:
        write_secret(output, shown)
    else:
        typer.echo(shown.decode())
    say("These are exact figures of people here: for the auditor beside this machine, to compare with the records.")
    say("Noted in the ledger of what left. The auditor checks the file with: coupole audit FILE")


def _drawn(node: OpenNode, year: int) -> None:
    from coupole.node.statistics.auditing import drawn

    with node.store.reading() as session:
        found = drawn(session, year)
    for one in found:
        ours = "  (ours: coupole node sealed DIR --open SLOT)" if one.node == node.settings.node_id else ""
        typer.echo(f"{one.node}  {one.slot}  {one.report}{ours}")


def _known(session: Session) -> list[AgreedTabulation]:
    from coupole.node.store import sealed as kept

    return kept.tabulations(session)


def _plain(session: Session, row: AgreedTabulation) -> dict[str, Any]:
    from coupole.node.store import sealed as kept
    from coupole.wire.tabulations import read_tabulation

    document = read_tabulation(row.body)
    names = ("slot", "kind", "made_at", "report", "outcome", "reason", "certificate")
    reports = [{name: getattr(one, name) for name in names} for one in kept.reports(session, row.id)]
    about = {"federation": document["federation"], "first_slot": document["first_slot"], "reports": reports}
    return {"id": row.id, "state": row.state, "decided_by": row.decided_by, "decided_at": row.decided_at, **about}


def _list(session: Session, language: str) -> None:
    from coupole.standard.sentences import sentence

    rows = _known(session)
    if not rows:
        say("Nobody has asked for sealed totals.")
    for row in rows:
        told = _plain(session, row)
        typer.echo(f"{row.id}  {row.state}  {told['federation']}, from {told['first_slot']}")
        for one in told["reports"]:
            number = f", certificate {one['certificate']}" if one["certificate"] else ""
            typer.echo(f"  {one['slot']}  {one['outcome'] or 'not known yet'}{number}")
            if one["outcome"] == "refused":
                typer.echo(f"    {' '.join(sentence(one['reason'], language))}")


def _show(node: OpenNode, session: Session, name: str, language: str) -> None:
    from babel.lists import format_list

    from coupole.node.statistics import telling
    from coupole.node.statistics.accepting import TabulationNotProposed
    from coupole.node.store import sealed as kept
    from coupole.wire.tabulations import read_tabulation

    row = kept.tabulation(session, name)
    if row is None:
        raise TabulationNotProposed()
    document = read_tabulation(row.body)
    for trustee in document["trustees"]:
        say(f"Trustee: {trustee['name']}")
    for one in telling.subjects(document, node.catalogue, language):
        splits = [format_list(names, locale=language) for names in one.splits if names]
        typer.echo(f"{one.id}  {one.title}{': ' if splits else ''}{'; '.join(splits)}")
