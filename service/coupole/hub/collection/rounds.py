"""One round: every member asked for one period, many at a time; one bad member never stops the rest.

Outcomes are written as they come, those that come together in one transaction. A round that was stopped, by Ctrl-C or
by a power cut, is taken up again with the members that have no outcome yet. What keeps a release from being stored
twice is the database (one row for each revision), not the course of the round.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from coupole.hub.collection.outcomes import Arrived, Outcome
from coupole.hub.collection.pulls import Asked, Known, Question, pull
from coupole.hub.store import Store, rounds
from coupole.hub.store.tables import Member, Round
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Catalogue
from coupole_client import NodeClient

logger = logging.getLogger("coupole.hub.collection")

AT_ONCE = 200
"""Outcomes written in one transaction at most."""

Progress = Callable[[int, int, Outcome], None]
"""Called after each member was written down: how many are done, of how many, and what came of this one."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a round came to. ``kinds``: how many members by kind of outcome, of this run alone when it was resumed."""

    round: int
    resumed: bool
    asked: int
    kinds: Counter[str]


async def collect(
    store: Store,
    connect: Callable[[str], NodeClient],
    catalogue: Catalogue,
    period: str,
    *,
    concurrency: int = 64,
    progress: Progress | None = None,
) -> Report:
    """Ask every member that has no outcome yet. ``connect`` makes the client for an address.

    Raises ``PeriodInvalid``; whatever a member does is an outcome.
    """
    parse_period(period)
    made, resumed, waiting = await asyncio.to_thread(_begin, store, catalogue, period)
    question = Question(catalogue, period)
    kinds: Counter[str] = Counter()
    total = len(waiting)
    ended: asyncio.Queue[Outcome] = asyncio.Queue()

    async def work() -> None:
        while waiting:
            await ended.put(await _pulled(question, waiting.pop(), connect))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, total)):
            group.create_task(work())
        while kinds.total() < total:
            together = [await ended.get()]
            while not ended.empty() and len(together) < AT_ONCE:
                together.append(ended.get_nowait())
            await asyncio.to_thread(_write, store, made, together)
            for outcome in together:
                kinds[outcome.kind] += 1
                if progress:
                    progress(kinds.total(), total, outcome)
    await asyncio.to_thread(_end, store, made)
    return Report(int(made.id or 0), resumed, total, kinds)


async def _pulled(question: Question, asked: Asked, connect: Callable[[str], NodeClient]) -> Outcome:
    try:
        return await pull(question, asked, connect)
    except Exception as error:
        # A fault of ours that one member's answer brings out must not keep the others from being asked, this round
        # and every time it is taken up again. The message may quote the answer: only its kind is logged.
        logger.error("pull of %s failed: %s", asked.member, type(error).__qualname__)
        return Outcome(asked.member, "invalid", "unexpected_failure")


def _begin(store: Store, catalogue: Catalogue, period: str) -> tuple[Round, bool, list[Asked]]:
    with store.writing() as session:
        made, resumed = rounds.open_round(session, catalogue.id, catalogue.version, period)
        newest = rounds.newest_releases(session, catalogue.id, catalogue.version, period)
        members = rounds.open_members(session, int(made.id or 0))
        return made, resumed, [_asked(member, newest.get(member.id)) for member in members]


def _asked(member: Member, row: object) -> Asked:
    names = ("id", "revision", "digest", "etag", "reported")
    known = Known(*(getattr(row, name) for name in names)) if row else None
    return Asked(member.id, member.issuer, member.keys, known)


def _write(store: Store, made: Round, together: list[Outcome]) -> None:
    with store.writing() as session:
        rounds.record(session, made, [_ended(outcome) for outcome in together])


def _ended(outcome: Outcome) -> rounds.Ended:
    fresh = _new(outcome.member, outcome.arrived) if outcome.arrived else None
    return rounds.Ended(
        outcome.member,
        outcome.kind,
        outcome.reason,
        outcome.params,
        outcome.findings,
        outcome.said,
        fresh,
        outcome.known,
    )


def _new(member: str, arrived: Arrived) -> rounds.NewRelease:
    return rounds.NewRelease(
        member,
        arrived.raw,
        arrived.signature,
        arrived.etag,
        arrived.digest,
        arrived.release["revision"],
        arrived.release["frozen_at"],
        arrived.reported,
        arrived.packed,
    )


def _end(store: Store, made: Round) -> None:
    with store.writing() as session:
        rounds.close_round(session, int(made.id or 0))
