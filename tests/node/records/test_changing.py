"""What somebody changes goes through the method, whichever way it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coupole.errors import CoupoleError
from coupole.node.records.changing import MethodRefused, TransitionRefused, change
from coupole.node.store import Store
from coupole.node.store.changes import Change, RecordInUse, Written
from coupole.node.store.queries import dossier, history, read
from tests.factories import content, id_of
from tests.node.records.method import FILE, story
from tests.stores import NOW, entity_of, keep

FILE_ID = FILE["accompaniment"]
AGREED = {"decided_in": id_of("team_meeting", 8)}
Document = dict[str, Any]


@pytest.fixture
def hired(sqlite_store: Store) -> Store:
    """The story up to the hire, as a store holds it."""
    known = story("hired")
    keep(sqlite_store, [*known.outside.values(), *(one for those in known.documents.values() for one in those)])
    return sqlite_store


def changed(store: Store, *changes: Change, correcting: bool = False) -> list[Written]:
    with store.writing() as session:
        officer = replace(store.context("anna", now=NOW), assigns=True)
        return change(session, store, changes, officer, correcting=correcting)


def put(store: Store, entity: str, number: int = 1, *, correcting: bool = False, **fields: Any) -> Written:
    """Other fields in a document; ``...`` takes one away."""
    record = id_of(entity, number)
    with store.reading() as session:
        whole = read(session, store.vault, record)
    made = {name: value for name, value in {**whole, **fields}.items() if value is not ...}
    wanted = Change(entity, content(made), id=record, expect=whole["revision"])
    return changed(store, wanted, correcting=correcting)[0]


def delete(store: Store, entity: str, number: int = 1) -> Change:
    with store.reading() as session:
        revision = read(session, store.vault, id_of(entity, number))["revision"]
    return Change(entity, None, id=id_of(entity, number), expect=revision)


def codes(error: pytest.ExceptionInfo[CoupoleError]) -> list[str]:
    return [finding.code for finding in error.value.findings]


def refused(kind: type[CoupoleError], attempt: Callable[[], Any]) -> list[str]:
    with pytest.raises(kind) as error:
        attempt()
    return codes(error)


def file_with(store: Store, *rows: Document, **fields: Any) -> Callable[[], Written]:
    """The file with more phases behind those it has."""
    with store.reading() as session:
        *past, last = read(session, store.vault, FILE_ID)["phase_history"]
    history = [*past, {**last, "to": rows[0]["from"]}, *rows] if rows else [*past, last]
    return lambda: put(store, "accompaniment", phase_history=history, **fields)


def test_a_phase_without_its_guard_is_refused_with_the_place_and_what_settles_it(hired: Store) -> None:
    put(hired, "closure", closed_on="2026-02-27", verification=...)
    attempt = file_with(hired, {"phase": "concluded", "from": "2026-02-27"}, phase="concluded", closed_on="2026-02-27")
    with pytest.raises(TransitionRefused) as error:
        attempt()
    early, unverified = error.value.findings
    assert (early.code, early.pointer, early.params["record"]) == ("conclusion_too_early", "/hired_on", FILE_ID)
    assert (unverified.code, unverified.params["record"]) == ("verification_missing", id_of("closure"))
    assert unverified.params["settled_by"] == "closure"


def test_a_refusal_leaves_no_trace_even_for_who_goes_on_in_the_same_transaction(hired: Store) -> None:
    row = {"phase": "insertion_coop", "from": "2026-02-01"}
    with hired.writing() as session:
        file = read(session, hired.vault, FILE_ID)
        lost = content({**file, "phase": row["phase"], "phase_history": [*file["phase_history"][:-1], row]})
        with pytest.raises(TransitionRefused):
            change(session, hired, [Change("accompaniment", lost, id=FILE_ID, expect=1)], hired.context("anna"))
    with hired.reading() as session:
        assert len(history(session, hired.vault, FILE_ID)) == 1
        assert read(session, hired.vault, FILE_ID) == file


def test_phases_the_file_went_through_stay_unless_somebody_corrects_it(hired: Store) -> None:
    with hired.reading() as session:
        *rows, _hired = read(session, hired.vault, FILE_ID)["phase_history"]
    rows[-1] = {name: value for name, value in rows[-1].items() if name != "to"}
    back = {"phase": rows[-1]["phase"], "phase_history": rows, "hired_on": ...}
    assert refused(TransitionRefused, lambda: put(hired, "accompaniment", **back)) == ["phase_history_shortened"]
    assert put(hired, "accompaniment", correcting=True, **back).kind == "replaced"


def test_a_file_from_long_ago_may_be_untidy_and_still_be_changed(hired: Store) -> None:
    with hired.reading() as session:
        rows = read(session, hired.vault, FILE_ID)["phase_history"]
    keep(hired, [{**story("hired").documents["accompaniment"][0], "revision": 2, "phase_history": rows[4:]}])
    assert put(hired, "accompaniment", extensions={"org.example": {"seen": True}}).kind == "replaced"


def test_who_takes_over_a_file_is_in_its_team_first_and_both_periods_stay(hired: Store) -> None:
    takes_over = {"responsible": id_of("actor", 3)}
    assert refused(MethodRefused, lambda: put(hired, "accompaniment", **takes_over)) == ["responsible_not_in_team"]
    with hired.reading() as session:
        first, operator = read(session, hired.vault, id_of("team"))["members"]
    fresh = {"actor": id_of("actor", 3), "role": "project_responsible", "from": "2026-02-01"}
    gone = [fresh, operator]
    assert refused(MethodRefused, lambda: put(hired, "team", members=gone)) == ["team_member_removed"]
    put(hired, "team", members=[{**first, "to": "2026-01-31"}, operator, fresh])
    assert put(hired, "accompaniment", **takes_over).kind == "replaced"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"domain": "housing"}, "objective_terms_changed"),
        ({"required_for_enterprise": False}, "objective_terms_changed"),
        ({"status": "abandoned", "decided_in": ...}, "objective_decision_missing"),
        ({"status": "abandoned", "decided_in": id_of("team_meeting", 99)}, "objective_decision_missing"),
    ],
)
def test_an_objective_the_person_signed_for_is_changed_by_a_meeting_alone(
    hired: Store, fields: Document, code: str
) -> None:
    assert refused(MethodRefused, lambda: put(hired, "objective", **fields)) == [code]


def test_an_objective_is_dropped_in_a_minuted_meeting(hired: Store) -> None:
    dropped = {"status": "abandoned", "status_on": "2025-08-20", **AGREED}
    assert put(hired, "objective", **dropped).kind == "replaced"


def test_a_new_objective_needs_the_meeting_that_decided_it(hired: Store) -> None:
    fresh = {**content(story().documents["objective"][0]), "set_on": "2025-08-20", "status": "open"}
    alone = Change("objective", {name: value for name, value in fresh.items() if name != "decided_in"})
    assert refused(MethodRefused, lambda: changed(hired, alone)) == ["objective_added_unminuted"]
    assert changed(hired, Change("objective", fresh))[0].kind == "created"


def test_a_meeting_and_the_objective_it_adds_are_written_at_once(hired: Store) -> None:
    objective, meeting = id_of("objective", 7), id_of("team_meeting", 77)
    fresh = {**content(story().documents["objective"][0]), "set_on": "2026-02-10", "decided_in": meeting}
    fresh |= {"status": "open", "status_on": "2026-02-10"}
    held = {**content(story().documents["team_meeting"][0]), "held_on": "2026-02-10"}
    held["objective_changes"] = [{"objective": objective, "change": "added"}]
    both = [Change("objective", fresh, id=objective), Change("team_meeting", held, id=meeting)]
    assert [one.kind for one in changed(hired, *both)] == ["created", "created"]


def test_a_signed_version_of_the_plan_stays_as_it_was_signed(hired: Store) -> None:
    other = {"objectives": [id_of("objective", 2)]}
    assert refused(MethodRefused, lambda: put(hired, "plan", **other)) == ["signed_plan_changed"]
    assert refused(MethodRefused, lambda: put(hired, "plan", signed_by=..., signed_on=...)) == ["signed_plan_changed"]
    assert put(hired, "plan", extensions={"org.example": {"kept": "in the cupboard"}}).kind == "replaced"


@pytest.mark.parametrize(
    ("entity", "number", "fields"),
    [
        ("team_meeting", 3, {"held_on": "2026-03-04"}),
        ("follow_up", 36, {"checked_on": "2026-06-01", "status": "same_job", "source": "person"}),
        (
            "closure",
            1,
            {"verification": story().documents["closure"][0]["verification"] | {"verified_on": "2026-03-05"}},
        ),
    ],
)
def test_what_is_still_to_come_has_not_taken_place(hired: Store, entity: str, number: int, fields: Document) -> None:
    assert refused(MethodRefused, lambda: put(hired, entity, number, **fields)) == ["not_happened_yet"]


def test_nothing_goes_that_another_document_names(hired: Store) -> None:
    for entity, number in (("plan", 1), ("placement", 3), ("team_meeting", 8)):
        assert refused(RecordInUse, lambda e=entity, n=number: changed(hired, delete(hired, e, n))) == []


@pytest.mark.parametrize(
    ("entity", "number", "code"), [("placement", 2, "placement_ordinary_missing"), ("team", 1, "")]
)
def test_nothing_goes_that_a_phase_rests_on(hired: Store, entity: str, number: int, code: str) -> None:
    found = refused(MethodRefused, lambda: changed(hired, delete(hired, entity, number)))
    assert found == [code] if code else set(found) == {"team_responsible_missing", "team_operator_missing"}


def test_the_checks_after_a_hire_stay_and_so_does_the_hire(hired: Store) -> None:
    assert refused(MethodRefused, lambda: changed(hired, delete(hired, "follow_up", 31))) == ["follow_up_missing"]
    assert changed(hired, delete(hired, "follow_up", 36))[0].kind == "deleted"


def test_an_objective_the_team_decided_on_is_not_deleted(hired: Store) -> None:
    fresh = changed(hired, Change("objective", {**content(story().documents["objective"][0]), "set_on": "2025-08-20"}))
    gone = Change("objective", None, id=fresh[0].id, expect=1)
    assert refused(MethodRefused, lambda: changed(hired, gone)) == ["objective_removed"]


def test_a_closed_file_keeps_the_reason_it_was_closed_for(sqlite_store: Store) -> None:
    known = story()
    keep(sqlite_store, [*known.outside.values(), *(one for those in known.documents.values() for one in those)])
    unverified = known.documents["closure"][0]["verification"] | {"stable_condition": False}
    attempt = lambda: put(sqlite_store, "closure", verification=unverified)  # noqa: E731
    assert "stable_condition_unverified" in refused(MethodRefused, attempt)
    assert refused(MethodRefused, lambda: changed(sqlite_store, delete(sqlite_store, "closure"))) == ["closure_missing"]


def test_the_story_itself_can_be_entered_document_by_document(sqlite_store: Store) -> None:
    known = story("referred")
    documents = [*known.outside.values(), *(one for those in known.documents.values() for one in those)]
    order = ("organisation", "actor", "participant", "referral", "agreement", "accompaniment", "plan", "team_meeting")
    ranked = sorted(documents, key=lambda one: order.index(entity_of(one)) if entity_of(one) in order else len(order))
    for document in ranked:
        if entity_of(document) != "closure":
            changed(sqlite_store, Change(entity_of(document), content(document), id=document["id"]))
    with sqlite_store.reading() as session:
        found = dossier(session, sqlite_store.vault, FILE_ID)
    assert sum(map(len, found.documents.values())) == sum(map(len, known.documents.values())) - 1
