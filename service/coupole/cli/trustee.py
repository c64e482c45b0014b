"""`coupole trustee …`: the second organisation's service. Its own people admit members here, never the hub.

Answers go to standard output, remarks to standard error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coupole.cli.opened import AsJson, Yes, actor, answer, say

app = typer.Typer(no_args_is_help=True, help="The second organisation's service, which lets only sums through.")

Directory = Annotated[Path, typer.Argument(help="The trustee directory.")]


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
    from coupole.wire.descriptor import fingerprint
    from coupole.wire.keys import KeyRing

    if yes and not name:
        raise typer.BadParameter("with --yes it must be given", param_hint="--name")
    name = name or typer.prompt("Name of your organisation", err=True).strip()
    address = f"http://127.0.0.1:{port or 8300}"
    issuer = issuer or (address if yes else typer.prompt("Address members reach it at", default=address, err=True))
    given = {"directory": directory, "name": name, "issuer": issuer, "keys": keys, "port": port}
    settings = TrusteeSettings.checked({field: value for field, value in given.items() if value is not None})
    create_trustee(settings)
    say(f"Settings and rosters: {settings.directory}")
    say(f"Keys: {settings.key_directory}")
    key = KeyRing.load(settings.ring).active("sign")
    say(f"Fingerprint, for members to pin on paper: {fingerprint(key.public())}")


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
def admit(
    directory: Directory,
    source: Annotated[str, typer.Argument(help="The member's description: a file, or the address of its node.")],
    fingerprint: Annotated[str | None, typer.Option(help="What the member read aloud to you.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Believe it unheard: for tests and demonstrations.")] = False,
) -> None:
    """Admit a member, after a person of the trustee compared the fingerprint with it, not through the hub."""
    from coupole.cli.introductions import introduced
    from coupole.trustee import batches
    from coupole.trustee.app import open_trustee
    from coupole.trustee.settings import TrusteeSettings

    raw, signature = introduced(source)
    _key, read_aloud = batches.signer(raw, signature)
    say(f"Fingerprint: {read_aloud}")
    if fingerprint is None:
        said = "The fingerprint as the member reads it to you"
        fingerprint = read_aloud if yes else typer.prompt(said, err=True)
    settings = TrusteeSettings.load(directory)
    with open_trustee(settings) as trustee, trustee.store.writing() as session:
        made = batches.admit(
            session,
            raw,
            signature,
            confirmed=fingerprint,
            key=trustee.ring.active("sign"),
            trustee=settings.name,
            quorum=settings.quorum,
            actor=actor(),
        )
        typer.echo(f"Roster {made.version}")


@app.command()
def dismiss(directory: Directory, member: Annotated[str, typer.Argument(help="Short name of its node.")]) -> None:
    """Take a member off the roster."""
    from coupole.trustee import batches
    from coupole.trustee.app import open_trustee
    from coupole.trustee.settings import TrusteeSettings

    settings = TrusteeSettings.load(directory)
    with open_trustee(settings) as trustee, trustee.store.writing() as session:
        made = batches.dismiss(
            session,
            member,
            key=trustee.ring.active("sign"),
            trustee=settings.name,
            quorum=settings.quorum,
            actor=actor(),
        )
        typer.echo(f"Roster {made.version}")


@app.command()
def roster(directory: Directory, as_json: AsJson = False) -> None:
    """Show who is admitted, after checking every roster so far."""
    from coupole.trustee import batches, store
    from coupole.trustee.app import open_trustee
    from coupole.trustee.settings import TrusteeSettings

    with open_trustee(TrusteeSettings.load(directory)) as trustee, trustee.store.reading() as session:
        batches.check_chain(session, trustee.ring.public_set("sign"))
        found = store.members(store.newest(session))
    if as_json:
        answer(found)
        return
    for one in found:
        typer.echo(f"{one['node']}  {one['name']}  {one['issuer']}  {one['fingerprint']}")
