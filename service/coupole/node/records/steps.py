"""The nine steps of one accompaniment: done, due, missing or not yet, with the reason and what settles it.

A step is *due* while the accompaniment stands where the step is made, *missing* once it has gone past it or is late,
*not yet* before. Whoever lost a job stands where the work began again: steps 8 and 9 are not yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from coupole.errors import Finding
from coupole.node.records import conditions, follow_ups, meetings
from coupole.node.records.project import (
    FILE,
    INSERTION,
    accompaniment,
    each,
    first_day,
    found,
    hire_on,
    is_final,
    phase_history,
)
from coupole.node.store.changes import StoredDossier
from coupole.standard.calendar import last_day

ORDER = (
    "referred",
    "drafting",
    "agreement",
    "planned",
    "preparation",
    "insertion_coop",
    "insertion_enterprise",
    "hired",
    "concluded",
)
State = Literal["done", "due", "missing", "not_yet"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``findings``: why it is not done, what matters most first; none when it is done."""

    number: int
    state: State
    findings: tuple[Finding, ...] = ()

    @property
    def code(self) -> str:
        """The reason, a code with its sentence; empty when the step is done."""
        return self.findings[0].code if self.findings else ""

    @property
    def settled_by(self) -> str:
        """The kind of record that settles it; empty when the step is done."""
        return str(self.findings[0].params["settled_by"]) if self.findings else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the accompaniment stands today: the rank of its phase, suspensions and ends left out."""

    dossier: StoredDossier
    today: date
    rank: int
    closed_on: date | None
    passed: frozenset[str]
    """The phases it has been through."""

    @property
    def without_hire(self) -> bool:
        """Whether its pathway does not look for a hire."""
        return accompaniment(self.dossier)["pathway"] in conditions.WITHOUT_HIRE

    def at_least(self, phase: str) -> bool:
        """Whether it stands at a phase or beyond."""
        return self.rank >= ORDER.index(phase)

    def day_of(self, phase: str) -> date:
        """The day it came to a phase or beyond for the first time; today when it has not."""
        return first_day(self.dossier, ORDER[ORDER.index(phase) :]) or self.day

    @property
    def day(self) -> date:
        """Today, or the day it was closed."""
        return self.closed_on or self.today


def steps(dossier: StoredDossier, today: date) -> list[Step]:
    """The nine steps in their order, as of ``today``."""
    rows = phase_history(dossier)
    ranks = [ORDER.index(row.phase) for row in rows if row.phase in ORDER]
    closed_on = rows[-1].start if is_final(rows[-1].phase) else None
    standing = Standing(dossier, today, ranks[-1] if ranks else 0, closed_on, frozenset(row.phase for row in rows))
    return [_closed_early(standing, step(standing)) for step in STEPS]


def _closed_early(standing: Standing, step: Step) -> Step:
    """In a file that ended early nothing is due any more."""
    if standing.closed_on is None or standing.at_least("concluded") or step.state in ("done", "missing"):
        return step
    return Step(step.number, "not_yet", (_reason("ended_early", "R13", "closure"),))


def _referred(standing: Standing) -> Step:
    """1: the person is followed by a social service."""
    dossier = standing.dossier
    unmet = conditions.referral_accepted(dossier, standing.day) + conditions.service_named(dossier)
    return _step(1, unmet, late=standing.at_least("drafting"))


def _drafted(standing: Standing) -> Step:
    """2: the agency drafts the project and plans the evaluations with the service."""
    if not standing.at_least("drafting"):
        return _not_yet(2, "plan")
    return _step(2, conditions.plan_drafted(standing.dossier, standing.day), late=standing.at_least("agreement"))


def _agreed(standing: Standing) -> Step:
    """3: an agreement with the administration."""
    if not standing.at_least("agreement"):
        return _not_yet(3, "agreement")
    unmet = conditions.agreement_covers(standing.dossier, standing.day_of("planned"))
    return _step(3, unmet, late=standing.at_least("planned"))


def _teamed(standing: Standing) -> Step:
    """4: a responsible and a team; as long as the person is placed, today's."""
    if not standing.at_least("agreement"):
        return _not_yet(4, "team")
    placed = accompaniment(standing.dossier)["phase"] in INSERTION
    day = standing.today if placed else standing.day_of("planned")
    return _step(4, conditions.team_complete(standing.dossier, day), late=standing.at_least("planned"))


def _projected(standing: Standing) -> Step:
    """5: the project is made with the person, who signs it."""
    if not standing.at_least("drafting"):
        return _not_yet(5, "plan")
    return _step(5, conditions.plan_signed(standing.dossier, standing.day), late=standing.at_least("planned"))


