"""Rounds as a person reads them: what came of each member, and what to do."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.store.tables import MEMBER, OUTCOME, ROUND
from coupole.standard.sentences import sentence


class CollectionUnknown(CoupoleError):
    """There was no collection of that number."""


@dataclass(frozen=True, slots=True)
class ShownRound:
    """A collection. ``kinds``: how many members by kind of outcome."""

    id: int
    catalogue: str
    version: str
    period: str
    started_at: datetime
    ended_at: datetime | None
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One thing wrong with one place of a refused release."""

    code: str
    pointer: str
    title: str


@dataclass(frozen=True, slots=True)
class ShownOutcome:
    """What came of one member. ``said`` is a stranger's text, for the operator's eyes only."""

    member: str
    name: str
    kind: str
    reason: str
    title: str
    remedy: str
    findings: list[ShownFinding]
    said: str
    at: datetime


def shown_rounds(session: Session, *, period: str | None = None, limit: int = 100) -> list[ShownRound]:
    """Collections, the newest first."""
    query = select(ROUND).order_by(ROUND.c.id.desc()).limit(limit)
    rows = session.execute(query.where(ROUND.c.period == period) if period else query).all()
    counted = select(OUTCOME.c.round, OUTCOME.c.kind, func.count().label("members"))
    grouped = counted.where(OUTCOME.c.round.in_([row.id for row in rows])).group_by(OUTCOME.c.round, OUTCOME.c.kind)
    kinds: dict[int, Counter[str]] = {row.id: Counter() for row in rows}
    for row in session.execute(grouped):
        kinds[row.round][row.kind] = row.members
    return [_shown(row, kinds[row.id]) for row in rows]


def shown_round(session: Session, number: int) -> ShownRound:
    """One collection. Raises ``CollectionUnknown``."""
    row = session.execute(select(ROUND).where(ROUND.c.id == number)).one_or_none()
    if row is None:
        raise CollectionUnknown()
    counted = Counter(session.scalars(select(OUTCOME.c.kind).where(OUTCOME.c.round == number)))
    return _shown(row, counted)


def _shown(row: Row[Any], kinds: Counter[str]) -> ShownRound:
    return ShownRound(
        row.id, row.catalogue, row.version, row.period, row.started_at, row.ended_at, dict(sorted(kinds.items()))
    )


def shown_outcomes(session: Session, number: int, language: str) -> list[ShownOutcome]:
    """The outcomes of a collection, by name of the member."""
    query = OUTCOMES.where(OUTCOME.c.round == number).order_by(MEMBER.c.name, MEMBER.c.id)
    return [_outcome(row, language) for row in session.execute(query)]


def shown_pulls(session: Session, member: str, language: str, *, limit: int) -> list[tuple[str, ShownOutcome]]:
    """What came of the last times one member was asked, each with its period, the newest first."""
    query = OUTCOMES.where(OUTCOME.c.member == member, OUTCOME.c.kind != "open").order_by(OUTCOME.c.round.desc())
    return [(row.period, _outcome(row, language)) for row in session.execute(query.limit(limit))]


NAMES = ("member", "kind", "reason", "params", "findings", "said", "at")
OUTCOMES = (
    select(MEMBER.c.name, ROUND.c.period, *(OUTCOME.c[name] for name in NAMES))
    .join(MEMBER, MEMBER.c.id == OUTCOME.c.member)
    .join(ROUND, ROUND.c.id == OUTCOME.c.round)
)


def _outcome(row: Row[Any], language: str) -> ShownOutcome:
    words = sentence(row.reason, language, json.loads(row.params)) if row.reason else ("", "")
    findings = [
        ShownFinding(code, pointer, sentence(code, language, values).title)
        for code, pointer, values in json.loads(row.findings)
    ]
    return ShownOutcome(row.member, row.name, row.kind, row.reason, *words, findings, row.said, row.at)
