"""An evaluation with the service: a score for each competence and objective beside the last one, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records.project import day_of, each, named, plan_on
from coupole.node.store.changes import Change, Document, StoredDossier
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import deciding, own
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.saving import Trouble, Wanted, changed, save, since_kept
from coupole.node.ui.files.scores import LEVELS, Score, competences, courses
from coupole.node.ui.files.typed import Filled, Reader
from coupole.standard.calendar import add_months

EVERY_MONTHS = 6
"""How often the service evaluates when no plan says so: the longest time the method allows."""
ENDS = ("suspend", "conclude", "stop")
"""Decisions after which no evaluation is planned."""
OTHERS = ("not_observed", "not_applicable")
MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Competence:
    """A competence as the form asks about it, with its last score."""

    code: str
    title: str
    last: Score | None


def add(desk: Desk) -> None:
    """The page of the evaluation."""
    desk.get("/files/{id}/evaluation", show, needs=Right("write", "evaluation"))
    desk.post("/files/{id}/evaluation", note, needs=Right("write", "evaluation"))


def show(visit: Visit) -> Response:
    """The form, with what can be known beforehand."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        return _page(file, begun(visit, session, proposed(file.dossier, visit.today)), None)


def note(visit: Visit, form: FormData) -> Response:
    """Write the evaluation, what it decided, and the day of the next one."""
    return save(visit, form, wanted, _page)


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None) -> Response:
    names, today, planned = file.names, file.visit.today, planned_evaluation(file.dossier)
    return file.visit.page(
        "files/evaluation.html",
        trouble.status if trouble else 200,
        file=file,
        filled=filled,
        trouble=trouble,
        changed_since=since_kept(file, filled),
        kinds=names.options("evaluation_type"),
        services=services(file),
        competences=asked(file, today),
        more=[one for one in names.options("competence") if one[0] not in competences(file.dossier, today)],
        goals=deciding.goals(file.dossier, names, filled.keys("goal")),
        roles=names.options("team_role"),
        decisions=names.options("evaluation_decision"),
        planned=planned,
        planned_on=day_of(planned, "planned_on") if planned else None,
        courses=[(names.rated(one.subject), one) for one in courses(file.dossier, today)],
        titles=names.scale,
        domains=names.options("objective_domain"),
        own=own.asked(file, "evaluation", planned, filled, trouble),
    )


def asked(file: OpenFile, today: date) -> list[Competence]:
    """The competences of the plan and those scored before."""
    last = {course.subject: course.last for course in courses(file.dossier, today)}
    return [
        Competence(code, file.names.code("competence", code), last.get(code))
        for code in competences(file.dossier, today)
    ]


def services(file: OpenFile) -> list[tuple[str, str]]:
    """Who may evaluate with the team: the service that referred the person first."""
    own = service_of(file.dossier)
    known = [one for one in file.all("organisation") if one["id"] != own]
    first = [(own, file.names.organisation(own))] if own and file.names.organisation(own) else []
    return first + [(str(one["id"]), str(one["name"])) for one in known]


def service_of(dossier: StoredDossier) -> str | None:
    """The service that referred the person."""
    referral = named(dossier, dossier.documents["accompaniment"][0].get("referral"))
    return str(referral.document["source_organisation"]) if referral else None


def planned_evaluation(dossier: StoredDossier) -> Document | None:
    """The earliest evaluation that was planned and has not been held: the form fills in that one."""
    waiting = [placed.document for placed in each(dossier, "evaluation") if "held_on" not in placed.document]
    return min(waiting, key=lambda document: str(document["planned_on"]), default=None)


def proposed(dossier: StoredDossier, today: date) -> dict[str, str]:
    """Today, with the service, going on as before, the next one after the rhythm of the plan."""
    planned = planned_evaluation(dossier)
    return {
        "type": planned["type"] if planned else "periodic",
        "held_on": today.isoformat(),
        "service": service_of(dossier) or "",
        "rater_role": "host_operator",
        "decision": "continue",
        "next_planned_on": next_evaluation(dossier, today).isoformat(),
    }


