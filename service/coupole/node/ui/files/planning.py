"""The plan of a file: readable as of any day, its versions side by side, signed; and a new version to draw up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records import pathways
from coupole.node.records.local import own_pathways
from coupole.node.records.project import each, named, plan_on, target_groups, team_on
from coupole.node.store.changes import Change, Document
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import standing
from coupole.node.ui.files.deciding import content, day_of_form
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.pens import pen
from coupole.node.ui.files.saving import Trouble, Wanted, changed, save
from coupole.node.ui.files.sections import UNIT
from coupole.node.ui.files.settling import record_path
from coupole.node.ui.files.typed import Filled, Reader
from coupole.node.ui.printing.paper import Row
from coupole.node.ui.printing.pen import Pen
from coupole.standard.entities import ENTITIES

SHOWN = (
    "drafted_on",
    "signed_on",
    "signed_by",
    "operating_structure",
    "capacities",
    "evaluation_schedule",
    "meeting_every",
    "planned_contributions",
    "planned_actions",
    "expected_end_on",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of two versions side by side."""

    label: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the versions say something else."""
        return self.left != self.right


def add(desk: Desk) -> None:
    """The page of the plan, and its signature."""
    desk.get("/files/{id}/plan", show, needs=Right("read", "plan"))
    desk.post("/files/{id}/plan/sign", sign, needs=Right("write", "plan"))


def show(visit: Visit) -> Response:
    """The plan that held on the day asked for."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        return _page(file, Filled(), None)


def sign(visit: Visit, form: FormData) -> Response:
    """Write who signed the present version, and when."""
    return save(visit, form, signed, _page)


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None) -> Response:
    visit, written = file.visit, pen(file)
    day = day_asked(visit.asked("as_of"), visit.today)
    plan = plan_on(file.dossier, day)
    versions = sorted((placed.document for placed in each(file.dossier, "plan")), key=lambda one: int(one["version"]))
    return visit.page(
        "files/plan.html",
        trouble.status if trouble else 200,
        file=file,
        filled=filled if filled.typed is not None else Filled({"day": visit.today.isoformat()}),
        trouble=trouble,
        day=day,
        plan=plan.document if plan else None,
        latest=bool(plan and versions and plan.document["id"] == versions[-1]["id"]),
        rows=[row for row in rows(written, plan.document) if row.lines] if plan else [],
        objectives=as_of(file, written, plan.document, day) if plan else [],
        versions=versions,
        pair=compared(file, written, versions),
        signers=signers(file),
        print_href=f"/print/plan/{plan.document['id']}" if plan else "",
        edit_href=record_path(plan.document["id"], file.dossier) if plan else "",
        templates=proposals(file) if not versions else [],
        renewal=standing.renewal(file, visit.today),
    )


