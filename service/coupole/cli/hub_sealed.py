"""`coupole hub tabulate|countersigned|seal`: sealed totals, from what is counted to the fine tables.

Answers go to standard output, progress and remarks to standard error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli import OTHER_PARTY
from coupole.cli.opened import AsJson, answer, say

if TYPE_CHECKING:
    from coupole.hub.collection.asking import SlotReport
    from coupole.hub.collection.summing import Released
    from coupole.hub.settings import HubSettings
    from coupole.hub.store import Hub
    from coupole.wire.keys import KeyRing

Directory = Annotated[Path, typer.Argument(help="The hub directory.")]
SlotArgument = Annotated[str, typer.Argument(help="2026-10 or 2026-Q4; 2026-10/opening for opening balances.")]
Trustees = Annotated[list[str], typer.Option("--trustee", help="Address of a trustee; the first adds the noise.")]
Fingerprints = Annotated[
    list[str] | None, typer.Option("--fingerprint", help="What each trustee read aloud to you, in that order.")
]


def tabulate(
    directory: Directory,
    trustee: Trustees,
    first: Annotated[str, typer.Option(help="First month or quarter that is counted: 2026-10 or 2026-Q4.")],
    fingerprint: Fingerprints = None,
    operation: Annotated[list[str] | None, typer.Option(help="An ESF+ operation that is counted apart.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A set of members that is summed apart.")] = None,
    headline: Annotated[bool, typer.Option(help="Exact tables too: every slot then needs 20 members.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Believe the trustees unheard: for tests.")] = False,
    output: Annotated[Path, typer.Option(help="Where to write it, for the trustees to read.")] = Path(
        "tabulation.json"
    ),
) -> None:
    """Make what is counted and sealed from the plan of the catalogue, for the trustees to countersign."""
    from coupole.cli.opened_hub import opened
    from coupole.hub.collection import tabulating
    from coupole.standard import plans
    from coupole.wire.tabulations import read_tabulation
    from coupole.wire.wording import words

    known = [asyncio.run(_introduced(address)) for address in trustee]
    said = fingerprint or [
        read_aloud if yes else typer.prompt(f"The fingerprint as {name} reads it to you", err=True)
        for name, _key, read_aloud in known
    ]
    _compare(known, said)
    with opened(directory) as (hub, ring, _settings), hub.store.writing() as session:
        plan = plans.plan(hub.catalogue, {"operation": operation or []}, headline=headline)
        parties = [(name, key) for name, key, _read_aloud in known]
        groups = group or [tabulating.WHOLE]
        made = tabulating.make(session, ring.active("sign"), hub.name, hub.catalogue, plan, parties, first, groups)
        output.write_text(json.dumps({"tabulation": made.body.decode(), "signature": made.signature}))
        say("\n".join(words(read_tabulation(made.body))))
        say(f"Give {output} to each trustee: coupole trustee tabulate … {output}")
        typer.echo(made.id)


async def _introduced(address: str) -> tuple[str, dict[str, str], str]:
    """Name, key and fingerprint of the trustee at an address, as it says itself."""
    from coupole.hub.collection.trustees import TrusteeClient
    from coupole.wire.descriptor import fingerprint
    from coupole.wire.documents import verify

    async with TrusteeClient(address) as trustee:
        roster = await trustee.roster()
    document = json.loads(roster.raw)
    verify("roster", roster.raw, roster.signature, document["keys"])
    kid = roster.signature.rpartition(".")[0]
    key = next(one for one in document["keys"]["keys"] if one["kid"] == kid)
    return document["trustee"], key, fingerprint(key)


def _compare(known: Sequence[tuple[str, dict[str, str], str]], said: Sequence[str]) -> None:
    from coupole.hub.collection.tabulating import TrusteeUnknown
    from coupole.wire.descriptor import fingerprint_matches

    if len(said) != len(known):
        raise typer.BadParameter("one for each trustee", param_hint="--fingerprint")
    for (_name, key, _read_aloud), heard in zip(known, said, strict=True):
        if not fingerprint_matches(key, heard):
            raise TrusteeUnknown()


def countersigned(
    directory: Directory,
    tabulation: Annotated[str, typer.Argument(help="The tabulation, as `tabulate` named it.")],
    signature: Annotated[str, typer.Argument(help="What `coupole trustee tabulate` printed.")],
    trustee: Annotated[str, typer.Option(help="Address of that trustee.")],
) -> None:
    """Keep a trustee's signature. With the last one the tabulation is in force and members are asked to accept it."""
    from coupole.cli.opened_hub import opened
    from coupole.hub.collection.tabulating import countersign

    with opened(directory) as (hub, _ring, _settings), hub.store.writing() as session:
        complete = countersign(session, tabulation, signature, trustee)
    typer.echo("In force." if complete else "Kept; another trustee has to sign.")


