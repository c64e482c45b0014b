"""What the method asks for, one condition each: nothing when it is met, else what is missing and what settles it.

The same conditions hold the next phase back, are looked at again for what lies behind, and say where the nine steps
stand. ``settled_by`` in a finding is the kind of record that puts it right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from coupole.errors import Finding
from coupole.node.records.follow_ups import REQUIRED, employed_by, of_hire, unscheduled
from coupole.node.records.project import (
    Placed,
    accompaniment,
    closure,
    day_of,
    each,
    hire_on,
    hires,
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
FOLLOWED_MONTHS = 3
EVALUATED_MONTHS = 6
TEAM = {"project_responsible": "team_responsible_missing", "host_operator": "team_operator_missing"}
"""The roles without which a team is not complete."""
FILE = "/accompaniment/0"
Words = Mapping[str, str | int]
"""Words and limits of the standard for a sentence."""


def found(
    code: str, place: str, rule: str, settled_by: str, *, blocking: bool = True, params: Words | None = None
) -> Finding:
    """A finding of the method."""
    return Finding(code, place, rule, {"settled_by": settled_by, **(params or {})}, blocking)


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
    settled_by = "status_observation" if code == "target_group_missing" else "agreement"
    return [found(code, f"{FILE}/agreement", "R3", settled_by)]


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
    for signature in plan.document.get("signed_by", []):
        if signature["role"] == "participant" and signature["on"] <= day.isoformat():
            return []
    return [found("plan_unsigned", f"{plan.place}/signed_by", "R5", "plan")]


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


def hired(dossier: StoredDossier, day: date) -> list[Finding]:
    """R8: a hire starts on ``day``, and the checks after it are scheduled."""
    for hire in hires(dossier):
        if hire.document["from"] == day.isoformat():
            return followed(dossier, hire)
    return [found("hire_missing", "/placement", "R8", "placement")]


def followed(dossier: StoredDossier, hire: Placed) -> list[Finding]:
    """R8: follow-ups at one, two and three months after the hire are there; the one at six should be."""
    months = [content["month"] for content in unscheduled(dossier, hire.document)]
    return [
        found("follow_up_missing", "/follow_up", "R8", "follow_up", blocking=month in REQUIRED, params={"month": month})
        for month in months
    ]


def three_months_passed(dossier: StoredDossier, day: date) -> list[Finding]:
    """R8: the accompaniment went on for three months after the hire."""
    hire = hire_on(dossier, day)
    since = day_of(hire.document, "from") if hire else day_of(accompaniment(dossier), "hired_on")
    if since is not None and day >= add_months(since, FOLLOWED_MONTHS):
        return []
    return [found("conclusion_too_early", f"{FILE}/hired_on", "R8", "follow_up", params={"months": FOLLOWED_MONTHS})]


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


def job_lost(dossier: StoredDossier, day: date) -> list[Finding]:
    """A2: the job ended, or somebody said so in a follow-up."""
    hire = hire_on(dossier, day)
    if hire is not None:
        ended = day_of(hire.document, "to")
        if ended is not None and ended <= day:
            return []
        checked = (placed.document for placed in of_hire(dossier, hire.document))
        told = (check for check in checked if employed_by(check) is False)
        if any(check["checked_on"] <= day.isoformat() for check in told):
            return []
    return [found("job_not_lost", f"{hire.place}/to" if hire else "/placement", "R13", "placement")]


def suspension_reasoned(dossier: StoredDossier, day: date, decided_in: str | None, place: str) -> list[Finding]:
    """A2: why it is suspended stands in the meeting or evaluation that decided, or with the placement that ended."""
    decision = named(dossier, decided_in)
    if decision is not None and "held_on" in decision.document:
        return []
    ended = (placed.document for placed in each(dossier, "placement"))
    if any(placement.get("to") == day.isoformat() and "end_reason" in placement for placement in ended):
        return []
    return [found("suspension_reason_missing", place, "R13", "team_meeting")]


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
