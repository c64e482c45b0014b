"""The one calendar arithmetic: months that clamp, durations, ages, periods.

Adding months clamps to the end of the month, so 31 August and six months is 28 February. No database's own
arithmetic may be used instead (SQLite 3.40 says 3 March).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from coupole.errors import CoupoleError

_DURATION = re.compile(r"(-?)P(?:([0-9]{1,2})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?<!P)")
_PERIOD = re.compile(r"((?:19|20)[0-9]{2})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


class DurationInvalid(CoupoleError):
    """A duration is written P6M, -P12M or P28D."""


class PeriodInvalid(CoupoleError):
    """A period is a month (2026-10), a quarter (2026-Q3) or a year (2026)."""


def add_months(day: date, months: int) -> date:
    """``months`` later (earlier when negative), on the same day of the month or on the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_duration(day: date, duration: str) -> date:
    """``day`` moved by an ISO 8601 duration of years, months, weeks, days: ``P6M``, ``-P12M``, ``P28D``.

    Years and months first, clamped, then weeks and days. Raises ``DurationInvalid``.
    """
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise DurationInvalid()
    years, months, weeks, days = (int(amount or 0) for amount in match.groups()[1:])
    sign = -1 if match[1] else 1
    return add_months(day, sign * (12 * years + months)) + timedelta(days=sign * (7 * weeks + days))


def years_between(first: date, second: date) -> int:
    """Whole years from ``first`` to ``second``: an age. Born on 29 February, one turns on the 28th in other years."""
    years = second.year - first.year
    return years if add_months(first, 12 * years) <= second else years - 1


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year; both days included."""

    name: str
    first: date
    last: date

    def months(self) -> tuple[Period, ...]:
        """The calendar months it is made of, in order."""
        starts = [add_months(self.first, n) for n in range(self.last.month - self.first.month + 1)]
        return tuple(Period(f"{start:%Y-%m}", start, last_day(start)) for start in starts)


def parse_period(name: str) -> Period:
    """The period called ``2026-10``, ``2026-Q3`` or ``2026``. Raises ``PeriodInvalid``."""
    match = _PERIOD.fullmatch(name)
    if match is None:
        raise PeriodInvalid()
    year, month, quarter = (int(part or 0) for part in match.groups())
    length = 1 if month else 3 if quarter else 12
    first = date(year, month or 3 * max(quarter, 1) - 2, 1)
    return Period(name, first, last_day(add_months(first, length - 1)))
