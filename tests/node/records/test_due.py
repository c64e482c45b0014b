"""What is due, for whom, how late: over one file, and over all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.node.records.changing import change
from coupole.node.records.due import AHEAD, KINDS, Due, due, due_list
from coupole.node.store import Store, open_store
from coupole.node.store.changes import Change, StoredDossier
from coupole.node.store.queries import dossier, read
from tests import factories
from tests.factories import NODE, content, id_of
from tests.node.records.filed import FILE_ID, stored, the
from tests.node.records.method import FILE, and_also, changed, invented, story, without
from tests.stores import change as write_change
from tests.stores import keep, with_files

SOCIAL_FUND = [{"programme": "esfplus_operation", "operation": "ESF-1"}]


def kinds(dossier: StoredDossier, today: str, *wanted: str) -> list[tuple[str, str, int]]:
    """What is due of these kinds: kind, day, days late."""
    found = due(dossier, date.fromisoformat(today))
    return [(one.kind, one.due_on.isoformat(), one.late_days) for one in found if one.kind in wanted]


def placed(**fields: Any) -> StoredDossier:
    return without(story("insertion_coop", **fields), "team_meeting")


def held(number: int, on: str, **fields: Any) -> Any:
    return factories.team_meeting(number, **FILE, held_on=on, planned_on=on, **fields)


def test_a_meeting_is_due_a_month_after_the_phase_began_or_after_the_last_one() -> None:
    assert kinds(placed(), "2025-04-13", "meeting") == [("meeting", "2025-04-03", 10)]
    assert kinds(placed(), "2025-03-19", "meeting") == []  # two weeks ahead are shown, not three
    assert kinds(placed(), "2025-03-20", "meeting") == [("meeting", "2025-04-03", -14)]
    met = and_also(placed(), held(1, "2025-03-28"))
    assert kinds(met, "2025-04-20", "meeting") == [("meeting", "2025-04-28", -8)]


def test_a_meeting_that_was_agreed_is_due_on_its_day_but_not_after_the_month() -> None:
    agreed = and_also(placed(), held(1, "2025-03-10", next_on="2025-04-15"))
    assert kinds(agreed, "2025-04-14", "meeting") == [("meeting", "2025-04-15", -1)]
    late = and_also(placed(), held(1, "2025-03-10", next_on="2025-06-15"))
    assert kinds(late, "2025-04-30", "meeting") == [("meeting", "2025-04-30", 0)]
    planned = factories.team_meeting(
        7, **FILE, planned_on="2025-04-09", held_on=..., present=..., participant_present=...
    )
    (one,) = (one for one in due(and_also(agreed, planned), date(2025, 4, 14)) if one.kind == "meeting")
    assert (one.due_on.isoformat(), one.record) == ("2025-04-09", id_of("team_meeting", 7))


def test_a_cancelled_meeting_is_due_no_more_and_the_month_still_is() -> None:
    off = {"held_on": ..., "present": ..., "participant_present": ..., "cancelled_reason": "Illness"}
    cancelled = and_also(placed(), factories.team_meeting(7, **FILE, planned_on="2025-03-20", **off))
    assert kinds(cancelled, "2025-04-13", "meeting") == [("meeting", "2025-04-03", 10)]


def came_back(day: str, *documents: Any) -> StoredDossier:
    """Hired in June, back in the co-operative on a day, with meetings that were agreed before the hire."""
    phases = [("insertion_coop", "2025-03-03"), ("hired", "2025-06-01"), ("insertion_coop", day)]
    rows = [{"phase": phase, "from": start} for phase, start in phases]
    for row, following in pairwise(rows):
        row["to"] = following["from"]
    before = without(story("insertion_coop", hired_on="2025-06-01"), "team_meeting")
    return and_also(changed(before, "accompaniment", phase_history=rows), *documents)


def test_who_comes_back_after_a_lost_job_owes_a_meeting_a_month_later_whatever_was_agreed_before() -> None:
    agreed = held(1, "2025-05-20", next_on="2025-06-18")
    off = {"held_on": ..., "present": ..., "participant_present": ...}
    planned = factories.team_meeting(2, **FILE, planned_on="2025-06-10", **off)
    for before in ([], [agreed], [planned], [agreed, planned]):
        back = came_back("2025-08-17", *before)
        assert kinds(back, "2025-08-17", "meeting") == []
        assert kinds(back, "2025-09-10", "meeting") == [("meeting", "2025-09-17", -7)]
    soon = factories.team_meeting(3, **FILE, planned_on="2025-09-01", **off)
    (one,) = (one for one in due(came_back("2025-08-17", agreed, soon), date(2025, 8, 25)) if one.kind == "meeting")
    assert (one.due_on.isoformat(), one.record) == ("2025-09-01", id_of("team_meeting", 3))


def test_no_meeting_is_due_where_nobody_is_placed() -> None:
    for phase in ("referred", "drafting", "planned", "preparation", "hired", "concluded"):
        assert kinds(without(story(phase), "team_meeting"), "2026-11-30", "meeting") == [], phase


def test_evaluations_come_as_planned_else_as_the_plan_asks() -> None:
    quiet = without(placed(), "evaluation")
    assert kinds(quiet, "2025-09-01", "evaluation") == [("evaluation", "2025-08-10", 22)]
    planned = factories.evaluation(4, **FILE, planned_on="2025-07-01", **dict.fromkeys(DONE, ...))
    assert kinds(and_also(quiet, planned), "2025-09-01", "evaluation") == [("evaluation", "2025-07-01", 62)]
    made = factories.evaluation(4, **FILE, held_on="2025-07-16", next_planned_on="2025-10-01")
    assert kinds(and_also(quiet, made), "2025-10-04", "evaluation") == [("evaluation", "2025-10-01", 3)]
    dated = changed(quiet, "plan", evaluation_schedule={"dates": ["2025-03-01", "2025-06-01"]})
    assert kinds(and_also(dated, {**made, "next_planned_on": None}), "2025-10-04", "evaluation") == []
    assert kinds(dated, "2025-06-04", "evaluation") == [("evaluation", "2025-03-01", 95)]


DONE = ("held_on", "with_organisation", "ratings", "decision", "next_planned_on")


def test_follow_ups_are_due_on_their_days_until_somebody_answers() -> None:
    asked = changed(story("hired"), "follow_up", 1, checked_on=..., status=..., source=...)
    assert kinds(asked, "2026-03-03", "follow_up") == [("follow_up", "2026-02-01", 30)]
    assert kinds(story("hired"), "2026-03-03", "follow_up") == []
    unknown = changed(asked, "follow_up", 1, checked_on="2026-02-10", status="unknown")
    assert kinds(unknown, "2026-03-03", "follow_up") == []


def test_who_left_is_asked_after_half_a_year_where_the_fund_wants_to_know() -> None:
    left = story(programmes=SOCIAL_FUND)
    assert kinds(left, "2026-09-03", "exit_follow_up") == [("exit_follow_up", "2026-09-02", 1)]
    assert kinds(story(), "2026-09-03", "exit_follow_up") == []
    asked = factories.follow_up(90, **FILE, reference="exit", month=6, due_on="2026-09-02")
    (one,) = (one for one in due(and_also(left, asked), date(2026, 9, 3)) if one.kind == "exit_follow_up")
    assert (one.record, one.month) == (id_of("follow_up", 90), 6)
    dead = changed(left, "closure", reason="death", outcome="neutral_exit")
    assert due(dead, date(2026, 9, 3)) == []


def test_an_agreement_is_renewed_in_time() -> None:
    ends = changed(placed(), "agreement", valid_to="2025-06-30")
    assert kinds(ends, "2025-04-30", "agreement") == []
    assert kinds(ends, "2025-05-02", "agreement") == [("agreement", "2025-06-30", -59)]
    assert kinds(ends, "2025-07-02", "agreement") == [("agreement", "2025-06-30", 2)]
    assert kinds(changed(ends, "accompaniment", phase="concluded"), "2025-07-02", "agreement") == []
    following = factories.agreement(2, valid_from="2025-07-01")
    renewed = replace(ends, outside={**ends.outside, following["id"]: following})
    assert kinds(renewed, "2025-07-02", "agreement") == []


def test_a_plan_waits_for_its_signature() -> None:
    unsigned = changed(story("agreement"), "plan", signed_by=..., signed_on=...)
    assert kinds(unsigned, "2025-01-25", "plan_signature") == [("plan_signature", "2025-01-20", 5)]
    assert kinds(story("planned"), "2025-02-05", "plan_signature") == []
    assert kinds(changed(story("drafting"), "plan", signed_by=..., signed_on=...), "2025-01-25", "plan_signature") == []
    newer = factories.plan(2, **FILE, version=2, drafted_on="2025-06-01", signed_on=..., signed_by=...)
    assert kinds(and_also(placed(), newer), "2025-06-11", "plan_signature") == [("plan_signature", "2025-06-01", 10)]


def test_changed_objectives_are_signed_by_the_next_meeting() -> None:
    meeting = held(60, "2025-05-12", objective_changes=[{"objective": id_of("objective", 2), "change": "added"}])
    fresh = factories.objective(2, **FILE, set_on="2025-05-12", status_on="2025-05-12", decided_in=meeting["id"])
    later = and_also(placed(), meeting, fresh)
    assert kinds(later, "2025-05-28", "plan_renewal") == []
    (one,) = (one for one in due(later, date(2025, 5, 29)) if one.kind == "plan_renewal")
    assert (one.due_on.isoformat(), one.late_days, one.record) == ("2025-06-12", -14, id_of("plan"))
    assert one.settled_by == "plan"
    signed = {"drafted_on": "2025-06-02", "objectives": [id_of("objective"), id_of("objective", 2)]}
    newer = and_also(later, factories.plan(2, **FILE, version=2, **signed))
    assert kinds(newer, "2025-06-13", "plan_renewal") == []
    waiting = and_also(later, factories.plan(2, **FILE, version=2, **signed, signed_on=..., signed_by=...))
    assert kinds(waiting, "2025-06-13", "plan_renewal", "plan_signature") == [("plan_signature", "2025-06-02", 11)]


def test_the_questions_at_entry_and_exit_are_asked() -> None:
    bare = without(placed(), "status_observation")
    assert kinds(bare, "2025-03-01", "entry_answers") == [("entry_answers", "2025-02-10", 19)]
    assert kinds(placed(), "2025-03-01", "entry_answers") == []
    gap = changed(placed(), "status_observation", education_level=None, missing={"education_level": "not_asked"})
    (one,) = (one for one in due(gap, date(2025, 3, 1)) if one.kind == "entry_answers")
    assert one.record == id_of("status_observation")
    declined = changed(placed(), "status_observation", education_level=None, missing={"education_level": "declined"})
    assert kinds(declined, "2025-03-01", "entry_answers") == []
    gone = without(story(), "status_observation", lambda one: one["stage"] == "exit")
    assert kinds(gone, "2026-03-20", "exit_answers") == [("exit_answers", "2026-03-30", -10)]


def test_it_is_told_for_whom_and_who_accompanies() -> None:
    first = due(placed(), date(2025, 4, 13))[0]
    assert (first.accompaniment, first.participant) == (FILE_ID, id_of("participant"))
    assert first.responsible == id_of("actor")
    assert first.people == {id_of("actor"), id_of("actor", 2)}


@settings(max_examples=40)
@given(st.data())
def test_whatever_is_due_is_near_or_late_and_of_a_known_kind(data: Any) -> None:
    today = data.draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    for one in due(data.draw(st.sampled_from(invented())), today):
        assert one.kind in KINDS
        assert one.due_on <= today + max(AHEAD, timedelta(days=60))
        assert one.late_days == (today - one.due_on).days
        assert one.responsible in one.people


def listed(store: Store, today: date, **rest: Any) -> list[Due]:
    with store.reading() as session:
        return due_list(session, store, today, **rest)


def afresh(store: Store, today: date) -> list[Due]:
    """The same list with nothing kept from before."""
    with store.reading() as session:
        files = [id_of("accompaniment", number) for number in range(1, 6)]
        found = [one for file in files for one in due(dossier(session, store.vault, file), today)]
    return sorted(found, key=lambda one: (one.due_on, one.accompaniment, KINDS.index(one.kind)))


TODAY = date(2026, 3, 1)


def test_the_list_of_all_files_follows_every_change(store: Store) -> None:
    with_files(store, 1, 2, 3, 4, 5)
    assert listed(store, TODAY) == afresh(store, TODAY) != []
    later = date(2026, 4, 1)
    assert listed(store, later) == afresh(store, later)
    held_now = {"held_on": "2026-03-31", "planned_on": "2026-03-31"}
    keep(store, [factories.team_meeting(31, accompaniment=id_of("accompaniment", 3), **held_now)])
    assert listed(store, later) == afresh(store, later)
    write_change(store, Change("follow_up", None, id=id_of("follow_up", 2), expect=1))
    assert listed(store, later) == afresh(store, later)
    keep(store, [factories.agreement(1, revision=2, valid_to="2026-04-30")])  # named by all, and outside all
    assert [one.kind for one in listed(store, later)].count("agreement") == 5
    assert listed(store, later) == afresh(store, later)


def test_a_list_is_that_of_one_colleague(store: Store) -> None:
    with_files(store, 1, 2)
    keep(store, [{**factories.accompaniment(2), "revision": 2, "responsible": id_of("actor", 2)}])
    mine = listed(store, TODAY, responsible=id_of("actor", 2))
    assert {one.accompaniment for one in mine} == {id_of("accompaniment", 2)}
    assert mine == [one for one in listed(store, TODAY) if one.responsible == id_of("actor", 2)]


def test_nothing_is_due_for_somebody_who_was_erased(store: Store) -> None:
    with_files(store, 1, 2)
    assert {one.participant for one in listed(store, TODAY)} == {id_of("participant", 1), id_of("participant", 2)}
    store.erase(id_of("participant", 1), store.context("anna"))
    assert {one.participant for one in listed(store, TODAY)} == {id_of("participant", 2)}


def test_two_nodes_of_one_process_do_not_mix(sqlite_store: Store, tmp_path: Path) -> None:
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite'}", NODE, sqlite_store.vault)
    with_files(sqlite_store, 1)
    with_files(other, 2)
    assert {one.accompaniment for one in listed(other, TODAY)} == {id_of("accompaniment", 2)}
    assert {one.accompaniment for one in listed(sqlite_store, TODAY)} == {id_of("accompaniment", 1)}
    other.close()


def test_a_meeting_written_down_takes_its_line_off_the_list(sqlite_store: Store) -> None:
    stored(sqlite_store, "insertion_coop", "closure", "team_meeting")
    today = date(2025, 4, 13)
    assert "meeting" in {one.kind for one in listed(sqlite_store, today)}
    meeting = content(held(1, "2025-04-12", minutes="…"))
    with sqlite_store.writing() as session:
        moment = datetime(2025, 4, 13, 12, tzinfo=UTC)
        change(session, sqlite_store, [Change("team_meeting", meeting)], sqlite_store.context("anna", now=moment))
    assert "meeting" not in {one.kind for one in listed(sqlite_store, today)}


@pytest.mark.parametrize("day", [date(2025, 4, 1), date(2026, 1, 15)])
def test_reading_a_file_again_changes_nothing(sqlite_store: Store, day: date) -> None:
    stored(sqlite_store, "hired")
    before = the(sqlite_store)
    assert listed(sqlite_store, day) == listed(sqlite_store, day)
    with sqlite_store.reading() as session:
        assert read(session, sqlite_store.vault, FILE_ID) == before
