"""Whatever somebody tries, in whatever order: the file stays true, or stays as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.records import rules
from coupole.node.records.moves import hand_back, move, offers
from coupole.node.records.phases import entered, history_findings, returned
from coupole.node.records.project import accompaniment, hires, is_final
from coupole.node.store import Store
from coupole.node.store.queries import counts, dossier
from coupole.standard.codes import code_list
from tests.factories import id_of
from tests.node.records.filed import FILE_ID, stored
from tests.node.records.method import VERIFIED, invented

PHASES = code_list("phase").ids
NOW = datetime(2027, 12, 31, tzinfo=UTC)
TODAY = NOW.date()
WORK = [
    {"type": kind, "contract_type": "internship_agreement", "host": id_of("organisation")}
    for kind in ("coop_placement", "enterprise_internship", "enterprise_job")
]
CLOSED = {
    "outcome": "job_permanent",
    "reason": "objectives_met",
    "verification": {**VERIFIED, "verified_on": "2026-01-01"},
}
MOVES = st.fixed_dictionaries(
    {
        "phase": st.sampled_from(PHASES),
        "days": st.integers(-3, 200),
        "reason": st.none() | st.sampled_from(["host_stopped", "In hospital"]),
        "placement": st.none() | st.sampled_from(WORK),
        "closing": st.none() | st.just(CLOSED),
        "back": st.booleans(),
    }
)


def tried(session: Session, store: Store, step: dict[str, Any]) -> bool:
    """One step of the walk; whether it was made."""
    before = dossier(session, store.vault, FILE_ID)
    file = accompaniment(before)
    last = date.fromisoformat(file["phase_history"][-1]["from"])
    context = store.context("anna", now=NOW, reason="a walk")
    try:
        if step["back"]:
            hand_back(session, store, context, FILE_ID, step["phase"], file["revision"])
        else:
            rest = {name: step[name] for name in ("reason", "placement", "closing")}
            move(session, store, context, FILE_ID, step["phase"], last + timedelta(days=step["days"]), **rest)
    except CoupoleError:
        assert dossier(session, store.vault, FILE_ID) == before
        return False
    return True


@settings(max_examples=30, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(MOVES, min_size=1, max_size=14))
def test_no_walk_makes_a_file_untrue(sqlite_store: Store, steps: list[dict[str, Any]]) -> None:
    with sqlite_store.reading() as session:
        empty = not counts(session)
    if empty:
        stored(sqlite_store, "planned", "closure", "placement", "follow_up", pathway="work_care")
    with sqlite_store.writing() as session:
        start = session.begin_nested()
        for step in steps:
            if tried(session, sqlite_store, step):
                found = dossier(session, sqlite_store.vault, FILE_ID)
                assert {one.code for one in history_findings(found, TODAY)} <= {"suspended_too_long"}
                assert not [one for one in rules.findings(found, TODAY) if one.blocking]
                started = {row["from"] for row in accompaniment(found)["phase_history"] if row["phase"] == "hired"}
                assert started <= {placed.document["from"] for placed in hires(found)}
                assert [one.phase for one in offers(found, TODAY)] == list(
                    code_list("phase").attribute(accompaniment(found)["phase"], "next")
                )
        start.rollback()


@settings(max_examples=200)
@given(st.data())
def test_what_is_handed_back_is_what_it_was_before_the_move(data: Any) -> None:
    file = accompaniment(data.draw(st.sampled_from(invented())))
    phase = data.draw(st.sampled_from(PHASES))
    day = date.fromisoformat(file["phase_history"][-1]["from"]) + timedelta(days=data.draw(st.integers(0, 400)))
    if is_final(file["phase"]) or file["phase"] == phase:
        return
    moved = entered(file, phase, day, reason="why")
    assert moved["phase_history"][-1] == {"phase": phase, "from": day.isoformat(), "reason": "why"}
    assert returned(moved, file["phase"]) == file


@settings(max_examples=200)
@given(st.data())
def test_a_file_is_handed_back_to_phases_it_was_in_and_to_no_other(data: Any) -> None:
    known = data.draw(st.sampled_from(invented()))
    file = accompaniment(known)
    phase = data.draw(st.sampled_from(PHASES))
    before = [row["phase"] for row in file["phase_history"][:-1]]
    back = returned(file, phase)
    assert (back is not None) == (phase in before)
    if back is not None:
        assert back["phase_history"][-1].keys() <= {"phase", "from", "decided_in", "reason"}
        assert [row["phase"] for row in back["phase_history"]] == before[: len(back["phase_history"])]
