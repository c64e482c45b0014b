"""What is due, for whom, and how late: the first thing a coach sees in the morning.

Pure over one dossier (``due``). Over all files (``due_list``) each dossier is read once a day and again when one of its
documents changed, and what is due is kept in memory: 500 files are answered in milliseconds, and nothing stands on disk
that erasure would have to find.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlmodel import Session

from coupole.database import listed
from coupole.node.records import conditions, follow_ups, meetings, renewals
from coupole.node.records.project import (
    INSERTION,
    WORKING,
    accompaniment,
    closure,
    day_of,
    each,
    is_final,
    phase_history,
    plan_on,
    team_on,
)
from coupole.node.store import Store
from coupole.node.store.changes import Document, StoredDossier
from coupole.node.store.dossiers import dossiers
from coupole.node.store.tables import HEAD, JOURNAL, RECORD
from coupole.standard.calendar import add_months, last_day

Kind = Literal[
    "meeting",
    "evaluation",
    "follow_up",
    "exit_follow_up",
    "agreement",
    "plan_signature",
    "plan_renewal",
    "entry_answers",
    "exit_answers",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
AHEAD = timedelta(days=14)
"""How long beforehand something is shown."""
AGREEMENT_AHEAD = timedelta(days=60)
"""An agreement takes longer to renew."""
EXIT_ANSWERS = timedelta(days=28)
"""ESF+ takes the last situation within four weeks of leaving."""
NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do for one person. ``record``: what it is written in already; none when that is still to be made."""

    kind: Kind
    accompaniment: str
    participant: str
    responsible: str
    people: frozenset[str]
    """The actors who accompany today: the responsible and the team."""
    record: str | None
    due_on: date
    late_days: int
    """Days since; negative while it is still to come."""
    settled_by: str
    """The kind of record that settles it."""
    month: int | None = None
    """Of a follow-up: how many months after."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing to do, before it is said for whom."""

    kind: Kind
    due_on: date
    settled_by: str
    record: str | None = None
    month: int | None = None


def due(dossier: StoredDossier, today: date) -> list[Due]:
    """What is due for one accompaniment today or soon, the most overdue first."""
    file = accompaniment(dossier)
    responsible = file["responsible"]
    people = frozenset({responsible, *(member["actor"] for member in team_on(dossier, today))})
    found = [
        Due(
            one.kind,
            dossier.id,
            file["participant"],
            responsible,
            people,
            one.record,
            one.due_on,
            (today - one.due_on).days,
            one.settled_by,
            one.month,
        )
        for reason in REASONS
        for one in reason(dossier, today)
        if one.due_on <= today + (AGREEMENT_AHEAD if one.kind == "agreement" else AHEAD)
    ]
    return sorted(found, key=lambda one: (one.due_on, KINDS.index(one.kind), one.record or ""))


def due_list(session: Session, store: Store, today: date, *, responsible: str | None = None) -> list[Due]:
    """What is due in all files, the most overdue first; of one actor's files, or of all."""
    kept = _KEPT.setdefault(store.engine, _Kept())
    found = kept.current(session, store, today)
    return [one for one in found if responsible is None or one.responsible == responsible]