def _met(standing: Standing) -> Step:
    """6: the team meets every month; what it changes in the objectives is minuted."""
    dossier = standing.dossier
    if first_day(dossier, INSERTION) is None:
        return _not_yet(6, "team_meeting")
    undecided = [finding for placed in each(dossier, "objective") for finding in conditions.decided(dossier, placed)]
    held = [one["held_on"] for one in meetings.monthly(dossier) if "held_on" in one]
    placed = accompaniment(dossier)["phase"] in INSERTION
    due_on = meetings.owed_on(dossier, standing.today, max(held, default=None)) if placed else standing.day
    # Like the figures: a month is missed once it has gone by without a meeting.
    if undecided or (standing.today > last_day(due_on) if placed else not held):
        return Step(6, "missing", (*undecided, _reason("meeting_overdue", "R6", "team_meeting"))[:1])
    if placed and (due_on <= standing.today or not held):
        return Step(6, "due", (_reason("meeting_due", "R6", "team_meeting"),))
    return Step(6, "done")


def _ready(standing: Standing) -> Step:
    """7: the co-operative phase ends when all objectives needed for the enterprise are achieved."""
    dossier, rows = standing.dossier, phase_history(standing.dossier)
    if not standing.at_least("insertion_coop"):
        return _not_yet(7, "objective")
    back = standing.rank == ORDER.index("insertion_coop")
    if back or standing.passed.isdisjoint(("insertion_enterprise", "hired")):
        if standing.without_hire:
            return Step(7, "not_yet", (_reason("hire_not_expected", "R7", "accompaniment"),))
        pending = conditions.objectives_achieved(dossier, standing.day)
        return Step(7, "due", tuple(pending) or (_reason("enterprise_open", "R7", "placement"),))
    moved = [row.start for before, row in pairwise(rows) if (before.phase, row.phase) == INSERTION]
    unmet = conditions.objectives_achieved(dossier, moved[-1]) if moved else []
    return _step(7, [finding for finding in unmet if finding.blocking], late=True)


def _followed(standing: Standing) -> Step:
    """8: hired; the accompaniment goes on for three months."""
    dossier, day = standing.dossier, standing.day
    if not standing.at_least("hired") or "hired" not in standing.passed:
        code = "hire_not_expected" if standing.without_hire else "step_not_reached"
        return Step(8, "not_yet", (_reason(code, "R8", "placement"),))
    hire = hire_on(dossier, day)
    if hire is None:
        return Step(8, "missing", (found("hire_missing", "/placement", "R8", "placement"),))
    unscheduled = [finding for finding in follow_ups.followed(dossier, hire) if finding.blocking]
    checks = [follow_ups.check(placed, day) for placed in follow_ups.of_hire(dossier, hire.document)]
    needed = [check for check in checks if check.month in follow_ups.REQUIRED]
    late = [
        found("follow_up_overdue", check.placed.place, "R8", "follow_up") for check in needed if check.state == "late"
    ]
    if unscheduled or late:
        return Step(8, "missing", (*unscheduled, *late))
    if follow_ups.three_months_passed(dossier, day) or any(check.state == "due" for check in needed):
        return Step(8, "due", (_reason("follow_up_running", "R8", "follow_up"),))
    return Step(8, "done")


def _concluded(standing: Standing) -> Step:
    """9: concluded when a stable job and adequate behaviour are verified."""
    dossier, day = standing.dossier, standing.day
    unmet = conditions.closed(dossier)
    if standing.at_least("hired") and "hired" in standing.passed:
        early = follow_ups.three_months_passed(dossier, day)
        if early and standing.closed_on is None:
            return Step(9, "not_yet", tuple(early))
        unmet = [*early, *unmet, *conditions.verified(dossier, day)]
    elif not standing.at_least("concluded"):
        return _not_yet(9, "closure")
    if standing.closed_on is None and not unmet:
        unmet = [_reason("conclusion_open", "R9", "accompaniment")]
    return _step(9, unmet, late=standing.at_least("concluded"))


def _step(number: int, unmet: list[Finding], *, late: bool) -> Step:
    if not unmet:
        return Step(number, "done")
    return Step(number, "missing" if late else "due", tuple(unmet))


def _not_yet(number: int, settled_by: str) -> Step:
    return Step(number, "not_yet", (_reason("step_not_reached", f"R{number}", settled_by),))


def _reason(code: str, rule: str, settled_by: str) -> Finding:
    return found(code, f"{FILE}/phase", rule, settled_by, blocking=False)


STEPS: tuple[Callable[[Standing], Step], ...] = (
    _referred,
    _drafted,
    _agreed,
    _teamed,
    _projected,
    _met,
    _ready,
    _followed,
    _concluded,
)
