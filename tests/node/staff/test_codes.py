from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from coupole.node.staff import accounts, codes, steps
from coupole.node.staff.steps import StepOver
from coupole.node.store import Store
from coupole.node.store.staff_tables import OneTimeCode, RecoveryCode, Step
from tests.node.passwords import NOON
from tests.node.staff.conftest import Clock, Person, invited


def test_a_code_is_good_once_however_it_is_spelt(store: Store, clock: Clock) -> None:
    staff, code = invited(store, clock)
    with store.writing() as session:
        assert codes.look(session, f" {code.lower().replace('-', ' ')} ", NOON) == (staff.id, "invitation")
        assert codes.use(session, code, NOON) == (staff.id, "invitation")
        assert codes.use(session, code, NOON) is None
        assert codes.look(session, code, NOON) is None


@pytest.mark.parametrize(("purpose", "days"), [("invitation", 7), ("password", 1), ("everything", 1), ("visit", 1)])
def test_a_code_expires(store: Store, clock: Clock, purpose: codes.Purpose, days: int) -> None:
    staff, _ = invited(store, clock)
    with store.writing() as session:
        made = codes.make(session, staff.id, purpose, by=None, now=NOON)
        assert made.expires_at == NOON + timedelta(days=days)
        assert codes.look(session, made.code, made.expires_at - timedelta(seconds=1))
        assert codes.use(session, made.code, made.expires_at) is None


def test_a_new_code_replaces_the_one_before(store: Store, clock: Clock) -> None:
    staff, first = invited(store, clock)
    with store.writing() as session:
        second = codes.make(session, staff.id, "invitation", by=None, now=NOON)
        assert codes.look(session, first, NOON) is None
        assert codes.waiting(session) == {staff.id: second.expires_at}


def test_of_many_who_use_one_code_at_one_moment_one_gets_in(every_store: Store, clock: Clock) -> None:
    _, code = invited(every_store, clock)

    def attempt(_: int) -> bool:
        with every_store.writing() as session:
            return codes.use(session, code, NOON) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_codes_have_eighty_bits_and_only_their_hash_is_kept(store: Store, anna: Person) -> None:
    with store.writing() as session:
        made = codes.make(session, anna.staff.id, "password", by=None, now=NOON)
        kept = [row.model_dump() for table in (OneTimeCode, RecoveryCode) for row in session.exec(select(table))]
    for code in (made.code, *anna.recovery):
        assert len(code.replace("-", "")) == 16, "of 32 letters each, five bits"
        assert code not in str(kept)
        assert code.replace("-", "") not in str(kept)
    assert made.code not in repr(made)


def test_each_recovery_code_is_good_once_and_only_for_its_owner(store: Store, anna: Person, clock: Clock) -> None:
    with store.writing() as session:
        luc = accounts.create(session, login="luc", name="Luc", role="coach")
        assert len(set(anna.recovery)) == codes.RECOVERY_CODES
        assert not codes.use_recovery_code(session, luc.id, anna.recovery[0], NOON)
        assert codes.use_recovery_code(session, anna.staff.id, anna.recovery[0], NOON)
        assert not codes.use_recovery_code(session, anna.staff.id, anna.recovery[0], NOON)
        assert codes.recovery_codes_left(session, anna.staff.id) == 9
        codes.make_recovery_codes(session, anna.staff.id, NOON)
        assert not codes.use_recovery_code(session, anna.staff.id, anna.recovery[1], NOON), "new ones replace them"


def test_a_step_is_known_by_its_token_for_ten_minutes(store: Store, clock: Clock) -> None:
    with store.writing() as session:
        token = steps.begin(session, store.vault, "second", {"staff": "x"}, NOON)
        assert steps.look(session, store.vault, "second", token, NOON + timedelta(minutes=9)) == {"staff": "x"}
        for wrong in ("", "x", token[:-1], token + "a"):
            with pytest.raises(StepOver):
                steps.look(session, store.vault, "second", wrong, NOON)
        with pytest.raises(StepOver):
            steps.look(session, store.vault, "joining", token, NOON)
        with pytest.raises(StepOver):
            steps.keep(session, store.vault, "second", token, {}, NOON + steps.LASTS)


def test_what_a_step_holds_is_sealed_and_old_ones_are_cleared_away(store: Store, clock: Clock) -> None:
    with store.writing() as session:
        token = steps.begin(session, store.vault, "joining", {"secret": "JBSWY3DPEHPK3PXP"}, NOON)
        row = session.exec(select(Step)).one()
        assert b"JBSWY3DP" not in row.body
        assert token not in str(row.model_dump())
        steps.begin(session, store.vault, "second", {}, NOON + steps.LASTS)
        assert len(session.exec(select(Step)).all()) == 1


def test_strangers_who_begin_and_begin_fill_no_disk(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "MOST", 3)
    with store.writing() as session:
        mine = steps.begin(session, store.vault, "second", {}, NOON)
        tokens = [steps.begin(session, store.vault, "passkey", {}, clock.on(seconds=1)) for _ in range(7)]
        assert len(session.exec(select(Step)).all()) == 1 + 3
        assert steps.look(session, store.vault, "passkey", tokens[-1], clock.now) == {}
        assert steps.look(session, store.vault, "second", mine, clock.now) == {}, "other kinds are left alone"
        with pytest.raises(StepOver):
            steps.look(session, store.vault, "passkey", tokens[0], clock.now)


def test_of_many_who_take_one_step_one_gets_it(every_store: Store, clock: Clock) -> None:
    with every_store.writing() as session:
        token = steps.begin(session, every_store.vault, "second", {"staff": "x"}, NOON)

    def attempt(_: int) -> bool:
        try:
            with every_store.writing() as session:
                steps.take(session, every_store.vault, "second", token, NOON)
        except StepOver:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
