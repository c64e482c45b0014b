"""What was published: read back by period, by indicator, by revision."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlmodel import Session

from coupole.database import in_pieces, insert_rows
from coupole.hub.store.packing import Layout, figures, marks, read_layout
from coupole.hub.store.tables import (
    COVERAGE,
    FIGURE,
    LAYOUT,
    MEMBER,
    OUTCOME,
    PUBLICATION,
    RELEASE,
    RELEASE_VALUES,
    ROUND,
    Publication,
)

Key = tuple[str, str, str]
"""Catalogue, version and period."""


def roster(session: Session, key: Key) -> list[Row[Any]]:
    """The members that the newest round of a period asked and that are still members: id and name."""
    newest = select(func.max(ROUND.c.id)).where(*_of(ROUND, key)).scalar_subquery()
    query = select(MEMBER.c.id, MEMBER.c.name).join(OUTCOME, OUTCOME.c.member == MEMBER.c.id)
    return list(session.execute(query.where(OUTCOME.c.round == newest, MEMBER.c.active).order_by(MEMBER.c.id)))


def newest_values(session: Session, key: Key) -> Iterator[Row[Any]]:
    """The packed newest release of each member: member, layout, variance, values, states, bounds."""
    grouped = select(RELEASE.c.member, func.max(RELEASE.c.revision).label("revision")).where(*_of(RELEASE, key))
    newest = grouped.group_by(RELEASE.c.member).subquery()
    names = ("layout", "variance", "values", "states", "bounds")
    query = select(RELEASE.c.member, *(RELEASE_VALUES.c[name] for name in names)).join(
        RELEASE_VALUES, RELEASE_VALUES.c.release == RELEASE.c.id
    )
    same = (newest.c.member == RELEASE.c.member) & (newest.c.revision == RELEASE.c.revision)
    yield from session.execute(query.join(newest, same).where(*_of(RELEASE, key)).order_by(RELEASE.c.member))


def newest_revisions(session: Session, key: Key) -> dict[str, int]:
    """The newest revision of each member's release of a period."""
    query = select(RELEASE.c.member, func.max(RELEASE.c.revision).label("revision")).where(*_of(RELEASE, key))
    return {row.member: row.revision for row in session.execute(query.group_by(RELEASE.c.member))}


def causes_since(session: Session, key: Key, known: Mapping[str, int]) -> dict[str, set[str]]:
    """Why members made newer releases of a period than these revisions, each as its releases say."""
    newest = newest_revisions(session, key)
    newer = [node for node, revision in known.items() if newest.get(node, 0) > revision]
    found: dict[str, set[str]] = {}
    for piece in in_pieces(newer):
        query = select(RELEASE.c.member, RELEASE.c.revision, RELEASE.c.body).where(*_of(RELEASE, key))
        for row in session.execute(query.where(RELEASE.c.member.in_(piece))):
            if row.revision > known[row.member]:
                found.setdefault(row.member, set()).add(json.loads(zlib.decompress(row.body))["cause"])
    return found


def opened(row: Row[Any]) -> tuple[Any, Any, Any]:
    """Values, states and bounds of such a row, as arrays."""
    return figures(row.values), marks(row.states), figures(row.bounds)


def layouts(session: Session, numbers: set[int]) -> dict[int, Layout]:
    """Layouts by number."""
    rows = session.execute(select(LAYOUT.c.id, LAYOUT.c.body).where(LAYOUT.c.id.in_(numbers)))
    return {row.id: read_layout(zlib.decompress(row.body)) for row in rows}


def replace(session: Session, key: Key, coverage: list[list[Any]], totals: list[list[Any]]) -> None:
    """Put these rows in the place of all of that period."""
    connection = session.connection()
    connection.execute(delete(FIGURE).where(*_of(FIGURE, key)))
    connection.execute(delete(COVERAGE).where(*_of(COVERAGE, key)))
    insert_rows(connection, COVERAGE, [[*key, *row] for row in coverage])
    insert_rows(connection, FIGURE, [[*key, *row] for row in totals])


def newest(session: Session, key: Key) -> Publication | None:
    """The newest publication of a period."""
    query = select(Publication).where(*_of(PUBLICATION, key)).order_by(PUBLICATION.c.revision.desc()).limit(1)
    return session.scalar(query)


def publications(session: Session, catalogue: str, version: str) -> list[Row[Any]]:
    """Every publication, the newest period first, without its text."""
    names = ("period", "revision", "members", "answered", "made_at", "digest")
    query = select(*(PUBLICATION.c[name] for name in names))
    here = (PUBLICATION.c.catalogue == catalogue, PUBLICATION.c.version == version)
    return list(
        session.execute(query.where(*here).order_by(PUBLICATION.c.period.desc(), PUBLICATION.c.revision.desc()))
    )


def text(found: Publication) -> bytes:
    """The signed bytes of a publication."""
    return zlib.decompress(found.body)


def coverage_of(session: Session, catalogue: str, version: str, **where: str) -> list[Row[Any]]:
    """Coverage by ``period`` or ``indicator``, in the order of periods."""
    query = select(COVERAGE).where(COVERAGE.c.catalogue == catalogue, COVERAGE.c.version == version)
    query = query.where(*(COVERAGE.c[name] == value for name, value in where.items()))
    return list(session.execute(query.order_by(COVERAGE.c.period, COVERAGE.c.indicator)))


def figures_of(session: Session, catalogue: str, version: str, **where: str) -> list[Row[Any]]:
    """Totals by ``period``, ``indicator`` or ``dimension``."""
    query = select(FIGURE).where(FIGURE.c.catalogue == catalogue, FIGURE.c.version == version)
    return list(session.execute(query.where(*(FIGURE.c[name] == value for name, value in where.items()))))


def _of(table: Any, key: Key) -> tuple[Any, ...]:
    return tuple(table.c[name] == value for name, value in zip(("catalogue", "version", "period"), key, strict=True))


def names(session: Session) -> dict[str, str]:
    """What members are called, those that left included."""
    return {row.id: row.name for row in session.execute(select(MEMBER.c.id, MEMBER.c.name))}


def active(session: Session) -> set[str]:
    """The members that are asked for their figures, by id."""
    return set(session.scalars(select(MEMBER.c.id).where(MEMBER.c.active)))
