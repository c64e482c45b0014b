"""`coupole node …`: one member's service, from the first day to the last.

Answers go to standard output, progress and remarks to standard error; ``--json`` gives answers as JSON. The exit codes
are those of ``coupole``: 0 done, 3 refused in whole or in part, and so on.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli.node_clients import clients
from coupole.cli.node_federation import announced_rotation, doctor, federation, join, leave
from coupole.cli.node_records import export_records, import_file
from coupole.cli.node_release import release
from coupole.cli.node_sealed import sealed
from coupole.cli.node_users import users
from coupole.cli.opened import PARTLY, AsJson, Directory, Yes, actor, answer, opened, say
from coupole.cli.progress import counted

if TYPE_CHECKING:
    from coupole.node.opening import OpenNode
    from coupole.node.store.journal import ChainReport, End

AFTER_WITHDRAWAL = """The old keys are withdrawn. Now, in this order:
1. Start the service again. Until then it still takes what was signed with the old keys.
2. Call the umbrella and read them the fingerprint after "sign" above. They run:
     coupole hub member add DIR {issuer}
   From then on they refuse whatever the old key signs, also a new key that it announces.
3. Call each trustee, not through the umbrella, and read them the same. Give them the file of
     coupole node descriptor {directory} --output {node}.json
   They run: coupole trustee admit DIR {node}.json
   Until then sealed reports are refused; what is in them comes again with the next one.
4. Whoever has these keys may have the others. If so: coupole node rotate {directory} master, then cell, and make
   new backups. Ask your data protection officer today whether this has to be reported within 72 hours."""

app = typer.Typer(no_args_is_help=True, help="One member's service: its records, its tokens, its releases.")
app.add_typer(clients, name="client")
app.add_typer(users, name="user")
app.command("import")(import_file)
app.command("export")(export_records)
app.command("release")(release)
app.command("sealed")(sealed)
for command in (join, federation, leave, doctor):
    app.command()(command)


@app.command()
def init(
    directory: Directory,
    name: Annotated[str | None, typer.Option(help="Name of your organisation.")] = None,
    node_id: Annotated[str | None, typer.Option("--id", help="Short name of this node; never changed again.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Address others reach this node at.")] = None,
    keys: Annotated[Path | None, typer.Option(help="The key directory; beside the node directory if not said.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    yes: Yes = False,
) -> None:
    """Make a new node: three questions, its keys, an empty database, and a code for the first log-in."""
    from coupole.node.opening import create_node
    from coupole.node.settings import NodeSettings

    name = name or _ask("Name of your organisation", None, yes=yes)
    node_id = node_id or _ask("Short name of this node (letters and digits)", _short(name), yes=yes)
    issuer = issuer or _ask("Address others reach it at", f"http://127.0.0.1:{port or 8100}", yes=yes)
    given = {"directory": directory, "name": name, "node_id": node_id, "issuer": issuer, "keys": keys, "port": port}
    settings = NodeSettings.checked({field: value for field, value in given.items() if value is not None})
    setup = create_node(settings)
    say(f"Settings and records: {settings.directory}")
    say(f"Keys: {settings.key_directory}  (keep a copy apart from the records: one without the other is nothing)")
    say(f"Code for the first log-in, good until {setup.expires_at:%Y-%m-%d}; it is not shown again:")
    typer.echo(setup.code)


def _ask(question: str, default: str | None, *, yes: bool) -> str:
    if yes and default is not None:
        return default
    if yes:
        raise typer.BadParameter("with --yes it must be given", param_hint="--name")
    given: str = typer.prompt(question, default=default, err=True)
    return given.strip()


def _short(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain).strip("-0123456789")[:40].strip("-")
    return short if len(short) >= 3 else "node"


@app.command()
def serve(
    directory: Directory,
    host: Annotated[str | None, typer.Option(help="Network address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Run the service until Ctrl-C."""
    from coupole.cli.serving import serve as run
    from coupole.node.app import create_app
    from coupole.node.settings import NodeSettings

    settings = NodeSettings.load(directory)
    run(create_app(settings), host or settings.host, port or settings.port, settings.issuer)


@app.command()
def descriptor(
    directory: Directory,
    output: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
) -> None:
    """Show who this node is, signed by itself; the fingerprint of its key is to be read aloud."""
    import json

    from coupole.node.api.introducing import signed_descriptor
    from coupole.wire.descriptor import fingerprint

    with opened(directory) as node:
        raw, signature = signed_descriptor(node.settings, node.ring, node.catalogue)
        say(f"Fingerprint: {fingerprint(node.ring.active('sign').public())}")
    text = json.dumps({"descriptor": raw.decode(), "signature": signature}, ensure_ascii=False, indent=1)
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    else:
        typer.echo(text)


