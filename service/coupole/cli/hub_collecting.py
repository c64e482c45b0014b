"""`coupole hub collect|work|outcomes`: members asked, and what came of each.

`collect` ends with 6 when a member did not answer as it should; what it answered is kept, and the others are complete.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupole.cli import OTHER_PARTY, hub_members
from coupole.cli.opened import AsJson, answer, say
from coupole.cli.opened_hub import Directory, PeriodArgument, opened, table

if TYPE_CHECKING:
    from coupole.hub.collection.reading import ShownOutcome


def collect(
    directory: Directory,
    period: PeriodArgument,
    publish_after: Annotated[bool, typer.Option("--publish/--no-publish", help="Publish what came.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask every member for its release of a period; a stopped collection goes on where it was."""
    from coupole.cli.progress import counted
    from coupole.hub.app import desk
    from coupole.hub.collection import engine
    from coupole.hub.collection.reading import shown_outcomes
    from coupole.hub.publication.publishing import publish

    with opened(directory) as (hub, ring, settings):
        hub_members.keep_directory(hub, settings)
        asks = desk(settings, hub, ring)
        with engine.started(asks, settings.database) as running, counted(f"Collecting {period}", None) as note:
            report = engine.collect(running, period, publish=publish_after, progress=note)
        revision = None
        if publish_after and report.kinds:  # done already, unless the round that was joined was to publish nothing
            revision = publish(hub.store, ring.active("sign"), hub.name, hub.catalogue, period).revision
        with hub.store.reading() as session:
            found = shown_outcomes(session, report.round, settings.language)
    if as_json:
        told = {"round": report.round, "resumed": report.resumed, "period": period, "kinds": dict(report.kinds)}
        answer(told | {"revision": revision, "outcomes": [_outcome(one) for one in found]})
    else:
        _say(found)
    if any(one.kind not in ("answered", "withheld") for one in found):
        raise typer.Exit(OTHER_PARTY)


def work(directory: Directory) -> None:
    """Help to ask members in whatever collections others begin, until Ctrl-C; for large hubs on PostgreSQL."""
    from coupole.hub.app import desk
    from coupole.hub.collection import engine

    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    with opened(directory) as (hub, ring, settings):
        say("Working until Ctrl-C.")
        with engine.started(desk(settings, hub, ring), settings.database) as running:
            engine.work(running, stop)


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
        _say(found)


def _outcome(one: ShownOutcome) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(one)


def _say(outcomes: Sequence[ShownOutcome]) -> None:
    rows = []
    for one in outcomes:
        pointed = [f"{found.pointer}: {found.title}" for found in one.findings]
        said = [f"({one.said})"] if one.said else []
        rows.append([one.name, one.kind, " ".join([one.title, *pointed, *said]), one.remedy])
    table(("Member", "Outcome", "What happened", "What to do"), rows)
