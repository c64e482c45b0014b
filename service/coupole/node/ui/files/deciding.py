"""What a team meeting or an evaluation decides about objectives: scores, changes with their reasons, new objectives.

An objective the person has signed is never rewritten: what is revised is closed and another one takes its place, and
both name the meeting that decided it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from ulid import ULID

from coupole.node.records.project import each
from coupole.node.store.changes import Change, Document, StoredDossier
from coupole.node.ui.files.naming import Names
from coupole.node.ui.files.scores import LEVELS, Score, all_scores, last_of, of_objective
from coupole.node.ui.files.typed import Reader
from coupole.standard.entities import ENTITIES, ENVELOPE

CHANGES = {"achieved": "achieved", "revised": "revised", "dropped": "abandoned"}
"""What may be decided about an open objective, and the status it then has."""
NOT_SEEN = "not_observed"


@dataclass(frozen=True, slots=True)
class Goal:
    """An objective as the form asks about it. ``key``: its row in the form."""

    key: str
    document: Document
    title: str
    domain: str
    last: Score | None
    course: tuple[Score, ...]
    target: str


@dataclass(slots=True)
class Decided:
    """What was decided: changes to make, rows for the minutes, scores."""

    decided_in: str
    on: str
    changes: list[Change] = field(default_factory=list)
    rows: list[Document] = field(default_factory=list)
    ratings: list[Document] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Each change with its reason, as a sentence for the minutes."""


def new_id(node: str, entity: str) -> str:
    """An identifier chosen beforehand, for records that name each other."""
    return f"{node}:{entity}:{ULID()}"


def content(document: Document) -> Document:
    """The document without what the node adds to it; its own fields and reasons for missing values stay."""
    added = set(ENVELOPE) - {"extensions", "missing"}
    return {name: value for name, value in document.items() if name not in added}


def goals(dossier: StoredDossier, names: Names, kept: Collection[str] = ()) -> list[Goal]:
    """The open objectives, those needed for the enterprise first; and ``kept``, about which something was typed."""
    scores = all_scores(dossier)
    documents = [placed.document for placed in each(dossier, "objective")]
    opened = [one for one in documents if one["status"] == "open" or _key(one) in kept]
    opened.sort(key=lambda document: (not document["required_for_enterprise"], document["set_on"], document["id"]))
    return [
        Goal(
            _key(document),
            document,
            names.objective(document),
            names.code("objective_domain", document["domain"]),
            last_of(document, scores),
            tuple(of_objective(document, scores)),
            document.get("target_level", ""),
        )
        for document in opened
    ]


def read(reader: Reader, names: Names, node: str, decided: Decided) -> Decided:
    """Read scores and decisions from the form into ``decided``; what is wrong stays with the reader."""
    known = {_key(placed.document): placed.document for placed in each(names.dossier, "objective")}
    for key in reader.keys("goal"):
        if key in known:
            _rated(reader, f"goal.{key}", known[key], decided)
            _changed(reader, f"goal.{key}", known[key], names, node, decided)
    for key in reader.keys("added"):
        _added(reader, f"added.{key}", names, node, decided)
    return decided


def _key(document: Document) -> str:
    return str(document["id"].rsplit(":", 1)[1])


def _rated(reader: Reader, prefix: str, document: Document, decided: Decided) -> None:
    level = reader.one_of(f"{prefix}.level", (*LEVELS, NOT_SEEN), named="evaluation_scale")
    if level:
        decided.ratings.append({"objective": document["id"], "level": level})


def _changed(reader: Reader, prefix: str, document: Document, names: Names, node: str, decided: Decided) -> None:
    change = reader.one_of(f"{prefix}.change", tuple(CHANGES), named="objective_status")
    if change is None:
        return
    reason = reader.text(f"{prefix}.reason", needed=change != "achieved", most=500)
    settled = {
        **content(document),
        "status": CHANGES[change],
        "status_on": decided.on,
        "decided_in": decided.decided_in,
    }
    if change == "revised":
        replacing = _replacing(reader, prefix, document, node, decided)
        settled["replaced_by"] = replacing.id
        decided.changes.append(replacing)
    expect = reader.expected(document["id"])
    decided.changes.append(Change("objective", settled, id=document["id"], expect=expect))
    _tell(decided, document["id"], change, names.objective(document), reason, names)


def _replacing(reader: Reader, prefix: str, document: Document, node: str, decided: Decided) -> Change:
    """The objective that takes the place of a revised one."""
    terms = {
        "wording": reader.note(f"{prefix}.wording") or document.get("wording"),
        "due_on": reader.day(f"{prefix}.due_on") or document.get("due_on"),
        "target_level": reader.one_of(f"{prefix}.target_level", LEVELS, named="evaluation_scale")
        or document.get("target_level"),
    }
    if all(document.get(name) == value for name, value in terms.items()):
        reader.wrong("revision_empty", f"{prefix}.wording")
    kept: Document = {
        name: document[name] for name in ("accompaniment", "domain", "competence", "esco_skill") if name in document
    }
    told: Document = {name: value for name, value in terms.items() if value is not None}
    fresh: Document = {
        **kept,
        **told,
        "required_for_enterprise": document["required_for_enterprise"],
        "set_on": decided.on,
        "status": "open",
        "status_on": decided.on,
        "decided_in": decided.decided_in,
    }
    return Change("objective", fresh, id=new_id(node, "objective"))


def _added(reader: Reader, prefix: str, names: Names, node: str, decided: Decided) -> None:
    wording = reader.note(f"{prefix}.wording")
    if wording is None:
        return
    fresh = {
        "accompaniment": names.dossier.id,
        "domain": reader.code(f"{prefix}.domain", "objective_domain", needed=True),
        "wording": wording,
        "target_level": reader.one_of(f"{prefix}.target_level", LEVELS, named="evaluation_scale"),
        "due_on": reader.day(f"{prefix}.due_on"),
        "required_for_enterprise": reader.ticked(f"{prefix}.needed"),
        "set_on": decided.on,
        "status": "open",
        "status_on": decided.on,
        "decided_in": decided.decided_in,
    }
    record = new_id(node, "objective")
    made = {name: value for name, value in fresh.items() if value is not None}
    decided.changes.append(Change("objective", made, id=record))
    _tell(decided, record, "added", wording, reader.text(f"{prefix}.reason", most=500), names)


def _tell(decided: Decided, record: str, change: str, title: str, reason: str | None, names: Names) -> None:
    """A row for the meeting, and the change with its reason as a sentence of the minutes."""
    options = dict(ENTITIES["team_meeting"].fields["objective_changes"].fields["change"].options(names.language))
    decided.rows.append({"objective": record, "change": change})
    why = f" ({reason})" if reason else ""
    decided.told.append(f"{options[change]}: {title}{why}")


def day_of_form(reader: Reader, name: str, otherwise: date) -> str:
    """The day in the form, for what is decided on it; today's while it cannot be read."""
    return reader.day(name, needed=True) or otherwise.isoformat()