@app.command()
def verify(
    directory: Directory,
    known: Annotated[
        list[str] | None,
        typer.Option(help="An end noted earlier: NUMBER:HASH of the journal, or of a log as it is printed."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Follow the chains of the journal and of both logs from their first row and say whether they hold."""
    from coupole.node.store import journal, logs

    ends = dict(_noted(text) for text in known or ())
    with opened(directory) as node, node.store.reading() as session:
        report = journal.verify_chain(session, ends.get("journal"))
        others = {log: logs.verify(session, log, ends.get(log)) for log in logs.TABLES}
    if as_json:
        answer(_followed(report) | {"logs": {log: _followed(one) for log, one in others.items()}})
    else:
        _say_chain("The journal", report, "")
        _say_chain("The log of sign-ins", others["staff_event"], "staff_event:")
        _say_chain("The log of opened files", others["opening"], "opening:")
    if any(one.broken_at is not None for one in (report, *others.values())):
        raise typer.Exit(PARTLY)


def _noted(text: str) -> tuple[str, End]:
    """An end as ``verify`` prints it."""
    from coupole.node.store.journal import End
    from coupole.node.store.logs import TABLES

    try:
        *named, seq, digest = text.split(":")
        if named and named not in [[log] for log in TABLES]:
            raise ValueError
        return named[0] if named else "journal", End(int(seq), bytes.fromhex(digest))
    except ValueError:
        raise typer.BadParameter("give NUMBER:HASH", param_hint="--known") from None


def _followed(report: ChainReport) -> dict[str, object]:
    noted = f"{report.end.seq}:{report.end.hash.hex()}"
    return {"holds": report.broken_at is None, "rows": report.rows, "broken_at": report.broken_at, "end": noted}


def _say_chain(called: str, report: ChainReport, prefix: str) -> None:
    if report.broken_at is None:
        typer.echo(
            f"{called} holds: {report.rows} rows. Its end, to note elsewhere: {prefix}{_followed(report)['end']}"
        )
    else:
        typer.echo(f"{called} is broken at row {report.broken_at}.")


@app.command()
def backup(directory: Directory, target: Annotated[Path, typer.Argument(help="The file to make.")]) -> None:
    """Copy the records, without any key, while the service runs."""
    with opened(directory) as node:
        node.store.back_up(target)
    say(f"Kept in {target}. It opens only with the keys, which are not in it.")


@app.command()
def restore(directory: Directory, source: Annotated[Path, typer.Argument(help="A backup.")]) -> None:
    """Put a backup in the place of records that are gone; people erased since are erased again."""
    from coupole.node.opening import restore_node
    from coupole.node.settings import NodeSettings

    with restore_node(NodeSettings.load(directory), source, actor()) as node:
        _refresh(node)
    say("Restored. The journal holds.")


@app.command()
def erase(
    directory: Directory, participant: Annotated[str, typer.Argument(help="Their identifier.")], yes: Yes = False
) -> None:
    """Forget a person for good, here and in every backup."""
    if not yes:
        typer.confirm("This cannot be undone. Forget this person?", abort=True, err=True)
    with opened(directory) as node:
        clean = node.store.erase(participant, node.store.context(actor()))
    if clean:
        say("Forgotten: no byte is left, and no backup opens any more.")
    else:
        say("Forgotten. A running service still reads the files; the last bytes go when it is started again.")
        raise typer.Exit(PARTLY)


@app.command()
def rotate(directory: Directory, purpose: Annotated[str, typer.Argument(help="master, token, sign or cell.")]) -> None:
    """Put a new key in use; what the old one made stays readable. Restart the service afterwards."""
    from coupole.node.opening import rotate_key
    from coupole.node.settings import NodeSettings

    if purpose == "sign":
        made, rewrapped = announced_rotation(directory), 0
    else:
        made, rewrapped = rotate_key(NodeSettings.load(directory), purpose)
    say(f"New key for {purpose}: {made}." + (f" {rewrapped} keys of people wrapped anew." if rewrapped else ""))


@app.command()
def keys(
    directory: Directory,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Somebody else may hold them: make others, believe the old ones no more.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Show the keys by which others know this node; withdraw them at once when somebody else may hold them."""
    from coupole.node.opening import WITHDRAWN, load_ring, withdraw_keys
    from coupole.node.settings import NodeSettings
    from coupole.wire.descriptor import fingerprint

    settings = NodeSettings.load(directory)
    if withdraw and not yes:
        typer.confirm(
            "Umbrella and trustees refuse this node until they compared its new key. Go on?", abort=True, err=True
        )
    ring = withdraw_keys(settings) if withdraw else load_ring(settings)
    for purpose in WITHDRAWN:
        for key in ring.of(purpose):
            state = "in use" if key == ring.active(purpose) else "before it, still believed"
            typer.echo(f"{purpose}  {key.made_at:%Y-%m-%d}  {fingerprint(key.public())}  {state}")
    if withdraw:
        say(AFTER_WITHDRAWAL.format(directory=directory, issuer=settings.issuer, node=settings.node_id))


@app.command()
def facts(
    directory: Directory, everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False
) -> None:
    """Bring what is counted up to date with the records."""
    from coupole.node.store.facts import mark_all_stale

    with opened(directory) as node:
        if everything:
            with node.store.writing() as session:
                mark_all_stale(session)
        say(f"{_refresh(node)} files counted anew.")


def _refresh(node: OpenNode) -> int:
    with counted("Counting files", None) as advance:
        return node.store.refresh_facts(advance)
