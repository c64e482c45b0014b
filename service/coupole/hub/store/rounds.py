"""Rounds and their outcomes, and the releases that came with them."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from coupole.database import in_pieces, insert_rows
from coupole.errors import Finding
from coupole.hub.store.packing import Packed, squeezed
from coupole.hub.store.tables import (
    LAYOUT,
    MEMBER,
    OUTCOME,
    RELEASE,
    RELEASE_VALUES,
    ROUND,
    Layout,
    Member,
    Round,
)


@dataclass(frozen=True, slots=True, eq=False)
class NewRelease:
    """A checked release to be kept."""

    member: str
    raw: bytes
    signature: str
    etag: str
    digest: str
    revision: int
    frozen_at: str
    reported: int
    packed: Packed


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    """What came of asking a member: the row of its outcome, and its release when that is new."""

    member: str
    kind: str
    reason: str
    params: Mapping[str, str | int]
    findings: Sequence[Finding]
    said: str
    release: NewRelease | None
    known: int | None


def open_round(session: Session, catalogue: str, version: str, period: str) -> tuple[Round, bool]:
    """The round of this period that was not finished, or a new one; and whether it was there.

    Members that joined since a round was stopped are asked as well.
    """
    # Two processes that begin at once must not open two rounds: the second waits here, then finds the first's.
    session.execute(select(MEMBER.c.id).with_for_update())
    same = (ROUND.c.catalogue == catalogue, ROUND.c.version == version, ROUND.c.period == period)
    found = session.scalar(select(Round).where(*same, ROUND.c.ended_at.is_(None)))
    now = datetime.now(UTC)
    made = found or Round(catalogue=catalogue, version=version, period=period, started_at=now)
    session.add(made)
    session.flush()
    there = set(session.scalars(select(OUTCOME.c.member).where(OUTCOME.c.round == made.id)))
    fresh = [member for member in session.scalars(select(MEMBER.c.id).where(MEMBER.c.active)) if member not in there]
    values = [{"round": made.id, "member": member, "kind": "open", "at": now} for member in sorted(fresh)]
    if values:
        empty = {"reason": "", "params": "{}", "findings": "[]", "said": "", "release": None}
        session.execute(insert(OUTCOME), [empty | value for value in values])
    return made, found is not None


def open_members(session: Session, round_id: int, among: Collection[str] | None = None) -> list[Member]:
    """The members of a round, or those ``among`` these, that have no outcome yet and are still members."""
    query = select(Member).join(OUTCOME, OUTCOME.c.member == MEMBER.c.id)
    query = query.where(OUTCOME.c.round == round_id, OUTCOME.c.kind == "open", MEMBER.c.active)
    return list(session.scalars(query if among is None else query.where(MEMBER.c.id.in_(among))))


def counted(session: Session, round_id: int) -> Counter[str]:
    """How many members of a round by kind of outcome."""
    query = select(OUTCOME.c.kind, func.count().label("members")).where(OUTCOME.c.round == round_id)
    return Counter({row.kind: row.members for row in session.execute(query.group_by(OUTCOME.c.kind))})


def newest_round(session: Session, catalogue: str, version: str, period: str) -> Round | None:
    """The last round of a period, over or not."""
    same = (ROUND.c.catalogue == catalogue, ROUND.c.version == version, ROUND.c.period == period)
    return session.scalar(select(Round).where(*same).order_by(ROUND.c.id.desc()).limit(1))


def newest_releases(
    session: Session, catalogue: str, version: str, period: str, among: Collection[str]
) -> dict[str, Any]:
    """The newest release of each of these members for a period: id, member, revision, digest, etag, reported."""
    here = (
        RELEASE.c.catalogue == catalogue,
        RELEASE.c.version == version,
        RELEASE.c.period == period,
        RELEASE.c.member.in_(among),
    )
    newest = select(RELEASE.c.member, func.max(RELEASE.c.revision).label("revision")).where(*here)
    grouped = newest.group_by(RELEASE.c.member).subquery()
    names = ("id", "member", "revision", "digest", "etag", "reported")
    query = select(*(RELEASE.c[name] for name in names)).where(*here)
    same = (grouped.c.member == RELEASE.c.member) & (grouped.c.revision == RELEASE.c.revision)
    return {row.member: row for row in session.execute(query.join(grouped, same))}


def record(session: Session, made: Round, ended: Iterable[Ended]) -> None:
    """Keep the outcomes and the new releases of some members. A second time is no harm: the first stays."""
    ended = list(ended)
    # Two processes that take up one stopped round write one after the other. SQLite has one writer anyway.
    session.execute(select(ROUND.c.id).where(ROUND.c.id == made.id).with_for_update())
    kept = _keep(session, made, [one.release for one in ended if one.release])
    at = datetime.now(UTC)
    for one in ended:
        row = {
            "kind": one.kind,
            "reason": one.reason,
            "params": json.dumps(dict(one.params)),
            "findings": json.dumps([[found.code, found.pointer, found.params] for found in one.findings]),
            "said": one.said,
            "release": kept.get(one.member, one.known),
            "at": at,
        }
        place = (OUTCOME.c.round == made.id, OUTCOME.c.member == one.member, OUTCOME.c.kind == "open")
        session.execute(update(OUTCOME).where(*place).values(row))


def close_round(session: Session, round_id: int) -> None:
    """The round is over. Members that were let go meanwhile are not asked any more."""
    session.execute(update(ROUND).where(ROUND.c.id == round_id).values(ended_at=datetime.now(UTC)))


def _keep(session: Session, made: Round, releases: list[NewRelease]) -> dict[str, int]:
    """Store releases that are not there yet; the number of each by member."""
    there = _there(session, made, releases)
    numbers = {one.member: there[one.member, one.revision] for one in releases if (one.member, one.revision) in there}
    fresh = [one for one in releases if one.member not in numbers]
    if not fresh:
        return numbers
    layouts, now = _layouts(session, fresh), datetime.now(UTC)
    rows = [_row(made, one, now) for one in fresh]
    made_numbers = session.scalars(insert(RELEASE).returning(RELEASE.c.id, sort_by_parameter_order=True), rows).all()
    values = []
    for one, number in zip(fresh, made_numbers, strict=True):
        packed = one.packed
        arrays = [squeezed(packed.values), squeezed(packed.states), squeezed(packed.bounds)]
        values.append([number, layouts[packed.digest], packed.variance, *arrays])
        numbers[one.member] = number
    insert_rows(session.connection(), RELEASE_VALUES, values)
    return numbers


def _there(session: Session, made: Round, releases: list[NewRelease]) -> dict[tuple[str, int], int]:
    """Which of these are kept already: another process may have been faster."""
    same = (
        RELEASE.c.catalogue == made.catalogue,
        RELEASE.c.version == made.version,
        RELEASE.c.period == made.period,
    )
    found: dict[tuple[str, int], int] = {}
    for piece in in_pieces(one.member for one in releases):
        query = select(RELEASE.c.member, RELEASE.c.revision, RELEASE.c.id).where(*same, RELEASE.c.member.in_(piece))
        found |= {(row.member, row.revision): row.id for row in session.execute(query)}
    return found


def _row(made: Round, release: NewRelease, now: datetime) -> dict[str, object]:
    return {
        "catalogue": made.catalogue,
        "version": made.version,
        "period": made.period,
        "member": release.member,
        "revision": release.revision,
        "digest": release.digest,
        "signature": release.signature,
        "etag": release.etag,
        "frozen_at": release.frozen_at,
        "reported": release.reported,
        "received_at": now,
        "body": zlib.compress(release.raw, 1),
    }


def _layouts(session: Session, releases: list[NewRelease]) -> dict[str, int]:
    wanted = {release.packed.digest: release.packed.layout for release in releases}
    found: dict[str, int] = {}
    for piece in in_pieces(wanted):
        rows = session.execute(select(LAYOUT.c.digest, LAYOUT.c.id).where(LAYOUT.c.digest.in_(piece)))
        found.update((row.digest, row.id) for row in rows)
    for digest, layout in wanted.items():
        if digest not in found:
            made = Layout(digest=digest, body=zlib.compress(layout, 6))
            session.add(made)
            session.flush()
            found[digest] = int(made.id or 0)
    return found
