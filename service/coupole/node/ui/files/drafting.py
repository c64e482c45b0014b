"""A new version of the plan: from a pathway or from the version before, all of it open to change with the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records import pathways
from coupole.node.records.conditions import signed_days
from coupole.node.records.local import own_pathways
from coupole.node.records.project import each
from coupole.node.store.changes import Change, Document
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import deciding, moving
from coupole.node.ui.files.deciding import Goal, content, day_of_form, new_id
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.saving import Trouble, Wanted, changed, save, since_kept
from coupole.node.ui.files.scores import LEVELS
from coupole.node.ui.files.typed import Filled, Reader
from coupole.standard.entities import ENTITIES
from coupole.web.translations import marked

RHYTHMS = {
    "P1W": marked("every week"),
    "P2W": marked("every two weeks"),
    "P1M": marked("every month"),
    "P2M": marked("every two months"),
    "P3M": marked("every three months"),
}
EMPTY_GOALS, EMPTY_ROWS, LEAST_ROWS = 2, 2, 3
MOST_CENTS = 100_000_000


def add(desk: Desk) -> None:
    """The page of a new version."""
    desk.get("/files/{id}/plan/new", show, needs=Right("write", "plan"))
    desk.post("/files/{id}/plan/new", draw_up, needs=Right("write", "plan"))


def show(visit: Visit) -> Response:
    """The form, filled from the pathway chosen or from the version before."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        return _page(file, begun(visit, session, proposed(file, visit.asked("template"))), None)


def draw_up(visit: Visit, form: FormData) -> Response:
    """Write the objectives and the version, and make it the plan of the file."""
    return save(visit, form, wanted, _page)


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None) -> Response:
    names, before = file.names, latest(file)
    contributions = ENTITIES["plan"].fields["planned_contributions"].fields
    return file.visit.page(
        "files/draft.html",
        trouble.status if trouble else 200,
        file=file,
        filled=filled,
        trouble=trouble,
        changed_since=since_kept(file, filled),
        version=before["version"] + 1 if before else 1,
        before=before,
        goals=deciding.goals(file.dossier, names),
        new_goals=rows(filled, "goal", 1 if before else EMPTY_GOALS),
        capacities=rows(filled, "capacity", EMPTY_ROWS),
        contributions=rows(filled, "contribution", 1),
        actions=rows(filled, "action", 1),
        domains=names.options("objective_domain"),
        competences=names.options("competence"),
        titles=names.scale,
        hosts=[(one["id"], one["name"]) for one in file.all("organisation")],
        sides=ENTITIES["plan"].fields["operating_structure"].fields["side"].options(file.visit.language),
        rhythms=[(code, file.visit.gettext(words)) for code, words in RHYTHMS.items()],
        types=names.options("contribution_type"),
        payers=names.options("contribution_payer"),
        pers=contributions["per"].options(file.visit.language),
        action_types=names.options("action_type"),
        decisions=moving.decisions(file) if signed_days(file.dossier) else [],
    )


def rows(filled: Filled, prefix: str, empty: int) -> list[str]:
    """The keys of the rows to show: those that hold something, and a few empty ones."""
    source: Any = filled.typed if filled.typed is not None else filled.proposed
    held = {name.split(".")[1] for name in source if name.startswith(f"{prefix}.")}
    most = max((int(key) for key in held if key.isdecimal()), default=-1)
    return [str(number) for number in range(max(most + 1 + empty, LEAST_ROWS if empty > 1 else 1))]


def latest(file: OpenFile) -> Document | None:
    """The last version so far."""
    plans = [placed.document for placed in each(file.dossier, "plan")]
    return max(plans, key=lambda one: int(one["version"]), default=None)


def proposed(file: OpenFile, template: str) -> dict[str, str | list[str]]:
    """What the form begins with. Raises ``PathwayUnknown``."""
    today = file.visit.today
    found: dict[str, str | list[str]] = {"drafted_on": today.isoformat(), "every_months": "6", "meeting_every": "P1M"}
    found |= {"side": "social", "currency": "EUR"}
    before = latest(file)
    if before is not None:
        return found | _from_version(file, before)
    return found | (_from_template(file, template, today) if template else {})


