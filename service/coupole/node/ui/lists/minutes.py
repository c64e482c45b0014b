"""What somebody types about a meeting of officers, between the page and the records: one draft, one write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.datastructures import FormData
from ulid import ULID

from coupole.errors import Finding
from coupole.node.records.register import Register
from coupole.node.store.changes import Change, Document
from coupole.standard.codes import code_list

MOST_ROWS = 50
LONGEST = 5_000
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Planned:
    """A training of staff as it is typed. ``record``: none while it is new."""

    record: str = ""
    revision: int = 0
    kind: str = "staff_training"
    first: str = ""
    last: str = ""
    hours: str = ""
    actors: frozenset[str] = frozenset()
    dropped: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was typed into a new row."""
        return not (self.record or self.first or self.last or self.hours)


@dataclass(frozen=True, slots=True)
class Draft:
    """A meeting as it is typed. ``came``: ``yes`` or ``no`` of each who was invited."""

    agency: str
    held_on: str
    came: Mapping[str, str]
    reviewed: frozenset[str] = frozenset()
    topics: str = ""
    trainings: Sequence[Planned] = ()
    revision: int = 0
    """Of the meeting this was made from; 0 for a new one."""
    findings: Sequence[Finding] = field(default=())


def of_form(form: FormData) -> Draft:
    """What was sent; whatever is too long or no choice of ours is left out."""
    chosen = [one for one in _all(form, "attendee") if _text(form, f"came.{one}") in (YES, NO)]
    rows = range(min(int(_text(form, "rows") or 0), MOST_ROWS)) if _text(form, "rows").isdecimal() else range(0)
    return Draft(
        agency=_text(form, "agency"),
        held_on=_text(form, "held_on"),
        came={one: _text(form, f"came.{one}") for one in chosen},
        reviewed=frozenset(_all(form, "reviewed")),
        topics=_text(form, "topics"),
        trainings=[_planned(form, f"training.{row}") for row in rows],
        revision=_whole(_text(form, "revision")),
    )


def _planned(form: FormData, at: str) -> Planned:
    return Planned(
        record=_text(form, f"{at}.record"),
        revision=_whole(_text(form, f"{at}.revision")),
        kind=_text(form, f"{at}.kind"),
        first=_text(form, f"{at}.first"),
        last=_text(form, f"{at}.last"),
        hours=_text(form, f"{at}.hours"),
        actors=frozenset(_all(form, f"{at}.actor")),
        dropped=_text(form, f"{at}.drop") == YES,
    )


def of_documents(meeting: Document, trainings: Iterable[Document]) -> Draft:
    """The draft somebody changes: a meeting and its trainings as they are written."""
    return Draft(
        agency=meeting["agency"],
        held_on=meeting["held_on"],
        came={one["actor"]: YES if one["present"] else NO for one in meeting["attendees"]},
        reviewed=frozenset(meeting.get("accompaniments_reviewed", ())),
        topics="\n".join(meeting.get("topics", ())),
        trainings=[
            Planned(
                one["id"],
                one["revision"],
                one["type"],
                one["from"],
                one["to"],
                f"{one['hours']:g}",
                frozenset(one.get("actors", ())),
            )
            for one in trainings
        ],
        revision=meeting["revision"],
    )


def findings(draft: Draft, today: date) -> list[Finding]:
    """What must be put right before this can be kept; ``pointer`` names the field of the page."""
    found = []
    if day(draft.held_on) is None:
        found.append(Finding("meeting_day_missing", "held_on"))
    elif draft.held_on > today.isoformat():
        found.append(Finding("meeting_not_held_yet", "held_on"))
    if not draft.agency:
        found.append(Finding("meeting_agency_missing", "agency"))
    if not draft.came:
        found.append(Finding("meeting_attendees_missing", "came"))
    for row, training in enumerate(draft.trainings):
        if not (training.empty or training.dropped):
            found += _of_training(training, f"training.{row}")
    return found


def _of_training(training: Planned, at: str) -> list[Finding]:
    found = []
    if training.kind not in code_list("action_type").ids:
        found.append(Finding("training_kind_missing", f"{at}.kind"))
    first, last = day(training.first), day(training.last or training.first)
    if first is None:
        found.append(Finding("training_day_missing", f"{at}.first"))
    if last is None or (first and last < first):
        found.append(Finding("training_days_unordered", f"{at}.last"))
    hours = _hours(training.hours)
    if hours is None or not 0 < hours <= 2_000:
        found.append(Finding("training_hours_missing", f"{at}.hours"))
    if not training.actors:
        found.append(Finding("training_actors_missing", f"{at}.actor"))
    return found


def changes(draft: Draft, record: str | None, base: Document, register: Register, node: str) -> list[Change]:
    """The meeting with its trainings, to be written together. ``base``: what the meeting held before."""
    kept, made = [], []
    for training in draft.trainings:
        if training.empty or (training.dropped and not training.record):
            continue
        if training.dropped:
            made.append(Change("action", None, id=training.record, expect=training.revision))
            continue
        one = training.record or f"{node}:action:{ULID()}"
        kept.append(one)
        made.append(Change("action", _action(training, draft.agency), id=one, expect=training.revision or None))
    meeting = _meeting(draft, base, register, kept)
    return [*made, Change("coordination_meeting", meeting, id=record, expect=draft.revision if record else None)]


def _action(training: Planned, agency: str) -> Document:
    hours = _hours(training.hours) or 0
    return {
        "audience": "staff",
        "actors": sorted(training.actors),
        "type": training.kind,
        "provider": agency,
        "from": training.first,
        "to": training.last or training.first,
        "hours": int(hours) if hours == int(hours) else hours,
        "extensions": {},
    }


def _meeting(draft: Draft, base: Document, register: Register, trainings: list[str]) -> Document:
    before = {one["actor"]: one["organisation"] for one in base.get("attendees", ())}
    actors = register.of("actor")
    attendees = [
        {"organisation": before.get(one) or actors[one]["organisation"], "actor": one, "present": answer == YES}
        for one, answer in draft.came.items()
        if one in before or one in actors
    ]
    topics = list(dict.fromkeys(line.strip() for line in draft.topics.splitlines() if line.strip()))
    lists = {
        "accompaniments_reviewed": sorted(draft.reviewed),
        "topics": topics,
        "training_planned": trainings,
    }
    document: dict[str, Any] = {
        "agency": draft.agency,
        "held_on": draft.held_on,
        "attendees": attendees,
        "extensions": base.get("extensions", {}),
    }
    return document | {name: values for name, values in lists.items() if values}


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _all(form: FormData, name: str) -> list[str]:
    return list(dict.fromkeys(one for one in form.getlist(name) if isinstance(one, str) and len(one) < 100))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def day(text: str) -> date | None:
    """The day that was typed; none when it is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hours(text: str) -> float | None:
    """Hours with a comma or a point."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
