"""The indicators counted a second time, slowly and without any of the product: plain loops over plain documents.

Written from the table of indicators, not from the catalogue file. Knows no facts, no dossiers, no expressions, and does
its own calendar. ``figures`` answers what each dossier adds to each figure, so that values, people and the largest
contribution of a figure can all be compared.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from coupole.standard import resource

Document = dict[str, Any]
Figure = tuple[str, str, str, str]
"""Indicator, dimension, code, part."""

EU = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}
EFTA = {"CH", "IS", "LI", "NO"}
INSERTION = ("insertion_coop", "insertion_enterprise")


# -- calendar ---------------------------------------------------------------------------------------------------------


def leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def split(day: str) -> tuple[int, int, int]:
    return int(day[0:4]), int(day[5:7]), int(day[8:10])


def text(year: int, month: int, day: int) -> str:
    return f"{year:04d}-{month:02d}-{day:02d}"


def serial(day: str) -> int:
    """Days since 1 January of the year 1."""
    year, month, number = split(day)
    days = 365 * (year - 1) + (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400
    for earlier in range(1, month):
        days += month_length(year, earlier)
    return days + number


def plus_months(day: str, months: int) -> str:
    year, month, number = split(day)
    while months:
        step = 1 if months > 0 else -1
        month += step
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
        months -= step
    return text(year, month, min(number, month_length(year, month)))


def age(birth: str | None, day: str | None) -> int | None:
    if birth is None or day is None:
        return None
    if len(birth) == 4:
        birth += "-07-01"
    if len(birth) == 7:
        birth += "-15"
    years = int(day[:4]) - int(birth[:4])
    birthday = birth[5:]
    if birthday == "02-29" and not leap(int(day[:4])):
        birthday = "02-28"
    return years if day[5:] >= birthday else years - 1


def months_between(first: str, last: str) -> list[tuple[str, str]]:
    """First and last day of each month of a period."""
    found = []
    year, month, _ = split(first)
    while text(year, month, 1) <= last:
        found.append((text(year, month, 1), text(year, month, month_length(year, month))))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


# -- lists ------------------------------------------------------------------------------------------------------------


def listed(name: str) -> dict[str, dict[str, Any]]:
    raw = json.loads(resource("v1", "codelists", f"{name}.json").read_bytes())
    return {item["id"]: item for item in raw["items"]}


LABOUR = listed("labour_status")
EDUCATION = listed("education_level")
OUTCOME = listed("outcome")
FOLLOWUP = listed("followup_status")
PLACEMENT = listed("placement_type")
CONTRIBUTION = listed("contribution_type")
HOUSING = listed("housing")
WITHOUT_WORK = listed("unemployment_duration")
SCALE = listed("evaluation_scale")


# -- a file -----------------------------------------------------------------------------------------------------------


class File:
    """One accompaniment (or a referral that became none) and what hangs on it."""

    def __init__(self, root: Document, documents: list[Document]) -> None:
        self.root = root
        self.acc = root if ":accompaniment:" in root["id"] else {}
        self.by_id = {document["id"]: document for document in documents}
        self.person = self.by_id.get(root.get("participant", ""), {})
        self.hanging: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            if self.acc and document.get("accompaniment") == root["id"]:
                self.hanging[document["id"].split(":")[1]].append(document)
        named = self.acc.get("referral") if self.acc else root["id"]
        if named in self.by_id:
            self.hanging["referral"].append(self.by_id[named])

    def last_status(self, stage: str, first: str = "", last: str = "9999") -> Document:
        best: Document = {}
        for status in self.hanging["status_observation"]:
            if status["stage"] != stage or not first <= status["observed_on"] <= last:
                continue
            if not best or (status["observed_on"], status["id"]) > (best["observed_on"], best["id"]):
                best = status
        return best

    def closure(self) -> Document:
        best: Document = {}
        for closure in self.hanging["closure"]:
            if not best or (closure["closed_on"], closure["id"]) > (best["closed_on"], best["id"]):
                best = closure
        return best

    def outcome_category(self) -> str | None:
        outcome = self.closure().get("outcome")
        return OUTCOME[outcome]["category"] if outcome else None

    def hire(self) -> Document:
        hires = [one for one in self.hanging["placement"] if one["hire"]]
        exact = [one for one in hires if one["from"] == self.acc.get("hired_on")]
        found = sorted(exact or hires, key=lambda one: (one["from"], one["id"]))
        return found[-1] if found else {}

    def follow_up(self, reference: str, month: int) -> str | None:
        found = [one for one in self.hanging["follow_up"] if (one["reference"], one["month"]) == (reference, month)]
        found.sort(key=lambda one: (one.get("checked_on", ""), one["id"]))
        return found[-1].get("status") if found else None

    def entry_day(self) -> str | None:
        referral = self.hanging["referral"][0] if self.hanging["referral"] else {}
        return self.acc.get("started_on") or self.acc.get("opened_on") or referral.get("referred_on")

    def age(self) -> int | None:
        return age(self.person.get("birth_date"), self.entry_day())

    def dimensions(self) -> dict[str, list[str]]:
        years = self.age()
        band = "unknown"
        for low, high, code in (
            (0, 17, "0_17"),
            (18, 24, "18_24"),
            (25, 29, "25_29"),
            (30, 44, "30_44"),
            (45, 54, "45_54"),
            (55, 999, "55_plus"),
        ):
            if years is not None and low <= years <= high:
                band = code
        target = "unknown"
        for group in self.last_status("entry").get("target_groups", []):
            if group["primary"]:
                target = group["code"]
        pathway = self.acc.get("pathway")
        if pathway is None and self.hanging["referral"]:
            pathway = self.hanging["referral"][0].get("requested_pathway")
        programmes = {one["programme"] for one in self.acc.get("programmes", [])}
        return {
            "total": ["total"],
            "sex": [self.person.get("sex") or "U"],
            "age_band": [band],
            "target_group": [target],
            "pathway": [pathway or "unknown"],
            "programme": sorted(programmes) or ["unknown"],
        }

    def complete(self) -> bool:
        entry = self.last_status("entry")
        labour = LABOUR.get(entry.get("labour_status") or "", {}).get("group")
        education = EDUCATION.get(entry.get("education_level") or "", {}).get("esfGroup")
        return (
            self.person.get("sex") in ("F", "M", "X")
            and self.person.get("birth_date") is not None
            and labour in ("employed", "unemployed", "inactive")
            and education in ("ED0-2", "ED3_4", "ED5-8")
        )

    def full_insertion_month(self, first: str, last: str) -> bool:
        for one in self.acc.get("phase_history", []):
            if one["phase"] in INSERTION and one["from"] <= first and (not one.get("to") or one["to"] >= last):
                return True
        return False


# -- counting ---------------------------------------------------------------------------------------------------------


class Count:
    """What each dossier adds to each figure of a period."""

    def __init__(self, first: str, last: str) -> None:
        self.first, self.last = first, last
        self.figures: dict[Figure, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, indicator: str, part: str, value: int, dossier: str, dimensions: dict[str, list[str]]) -> None:
        if value:
            for dimension, codes in dimensions.items():
                for code in codes:
                    self.figures[indicator, dimension, code, part][dossier] += value

    def ratio(self, indicator: str, met: Any, dossier: str, dimensions: dict[str, list[str]]) -> None:
        self.add(indicator, "den", 1, dossier, dimensions)
        self.add(indicator, "num", 1 if met else 0, dossier, dimensions)

    def flow(self, day: str | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def stock(self, first: str | None, last: str | None) -> bool:
        return first is not None and first <= self.last and (last is None or last > self.last)


def willing(files: list[File]) -> list[File]:
    """Those of people who did not say that they want to be in no figure; what is owed for a fund counts all."""
    return [file for file in files if not unwilling(file.person)]


def unwilling(person: Document) -> bool:
    said = sorted(
        (one["granted_on"], one.get("withdrawn_on") or "")
        for one in person.get("consents") or []
        if one["purpose"] == "statistics"
    )
    return bool(said and said[-1][1])


def figures(documents: list[Document], first: str, last: str) -> dict[Figure, dict[str, int]]:
    """Indicator, dimension, code, part -> dossier -> what it adds. Nothing that is nothing."""
    count = Count(first, last)
    count_all(count, documents)
    return {figure: dict(added) for figure, added in count.figures.items()}


def count_all(count: Count, documents: list[Document]) -> None:
    """Everything of these documents that counts."""
    by_id = {document["id"]: document for document in documents}
    named = {one.get("referral") for one in documents if ":accompaniment:" in one["id"]}
    files = []
    for document in documents:
        kind = document["id"].split(":")[1]
        if kind == "accompaniment" or (kind == "referral" and document["id"] not in named):
            files.append(File(document, documents))
    for file in willing(files):
        stocks(count, file, by_id)
        flows(count, file, by_id)
        outcomes(count, file)
        quality(count, file, by_id)
        money(count, file)
    caseload(count, willing(files))
    organisations(count, documents)
    esf(count, files)


def stocks(count: Count, file: File, by_id: dict[str, Document]) -> None:
    acc, root, dims = file.acc, file.root["id"], file.dimensions()
    if acc and count.stock(acc["opened_on"], acc.get("closed_on")) and acc["phase"] != "not_started":
        phase = "unknown"
        for one in acc["phase_history"]:
            if count.stock(one["from"], one.get("to")):
                phase = one["phase"]
        count.add("S01", "count", 1, root, dims | {"phase": [phase]})
    open_now = [one for one in file.hanging["placement"] if count.stock(one["from"], one.get("to"))]
    if open_now:
        own = {
            "side": sorted({PLACEMENT[one["type"]]["side"] for one in open_now}),
            "sector": sorted({one.get("sector") or "unknown" for one in open_now}),
            "contract": sorted({one["contract_type"] for one in open_now}),
        }
        count.add("S02", "count", 1, root, dims | own)
    for one in open_now:
        host = by_id.get(one["host"], {})
        if host.get("capacity"):
            count.add("S04", "num", 1, root, {"total": ["total"], "organisation_type": host["types"]})
    for referral in file.hanging["referral"]:
        ends = [acc.get("opened_on")]
        if referral["decision"] in ("accepted", "refused", "withdrawn"):
            ends.append(referral["decided_on"])
        end = min((one for one in ends if one), default=None)
        if count.stock(referral["referred_on"], end):
            count.add("S03", "count", 1, root, dims | {"referral_source": [referral["source_type"]]})
    for one in acc.get("phase_history", []):
        if one["phase"] in (*INSERTION, "hired") and count.stock(one["from"], one.get("to")):
            roles = set()
            for team in file.hanging["team"]:
                for member in team["members"]:
                    if count.stock(member["from"], member.get("to")):
                        roles.add(member["role"])
            count.ratio("S06", {"project_responsible", "host_operator"} <= roles, root, dims)


def flows(count: Count, file: File, by_id: dict[str, Document]) -> None:
    acc, root, dims = file.acc, file.root["id"], file.dimensions()
    referral = file.hanging["referral"][0] if file.hanging["referral"] else {}
    source = {"referral_source": [referral.get("source_type", "unknown")]}
    if referral and count.flow(referral["referred_on"]):
        count.add("F01", "count", 1, root, dims | source | {"decision": [referral["decision"]]})
    if referral and count.flow(referral.get("decided_on")) and referral["decision"] in ("accepted", "refused"):
        count.ratio("F06", referral["decision"] == "accepted", root, dims | source)
    if count.flow(acc.get("opened_on")):
        count.add("F02", "count", 1, root, dims | source)
    if count.flow(acc.get("started_on")):
        entry = file.last_status("entry")
        own = {
            "education": [entry.get("education_level") or "UNK"],
            "labour_status": [entry.get("labour_status") or "unknown"],
            "citizenship_group": [citizenship(file, by_id)],
        }
        count.add("F03", "count", 1, root, dims | own)
        waited = None if not referral else serial(acc["started_on"]) - serial(referral["referred_on"])
        count.add("Q08", band(waited, (0, 30, 60, 90, 180)) or "band_6", 1, root, dims | source)
        count.ratio("Q10", file.complete(), root, dims)
        signed = False
        for plan in file.hanging["plan"]:
            for one in plan.get("signed_by", []):
                signed = signed or (one["role"] == "participant" and one["on"] <= acc["started_on"])
        count.ratio("Q04", signed, root, dims)
    if count.flow(acc.get("hired_on")):
        hire = file.hire()
        own = {
            "sector": [hire.get("sector") or "unknown"],
            "contract": [hire.get("contract_type") or "unknown"],
            "working_time": [hire.get("working_time") or "unknown"],
        }
        count.add("F04", "count", 1, root, dims | own)
    if count.flow(acc.get("closed_on")):
        category = {"outcome_category": [file.outcome_category() or "unknown"]}
        reason = {"exit_reason": [file.closure().get("reason") or "unknown"]}
        count.add("F05", "count", 1, root, dims | category | reason)
        length = serial(acc["closed_on"]) - serial(acc["opened_on"])
        number = band(length, (0, 91, 183, 365, 730))
        if number:
            count.add("D02", number, 1, root, dims | category)
        done = [one for one in file.hanging["action"] if one.get("result") in ("completed", "certified")]
        count.ratio("T01", done, root, dims)
    for one in acc.get("phase_history", []):
        if count.flow(one.get("to")):
            number = band(serial(one["to"]) - serial(one["from"]), (0, 91, 183, 365, 730))
            if number:
                count.add("D01", number, 1, root, dims | {"phase": [one["phase"]]})
    for action in file.hanging["action"]:
        if count.flow(action["to"]):
            hours = round(action["hours"] * 100)
            if action["audience"] == "participant":
                own = {"action_type": [action["type"]]}
                count.add("F07", "n", 1, root, dims | own)
                count.add("F07", "sum", hours, root, dims | own)


def citizenship(file: File, by_id: dict[str, Document]) -> str:
    held = file.person.get("citizenships")
    if not held:
        return "unknown"
    if by_id.get(file.acc["agency"], {}).get("country") in held:
        return "national"
    for group, countries in (("eu", EU), ("efta", EFTA), ("stateless", {"XA"})):
        if countries & set(held):
            return group
    return "third_country"


def band(value: int | None, starts: tuple[int, ...]) -> str | None:
    """The last band that starts at or below the value."""
    found = None
    for number, start in enumerate(starts, 1):
        if value is not None and value >= start:
            found = f"band_{number}"
    return found


def outcomes(count: Count, file: File) -> None:
    acc, root, dims = file.acc, file.root["id"], file.dimensions()
    closed, hired = acc.get("closed_on"), acc.get("hired_on")
    if count.flow(closed):
        category, closure = file.outcome_category(), file.closure()
        neutral = closure.get("neutral") is True or category == "neutral"
        days = serial(closed) - serial(acc["started_on"]) if acc.get("started_on") else 0
        if acc["pathway"] == "transition" and not neutral and days > 90:
            own = {"outcome_category": [category or "unknown"]}
            count.ratio("O01", category == "lasting_job", root, dims | own)
            count.ratio("O02", category in ("lasting_job", "transition_job", "positive_exit"), root, dims)
        if hired:
            verified = closure.get("verification", {})
            met = (
                acc["phase"] == "concluded" and verified.get("stable_condition") and verified.get("adequate_behaviour")
            )
            count.ratio("O06", met, root, dims)
        rungs = [file.last_status(stage).get("participation_ladder") for stage in ("entry", "exit")]
        if rungs[0] and rungs[1]:
            count.add("O07", "count", 1, root, dims | {"rungs": [f"{rungs[0]}_{rungs[1]}"]})
        lifted = {one["code"] for one in file.last_status("exit").get("barriers", []) if one["state"] == "lifted"}
        for one in file.last_status("entry").get("barriers", []):
            if one["state"] == "present":
                count.ratio("O08", one["code"] in lifted, root, dims | {"barrier": [one["code"]]})
        for competence, levels in ratings(file).items():
            if len(levels) >= 2:
                gain = max(-1, min(2, levels[-1] - levels[0]))
                count.add("O10", f"band_{gain + 2}", 1, root, dims | {"competence": [competence]})
    for months, employed_id, same_id in ((3, "O03", "O05"), (6, "O04", "O05b")):
        if hired and count.flow(plus_months(hired, months)) and acc["pathway"] == "transition":
            status = file.follow_up("hire", months)
            employed = FOLLOWUP[status]["employed"] if status else None
            contract = {"contract": [file.hire().get("contract_type") or "unknown"]}
            count.ratio(employed_id, employed is True, root, dims | contract)
            count.ratio(employed_id + "b", employed is not None, root, dims | contract)
            sector = {"sector": [file.hire().get("sector") or "unknown"]}
            count.ratio(same_id, status == "same_job", root, dims | sector)
    for objective in file.hanging["objective"]:
        if objective["status"] in ("achieved", "partly_achieved", "not_achieved") and count.flow(
            objective["status_on"]
        ):
            count.ratio("O09", objective["status"] == "achieved", root, dims | {"domain": [objective["domain"]]})


def ratings(file: File) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    held = [one for one in file.hanging["evaluation"] if one.get("held_on")]
    held.sort(key=lambda one: (one["held_on"], one["id"]))
    for evaluation in held:
        for rating in evaluation.get("ratings", []):
            rank = SCALE[rating["level"]].get("rank")
            if rating.get("competence") and rank is not None:
                found[rating["competence"]].append(rank)
    return found


def quality(count: Count, file: File, by_id: dict[str, Document]) -> None:
    acc, root, dims = file.acc, file.root["id"], file.dimensions()
    for first, last in months_between(count.first, count.last):
        if file.full_insertion_month(first, last):
            met = False
            for meeting in file.hanging["team_meeting"]:
                met = met or (meeting["type"] == "team_monthly" and first <= meeting.get("held_on", "") <= last)
            count.ratio("Q01", met, root, dims)
    for evaluation in file.hanging["evaluation"]:
        held = evaluation.get("held_on")
        if count.flow(evaluation["planned_on"]):
            on_time = held is not None and serial(held) <= serial(evaluation["planned_on"]) + 14
            count.ratio("Q02", on_time, root, dims | {"evaluation_type": [evaluation["type"]]})
        if count.flow(held):
            count.ratio("Q05", evaluation.get("with_organisation"), root, dims)
    for meeting in file.hanging["team_meeting"]:
        if count.flow(meeting.get("held_on")):
            count.ratio("Q07", meeting.get("objective_changes"), root, dims)
    started = sorted(one["from"] for one in acc.get("phase_history", []) if one["phase"] in INSERTION)
    if started and count.flow(started[0]):
        agreement = by_id.get(acc.get("agreement") or "", {})
        own = {"agreement_type": [agreement.get("type", "unknown")]}
        count.ratio("Q03", agreement and agreement["signed_on"] <= started[0], root, dims | own)
    if acc.get("hired_on") and count.flow(plus_months(acc["hired_on"], 3)):
        checked = {
            one["month"] for one in file.hanging["follow_up"] if one["reference"] == "hire" and one.get("checked_on")
        }
        count.ratio("Q06", {1, 2, 3} <= checked, root, dims)


def money(count: Count, file: File) -> None:
    root, dims = file.root["id"], file.dimensions()
    for one in file.hanging["contribution"]:
        flow, currency, amount = CONTRIBUTION[one["type"]]["flow"], one["currency"], one["amount_minor"]
        own = {"contribution_type": [one["type"]]}
        shown = dims | own | {"payer": [one["payer"]], "flow": [flow]} if currency == "EUR" else {}
        if one["status"] == "paid" and count.flow(one["paid_on"]):
            count.add("M01", "n", 1, root, shown | {"currency": [currency]})
            count.add("M01", "sum", amount, root, shown | {"currency": [currency]})
            if currency == "EUR":
                number = band(amount, (0, 5_000, 10_000, 25_000, 50_000, 100_000))
                count.add("M01b", number, 1, root, dims | own | {"flow": [flow]})
            if currency == "EUR" and flow == "to_person":
                count.add("M02", "sum", amount, root, dims)
        if count.flow(one["period_to"]):
            shown = (dims | own if currency == "EUR" else {}) | {"currency": [currency]}
            count.add("M03", "sum_num", amount if one["status"] == "paid" else 0, root, shown)
            count.add("M03", "sum_den", amount if one["status"] in ("paid", "planned") else 0, root, shown)
            if currency == "EUR" and one["status"] in ("paid", "planned"):
                count.ratio("M03b", one["status"] == "paid", root, dims | own)
    for first, last in months_between(count.first, count.last):
        if file.full_insertion_month(first, last):
            count.add("M02", "n", 1, root, dims)


def caseload(count: Count, files: list[File]) -> None:
    carried: dict[str, list[str]] = defaultdict(list)
    for file in files:
        acc = file.acc
        if acc and count.stock(acc["opened_on"], acc.get("closed_on")) and acc["phase"] != "not_started":
            carried[acc["responsible"]].append(acc["id"])
    for dossiers in carried.values():
        number = band(len(dossiers), (1, 5, 10, 15, 25))
        assert number
        for place, dossier in enumerate(dossiers):
            figure = count.figures["S07", "total", "total", number]
            figure[dossier] += 1 if place == 0 else 0  # the actor counts once, the people behind are all of them


def organisations(count: Count, documents: list[Document]) -> None:
    total = {"total": ["total"]}
    meetings: dict[str, list[Document]] = defaultdict(list)
    for one in documents:
        kind = one["id"].split(":")[1]
        if kind == "agreement" and count.stock(one["valid_from"], one.get("valid_to")):
            count.add("S05", "count", 1, one["id"], total | {"agreement_type": [one["type"]]})
        if kind == "organisation":
            for capacity in one.get("capacity", []):
                if count.stock(capacity["from"], capacity.get("to")):
                    places = capacity["places_heads"]
                    count.add("S04", "den", places, one["id"], total | {"organisation_type": one["types"]})
        if kind == "coordination_meeting":
            meetings[one["agency"]].append(one)
        if kind == "action" and one["audience"] == "staff" and count.flow(one["to"]):
            dossier = one.get("accompaniment") or one["id"]
            count.add("T02", "n", 1, dossier, total)
            count.add("T02", "sum", round(one["hours"] * 100), dossier, total)
    by_id = {one["id"]: one for one in documents}
    for agency, held in meetings.items():
        own = total | {"agency": [agency]}
        since = min(one["held_on"] for one in held)
        until = by_id[agency].get("member_until")
        for first, last in months_between(count.first, count.last):
            if since <= last and (until is None or until >= last):
                count.ratio("Q09", [one for one in held if first <= one["held_on"] <= last], agency, own)
        for one in held:
            if count.flow(one["held_on"]):
                count.add("Q09b", "den", len(one["attendees"]), agency, own)
                count.add("Q09b", "num", sum(1 for who in one["attendees"] if who["present"]), agency, own)


def esf(count: Count, files: list[File]) -> None:
    """Persons, once in each operation, the earliest record first; exits only of those who did not come back."""
    back = {
        file.acc["previous_accompaniment"]
        for file in files
        if file.acc.get("previous_accompaniment") and (file.acc.get("started_on") or "9999") <= count.last
    }
    seen: set[tuple[str, str, str]] = set()
    found = []
    for file in files:
        for one in file.acc.get("programmes", []):
            if one["programme"] == "esfplus_operation":
                for indicator, day in esf_indicators(file):
                    if count.flow(day) and not (indicator.startswith("EECR") and file.acc["id"] in back):
                        found.append((day, file.acc["id"], indicator, one["operation"], file))
    for _day, dossier, indicator, operation, file in sorted(found, key=lambda one: one[:4]):
        if (indicator, operation, file.acc["participant"]) not in seen:
            seen.add((indicator, operation, file.acc["participant"]))
            dims = {"total": ["total"], "sex": [file.person.get("sex") or "U"], "operation": [operation]}
            count.add(indicator, "count", 1, dossier, dims)


def esf_indicators(file: File) -> list[tuple[str, str]]:
    """The indicators a record belongs to, and the day it counts."""
    acc = file.acc
    entry = file.last_status("entry")
    group = LABOUR.get(entry.get("labour_status") or "", {}).get("group")
    started, closed = acc.get("started_on"), acc.get("closed_on")
    found: list[tuple[str, str]] = []
    if started and not acc.get("previous_accompaniment"):
        found.append(("EECO01", started))
        if file.complete():
            found += [(indicator, started) for indicator, met in at_entry(file, entry, group).items() if met]
    if closed and file.complete():
        after = text(*from_serial(serial(closed) + 28))
        leaving = file.last_status("exit", closed, after)
        now = LABOUR.get(leaving.get("labour_status") or "", {}).get("group")
        studied = entry.get("in_education_or_training") is True
        met = {
            "EECR01": group == "inactive" and now == "unemployed",
            "EECR02": leaving.get("in_education_or_training") is True and not studied,
            "EECR03": leaving.get("qualification_gained") is not None,
            "EECR04": group in ("unemployed", "inactive") and now == "employed",
        }
        found += [(indicator, closed) for indicator, yes in met.items() if yes]
        later = plus_months(closed, 6)
        status = file.follow_up("exit", 6)
        if group in ("unemployed", "inactive") and status and FOLLOWUP[status]["employed"]:
            found.append(("EECR05", later))
        if group == "employed" and status == "improved_job":
            found.append(("EECR06", later))
    return found


def at_entry(file: File, entry: Document, group: str | None) -> dict[str, bool]:
    person, years = file.person, file.age()
    assert years is not None
    started = file.acc["started_on"]
    since, length = entry.get("without_work_since"), entry.get("without_work_band")
    long = since <= plus_months(started, -12) if since else WITHOUT_WORK.get(length or "", {}).get("minMonths", 0) >= 12
    education = EDUCATION[entry["education_level"]]["esfGroup"]
    held = person.get("citizenships")
    return {
        "EECO02": group == "unemployed",
        "EECO03": group == "unemployed" and long,
        "EECO04": group == "inactive",
        "EECO05": group == "employed",
        "EECO06": years < 18,
        "EECO07": 18 <= years <= 29,
        "EECO08": years >= 55,
        "EECO09": education == "ED0-2",
        "EECO10": education == "ED3_4",
        "EECO11": education == "ED5-8",
        "EECO12": (entry.get("disability") or {}).get("limits") is True,
        "EECO13": bool(held) and not EU & set(held or ()),
        "EECO14": person.get("parents_born_abroad") is True,
        "EECO15": person.get("minority") is True,
        "EECO16": HOUSING.get(entry.get("housing") or "", {}).get("ethosGroup", "none") not in ("none", "unknown"),
        "EECO17": (person.get("residence") or {}).get("degurba") == "3",
    }


def from_serial(days: int) -> tuple[int, int, int]:
    year = 1
    while days > (366 if leap(year) else 365):
        days -= 366 if leap(year) else 365
        year += 1
    month = 1
    while days > month_length(year, month):
        days -= month_length(year, month)
        month += 1
    return year, month, days


def headcount(documents: list[Document], first: str, last: str) -> int:
    """Willing participants with an accompaniment open on any day of the period, the first and the last included."""
    people = {one["id"]: one for one in documents}
    return len(
        {
            one["participant"]
            for one in documents
            if ":accompaniment:" in one["id"]
            and not unwilling(people.get(one["participant"], {}))
            and one["opened_on"] <= last
            and (not one.get("closed_on") or one["closed_on"] >= first)
        }
    )
