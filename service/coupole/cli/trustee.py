"""`coupole trustee …`: the second organisation's service. Its own people admit members here, never the hub.

Answers go to standard output, remarks to standard error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupole.cli.opened import AsJson, Yes, actor, answer, say
from coupole.cli.trustee_directory import directory as members_directory

if TYPE_CHECKING:
    from sqlmodel import Session

    from coupole.trustee.store import Trustee

app = typer.Typer(no_args_is_help=True, help="The second organisation's service, which lets only sums through.")
app.command("directory")(members_directory)

Directory = Annotated[Path, typer.Argument(help="The trustee directory.")]
Member = Annotated[str, typer.Argument(help="Short name of its node.")]


@contextmanager
def opened(directory: Path) -> Iterator[tuple[Trustee, Session]]:
    """The trustee in that directory, and a session that may write."""
    from coupole.trustee.app import open_trustee
    from coupole.trustee.settings import TrusteeSettings

    with open_trustee(TrusteeSettings.load(directory)) as trustee, trustee.store.writing() as session:
        yield trustee, session


@app.command()
def init(
    directory: Directory,
    name: Annotated[str | None, typer.Option(help="Name of the organisation that is the trustee.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Address members reach this trustee at.")] = None,
    keys: Annotated[Path | None, typer.Option(help="The key directory; beside this one if not said.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    yes: Yes = False,
) -> None:
    """Make a new trustee: two questions, its keys, an empty roster."""
    from coupole.trustee.app import create_trustee
    from coupole.trustee.settings import TrusteeSettings

    if yes and not name:
        raise typer.BadParameter("with --yes it must be given", param_hint="--name")
    name = name or typer.prompt("Name of your organisation", err=True).strip()
    address = f"http://127.0.0.1:{port or 8300}"
    issuer = issuer or (address if yes else typer.prompt("Address members reach it at", default=address, err=True))
    given = {"directory": directory, "name": name, "issuer": issuer, "keys": keys, "port": port}
    settings = TrusteeSettings.checked({field: value for field, value in given.items() if value is not None})
    fingerprint = create_trustee(settings)
    say(f"Settings and rosters: {settings.directory}\nKeys: {settings.key_directory}")
    say(f"Fingerprint, for members to pin on paper: {fingerprint}")


@app.command()
def serve(
    directory: Directory,
    host: Annotated[str | None, typer.Option(help="Network address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Run the service until Ctrl-C."""
    from coupole.cli.serving import serve as run
    from coupole.trustee.app import create_app
    from coupole.trustee.settings import TrusteeSettings

    settings = TrusteeSettings.load(directory)
    run(create_app(settings), host or settings.host, port or settings.port, settings.issuer)


@app.command()
def invite(directory: Directory) -> None:
    """Print a code with which one node may ask for admission, once. Hand it over on paper or by phone."""
    from coupole.trustee import roster

    with opened(directory) as (_trustee, session):
        typer.echo(roster.invite(session))
    say(f"Good once, for {roster.INVITED_FOR.days} days.")


@app.command()
def admit(
    directory: Directory,
    source: Annotated[str, typer.Argument(help="A node that asked: its short name. Or its address, or a file.")],
    fingerprint: Annotated[str | None, typer.Option(help="What the member read aloud to you.")] = None,
    group: Annotated[str | None, typer.Option(help="The group it is summed in.")] = None,
    cap: Annotated[int | None, typer.Option(min=1, help="Most persons its headcount may change in a month.")] = None,
    legal_id: Annotated[str | None, typer.Option(help="Its number in the official register, as you found it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Believe it unheard: for tests and demonstrations.")] = False,
) -> None:
    """Admit a member, after a person of the trustee compared the fingerprint with it, not through the hub."""
    from coupole.cli.introductions import introduced
    from coupole.trustee import roster

    with opened(directory) as (_trustee, session):
        asked = roster.waiting(session).get(source)
    raw, signature = asked or introduced(source)
    read_aloud = roster.signer(raw, signature)[1]
    say(f"Fingerprint: {read_aloud}")
    fingerprint = fingerprint or (read_aloud if yes else typer.prompt("As the member reads it to you", err=True))
    facts: dict[str, Any] = {"group": group, "cap": cap, "legal_id": legal_id}
    with opened(directory) as (trustee, session):
        made = roster.admit(session, trustee, raw, signature, confirmed=fingerprint, actor=actor(), **facts)
        typer.echo(f"Roster {made.version}")


