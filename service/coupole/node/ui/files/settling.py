"""From what the method found to the page that puts it right."""

from __future__ import annotations

from urllib.parse import urlencode

from coupole.errors import Finding
from coupole.node.records.project import accompaniment, each, located
from coupole.node.store.changes import StoredDossier

OWN_PAGES = {
    "team_meeting": "meeting",
    "evaluation": "evaluation",
    "follow_up": "follow-ups",
    "plan": "plan",
    "closure": "move",
    "objective": "plan",
}
"""Kinds of record with a page of their own under the file."""
FIRST_OF_FILE = ("team", "referral")
"""Kinds of which a file has one: it is opened, not added to."""


def file_path(dossier: StoredDossier, page: str = "") -> str:
    """The address of a file, or of one of its pages."""
    return f"/files/{dossier.id}" + (f"/{page}" if page else "")


def record_path(record: str, dossier: StoredDossier) -> str:
    """Where a record of the file is changed, and the way back."""
    return f"/records/{record}?{urlencode({'back': file_path(dossier)})}"


def new_path(entity: str, dossier: StoredDossier) -> str:
    """Where a record of that kind is added to the file, and the way back."""
    return f"/records/new/{entity}?{urlencode({'accompaniment': dossier.id, 'back': file_path(dossier)})}"


def team_path(dossier: StoredDossier) -> str:
    """Where the team of the file is put together."""
    teams = each(dossier, "team")
    return record_path(teams[-1].document["id"], dossier) if teams else new_path("team", dossier)


def settled_at(finding: Finding, dossier: StoredDossier) -> str:
    """The address of the page where the finding is put right."""
    entity = str(finding.params.get("settled_by", "accompaniment"))
    if entity in OWN_PAGES:
        return _own_page(finding, entity, dossier)
    record = record_at(finding, dossier)
    if record and record.split(":")[1] == entity:
        return record_path(record, dossier)
    if entity == "accompaniment":
        return record_path(dossier.id, dossier)
    if entity == "agreement":
        return _agreement(dossier)
    if entity in FIRST_OF_FILE and each(dossier, entity):
        return record_path(each(dossier, entity)[-1].document["id"], dossier)
    if entity == "actor":
        return "/actors"
    return new_path(entity, dossier)


def _own_page(finding: Finding, entity: str, dossier: StoredDossier) -> str:
    path = file_path(dossier, OWN_PAGES[entity])
    if entity == "closure":
        return path + ("?phase=concluded" if finding.rule == "R9" else "")
    if entity == "objective" and finding.code == "objective_pending":
        return file_path(dossier, "meeting")
    return path


def record_at(finding: Finding, dossier: StoredDossier) -> str | None:
    """The record that a finding is about; none where nothing stands yet."""
    if "record" in finding.params:  # told outside the dossier already
        return str(finding.params["record"])
    try:
        return located(dossier, finding.pointer)[0]
    except (KeyError, IndexError, ValueError):  # a place in a form, not in the file
        return None


def place_of(finding: Finding) -> tuple[str, str]:
    """The kind of record and the field a finding is about, ``disability.limits``; empty where it names none."""
    entity, *steps = finding.pointer.strip("/").split("/")
    if "record" in finding.params:  # told outside the dossier already
        return str(finding.params["record"]).split(":")[1], ".".join([entity, *steps] if entity else [])
    return entity, ".".join(steps[1:])


def _agreement(dossier: StoredDossier) -> str:
    """The agreement the file names, else the file, where one is named."""
    own = accompaniment(dossier).get("agreement")
    if own and own in dossier.outside:
        return record_path(own, dossier)
    return f"{record_path(dossier.id, dossier)}#f-agreement"
