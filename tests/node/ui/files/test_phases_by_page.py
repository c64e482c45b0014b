"""Phases through the pages: every phase × every phase, each of the nine steps with and without what it needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coupole.node.records.phases import check_transition
from coupole.standard.codes import code_list
from tests.calling import RunningNode
from tests.factories import id_of
from tests.node.api.test_moves import CLOSED, GRAPH, ON, ON_WITH, STEPS, _stored_without, go
from tests.node.api.test_moves import codes as api_codes
from tests.node.records.filed import FILE_ID, at, stored
from tests.node.records.method import DAYS
from tests.node.ui.files.desks import FILE, desk, refusal, saved

PHASES = code_list("phase").ids
WORK = {"type": "coop_placement", "contract_type": "internship_agreement", "host": id_of("organisation")}
VERIFIED = {
    "verified": "on",
    "stable_condition": "on",
    "adequate_behaviour": "on",
    "verified_by": id_of("actor"),
    "verified_on": "2026-03-02",
}
TOLD: dict[str, dict[str, str]] = {
    "insertion_coop": WORK,
    "insertion_enterprise": {**WORK, "type": "enterprise_internship"},
    "hired": {**WORK, "type": "enterprise_job", "contract_type": "permanent"},
    "suspended": {"why": "In hospital"},
    "concluded": {"outcome": "job_permanent", "reason": "objectives_met", **VERIFIED},
    "discontinued": {"outcome": "job_seeking", "reason": "person_chose"},
    "not_started": {"outcome": "job_seeking", "reason": "no_place"},
}
"""What each phase asks for on the page."""


@pytest.mark.parametrize("phase", PHASES)
def test_no_phase_leads_where_the_graph_does_not(node: RunningNode, phase: str) -> None:
    at(node.node.store, phase, "closure", pathway="sheltered_long_term")
    own = desk(node)
    for following in set(PHASES) - set(GRAPH[phase]):
        typed = {"phase": following, f"expect.{FILE_ID}": "1", "day": ON, **TOLD.get(following, {})}
        answer = own.send("/move", typed, [])
        assert refusal(answer) == (409, ["transition_refused", "transition_not_allowed"]), following
    assert own.all("accompaniment")[0]["revision"] == 1


ARROWS = [(phase, following) for phase in PHASES for following in GRAPH[phase]]


@pytest.mark.parametrize(("phase", "following"), ARROWS)
def test_every_phase_leads_where_the_graph_says(node: RunningNode, phase: str, following: str) -> None:
    at(node.node.store, phase, "closure", pathway="sheltered_long_term")
    own = desk(node)
    typed = {"day": ON, **TOLD.get(following, {})}
    if phase == "hired" and following.startswith("insertion"):
        typed["lost"] = "host_stopped"
    form = [one for one in own.form(f"/move?phase={following}") if not one[0].startswith("end.")]
    assert saved(own.send("/move", typed, form))
    assert own.all("accompaniment")[0]["phase"] == following


def test_the_graph_and_its_table_are_whole() -> None:
    assert len(ARROWS) > 30


@pytest.mark.parametrize("phase", ["drafting", "agreement", "planned", "preparation", "insertion_coop"])
def test_a_phase_that_lacks_everything_is_refused_with_the_codes_of_the_api(node: RunningNode, phase: str) -> None:
    at(node.node.store, phase, "closure", "team", "placement", "follow_up")
    own, compared = desk(node), 0
    for following in PHASES:
        found = check_transition(
            own.known(), following, own.node.node.store.context("").now.date(), on=date.fromisoformat(ON)
        )
        if not any(finding.blocking for finding in found):
            continue
        by_program = go(node, following)
        answer = own.send("/move", {"phase": following, "day": ON, f"expect.{FILE_ID}": "1"}, [])
        assert refusal(answer) == (by_program.status_code, [by_program.json()["code"], *api_codes(by_program)])
        compared += 1
    assert compared > 7


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
    own = desk(node)
    typed = {"day": on}
    if following == "concluded":
        typed |= TOLD["concluded"] | {"verified_on": on}
    form = own.form(f"/move?phase={following}")
    if lacking == ("verification",):
        typed = {name: value for name, value in typed.items() if name not in VERIFIED}
    answer = own.send("/move", typed, [one for one in form if not one[0].startswith("end.")])
    assert refusal(answer) == (409, ["transition_refused", *found])
    assert own.all("accompaniment")[0]["phase"] == phase


@pytest.mark.parametrize(("phase", "following", "told"), ON_WITH)
def test_a_step_goes_on_with_what_it_needs(node: RunningNode, phase: str, following: str, told: dict[str, Any]) -> None:
    stored(node.node.store, phase, "closure")
    own = desk(node)
    typed = {"day": DAYS[following]} | (TOLD["concluded"] if "closure" in told else {})
    form = [one for one in own.form(f"/move?phase={following}") if not one[0].startswith("end.")]
    assert saved(own.send("/move", typed, form))
    assert own.all("accompaniment")[0]["phase"] == following
    assert CLOSED["outcome"] == TOLD["concluded"]["outcome"]


def test_step_six_is_missed_on_the_page_without_a_meeting_and_settled_there(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting")
    own = desk(node)
    page = own.page()
    assert 'data-step="6" data-state="missing"' in page
    assert f'href="{FILE}/meeting"' in page
    assert saved(own.send("/meeting", {"minutes": "All well"}))
    assert 'data-step="6" data-state="missing"' not in own.page()


def test_what_lacks_leads_to_the_page_that_settles_it(node: RunningNode) -> None:
    stored(node.node.store, "agreement", "closure", "team")
    page = desk(node).page()
    assert "team_operator_missing" in page
    assert f"/records/new/team?accompaniment={FILE_ID.replace(':', '%3A')}" in page