@app.command()
def retire(directory: Directory, member: Member) -> None:
    """Count nothing of this member any more; it stays on the roster, retired."""
    from coupole.trustee import roster

    with opened(directory) as (trustee, session):
        typer.echo(f"Roster {roster.retire(session, trustee, member, actor()).version}")


@app.command()
def rest(directory: Directory, member: Member) -> None:
    """Set a member inactive that was away for more than three months, after you asked it directly."""
    from coupole.trustee import roster

    with opened(directory) as (trustee, session):
        typer.echo(f"Roster {roster.rest(session, trustee, member, actor()).version}")


@app.command()
def roster(directory: Directory, as_json: AsJson = False) -> None:
    """Show who is admitted and who asked, after checking every roster so far."""
    from coupole.trustee import roster as rosters
    from coupole.trustee import store

    with opened(directory) as (trustee, session):
        rosters.check_chain(session, trustee.ring.public_set("sign"))
        found, asked, away = store.members(store.newest(session)), rosters.waiting(session), rosters.silent(session)
    if as_json:
        return answer(found)
    for one in found:
        state = "" if one["state"] == rosters.ACTIVE else f"  {one['state']}"
        typer.echo(f"{one['node']}  {one['name']}  {one['issuer']}  {one['fingerprint']}{state}")
    for node, day in away.items():
        say(f"{node} was heard of last on {day}. Ask it yourself; if away: coupole trustee rest {directory} {node}")
    for node in asked:
        say(f"{node} asks to be admitted: coupole trustee admit {directory} {node}")


@app.command()
def tabulate(
    directory: Directory,
    file: Annotated[Path, typer.Argument(help="What the hub's people sent: a tabulation with its signature.")],
    yes: Yes = False,
) -> None:
    """Read what a federation wants counted, in words, and agree to sum it; prints your signature for the hub."""
    from coupole.cli.introductions import read_tabulation_file
    from coupole.trustee import tabulations
    from coupole.wire.tabulations import tabulation_id
    from coupole.wire.wording import words

    raw, signature = read_tabulation_file(file)
    with opened(directory) as (trustee, _session):
        document = tabulations.proposed(trustee, raw, signature)
    say("\n".join(words(document)))
    if not yes:
        typer.confirm(
            "Did you compare the hub's fingerprint with its people, and agree to sum this?", abort=True, err=True
        )
    with opened(directory) as (trustee, session):
        made = tabulations.countersign(session, trustee, raw, document)
    answer({"tabulation": tabulation_id(raw), "signature": made})


@app.command()
def audit(
    directory: Directory,
    year: Annotated[int, typer.Argument(min=2000, max=2100, help="The year that is looked at.")],
) -> None:
    """Draw whose sealed reports of a year an auditor looks at; whoever has the certificates draws the same."""
    from coupole.trustee import store
    from coupole.wire.auditing import draw

    with opened(directory) as (_trustee, session):
        chains = [[one.body for one in store.certificates(session, kept.id)] for kept in store.tabulations(session)]
    for one in [one for chain in chains for one in draw(chain, year, datetime.now(UTC).date())]:
        typer.echo(f"{one.node}  {one.slot}  {one.report}")


@app.command()
def log(directory: Directory, as_json: AsJson = False) -> None:
    """Show how every slot ended, after checking every roster and every certificate so far."""
    from coupole.standard.sentences import sentence
    from coupole.trustee import batches
    from coupole.trustee.roster import check_chain
    from coupole.wire.certificates import refusals

    with opened(directory) as (trustee, session):
        rosters = check_chain(session, trustee.ring.public_set("sign"))
        found = batches.checked(session)
    if as_json:
        return answer(found)
    for one in found:
        counted = sum(len(group["members"]) for group in one["groups"])
        said = f"{counted} counted" if counted else one.get("reason", "")
        typer.echo(f"{one['slot']}  {one['outcome']}  {said}  {len(one['refused'])} refused  {one['tabulation'][:16]}")
        for node, reason in refusals(one).items():
            typer.echo(f"  {node}: {sentence(reason).title}")
    say(f"{rosters} rosters and {len(found)} certificates follow each other as signed.")