def _from_template(file: OpenFile, name: str, today: date) -> dict[str, str | list[str]]:
    one = pathways.template(name, own_pathways(file.session))
    made = pathways.proposed(one, file.id, file.visit.language, today)
    found: dict[str, str | list[str]] = {
        "every_months": str(one["evaluation_every_months"]),
        "meeting_every": one["meeting_every"],
        "expected_end_on": made.plan["expected_end_on"],
    }
    for number, goal in enumerate(made.objectives):
        found |= _row(f"goal.{number}", goal, ("wording", "domain", "competence", "target_level", "due_on"))
        if goal["required_for_enterprise"]:
            found[f"goal.{number}.needed"] = "on"
    named = dict.fromkeys(goal["competence"] for goal in made.objectives if "competence" in goal)
    for number, competence in enumerate(named):
        found[f"capacity.{number}.competence"] = competence
    for number, action in enumerate(made.plan.get("planned_actions", ())):
        found |= _row(f"action.{number}", action, ("type", "hours"))
    return found


def _from_version(file: OpenFile, before: Document) -> dict[str, str | list[str]]:
    structure, schedule = before["operating_structure"], before["evaluation_schedule"]
    found: dict[str, str | list[str]] = {
        "host": structure["organisation"] or "",
        "side": structure["side"],
        "every_months": str(schedule.get("every_months", "")),
        "dates": "\n".join(schedule.get("dates", ())),
        "meeting_every": before["meeting_every"],
        "expected_end_on": before.get("expected_end_on", ""),
        "keep": [goal.document["id"] for goal in deciding.goals(file.dossier, file.names)],
    }
    for number, row in enumerate(before["capacities"]):
        found |= _row(f"capacity.{number}", row, ("competence", "level"))
    for number, row in enumerate(before.get("planned_actions", ())):
        found |= _row(f"action.{number}", row, ("type", "hours"))
    for number, row in enumerate(before["planned_contributions"]):
        found |= _row(f"contribution.{number}", row, ("type", "payer", "per", "currency"))
        found[f"contribution.{number}.amount"] = amount_text(row["amount_minor"])
    return found


def _row(prefix: str, row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str | list[str]]:
    return {f"{prefix}.{name}": str(row[name]) for name in names if name in row}


