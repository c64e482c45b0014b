"""What the method asks for, one condition each: nothing when it is met, else what is missing and what settles it.

The same conditions hold the next phase back, are looked at again for what lies behind, and say where the nine steps
stand. ``settled_by`` in a finding is the kind of record that puts it right.
"""

from __future__ import annotations

from datetime import date

from coupole.errors import Finding
from coupole.node.records.project import (
    FILE,
    Placed,
    accompaniment,
    closure,
    day_of,
    each,
    found,
    lasts_on,
    named,
    plan_on,
    target_groups,
    team_on,
)
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.calendar import add_months
from coupole.standard.codes import code_list

NOT_PRESCRIBERS = ("self_or_family", "unknown")
"""Sources of a referral behind which no service stands."""
WITHOUT_HIRE = ("sheltered_long_term", "work_care", "observation", "training")
"""Pathways that may end well without a hire."""
EVALUATED_MONTHS = 6
REVISED = ("revised", "abandoned")
TERMS = ("domain", "competence", "target_level", "required_for_enterprise", "due_on")
"""What an objective asks for; its wording may be corrected."""
TEAM = {"project_responsible": "team_responsible_missing", "host_operator": "team_operator_missing"}
"""The roles without which a team is not complete."""


def referral_accepted(dossier: StoredDossier, day: date) -> list[Finding]:
    """A2: the referral was accepted by ``day``."""
    referral = named(dossier, accompaniment(dossier).get("referral"))
    if referral is None:
        return [found("referral_missing", f"{FILE}/referral", "R1", "referral")]
    decided_on = day_of(referral.document, "decided_on")
    if referral.document["decision"] == "accepted" and (decided_on is None or decided_on <= day):
        return []
    return [found("referral_not_accepted", f"{referral.place}/decision", "R1", "referral")]


def service_named(dossier: StoredDossier) -> list[Finding]:
    """R1: a service stands behind the referral."""
    referral = named(dossier, accompaniment(dossier).get("referral"))
    if referral is None or referral.document["source_type"] not in NOT_PRESCRIBERS:
        return []
    return [found("referral_service_missing", f"{referral.place}/source_type", "R1", "referral")]


def plan_drafted(dossier: StoredDossier, day: date) -> list[Finding]:
    """R2: a plan with objectives, and at least one evaluation planned in every six months."""
    plan = plan_on(dossier, day)
    if plan is None:
        return [found("plan_missing", f"{FILE}/current_plan", "R2", "plan")]
    problems = []
    if not any(named(dossier, objective) for objective in plan.document["objectives"]):
        problems.append(found("plan_objectives_missing", f"{plan.place}/objectives", "R2", "objective"))
    if not _often_enough(plan.document):
        problems.append(found("evaluation_schedule_sparse", f"{plan.place}/evaluation_schedule", "R2", "plan"))
    return problems


def agreement_covers(dossier: StoredDossier, day: date) -> list[Finding]:
    """R3: an agreement with the administration, signed and in force on ``day``, covers the accompaniment."""
    named_here = accompaniment(dossier).get("agreement")
    agreements = [document for record, document in dossier.outside.items() if ":agreement:" in record]
    own = dossier.outside.get(named_here or "")
    if own is None:
        return [found("agreement_missing", f"{FILE}/agreement", "R3", "agreement")]
    # An earlier agreement, still named by a placement or a payment, may be the one that held on that day.
    if any(not _fault(dossier, agreement, day) for agreement in agreements):
        return []
    code = _fault(dossier, own, day)
    if code == "target_group_missing":
        told = next(
            (f"{one.place}/target_groups" for one in each(dossier, "status_observation")), "/status_observation"
        )
        return [found(code, told, "R3", "status_observation")]
    return [found(code, f"{FILE}/agreement", "R3", "agreement")]


def team_complete(dossier: StoredDossier, day: date) -> list[Finding]:
    """R4: a responsible and an operator of the host are in the team on ``day``."""
    present = {member["role"] for member in team_on(dossier, day)}
    place = f"{teams[-1].place}/members" if (teams := each(dossier, "team")) else "/team"
    return [found(code, place, "R4", "team") for role, code in TEAM.items() if role not in present]


