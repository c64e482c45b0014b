"""The first screen: what is due, for whom, how late, and the page that settles it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.records.due import Due, due_list
from coupole.node.records.register import full_name
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists.listing import Column, Listing, Row, part
from coupole.node.ui.lists.seeing import Sight, sight_of
from coupole.node.ui.speaking import Speaker
from coupole.standard.entities import ENTITIES
from coupole.web.translations import marked

Group = Literal["late", "soon", "later"]
GROUPS: tuple[Group, ...] = ("late", "soon", "later")
WEEK = timedelta(days=7)
SHOWN = 40
"""Rows of a group on the first screen; the rest is a page of its own."""

KINDS: Mapping[str, str] = {
    "meeting": marked("Team meeting"),
    "evaluation": marked("Evaluation"),
    "follow_up": marked("Follow-up after the hire, month %(month)s"),
    "exit_follow_up": marked("Question %(month)s months after leaving"),
    "agreement": marked("Agreement ends"),
    "plan_signature": marked("Plan not signed yet"),
    "plan_renewal": marked("Plan to sign again: the objectives changed"),
    "entry_answers": marked("Situation at the start"),
    "exit_answers": marked("Situation at the end"),
}


Next = tuple[date, str]
"""The day something is due, and what it is."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the first screen."""

    what: str
    who: str
    file: str
    """The file it is about; empty when it is about several."""
    responsible: str
    due_on: date
    late_days: int
    when: str
    address: str


@dataclass(frozen=True, slots=True)
class Section:
    """Late, soon or later: the lines shown and how many there are."""

    group: Group
    items: Sequence[Item]
    total: int


def show(visit: Visit) -> Response:
    """What is due, the late first; for whoever has nothing to do with files, the list of pages."""
    if not visit.may("find", "accompaniment"):
        return visit.see_other("/more")
    with visit.node.store.reading() as session:
        sight = sight_of(visit, session)
        found = items(visit, session, sight)
        begun = bool(visit.node.registers.current(session, visit.node.store.vault).of("accompaniment"))
    grouped: defaultdict[Group, list[Item]] = defaultdict(list)
    for item in found:
        grouped[group_of(item.due_on, visit.today)].append(item)
    only = next((group for group in GROUPS if group == visit.asked("group")), None)
    paged = part(grouped[only], visit.asked("page", "1")) if only else None
    sections = [
        Section(group, paged.rows if paged else grouped[group][:SHOWN], len(grouped[group]))
        for group in GROUPS
        if grouped[group] and only in (None, group)
    ]
    return visit.page(
        "lists/due.html",
        sections=sections,
        only=only,
        part=paged,
        whose=whose(visit, sight),
        choices=choices_of(sight),
        begins=not begun and visit.may("write", "participant"),
    )


def whose(visit: Visit, sight: Sight) -> str:
    """``mine``, ``team`` (what the visitor has to do with) or ``all``; what nothing is asked for begins with."""
    asked = visit.asked("whose")
    choices = choices_of(sight)
    return asked if asked in choices else choices[0]


def choices_of(sight: Sight) -> tuple[str, ...]:
    """Whose due list the visitor may look at, the one to begin with first."""
    own = ("mine", "team") if sight.relations else ()
    return (*own, "all") if sight.everybody else own or ("mine",)


def items(visit: Visit, session: Session, sight: Sight) -> list[Item]:
    """The lines the visitor asks for, the most overdue first."""
    chosen, me = whose(visit, sight), visit.staff.actor
    wanted: Callable[[Due], bool] = {
        "mine": lambda one: one.responsible == me,
        "team": lambda one: one.accompaniment in sight.relations,
        "all": lambda one: True,
    }[chosen]
    every = due_list(session, visit.node.store, visit.today)
    found = [one for one in every if wanted(one) and sight.sees(one.accompaniment)]
    return [_item(visit, sight, those) for those in _together(found)]


def _together(found: Iterable[Due]) -> Iterator[list[Due]]:
    """Each thing by itself; an agreement that ends once for all files it covers."""
    agreements: defaultdict[str, list[Due]] = defaultdict(list)
    for one in found:
        if one.kind == "agreement" and one.record:
            agreements[one.record].append(one)
    for one in found:
        if one.kind != "agreement" or not one.record:
            yield [one]
        elif agreements[one.record][0] is one:
            yield agreements[one.record]


def _item(visit: Visit, sight: Sight, those: Sequence[Due]) -> Item:
    first, register = those[0], sight.register
    alone = len(those) == 1
    person = register.of("participant").get(first.participant, {})
    return Item(
        what=what(visit, first),
        who=full_name(person) if alone else visit.ngettext("%(num)s person", "%(num)s people", len(those)),
        file=first.accompaniment if alone else "",
        responsible=register.name(first.responsible) if alone else "",
        due_on=first.due_on,
        late_days=first.late_days,
        when=when(visit, first.due_on),
        address=address(first),
    )


def what(speaker: Speaker, due: Due) -> str:
    """What is to be done, in words."""
    return speaker.gettext(KINDS[due.kind], month=due.month)


def when(speaker: Speaker, day: date) -> str:
    """How late, or how soon, in words."""
    days = (speaker.today - day).days
    if days > 0:
        return speaker.ngettext("%(num)s day late", "%(num)s days late", days)
    if days == 0:
        return speaker.gettext("today")
    return speaker.ngettext("in %(num)s day", "in %(num)s days", -days)


def group_of(day: date, today: date) -> Group:
    """Late, within a week, or later."""
    return "late" if day < today else "soon" if day <= today + WEEK else "later"


def address(due: Due) -> str:
    """The page that settles it."""
    file = f"/files/{due.accompaniment}"
    if due.kind == "agreement" and due.record:
        return f"/records/{due.record}?back=/"
    if due.kind in ("entry_answers", "exit_answers"):
        if due.record:
            return f"/records/{due.record}?back=/"
        stage = due.kind.removesuffix("_answers")
        asked = {"accompaniment": due.accompaniment, "stage": stage, "back": "/"}
        return f"/records/new/status_observation?{urlencode(asked, safe=':/')}"
    pages = {"meeting": "meeting", "evaluation": "evaluation", "plan_signature": "plan", "plan_renewal": "plan"}
    return f"{file}/{pages.get(due.kind, 'follow-ups')}"


def next_due(visit: Visit, session: Session) -> Mapping[str, Next]:
    """The next thing due in each file."""
    found: dict[str, Next] = {}
    for one in due_list(session, visit.node.store, visit.today):
        if one.accompaniment not in found:
            found[one.accompaniment] = (one.due_on, what(visit, one))
    return found


def exported(visit: Visit, session: Session) -> Listing:
    """The due list for a file, as far as the visitor may take it away."""
    sight = sight_of(visit, session, "export")
    rows = [
        Row(
            {
                "what": one.what,
                "who": one.who,
                "due_on": one.due_on,
                "late": max(0, one.late_days) or None,
                "responsible": one.responsible,
            },
            one.address,
            group_of(one.due_on, visit.today),
        )
        for one in items(visit, session, sight)
    ]
    columns = [
        Column("what", visit.gettext("What")),
        Column("who", visit.gettext("For whom")),
        Column("due_on", visit.gettext("Due on")),
        Column("late", visit.gettext("Days late")),
        Column("responsible", ENTITIES["accompaniment"].fields["responsible"].label(visit.language)),
    ]
    names = {"mine": visit.gettext("Mine"), "team": visit.gettext("My teams’"), "all": visit.gettext("Everybody’s")}
    return Listing(visit.gettext("To do"), columns, rows, [(visit.gettext("Whose"), names[whose(visit, sight)])])
