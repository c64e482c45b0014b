"""Writing up a meeting of officers on one page, with the training it plans; all of it is written together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records.changing import change
from coupole.node.records.project import is_final
from coupole.node.records.register import Register
from coupole.node.records.searching import fold
from coupole.node.store import queries
from coupole.node.store.changes import Document, RevisionConflict
from coupole.node.ui import keeping
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists import minutes, trades
from coupole.node.ui.lists.coordination import meetings, read, reviewed_names
from coupole.node.ui.lists.minutes import YES, Draft, Planned
from coupole.node.ui.lists.seeing import Sight
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import sentence


@dataclass(frozen=True, slots=True)
class Other:
    """A field that somebody else changed meanwhile: its label, their value, what is typed here."""

    label: str
    theirs: str
    typed: str


def show_new(visit: Visit) -> Response:
    """An empty page: today, everybody invited who was last time, and every officer."""
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
        last = next(iter(meetings(visit, session)), None)
        draft, kept_at = _begun(visit, session, _fresh(visit, register, last))
        return _page(visit, session, register, draft, None, kept_at=kept_at)


def show_edit(visit: Visit) -> Response:
    """The page of a meeting that is written."""
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
        meeting = read(visit, session, visit.path("id"))
        draft, kept_at = _begun(visit, session, _written(visit, session, meeting))
        return _page(visit, session, register, draft, meeting, kept_at=kept_at)


def save_new(visit: Visit, form: FormData) -> Response:
    """Write down a new meeting."""
    return _save(visit, form, None)


def save_edit(visit: Visit, form: FormData) -> Response:
    """Change a meeting."""
    return _save(visit, form, visit.path("id"))


def _begun(visit: Visit, session: Session, proposed: Draft) -> tuple[Draft, datetime | None]:
    """What this person typed in this page and did not save, and when; else what is proposed."""
    kept = keeping.kept(visit, session)
    return (proposed, None) if kept is None else (minutes.of_form(kept[0]), kept[1])


def _keep(visit: Visit, form: FormData) -> None:
    """Keep what is typed so far; forget it when that is asked for."""
    with visit.node.store.writing() as session:
        if "forget" in form:
            keeping.forget(visit, session)
        else:
            keeping.keep(visit, session, form)


def _save(visit: Visit, form: FormData, record: str | None) -> Response:
    if "autosave" in form or "forget" in form:
        _keep(visit, form)
        if "forget" in form:
            return visit.see_other(visit.request.url.path)
    draft = _more(minutes.of_form(form), form)
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
        meeting = read(visit, session, record) if record else None
        found = minutes.findings(draft, visit.today)
        finished = form.get("step") == "save" and "autosave" not in form
        if not finished or found:
            shown = replace(draft, findings=found if finished else ())
            return _page(visit, session, register, shown, meeting, just_kept="autosave" in form)
    try:
        written = _write(visit, register, draft, record)
    except RevisionConflict:
        return _both(visit, draft, record)
    return visit.see_other(f"/coordination/{written}", notice="saved")


def _write(visit: Visit, register: Register, draft: Draft, record: str | None) -> str:
    """Write the meeting and its trainings; its identifier. Raises ``RevisionConflict``, ``DocumentInvalid``."""
    with visit.node.store.writing() as session:
        base = read(visit, session, record) if record else {}
        changes = minutes.changes(draft, record, base, register, visit.node.node_id)
        written = change(session, visit.node.store, changes, visit.context())
        keeping.forget(visit, session)
    return written[-1].id


def _both(visit: Visit, draft: Draft, record: str | None) -> Response:
    """Somebody else changed the meeting meanwhile: what is typed stays, their values stand beside it."""
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
        meeting = read(visit, session, record or "")
        now = _written(visit, session, meeting)
        revisions = {one.record: one.revision for one in now.trainings}
        trainings = [
            replace(one, revision=revisions.get(one.record, one.revision))
            for one in draft.trainings
            if not one.record or one.record in revisions
        ]
        mine = replace(draft, revision=now.revision, trainings=trainings)
        return _page(visit, session, register, mine, meeting, _differing(visit, register, draft, now))


def _differing(visit: Visit, register: Register, draft: Draft, now: Draft) -> list[Other]:
    """The fields in which what is typed differs from what is written now."""
    fields, language = ENTITIES["coordination_meeting"].fields, visit.language

    def came(one: Draft) -> str:
        return ", ".join(register.name(actor) for actor, answer in one.came.items() if answer == YES)

    told = [
        ("held_on", now.held_on, draft.held_on),
        ("attendees", came(now), came(draft)),
        ("topics", "; ".join(now.topics.split("\n")), "; ".join(draft.topics.splitlines())),
        ("accompaniments_reviewed", str(len(now.reviewed)), str(len(draft.reviewed))),
        ("training_planned", _in_line(now), _in_line(draft)),
    ]
    return [Other(fields[name].label(language), theirs, typed) for name, theirs, typed in told if theirs != typed]


def _in_line(draft: Draft) -> str:
    return "; ".join(f"{one.first} {one.hours} h" for one in draft.trainings if not (one.empty or one.dropped))


def _fresh(visit: Visit, register: Register, last: Document | None) -> Draft:
    actors = register.of("actor")
    invited = [one["actor"] for one in last["attendees"]] if last else []
    officers = [actor for own in trades.officers(register, visit.today).values() for actor in own]
    here = [one for one in dict.fromkeys([*officers, *invited]) if one in actors]
    working = [one for one in here if trades.works(actors[one], visit.today)]
    agencies = _agencies(register)
    agency = last["agency"] if last else (agencies[0][0] if agencies else "")
    return Draft(agency, visit.today.isoformat(), dict.fromkeys(working, YES), trainings=[Planned()])


def _written(visit: Visit, session: Session, meeting: Document) -> Draft:
    planned = meeting.get("training_planned", ())
    living = queries.standing(session, planned)
    trainings = [queries.read(session, visit.node.store.vault, one) for one in planned if one in living]
    return minutes.of_documents(meeting, trainings)


def _more(draft: Draft, form: FormData) -> Draft:
    """One more person or one more training, when that button was pressed."""
    added = form.get("somebody")
    if isinstance(added, str) and added and added not in draft.came:
        draft = replace(draft, came={**draft.came, added: YES})
    if form.get("step") == "training":
        draft = replace(draft, trainings=[*draft.trainings, Planned()])
    return draft


def _agencies(register: Register) -> list[tuple[str, str]]:
    """Who may coordinate: organisations that say so first, then those whose files are kept here."""
    organisations = register.of("organisation")
    says = [one for one, document in organisations.items() if document.get("coordinates_for")]
    keeps = [document["agency"] for document in register.of("accompaniment").values()]
    known = [one for one in dict.fromkeys([*says, *keeps]) if one in organisations] or list(organisations)
    return [(one, register.name(one)) for one in known]


def _page(
    visit: Visit,
    session: Session,
    register: Register,
    draft: Draft,
    meeting: Document | None,
    others: list[Other] | None = None,
    *,
    kept_at: datetime | None = None,
    just_kept: bool = False,
) -> Response:
    working = {one: each for one, each in register.of("actor").items() if trades.works(each, visit.today)}
    actors = trades.in_order(working, "display_name")
    told = {finding.pointer: " ".join(sentence(finding.code, visit.language)) for finding in draft.findings}
    kinds = code_list("action_type")
    open_files = [file for file, one in register.of("accompaniment").items() if not is_final(one["phase"])]
    return visit.page(
        "lists/coordinating.html",
        422 if told else 409 if others else 200,
        draft=draft,
        path=f"/coordination/{meeting['id']}/edit" if meeting else "/coordination/new",
        back=f"/coordination/{meeting['id']}" if meeting else "/coordination",
        held_on=minutes.day(draft.held_on),
        agencies=_agencies(register),
        people=_people(register, draft.came),
        trainees=_people(register, [*draft.came, *(one for training in draft.trainings for one in training.actors)]),
        actors=[(one, each["display_name"]) for one, each in actors if one not in draft.came],
        files=reviewed_names(Sight(visit, register), [*dict.fromkeys([*open_files, *draft.reviewed])]),
        hidden=_unseen(Sight(visit, register), draft),
        kinds=[(code, kinds.labels(code, visit.language)) for code in kinds.ids],
        told=told,
        others=others or [],
        kept_at=kept_at,
        just_kept=just_kept,
    )


def _people(register: Register, actors: Iterable[str]) -> list[tuple[str, str, str]]:
    """Identifier, name and organisation of each, those of one organisation together."""
    known = register.of("actor")
    found = [
        (one, register.name(one), register.name(known[one]["organisation"])) for one in set(actors) if one in known
    ]
    return sorted(found, key=lambda one: (fold(one[2]), fold(one[1]), one[0]))


def _unseen(sight: Sight, draft: Draft) -> list[str]:
    """Files looked at whose names the visitor does not see, or which are gone: they stay written down."""
    files = sight.register.of("accompaniment")
    return sorted(file for file in draft.reviewed if file not in files or not sight.sees(file))
