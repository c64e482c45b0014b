"""The periods that can be looked at: years and quarters since the first file was opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from coupole.node.store.tables import RECORD
from coupole.standard.calendar import Period, add_months, parse_period

MOST_YEARS = 12
"""Older years are reached by their address."""


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """A period to choose. ``over``: whether its last day has passed."""

    name: str
    over: bool
    current: bool


def chosen(asked: str, today: date) -> Period:
    """The period that was asked for, else the last quarter that is over. Raises ``PeriodInvalid``."""
    return parse_period(asked) if asked else parse_period(_quarter(add_months(today, -3)))


def choices(session: Session, period: Period, today: date) -> list[PeriodChoice]:
    """Years and quarters to choose from, the newest first."""
    first = session.scalar(select(func.min(RECORD.c.starts_on)).where(RECORD.c.entity == "accompaniment")) or today
    earliest = max(first.year, today.year - MOST_YEARS)
    names = []
    for year in range(today.year, earliest - 1, -1):
        names.append(str(year))
        names += [f"{year}-Q{number}" for number in (4, 3, 2, 1)]
    if period.name not in names:
        names.append(period.name)
    known = [parse_period(name) for name in names]
    return [
        PeriodChoice(one.name, one.last < today, one.name == period.name) for one in known if _begun(one, first, today)
    ]


def _begun(period: Period, first: date, today: date) -> bool:
    return period.first <= today and period.last >= first - timedelta(days=1)


def _quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