@dataclass
class _Kept:
    """What is due in each file, as of one day and one row of the journal."""

    day: date | None = None
    seq: int = 0
    files: dict[str, list[Due]] = field(default_factory=dict)
    sources: dict[str, frozenset[str]] = field(default_factory=dict)
    """File -> the documents outside it that it was read with."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self, session: Session, store: Store, today: date) -> list[Due]:
        seq = session.scalar(select(HEAD.c.seq)) or 0
        with self.lock:
            if today != self.day:
                self._read(session, store, today, {*_every_file(session), *self.files})
            elif seq > self.seq:
                self._read(session, store, today, self._stale(session))
            self.day, self.seq = today, max(seq, self.seq)
            found = [one for those in self.files.values() for one in those]
        return sorted(found, key=lambda one: (one.due_on, one.accompaniment, KINDS.index(one.kind)))

    def _stale(self, session: Session) -> set[str]:
        """The files that something was written for since, an erasure included."""
        written = set(session.scalars(select(JOURNAL.c.record).where(JOURNAL.c.seq > self.seq)))
        alive = select(RECORD.c.id, RECORD.c.accompaniment, RECORD.c.participant)
        found = {file for file, sources in self.sources.items() if sources & written} | (written & self.files.keys())
        for row in session.execute(alive.where(RECORD.c.id.in_(listed(session, written)))):
            found |= {row.accompaniment} if row.accompaniment else set()
        return found

    def _read(self, session: Session, store: Store, today: date, files: set[str]) -> None:
        fresh = list(_read(session, store, today, files))
        for file in files:
            self.files.pop(file, None)
            self.sources.pop(file, None)
        for file, found, sources in fresh:
            self.files[file], self.sources[file] = found, sources


def _read(
    session: Session, store: Store, today: date, files: Iterable[str]
) -> Iterator[tuple[str, list[Due], frozenset[str]]]:
    """File, what is due in it, and every document it was read with; files that are gone are left out."""
    for dossier in dossiers(session, store.vault, sorted(files)):
        inside = (one["id"] for those in dossier.documents.values() for one in those)
        yield dossier.id, due(dossier, today), frozenset((*inside, *dossier.outside))


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
"""One for each open database of this process."""


def _every_file(session: Session) -> list[str]:
    return list(session.scalars(select(RECORD.c.id).where(RECORD.c.entity == "accompaniment")))


def _meetings(dossier: StoredDossier, today: date) -> Iterator[Deadline]:
    """R6: the team meets every month while the person is placed; what is planned otherwise is held too."""
    file = accompaniment(dossier)
    if not is_final(file["phase"]):
        others = (placed.document for placed in each(dossier, "team_meeting"))
        yield from (
            _planned("meeting", "team_meeting", one) for one in others if one["type"] != "team_monthly" and _waits(one)
        )
    if file["phase"] in INSERTION:
        yield _monthly(dossier, today)


def _monthly(dossier: StoredDossier, today: date) -> Deadline:
    """The next monthly meeting: on the day agreed, and within the month that must not go by without one."""
    known, since = meetings.monthly(dossier), meetings.counted_since(dossier)
    last = max((one for one in known if "held_on" in one), key=lambda one: str(one["held_on"]), default=None)
    owed = meetings.owed_on(dossier, today, last["held_on"] if last else None)
    waiting = ((date.fromisoformat(one["planned_on"]), one["id"]) for one in known if _waits(one))
    fixed, record = min((one for one in waiting if one[0] >= since), default=(None, None))
    agreed = fixed or (day_of(last, "next_on") if last else None)
    due_on = min(agreed, last_day(owed)) if agreed and agreed >= since else owed
    return Deadline("meeting", due_on, "team_meeting", record)


def _waits(meeting: Document) -> bool:
    return "held_on" not in meeting and "cancelled_reason" not in meeting


def _evaluations(dossier: StoredDossier, today: date) -> Iterator[Deadline]:
    """R2: evaluations that are planned, or else the next one the plan asks for."""
    file = accompaniment(dossier)
    if is_final(file["phase"]):
        return
    evaluations = [placed.document for placed in each(dossier, "evaluation")]
    planned = [one for one in evaluations if "held_on" not in one]
    yield from (_planned("evaluation", "evaluation", one) for one in planned)
    plan = plan_on(dossier, today)
    if planned or plan is None or file["phase"] not in WORKING:
        return
    held = max((one for one in evaluations if "held_on" in one), key=lambda one: str(one["held_on"]), default=None)
    since = held["held_on"] if held else max(plan.document["drafted_on"], file.get("started_on", ""))
    due_on = day_of(held, "next_planned_on") if held else None
    due_on = due_on or _scheduled(plan.document["evaluation_schedule"], date.fromisoformat(since))
    if due_on is not None:
        yield Deadline("evaluation", due_on, "evaluation")


def _scheduled(schedule: Document, since: date) -> date | None:
    if "every_months" in schedule:
        return add_months(since, schedule["every_months"])
    return min((day for text in schedule["dates"] if (day := date.fromisoformat(text)) > since), default=None)


def _follow_ups(dossier: StoredDossier, today: date) -> Iterator[Deadline]:
    """R8: follow-ups nobody made yet; half a year after leaving for who is funded by ESF+."""
    file, ending = accompaniment(dossier), closure(dossier)
    if ending is not None and ending.document["reason"] == "death":
        return
    for check in follow_ups.checks(dossier, today):
        if check.state in ("planned", "due", "late"):
            kind: Kind = "follow_up" if check.placed.document["reference"] == "hire" else "exit_follow_up"
            yield Deadline(kind, check.due_on, "follow_up", check.placed.document["id"], check.month)
    asked = any(placed.document["reference"] == "exit" for placed in each(dossier, "follow_up"))
    if is_final(file["phase"]) and not asked and _is_counted(file) and "closed_on" in file:
        due_on = add_months(date.fromisoformat(file["closed_on"]), follow_ups.AFTER_EXIT)
        yield Deadline("exit_follow_up", due_on, "follow_up", None, follow_ups.AFTER_EXIT)


def _agreements(dossier: StoredDossier, today: date) -> Iterator[Deadline]:
    """R3: the agreement that covers the file ends, and none covers the day after."""
    file = accompaniment(dossier)
    agreement = dossier.outside.get(file.get("agreement") or "")
    ends_on = day_of(agreement, "valid_to") if agreement else None
    if agreement is None or ends_on is None or is_final(file["phase"]):
        return
    if conditions.agreement_covers(dossier, ends_on + timedelta(days=1)):
        yield Deadline("agreement", ends_on, "agreement", agreement["id"])


def _signatures(dossier: StoredDossier, today: date) -> Iterator[Deadline]:
    """R5: the version of the plan that holds waits for the person's signature."""
    plan, rows = plan_on(dossier, today), phase_history(dossier)
    ready = next((row.start for row in rows if row.phase not in ("referred", "drafting")), None)
    if plan is None or ready is None or is_final(rows[-1].phase) or not conditions.plan_signed(dossier, today):
        return
    due_on = max(ready, date.fromisoformat(plan.document["drafted_on"]))
    yield Deadline("plan_signature", due_on, "plan", plan.document["id"])


