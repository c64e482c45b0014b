"""The plan and its objectives as they held on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import orjson
from sqlmodel import Session

from coupole.node.records.project import accompaniment, each, plan_on
from coupole.node.store import Store, queries
from coupole.node.store.changes import Document, StoredDossier


@dataclass(frozen=True, slots=True)
class PlanAsOf:
    """The plan that held on a day. ``objectives``: as they stood then, those the team added since included."""

    plan: Document
    objectives: tuple[Document, ...]


def plan_as_of(session: Session, store: Store, dossier: StoredDossier, day: date) -> PlanAsOf | None:
    """The version of the plan that held on ``day`` with its objectives as they stood; none when there was no plan.

    A document counts from its own day on, not from the day somebody typed it in; what it said before is in the journal.
    """
    plan = plan_on(dossier, day)
    if plan is None:
        return None
    person = accompaniment(dossier)["participant"]
    versions: defaultdict[str, list[Document]] = defaultdict(list)
    for version in queries.history_of_person(session, store.vault, person):
        if version.entity == "objective" and version.text is not None:
            versions[version.id].append(orjson.loads(version.text))
    return PlanAsOf(plan.document, tuple(objectives_on(dossier, plan.document, versions, day)))


def objectives_on(
    dossier: StoredDossier, plan: Document, versions: Mapping[str, Iterable[Document]], day: date
) -> Iterator[Document]:
    """The objectives of a plan as they stood on a day, in its order, then those that were added by then."""
    known = {placed.document["id"]: placed.document for placed in each(dossier, "objective")}
    first = [name for name in plan["objectives"] if name in known]
    added = [name for name, one in known.items() if name not in first and "decided_in" in one]
    for name in (*first, *added):
        if known[name]["set_on"] <= day.isoformat():
            yield _stood(known[name], versions.get(name, ()), day)


def _stood(document: Document, versions: Iterable[Document], day: date) -> Document:
    """The version that was true by then; the first one, still open, when all came later.

    A version that speaks of an earlier day than the one before it corrects it: that one was never true.
    """
    told = [*versions] or [document]
    true: list[Document] = []
    for version in told:
        true = [*(one for one in true if one["status_on"] < version["status_on"]), version]
    by_then = [version for version in true if version["status_on"] <= day.isoformat()]
    return by_then[-1] if by_then else {**true[0], "status": "open", "status_on": true[0]["set_on"]}
