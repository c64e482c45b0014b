"""Participants: found by three letters, narrowed down by what a workshop asks for, each with what is due next.

What is typed into the search never stands in an address: it is sent as a form, and addresses go into logs. Whoever may
not read every file finds their own people; somebody else's only by the whole name or the number of the file, and then
sees initials and who to ask. A list of initials would tell, letter by letter, who is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records import searching
from coupole.node.records.project import is_final
from coupole.node.records.register import full_name, initials
from coupole.node.staff import openings
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists.due import Next, next_due
from coupole.node.ui.lists.listing import Column, Listing, Row, part
from coupole.node.ui.lists.own import Own, own_fields
from coupole.node.ui.lists.seeing import ASSIGNED, Sight, sight_of
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES

RUNNING, EVERY = "running", "every"
LONGEST = searching.LONGEST


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed down to; empty = not at all. ``words``: what was typed, never in an address."""

    words: str = ""
    whose: str = ""
    phase: str = ""
    group: str = ""
    responsible: str = ""

    @property
    def address(self) -> str:
        """The filters as an address carries them."""
        chosen = {"whose": self.whose, "phase": self.phase, "group": self.group, "responsible": self.responsible}
        return urlencode({name: value for name, value in chosen.items() if value})


def show(visit: Visit) -> Response:
    """The list by its filters."""
    return _page(visit, _by_address(visit))


def search(visit: Visit, form: FormData) -> Response:
    """The list by what was typed, which stays out of the address; without words, the address of the filters."""
    asked = asked_of({name: value for name, value in form.items() if isinstance(value, str)})
    if not asked.words:
        return visit.see_other("/people" + (f"?{asked.address}" if asked.address else ""))
    return _page(visit, asked)


def asked_of(given: Mapping[str, str]) -> Asked:
    """The filters among these values; what is no choice of ours narrows nothing."""
    phase = given.get("phase", "")
    group = given.get("group", "")
    return Asked(
        words=given.get("q", "").strip()[:LONGEST],
        whose="mine" if given.get("whose") == "mine" else "",
        phase=phase if phase in (EVERY, *code_list("phase").ids) else "",
        group=group if group in code_list("target_group").ids else "",
        responsible=given.get("responsible", "")[:LONGEST],
    )


def listing(visit: Visit, session: Session, sight: Sight, asked: Asked) -> Listing:
    """Everybody the visitor may see and asks for, in the order of names."""
    due = next_due(visit, session)
    own = [own_fields(visit, session, entity) for entity in ("participant", "accompaniment")]
    rows = [_row(visit, sight, due, person, file, own) for person, file in _found(sight, asked)]
    if sight.relations:
        rows.sort(key=lambda row: not row.values["own"])
    return Listing(
        visit.gettext("People"),
        [*_columns(visit), *(column for one in own for column in one.columns)],
        rows,
        _in_words(visit, sight, asked),
    )


def _page(visit: Visit, asked: Asked) -> Response:
    with visit.node.store.reading() as session:
        sight = sight_of(visit, session)
        found = listing(visit, session, sight, asked)
        hidden = _hidden(visit, session, sight, asked) if asked.words and not sight.everybody else []
    return visit.page(
        "lists/people.html",
        listing=found,
        part=part(found.rows, visit.asked("page", "1")),
        hidden=hidden,
        asked=asked,
        sight=sight,
        choices=_choices(visit, sight),
    )


def _found(sight: Sight, asked: Asked) -> Iterator[tuple[str, str | None]]:
    """Person and file of each row: the last opened file of each person among those asked for."""
    register = sight.register
    for person in register.people:
        if asked.words and not searching.matches(asked.words, register.words[person]):
            continue
        files = [file for file in register.files.get(person, ()) if sight.sees(file)]
        if files:
            file = next(filter(partial(_wanted, sight, asked), files), None)
            if file:
                yield person, file
        elif sight.everybody and _without_file(asked):
            yield person, None


def _without_file(asked: Asked) -> bool:
    return asked.phase == EVERY or bool(asked.words and asked == Asked(words=asked.words))


def _wanted(sight: Sight, asked: Asked, file: str) -> bool:
    document = sight.register.of("accompaniment")[file]
    phase = document["phase"]
    if asked.phase in ("", RUNNING):
        if is_final(phase) and not asked.words:
            return False
    elif asked.phase not in (EVERY, phase):
        return False
    if asked.whose and sight.relation(file) != ASSIGNED:
        return False
    if asked.responsible and document["responsible"] != asked.responsible:
        return False
    return not asked.group or (sight.sees_groups(file) and asked.group in sight.register.groups.get(file, frozenset()))


