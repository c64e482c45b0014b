"""Rules R1 to R16 over one dossier: what somebody should look at, with the record that settles it.

Only what makes the phases untrue (R13) is blocking; all else is a warning that lets one finish. What held a phase back
when it was entered is looked at again for every phase so far, so that the rules and the guards never differ.
Two rules are kept elsewhere: unknown codes (R15) are refused by ``coupole.standard.validation``, and ``leaving`` is
what a hand-over asks before a document goes to another member (R14).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from coupole.errors import Finding
from coupole.node.records import conditions, phases, renewals
from coupole.node.records.follow_ups import due_on, followed, of_hire
from coupole.node.records.project import (
    FILE,
    INSERTION,
    WORKING,
    Placed,
    Words,
    accompaniment,
    closure,
    day_of,
    each,
    first_day,
    found,
    hires,
    is_final,
    lasts_on,
    named,
    phase_history,
    plan_on,
    team_on,
)
from coupole.node.store.changes import Document, StoredDossier
from coupole.standard.calendar import last_day, years_between
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES, Field

WEEKLY_HOURS = 48
"""Working time directive 2003/88/EC: at most so many hours a week, all jobs together."""
AGES = (14, 99)
EXIT_WINDOW = timedelta(days=28)
"""ESF+ takes the last situation within four weeks of leaving."""
EXCUSED = {"referral": {"R1"}, "agreement": {"R3"}, "current_plan": {"R2", "R5"}}
"""What is not asked again of a file that says why it lacks this."""
REFERRED = ("referred", "not_started")
DRAFTED = ("referred", "drafting", "not_started", "discontinued")
"""Phases in which there need not be a plan."""


def findings(dossier: StoredDossier, today: date) -> list[Finding]:
    """Everything the rules find in the dossier, each thing once, in the order of the rules."""
    missing = accompaniment(dossier).get("missing", {})
    excused = {rule for field, excused_rules in EXCUSED.items() if field in missing for rule in excused_rules}
    seen: dict[tuple[str, str, str], Finding] = {}
    warnings = [replace(finding, blocking=False) for finding in _warnings(dossier, today)]
    for finding in phases.history_findings(dossier, today) + warnings:
        if finding.rule not in excused:
            seen.setdefault((finding.code, finding.pointer, str(finding.params)), finding)
    return sorted(seen.values(), key=lambda finding: (-ord(finding.rule[0]), int(finding.rule[1:]), finding.pointer))


def leaving(entity: str, document: Document) -> list[Finding]:
    """R14: the fields of a document that must stay at the node, before it goes to another member."""
    return list(_local(ENTITIES[entity].fields, document, ""))


def _warnings(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    yield from phases.replayed(dossier)
    for rule in RULES:
        yield from rule(dossier, today)


def _service(dossier: StoredDossier, today: date) -> list[Finding]:
    """R1: who is past the referral has a service behind it."""
    return conditions.service_named(dossier) if accompaniment(dossier)["phase"] not in REFERRED else []


def _schedule(dossier: StoredDossier, today: date) -> list[Finding]:
    """R2: the present plan still plans an evaluation every six months."""
    return conditions.plan_drafted(dossier, today) if accompaniment(dossier)["phase"] not in DRAFTED else []


def _agreement(dossier: StoredDossier, today: date) -> list[Finding]:
    """R3: the agreement was signed on the first day of insertion at the latest, and covered it."""
    first = first_day(dossier, INSERTION)
    return conditions.agreement_covers(dossier, first) if first else []


def _team(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R4: the team is complete on every day of insertion, and the responsible is one of them."""
    for row in phase_history(dossier):
        if row.phase in INSERTION:
            last = today if row.to is None else row.to - timedelta(days=1)
            for day in _turning_days(dossier, row.start, last):
                yield from conditions.team_complete(dossier, day)
    file = accompaniment(dossier)
    if each(dossier, "team") and not is_final(file["phase"]):
        present = {(member["actor"], member["role"]) for member in team_on(dossier, today)}
        if (file["responsible"], "project_responsible") not in present:
            yield found("responsible_not_in_team", f"{FILE}/responsible", "R4", "team")


