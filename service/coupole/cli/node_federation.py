"""`coupole node join|federation|leave`: the federation a workshop belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli.opened import AsJson, Directory, Yes, actor, answer, opened, say

if TYPE_CHECKING:
    from coupole.node.federation.joining import Invited
    from coupole.node.federation.speaking import Way
    from coupole.node.opening import OpenNode
    from coupole.node.store.federation_tables import Federation

EVERY = {"month": "every month", "quarter": "every quarter", "year": "every year"}


def _way(node: OpenNode) -> Way:
    from coupole.node.federation.speaking import Way

    return Way(node.settings.reachable)


def _descriptor(node: OpenNode) -> tuple[bytes, str]:
    from coupole.node.api.introducing import signed_descriptor

    return signed_descriptor(node.settings, node.ring, node.catalogue)


def join(
    directory: Directory,
    code: Annotated[str, typer.Argument(help="The code of the invitation.")],
    fingerprint: Annotated[str | None, typer.Option(help="What the hub's people read aloud to you.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Believe it unheard: for tests and demonstrations.")] = False,
) -> None:
    """Accept an invitation: see who asks for what, compare the fingerprint by phone, and ask for membership."""
    from coupole.node.federation import joining

    with opened(directory) as node:
        invited = joining.look(_way(node), code)
        _say_invited(invited)
        if yes:
            fingerprint = invited.fingerprint
        elif fingerprint is None:
            fingerprint = typer.prompt("Their fingerprint as they read it to you (empty: decline)", "", err=True)
        if not fingerprint:
            say("Nothing was agreed and nothing was sent.")
            return
        descriptor = _descriptor(node)
        joined = joining.join(node.store, _way(node), invited, descriptor, typed=fingerprint, actor=actor())
        own = joining.own_fingerprint(descriptor)
    say(f"Asked; you are: {joined.state}. Now read them your own fingerprint, they admit you by it:")
    typer.echo(own)


def _say_invited(invited: Invited) -> None:
    hub = invited.hub
    say(f"{hub['name']} at {hub['issuer']} asks for:")
    say(f"  the totals of catalogue {hub['asks']['catalogue']}, {EVERY[hub['asks']['every']]}, once you release them")
    say("  never a name, a file or anything about one person; small numbers are hidden before they leave")
    say(f"Its fingerprint, to compare by phone at a number you know: {invited.fingerprint}")


def federation(
    directory: Directory,
    ask: Annotated[bool, typer.Option("--ask/--no-ask", help="Ask the hub first how you stand.")] = True,
    as_json: AsJson = False,
) -> None:
    """Show how this node stands in its federation, and what the hub says of the last times it asked."""
    from coupole.node.federation import following, leaving
    from coupole.node.store.federation_tables import current

    with opened(directory) as node:
        if ask:
            following.follow(node.store, _way(node), node.settings.node_id)
            leaving.go_on(node.store, _way(node), node.ring, node.settings.node_id)
        with node.store.reading() as session:
            row = current(session)
    if row is None:
        raise leaving.FederationMissing()
    _show(row, as_json)


def _show(row: Federation, as_json: bool) -> None:
    from coupole.node.federation import following
    from coupole.standard.sentences import sentence

    told = following.verdicts(row)
    directory = following.directory_of(row)
    if as_json:
        pulls = [{"period": one.period, "kind": one.kind, "reason": one.reason, "at": one.at} for one in told]
        state = {"hub": row.hub, "name": row.name, "state": row.state, "trouble": row.trouble}
        return answer(state | {"directory": row.number, "pulls": pulls})
    typer.echo(f"{row.name} at {row.hub}: {row.state}")
    if row.trouble:
        say(f"It could not be asked: {sentence(row.trouble).title}")
    if directory:
        say(f"List of members {directory['number']}, good until {directory['expires_at'][:10]}")
    for one in told:
        typer.echo(f"{one.period}  {one.kind}  {sentence(one.reason).title if one.reason else ''}")


def leave(directory: Directory, yes: Yes = False) -> None:
    """Leave the federation: the hub is told, and let in no more once nothing of ours is to be taken out any more."""
    from coupole.node.federation import leaving

    if not yes:
        typer.confirm("The hub is told and let in no more. What was published stays. Leave?", abort=True, err=True)
    with opened(directory) as node:
        row = leaving.leave(node.store, _way(node), node.ring, node.settings.node_id, actor())
    if row.state == "left":
        say("You left. The hub is let in no more, and nothing waits for an answer.")
    else:
        say("You are leaving; what is left to do happens by itself. See: coupole node federation " + str(directory))
    if row.trouble:
        say("The hub could not be told yet; it is told again every day.")


def doctor(directory: Directory, as_json: AsJson = False) -> None:
    """Say what is right and what to do: this node is asked at its own address, as its hub would; the service must run.

    Ends with 0 when all is right, 3 when something is to be looked at, 6 when nothing can be pulled.
    """
    from coupole.cli import language
    from coupole.cli.examined import show
    from coupole.node.federation import examining, following, joining

    with opened(directory) as node:
        following.follow(node.store, _way(node), node.settings.node_id)
        own = joining.own_fingerprint(_descriptor(node))
        signs = examining.examine(node.store, node.settings.issuer, node.ring, node.catalogue, own=own)
    show(signs, language(), as_json=as_json)


def announced_rotation(directory: Path) -> str:
    """Put a new signing key in use; where the node belongs to a federation, its hub is told first, by the old key.

    Both keys hold meanwhile, so no pull fails. Raises ``HubUnreachable``, ``HubRefuses``; then nothing changed.
    """
    from coupole.node.federation import speaking
    from coupole.node.opening import load_ring
    from coupole.node.store.federation_tables import current
    from coupole.wire.descriptor import KIND
    from coupole.wire.documents import sign

    with opened(directory) as node:
        ring, before = load_ring(node.settings), node.ring.active("sign")
        made = ring.rotate("sign")
        with node.store.reading() as session:
            row = current(session)
        if row is not None and row.state in ("active", "leaving"):
            from coupole.node.api.introducing import signed_descriptor

            raw, _own = signed_descriptor(node.settings, ring, node.catalogue)
            speaking.announce(_way(node), row.hub, node.settings.node_id, raw, sign(KIND, raw, before))
        ring.save(node.settings.ring)
    return made.kid