def seal(
    directory: Directory,
    slot: SlotArgument,
    close: Annotated[bool, typer.Option("--close/--ask-only", help="Have it summed; it is final.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask members for their sealed reports of a slot, have the trustees sum them, publish the fine tables."""
    from coupole.cli.opened_hub import opened
    from coupole.hub.publication import releasing
    from coupole.wire.slots import OPENING

    with opened(directory) as (hub, ring, settings):
        asked, made = asyncio.run(_sealed(hub, ring, settings, slot, close=close))
        published = bool(made and made.outcome == "released" and not slot.endswith(OPENING))
        if published:
            releasing.publish(hub.store, ring.active("sign"), hub.name, slot, floor=settings.group_members)
            told = asyncio.run(_brought(hub, ring, settings, slot))
            say(f"{told} members have it, to see whether they were counted and to compare themselves.")
    if as_json:
        answer(
            {
                "slot": slot,
                "reasons": dict(asked.reasons),
                "outcome": made.outcome if made else "open",
                "reason": made.reason if made else "",
                "members": made.members if made else 0,
                "refused": made.refused if made else {},
                "left_out": list(made.left_out) if made else [],
                "published": published,
            }
        )
    else:
        _say(asked, made)
    if made is None or made.outcome != "released" or made.refused:
        raise typer.Exit(OTHER_PARTY)


def audit(
    directory: Directory,
    slot: SlotArgument,
    output: Annotated[Path | None, typer.Option(help="Where to write it, for the auditor's own machine.")] = None,
) -> None:
    """Show that the key sums of a slot are those of the members' reports; the file is checked by `coupole audit`."""
    from coupole.cli.opened_hub import opened
    from coupole.hub.collection.auditing import evidence
    from coupole.wire.auditing import Added, check

    with opened(directory) as (hub, _ring, _settings), hub.store.reading() as session:
        shown = evidence(session, slot)
    found = check(shown)
    if output:
        output.write_bytes(shown)
    for group, reports in (found.groups if isinstance(found, Added) else {}).items():
        typer.echo(f"{slot}: the key sums of {group} are those of its {reports} reports.")


async def _sealed(
    hub: Hub, ring: KeyRing, settings: HubSettings, slot: str, *, close: bool
) -> tuple[SlotReport, Released | None]:
    from coupole.hub.app import connecting
    from coupole.hub.collection import asking, summing, tabulating
    from coupole.hub.collection.trustees import TrusteeClient

    with hub.store.reading() as session:
        issuers = tabulating.counting(session).issuers
    connect = connecting(settings, ring)
    async with AsyncExitStack() as stack:
        trustees = [await stack.enter_async_context(TrusteeClient(issuer)) for issuer in issuers]
        asked = await asking.ask(hub.store, connect, trustees, slot, concurrency=settings.concurrency)
        if not close:
            return asked, None
        return asked, await summing.total(hub.store, ring.active("sign"), trustees, slot)


async def _brought(hub: Hub, ring: KeyRing, settings: HubSettings, slot: str) -> int:
    from coupole.hub.app import connecting
    from coupole.hub.collection import asking

    connect = connecting(settings, ring)
    return await asking.bring(hub.store, connect, slot, concurrency=settings.concurrency)


def _say(asked: SlotReport, made: Released | None) -> None:
    from coupole.standard.sentences import sentence

    for reason, members in sorted(asked.reasons.items()):
        typer.echo(f"{members} members: {reason or 'sealed'}")
    if made is None:
        return
    typer.echo(f"{made.slot}: {made.outcome}{' (' + made.reason + ')' if made.reason else ''}, {made.members} members")
    for member, reason in made.refused.items():
        typer.echo(f"  {member} was refused ({reason}): {' '.join(sentence(reason))}")
    for group in made.left_out:
        typer.echo(f"  {group} is left out; what changed there is in the next slot")
