"""A change of phase takes along what belongs to it, and leaves nothing behind when it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from coupole.errors import CoupoleError
from coupole.node.records import follow_ups, rules
from coupole.node.records.changing import TransitionRefused
from coupole.node.records.moves import CorrectionReasonMissing, move, offers
from coupole.node.records.phases import history_findings
from coupole.node.store import Store
from coupole.node.store.changes import RecordNotFound, RevisionConflict
from coupole.node.store.queries import history
from coupole.standard.codes import code_list
from tests.factories import id_of
from tests.node.records.filed import FILE_ID, NOW, at, back, go, known, put, stored, the
from tests.node.records.method import VERIFIED, codes, story

TODAY = NOW.date()
WORK = {"type": "enterprise_job", "contract_type": "permanent", "host": id_of("organisation", 2)}
COOP = {"type": "coop_placement", "contract_type": "internship_agreement", "host": id_of("organisation")}
LEFT = {"outcome": "job_seeking", "reason": "person_chose"}


def refused(attempt: Any) -> list[str]:
    with pytest.raises(TransitionRefused) as error:
        attempt()
    return codes(error.value.findings)


def entities(written: Any) -> list[tuple[str, str]]:
    return [(one.entity, one.kind) for one in written]


def open_checks(store: Store) -> list[tuple[int, str]]:
    found = follow_ups.checks(known(store), TODAY)
    return [(check.month, check.due_on.isoformat()) for check in found if check.state not in ("answered", "superseded")]


def test_a_hire_puts_its_follow_ups_in_the_calendar(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_enterprise", "follow_up", "closure")
    written = go(sqlite_store, "hired", "2026-01-31", placement=WORK)
    assert entities(written) == [
        ("accompaniment", "replaced"),
        ("placement", "created"),
        *4 * [("follow_up", "created")],
    ]
    assert the(sqlite_store)["hired_on"] == "2026-01-31"
    assert open_checks(sqlite_store) == [(1, "2026-02-28"), (2, "2026-03-31"), (3, "2026-04-30"), (6, "2026-07-31")]


def test_a_hire_that_is_entered_already_needs_no_second_one(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_enterprise", "follow_up", "closure")
    go(sqlite_store, "hired", "2025-12-01")
    checks = known(sqlite_store).documents["follow_up"]
    assert {check["placement"] for check in checks} == {id_of("placement", 3)}


def test_a_lost_job_ends_its_placement_and_the_next_hire_starts_the_months_again(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    put(sqlite_store, "follow_up", 33, checked_on=..., status=..., source=...)
    go(sqlite_store, "insertion_coop", "2026-02-15", reason="host_stopped", placement=COOP)
    lost = the(sqlite_store, "placement", 3)
    assert (lost["to"], lost["end_reason"]) == ("2026-02-15", "host_stopped")
    go(sqlite_store, "hired", "2026-03-20", placement=WORK)
    assert open_checks(sqlite_store) == [(1, "2026-04-20"), (2, "2026-05-20"), (3, "2026-06-20"), (6, "2026-09-20")]
    assert history_findings(known(sqlite_store), TODAY) == []


def test_a_job_is_not_lost_because_somebody_says_nothing(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    attempt = lambda: go(sqlite_store, "insertion_coop", "2026-02-15", placement=COOP)  # noqa: E731
    assert refused(attempt) == ["job_not_lost"]
    put(sqlite_store, "follow_up", 32, status="seeking")
    attempt()
    assert the(sqlite_store, "placement", 3)["end_reason"] == "other"


def test_it_is_concluded_with_what_was_verified(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    done = {"outcome": "job_permanent", "reason": "objectives_met", "verification": VERIFIED}
    doubted = {**done, "verification": {**VERIFIED, "stable_condition": False}}
    assert refused(lambda: go(sqlite_store, "concluded", "2026-03-02")) == ["closure_missing"]
    assert refused(lambda: go(sqlite_store, "concluded", "2026-03-02", closing=doubted)) == [
        "stable_condition_unverified"
    ]
    assert refused(lambda: go(sqlite_store, "concluded", "2026-02-28", closing=done)) == [
        "conclusion_too_early",
        "verification_missing",
    ]
    written = go(sqlite_store, "concluded", "2026-03-02", closing=done)
    assert entities(written) == [("accompaniment", "replaced"), ("closure", "created")]
    assert [finding for finding in rules.findings(known(sqlite_store), TODAY) if finding.blocking] == []


def test_it_ends_early_for_a_reason_and_without_any_placement_made_up(sqlite_store: Store) -> None:
    stored(sqlite_store, "drafting", "closure", "placement", "follow_up")
    written = go(sqlite_store, "discontinued", "2025-01-15", closing=LEFT)
    assert entities(written) == [("accompaniment", "replaced"), ("closure", "created")]
    assert known(sqlite_store).documents.get("placement", []) == []


def test_whoever_leaves_early_leaves_the_placement_as_well(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_coop", "closure", "follow_up")
    put(sqlite_store, "placement", 1, to=..., end_reason=...)
    go(sqlite_store, "discontinued", "2025-06-01", closing=LEFT)
    ended = the(sqlite_store, "placement", 1)
    assert (ended["to"], ended["end_reason"]) == ("2025-06-01", "person_chose")


def test_who_is_funded_by_the_social_fund_is_asked_again_half_a_year_later(sqlite_store: Store) -> None:
    funded = [{"programme": "esfplus_operation", "operation": "ESF-1"}]
    stored(sqlite_store, "insertion_coop", "closure", "follow_up", programmes=funded)
    go(sqlite_store, "discontinued", "2025-08-31", closing=LEFT)
    (asked,) = known(sqlite_store).documents["follow_up"]
    assert (asked["reference"], asked["month"], asked["due_on"]) == ("exit", 6, "2026-02-28")


def test_nobody_asks_after_somebody_who_died(sqlite_store: Store) -> None:
    funded = [{"programme": "esfplus_operation", "operation": "ESF-1"}]
    stored(sqlite_store, "insertion_coop", "closure", "follow_up", programmes=funded)
    go(sqlite_store, "discontinued", "2025-08-31", closing={"outcome": "neutral_exit", "reason": "death"})
    assert known(sqlite_store).documents.get("follow_up", []) == []


def test_a_suspension_says_why(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_coop", "closure")
    assert refused(lambda: go(sqlite_store, "suspended", "2025-06-01")) == ["suspension_reason_missing"]
    go(sqlite_store, "suspended", "2025-06-01", reason="In hospital")
    assert the(sqlite_store)["phase_history"][-1] == {
        "phase": "suspended",
        "from": "2025-06-01",
        "reason": "In hospital",
    }
    go(sqlite_store, "insertion_coop", "2025-07-01")
    assert the(sqlite_store)["phase"] == "insertion_coop"


def test_two_people_do_not_move_the_same_file(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_coop", "closure")
    go(sqlite_store, "suspended", "2025-06-01", reason="In hospital", expect=1)
    with pytest.raises(RevisionConflict):
        go(sqlite_store, "insertion_coop", "2025-07-01", expect=1)


@pytest.mark.parametrize(
    ("on", "code"), [("2026-04-02", "transition_in_future"), ("2025-02-28", "transition_before_phase")]
)
def test_a_move_is_made_on_a_day_that_was(sqlite_store: Store, on: str, code: str) -> None:
    stored(sqlite_store, "insertion_coop", "closure")
    assert refused(lambda: go(sqlite_store, "suspended", on, reason="In hospital")) == [code]


def test_a_refused_move_leaves_nothing_behind(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_enterprise", "follow_up", "closure")
    before = known(sqlite_store)
    wrong = {**WORK, "from": "2026-01-15"}
    assert refused(lambda: go(sqlite_store, "hired", "2026-01-31", placement=wrong)) == ["hire_missing"]
    with pytest.raises(CoupoleError):
        go(sqlite_store, "hired", "2026-01-31", placement={**WORK, "weekly_hours": "many"})
    assert known(sqlite_store) == before


def test_only_an_accompaniment_has_phases(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired")
    with pytest.raises(RecordNotFound), sqlite_store.writing() as session:
        move(session, sqlite_store, sqlite_store.context("anna"), id_of("agreement"), "hired", TODAY)


@pytest.mark.parametrize("phase", [phase for phase in code_list("phase").ids])
def test_what_is_offered_is_what_the_graph_has(sqlite_store: Store, phase: str) -> None:
    at(sqlite_store, phase)
    found = offers(known(sqlite_store), TODAY)
    assert [offer.phase for offer in found] == list(code_list("phase").attribute(phase, "next"))


def test_an_offer_tells_what_the_move_will_ask(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    found = {offer.phase: offer for offer in offers(known(sqlite_store), TODAY)}
    assert {phase: offer.asks for phase, offer in found.items()} == {
        "concluded": ("closure",),
        "insertion_coop": ("reason", "placement"),
        "insertion_enterprise": ("reason", "placement"),
        "discontinued": ("closure",),
    }
    assert all(offer.is_open for offer in found.values())


def test_a_hire_entered_by_mistake_is_handed_back_with_what_came_with_it(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_enterprise", "follow_up", "closure")
    before = the(sqlite_store)
    go(sqlite_store, "hired", "2026-01-31", placement=WORK)
    back(sqlite_store, "insertion_enterprise")
    assert {**the(sqlite_store), "revision": 1, "updated_at": before["updated_at"]} == before
    assert known(sqlite_store).documents.get("follow_up", []) == []
    with sqlite_store.reading() as session:
        versions = history(session, sqlite_store.vault, FILE_ID)
    assert [version.reason for version in versions] == [None, None, "a slip of the pen"]


def test_a_file_closed_by_mistake_is_open_again(sqlite_store: Store) -> None:
    stored(sqlite_store, "concluded")
    back(sqlite_store, "hired")
    file = the(sqlite_store)
    assert (file["phase"], file["hired_on"], "closed_on" in file) == ("hired", "2025-12-01", False)
    go(sqlite_store, "concluded", "2026-03-02")
    assert the(sqlite_store)["phase"] == "concluded"


def test_who_hands_a_file_back_says_why_and_where_to(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired")
    for nothing in (None, "", "  "):
        with pytest.raises(CorrectionReasonMissing):
            back(sqlite_store, "insertion_coop", nothing)
    for elsewhere in ("hired", "suspended", "concluded"):
        assert refused(lambda phase=elsewhere: back(sqlite_store, phase)) == ["phase_not_passed"]


@pytest.mark.parametrize("phase", [row["phase"] for row in story().documents["accompaniment"][0]["phase_history"][:-1]])
def test_a_file_can_be_handed_back_to_any_phase_it_was_in_and_is_whole_there(sqlite_store: Store, phase: str) -> None:
    stored(sqlite_store, "concluded")
    back(sqlite_store, phase)
    assert the(sqlite_store)["phase"] == phase
    assert history_findings(known(sqlite_store), TODAY) == []
