"""`coupole hub …` about members: invited, admitted, blocked, let go; and the directory that names them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli.opened import AsJson, actor, answer, say
from coupole.cli.opened_hub import Directory, opened, table

if TYPE_CHECKING:
    from sqlmodel import Session

    from coupole.hub.members import Candidate
    from coupole.hub.settings import HubSettings
    from coupole.hub.store import Hub
    from coupole.hub.store.joining_tables import HubDirectory

member = typer.Typer(no_args_is_help=True, help="The members of the federation.")

MemberName = Annotated[str, typer.Argument(help="Short name of its node.")]
Heard = Annotated[str | None, typer.Option("--fingerprint", help="What the member read aloud to you.")]
Believe = Annotated[bool, typer.Option("--yes", help="Believe it unheard: for tests and demonstrations.")]


def invite(
    directory: Directory,
    name: Annotated[str, typer.Argument(help="Whom you invite, for your own list.")],
    days: Annotated[int, typer.Option(min=1, max=90, help="How long the code is good.")] = 14,
) -> None:
    """Print a code with which one node may ask for membership, once. Hand it over by mail, paper or phone."""
    from coupole.hub.members import invitations
    from coupole.wire.descriptor import fingerprint

    with opened(directory) as (hub, ring, settings), hub.store.writing() as session:
        read_aloud = fingerprint(ring.active("sign").public())
        code = invitations.invite(session, name, days, hub=settings.issuer, fingerprint=read_aloud, actor=actor())
    typer.echo(str(code))
    say(f"Good once, for {days} days; it is not shown again. {name} pastes it at “More”, “The federation”,")
    say("or gives it to: coupole node join DIRECTORY CODE")
    say(f"When they ask by phone, read them this hub's fingerprint: {read_aloud}")


def admit(
    directory: Directory,
    node: Annotated[
        str | None, typer.Argument(help="Short name of the node; all that wait are shown if not said.")
    ] = None,
    fingerprint: Heard = None,
    yes: Believe = False,
    as_json: AsJson = False,
) -> None:
    """Make a node that asked a member, after you compared its fingerprint with its people, by phone or on paper."""
    from coupole.hub.members import joining

    with opened(directory) as (hub, _ring, settings):
        if node is None:
            return _show_waiting(hub, as_json)
        with hub.store.writing() as session:
            candidate = joining.asked_by(session, node, settings.issuer)
            fingerprint = _compared(candidate, fingerprint, yes=yes)
            joining.admit(session, candidate, confirmed=fingerprint, actor=actor())
        _directory_follows(hub, settings)
    say(f"{node} is a member. It is asked with the next collection; try it now: coupole hub doctor {directory}")


def _show_waiting(hub: Hub, as_json: bool) -> None:
    from coupole.hub.members import joining

    with hub.store.reading() as session:
        rows = [
            [one.descriptor["node"], one.descriptor["name"], one.descriptor["issuer"], one.fingerprint, invited]
            for one, invited in joining.waiting(session, hub.issuer)
        ]
    heads = ("Node", "Name", "Address", "Fingerprint", "Invited as")
    if as_json:
        answer([dict(zip(("node", "name", "issuer", "fingerprint", "invited"), row, strict=True)) for row in rows])
    else:
        table(heads, rows)


def _compared(candidate: Candidate, heard: str | None, *, yes: bool) -> str | None:
    """What the operator heard of a candidate's fingerprint, asked for where a person is needed."""
    who = candidate.descriptor
    say(f"{who['name']} ({who['node']}) at {who['issuer']}: {candidate.change.replace('_', ' ')}")
    say(f"Fingerprint: {candidate.fingerprint}")
    if yes:
        return candidate.fingerprint
    if heard is None and candidate.change not in ("same", "renewed"):
        heard = typer.prompt("The fingerprint as the member reads it to you", err=True)
    return heard


def doctor(directory: Directory, as_json: AsJson = False) -> None:
    """Say what is right and what to do: each member is really asked, nothing of it is kept; the service must run.

    Ends with 0 when all is right, 3 when something is to be looked at, 6 when somebody cannot be asked.
    """
    from coupole.cli import language
    from coupole.cli.examined import show
    from coupole.hub.app import connecting
    from coupole.hub.collection.examining import examine
    from coupole.hub.collection.visiting import Reach

    with opened(directory) as (hub, ring, settings):
        signs = asyncio.run(examine(hub, connecting(settings, ring), Reach(settings.reachable)))
    show(signs, language(), as_json=as_json)


