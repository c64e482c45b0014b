from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.settings import PURPOSES
from coupole.node.statistics import ledger
from coupole.node.statistics.ledger import Kind, Ledger, LedgerUnreadable, Step, step
from coupole.node.statistics.sealing import State
from coupole.wire.keys import KeyRing

STOCK = np.array([True, True, False, False])
MEMBER = NOTHING = np.zeros(4, np.bool_)
SALT = b"s" * 32
PLACE = "own|t|north"


def state(*counts: int) -> State:
    return State(np.array(counts, np.int64), np.array([7 * one % 256 for one in counts], np.uint8))


def told(made: Step) -> list[int]:
    return [int(one) for one in made.counts]


def go(before: Ledger | None, now: State, kind: Kind = "change", withheld: np.ndarray = NOTHING) -> Step:
    return step(before, now, kind, STOCK, MEMBER, withheld, SALT, 1 if before is None else before.seq + 1)


def test_the_first_report_says_nothing_and_the_next_one_what_changed() -> None:
    first = go(None, state(10, 4, 3, 0))
    assert (told(first), first.keys.tolist()) == ([0, 0, 0, 0], [0, 0, 0, 0])
    second = go(first.after, state(12, 3, 3, 5))
    assert told(second) == [2, -1, 0, 5]
    assert second.keys.tolist() == [14, -7 % 256, 0, 35]


def test_a_report_that_was_not_counted_is_in_the_next_one() -> None:
    first = go(None, state(10, 4, 3, 0)).after
    lost = go(first, state(12, 4, 4, 0))
    assert told(lost) == [2, 0, 1, 0]
    assert told(go(first, state(11, 4, 6, 0))) == [1, 0, 3, 0]


def test_an_opening_reports_stocks_in_full_and_happenings_from_now_on() -> None:
    made = go(None, state(10, 4, 3, 2), "opening")
    assert told(made) == [10, 4, 0, 0]
    assert made.keys.tolist() == [70, 28, 0, 0]
    assert told(go(made.after, state(9, 4, 5, 2))) == [-1, 0, 2, 0]


def test_a_newcomer_who_began_alone_opens_later_with_what_was_never_reported() -> None:
    alone = go(None, state(10, 4, 3, 2)).after
    alone = go(alone, state(12, 4, 5, 2)).after
    opened = go(alone, state(13, 4, 5, 3), "opening")
    assert told(opened) == [11, 4, 0, 1]  # ten of the beginning and one who came since; two were reported before
    assert opened.after.opened


def test_a_closing_takes_stocks_back_and_leaves_what_happened() -> None:
    opened = go(None, state(10, 4, 3, 2), "opening").after
    last = go(opened, state(12, 3, 6, 2), "closing")
    assert told(last) == [-10, -4, 3, 0]
    assert last.after.closed
    alone = go(go(None, state(10, 4, 3, 2)).after, state(13, 4, 4, 2)).after
    assert told(go(alone, state(15, 9, 4, 2), "closing")) == [-3, 0, 0, 0]


def by_band(before: Ledger | None, place: int, kind: Kind = "change") -> Step:
    """A member in one of three bands; the last cell is of all together."""
    now = state(*[int(place == at) for at in range(3)], 1)
    return step(before, now, kind, NOTHING, ~NOTHING, NOTHING, SALT, 1)


def test_a_member_is_counted_from_its_opening_on_moves_and_goes_with_its_closing() -> None:
    alone = by_band(by_band(None, 0).after, 1)
    assert (told(alone), alone.keys.tolist()) == ([0, 0, 0, 0], [0, 0, 0, 0])
    opened = by_band(alone.after, 1, "opening")
    assert (told(opened), opened.keys.tolist()) == ([0, 1, 0, 1], [0, 7, 0, 7])
    moved = by_band(opened.after, 2)
    assert told(moved) == [0, -1, 1, 0]
    closed = by_band(moved.after, 0, "closing")
    assert (told(closed), closed.keys.tolist()) == ([0, 0, -1, -1], [0, 0, 249, 249])


