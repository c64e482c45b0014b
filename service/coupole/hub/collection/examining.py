"""Examines a hub: is it reached, does each member answer a real question, does the directory say who belongs.

A member is asked for its last closed month as in a collection, through the same checks; nothing of it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub import members
from coupole.hub.collection.connecting import Connect
from coupole.hub.collection.pulls import Asked, Question, pull
from coupole.hub.collection.visiting import Reach, VisitFailed, visit
from coupole.hub.members import directory, joining
from coupole.hub.store import Hub
from coupole.standard.calendar import add_months
from coupole.standard.sentences import Sign
from coupole.wire.directory import ends_soon, parse_directory
from coupole.wire.introduction import read_introduction

GOOD = ("answered", "withheld")


async def examine(
    hub: Hub, connect: Connect, reach: Reach, *, now: datetime | None = None, concurrency: int = 16
) -> list[Sign]:
    """What is right and what is not, in the order somebody would put it right."""
    moment = now or datetime.now(UTC)
    with hub.store.reading() as session:
        asked = [Asked(one.id, one.issuer, one.keys) for one in members.active(session)]
        standing = [*_waiting(session, hub.issuer), *_directory(session, moment)]
    found = [await _own(hub, reach)]
    question, limit = Question(hub.catalogue, last_month(moment.date())), asyncio.Semaphore(concurrency)

    async def one(member: Asked) -> list[Sign]:
        async with limit:
            return await _member(question, member, connect)

    for signs in await asyncio.gather(*map(one, asked)):
        found.extend(signs)
    if not asked:
        found.append(Sign("look", "members_none"))
    return found + standing


def last_month(today: date) -> str:
    """The last calendar month that is over."""
    return f"{add_months(today.replace(day=1), -1):%Y-%m}"


async def _own(hub: Hub, reach: Reach) -> Sign:
    """Whether this very hub answers at its own address."""
    try:
        answer = await visit(replace(reach, listed=None), hub.issuer)  # wherever its own address leads, it is its own
        read_introduction(answer.raw, answer.signature, hub.keys)
    except VisitFailed:
        return Sign("wrong", "hub_not_reached", {"address": hub.issuer})
    except CoupoleError:
        return Sign("wrong", "hub_is_another", {"address": hub.issuer})
    return Sign("right", "hub_reached", {"address": hub.issuer})


async def _member(question: Question, member: Asked, connect: Connect) -> list[Sign]:
    outcome = await pull(question, member, connect)
    named = {"member": member.member, "period": question.period}
    if outcome.kind in GOOD:
        return [Sign("right", "member_ready", named)]
    return [Sign("wrong", "member_not_ready", named), Sign("wrong", outcome.reason, outcome.params)]


def _waiting(session: Session, hub: str) -> list[Sign]:
    return [Sign("look", "member_asks", {"member": one.descriptor["node"]}) for one, _ in joining.waiting(session, hub)]


def _directory(session: Session, now: datetime) -> Sequence[Sign]:
    kept = directory.newest(session)
    if kept is None:
        return [Sign("look", "directory_missing")]
    document = parse_directory(kept.body)
    named: dict[str, str | int] = {"number": kept.number, "day": document["expires_at"][:10]}
    if directory.is_behind(session):
        return [Sign("look", "directory_behind", named)]
    if ends_soon(document, now):
        return [Sign("look", "directory_ends", named)]
    return [Sign("right", "directory_good", named)]
