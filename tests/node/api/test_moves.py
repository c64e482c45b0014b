"""Phases through the API: every phase × every phase, and each of the nine steps with and without what it needs."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from coupole.node.records.changing import today_of
from coupole.node.store.queries import read
from coupole.standard.codes import code_list
from tests.calling import RunningNode, problem
from tests.factories import id_of, objective
from tests.node.records.filed import FILE_ID, at, stored
from tests.node.records.method import DAYS, VERIFIED
from tests.stores import keep

PHASES = code_list("phase").ids
GRAPH = {phase: code_list("phase").attribute(phase, "next") for phase in PHASES}
FILE = f"/api/v1/accompaniments/{FILE_ID}"
ON = "2026-04-30"
"""A day on which nothing of the story happens any more."""
COOP = {"type": "coop_placement", "contract_type": "internship_agreement", "host": id_of("organisation")}
ENTERPRISE = {
    "type": "enterprise_internship",
    "contract_type": "internship_agreement",
    "host": id_of("organisation", 2),
}
JOB = {"type": "enterprise_job", "contract_type": "permanent", "host": id_of("organisation", 2)}
CLOSED = {"outcome": "job_permanent", "reason": "objectives_met", "verification": VERIFIED}
WITH = {
    "insertion_coop": {"placement": COOP},
    "insertion_enterprise": {"placement": ENTERPRISE},
    "hired": {"placement": JOB},
    "suspended": {"reason": "In hospital"},
    "concluded": {"closure": CLOSED},
    "discontinued": {"closure": {"outcome": "job_seeking", "reason": "person_chose"}},
    "not_started": {"closure": {"outcome": "job_seeking", "reason": "no_place"}},
}
"""What each phase needs that the story does not have on that day."""


def go(node: RunningNode, phase: str, on: str = ON, **told: Any) -> httpx2.Response:
    tag = node.call("GET", FILE).headers["etag"]
    return node.call("POST", f"{FILE}/moves", document={"phase": phase, "on": on, **told}, headers={"if-match": tag})


def codes(answer: httpx2.Response) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


ARROWS = [(phase, following) for phase in PHASES for following in GRAPH[phase]]


@pytest.mark.parametrize(("phase", "following"), ARROWS)
def test_every_phase_leads_where_the_graph_says(node: RunningNode, phase: str, following: str) -> None:
    # Whoever works in a shelter may end well without a hire, so that each arrow of the graph can be gone.
    at(node.node.store, phase, "closure", pathway="sheltered_long_term")
    told = dict(WITH.get(following, {}))
    if phase == "hired" and following.startswith("insertion"):
        told["reason"] = "host_stopped"
    answer = go(node, following, **told)
    assert answer.status_code == 200, answer.text
    assert node.call("GET", FILE).json()["phase"] == following


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_leads_nowhere_else_by_a_move_or_by_putting_the_file(node: RunningNode, phase: str) -> None:
    at(node.node.store, phase, "closure", pathway="sheltered_long_term")
    elsewhere = [following for following in PHASES if following not in GRAPH[phase]]
    assert len(elsewhere) + len(GRAPH[phase]) == len(PHASES) == 12
    for following in elsewhere:
        for answer in (go(node, following, **WITH.get(following, {})), put_in(node, following)):
            assert problem(answer) == (409, "transition_refused"), following
            assert codes(answer)[0] == "transition_not_allowed", following
    assert node.call("GET", FILE).json()["phase"] == phase


def put_in(node: RunningNode, phase: str) -> httpx2.Response:
    """The file put as if it had come to that phase."""
    file = node.call("GET", FILE)
    *past, last = file.json()["phase_history"]
    dates = {"started_on": ON, "hired_on": ON, "closed_on": ON, **file.json()}
    history = [*past, {**last, "to": ON}, {"phase": phase, "from": ON}]
    document = {**dates, "phase": phase, "phase_history": history}
    return node.call("PUT", FILE, document=document, headers={"if-match": file.headers["etag"]})


STEPS: list[tuple[int, str, str, tuple[str, ...], str, list[str], str]] = [
    (1, "referred", "drafting", ("referral",), "2025-01-09", ["referral_missing"], "referral"),
    (2, "drafting", "agreement", ("plan",), "2025-01-20", ["plan_missing"], "plan"),
    (3, "agreement", "planned", ("agreement",), "2025-02-03", ["agreement_missing"], "agreement"),
    (4, "agreement", "planned", ("team",), "2025-02-03", ["team_responsible_missing", "team_operator_missing"], "team"),
    (5, "agreement", "planned", ("signature",), "2025-02-03", ["plan_unsigned"], "plan"),
    (7, "insertion_coop", "insertion_enterprise", ("objective",), "2025-09-01", ["objective_pending"], "objective"),
    (8, "hired", "concluded", ("months",), "2026-02-28", ["conclusion_too_early"], "follow_up"),
    (9, "hired", "concluded", ("verification",), "2026-03-02", ["verification_missing"], "closure"),
]


@pytest.mark.parametrize(("step", "phase", "following", "lacking", "on", "found", "settled_by"), STEPS)
def test_a_step_cannot_go_on_without_what_it_needs(
    node: RunningNode,
    step: int,
    phase: str,
    following: str,
    lacking: tuple[str, ...],
    on: str,
    found: list[str],
    settled_by: str,
) -> None:
    _stored_without(node, phase, lacking[0])
    told = {"closure": {**CLOSED, "verification": {**VERIFIED, "verified_on": on}}} if following == "concluded" else {}
    if lacking == ("verification",):
        told = {"closure": {key: value for key, value in CLOSED.items() if key != "verification"}}
    answer = go(node, following, on, **told)
    assert problem(answer) == (409, "transition_refused")
    assert codes(answer) == found
    assert {error["settled_by"] for error in answer.json()["errors"]} == {settled_by}
    assert node.call("GET", FILE).json()["phase"] == phase


def _stored_without(node: RunningNode, phase: str, lacking: str) -> None:
    store = node.node.store
    if lacking == "referral":
        stored(store, phase, "closure", "referral", referral=None, missing={"referral": "not_known"})
    elif lacking == "agreement":
        stored(store, phase, "closure", agreement=None, missing={"agreement": "not_known"})
    elif lacking == "signature":
        stored(store, phase, "closure")
        _put(node, "plan", signed_by=..., signed_on=...)
    elif lacking == "objective":
        stored(store, phase, "closure")
        _put(node, "objective", status="open", status_on="2025-01-15", decided_in=...)
    else:
        stored(store, phase, "closure", *([lacking] if lacking in ("plan", "team") else []))


def _put(node: RunningNode, entity: str, **fields: Any) -> None:
    """Other fields in a document of the story, as an import brings them."""
    with node.node.store.reading() as session:
        whole = read(session, node.node.store.vault, id_of(entity))
    made = {**whole, "revision": whole["revision"] + 1, **fields}
    keep(node.node.store, [{name: value for name, value in made.items() if value is not ...}])


ON_WITH = [
    ("referred", "drafting", {}),
    ("drafting", "agreement", {}),
    ("agreement", "planned", {}),
    ("planned", "preparation", {}),
    ("preparation", "insertion_coop", {}),
    ("insertion_coop", "insertion_enterprise", {}),
    ("insertion_enterprise", "hired", {}),
    ("hired", "concluded", {"closure": CLOSED}),
]


@pytest.mark.parametrize(("phase", "following", "told"), ON_WITH)
def test_a_step_goes_on_with_what_it_needs(node: RunningNode, phase: str, following: str, told: dict[str, Any]) -> None:
    stored(node.node.store, phase, "closure")
    answer = go(node, following, DAYS[following], **told)
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"][0] == {"entity": "accompaniment", "id": FILE_ID, "revision": 2, "kind": "replaced"}
    assert answer.headers["etag"] == '"2"'


def test_step_six_is_missed_without_a_meeting_and_done_with_one(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    sixth = lambda: node.call("GET", f"{FILE}/steps").json()["items"][5]  # noqa: E731
    before = sixth()
    assert (before["state"], before["settled_by"]) == ("missing", "team_meeting")
    today = node.call("GET", f"{FILE}/due").json()["items"]
    assert "meeting" in {one["kind"] for one in today}
    meeting = {
        "accompaniment": FILE_ID,
        "type": "team_monthly",
        "held_on": _today(node),
        "present": [{"actor": id_of("actor"), "role": "project_responsible"}],
        "participant_present": True,
        "minutes": "…",
    }
    assert node.call("POST", "/api/v1/team_meetings", document=meeting).status_code == 201
    assert [finding["code"] for finding in sixth()["findings"]] != ["meeting_overdue"]


def _today(node: RunningNode) -> str:
    return today_of(node.node.store.context("")).isoformat()


def test_where_a_file_may_go_is_told_with_what_it_takes(node: RunningNode) -> None:
    stored(node.node.store, "agreement", "closure", "team")
    told = node.call("GET", f"{FILE}/moves")
    offers = {one["phase"]: one for one in told.json()["items"]}
    assert (told.json()["phase"], told.headers["etag"]) == ("agreement", '"1"')
    assert offers.keys() == {"planned", "not_started", "discontinued"}
    assert [finding["code"] for finding in offers["planned"]["findings"]] == [
        "team_responsible_missing",
        "team_operator_missing",
    ]
    assert (offers["planned"]["open"], offers["discontinued"]["open"]) == (False, True)
    assert offers["discontinued"]["asks"] == ["closure"]


def test_what_the_rules_find_is_told_in_the_readers_language(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    _put(node, "placement", weekly_hours=60)
    asked = node.call("GET", f"{FILE}/findings", headers={"accept-language": "nl"}).json()["items"]
    hours = next(one for one in asked if one["code"] == "weekly_hours_exceeded")
    assert (hours["record"], hours["pointer"], hours["blocking"]) == (id_of("placement"), "/weekly_hours", False)
    assert "48" in hours["detail"]
    assert "week" in hours["detail"].lower()


def test_a_plan_to_sign_again_is_found_and_due_without_standing_in_the_way(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    found = node.call("GET", f"{FILE}/findings").json()["items"]
    assert "plan_objectives_changed" not in [one["code"] for one in found]
    keep(node.node.store, [objective(9, accompaniment=FILE_ID, set_on="2025-06-10", status_on="2025-06-10")])
    for path in (f"{FILE}/findings", "/api/v1/findings"):
        answer = node.call("GET", path, headers={"accept-language": "fr"}).json()["items"]
        told = [finding for item in answer for finding in item.get("findings", [item])]
        one = next(finding for finding in told if finding["code"] == "plan_objectives_changed")
        assert (one["record"], one["pointer"], one["blocking"]) == (id_of("plan"), "/objectives", False)
        assert "la version 1 du projet" in one["detail"]
    for path in (f"{FILE}/due", "/api/v1/due"):
        found = [one for one in node.call("GET", path).json()["items"] if one["kind"] == "plan_renewal"]
        assert [(one["record"], one["due_on"], one["settled_by"]) for one in found] == [
            (id_of("plan"), "2025-07-10", "plan")
        ]


def test_a_file_is_handed_back_by_who_may(node: RunningNode) -> None:
    stored(node.node.store, "concluded")
    asked = {"document": {"phase": "hired", "reason": "Closed the wrong file"}, "headers": {"if-match": '"1"'}}
    assert problem(node.call("POST", f"{FILE}/corrections", **asked)) == (403, "scope_missing")
    scope = "records:read records:correct"
    assert node.call("POST", f"{FILE}/corrections", scope=scope, **asked).status_code == 200
    assert node.call("GET", FILE).json()["phase"] == "hired"
    last = node.call("GET", f"{FILE}/history").json()["items"][-1]
    assert last["reason"] == "Closed the wrong file"
    asked["headers"] = {"if-match": '"2"'}
    asked["document"]["phase"] = "suspended"
    refused = node.call("POST", f"{FILE}/corrections", scope=scope, **asked)
    assert (problem(refused), codes(refused)) == ((409, "transition_refused"), ["phase_not_passed"])


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        ({"phase": "hired"}, (422, "request_invalid")),
        ({"phase": "elsewhere", "on": ON}, (422, "request_invalid")),
        ({"phase": "hired", "on": "2026-02-30"}, (422, "request_invalid")),
        ({"phase": "hired", "on": ON, "reason": "x" * 201}, (422, "request_invalid")),
        ({"phase": "hired", "on": ON, "note": "x"}, (422, "request_invalid")),
        ([], (422, "request_invalid")),
    ],
)
def test_a_move_nobody_understands_is_refused(node: RunningNode, document: Any, answer: tuple[int, str]) -> None:
    stored(node.node.store, "insertion_enterprise", "closure", "follow_up")
    told = node.call("POST", f"{FILE}/moves", document=document, headers={"if-match": '"1"'})
    assert problem(told) == answer


def test_a_move_says_which_revision_it_means(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    asked = {"phase": "suspended", "on": ON, "reason": "In hospital"}
    assert problem(node.call("POST", f"{FILE}/moves", document=asked)) == (428, "precondition_missing")
    late = node.call("POST", f"{FILE}/moves", document=asked, headers={"if-match": '"7"'})
    assert problem(late) == (412, "revision_conflict")


@pytest.mark.parametrize("what", ["steps", "findings", "due", "moves", "proposal?pathway=psychiatric_service"])
def test_only_a_file_has_steps(node: RunningNode, what: str) -> None:
    stored(node.node.store, "hired")
    for record in (id_of("agreement"), id_of("accompaniment", 9), "nothing"):
        answer = node.call("GET", f"/api/v1/accompaniments/{record}/{what}")
        assert problem(answer) == (404, "record_not_found")


def test_a_pathway_proposes_where_to_begin(node: RunningNode) -> None:
    stored(node.node.store, "drafting", "closure")
    names = [one["id"] for one in node.call("GET", "/api/v1/pathways").json()["items"]]
    assert len(names) >= 6
    asked = node.call("GET", f"{FILE}/proposal", params={"pathway": names[0], "on": "2025-01-15"}).json()
    assert asked["plan"]["drafted_on"] == "2025-01-15"
    assert all(one["accompaniment"] == FILE_ID for one in asked["objectives"])
    unknown = node.call("GET", f"{FILE}/proposal", params={"pathway": "elsewhere"})
    assert problem(unknown) == (404, "pathway_unknown")


def test_the_plan_is_told_as_of_any_day(node: RunningNode) -> None:
    stored(node.node.store, "hired", "closure")
    told = {day: node.call("GET", f"{FILE}/plan", params={"on": day}).json() for day in ("2025-01-14", "2025-06-01")}
    assert told["2025-01-14"] == {"plan": None, "objectives": []}
    assert told["2025-06-01"]["plan"]["id"] == id_of("plan")
    assert [one["status"] for one in told["2025-06-01"]["objectives"]] == ["open"]
    today = node.call("GET", f"{FILE}/plan").json()
    assert [one["status"] for one in today["objectives"]] == ["achieved"]


def test_what_is_due_is_told_of_all_files_or_of_one_colleague(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    items = node.call("GET", "/api/v1/due").json()["items"]
    assert {one["accompaniment"] for one in items} == {FILE_ID}
    assert items == sorted(items, key=lambda one: one["due_on"])
    mine = node.call("GET", "/api/v1/due", params={"responsible": id_of("actor")}).json()["items"]
    assert mine == items
    assert node.call("GET", "/api/v1/due", params={"responsible": id_of("actor", 3)}).json()["items"] == []