def test_a_member_that_never_opened_closes_without_having_been_counted() -> None:
    assert told(by_band(by_band(None, 0).after, 0, "closing")) == [0, 0, 0, 0]


def test_a_move_that_was_not_counted_is_in_the_next_report() -> None:
    opened = by_band(None, 0, "opening").after
    assert told(by_band(opened, 1)) == [-1, 1, 0, 0]
    assert told(by_band(opened, 2)) == [-1, 0, 1, 0]


def test_what_is_withheld_does_not_change_and_comes_once_it_may_leave() -> None:
    held = np.array([False, True, False, True])
    first = go(None, state(10, 4, 3, 2), "opening", held)
    assert told(first) == [10, 0, 0, 0]
    assert first.keys[held].tolist() == [0, 0]
    second = go(first.after, state(10, 5, 3, 4), withheld=held)
    assert told(second) == [0, 0, 0, 0]
    assert told(go(second.after, state(10, 5, 3, 4))) == [0, 5, 0, 2]


@given(st.lists(st.tuples(st.lists(st.integers(0, 1000), min_size=4, max_size=4), st.booleans()), min_size=1))
def test_whatever_is_counted_adds_up_to_the_state_that_was_counted_last(months: list[tuple[list[int], bool]]) -> None:
    opened = go(None, state(0, 0, 0, 0), "opening")
    kept, total, keys, last = opened.after, np.zeros(4, np.int64), np.zeros(4, np.uint8), state(0, 0, 0, 0)
    for counts, counted in months:
        made = go(kept, state(*counts))
        if counted:
            kept, total, keys, last = made.after, total + made.counts, keys + made.keys, state(*counts)
    assert total.tolist() == last.counts.tolist()
    assert keys.tolist() == last.keys.tolist()


def test_a_ledger_comes_back_as_it_was_sealed_also_after_a_rotation(ring: KeyRing) -> None:
    one = go(go(None, state(10, 4, 3, 2)).after, state(2**31 - 1, 4, 5, 9)).after
    sealed = ledger.seal_ledger(ring, PLACE, one, STOCK)
    ring.rotate("master")
    back = ledger.open_ledger(ring, PLACE, sealed, STOCK)
    assert back[:4] == one[:4]
    for found, kept in ((back.counted, one.counted), (back.kept, one.kept)):
        assert found.counts.tolist() == kept.counts.tolist()
        assert found.keys.tolist() == kept.keys.tolist()


def test_all_ledgers_of_a_tabulation_are_of_one_length(ring: KeyRing) -> None:
    made = [go(None, state(0, 0, 0, 0)), go(None, state(900, 1000, 70000, 2**30), "opening")]
    assert len({len(ledger.seal_ledger(ring, PLACE, one.after, STOCK)) for one in made}) == 1


@pytest.mark.parametrize("spoilt", ["place", "ring", "bytes", "short", "stock"])
def test_nothing_else_is_taken_for_a_ledger(ring: KeyRing, spoilt: str) -> None:
    sealed = ledger.seal_ledger(ring, PLACE, go(None, state(1, 2, 3, 4)).after, STOCK)
    place = "own|t|south" if spoilt == "place" else PLACE
    opener = KeyRing.create(PURPOSES) if spoilt == "ring" else ring
    given_back = {"bytes": sealed[:-1] + bytes([sealed[-1] ^ 1]), "short": b"x"}.get(spoilt, sealed)
    stock = np.array([True, True, True, False]) if spoilt == "stock" else STOCK
    with pytest.raises(LedgerUnreadable):
        ledger.open_ledger(opener, place, given_back, stock)


def test_the_changes_of_a_report_are_kept_sealed(ring: KeyRing) -> None:
    changes = np.array([-5, 0, 3, 2**31 - 1], np.int64)
    sealed = ledger.seal_change(ring, PLACE, changes)
    assert ledger.open_change(ring, PLACE, sealed).tolist() == changes.tolist()
    with pytest.raises(LedgerUnreadable):
        ledger.open_change(ring, "own|t|south", sealed)
