"""What was deleted in the last thirty days and the way back; closed files and how long they are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records.bin import Closed, Deleted, NothingToRestore, closed_files, deleted, restore
from coupole.node.records.register import full_name
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists.seeing import ASSIGNED, NONE, TEAM, Sight, sight_of
from coupole.node.ui.lists.trades import labels
from coupole.standard.entities import ENTITIES

DAYS = ("held_on", "planned_on", "observed_on", "checked_on", "signed_on", "drafted_on", "set_on", "referred_on")
FIRST_DAYS = (*DAYS, "opened_on", "closed_on", "due_on", "period_from", "from")
"""The day that tells one document from another of its kind: the first of these that it has."""
SHOWN = 20
"""Closed files on the page: those that were closed first, for they are the first that may go."""


@dataclass(frozen=True, slots=True)
class Item:
    """One document that can be brought back."""

    record: str
    kind: str
    name: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Batch:
    """What was deleted together, and comes back together."""

    items: Sequence[Item]
    person: str
    by: str
    at: datetime
    days_left: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A closed file, and the last day it has to be kept."""

    file: str
    name: str
    phase: str
    closed_on: date
    kept_until: date
    spent: bool


def show(visit: Visit) -> Response:
    """What can be brought back, and the closed files."""
    with visit.node.store.reading() as session:
        sight = sight_of(visit, session)
        found = _allowed(sight, deleted(session, visit.node.store, visit.now))
        names = visit.who(session, {one.actor for one in found})
        closed = [one for one in closed_files(session, visit.today) if sight.sees(one.accompaniment)]
    return visit.page(
        "lists/bin.html",
        batches=[_batch(visit, sight, those, names) for those in _together(found)],
        closed=[_kept(visit, sight, one) for one in closed[:SHOWN]],
        spent=sum(one.spent for one in closed),
        total=len(closed),
    )


def bring_back(visit: Visit, form: FormData) -> Response:
    """Bring back what was deleted together. Raises ``NothingToRestore``, ``ReferenceMissing``."""
    wanted = [one for one in form.getlist("record") if isinstance(one, str)]
    with visit.node.store.writing() as session:
        allowed = _allowed(sight_of(visit, session), deleted(session, visit.node.store, visit.now))
        if not set(wanted) <= {one.id for one in allowed}:
            raise NothingToRestore()
        restore(session, visit.node.store, wanted, visit.context())
    return visit.see_other("/bin", notice="restored")


def _allowed(sight: Sight, found: Sequence[Deleted]) -> list[Deleted]:
    """Those the visitor might have deleted themselves."""
    gone = {one.id: one.document["responsible"] for one in found if one.entity == "accompaniment"}
    files: defaultdict[str, set[str]] = defaultdict(set)
    for person, own in sight.register.files.items():
        files[person].update(own)
    for one in found:
        if one.entity == "accompaniment":
            files[str(one.participant)].add(one.id)

    def relation(one: Deleted) -> str:
        if one.participant is None:
            return "house" if one.entity != "action" else NONE
        named = one.document.get("accompaniment")
        about = {named} if named else {one.id} if one.entity == "accompaniment" else files[one.participant]
        me = sight.visit.staff.actor
        theirs = {ASSIGNED if me and gone.get(file) == me else sight.relation(file) for file in about}
        return next((one for one in (ASSIGNED, TEAM) if one in theirs), NONE)

    return [one for one in found if sight.visit.may("delete", one.entity, relation(one))]


def _together(found: Iterable[Deleted]) -> list[list[Deleted]]:
    """What one person deleted in one moment, of one person's file."""
    grouped: defaultdict[tuple[datetime, str, str | None], list[Deleted]] = defaultdict(list)
    for one in found:
        grouped[one.at, one.actor, one.participant].append(one)
    return list(grouped.values())


def _batch(visit: Visit, sight: Sight, those: Sequence[Deleted], names: Mapping[str, str]) -> Batch:
    first = those[0]
    people = {one.id: one.document for one in those if one.entity == "participant"}
    person = people.get(first.participant or "") or sight.register.of("participant").get(first.participant or "")
    return Batch(
        items=[_item(visit, one) for one in those],
        person=full_name(person) if person else "",
        by=names[first.actor],
        at=first.at,
        days_left=(first.until - visit.today).days,
    )


def _item(visit: Visit, one: Deleted) -> Item:
    entity = ENTITIES[one.entity]
    day = next((one.document[name] for name in FIRST_DAYS if one.document.get(name)), None)
    name = str(one.document.get("name") or one.document.get("display_name") or "")
    kind = entity.labels.get(visit.language, entity.labels["en"])
    return Item(one.id, kind, name, date.fromisoformat(day) if day else None)


def _kept(visit: Visit, sight: Sight, one: Closed) -> Kept:
    person = sight.register.of("participant").get(one.participant, {})
    phase = labels("phase", [one.phase], visit.language)
    return Kept(one.accompaniment, full_name(person), phase, one.closed_on, one.kept_until, one.spent)
