"""A person: who it is, their files, what they answered at each stage with what is missing, their consents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.records.register import spoken_name
from coupole.node.staff import access
from coupole.node.staff.access import AccessRefused
from coupole.node.store import queries
from coupole.node.store.changes import Document, RecordNotFound
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files.opened import everything
from coupole.node.ui.printing import naming
from coupole.node.ui.printing.paper import Row
from coupole.node.ui.printing.pen import Pen
from coupole.node.ui.printing.showing import pen_of
from coupole.node.ui.refusals import ReasonNeeded

ASKED = {
    "entry": ("labour_status", "without_work_since", "education_level", "target_groups", "housing", "income_source"),
    "exit": ("labour_status", "in_education_or_training", "qualification_gained"),
}
"""What the fund asks at a stage."""
INSTEAD = {"without_work_since": ("without_work_band", "job_contract")}
"""What answers a question as well."""
BESIDE = ("consents", "pseudonym", "accompaniment", "stage", "observed_on")


@dataclass(frozen=True, slots=True)
class Situation:
    """The answers of one stage, and the questions nobody answered."""

    href: str
    stage: str
    day: date
    rows: tuple[Row, ...]
    missing: tuple[str, ...]


def add(desk: Desk) -> None:
    """The page of a person."""
    desk.get("/people/{id}", show, needs=Right("find", "participant"))


def show(visit: Visit) -> Response:
    """The person, as far as this colleague may read."""
    store, participant = visit.node.store, visit.path("id")
    with store.reading() as session:
        files = _of_person(visit, session, "accompaniment", participant)
        if participant.split(":")[1:2] != ["participant"]:
            raise RecordNotFound()
        document = queries.read(session, store.vault, participant)
        relations = relations_to(visit, session, files)
        relation = nearest(visit, relations)
        person = access.shown(visit.staff.role, "participant", relation, document)
        written = pen_of(visit, visit.language)
        naming.learn(written, [*everything(visit, session, "organisation"), *everything(visit, session, "actor")])
        referrals = _of_person(visit, session, "referral", participant)
        situations = [
            _situation(visit, written, whose, one, participant)
            for file, whose in relations.items()
            for one in _of_file(visit, session, file)
        ]
        return visit.page(
            "files/person.html",
            person=person,
            who=spoken_name(person),
            rows=written.rest("participant", person, *BESIDE),
            consents=consents(written, person),
            files=[_file(written, one) for one in files],
            referrals=[_referral(written, one) for one in referrals],
            situations=sorted(situations, key=lambda one: one.day, reverse=True),
            writes=visit.may("write", "participant", relation),
            back=f"/people/{participant}",
        )


def relations_to(visit: Visit, session: Session, files: list[Document]) -> dict[str, access.Relation]:
    """What this colleague has to do with each of a person's files that they may open as it is; each is opened.

    Raises ``ReasonNeeded`` for the latest file when there are some and none may be opened, ``AccessRefused``.
    """
    found: dict[str, access.Relation] = {}
    refused: ReasonNeeded | AccessRefused | None = None
    for file in files:
        try:
            found[file["id"]] = visit.admit(session, visit.dossier(session, file["id"])).relation
        except (ReasonNeeded, AccessRefused) as error:
            refused = refused or error
    if refused and not found:
        raise refused
    return found


def nearest(visit: Visit, relations: Mapping[str, access.Relation]) -> access.Relation:
    """What this colleague has to do with the person: the nearest of their files decides. Raises ``AccessRefused``."""
    if relations:
        return min(relations.values(), key=access.RELATIONS.index)
    visit.require("write", "participant", "new")
    return "new" if visit.may("read", "participant", "new") else "none"


def _of_person(visit: Visit, session: Session, entity: str, participant: str) -> list[Document]:
    found = queries.page(session, visit.node.store.vault, entity, limit=100, filters={"participant": participant})
    return sorted((stored.document for stored in found), key=lambda one: str(one.get("opened_on", "")), reverse=True)


def _of_file(visit: Visit, session: Session, file: str) -> list[Document]:
    vault = visit.node.store.vault
    found = queries.page(session, vault, "status_observation", limit=100, filters={"accompaniment": file})
    return [stored.document for stored in found]


def _file(written: Pen, file: Document) -> dict[str, Any]:
    return {
        "href": f"/files/{file['id']}",
        "phase": written.code("phase", file["phase"]),
        "pathway": written.code("pathway", file["pathway"]),
        "opened_on": date.fromisoformat(file["opened_on"]),
        "closed_on": date.fromisoformat(file["closed_on"]) if "closed_on" in file else None,
        "responsible": written.name(file["responsible"]),
    }


def _referral(written: Pen, referral: Document) -> dict[str, Any]:
    return {
        "href": f"/records/{referral['id']}?back=/people/{referral['participant']}",
        "service": written.name(referral["source_organisation"]),
        "day": date.fromisoformat(referral["referred_on"]),
        "decision": written.value("referral", referral, "decision"),
    }


def consents(written: Pen, person: Document) -> list[dict[str, Any]]:
    """What the person agreed to, and what they took back."""
    return [
        {
            "purpose": written.cells("participant", "consents", one, "purpose")[0],
            "granted_on": date.fromisoformat(one["granted_on"]),
            "withdrawn_on": date.fromisoformat(one["withdrawn_on"]) if "withdrawn_on" in one else None,
        }
        for one in person.get("consents", ())
    ]


def _situation(visit: Visit, written: Pen, relation: str, stored: Document, participant: str) -> Situation:
    document = access.shown(visit.staff.role, "status_observation", relation, stored)
    return Situation(
        f"/records/{stored['id']}?back=/people/{participant}",
        written.code("data_stage", stored["stage"]),
        date.fromisoformat(stored["observed_on"]),
        written.rest("status_observation", document, *BESIDE),
        tuple(written.label("status_observation", name) for name in unanswered(stored) if _seen(visit, relation, name)),
    )


def _seen(visit: Visit, relation: str, field: str) -> bool:
    return visit.may("read", "status_observation", relation, field)


def unanswered(document: Document) -> list[str]:
    """The questions of the stage that have neither an answer nor a reason why there is none."""
    reasons = document.get("missing", {})
    return [
        name
        for name in ASKED.get(document["stage"], ())
        if not any(document.get(one) is not None or one in reasons for one in (name, *INSTEAD.get(name, ())))
    ]
