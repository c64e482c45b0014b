"""The story of a file, day by day: phases, meetings, evaluations, signatures, work that began and ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from coupole.node.records.project import closure, day_of, each, hires, named, phase_history
from coupole.node.ui.files.naming import Names
from coupole.node.ui.files.settling import record_path


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened on a day. ``kind`` says what; the page has the word for it."""

    day: date
    kind: str
    text: str
    href: str = ""


def timeline(names: Names) -> list[Moment]:
    """Everything that happened, the latest first."""
    return sorted(_moments(names), key=lambda moment: moment.day)[::-1]  # of one day, too, what came last stands first


def _moments(names: Names) -> Iterator[Moment]:
    dossier = names.dossier
    for row in phase_history(dossier):
        yield Moment(row.start, "phase", names.code("phase", row.phase))
    yield from _records(names)
    yield from _work(names)
    yield from _signatures(names)
    ending = closure(dossier)
    if ending:
        day = date.fromisoformat(ending.document["closed_on"])
        told = names.code("outcome", ending.document["outcome"])
        yield Moment(day, "closure", told, record_path(ending.document["id"], dossier))


def _records(names: Names) -> Iterator[Moment]:
    dossier = names.dossier
    referral = named(dossier, dossier.documents["accompaniment"][0].get("referral"))
    if referral:
        service = names.organisation(referral.document["source_organisation"])
        day = date.fromisoformat(referral.document["referred_on"])
        yield Moment(day, "referral", service, record_path(referral.document["id"], dossier))
    for entity, field, codes in (
        ("team_meeting", "held_on", "meeting_type"),
        ("evaluation", "held_on", "evaluation_type"),
        ("follow_up", "checked_on", "followup_status"),
    ):
        for placed in each(dossier, entity):
            day_held = day_of(placed.document, field)
            if day_held:
                code = placed.document.get("type") or placed.document.get("status")
                yield Moment(day_held, entity, names.code(codes, code), record_path(placed.document["id"], dossier))


def _work(names: Names) -> Iterator[Moment]:
    hired = {placed.document["id"] for placed in hires(names.dossier)}
    for placed in each(names.dossier, "placement"):
        document = placed.document
        host = names.organisation(document["host"]) or names.code("placement_type", document["type"])
        href = record_path(document["id"], names.dossier)
        began = date.fromisoformat(document["from"])
        yield Moment(began, "hire" if document["id"] in hired else "placement", host, href)
        ended = day_of(document, "to")
        if ended:
            yield Moment(ended, "placement_ended", host, href)


def _signatures(names: Names) -> Iterator[Moment]:
    for placed in each(names.dossier, "plan"):
        for signature in placed.document.get("signed_by", ()):
            if signature["role"] == "participant":
                version = str(placed.document["version"])
                yield Moment(date.fromisoformat(signature["on"]), "plan_signed", version)
