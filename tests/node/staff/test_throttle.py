from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from coupole.node.staff import throttle
from coupole.node.staff.throttle import FREE, LONGEST_WAIT, TooManyTries, charge, wait_after
from coupole.node.store import Store
from coupole.node.store.staff_tables import Throttle
from tests.node.staff.conftest import Clock


def test_each_wait_after_five_free_tries_is_twice_the_one_before() -> None:
    assert [wait_after(n).total_seconds() for n in range(FREE + 4)] == [0, 0, 0, 0, 0, 5, 10, 20, 40]
    assert wait_after(10_000) == LONGEST_WAIT


def test_the_sixth_try_must_wait_and_says_how_long(store: Store, clock: Clock) -> None:
    for _ in range(FREE):
        charge(store, "password", "anna", clock.now)
    with pytest.raises(TooManyTries) as refused:
        charge(store, "password", "anna", clock.now)
    assert refused.value.params == {"seconds": 5}
    clock.on(seconds=5)
    charge(store, "password", "anna", clock.now)
    with pytest.raises(TooManyTries) as refused:
        charge(store, "password", "anna", clock.now)
    assert refused.value.params == {"seconds": 10}


def test_tries_while_waiting_do_not_make_the_wait_longer(store: Store, clock: Clock) -> None:
    for _ in range(FREE):
        charge(store, "password", "anna", clock.now)
    for _ in range(50):
        with pytest.raises(TooManyTries):
            charge(store, "password", "anna", clock.now)
    clock.on(seconds=5)
    charge(store, "password", "anna", clock.now)


def test_other_names_kinds_and_known_browsers_are_counted_apart(store: Store, clock: Clock) -> None:
    for _ in range(FREE):
        charge(store, "password", "anna", clock.now)
    charge(store, "password", "luc", clock.now)
    charge(store, "second", "anna", clock.now)
    charge(store, "password", "anna", clock.now, device="hers")


def test_a_right_try_clears_the_count(store: Store, clock: Clock) -> None:
    for _ in range(FREE):
        key = charge(store, "password", "anna", clock.now)
    with store.writing() as session:
        throttle.clear(session, key)
    charge(store, "password", "anna", clock.now)


def test_tries_at_one_moment_are_all_counted(every_store: Store, clock: Clock) -> None:
    def attempt(_: int) -> bool:
        try:
            charge(every_store, "password", "anna", clock.now)
        except TooManyTries:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == FREE


def test_counts_are_forgotten_after_a_day_and_hold_no_name(store: Store, clock: Clock) -> None:
    charge(store, "password", "anna.peeters", clock.now)
    with store.reading() as session:
        assert "anna" not in session.exec(select(Throttle.key)).one()
    charge(store, "password", "luc", clock.now + timedelta(days=2))
    with store.reading() as session:
        assert len(session.exec(select(Throttle)).all()) == 1
