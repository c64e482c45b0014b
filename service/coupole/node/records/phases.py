"""Where an accompaniment stands, where it may go, and what it lacks to go there.

``phase.json`` holds the graph, this module the guards of its arrows. The same functions serve pages and API, so that an
illegal change gets the same answer in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from coupole.errors import Finding
from coupole.node.records import conditions, follow_ups
from coupole.node.records.project import (
    FILE,
    INSERTION,
    WORKING,
    Interval,
    Words,
    accompaniment,
    day_of,
    found,
    is_final,
    phase_history,
)
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.calendar import add_months
from coupole.standard.codes import code_list

SUSPENDED_MONTHS = 12


class Move(NamedTuple):
    """A change of phase. ``before``: the phases before it, the present one last."""

    before: tuple[str, ...]
    phase: str
    day: date
    decided_in: str | None
    place: str
    reason: str | None = None


def check_transition(
    dossier: StoredDossier,
    phase: str,
    today: date,
    *,
    on: date | None = None,
    decided_in: str | None = None,
    reason: str | None = None,
) -> list[Finding]:
    """What stands between the accompaniment and ``phase``; it may go there when no finding is blocking.

    ``on``: the day of the change, when it is not today; ``decided_in``: the meeting or evaluation that decided it;
    ``reason``: why, in words.
    """
    day = on or today
    rows = phase_history(dossier)
    move = Move(tuple(row.phase for row in rows), phase, day, decided_in, f"{FILE}/phase", reason)
    return check_arrow(dossier, phase, day, today) or _guarded(dossier, move)


def check_arrow(dossier: StoredDossier, phase: str, day: date, today: date) -> list[Finding]:
    """Whether the graph leads to ``phase``, on a day that is neither still to come nor before the present phase."""
    last = phase_history(dossier)[-1]
    if not _is_arrow(last.phase, phase):
        return [_no_arrow(last.phase, phase, f"{FILE}/phase")]
    return _dated(last, day, today)


def allowed(dossier: StoredDossier, today: date) -> dict[str, list[Finding]]:
    """Every phase with what stands between it and the accompaniment today."""
    return {phase: check_transition(dossier, phase, today) for phase in code_list("phase").ids}


def check_change(dossier: StoredDossier, before: Document | None, today: date) -> list[Finding]:
    """What is wrong with the phases of an accompaniment that was rewritten.

    The dossier holds it as it would be; ``before`` is how it was (none: it is new). What was there already is taken as
    it stands, so that a register from long ago can be entered; what is added needs its guards.
    """
    known = {(row["phase"], row["from"]) for row in before["phase_history"]} if before else set()
    rows = phase_history(dossier)
    problems = history_findings(dossier, today)
    for number, row in enumerate(rows):
        if before and number and (row.phase, row.start.isoformat()) not in known:
            problems += [finding for finding in _of_row(dossier, rows, number) if finding not in problems]
    return problems


def replayed(dossier: StoredDossier) -> list[Finding]:
    """The guards of every change of phase so far, looked at again as of its day."""
    rows = phase_history(dossier)
    return [finding for number in range(1, len(rows)) for finding in _of_row(dossier, rows, number)]


def entered(file: Document, phase: str, on: date, decided_in: str | None = None, reason: str | None = None) -> Document:
    """The accompaniment as it is once it entered ``phase`` on a day: history and dates follow."""
    day = on.isoformat()
    *past, last = file["phase_history"]
    told = {"decided_in": decided_in, "reason": reason}
    row = {"phase": phase, "from": day, **{name: value for name, value in told.items() if value}}
    dates: Document = {}
    if phase in WORKING and "started_on" not in file:
        dates["started_on"] = day
    if phase == "hired":
        dates["hired_on"] = day
    if is_final(phase):
        dates["closed_on"] = day
    return {**file, **dates, "phase": phase, "phase_history": [*past, {**last, "to": day}, row]}


def returned(file: Document, phase: str) -> Document | None:
    """The accompaniment as it was in the last time of an earlier phase, what came after forgotten; none: never there.

    Its journal keeps all of it.
    """
    rows = file["phase_history"]
    places = [number for number, row in enumerate(rows[:-1]) if row["phase"] == phase]
    if not places:
        return None
    kept = [*rows[: places[-1]], {name: value for name, value in rows[places[-1]].items() if name != "to"}]
    hired = [row["from"] for row in kept if row["phase"] == "hired"]
    dates = {"hired_on": hired[-1]} if hired else {}
    if any(row["phase"] in WORKING for row in kept) and "started_on" in file:
        dates["started_on"] = file["started_on"]
    left = {name: value for name, value in file.items() if name not in ("started_on", "hired_on", "closed_on")}
    return {**left, **dates, "phase": phase, "phase_history": kept}


def history_findings(dossier: StoredDossier, today: date) -> list[Finding]:
    """R13: the history starts with the file, has no gaps or overlaps, follows the graph, and ends where the file is."""
    file, rows = accompaniment(dossier), phase_history(dossier)
    problems = []
    if rows[0].start != day_of(file, "opened_on"):
        problems.append(_wrong("phase_history_start", f"{rows[0].place}/from"))
    for earlier, later in pairwise(rows):
        problems += _joined(earlier, later)
    problems += [_wrong("phase_history_backwards", f"{row.place}/to") for row in rows if row.to and row.to < row.start]
    problems += _standing(file, rows[-1], today)
    return problems


def _joined(earlier: Interval, later: Interval) -> list[Finding]:
    problems = []
    if earlier.to is None or earlier.to > later.start:
        problems.append(_wrong("phase_history_overlap", f"{earlier.place}/to"))
    elif earlier.to < later.start:
        problems.append(_wrong("phase_history_gap", f"{later.place}/from"))
    if not _is_arrow(earlier.phase, later.phase):
        problems.append(_no_arrow(earlier.phase, later.phase, f"{later.place}/phase"))
    return problems


def _standing(file: Document, last: Interval, today: date) -> list[Finding]:
    problems = []
    if last.phase != file["phase"]:
        problems.append(_wrong("phase_differs", f"{FILE}/phase"))
    if last.to is not None and not is_final(last.phase):
        problems.append(_wrong("phase_history_ended", f"{last.place}/to"))
    if last.start > today:
        problems.append(_wrong("transition_in_future", f"{last.place}/from"))
    if last.phase == "suspended" and add_months(last.start, SUSPENDED_MONTHS) < today:
        problems.append(_wrong("suspended_too_long", last.place, blocking=False, params={"months": SUSPENDED_MONTHS}))
    return problems


def _of_row(dossier: StoredDossier, rows: Sequence[Interval], number: int) -> list[Finding]:
    """The guards of the change that began a row. What the graph does not have is said by ``history_findings``."""
    row = rows[number]
    if not _is_arrow(rows[number - 1].phase, row.phase):
        return []
    before = tuple(earlier.phase for earlier in rows[:number])
    decided_in, reason = row.row.get("decided_in"), row.row.get("reason")
    return _guarded(dossier, Move(before, row.phase, row.start, decided_in, row.place, reason))


def _dated(last: Interval, day: date, today: date) -> list[Finding]:
    if day > today:
        return [_wrong("transition_in_future", f"{FILE}/phase")]
    if day < last.start:
        return [_wrong("transition_before_phase", f"{FILE}/phase")]
    return []


def _guarded(dossier: StoredDossier, move: Move) -> list[Finding]:
    """The guards of an arrow, as the method lists them."""
    day = move.day
    match move.before[-1], move.phase:
        case _, "drafting":
            return conditions.referral_accepted(dossier, day) + conditions.service_named(dossier)
        case _, "agreement":
            return conditions.plan_drafted(dossier, day)
        case _, "planned":
            ready = conditions.agreement_covers(dossier, day) + conditions.team_complete(dossier, day)
            return ready + conditions.plan_signed(dossier, day)
        case _, "insertion_coop" | "insertion_enterprise":
            return _inserted(dossier, move)
        case _, "hired":
            return follow_ups.hired(dossier, day)
        case "hired", "concluded":
            verified = conditions.closed(dossier) + conditions.verified(dossier, day)
            return follow_ups.three_months_passed(dossier, day) + verified
        case _, "concluded":
            return conditions.may_end_without_hire(dossier) + conditions.closed(dossier)
        case _, "suspended" if move.reason:
            return []
        case _, "suspended":
            return conditions.suspension_reasoned(dossier, day, move.decided_in, move.place)
        case _, "discontinued" | "not_started":
            return conditions.closed(dossier)
        case _:  # to preparation, which nothing guards
            return []


def _inserted(dossier: StoredDossier, move: Move) -> list[Finding]:
    before = [phase for phase in move.before if phase != "suspended"]
    came_from = before[-1] if before else ""
    problems = follow_ups.job_lost(dossier, move.day) if came_from == "hired" else []
    # A suspension is no way round the end of the co-operative phase.
    if came_from == "insertion_coop" and move.phase == "insertion_enterprise":
        problems += conditions.objectives_achieved(dossier, move.day)
    # Who was placed before may come back to the placement that went on; else one starts that day.
    starting = not set(before) & {*INSERTION, "hired"}
    return problems + conditions.placed(dossier, move.day, move.phase, starting=starting)


def _is_arrow(phase: str, following: str) -> bool:
    return following in (code_list("phase").attribute(phase, "next") or ())


def _no_arrow(phase: str, following: str, place: str) -> Finding:
    return found("transition_not_allowed", place, "R13", "accompaniment", params={"from": phase, "to": following})


def _wrong(code: str, place: str, *, blocking: bool = True, params: Words | None = None) -> Finding:
    return found(code, place, "R13", "accompaniment", blocking=blocking, params=params)
