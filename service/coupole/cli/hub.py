"""`coupole hub …`: the umbrella's service, from the first member to the published table.

`collect` ends with 6 when a member did not answer as it should; what it answered is kept, and the others are complete.
Answers go to standard output, progress and remarks to standard error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupole.cli import hub_members, hub_open, hub_sealed
from coupole.cli.opened import AsJson, Yes, answer, say
from coupole.cli.opened_hub import Directory, opened
from coupole.cli.opened_hub import table as show_table

if TYPE_CHECKING:
    from coupole.hub.collection.reading import ShownOutcome
    from coupole.hub.collection.rounds import Report
    from coupole.hub.settings import HubSettings
    from coupole.hub.store import Hub
    from coupole.wire.keys import KeyRing

app = typer.Typer(no_args_is_help=True, help="The umbrella's service: members, collection, publication.")
app.add_typer(hub_members.member, name="member")
app.command()(hub_members.invite)
app.command()(hub_members.admit)
app.command()(hub_members.decline)
app.command()(hub_members.directory)
app.command()(hub_members.doctor)
app.command("open")(hub_open.open_)
app.command()(hub_open.close)
app.command()(hub_open.datasets)
app.command()(hub_open.export)
for command in (hub_sealed.tabulate, hub_sealed.countersigned, hub_sealed.seal, hub_sealed.audit):
    app.command()(command)

OTHER_PARTY = 6
"""Exit code when a member did not answer, or not as it should."""

PeriodArgument = Annotated[str, typer.Argument(help="2026-10, 2026-Q3 or 2026.")]


@app.command()
def init(
    directory: Directory,
    name: Annotated[str | None, typer.Option(help="Name of the federation.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Address readers reach this hub at.")] = None,
    keys: Annotated[Path | None, typer.Option(help="The key directory; beside the hub directory if not said.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    yes: Yes = False,
) -> None:
    """Make a new hub: two questions, its keys, an empty database."""
    from coupole.hub.app import create_hub
    from coupole.hub.settings import HubSettings

    given = {
        "name": name or _ask("Name of the federation", None, "--name", yes=yes),
        "issuer": issuer
        or _ask("Address readers reach it at", f"http://127.0.0.1:{port or 8200}", "--issuer", yes=yes),
        "directory": directory,
        "keys": keys,
        "port": port,
    }
    settings = HubSettings.checked({field: value for field, value in given.items() if value is not None})
    create_hub(settings)
    say(f"Settings and database: {settings.directory}")
    say(f"Keys: {settings.key_directory}")
    say(f"Start it (coupole hub serve {directory}), then invite the first member: coupole hub invite {directory} NAME")


def _ask(question: str, default: str | None, option: str, *, yes: bool) -> str:
    if yes and default is not None:
        return default
    if yes:
        raise typer.BadParameter("with --yes it must be given", param_hint=option)
    said: str = typer.prompt(question, default=default, err=True)
    return said.strip()


@app.command()
def serve(
    directory: Directory,
    host: Annotated[str | None, typer.Option(help="Network address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Run the service until Ctrl-C."""
    from coupole.cli.serving import serve as run
    from coupole.hub.app import create_app
    from coupole.hub.settings import HubSettings

    settings = HubSettings.load(directory)
    run(create_app(settings), host or settings.host, port or settings.port, settings.issuer)


@app.command()
def keys(directory: Directory) -> None:
    """Show the public keys that members register this hub with (a JSON Web Key Set)."""
    from coupole.hub.settings import HubSettings
    from coupole.wire.keys import KeyRing

    answer(KeyRing.load(HubSettings.load(directory).ring).public_set("client"))


