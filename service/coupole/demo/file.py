"""One accompaniment while it is being written: where it stands, and what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from coupole.demo.chance import Chance, working
from coupole.demo.desk import Desk, Made
from coupole.demo.house import House, Site
from coupole.demo.people import Person
from coupole.standard.calendar import add_months


class Step(NamedTuple):
    """What comes next: in which phase the file will be, and on which day somebody will work on it."""

    phase: str
    day: date


class Ending(NamedTuple):
    """How an accompaniment ends."""

    outcome: str
    reason: str
    neutral: bool = False


@dataclass(slots=True)
class File:
    """An accompaniment on ``day``. Steps read and change it; nothing in it lies after today but plans."""

    house: House
    desk: Desk
    person: Person
    service: Made
    referral: Made
    accompaniment: Made
    pathway: str
    day: date
    host: Site
    responsible: Made
    guide: Made
    since: date | None = None
    """First day of the present phase."""
    entry: dict[str, Any] = field(default_factory=dict)
    """What was seen at entry."""
    looked_back: bool = False
    """Whether the yearly look at the person's situation was taken."""
    team: list[dict[str, Any]] = field(default_factory=list)
    plans: list[Made] = field(default_factory=list)
    placements: list[Made] = field(default_factory=list)
    objectives: list[Made] = field(default_factory=list)
    levels: dict[str, float] = field(default_factory=dict)
    """How far the person is in each competence and domain, on the scale of evaluations."""
    due: Made | None = None
    """The next planned evaluation."""
    hires: list[Made] = field(default_factory=list)
    lost_on: date | None = None
    back_to: str = ""
    """The phase to come back to after a suspension."""
    decided_in: Made | None = None
    ending: Ending | None = None

    @property
    def chance(self) -> Chance:
        """The one source of chance of this member."""
        return self.desk.chance

    @property
    def today(self) -> date:
        """The day the histories end."""
        return self.house.today

    @property
    def phase(self) -> str:
        """Where the accompaniment stands."""
        phase: str = self.accompaniment.document.get("phase", "")
        return phase

    @property
    def fresh(self) -> bool:
        """Whether the present phase begins on this very day."""
        return self.since == self.day

    def write(self, entity: str, **fields: Any) -> Made:
        """A new document of this accompaniment, written on the file's day."""
        return self.desk.write(entity, self.day, accompaniment=self.accompaniment, **fields)

    def enter(self, phase: str, day: date) -> None:
        """Close the row of the present phase on ``day`` and open the next one on the same day."""
        rows = self.accompaniment.document.setdefault("phase_history", [])
        if rows:
            rows[-1]["to"] = day
        rows.append({"phase": phase, "from": day, "decided_in": self.decided_in})
        self.accompaniment.document["phase"] = phase
        self.decided_in, self.since = None, day

    def months_in_phase(self) -> int:
        """Months since the present phase began, started ones included."""
        since = self.since or self.day
        return (self.day.year - since.year) * 12 + self.day.month - since.month

    def meeting_day(self, months: int = 1) -> date:
        """The day of the team's meeting, so many months on: each file has its own week of the month."""
        first = add_months(self.day, months).replace(day=1)
        return working(first.replace(day=7 + int(self.accompaniment.id[-1], 36) % 14))

    def agreement(self) -> Made:
        """The agreement the work rests on: the file's own, or the one that took its place when it had run out."""
        own: Made = self.accompaniment.document["agreement"]
        if self.day < own.document["valid_to"]:
            return own
        return self.house.covering(self.accompaniment.document["programmes"][0]["programme"], self.day)

    def open_objectives(self) -> list[Made]:
        """Objectives that are still worked on."""
        return [objective for objective in self.objectives if objective.document["status"] == "open"]

    def ready(self) -> bool:
        """Step 7: whether every objective needed for the enterprise is achieved."""
        needed = [made.document["status"] for made in self.objectives if made.document["required_for_enterprise"]]
        return "achieved" in needed and set(needed) <= {"achieved", "revised"}
