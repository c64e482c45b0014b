from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from coupole.node.staff import accounts, sessions
from coupole.node.staff.accounts import Staff
from coupole.node.staff.log import events
from coupole.node.staff.sessions import Limits
from coupole.node.store import Store
from coupole.node.store.staff_tables import StaffSession
from tests.node.passwords import NOON
from tests.node.staff.conftest import Clock, staff_of

LIMITS = Limits()


@pytest.fixture
def anna(store: Store) -> Staff:
    with store.writing() as session:
        return accounts.create(session, login="anna", name="Anna", role="coach", now=NOON)


def begun(store: Store, staff: Staff, now: datetime = NOON) -> str:
    with store.writing() as session:
        return sessions.begin(session, staff.id, now)


def test_a_token_is_256_bits_and_new_each_time(store: Store, anna: Staff) -> None:
    tokens = {begun(store, anna) for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens), "43 letters of base64url are 256 bits"


def test_the_database_does_not_hold_the_token(store: Store, anna: Staff) -> None:
    token = begun(store, anna)
    with store.reading() as session:
        row = session.exec(select(StaffSession)).one()
    assert token not in f"{row!r}{row.model_dump()}"
    assert staff_of(store, row.sha256, NOON) is None, "the hash opens nothing"


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é", "' OR 1=1 --", "\x00"])
def test_what_is_no_token_is_nobody(store: Store, anna: Staff, token: str) -> None:
    begun(store, anna)
    assert staff_of(store, token, NOON) is None


def test_an_unused_session_ends(store: Store, anna: Staff) -> None:
    token = begun(store, anna)
    assert staff_of(store, token, NOON + LIMITS.idle - timedelta(seconds=1)) == anna
    token = begun(store, anna)
    assert staff_of(store, token, NOON + LIMITS.idle) is None


def test_a_used_session_goes_on_until_the_day_is_over(store: Store, anna: Staff) -> None:
    token, now = begun(store, anna), NOON
    while now < NOON + LIMITS.absolute - timedelta(minutes=10):
        now += timedelta(minutes=10)
        assert staff_of(store, token, now) == anna
    assert staff_of(store, token, NOON + LIMITS.absolute - timedelta(seconds=1)) == anna
    assert staff_of(store, token, NOON + LIMITS.absolute) is None


def test_limits_are_those_that_are_given(store: Store, anna: Staff) -> None:
    short = Limits(idle=timedelta(minutes=5), absolute=timedelta(hours=1))
    assert staff_of(store, begun(store, anna), NOON + timedelta(minutes=5), short) is None
    token, now = begun(store, anna), NOON
    for _ in range(14):
        now += timedelta(minutes=4)
        assert staff_of(store, token, now, short) == anna
    assert staff_of(store, token, now + timedelta(minutes=4), short) is None


def test_reading_a_page_writes_nothing_for_a_minute(store: Store, anna: Staff) -> None:
    token = begun(store, anna)
    sessions.current(store, token, NOON + timedelta(seconds=59))
    with store.reading() as session:
        assert session.exec(select(StaffSession.seen_at)).one() == NOON
    sessions.current(store, token, NOON + timedelta(seconds=60))
    with store.reading() as session:
        assert session.exec(select(StaffSession.seen_at)).one() == NOON + timedelta(seconds=60)


def test_signing_out_kills_the_token_at_once(store: Store, anna: Staff) -> None:
    token, other = begun(store, anna), begun(store, anna)
    with store.writing() as session:
        sessions.end(session, token)
        sessions.end(session, token)
        sessions.end(session, "no token at all")
    assert staff_of(store, token, NOON) is None
    assert staff_of(store, other, NOON) == anna


def test_disabling_an_account_kills_its_sessions_at_once(store: Store, anna: Staff) -> None:
    token = begun(store, anna)
    with store.writing() as session:
        accounts.disable(session, anna.id, by=None)
    assert staff_of(store, token, NOON) is None
    with store.writing() as session:
        accounts.enable(session, anna.id, by=None)
    assert staff_of(store, token, NOON) is None, "it does not come back with the account"