@app.command()
def collect(
    directory: Directory,
    period: PeriodArgument,
    publish_after: Annotated[bool, typer.Option("--publish/--no-publish", help="Publish what came.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask every member for its release of a period; a stopped collection goes on where it was."""
    from coupole.hub.collection.reading import shown_outcomes
    from coupole.hub.publication.publishing import publish as publish_period

    with opened(directory) as (hub, ring, settings):
        hub_members.keep_directory(hub, settings)
        report = asyncio.run(_collect(hub, ring, settings, period))
        made = None
        if publish_after and report.asked:
            made = publish_period(hub.store, ring.active("sign"), hub.name, hub.catalogue, period)
        with hub.store.reading() as session:
            outcomes = shown_outcomes(session, report.round, settings.language)
    if as_json:
        told = {"round": report.round, "resumed": report.resumed, "period": period, "kinds": dict(report.kinds)}
        told["revision"] = made.revision if made else None
        answer(told | {"outcomes": [_outcome(one) for one in outcomes]})
    else:
        _say_outcomes(outcomes)
    if any(one.kind not in ("answered", "withheld") for one in outcomes):
        raise typer.Exit(OTHER_PARTY)


async def _collect(hub: Hub, ring: KeyRing, settings: HubSettings, period: str) -> Report:
    from coupole.cli.progress import counted
    from coupole.hub.app import connecting
    from coupole.hub.collection.rounds import collect as run

    with counted(f"Collecting {period}", None) as note:
        return await run(
            hub.store,
            connecting(settings, ring),
            hub.catalogue,
            period,
            concurrency=settings.concurrency,
            progress=lambda done, total, _outcome: note(done, total),
        )


def _outcome(one: ShownOutcome) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(one)


def _say_outcomes(outcomes: Sequence[ShownOutcome]) -> None:
    rows = []
    for one in outcomes:
        pointed = [f"{found.pointer}: {found.title}" for found in one.findings]
        said = [f"({one.said})"] if one.said else []
        rows.append([one.name, one.kind, " ".join([one.title, *pointed, *said]), one.remedy])
    show_table(("Member", "Outcome", "What happened", "What to do"), rows)


@app.command()
def outcomes(
    directory: Directory,
    number: Annotated[int | None, typer.Argument(help="Number of the collection; the newest if not said.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what came of each member in a collection, and what to do."""
    from coupole.hub.collection.reading import CollectionUnknown, shown_outcomes, shown_round, shown_rounds

    with opened(directory) as (hub, _ring, settings), hub.store.reading() as session:
        newest = shown_rounds(session, limit=1)
        if number is None and not newest:
            raise CollectionUnknown()
        found = shown_outcomes(session, shown_round(session, number or newest[0].id).id, settings.language)
    if as_json:
        answer([_outcome(one) for one in found])
    else:
        _say_outcomes(found)


@app.command()
def publish(directory: Directory, period: PeriodArgument, as_json: AsJson = False) -> None:
    """Publish a period anew from what members released."""
    from dataclasses import asdict

    from coupole.hub.publication.publishing import publish as publish_period

    with opened(directory) as (hub, ring, _settings):
        made = publish_period(hub.store, ring.active("sign"), hub.name, hub.catalogue, period)
    if as_json:
        answer(asdict(made))
    else:
        word = "Published" if made.fresh else "Nothing changed:"
        typer.echo(f"{word} {period}, revision {made.revision}, {made.answered} of {made.members} members")


@app.command()
def table(
    directory: Directory,
    indicator: Annotated[str, typer.Argument(help="Such as F03.")],
    period: PeriodArgument,
    by: Annotated[str | None, typer.Option(help="One breakdown instead of all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one indicator as published, every figure with its coverage and its noise."""
    from coupole.hub.publication.cubes import Publisher, totals
    from coupole.hub.publication.datasets import dataset
    from coupole.hub.publication.formats import jsonstat
    from coupole.standard import words
    from coupole.standard.calendar import parse_period

    parse_period(period)
    with opened(directory) as (hub, _ring, settings), hub.store.reading() as session:
        found = dataset(session, hub.catalogue, indicator, by=by, period=period)
    if as_json:
        answer(jsonstat.document(totals(found, Publisher(hub.name, hub.issuer), by), settings.language))
        return
    rows = []
    for name, code in found.breakdown:
        seen = [found.observations[period, name, code, measure] for measure in found.measures]
        figures = [
            "–" if one.value is None else f"{one.value}" + (f" ±{one.bound}" if one.bound else "") for one in seen
        ]
        label = words.code_word(found.dimension(name), code, settings.language)
        coverage = f"{seen[0].shown} of {seen[0].expected}"
        rows.append([name, label, *figures, seen[0].status, coverage])
    named = [words.measure_word(found.indicator, measure, settings.language) for measure in found.measures]
    say(f"{found.indicator.title[settings.language]}, {period}")
    show_table(("By", "Code", *named, "Status", "Members"), rows)
