"""Seeded chance: the same seed tells the same story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

Choice = TypeVar("Choice")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Chance(Random):
    """A source of chance that speaks the language of the histories."""

    def happens(self, share: float) -> bool:
        """Whether something that befalls ``share`` of the cases befalls this one."""
        return self.random() < share

    def one_of(self, weights: Mapping[Choice, float]) -> Choice:
        """One of the choices, the heavier the likelier."""
        return self.choices(list(weights), list(weights.values()))[0]

    def several_of(self, weights: Mapping[Choice, float], count: int) -> list[Choice]:
        """Up to ``count`` different choices, the heavier the likelier, the first the most important."""
        rest, found = dict(weights), list[Choice]()
        while rest and len(found) < count:
            found.append(self.one_of(rest))
            del rest[found[-1]]
        return found

    def sample_of(self, choices: Sequence[Choice], count: int) -> list[Choice]:
        """Up to ``count`` different choices, each as likely."""
        return self.sample(list(choices), min(count, len(choices)))

    def after(self, day: date, fewest: int, most: int) -> date:
        """A working day between ``fewest`` and ``most`` days after ``day`` (or the Monday that follows)."""
        return working(day + timedelta(days=self.randint(fewest, most)))

    def ulid(self, day: date) -> str:
        """A ULID made in the morning of ``day``: ten characters of time, sixteen of chance."""
        moment = datetime.combine(day, time(8), UTC) + timedelta(milliseconds=self.randrange(14_400_000))
        number = int(moment.timestamp() * 1000) << 80 | self.getrandbits(80)
        return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def working(day: date) -> date:
    """``day``, or the Monday after it when it falls in a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