def decline(directory: Directory, node: MemberName) -> None:
    """Do not admit a node that asked; with a new invitation it may ask again."""
    from coupole.hub.members import joining

    with opened(directory) as (hub, _ring, _settings), hub.store.writing() as session:
        joining.decline(session, node, actor=actor())


@member.command("add")
def add_member(
    directory: Directory,
    source: Annotated[str, typer.Argument(help="The member's description: a file, or the address of its node.")],
    fingerprint: Heard = None,
    yes: Believe = False,
) -> None:
    """Make a node a member without an invitation, or bring one up to date, after a person compared the fingerprint."""
    from coupole.cli.introductions import read_file
    from coupole.hub.collection.visiting import Reach, visit
    from coupole.hub.members import MemberIsHub, accept, consider

    with opened(directory) as (hub, _ring, settings):
        if source == settings.issuer:
            raise MemberIsHub()
        if source.startswith(("https://", "http://")):
            found = asyncio.run(visit(Reach(settings.reachable), source))
            raw, signature = found.raw, found.signature
        else:
            raw, signature = read_file(Path(source))
        with hub.store.writing() as session:
            candidate = consider(session, raw, signature, hub=settings.issuer)
            accept(session, candidate, confirmed=_compared(candidate, fingerprint, yes=yes), actor=actor())
        _directory_follows(hub, settings)


@member.command("list")
def list_members(directory: Directory, as_json: AsJson = False) -> None:
    """Show the members, with what came of asking them last; and who waits or was invited."""
    from coupole.hub import members
    from coupole.hub.collection.reading import shown_outcomes, shown_rounds
    from coupole.hub.members import invitations, joining

    with opened(directory) as (hub, _ring, settings), hub.store.reading() as session:
        newest = shown_rounds(session, limit=1)
        last = {one.member: one for one in shown_outcomes(session, newest[0].id, settings.language)} if newest else {}
        found = [
            {
                "id": one.id,
                "name": one.name,
                "issuer": one.issuer,
                "state": one.state,
                "last": last[one.id].kind if one.id in last else "",
                "reason": last[one.id].title if one.id in last else "",
            }
            for one in members.everybody(session)
            if one.state != "left"
        ]
        waiting = [one.descriptor["node"] for one, _invited in joining.waiting(session, hub.issuer)]
        invited = [one.name for one in invitations.open_invitations(session, datetime.now(UTC))]
    if as_json:
        return answer(found)
    table(("Member", "Name", "Address", "State", "Last", "Reason"), [list(one.values()) for one in found])
    for node in waiting:
        say(f"{node} asks to be a member: coupole hub admit {directory} {node}")
    for name in invited:
        say(f"Invited and not heard of yet: {name}")


@member.command("remove")
def remove_member(directory: Directory, member_id: MemberName) -> None:
    """Let a member go: it is asked no more, and figures published from now on are without it."""
    _decided(directory, "remove", member_id)


@member.command("block")
def block_member(directory: Directory, member_id: MemberName) -> None:
    """Ask a member for nothing and believe nothing it signs, until it is unblocked; published figures stay."""
    _decided(directory, "block", member_id)


@member.command("unblock")
def unblock_member(directory: Directory, member_id: MemberName) -> None:
    """Let a blocked member take part again, with the keys that were known."""
    _decided(directory, "unblock", member_id)


def _decided(directory: Path, what: str, node: str) -> None:
    from coupole.hub import members

    decide = {"remove": members.remove, "block": members.block, "unblock": members.unblock}[what]
    with opened(directory) as (hub, _ring, settings):
        with hub.store.writing() as session:
            decide(session, node, actor=actor())
        _directory_follows(hub, settings)


def _directory_follows(hub: Hub, settings: HubSettings) -> None:
    """After members changed: a new directory where its key is here, a word to the operator where it is not."""
    _made(hub, lambda session: _next(session, settings))


def keep_directory(hub: Hub, settings: HubSettings) -> None:
    """With each collection: a new directory when members changed by themselves, or when the last one ends soon."""
    from coupole.hub.members.directory import keep_good

    _made(hub, lambda session: keep_good(session, settings, actor=actor(), now=datetime.now(UTC)))