def amount_text(minor: int) -> str:
    """An amount as it is typed; ``minor``: hundredths."""
    return f"{minor // 100},{minor % 100:02}" if minor % 100 else str(minor // 100)


def wanted(file: OpenFile, form: FormData) -> Wanted:
    """Objectives, version and file as changes to be made together. Raises ``FormIncomplete``."""
    reader, node = Reader(form), file.visit.node.node_id
    day = day_of_form(reader, "drafted_on", file.visit.today)
    decided_in = reader.one_of("decided_in", [one[0] for one in moving.decisions(file)])
    added = [
        _goal(reader, file, key, day, decided_in) for key in reader.keys("goal") if reader.text(f"goal.{key}.wording")
    ]
    kept = [goal.document["id"] for goal in _kept(reader, file)]
    fresh = [Change("objective", document, id=new_id(node, "objective")) for document in added]
    record = new_id(node, "plan")
    plan = _plan(reader, file, day, [*kept, *(str(change.id) for change in fresh)])
    if not plan["objectives"]:
        reader.wrong("required_missing", "goal.0.wording")
    reader.done()
    after = {name: value for name, value in content(file.file).items() if name != "current_plan"}
    missing = {name: code for name, code in file.file.get("missing", {}).items() if name != "current_plan"}
    after = {name: value for name, value in after.items() if name != "missing"} | (
        {"missing": missing} if missing else {}
    )
    expect = reader.expected(file.id)
    changes = [*fresh, Change("plan", plan, id=record)]
    changes.append(Change("accompaniment", {**after, "current_plan": record}, id=file.id, expect=expect))
    return changed(changes, file.path("plan"), reader.text("why"))


def _kept(reader: Reader, file: OpenFile) -> list[Goal]:
    chosen = reader.many("keep")
    return [goal for goal in deciding.goals(file.dossier, file.names) if goal.document["id"] in chosen]


def _goal(reader: Reader, file: OpenFile, key: str, day: str, decided_in: str | None) -> Document:
    prefix = f"goal.{key}"
    fresh = {
        "accompaniment": file.id,
        "domain": reader.code(f"{prefix}.domain", "objective_domain", needed=True),
        "competence": reader.code(f"{prefix}.competence", "competence"),
        "wording": reader.note(f"{prefix}.wording"),
        "target_level": reader.one_of(f"{prefix}.target_level", LEVELS, named="evaluation_scale"),
        "due_on": reader.day(f"{prefix}.due_on"),
        "required_for_enterprise": reader.ticked(f"{prefix}.needed"),
        "set_on": day,
        "status": "open",
        "status_on": day,
        "decided_in": decided_in,
    }
    return {name: value for name, value in fresh.items() if value is not None}


def _plan(reader: Reader, file: OpenFile, day: str, objectives: list[str]) -> Document:
    before = latest(file)
    host = reader.one_of("host", [one["id"] for one in file.all("organisation")])
    fresh = {
        "accompaniment": file.id,
        "version": before["version"] + 1 if before else 1,
        "replaces": before["id"] if before else None,
        "drafted_on": day,
        "capacities": _capacities(reader),
        "operating_structure": {
            "organisation": host,
            "side": reader.one_of("side", ("social", "ordinary"), needed=True),
        },
        "objectives": objectives,
        "evaluation_schedule": _schedule(reader),
        "meeting_every": reader.one_of("meeting_every", tuple(RHYTHMS), needed=True),
        "planned_contributions": _contributions(reader),
        "planned_actions": _actions(reader) or None,
        "expected_end_on": reader.day("expected_end_on"),
    }
    return {name: value for name, value in fresh.items() if value is not None}


def _schedule(reader: Reader) -> Document:
    """Every so many months, or on days of its own."""
    lines = [line.strip() for line in (reader.note("dates") or "").splitlines() if line.strip()]
    if lines:
        return {"dates": lines}
    return {"every_months": reader.whole("every_months", 1, 12, needed=True)}


def _capacities(reader: Reader) -> list[Document]:
    found = []
    for key in reader.keys("capacity"):
        competence = reader.code(f"capacity.{key}.competence", "competence")
        level = reader.code(f"capacity.{key}.level", "evaluation_scale", needed=competence is not None)
        if competence:
            found.append({"competence": competence, "level": level})
    if not found:
        reader.wrong("required_missing", "capacity.0.competence")
    return found


def _contributions(reader: Reader) -> list[Document]:
    found = []
    pers = dict(ENTITIES["plan"].fields["planned_contributions"].fields["per"].options("en"))
    for key in reader.keys("contribution"):
        prefix = f"contribution.{key}"
        kind = reader.code(f"{prefix}.type", "contribution_type")
        if kind is None:
            continue
        found.append(
            {
                "type": kind,
                "payer": reader.code(f"{prefix}.payer", "contribution_payer", needed=True),
                "amount_minor": _minor(reader, f"{prefix}.amount"),
                "currency": reader.text(f"{prefix}.currency") or "EUR",
                "per": reader.one_of(f"{prefix}.per", pers, needed=True),
            }
        )
    return found


def _minor(reader: Reader, name: str) -> int:
    """An amount with a comma or a point, in hundredths."""
    text = (reader.text(name, needed=True) or "0").replace(" ", "").replace("\xa0", "").replace(",", ".")
    try:
        minor = Decimal(text) * 100
        if minor == minor.to_integral_value() and 0 <= minor <= MOST_CENTS:
            return int(minor)
    except InvalidOperation:
        pass
    reader.wrong("type_wrong", name, expected="1234,50")
    return 0


def _actions(reader: Reader) -> list[Document]:
    found: list[Document] = []
    for key in reader.keys("action"):
        kind = reader.code(f"action.{key}.type", "action_type")
        hours = reader.number(f"action.{key}.hours", 0, 5000)
        if kind:
            found.append({"type": kind} | ({} if hours is None else {"hours": hours}))
    return found
