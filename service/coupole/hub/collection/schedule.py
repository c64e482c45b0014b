"""When a hub collects by itself, and how members that are late still get in.

A period is collected on a day after its end and what came is published: k of n members, as its coverage says. As long
as the time of grace lasts everybody is asked again every few days. Whoever released in the meantime is in the next
revision, with corrected figures and those that have settled; a release that is held already costs one answer without a
body. After that nobody is asked for the period any more, unless a person does it.

The rounds in the hub's own tables say what was done: a hub that was off catches up as long as there is grace.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from coupole.hub import members
from coupole.hub.collection.rounds import Desk
from coupole.hub.store import rounds
from coupole.standard.calendar import Period, add_months, parse_period

EVERY = 60.0
"""Seconds between two looks at the calendar."""
MONTHS = {"month": 1, "quarter": 3, "year": 12}

logger = logging.getLogger("coupole.hub.collection")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When members are asked: days after the end of a period, the hour in UTC, and the same for asking again."""

    every: Literal["month", "quarter", "year"] = "month"
    after_days: int = 5
    hour: int = 3
    again_days: int = 7
    grace_days: int = 35


def due(rhythm: Rhythm, now: datetime) -> list[tuple[str, datetime]]:
    """The periods that are in their time, the oldest first, each with the last moment it was to be collected at."""
    found: list[tuple[str, datetime]] = []
    start = now.date().replace(day=1, month=1 + (now.month - 1) // MONTHS[rhythm.every] * MONTHS[rhythm.every])
    grace = timedelta(days=rhythm.grace_days)
    while True:
        start = add_months(start, -MONTHS[rhythm.every])
        day = _period(rhythm, start).last + timedelta(days=rhythm.after_days)
        first = datetime.combine(day, time(rhythm.hour), UTC)
        if now > first + grace + timedelta(days=1):
            return found[::-1]
        if now >= first:
            turns = (min(now, first + grace) - first) // timedelta(days=rhythm.again_days)
            found.append((_period(rhythm, start).name, first + turns * timedelta(days=rhythm.again_days)))


def _period(rhythm: Rhythm, start: date) -> Period:
    names = {"month": f"{start:%Y-%m}", "quarter": f"{start:%Y}-Q{(start.month + 2) // 3}", "year": f"{start:%Y}"}
    return parse_period(names[rhythm.every])


def waiting(desk: Desk, rhythm: Rhythm, now: datetime) -> list[str]:
    """The periods to be collected now: those no round was begun for since they were due, or whose round is not over."""
    catalogue = desk.catalogue
    with desk.store.reading() as session:
        if not members.active(session):
            return []
        found = []
        for period, moment in due(rhythm, now):
            last = rounds.newest_round(session, catalogue.id, catalogue.version, period)
            if last is None or last.ended_at is None or last.started_at < moment:
                found.append(period)
        return found


def collect_due(
    desk: Desk, url: str, rhythm: Rhythm, now: datetime, *, before: Callable[[], None], stop: threading.Event
) -> list[str]:
    """Collect and publish what is due: which periods. ``before``: is done first. Raises ``CollectionBroke``."""
    periods = waiting(desk, rhythm, now)
    if periods:
        from coupole.hub.collection import engine

        before()
        with engine.started(desk, url) as running:
            for period in periods:
                engine.collect(running, period, publish=True, stop=stop)
    return periods


@contextmanager
def by_itself(desk: Desk, url: str, rhythm: Rhythm, before: Callable[[], None]) -> Iterator[None]:
    """Collect what is due, in a thread, until the end of the block. ``url``: the hub's database."""
    stop = threading.Event()

    def keep_going() -> None:
        while not stop.wait(EVERY):
            try:
                collect_due(desk, url, rhythm, datetime.now(UTC), before=before, stop=stop)
            except Exception as error:  # the next turn must come, whatever happened to this one
                logger.error("a collection failed: %s", type(error).__qualname__)

    thread = threading.Thread(target=keep_going, name="collecting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