def _turning_days(dossier: StoredDossier, first: date, last: date) -> list[date]:
    """The days on which the team may have become incomplete: the first, and the day after somebody left."""
    teams = (placed.document["members"] for placed in each(dossier, "team"))
    left = {day + timedelta(days=1) for members in teams for member in members if (day := day_of(member, "to"))}
    return sorted(day for day in {first, *left} if first <= day <= last)


def _plan(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R5: the plan that holds says what the person works on; signed, and with the place once insertion has begun."""
    yield from renewals.findings(dossier, today)
    if first_day(dossier, INSERTION) is None or is_final(accompaniment(dossier)["phase"]):
        return
    yield from conditions.plan_signed(dossier, today)
    plan = plan_on(dossier, today)
    if plan is not None and plan.document["operating_structure"]["organisation"] is None:
        yield found("plan_structure_open", f"{plan.place}/operating_structure/organisation", "R5", "plan")


def _objectives(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R6: what changed in the objectives was decided in a minuted meeting or an evaluation."""
    for objective in each(dossier, "objective"):
        yield from conditions.decided(dossier, objective)


def _follow_ups(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R8: every hire has its checks, each on its day."""
    for hire in hires(dossier):
        yield from followed(dossier, hire)
        for check in of_hire(dossier, hire.document):
            if check.document["due_on"] != due_on(hire.document, check.document["month"]):
                yield found("follow_up_due_differs", f"{check.place}/due_on", "R8", "follow_up")


def _officers(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R10: the co-operative where somebody is placed today has an insertion officer, and a trained one."""
    actors = [document for record, document in dossier.outside.items() if ":actor:" in record]
    officers = [actor for actor in actors if "coop_insertion_officer" in actor["roles"]]
    for placement in each(dossier, "placement"):
        host = placement.document["host"]
        if not lasts_on(placement.document, today) or not _is_social(placement):
            continue
        own = [actor for actor in officers if actor["organisation"] == host and _active(actor, today)]
        if not own:
            yield found("insertion_officer_missing", f"{placement.place}/host", "R10", "team")
        elif not any(actor.get("trained_on", "9") <= today.isoformat() for actor in own):
            yield found("insertion_officer_untrained", f"{placement.place}/host", "R10", "actor")


def _is_social(placement: Placed) -> bool:
    return bool(code_list("placement_type").attribute(placement.document["type"], "side") == "social")


def _active(actor: Document, day: date) -> bool:
    return lasts_on({"active_from": "1900-01-01", **actor}, day, "active_from", "active_to")


def _statuses(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R11: one situation at entry and one at exit, each in its time."""
    file = accompaniment(dossier)
    started, ended = day_of(file, "started_on"), day_of(file, "closed_on")
    entry, leave = _observed(dossier, "entry"), _observed(dossier, "exit")
    for repeated in entry[1:]:
        yield found("entry_status_repeated", repeated.place, "R11", "status_observation")
    for repeated in leave[1:]:
        yield found("exit_status_repeated", repeated.place, "R11", "status_observation")
    if started and not entry:
        yield found("entry_status_missing", "/status_observation", "R11", "status_observation")
    if started and ended and not leave and today > ended + EXIT_WINDOW and not _died(dossier):
        yield found("exit_status_missing", "/status_observation", "R11", "status_observation")
    for placed in entry if started else []:
        if placed.document["observed_on"] > file["started_on"]:
            yield found("entry_status_late", f"{placed.place}/observed_on", "R11", "status_observation")
    for placed in leave:
        day = date.fromisoformat(placed.document["observed_on"])
        if ended is None or not ended <= day <= ended + EXIT_WINDOW:
            words: Words = {"days": EXIT_WINDOW.days}
            yield found(
                "exit_status_untimely", f"{placed.place}/observed_on", "R11", "status_observation", params=words
            )


def _observed(dossier: StoredDossier, stage: str) -> list[Placed]:
    return [placed for placed in each(dossier, "status_observation") if placed.document["stage"] == stage]


def _died(dossier: StoredDossier) -> bool:
    ending = closure(dossier)
    return ending is not None and ending.document["reason"] == "death"


def _dates(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R12: the dates follow each other, and are those of the phases and of the hire."""
    file, rows = accompaniment(dossier), phase_history(dossier)
    referral = named(dossier, file.get("referral"))
    days = [("referred_on", f"{referral.place}/referred_on", referral.document["referred_on"])] if referral else []
    for field in ("opened_on", "started_on", "hired_on", "closed_on"):
        if field in file:
            days.append((field, f"{FILE}/{field}", file[field]))
    for (_, _, earlier), (_, place, later) in pairwise(days):
        if later < earlier:
            yield found("dates_unordered", place, "R12", "accompaniment")
    first = first_day(dossier, WORKING)
    if first and day_of(file, "started_on") not in (first, None):
        yield found("started_on_differs", f"{FILE}/started_on", "R12", "accompaniment")
    hired = {hire.document["from"] for hire in hires(dossier)}
    if hired and "hired_on" in file and file["hired_on"] not in hired:
        yield found("hired_on_differs", f"{FILE}/hired_on", "R12", "accompaniment")
    ending = closure(dossier)
    ends = {ending.document["closed_on"]} if ending else set()
    ends |= {rows[-1].start.isoformat()} if is_final(rows[-1].phase) else set()
    if "closed_on" in file and ends - {file["closed_on"]}:
        yield found("closed_on_differs", f"{FILE}/closed_on", "R12", "accompaniment")


def _hours(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """A3: nobody works more than 48 hours a week, all placements together."""
    placements = each(dossier, "placement")
    for placement in placements:
        start = placement.document["from"]
        # The day one work ends and another begins is not a week of both: the last day is left out.
        beside = [other.document for other in placements if other.document["from"] <= start]
        hours = sum(other.get("weekly_hours", 0) for other in beside if "to" not in other or other["to"] > start)
        if hours > WEEKLY_HOURS:
            words: Words = {"limit": WEEKLY_HOURS}
            yield found("weekly_hours_exceeded", f"{placement.place}/weekly_hours", "A3", "placement", params=words)


def _age(dossier: StoredDossier, today: date) -> Iterator[Finding]:
    """R16: at entry the person is between 14 and 99 years old; a birth date known in part is given the benefit."""
    file = accompaniment(dossier)
    entry = date.fromisoformat(file.get("started_on") or file["opened_on"])
    youngest, oldest = AGES
    for participant in each(dossier, "participant"):
        born = participant.document["birth_date"]
        if born is None:
            continue
        first, last = _born(born)
        if years_between(first, entry) < youngest or years_between(last, entry) > oldest:
            words: Words = {"youngest": youngest, "oldest": oldest}
            yield found("age_unlikely", f"{participant.place}/birth_date", "R16", "participant", params=words)


def _born(text: str) -> tuple[date, date]:
    """The first and the last day on which somebody was born of whom the year, the month or the day is known."""
    first = date.fromisoformat(f"{text}-01-01"[:10])
    return first, {4: date(first.year, 12, 31), 7: last_day(first)}.get(len(text), first)


def _local(fields: Mapping[str, Field], value: Mapping[str, Any], place: str) -> Iterator[Finding]:
    for name, field in fields.items():
        inner = value.get(name)
        if not inner:
            continue
        if field.data_class == "L":
            yield found("local_field_leaving", f"{place}/{name}", "R14", "handover")
        elif isinstance(inner, list):
            for number, row in enumerate(inner):
                if isinstance(row, Mapping):
                    yield from _local(field.fields, row, f"{place}/{name}/{number}")
        elif isinstance(inner, Mapping):
            yield from _local(field.fields, inner, f"{place}/{name}")


RULES: tuple[Callable[[StoredDossier, date], Iterator[Finding] | list[Finding]], ...] = (
    _service,
    _schedule,
    _agreement,
    _team,
    _plan,
    _objectives,
    _follow_ups,
    _officers,
    _statuses,
    _dates,
    _hours,
    _age,
)
"""R7 and R9 are guards, and come with the phases so far."""
