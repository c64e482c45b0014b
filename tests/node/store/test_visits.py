"""Up to where somebody has seen a file: one visit is one look, however often the page is opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from coupole.node.store import Store
from coupole.node.store.visits import NOTED, PAUSE, noted, visited
from tests.factories import id_of, participant
from tests.stores import keep

FILE = id_of("accompaniment")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seen(store: Store, at: datetime, staff: str = "anna") -> int:
    with store.writing() as session:
        return visited(session, staff, FILE, at)


def test_who_comes_first_has_missed_nothing(store: Store) -> None:
    keep(store, [participant(1), participant(2)])
    assert seen(store, NOON) == 2


def test_within_one_visit_what_is_new_stays_new(store: Store) -> None:
    seen(store, NOON)
    keep(store, [participant(1)])
    assert seen(store, NOON + timedelta(minutes=1)) == 0
    assert seen(store, NOON + PAUSE) == 0


def test_on_the_next_visit_only_what_came_since_is_new(store: Store) -> None:
    seen(store, NOON)
    keep(store, [participant(1)])
    seen(store, NOON + timedelta(minutes=1))
    keep(store, [participant(2)])
    assert seen(store, NOON + timedelta(hours=2)) == 1


def test_everybody_has_visits_of_their_own(store: Store) -> None:
    seen(store, NOON)
    keep(store, [participant(1)])
    assert seen(store, NOON, "luc") == 1
    assert seen(store, NOON) == 0


def test_a_visit_in_which_nothing_is_new_is_not_written_again(store: Store) -> None:
    assert seen(store, NOON) == 0
    with store.reading() as session:
        assert noted(session, "anna", FILE, NOON + timedelta(minutes=1)) == 0
        assert noted(session, "anna", FILE, NOON + NOTED) is None
        assert noted(session, "luc", FILE, NOON) is None
    keep(store, [participant(1)])
    with store.reading() as session:
        assert noted(session, "anna", FILE, NOON + timedelta(minutes=1)) is None
