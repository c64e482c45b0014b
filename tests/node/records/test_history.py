"""The plan as of any day."""

from __future__ import annotations

from datetime import date

from coupole.node.records.history import PlanAsOf, plan_as_of
from coupole.node.store import Store
from tests import factories
from tests.factories import id_of
from tests.node.records.filed import known, made, put, stored
from tests.node.records.method import FILE

OPEN = {"status": "open", "status_on": "2025-01-15", "decided_in": ...}
MEETING = id_of("team_meeting", 8)


def plan_on(store: Store, day: str) -> PlanAsOf | None:
    with store.reading() as session:
        return plan_as_of(session, store, known(store), date.fromisoformat(day))


def statuses(store: Store, day: str) -> list[str]:
    found = plan_on(store, day)
    return [] if found is None else [objective["status"] for objective in found.objectives]


def test_the_plan_of_a_day_is_the_version_that_held_then(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    made(sqlite_store, factories.plan(2, **FILE, version=2, replaces=id_of("plan"), drafted_on="2025-10-01"))
    assert plan_on(sqlite_store, "2025-01-14") is None
    versions = {day: plan_on(sqlite_store, day) for day in ("2025-01-15", "2025-09-30", "2025-10-01", "2026-03-01")}
    assert {day: found.plan["version"] for day, found in versions.items() if found} == {
        "2025-01-15": 1,
        "2025-09-30": 1,
        "2025-10-01": 2,
        "2026-03-01": 2,
    }


def test_an_objective_stands_as_it_stood_on_that_day_whenever_it_was_typed_in(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")  # achieved on 20 August 2025
    assert statuses(sqlite_store, "2025-08-19") == ["open"]
    assert statuses(sqlite_store, "2025-08-20") == ["achieved"]
    put(sqlite_store, "objective", status="not_achieved", status_on="2026-02-01")
    assert [statuses(sqlite_store, day) for day in ("2025-08-19", "2025-12-31", "2026-02-01")] == [
        ["open"],
        ["achieved"],
        ["not_achieved"],
    ]


def test_what_was_entered_late_does_not_hide_what_held_before(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    put(sqlite_store, "objective", **{**OPEN, "status": "partly_achieved", "status_on": "2025-03-01"})
    put(sqlite_store, "objective", status="achieved", status_on="2025-08-20", decided_in=MEETING)
    assert statuses(sqlite_store, "2025-05-01") == ["partly_achieved"]
    assert statuses(sqlite_store, "2025-09-01") == ["achieved"]


def test_what_was_corrected_was_never_true(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    put(sqlite_store, "objective", **{**OPEN, "status": "partly_achieved", "status_on": "2025-03-01"})
    assert statuses(sqlite_store, "2025-09-01") == ["partly_achieved"]


def test_an_objective_the_team_added_belongs_to_the_plan_from_its_day_on(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired", "closure")
    fresh = {"set_on": "2025-08-20", "status": "open", "status_on": "2025-08-20", "decided_in": MEETING}
    made(sqlite_store, factories.objective(9, **FILE, **fresh))
    assert statuses(sqlite_store, "2025-08-19") == ["open"]
    assert statuses(sqlite_store, "2025-08-20") == ["achieved", "open"]
