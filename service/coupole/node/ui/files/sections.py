"""The parts of a file as lines: a day or two, a title, what else is worth reading, and where it is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import format_currency, format_decimal

from coupole.node.records import follow_ups
from coupole.node.records.project import day_of, each
from coupole.node.store.changes import Document
from coupole.node.ui.files.naming import Names
from coupole.node.ui.files.scores import Score, all_scores, last_of
from coupole.node.ui.files.settling import record_path
from coupole.standard.entities import ENTITIES

MOST = 20
"""Lines of a part; what is older is found in the history."""
UNIT = {"en": "h", "nl": "u", "fr": "h", "it": "h"}
"""The sign for hours."""
SETTLED = ("revised", "achieved", "abandoned", "not_achieved", "partly_achieved")


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a part. ``day`` and ``until``: when it is or was; ``quiet``: it lies behind or was called off."""

    href: str
    title: str
    day: date | None
    until: date | None = None
    details: tuple[str, ...] = ()
    note: str = ""
    quiet: bool = False
    print_href: str = ""
    """Where its paper is printed, when it has one."""


class Part(NamedTuple):
    """The lines of a part that are shown, and how many there are."""

    lines: list[Line]
    total: int


@dataclass(frozen=True, slots=True)
class ObjectiveLine:
    """An objective with its last score and the level it aims at."""

    href: str
    title: str
    domain: str
    status: str
    status_code: str
    needed: bool
    due_on: date | None
    late: bool
    score: Score | None
    target: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A follow-up as it stands today."""

    record: str
    href: str
    month: int
    reference: str
    due_on: date
    state: follow_ups.State
    employed: bool | None
    status: str
    checked_on: date | None


def team(names: Names, today: date) -> Part:
    """Who is in the team, those who left last."""
    found = [
        Line(
            record_path(placed.document["id"], names.dossier),
            names.actor(member["actor"]),
            day_of(member, "from"),
            day_of(member, "to"),
            (names.code("team_role", member["role"]),),
            quiet="to" in member and member["to"] < today.isoformat(),
        )
        for placed in each(names.dossier, "team")
        for member in placed.document["members"]
    ]
    return Part(sorted(found, key=lambda line: line.quiet), len(found))


def objectives(names: Names, today: date) -> list[ObjectiveLine]:
    """Open objectives first, those needed for the enterprise before the others."""
    scores = all_scores(names.dossier)
    found = [_objective(names, placed.document, scores, today) for placed in each(names.dossier, "objective")]
    return sorted(found, key=lambda line: (line.status_code in SETTLED, not line.needed))


def _objective(names: Names, document: Document, scores: list[Score], today: date) -> ObjectiveLine:
    due_on, status = day_of(document, "due_on"), document["status"]
    return ObjectiveLine(
        record_path(document["id"], names.dossier),
        names.objective(document),
        names.code("objective_domain", document["domain"]),
        names.code("objective_status", status),
        status,
        document["required_for_enterprise"],
        due_on,
        status == "open" and due_on is not None and due_on < today,
        last_of(document, scores),
        document.get("target_level", ""),
    )


def meetings(names: Names) -> Part:
    """Meetings, the latest first."""
    return _latest(names, "team_meeting", ("held_on", "planned_on"), _meeting)


def _meeting(names: Names, document: Document) -> Line:
    changes = [
        f"{names.rated(change['objective'])}: {_change(names, change['change'])}"
        for change in document.get("objective_changes", ())
    ]
    called_off = document.get("cancelled_reason", "")
    return Line(
        record_path(document["id"], names.dossier),
        names.code("meeting_type", document["type"]),
        day_of(document, "held_on") or day_of(document, "planned_on"),
        details=tuple(changes),
        note=document.get("minutes") or called_off,
        quiet="held_on" not in document,
        print_href=f"/print/meeting/{document['id']}" if "held_on" in document else "",
    )


def _change(names: Names, change: str) -> str:
    field = ENTITIES["team_meeting"].fields["objective_changes"].fields["change"]
    return dict(field.options(names.language))[change].lower()


def evaluations(names: Names) -> Part:
    """Evaluations, the latest first; those still to come are quiet."""
    return _latest(names, "evaluation", ("held_on", "planned_on"), _evaluation)


def _evaluation(names: Names, document: Document) -> Line:
    service = names.organisation(document.get("with_organisation"))
    decision = names.code("evaluation_decision", document.get("decision"))
    attendance = document.get("attendance")
    days = f"{attendance['days_present']} / {attendance['days_due']}" if attendance else ""
    label = names.label("evaluation", "attendance")
    return Line(
        record_path(document["id"], names.dossier),
        names.code("evaluation_type", document["type"]),
        day_of(document, "held_on") or day_of(document, "planned_on"),
        details=_said(decision, service, f"{label}: {days}" if days else ""),
        quiet="held_on" not in document,
        print_href=f"/print/evaluation/{document['id']}",
    )


def placements(names: Names, today: date) -> Part:
    """Placements and jobs, the latest first."""
    return _latest(names, "placement", ("from",), lambda names, document: _placement(names, document, today))


def _placement(names: Names, document: Document, today: date) -> Line:
    hours = document.get("weekly_hours")
    number = format_decimal(hours, locale=names.language) if hours else ""
    return Line(
        record_path(document["id"], names.dossier),
        names.organisation(document["host"]) or names.code("placement_type", document["type"]),
        day_of(document, "from"),
        day_of(document, "to"),
        _said(
            names.code("placement_type", document["type"]),
            names.code("contract_type", document["contract_type"]),
            f"{number} {UNIT[names.language]}" if number else "",
            names.label("placement", "hire") if document["hire"] else "",
            names.code("exit_reason", document.get("end_reason")),
        ),
        quiet="to" in document and document["to"] < today.isoformat(),
    )


def contributions(names: Names) -> Part:
    """Contributions, the latest first."""
    return _latest(names, "contribution", ("period_from",), _contribution)


def _contribution(names: Names, document: Document) -> Line:
    return Line(
        record_path(document["id"], names.dossier),
        names.code("contribution_type", document["type"]),
        day_of(document, "period_from"),
        day_of(document, "period_to"),
        _said(
            money(document["amount_minor"], document["currency"], names),
            names.code("contribution_payer", document["payer"]),
            names.coded(document, "status"),
        ),
        quiet=document["status"] == "cancelled",
    )


def actions(names: Names) -> Part:
    """Training, orientation and information, the latest first."""
    return _latest(names, "action", ("from",), _action)


def _action(names: Names, document: Document) -> Line:
    return Line(
        record_path(document["id"], names.dossier),
        names.code("action_type", document["type"]),
        day_of(document, "from"),
        day_of(document, "to"),
        _said(
            f"{format_decimal(document['hours'], locale=names.language)} {UNIT[names.language]}",
            names.organisation(document.get("provider")),
            names.coded(document, "result"),
        ),
    )


def situations(names: Names) -> Part:
    """The answers told at entry, on the way and at exit, the latest first."""
    return _latest(names, "status_observation", ("observed_on",), _situation)


def _situation(names: Names, document: Document) -> Line:
    return Line(
        record_path(document["id"], names.dossier),
        names.code("data_stage", document["stage"]),
        day_of(document, "observed_on"),
        details=_said(
            names.code("labour_status", document["labour_status"]),
            names.code("education_level", document.get("education_level")),
        ),
    )


def checks(names: Names, today: date) -> list[CheckLine]:
    """Every follow-up, the earliest due first."""
    return [
        CheckLine(
            check.placed.document["id"],
            record_path(check.placed.document["id"], names.dossier),
            check.month,
            names.coded(check.placed.document, "reference"),
            check.due_on,
            check.state,
            check.employed,
            names.code("followup_status", check.placed.document.get("status")),
            day_of(check.placed.document, "checked_on"),
        )
        for check in follow_ups.checks(names.dossier, today)
    ]


def money(minor: int, currency: str, names: Names) -> str:
    """An amount of money as the language writes it; ``minor``: in the smallest unit of the currency."""
    return str(format_currency(Decimal(minor) / 100, currency, locale=names.language))


def _latest(names: Names, entity: str, days: tuple[str, ...], make: Callable[[Names, Document], Line]) -> Part:
    def when(document: Document) -> str:
        return next((str(document[day]) for day in days if day in document), "")

    documents = sorted((placed.document for placed in each(names.dossier, entity)), key=when, reverse=True)
    return Part([make(names, document) for document in documents[:MOST]], len(documents))


def _said(*words: str) -> tuple[str, ...]:
    return tuple(word for word in words if word)
