"""`coupole demo`: a hub and five members on this machine, with invented people.

Words go to standard error, the published table and the addresses to standard output.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli.progress import counted

if TYPE_CHECKING:
    import socket

    from coupole.demo.place import Place
    from coupole.hub.store import Hub
    from coupole.wire.keys import KeyRing

app = typer.Typer(help="A hub and five members on this machine, with invented people.")

STOPPED = 130


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Print the published table and end.")] = False,
    directory: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path("demo"),
    months: Annotated[int, typer.Option(min=1, max=34, help="Months to collect.")] = 12,
    fresh: Annotated[bool, typer.Option("--fresh", help="Clear away an earlier demonstration first.")] = False,
) -> None:
    """Run a hub and five members until Ctrl-C; people, organisations and figures are invented."""
    from coupole.demo.place import begin, known, listening

    _log_little()
    try:
        there = None if fresh else known(directory)
        with listening(there.note.ports if there else None) as sockets:
            if there:
                _say(f"The demonstration in {directory}, told until {there.note.until}; --fresh tells it anew.")
            place = there or begin(directory, datetime.now(UTC).date(), [each.getsockname()[1] for each in sockets])
            if not there:
                _fill(place)
            asyncio.run(_run(place, sockets, months, strangers=not there, once=once))
    except (KeyboardInterrupt, asyncio.CancelledError):
        _say("Stopped.")
        raise typer.Exit(STOPPED) from None


def _fill(place: Place) -> None:
    from coupole.demo.federation import fill
    from coupole.hub.app import create_hub
    from coupole.trustee.app import create_trustee

    _say(f"Five members write down three years of work until {place.note.until}, in {place.directory}.")
    create_hub(place.hub)
    create_trustee(place.trustee)
    with _counting("Documents written", None) as advance:
        for number in range(len(place.nodes)):
            fill(place, number, advance)


async def _run(place: Place, sockets: list[socket.socket], months: int, *, strangers: bool, once: bool) -> None:
    from coupole.demo.colleagues import doors
    from coupole.demo.federation import months_before
    from coupole.demo.joining import join_all
    from coupole.demo.running import running
    from coupole.demo.sealing import agree
    from coupole.demo.telling import addresses
    from coupole.hub.app import open_hub

    ways_in = [] if once else doors(place.nodes)
    _stop_when_told()
    async with running(place, sockets):
        with open_hub(place.hub) as (hub, ring):
            if strangers:
                await join_all(place, hub)
                agree(place, hub, ring, months_before(place.note.today, 1)[0])
                place.finish()
            typer.echo(await _collected(place, hub, ring, months))
        if once:
            return
        typer.echo("\n" + addresses(place, ways_in))
        _say("\nAll of it runs until Ctrl-C.")
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    _say("Stopped.")


async def _collected(place: Place, hub: Hub, ring: KeyRing, months: int) -> str:
    """The published table of the last months, all members asked anew."""
    from coupole.demo.federation import collect_all, months_before
    from coupole.demo.sealing import seal
    from coupole.demo.telling import fine, table

    periods = months_before(place.note.today, months)
    with _counting("Members asked, month by month", len(periods) * len(place.nodes)) as advance:
        await collect_all(hub, ring, place.hub, periods, advance)
    last = months_before(place.note.today, 1)[0]
    with _counting("The last month summed under seal", 2 * len(place.nodes)) as advance:
        await seal(place, hub, ring, last, advance)
    return f"{table(hub, periods)}\n\n{fine(hub, last)}"


@contextmanager
def _counting(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    done = 0
    with counted(title, total) as show:

        def advance(more: int) -> None:
            nonlocal done
            done += more
            show(done, total)

        yield advance


def _log_little() -> None:
    """Seven services that each tell of every step would drown what there is to see."""
    from coupole.cli.logs import log_plainly

    log_plainly(logging.WARNING)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _stop_when_told() -> None:
    """Stop the same way on Ctrl-C, even where the shell has switched that off, and when whoever runs this ends it."""
    task = asyncio.current_task()
    if task is not None and sys.platform != "win32":
        for told in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(told, task.cancel)
