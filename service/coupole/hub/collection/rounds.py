"""One round: every member asked for one period, many at a time; one bad member never stops the rest.

A round is a few plain steps, which ``engine`` runs as durable tasks: ``begin``, ``ask`` for some members at a time,
``end``. Outcomes are written as they come, those that come together in one transaction. A member that cannot be reached
has no outcome until it was asked for the last time, so whoever goes on with a round that was stopped, by Ctrl-C or by
a power cut, asks the members without one. What keeps a release from being stored twice is the database (one row for
each revision), not the course of the round.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from coupole.hub.collection.connecting import Connect
from coupole.hub.collection.outcomes import Arrived, Outcome
from coupole.hub.collection.pulls import Asked, Known, Question, pull
from coupole.hub.store import Store, rounds
from coupole.hub.store.tables import Member, Round
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Catalogue
from coupole_client import NodeTimeout

logger = logging.getLogger("coupole.hub.collection")

AT_ONCE = 200
"""Outcomes written in one transaction at most."""
PATIENCE = 5.0
"""Seconds a member may take while others wait. Who needs more is asked once more, alone with those like it."""
TIMES_AGAIN = 3
"""How often a member that cannot be reached is asked again; each pause is three times the one before."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a round came to. ``asked``: members that had no outcome when it began or went on; ``kinds``: how many
    members of the whole round by kind of outcome."""

    round: int
    resumed: bool
    asked: int
    kinds: Counter[str]


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What one process asks members with."""

    store: Store
    connect: Connect
    catalogue: Catalogue
    publish: Callable[[str], object]
    """Makes the figures of a period public, as far as they came."""
    concurrency: int = 64
    """Members asked at the same time."""
    per_host: int = 16
    """Of those, members that stand on one machine."""
    again_seconds: float = 30.0
    """How long a member that cannot be reached is asked again; 0: never."""
    _good: set[str] = field(default_factory=set)
    _hosts: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    def question(self, period: str) -> Question:
        """What is asked for a period."""
        return Question(self.catalogue, period, self._good)

    def host(self, issuer: str) -> asyncio.Semaphore:
        """The turnstile of the machine a member stands on."""
        return self._hosts.setdefault(machine(issuer), asyncio.Semaphore(self.per_host))


def machine(issuer: str) -> str:
    """The machine a member stands on, as its address says."""
    return urlsplit(issuer).hostname or ""


def pauses(again_seconds: float) -> list[float]:
    """The seconds to wait before each time members are asked, the first time included."""
    parts = [3**number for number in range(TIMES_AGAIN)] if again_seconds else []
    return [0.0, *(again_seconds * part / sum(parts) for part in parts)]


def begin(desk: Desk, period: str) -> tuple[int, bool]:
    """The number of the round to go on with, and whether it had begun before. Raises ``PeriodInvalid``."""
    parse_period(period)
    with desk.store.writing() as session:
        made, resumed = rounds.open_round(session, desk.catalogue.id, desk.catalogue.version, period)
        return int(made.id or 0), resumed


def waiting(desk: Desk, number: int) -> list[str]:
    """The members without an outcome; those on one machine stand together."""
    with desk.store.reading() as session:
        found = sorted((machine(one.issuer), one.id) for one in rounds.open_members(session, number))
    return [member for _machine, member in found]


async def ask(desk: Desk, number: int, members: Sequence[str], *, at_once: int, last: bool = True) -> None:
    """Ask some members of a round, as far as they have no outcome yet.

    ``last``: also of those that cannot be reached this is the outcome.
    """
    made, asked = await asyncio.to_thread(_asked_of, desk, number, members)
    question = desk.question(made.period)
    total = len(asked)
    ended: asyncio.Queue[Outcome] = asyncio.Queue()

    async def work() -> None:
        while asked:
            await ended.put(await _pulled(desk, question, asked.pop(), last=last))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, total)):
            group.create_task(work())
        done = 0
        while done < total:
            together = [await ended.get()]
            while not ended.empty() and len(together) < AT_ONCE:
                together.append(ended.get_nowait())
            done += len(together)
            final = [one for one in together if last or one.kind != "unreachable"]
            if final:
                await asyncio.to_thread(_write, desk.store, made, final)


def end(desk: Desk, number: int) -> Counter[str]:
    """The round is over: how many members by kind of outcome."""
    with desk.store.writing() as session:
        rounds.close_round(session, number)
        return rounds.counted(session, number)


def so_far(desk: Desk, period: str) -> tuple[int, int]:
    """Of the round of a period that is not over: how many members have an outcome, of how many."""
    with desk.store.reading() as session:
        found = rounds.newest_round(session, desk.catalogue.id, desk.catalogue.version, period)
        kinds = rounds.counted(session, int(found.id or 0)) if found and not found.ended_at else Counter()
    return kinds.total() - kinds["open"], kinds.total()


async def _pulled(desk: Desk, question: Question, asked: Asked, *, last: bool) -> Outcome:
    try:
        async with desk.host(asked.issuer), asyncio.timeout(None if last else PATIENCE):
            return await pull(question, asked, desk.connect)
    except TimeoutError:
        return Outcome(asked.member, "unreachable", NodeTimeout.code)
    except Exception as error:
        # A fault of ours that one member's answer brings out must not keep the others from being asked, this round
        # and every time it is taken up again. The message may quote the answer: only its kind is logged.
        logger.error("pull of %s failed: %s", asked.member, type(error).__qualname__)
        return Outcome(asked.member, "invalid", "unexpected_failure")


def _asked_of(desk: Desk, number: int, members: Sequence[str]) -> tuple[Round, list[Asked]]:
    with desk.store.reading() as session:
        made = session.get_one(Round, number)
        newest = rounds.newest_releases(session, made.catalogue, made.version, made.period, members)
        found = rounds.open_members(session, number, members)
        return made, [_asked(member, newest.get(member.id)) for member in found]


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