def day_asked(text: str, otherwise: date) -> date:
    """The day in the address; another one where it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else otherwise
    except ValueError:
        return otherwise


def as_of(file: OpenFile, written: Pen, plan: Document, day: date) -> list[dict[str, str | bool]]:
    """The objectives of a version as they stood on a day."""
    found: list[dict[str, str | bool]] = []
    for record in plan["objectives"]:
        placed = named(file.dossier, record)
        if placed is None:
            continue
        document = placed.document
        status = document["status"] if document["status_on"] <= day.isoformat() else "open"
        found.append(
            {
                "title": file.names.objective(document),
                "domain": file.names.code("objective_domain", document["domain"]),
                "status": file.names.code("objective_status", status),
                "needed": document["required_for_enterprise"],
                "target": written.level(document.get("target_level")),
                "due": written.day(document["due_on"]) if "due_on" in document else "",
            }
        )
    return found


def compared(file: OpenFile, written: Pen, versions: list[Document]) -> dict[str, object] | None:
    """Two versions side by side: those asked for, else the last two."""
    if len(versions) < 2:
        return None
    numbers = {str(one["version"]): one for one in versions}
    left = numbers.get(file.visit.asked("left"), versions[-2])
    right = numbers.get(file.visit.asked("right"), versions[-1])
    pairs = zip(rows(written, left), rows(written, right), strict=True)
    titles = [
        tuple(written.name(record) for record in one["objectives"] if named(file.dossier, record))
        for one in (left, right)
    ]
    goals = Compared(written.label("plan", "objectives"), *titles)
    shown = [goals, *(Compared(one.label, one.lines, other.lines) for one, other in pairs if one.lines or other.lines)]
    return {"left": left["version"], "right": right["version"], "rows": shown}


def rows(written: Pen, plan: Document) -> list[Row]:
    """What a version says, field by field, as people say it."""
    return [_row(written, plan, name) for name in SHOWN]


def _row(written: Pen, plan: Document, name: str) -> Row:
    def cells(*names: str) -> list[tuple[str, ...]]:
        return [written.cells("plan", name, row, *names) for row in plan.get(name, ())]

    match name:
        case "capacities":
            lines = [f"{competence}: {level}" for competence, level in cells("competence", "level")]
        case "signed_by":
            lines = [f"{actor or role}, {day}" for role, actor, day in cells("role", "actor", "on")]
        case "planned_contributions":
            lines = [
                f"{kind}: {amount} {per.lower()} ({payer})"
                for kind, amount, per, payer in cells("type", "amount_minor", "per", "payer")
            ]
        case "planned_actions":
            lines = [
                f"{kind}: {hours} {UNIT[written.language]}" if hours else kind for kind, hours in cells("type", "hours")
            ]
        case "operating_structure":
            structure = plan[name]
            side = dict(ENTITIES["plan"].fields[name].fields["side"].options(written.language))[structure["side"]]
            lines = [written.name(structure["organisation"]) if structure["organisation"] else "–", side]
        case "meeting_every":
            lines = [written.rhythm(plan[name])]
        case _:
            return written.row("plan", plan, name) or Row(written.label("plan", name), ())
    return Row(written.label("plan", name), tuple(lines))


def signers(file: OpenFile) -> list[tuple[str, str]]:
    """Who may sign: the person, a member of the family, the team of today."""
    people = [("participant", file.names.person), ("family_member", file.names.code("team_role", "family_member"))]
    team = [
        (
            f"{one['role']} {one['actor']}",
            f"{file.names.actor(one['actor'])} ({file.names.code('team_role', one['role'])})",
        )
        for one in team_on(file.dossier, file.visit.today)
    ]
    return people + team


def signed(file: OpenFile, form: FormData) -> Wanted:
    """The plan with the signatures that came. Raises ``FormIncomplete``."""
    reader = Reader(form)
    day = day_of_form(reader, "day", file.visit.today)
    chosen = named(file.dossier, reader.text("plan", needed=True))
    known = dict(signers(file))
    fresh = [_signature(key, day) for key in reader.many("signer") if key in known]
    if not fresh:
        reader.wrong("required_missing", "signer")
    if chosen is None:
        reader.wrong("required_missing", "plan")
    reader.done()
    plan = chosen.document if chosen else {}
    there = {(one["role"], one.get("actor")) for one in plan.get("signed_by", ())}
    added = [one for one in fresh if (one["role"], one.get("actor")) not in there]
    signatures = [*plan.get("signed_by", ()), *added]
    own = [one["on"] for one in signatures if one["role"] == "participant"]
    after = {**content(plan), "signed_by": signatures, "signed_on": min(own or [day])}
    return changed([Change("plan", after, id=plan["id"], expect=reader.expected(plan["id"]))], file.path("plan"))


def _signature(key: str, day: str) -> Document:
    role, _, actor = key.partition(" ")
    return {"role": role, "on": day} | ({"actor": actor} if actor else {})


def proposals(file: OpenFile) -> list[tuple[str, str, str]]:
    """Pathway templates to begin with: name, label, description; the workshop's own first, then those that fit."""
    referral = named(file.dossier, file.file.get("referral"))
    source = referral.document["source_type"] if referral else None
    own = own_pathways(file.session)
    fitting = pathways.fitting(target_groups(file.dossier), source, own)
    own_names = {one["id"] for one in own}
    by_name = {one["id"]: one for one in (*fitting, *pathways.templates(), *own)} | {one["id"]: one for one in own}
    language = file.visit.language
    return [
        (name, pathways.worded(one["labels"], language), pathways.worded(one["description"], language))
        for name, one in sorted(by_name.items(), key=lambda item: item[0] not in own_names)
    ]
