"""Releases as they were signed, and which indicators the people of this workshop keep to themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select, tuple_
from sqlmodel.sql.expression import SelectOfScalar

from coupole.node.store.tables import Release, Withheld

NAME = (col(Release.catalogue), col(Release.version), col(Release.period))


def newest(session: Session, catalogue: str, version: str, period: str) -> Release | None:
    """The release that counts, in its last revision."""
    return session.exec(_named(catalogue, version, period).order_by(col(Release.revision).desc()).limit(1)).first()


def revisions(session: Session, catalogue: str, version: str, period: str) -> list[Release]:
    """Every release of that name, the first one first."""
    return list(session.exec(_named(catalogue, version, period).order_by(col(Release.revision))))


def _named(catalogue: str, version: str, period: str) -> SelectOfScalar[Release]:
    name = (Release.catalogue == catalogue, Release.version == version, Release.period == period)
    return select(Release).where(*name)


def all_newest(session: Session) -> list[Release]:
    """Every release that was made, in its last revision; newest period first."""
    last = select(*NAME, func.max(Release.revision)).group_by(*NAME)
    query = select(Release).where(tuple_(*NAME, col(Release.revision)).in_(last))
    return list(session.exec(query.order_by(col(Release.period).desc(), *NAME[:2])))


def every(session: Session) -> list[Release]:
    """Every release in every revision."""
    return list(session.exec(select(Release).order_by(*NAME, col(Release.revision))))


def keep(session: Session, release: Release) -> None:
    """Keep a release for good. Its figures never change: its name and revision are its key."""
    session.add(release)
    session.flush()


def withheld(session: Session) -> frozenset[str]:
    """Indicators that do not leave this node."""
    return frozenset(session.exec(select(Withheld.indicator)))


def decisions(session: Session) -> list[Withheld]:
    """Who decided when to keep which indicator."""
    return list(session.exec(select(Withheld).order_by(col(Withheld.indicator))))


def withhold(session: Session, indicator: str, actor: str, at: datetime) -> None:
    """From the next release on the indicator stays here. Who decided first stays named."""
    if session.get(Withheld, indicator) is None:
        session.add(Withheld(indicator=indicator, actor=actor, at=at))
        session.flush()


def allow(session: Session, indicator: str) -> None:
    """From the next release on the indicator leaves again."""
    session.execute(delete(Withheld).where(col(Withheld.indicator) == indicator))
