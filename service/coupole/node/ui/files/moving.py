"""A change of phase: which one, on which day, and what that phase asks for; refused as the method refuses it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.node.records import moves, phases
from coupole.node.records.project import INSERTION, closure, day_of, each, is_final, plan_on
from coupole.node.store import Store
from coupole.node.store.changes import Context, Document, Written
from coupole.node.ui import keeping
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files import standing, work
from coupole.node.ui.files.deciding import day_of_form
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.opened import OpenFile, opened
from coupole.node.ui.files.saving import Trouble, Wanted, save, since_kept
from coupole.node.ui.files.typed import LONGEST_LINE, Filled, Reader
from coupole.standard.codes import code_list

DECISIONS = 8
"""So many meetings and evaluations one may choose from, the latest."""


def add(desk: Desk) -> None:
    """The page of the change of phase."""
    desk.get("/files/{id}/move", show, needs=Right("write", "accompaniment"))
    desk.post("/files/{id}/move", move, needs=Right("write", "accompaniment"))


def show(visit: Visit) -> Response:
    """The phases that may follow, or what the chosen one asks for."""
    with visit.node.store.reading() as session:
        file = opened(visit, session)
        phase = keeping.phase_of(visit)
        return _page(file, begun(visit, session, proposed(file, phase)), None, phase)


def move(visit: Visit, form: FormData) -> Response:
    """Change the phase with everything that goes with it."""
    return save(visit, form, wanted, lambda file, filled, found: _page(file, filled, found, filled.text("phase")))


def _page(file: OpenFile, filled: Filled, trouble: Trouble | None, phase: str) -> Response:
    following = standing.following(file)
    return file.visit.page(
        "files/move.html",
        trouble.status if trouble else 200,
        file=file,
        filled=filled,
        trouble=trouble,
        changed_since=since_kept(file, filled),
        phase=phase,
        phase_name=file.names.code("phase", phase or None),
        present=standing.present(file),
        following=following,
        lacks=[lack for one in following if one.phase == phase for lack in one.lacks],
        **asked(file, phase),
    )


def asked(file: OpenFile, phase: str) -> dict[str, Any]:
    """What the form asks for that phase: a placement, a closure with its verification, a reason."""
    names, now = file.names, file.file["phase"]
    works = phase in work.SIDES
    ends = bool(phase) and is_final(phase)
    return {
        "works": works,
        "ends": ends,
        "verifies": phase == "concluded" and now == "hired",
        "pauses": phase == "suspended",
        "loses": now == "hired" and phase in INSERTION,
        "types": names.options("placement_type", work.types(phase, file.file["pathway"])) if works else [],
        "hosts": [(one["id"], one["name"]) for one in file.all("organisation")] if works or ends else [],
        "contracts": names.options("contract_type"),
        "times": names.options("working_time"),
        "running": ending(file, phase),
        "reasons": names.options("exit_reason"),
        "outcomes": names.options("outcome"),
        "decisions": decisions(file),
        "verifiers": [(one["id"], one["display_name"]) for one in file.all("actor")] if ends else [],
    }


def decisions(file: OpenFile) -> list[tuple[str, str, date]]:
    """The meetings and evaluations that were held, the latest first: where a change may have been decided."""
    found = []
    for entity, codes in (("team_meeting", "meeting_type"), ("evaluation", "evaluation_type")):
        for placed in each(file.dossier, entity):
            held_on = day_of(placed.document, "held_on")
            if held_on:
                found.append((placed.document["id"], file.names.code(codes, placed.document["type"]), held_on))
    return sorted(found, key=lambda one: one[2], reverse=True)[:DECISIONS]


def proposed(file: OpenFile, phase: str) -> dict[str, str]:
    """Today; placements that would go on beside the new one end, as far as the phase says so."""
    found = {"day": file.visit.today.isoformat(), "verified_by": file.file["responsible"], "host": host(file, phase)}
    for one in ending(file, phase):
        if _ends(file, phase, one.document):
            found[f"end.{one.key}.on"] = "on"
            if phase in ("insertion_enterprise", "hired"):
                found[f"end.{one.key}.reason"] = "objectives_met"
    known = closure(file.dossier)
    if known:
        found |= {name: known.document[name] for name in ("outcome", "reason")}
    return found


def host(file: OpenFile, phase: str) -> str:
    """Where the plan says that the person works, for the first placement on its side; nothing when it does not say."""
    plan = plan_on(file.dossier, file.visit.today)
    if plan is None or phase not in INSERTION or each(file.dossier, "placement"):
        return ""
    structure = plan.document["operating_structure"]
    return str(structure["organisation"] or "") if structure["side"] in work.SIDES[phase] else ""


def _ends(file: OpenFile, phase: str, document: Document) -> bool:
    """Whether a placement usually ends with that change: all but the job of somebody who goes on in it."""
    if phase in ("concluded", "preparation"):
        return False
    sides = work.SIDES.get(phase, ())
    going_on = not document["hire"] and code_list("placement_type").attribute(document["type"], "side") in sides
    return phase in ("hired", "suspended", "discontinued", "not_started") or (phase in INSERTION and not going_on)


def wanted(file: OpenFile, form: FormData) -> Wanted:
    """The change of phase and what goes with it. Raises ``FormIncomplete``, ``TransitionRefused``."""
    reader = Reader(form)
    phase = reader.one_of("phase", code_list("phase").ids, needed=True, named="phase") or ""
    day = day_of_form(reader, "day", file.visit.today)
    decided_in = reader.one_of("decided_in", [one[0] for one in decisions(file)])
    why, lost = reader.text("why", most=LONGEST_LINE), reader.code("lost", "exit_reason")
    possible = not phases.check_arrow(file.dossier, phase, date.fromisoformat(day), file.visit.today)
    rest: dict[str, Any] = {}
    if possible:  # else the method says at once what no form can put right
        rest = {
            "along": work.ended(reader, ending(file, phase), day),
            "closing": _closing(reader, file, phase, day),
            "placement": work.begun(reader, file, phase),
        }
    reader.done()

    def write(session: Session, store: Store, context: Context) -> list[Written]:
        expect = reader.expected(file.id)
        about: dict[str, Any] = {"decided_in": decided_in, "reason": lost or why, "expect": expect, **rest}
        return moves.move(session, store, context, file.id, phase, date.fromisoformat(day), **about)

    return Wanted(write, file.path(), why)


def ending(file: OpenFile, phase: str) -> list[work.Running]:
    """The placements the form may end; the job that was lost ends with the change itself."""
    lost = file.file["phase"] == "hired" and phase in INSERTION
    return [one for one in work.running(file) if not (lost and one.document["hire"])]


def _closing(reader: Reader, file: OpenFile, phase: str, day: str) -> Document | None:
    """How and why it ends. Nothing when neither is told: the method says what is missing."""
    outcome, reason = reader.code("outcome", "outcome"), reader.code("reason", "exit_reason")
    if not is_final(phase) or not (outcome or reason):
        return None
    for name, value in (("outcome", outcome), ("reason", reason)):
        if value is None:
            reader.wrong("required_missing", name)
    told: Document = {"outcome": outcome, "reason": reason}
    if code_list("outcome").attribute(outcome or "", "category") == "neutral":
        told["neutral"] = True
    referred_to = reader.one_of("referred_to", [one["id"] for one in file.all("organisation")])
    verification = _verification(reader, file, day) if phase == "concluded" else None
    more = {"referred_to": referred_to, "verification": verification}
    return told | {name: value for name, value in more.items() if value is not None}


def _verification(reader: Reader, file: OpenFile, day: str) -> Document | None:
    """R9: what was verified; nothing when nobody says anything."""
    stable, adequate = reader.ticked("stable_condition"), reader.ticked("adequate_behaviour")
    if file.file["phase"] != "hired" or not reader.ticked("verified"):
        return None
    by = reader.one_of("verified_by", [one["id"] for one in file.all("actor")], needed=True)
    on = reader.day("verified_on") or day
    return {"stable_condition": stable, "adequate_behaviour": adequate, "verified_on": on, "verified_by": by}