def plan_signed(dossier: StoredDossier, day: date) -> list[Finding]:
    """R5: the person signed the plan that holds on ``day``."""
    plan = plan_on(dossier, day)
    if plan is None:
        return [found("plan_missing", f"{FILE}/current_plan", "R5", "plan")]
    if signed_by_person(plan, day):
        return []
    return [found("plan_unsigned", f"{plan.place}/signed_by", "R5", "plan")]


def signed_by_person(plan: Placed, day: date) -> date | None:
    """When the person signed that version; none when they had not by ``day``."""
    signatures = plan.document.get("signed_by", [])
    own = (one["on"] for one in signatures if one["role"] == "participant" and one["on"] <= day.isoformat())
    first = min(own, default=None)
    return None if first is None else date.fromisoformat(first)


def placed(dossier: StoredDossier, day: date, phase: str, *, starting: bool) -> list[Finding]:
    """A2: a placement on the side of the phase is open on ``day``, or starts that very day."""
    for placement in each(dossier, "placement"):
        document = placement.document
        begins = document["from"] == day.isoformat() or not starting
        if begins and not document["hire"] and lasts_on(document, day) and _fits(dossier, document, phase):
            return []
    code = "placement_social_missing" if phase == "insertion_coop" else "placement_ordinary_missing"
    return [found(code, "/placement", "R13", "placement")]


def objectives_achieved(dossier: StoredDossier, day: date) -> list[Finding]:
    """R7: every objective needed for the enterprise was achieved by ``day``."""
    needed = [placed for placed in each(dossier, "objective") if placed.document["required_for_enterprise"]]
    known = [placed for placed in needed if placed.document["set_on"] <= day.isoformat()]
    pending = [placed for placed in known if not _is_settled(placed.document, day)]
    if not known:
        return [found("objectives_required_none", "/objective", "R7", "objective", blocking=False)]
    return [found("objective_pending", f"{placed.place}/status", "R7", "objective") for placed in pending]


def verified(dossier: StoredDossier, day: date) -> list[Finding]:
    """R9: a stable condition and adequate behaviour were verified by ``day``."""
    ending = closure(dossier)
    if ending is None:
        return []
    verification = ending.document.get("verification")
    place = f"{ending.place}/verification"
    if verification is None or verification["verified_on"] > day.isoformat():
        return [found("verification_missing", place, "R9", "closure")]
    codes = {"stable_condition": "stable_condition_unverified", "adequate_behaviour": "behaviour_unverified"}
    return [
        found(code, f"{place}/{field}", "R9", "closure") for field, code in codes.items() if not verification[field]
    ]


def closed(dossier: StoredDossier) -> list[Finding]:
    """A2: how and why it ended is written."""
    return [] if closure(dossier) else [found("closure_missing", "/closure", "R13", "closure")]


def may_end_without_hire(dossier: StoredDossier) -> list[Finding]:
    """A2: the pathway does not look for a hire."""
    if accompaniment(dossier)["pathway"] in WITHOUT_HIRE:
        return []
    return [found("conclusion_needs_hire", f"{FILE}/pathway", "R13", "placement")]


def suspension_reasoned(dossier: StoredDossier, day: date, decided_in: str | None, place: str) -> list[Finding]:
    """A2: why it is suspended stands in the meeting or evaluation that decided, or with the placement that ended."""
    decision = named(dossier, decided_in)
    if decision is not None and "held_on" in decision.document:
        return []
    ended = (placed.document for placed in each(dossier, "placement"))
    if any(placement.get("to") == day.isoformat() and "end_reason" in placement for placement in ended):
        return []
    return [found("suspension_reason_missing", place, "R13", "team_meeting")]


def decided(dossier: StoredDossier, objective: Placed) -> list[Finding]:
    """R6: an objective that was revised, dropped or added later was decided in a minuted meeting or an evaluation."""
    document = objective.document
    if document["status"] in REVISED:
        return _decision(dossier, objective)
    signed = signed_days(dossier)
    if not signed or document["set_on"] <= min(signed) or "decided_in" in document:
        return []
    replacing = (placed.document.get("replaced_by") for placed in each(dossier, "objective"))
    meetings = (placed.document for placed in each(dossier, "team_meeting"))
    if document["id"] in replacing or any(_minutes(meeting, document) for meeting in meetings):
        return []
    return [found("objective_added_unminuted", objective.place, "R6", "team_meeting")]