def _row(visit: Visit, sight: Sight, due: Mapping[str, Next], person: str, file: str | None, own: Sequence[Own]) -> Row:
    register = sight.register
    participant = register.of("participant")[person]
    document = register.of("accompaniment")[file] if file else {}
    day, what = due.get(file or "", (None, None))
    values = {
        "name": full_name(participant),
        "local_id": participant["local_id"],
        "phase": code_list("phase").labels(document["phase"], visit.language) if file else visit.gettext("No file yet"),
        "responsible": register.name(document.get("responsible")),
        "next_due": what,
        "next_due_on": day,
        "own": (file or "") in sight.relations,
        **own[0].values(participant),
        **own[1].values(document),
    }
    address = f"/files/{file}" if file else f"/people/{person}"
    return Row(values, address, "late" if day and day < visit.today else "")


def _columns(visit: Visit) -> list[Column]:
    accompaniment, participant = ENTITIES["accompaniment"].fields, ENTITIES["participant"].fields
    return [
        Column("name", visit.gettext("Name")),
        Column("local_id", participant["local_id"].label(visit.language), False),
        Column("phase", accompaniment["phase"].label(visit.language)),
        Column("responsible", accompaniment["responsible"].label(visit.language)),
        Column("next_due", visit.gettext("Next due")),
        Column("next_due_on", visit.gettext("Due on")),
    ]


def _hidden(visit: Visit, session: Session, sight: Sight, asked: Asked) -> list[Row]:
    """People of colleagues whom the visitor knows by their whole name or number: initials, and who to ask."""
    found = []
    for person, document in sight.register.of("participant").items():
        files = sight.register.files.get(person, ())
        known = (document.get("given_name") or "", document.get("family_name") or "")
        number = searching.named(asked.words, document["local_id"])
        if not files or any(map(sight.sees, files)) or not (number or searching.named(asked.words, *known)):
            continue
        file = files[0]
        told = openings.opened(session, visit.staff, file, visit.now)
        shown = full_name(document) if told else initials(document)
        responsible = sight.register.name(sight.register.of("accompaniment")[file]["responsible"])
        found.append(Row({"name": shown, "responsible": responsible}, f"/files/{file}", "" if told else "hidden"))
    return found


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: code and label of each."""

    phases: list[tuple[str, str]]
    groups: list[tuple[str, str]]
    responsibles: list[tuple[str, str]]


def _choices(visit: Visit, sight: Sight) -> Choices:
    phases, groups = code_list("phase"), code_list("target_group")
    files = sight.register.of("accompaniment")
    named = {document["responsible"] for file, document in files.items() if sight.sees(file)}
    responsibles = sorted(((actor, sight.register.name(actor)) for actor in named), key=lambda one: one[1])
    return Choices(
        [(code, phases.labels(code, visit.language)) for code in phases.ids],
        [(code, groups.labels(code, visit.language)) for code in groups.ids] if sight.any_groups else [],
        [one for one in responsibles if one[1]],
    )


def _in_words(visit: Visit, sight: Sight, asked: Asked) -> list[tuple[str, str]]:
    """The filters as an exported file says them; never the words somebody searched for."""
    fields, language = ENTITIES["accompaniment"].fields, visit.language
    said = []
    if asked.phase != EVERY:
        phase = code_list("phase").labels(asked.phase, language) if asked.phase else visit.gettext("Running files")
        said.append((fields["phase"].label(language), phase))
    if asked.whose:
        said.append((visit.gettext("Whose"), visit.gettext("Mine")))
    if asked.group:
        said.append(
            (code_list("target_group").titles[language], code_list("target_group").labels(asked.group, language))
        )
    if asked.responsible:
        said.append((fields["responsible"].label(language), sight.register.name(asked.responsible)))
    return said


def exported(visit: Visit, session: Session) -> Listing:
    """The list for a file, by the filters of the address."""
    return listing(visit, session, sight_of(visit, session, "export"), _by_address(visit))


def _by_address(visit: Visit) -> Asked:
    """The filters of the address; a name in it is not listened to."""
    return replace(asked_of(visit.request.query_params), words="")
