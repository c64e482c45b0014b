"""Dossiers for the tests of the method: one story from referral to verified job, and the invented federation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from coupole.demo.histories import history
from coupole.demo.members import MEMBERS
from coupole.node.store.changes import StoredDossier
from coupole.standard.calendar import add_months
from tests import factories
from tests.factories import id_of

Document = dict[str, Any]
OUTSIDE = ("organisation", "actor", "agreement")
TODAY = date(2026, 11, 30)
DAYS = {
    "referred": "2025-01-02",
    "drafting": "2025-01-09",
    "agreement": "2025-01-20",
    "planned": "2025-02-03",
    "preparation": "2025-02-10",
    "insertion_coop": "2025-03-03",
    "insertion_enterprise": "2025-09-01",
    "hired": "2025-12-01",
    "concluded": "2026-03-02",
}
"""The story: the day each phase begins."""


def on(phase: str) -> date:
    """The day the story comes to a phase."""
    return date.fromisoformat(DAYS[phase])


def story(until: str = "concluded", **fields: Any) -> StoredDossier:
    """The story with its phases up to one of them; its documents are all there, later ones too."""
    phases = list(DAYS)[: list(DAYS).index(until) + 1]
    dates = {"hired_on": ..., "closed_on": ..., "started_on": ...}
    if "preparation" in phases:
        dates["started_on"] = DAYS["preparation"]
    if "hired" in phases:
        dates["hired_on"] = DAYS["hired"]
    if until == "concluded":
        dates["closed_on"] = DAYS["concluded"]
    file = {"opened_on": DAYS["referred"], "phase": until, "phase_history": rows(phases), **dates, **fields}
    dossier = dossier_of([factories.accompaniment(**file), *_documents()])
    return (
        dossier if until == "concluded" else without(dossier, "status_observation", lambda one: one["stage"] == "exit")
    )


def rows(phases: list[str], days: list[str] | None = None) -> list[Document]:
    """A history of these phases, each on its day of the story unless other days are given."""
    starts = days or [DAYS[phase] for phase in phases]
    ends = [*starts[1:], None]
    found = [{"phase": p, "from": start, "to": end} for p, start, end in zip(phases, starts, ends, strict=True)]
    return [{name: value for name, value in row.items() if value is not None} for row in found]


def _documents() -> Iterator[Document]:
    make = factories
    yield from (make.organisation(1), make.organisation(2), make.actor(1), make.actor(2), make.agreement(1))
    yield make.actor(3, roles=["coop_insertion_officer"], trained_on="2024-05-01")
    yield from (
        make.participant(1),
        make.referral(1),
        make.team(1),
        make.plan(1, signed_on="2025-02-03", signed_by=SIGNED),
    )
    yield make.status_observation(1, observed_on="2025-01-20")
    decided = {"status": "achieved", "status_on": "2025-08-20", "decided_in": id_of("team_meeting", 8)}
    yield make.objective(1, **decided)
    for month in range(3, 12):
        yield make.team_meeting(month, planned_on=f"2025-{month:02}-10", held_on=f"2025-{month:02}-10", minutes="…")
    yield make.placement(1, **{"from": DAYS["insertion_coop"], "to": "2025-09-01", "end_reason": "objectives_met"})
    enterprise = {
        "type": "enterprise_internship",
        "contract_type": "internship_agreement",
        "host": id_of("organisation", 2),
    }
    yield make.placement(2, **enterprise, **{"from": DAYS["insertion_enterprise"], "to": "2025-12-01"})
    yield hire(3, DAYS["hired"])
    yield from checks(3, DAYS["hired"])
    yield make.closure(
        1, closed_on=DAYS["concluded"], outcome="job_permanent", reason="objectives_met", verification=VERIFIED
    )
    exit_ = {
        "labour_status": "employed_ordinary",
        "without_work_band": ...,
        "education_level": ...,
        "target_groups": ...,
    }
    job = {"type": "permanent", "working_time": "full_time"}
    left = {
        "in_education_or_training": False,
        "qualification_gained": None,
        "missing": {"qualification_gained": "not_known"},
    }
    yield make.status_observation(2, **exit_, **left, job_contract=job, stage="exit", observed_on="2026-03-10", **FILE)


FILE = {"accompaniment": id_of("accompaniment")}
SIGNED = [
    {"role": "project_responsible", "actor": id_of("actor"), "on": "2025-02-01"},
    {"role": "participant", "on": "2025-02-03"},
]
VERIFIED = {
    "stable_condition": True,
    "adequate_behaviour": True,
    "verified_on": DAYS["concluded"],
    "verified_by": id_of("actor"),
}


def hire(number: int, day: str, **fields: Any) -> Document:
    """A job in an enterprise from a day on."""
    job = {"type": "enterprise_job", "contract_type": "permanent", "host": id_of("organisation", 2), "hire": True}
    return factories.placement(number, **{**FILE, **job, "from": day, **fields})


def checks(number: int, day: str, answered: bool = True) -> Iterator[Document]:
    """The follow-ups of that hire; the first three found the person in the same job."""
    for month in (1, 2, 3, 6):
        due_on = add_months(date.fromisoformat(day), month)
        told = (
            {"checked_on": due_on.isoformat(), "status": "same_job", "source": "person"}
            if answered and month < 6
            else {}
        )
        link = {"placement": id_of("placement", number), "month": month, "due_on": due_on.isoformat()}
        yield factories.follow_up(10 * number + month, **FILE, **link, **told)


def dossier_of(documents: Iterable[Document]) -> StoredDossier:
    """These documents as the store would hand them over: one accompaniment and what it refers to."""
    inside: defaultdict[str, list[Document]] = defaultdict(list)
    outside = {}
    for document in documents:
        entity = document["id"].split(":")[1]
        if entity in OUTSIDE:
            outside[document["id"]] = document
        else:
            inside[entity].append(
                document | ({"accompaniment": FILE["accompaniment"]} if "accompaniment" in document else {})
            )
    return StoredDossier(inside["accompaniment"][0]["id"], "accompaniment", dict(inside), outside)


def without(
    dossier: StoredDossier, entity: str, which: Callable[[Document], bool] = lambda document: True
) -> StoredDossier:
    """The dossier without some documents of an entity."""
    if entity in OUTSIDE:
        return replace(
            dossier, outside={name: one for name, one in dossier.outside.items() if f":{entity}:" not in name}
        )
    kept = [document for document in dossier.documents.get(entity, []) if not which(document)]
    return replace(dossier, documents={**dossier.documents, entity: kept})


def and_also(dossier: StoredDossier, *documents: Document) -> StoredDossier:
    """The dossier with more documents."""
    known = {entity: list(those) for entity, those in dossier.documents.items()}
    for document in documents:
        known.setdefault(document["id"].split(":")[1], []).append(document)
    return replace(dossier, documents=known)


def changed(dossier: StoredDossier, entity: str, number: int = 0, **fields: Any) -> StoredDossier:
    """The dossier with other fields in one document; ``...`` takes a field away."""

    def other(document: Document) -> Document:
        return {name: value for name, value in {**document, **fields}.items() if value is not ...}

    if entity in OUTSIDE:
        record = id_of(entity, number or 1)
        return replace(dossier, outside={**dossier.outside, record: other(dossier.outside[record])})
    those = list(dossier.documents[entity])
    those[number] = other(those[number])
    return replace(dossier, documents={**dossier.documents, entity: those})


def codes(findings: Iterable[Any]) -> list[str]:
    """The codes of findings, as they come."""
    return [finding.code for finding in findings]


def days_after(day: str, days: int) -> date:
    """So many days after a day."""
    return date.fromisoformat(day) + timedelta(days=days)


@cache
def invented() -> tuple[StoredDossier, ...]:
    """Every dossier of the invented federation."""
    return tuple(dossier for member in MEMBERS for dossier in _dossiers(member))


def _dossiers(member: Any) -> Iterator[StoredDossier]:
    made = [{"id": one.id, **one.document} for one in history(member, 1, TODAY)]
    files: defaultdict[str, list[Document]] = defaultdict(list)
    by_id = {document["id"]: document for document in made}
    for document in made:
        if document["id"].split(":")[1] == "accompaniment":
            files[document["id"]] += [document, by_id[document["participant"]], by_id[document["referral"]]]
        elif "accompaniment" in document:
            files[document["accompaniment"]].append(document)
    outside = [document for document in made if document["id"].split(":")[1] in OUTSIDE]
    for documents in files.values():
        text = repr(documents)
        inside: defaultdict[str, list[Document]] = defaultdict(list)
        for document in documents:
            inside[document["id"].split(":")[1]].append(document)
        named = {one["id"]: one for one in outside if one["id"] in text}
        yield StoredDossier(inside["accompaniment"][0]["id"], "accompaniment", dict(inside), named)