def test_a_session_begun_while_the_account_was_being_disabled_is_dead(store: Store, anna: Staff) -> None:
    with store.writing() as session:
        accounts.disable(session, anna.id, by=None)
        token = sessions.begin(session, anna.id, NOON)
    assert staff_of(store, token, NOON) is None


def test_a_changed_role_counts_from_the_next_page_on(store: Store, anna: Staff) -> None:
    token = begun(store, anna)
    with store.writing() as session:
        about = {"name": anna.name, "language": "nl", "actor": None, "email": None}
        accounts.change(session, anna.id, role="reader", by=None, **about)
    found = staff_of(store, token, NOON)
    assert found
    assert (found.role, found.language) == ("reader", "nl")


def test_somebody_sees_their_sessions_and_ends_one_or_all_others(store: Store, anna: Staff) -> None:
    with store.writing() as session:
        luc = accounts.create(session, login="luc", name="Luc", role="coach", now=NOON)
    here, there, elsewhere = (begun(store, anna, NOON + timedelta(seconds=n)) for n in range(3))
    his = begun(store, luc)
    with store.writing() as session:
        shown = sessions.of(session, anna.id, NOON, LIMITS)
        assert [one.key for one in shown] == [sessions.hashed(token) for token in (elsewhere, there, here)]
        assert sessions.end_one(session, anna.id, sessions.hashed(there))
        assert not sessions.end_one(session, anna.id, sessions.hashed(there)), "it is gone"
        assert not sessions.end_one(session, anna.id, sessions.hashed(his)), "it is not hers"
    assert staff_of(store, there, NOON) is None
    with store.writing() as session:
        sessions.end_all(session, anna.id, but=sessions.hashed(here))
    assert staff_of(store, here, NOON) == anna
    assert staff_of(store, elsewhere, NOON) is None
    assert staff_of(store, his, NOON) == luc


def test_whoever_proves_again_who_they_are_goes_on_under_a_new_token(store: Store, anna: Staff) -> None:
    token = begun(store, anna)
    later = NOON + timedelta(minutes=12)
    before = sessions.current(store, token, later)
    assert before
    assert not before.recently_verified(later, LIMITS)
    with store.writing() as session:
        fresh = sessions.renew(session, sessions.hashed(token), later)
    after = sessions.current(store, fresh, later)
    assert after
    assert after.recently_verified(later, LIMITS)
    assert after.begun_at == NOON, "the day's end stays where it was"
    assert staff_of(store, token, later) is None


def test_of_two_renewals_at_one_moment_one_goes_on(store: Store, anna: Staff) -> None:
    token = begun(store, anna)
    with store.writing() as session:
        sessions.renew(session, sessions.hashed(token), NOON)
    with store.writing() as session, pytest.raises(sessions.SessionOver):
        sessions.renew(session, sessions.hashed(token), NOON)


def test_sessions_that_are_over_are_cleared_away(store: Store, anna: Staff) -> None:
    begun(store, anna)
    kept = begun(store, anna, NOON + timedelta(minutes=10))
    with store.writing() as session:
        sessions.clear(session, NOON + timedelta(hours=24))
        assert [row.sha256 for row in session.exec(select(StaffSession))] == [sessions.hashed(kept)]


def test_every_sign_in_and_end_is_written_down_without_any_token(store: Store, anna: Staff, clock: Clock) -> None:
    token = begun(store, anna)
    with store.writing() as session:
        sessions.end(session, token, NOON)
        written = [event.model_dump() for event in events(session)]
    assert [event["what"] for event in written] == ["signed_out", "signed_in", "account_made"]
    assert all(event["at"] == NOON.astimezone(UTC) for event in written)
    assert token not in str(written)
    assert "Anna" not in str(written)