def next_evaluation(dossier: StoredDossier, held_on: date) -> date:
    """The next day of the plan's schedule; a weekend moves to the Monday."""
    plan = plan_on(dossier, held_on)
    schedule = plan.document["evaluation_schedule"] if plan else {}
    later = [text for text in schedule.get("dates", ()) if text > held_on.isoformat()]
    if later:
        return date.fromisoformat(min(later))
    day = add_months(held_on, schedule.get("every_months", EVERY_MONTHS))
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day


def wanted(file: OpenFile, form: FormData) -> Wanted:
    """The evaluation, its decisions and the next one as changes to be made together. Raises ``FormIncomplete``."""
    reader, node = Reader(form), file.visit.node.node_id
    planned = named(file.dossier, reader.text("planned"))
    before = planned.document if planned and ":evaluation:" in planned.document["id"] else None
    record = before["id"] if before else deciding.new_id(node, "evaluation")
    decided = deciding.Decided(record, deciding.day_of_form(reader, "held_on", file.visit.today))
    deciding.read(reader, file.names, node, decided)
    evaluation = _evaluation(reader, file, decided, before)
    following = _following(file, evaluation, record)
    reader.done()
    evaluation = own.with_own(file, "evaluation", evaluation, form)
    expect = reader.expected(record) if before else None
    changes = [Change("evaluation", evaluation, id=record, expect=expect), *decided.changes, *following]
    return changed(changes, file.path(), "; ".join(decided.told)[:2000] or None)


def _evaluation(reader: Reader, file: OpenFile, decided: deciding.Decided, before: Document | None) -> Document:
    service = reader.one_of("service", [record for record, _name in services(file)], named="organisation")
    fresh = {
        **(deciding.content(before) if before else {"planned_on": decided.on}),
        "accompaniment": file.id,
        "type": reader.code("type", "evaluation_type", needed=True),
        "held_on": decided.on,
        "ratings": _ratings(reader, decided) or None,
        "attendance": _attendance(reader),
        "decision": reader.code("decision", "evaluation_decision", needed=True),
        "next_planned_on": reader.day("next_planned_on"),
    }
    document = {name: value for name, value in fresh.items() if value is not None and name != "missing"}
    if service:
        return {**document, "with_organisation": service}
    return {**document, "with_organisation": None, "missing": {"with_organisation": "not_applicable"}}


def _ratings(reader: Reader, decided: deciding.Decided) -> list[Document]:
    """One row for each competence and objective that was scored."""
    role = reader.code("rater_role", "team_role", needed=True)
    found: list[Document] = []
    for name in [*(f"competence.{key}.level" for key in reader.many("competence")), "more.level"]:
        level = reader.one_of(name, (*LEVELS, *OTHERS), named="evaluation_scale")
        code = reader.code("more.code", "competence") if name == "more.level" else name.split(".")[1]
        if level and code:
            found.append({"competence": code, "level": level, "rater_role": role})
    return found + [{**rating, "rater_role": role} for rating in decided.ratings]


def _attendance(reader: Reader) -> Document | None:
    due = reader.whole("days_due", 0, MOST_DAYS)
    there = reader.whole("days_present", 0, MOST_DAYS, needed=due is not None)
    if there is not None and due is None:
        reader.wrong("required_missing", "days_due")
    if due is None or there is None:
        return None
    if there > due:
        reader.wrong("above_maximum", "days_present", limit=due)
    return {"days_due": due, "days_present": there}


def _following(file: OpenFile, evaluation: Document, record: str) -> list[Change]:
    """The next evaluation put into the calendar, unless one is planned already or the work ends."""
    day = evaluation.get("next_planned_on")
    planned = [
        placed
        for placed in each(file.dossier, "evaluation")
        if "held_on" not in placed.document and placed.document["id"] != record
    ]
    if day is None or planned or evaluation.get("decision") in ENDS:
        return []
    return [Change("evaluation", {"accompaniment": file.id, "type": "periodic", "planned_on": day})]