def signed_days(dossier: StoredDossier) -> list[str]:
    """The days on which somebody signed a version of the plan."""
    return [signature["on"] for placed in each(dossier, "plan") for signature in placed.document.get("signed_by", [])]


def check_objective_added(dossier: StoredDossier, added: Placed) -> list[Finding]:
    """R6: what stands against an objective that is new; once somebody has signed, the team decides it."""
    signed = signed_days(dossier)
    if signed and added.document["set_on"] > min(signed) and "decided_in" in added.document:
        return _decision(dossier, added)
    return decided(dossier, added)


def check_objective_change(dossier: StoredDossier, before: Document, after: Placed) -> list[Finding]:
    """R6: what stands against an objective that was rewritten. ``after`` is in the dossier, ``before`` is how it was.

    Once the person has signed, the terms are changed by a new objective that replaces this one, decided by the team.
    """
    signed = any("signed_on" in placed.document for placed in each(dossier, "plan"))
    rewritten = [term for term in TERMS if before.get(term) != after.document.get(term)]
    if signed and rewritten:
        return [found("objective_terms_changed", f"{after.place}/{rewritten[0]}", "R6", "team_meeting")]
    settled = after.document["status"] in REVISED and before["status"] != after.document["status"]
    return _decision(dossier, after) if settled else []


def _decision(dossier: StoredDossier, objective: Placed) -> list[Finding]:
    document = objective.document
    decision = named(dossier, document.get("decided_in"))
    if decision is None:
        code = "objective_decision_missing"
    elif "held_on" not in decision.document:
        code = "objective_decision_not_held"
    elif "minutes" not in decision.document and not _minutes(decision.document, document):
        code = "objective_decision_unminuted"
    elif document["status_on"] < decision.document["held_on"]:
        return [found("objective_changed_early", f"{objective.place}/status_on", "R6", "objective")]
    else:
        return []
    return [found(code, f"{objective.place}/decided_in", "R6", "team_meeting")]


def _minutes(meeting: Document, objective: Document) -> bool:
    """Whether it is written that this was decided there: among the changes, or as decision of an evaluation."""
    changes = meeting.get("objective_changes", [])
    return "decision" in meeting or any(change["objective"] == objective["id"] for change in changes)


def _often_enough(plan: Document) -> bool:
    schedule = plan["evaluation_schedule"]
    if "every_months" in schedule:
        return bool(schedule["every_months"] <= EVALUATED_MONTHS)
    days = sorted(date.fromisoformat(text) for text in (plan["drafted_on"], *schedule["dates"]))
    last = day_of(plan, "expected_end_on")
    following = [*days[1:], *([last] if last else [])]
    return all(later <= add_months(day, EVALUATED_MONTHS) for day, later in zip(days, following, strict=False))


def _fault(dossier: StoredDossier, agreement: Document, day: date) -> str:
    """Why the agreement does not cover the accompaniment on ``day``; empty when it does."""
    if agreement["signed_on"] > day.isoformat():
        return "agreement_signed_late"
    if not lasts_on(agreement, day, "valid_from", "valid_to"):
        return "agreement_not_in_force"
    file, covers = accompaniment(dossier), agreement["covers"]
    if "accompaniments" in covers:
        return "" if file["id"] in covers["accompaniments"] else "agreement_not_covering"
    funded = {each_one["programme"] for each_one in file["programmes"]}
    groups = target_groups(dossier)
    if covers["programme"] not in funded or groups.isdisjoint(covers["target_groups"]):
        return "agreement_not_covering" if groups else "target_group_missing"
    return ""


def _fits(dossier: StoredDossier, placement: Document, phase: str) -> bool:
    side = code_list("placement_type").attribute(placement["type"], "side")
    if phase == "insertion_enterprise":
        return bool(side == "ordinary")
    # Who follows a training pathway is placed in the training centre as others are in the co-operative.
    return bool(side == "social") or (side == "training" and accompaniment(dossier)["pathway"] == "training")


def _is_settled(objective: Document, day: date) -> bool:
    return objective["status"] in ("achieved", "revised") and objective["status_on"] <= day.isoformat()