def _renewals(dossier: StoredDossier, today: date) -> Iterator[Deadline]:
    """R5: the person signs again when the team changed the objectives."""
    old = renewals.overtaken(dossier, today)
    if old is not None:
        yield Deadline("plan_renewal", old.due_on, "plan", old.plan.document["id"])


def _answers(dossier: StoredDossier, today: date) -> Iterator[Deadline]:
    """R11: the situation at entry and at exit, all of its questions asked."""
    file, ending = accompaniment(dossier), closure(dossier)
    started, closed = day_of(file, "started_on"), day_of(file, "closed_on")
    if started is not None:
        yield from _unanswered(dossier, "entry", started)
    if started is not None and closed is not None and not (ending and ending.document["reason"] == "death"):
        yield from _unanswered(dossier, "exit", closed + EXIT_ANSWERS)


def _unanswered(dossier: StoredDossier, stage: Literal["entry", "exit"], due_on: date) -> Iterator[Deadline]:
    kind: Kind = "entry_answers" if stage == "entry" else "exit_answers"
    told = [placed for placed in each(dossier, "status_observation") if placed.document["stage"] == stage]
    if not told:
        yield Deadline(kind, due_on, "status_observation")
    for placed in told:
        if NOT_ASKED in placed.document.get("missing", {}).values():
            yield Deadline(kind, due_on, "status_observation", placed.document["id"])


def _planned(kind: Kind, settled_by: str, document: Document) -> Deadline:
    return Deadline(kind, date.fromisoformat(document["planned_on"]), settled_by, document["id"])


def _is_counted(file: Document) -> bool:
    return "started_on" in file and any(one["programme"] == "esfplus_operation" for one in file["programmes"])


REASONS: tuple[Callable[[StoredDossier, date], Iterator[Deadline]], ...] = (
    _meetings,
    _evaluations,
    _follow_ups,
    _agreements,
    _signatures,
    _renewals,
    _answers,
)