def _made(hub: Hub, make: Callable[[Session], HubDirectory | None]) -> None:
    from coupole.wire.keys import KeyRingMissing

    try:
        with hub.store.writing() as session:
            made = make(session)
    except KeyRingMissing:
        say("The directory does not say so yet: its key is elsewhere. Next: coupole hub directory DIR --export FILE")
    else:
        _said(made)


def _next(session: Session, settings: HubSettings) -> HubDirectory:
    from coupole.hub.members.directory import publish_here

    return publish_here(session, settings, actor=actor(), now=datetime.now(UTC))


def _said(made: HubDirectory | None) -> None:
    if made:
        say(f"Directory {made.number}, good until {made.expires_at:%Y-%m-%d}")


def directory(
    place: Annotated[Path, typer.Argument(help="The hub directory; with --sign where the directory's key is.")],
    export: Annotated[Path | None, typer.Option(help="Write the next directory, unsigned, to this file.")] = None,
    sign: Annotated[Path | None, typer.Option(help="Sign what was written, on the machine that has the key.")] = None,
    take: Annotated[Path | None, typer.Option("--import", help="Put in force what was signed elsewhere.")] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Make and sign the next one here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the signed list of members; or renew it, here or with a key that is kept on another machine."""
    if sign:
        return _sign(place, sign)
    with opened(place) as (hub, _ring, settings), hub.store.writing() as session:
        if export:
            _export(session, settings, export)
        elif take:
            _take(session, settings, take)
        elif renew:
            _said(_next(session, settings))
        else:
            _show(session, as_json)


def _export(session: Session, settings: HubSettings, file: Path) -> None:
    from coupole.hub.members import directory as directories
    from coupole.hub.members.introducing import directory_keys

    keys = directory_keys(settings.key_directory)
    raw = directories.compose(session, settings.name, settings.issuer, keys, datetime.now(UTC))
    file.write_bytes(raw)
    say(f"Carry {file} to the machine with the key: coupole hub directory KEYS --sign {file.name}")


def _sign(place: Path, file: Path) -> None:
    """Show what is signed, in words, then write the signature beside it."""
    from coupole.hub.members.introducing import PURPOSE, directory_ring
    from coupole.wire.directory import KIND, parse_directory
    from coupole.wire.documents import sign

    raw = file.read_bytes()
    document = parse_directory(raw)
    say(f"{document['federation']}, directory {document['number']}, good until {document['expires_at'][:10]}:")
    for one in document["members"]:
        say(f"  {one['node']}  {one['name']}  {one['issuer']}  {one['state']}")
    signature = sign(KIND, raw, directory_ring(place).active(PURPOSE))
    text = json.dumps({"directory": raw.decode(), "signature": signature}, ensure_ascii=False, indent=1)
    signed = file.with_name(file.name + ".signed")
    signed.write_text(text + "\n", encoding="utf-8")
    say(f"Carry {signed} back: coupole hub directory DIR --import {signed.name}")


def _take(session: Session, settings: HubSettings, file: Path) -> None:
    from coupole.cli.introductions import read_directory_file
    from coupole.hub.members import directory as directories
    from coupole.hub.members.introducing import directory_keys

    raw, signature = read_directory_file(file)
    keys, now = directory_keys(settings.key_directory), datetime.now(UTC)
    made = directories.take(session, raw, signature, keys, hub=settings.issuer, actor=actor(), now=now)
    say(f"Directory {made.number}, good until {made.expires_at:%Y-%m-%d}")


def _show(session: Session, as_json: bool) -> None:
    from coupole.hub.members import directory as directories
    from coupole.wire.directory import ends_soon, parse_directory

    document = parse_directory(directories.in_force(session).body)
    if as_json:
        return answer(document)
    rows = [[one["node"], one["name"], one["issuer"], one["state"], one["since"]] for one in document["members"]]
    say(f"Directory {document['number']}, good until {document['expires_at'][:10]}")
    table(("Member", "Name", "Address", "State", "Since"), rows)
    if directories.is_behind(session):
        say("Members changed since: renew it.")
    if ends_soon(document, datetime.now(UTC)):
        say("It ends within 30 days: renew it, or members and trustee go on without knowing who is a member.")
