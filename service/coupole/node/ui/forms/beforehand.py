"""What can be known of a new document before anybody types: the page begins with it, and all of it may be changed."""

from __future__ import annotations

from coupole.node.records.project import accompaniment, each, is_final
from coupole.node.store.changes import Document, StoredDossier
from coupole.node.ui.forms.subject import Subject
from coupole.standard.entities import ENTITIES


def known(subject: Subject, document: Document) -> Document:
    """The fields that can be filled in for a new document of that subject, without those it holds already."""
    found: Document = {}
    if "country" in ENTITIES[subject.entity].fields:
        found["country"] = subject.visit.node.country
    if subject.dossier and subject.entity == "team":
        found["members"] = [_responsible(subject.dossier)]
    if subject.dossier and subject.entity == "status_observation":
        found |= {"stage": stage(subject.dossier), "observed_on": subject.visit.today.isoformat()}
    return {name: value for name, value in found.items() if name not in document}


def _responsible(dossier: StoredDossier) -> Document:
    """The first member of a team: who is responsible for the file."""
    file = accompaniment(dossier)
    return {"actor": file["responsible"], "role": "project_responsible", "from": file["opened_on"]}


def stage(dossier: StoredDossier) -> str:
    """The stage whose questions come next."""
    told = {placed.document["stage"] for placed in each(dossier, "status_observation")}
    if "entry" not in told:
        return "entry"
    return "exit" if is_final(accompaniment(dossier)["phase"]) and "exit" not in told else "update"
