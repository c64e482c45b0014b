"""Rounds as durable tasks: this room's plain functions on DBOS Transact, and the only module that knows it.

A round is one task, which puts chunks of some dozens of members into a queue and waits for them; a chunk is another.
Any process that works here takes chunks out of the queue: this one alone with SQLite, as many as one likes with
PostgreSQL. DBOS writes down how far each task is, and does a task again whose process died.

DBOS knows each process by the seat it sits on. Whoever starts on a seat goes on with what was left there, and whoever
works beside it takes up what was left on seats nobody sits on (``rescue``). What DBOS has is only who does what: the
truth about members is in the hub's tables, and while nothing runs its tables may be deleted.

Imported only where members are asked: the library takes half a second to load.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from coupole.errors import CoupoleError
from coupole.hub.collection import rounds
from coupole.hub.collection.rounds import Desk, Report
from coupole.hub.collection.seats import Seats
from coupole.standard.calendar import parse_period

VERSION = "1"
"""Of the shape of the tasks below. Tasks of another version are never taken up: it changes only when the shape does."""
CHUNK = 32
"""Members in one task. A task costs DBOS 15 ms, whatever is in it."""
LEAST_LANES = 4
"""Chunks at the same time at least, so that a slow member in one of them leaves most of the rest going."""
POLL = 0.1
"""Seconds between two looks into the queue."""
SHOW = 0.2
"""Seconds between two looks at how far a round is."""
RESCUE = 5.0
"""Seconds between two looks at seats that nobody sits on."""
KEPT = timedelta(days=1)
"""For how long DBOS remembers a round that is over."""
CHUNKS = "coupole-chunks"
ALIVE = ["ENQUEUED", "PENDING", "DELAYED"]

logger = logging.getLogger("coupole.hub.collection")
logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it writes to the console by itself
ONE_AT_A_TIME = threading.Lock()
"""DBOS is one for a process."""

Progress = Callable[[int, int], None]
"""Called with how many members have an outcome, and of how many."""


class CollectionBroke(CoupoleError):
    """The round could not be finished here; what came is kept."""


class _Sqlite(sqlite3.Connection):
    """A connection of DBOS. Before SQLite 3.42 there is no ``unixepoch('subsec')``, and DBOS does not start."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.execute("PRAGMA journal_mode=WAL")
        if sqlite3.sqlite_version_info < (3, 42):
            self.create_function("unixepoch", 1, lambda _modifier: time.time())


@dataclass(frozen=True, slots=True)
class Engine:
    """DBOS, started in this process with the tasks of one hub. ``seat``: what DBOS knows this process by."""

    desk: Desk
    seats: Seats
    seat: str
    round: Callable[[str, bool], Any]
    """The task that is a whole round."""


