"""`coupole hub …`: the umbrella's service, from the first member to the published table.

Answers go to standard output, progress and remarks to standard error.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli import hub_collecting, hub_members, hub_open, hub_sealed
from coupole.cli.opened import AsJson, Yes, answer, say
from coupole.cli.opened_hub import Directory, PeriodArgument, opened
from coupole.cli.opened_hub import table as show_table

if TYPE_CHECKING:
    from coupole.hub.publication.datasets import Observation

app = typer.Typer(no_args_is_help=True, help="The umbrella's service: members, collection, publication.")
app.add_typer(hub_members.member, name="member")
app.command()(hub_members.invite)
app.command()(hub_members.admit)
app.command()(hub_members.decline)
app.command()(hub_members.directory)
app.command()(hub_members.doctor)
app.command()(hub_collecting.collect)
app.command()(hub_collecting.work)
app.command()(hub_collecting.outcomes)
app.command("open")(hub_open.open_)
app.command()(hub_open.close)
app.command()(hub_open.datasets)
app.command()(hub_open.export)
for command in (hub_sealed.tabulate, hub_sealed.countersigned, hub_sealed.seal, hub_sealed.audit):
    app.command()(command)


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
        if made.changed:
            typer.echo(f"{made.changed} figures were published otherwise before; both are shown, with why.")


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
        figures = [_written(one, measure, settings.language) for one, measure in zip(seen, found.measures, strict=True)]
        label = words.code_word(found.dimension(name), code, settings.language)
        coverage = f"{seen[0].shown} of {seen[0].expected}"
        rows.append([name, label, *figures, seen[0].status, coverage])
    named = [words.heading(hub.catalogue, found.indicator, measure, settings.language) for measure in found.measures]
    say(f"{found.indicator.title[settings.language]}, {period}")
    show_table(("By", "Code", *named, "Status", "Members"), rows)


def _written(one: Observation, measure: str, language: str) -> str:
    """A figure with its noise, and with what was published first if that was something else."""
    from coupole.standard import words

    def said(value: float | None) -> str:
        return "–" if value is None else words.figure(value, measure, language)

    noise = f" ±{said(one.bound)}" if one.bound else ""
    return said(one.value) + noise + (f" (first {said(one.first.value)})" if one.first else "")