def collect(
    engine: Engine,
    period: str,
    *,
    publish: bool,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Report:
    """Ask every member that has no outcome yet, and wait until all have one; ``publish`` what came.

    A round of that period that is under way, here or elsewhere, is joined. ``stop``: wait no longer. Raises
    ``PeriodInvalid``, ``CollectionBroke``; whatever a member does is an outcome.
    """
    parse_period(period)
    desk, halt = engine.desk, stop or threading.Event()
    prefix = f"{desk.catalogue.id}/{desk.catalogue.version}/{period}/"
    handle = _alive(prefix) or _begun(engine, prefix, period, publish=publish)
    looked = time.monotonic()
    while (status := handle.get_status().status) in ALIVE and not halt.wait(SHOW):
        if progress:
            progress(*rounds.so_far(desk, period))
        if time.monotonic() - looked > RESCUE:
            rescue(engine)
            looked = time.monotonic()
    if status != "SUCCESS":
        raise CollectionBroke()
    found = handle.get_result()
    kinds = Counter(found["kinds"])
    if progress:
        progress(kinds.total(), kinds.total())
    return Report(found["round"], found["resumed"], found["asked"], kinds)


def work(engine: Engine, stop: threading.Event) -> None:
    """Take part in whatever rounds others begin, until told to stop."""
    while not stop.wait(RESCUE):
        rescue(engine)


def rescue(engine: Engine) -> int:
    """Take up tasks of seats that nobody sits on any more: how many.

    Whoever only seems to be gone does no harm: DBOS lets one of two finish a task, and the hub's tables keep one
    outcome and one release whatever two of them bring.
    """
    left: dict[str, list[Any]] = {}
    for one in DBOS.list_workflows(status="PENDING", app_version=VERSION, load_input=False, load_output=False):
        if one.executor_id and one.executor_id != engine.seat:
            left.setdefault(one.executor_id, []).append(one)
    taken = 0
    for seat, tasks in left.items():
        leave = engine.seats.take(int(seat.rpartition("-")[2]))
        if leave is None:
            continue
        try:
            for queue in {CHUNKS if one.name == "chunk" else None for one in tasks}:  # none: a queue of DBOS itself
                mine = [one.workflow_id for one in tasks if (one.name == "chunk") == (queue == CHUNKS)]
                DBOS.resume_workflows(mine, queue_name=queue)
        finally:
            leave()
        taken += len(tasks)
        logger.warning("took up %s tasks of a worker that is gone: %s", len(tasks), seat)
    return taken


def _alive(prefix: str) -> Any:
    """The round of that period which is under way, if there is one."""
    found = DBOS.list_workflows(workflow_id_prefix=prefix, status=ALIVE, app_version=VERSION, has_parent=False)
    return DBOS.retrieve_workflow(found[0].workflow_id) if found else None


def _begun(engine: Engine, prefix: str, period: str, *, publish: bool) -> Any:
    with SetWorkflowID(f"{prefix}{uuid4()}"):
        return DBOS.start_workflow(engine.round, period, publish)


@contextmanager
def started(desk: Desk, url: str) -> Iterator[Engine]:
    """DBOS, until the end of the block. ``url``: the hub's database. Nothing of it leaves this machine and that."""
    seats = Seats(url)
    with ONE_AT_A_TIME:
        number, leave = seats.first_free()
        try:
            seat = f"seat-{number}"
            DBOS(config=_config(seats, seat))
            made = Engine(desk, seats, seat, _tasks(desk))
            DBOS.launch()
            lanes = _lanes(desk)
            DBOS.register_queue(CHUNKS, global_concurrency=lanes, worker_concurrency=lanes, polling_interval_sec=POLL)
            rescue(made)
            _forget()
            yield made
        finally:
            DBOS.destroy(destroy_registry=True)
            leave()


def _config(seats: Seats, seat: str) -> DBOSConfig:
    return {
        "name": "coupole-hub",
        "system_database_url": f"sqlite:///{seats.file}" if seats.file else seats.url,
        "db_engine_kwargs": {"connect_args": {"factory": _Sqlite}} if seats.file else {},
        "application_version": VERSION,
        "executor_id": seat,
        "serializer": DBOSPortableJSONSerializer(),
        "sys_db_pool_size": 8,
        "notification_listener_polling_interval_sec": 0.25,  # it is also how long ending takes
        "enable_otlp": False,
        "log_level": "WARNING",
    }


def _lanes(desk: Desk) -> int:
    """Chunks that are asked at the same time, by all processes together."""
    return min(desk.concurrency, max(LEAST_LANES, -(-desk.concurrency // CHUNK)))


def _tasks(desk: Desk) -> Callable[[str, bool], Any]:
    """Make the tasks known to DBOS; the one that is a round."""

    @DBOS.workflow(name="chunk")
    async def chunk(number: int, members: list[str], last: bool) -> None:
        with _plain():
            await rounds.ask(desk, number, members, at_once=desk.concurrency // _lanes(desk), last=last)

    @DBOS.workflow(name="round")
    async def whole(period: str, publish: bool) -> dict[str, Any]:
        number, resumed = await _step(rounds.begin, desk, period)
        waiting = await _step(rounds.waiting, desk, number)
        asked = len(waiting)
        turns = await _step(rounds.pauses, desk.again_seconds)  # of the setting when it began, also when taken up again
        for turn, pause in enumerate(turns):
            if not waiting:
                break
            if pause:
                await DBOS.sleep_async(pause)
            last = turn == len(turns) - 1
            pieces = [waiting[start : start + CHUNK] for start in range(0, len(waiting), CHUNK)]
            handles = [await DBOS.enqueue_workflow_async(CHUNKS, chunk, number, piece, last) for piece in pieces]
            for handle in handles:
                await handle.get_result(polling_interval_sec=POLL)
            waiting = await _step(rounds.waiting, desk, number)
        kinds = await _step(rounds.end, desk, number)
        if publish and kinds:
            await _step(_published, desk, period)
        return {"round": number, "resumed": resumed, "asked": asked, "kinds": kinds}

    return whole


async def _step(work: Callable[..., Any], *given: Any) -> Any:
    """Do something once, in a thread: when the round is taken up again, its result is read back."""

    def noted() -> Any:
        with _plain():
            return work(*given)

    async def step() -> Any:
        return await asyncio.to_thread(noted)

    return await DBOS.run_step_async({"name": work.__name__}, step)


def _published(desk: Desk, period: str) -> None:
    desk.publish(period)


@contextmanager
def _plain() -> Iterator[None]:
    """Let no message of an accident get into DBOS's log or tables: it may quote what a member said."""
    try:
        yield
    except Exception as error:
        logger.error("a task of a collection failed: %s", type(error).__qualname__)
        raise CollectionBroke() from None


def _forget() -> None:
    """Clear away what DBOS remembers of rounds that are over."""
    before = (datetime.now(UTC) - KEPT).isoformat()
    over = DBOS.list_workflows(name="round", completed_before=before, load_input=False, load_output=False)
    if over:
        DBOS.delete_workflows([one.workflow_id for one in over], delete_children=True)
