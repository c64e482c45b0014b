from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from coupole.node.staff import codes, own, passkeys, proving, sessions
from coupole.node.staff.own import LastWayIn
from coupole.node.staff.passwords import PasswordTooShort
from coupole.node.staff.proving import SecondFactorRefused, SignInRefused
from coupole.node.staff.sessions import Limits, Signed
from coupole.node.staff.steps import StepOver
from tests.node.passwords import PASSWORD
from tests.node.staff.conftest import BROWSER, Person, joined, staff_of
from tests.node.staff.test_passkeys import with_key

NEW = "vijf rode stoelen in de tuin"


def here(person: Person) -> Signed:
    found = sessions.current(person.store, person.sessions[0], person.clock.now)
    assert found
    return found


def elsewhere(person: Person) -> str:
    with person.store.writing() as session:
        return sessions.begin(session, person.staff.id, person.clock.now)


def test_what_is_serious_asks_again_after_ten_minutes(anna: Person) -> None:
    limits = Limits()
    assert here(anna).recently_verified(anna.clock.now + timedelta(minutes=10), limits)
    assert not here(anna).recently_verified(anna.clock.now + timedelta(minutes=10, seconds=1), limits)


def test_another_password_ends_every_other_session(anna: Person) -> None:
    other = elsewhere(anna)
    own.change_password(anna.store, here(anna), NEW, anna.clock.now)
    assert staff_of(anna.store, other, anna.clock.now) is None
    assert here(anna)
    with pytest.raises(SignInRefused):
        proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
    assert proving.by_password(anna.store, "anna", NEW, BROWSER, anna.clock.now)


def test_a_bad_password_changes_nothing(anna: Person) -> None:
    with pytest.raises(PasswordTooShort):
        own.change_password(anna.store, here(anna), "short", anna.clock.now)
    assert proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)


def test_another_app_takes_the_place_of_the_one_before(anna: Person) -> None:
    token = own.begin_app(anna.store, anna.staff, "", anna.clock.now)
    secret = own.app_secret(anna.store, anna.staff, token, anna.clock.now)
    with pytest.raises(SecondFactorRefused):
        own.finish_app(anna.store, here(anna), token, "000000", anna.clock.now)
    other, now = elsewhere(anna), anna.clock.now
    fresh = own.finish_app(anna.store, here(anna), token, pyotp.TOTP(secret).at(now), now)
    assert len(fresh) == codes.RECOVERY_CODES
    assert staff_of(anna.store, other, now) is None
    for old in (anna.figures(), anna.recovery[0]):
        half = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
        with pytest.raises(SecondFactorRefused):
            proving.by_second_factor(anna.store, half, old, BROWSER, anna.clock.now)


def test_a_colleague_cannot_confirm_an_app_that_is_not_theirs(anna: Person) -> None:
    luc = joined(anna.store, anna.clock, login="luc")
    token = own.begin_app(anna.store, anna.staff, "", anna.clock.now)
    with pytest.raises(StepOver):
        own.app_secret(anna.store, luc.staff, token, anna.clock.now)


def test_with_a_passkey_one_may_do_without_password_and_take_it_up_again(anna: Person) -> None:
    now = anna.clock.now
    with anna.store.writing() as session, pytest.raises(LastWayIn):
        own.drop_password(session, anna.staff, now)
    with_key(anna)
    with anna.store.writing() as session:
        own.drop_password(session, anna.staff, now)
        assert proving.factors(session, anna.staff.id) == proving.Factors(False, False, 1, 0, False)
    with pytest.raises(SignInRefused):
        proving.by_password(anna.store, "anna", PASSWORD, BROWSER, now)
    with pytest.raises(PasswordTooShort):
        own.begin_app(anna.store, anna.staff, "", now)
    token = own.begin_app(anna.store, anna.staff, NEW, now)
    secret = own.app_secret(anna.store, anna.staff, token, now)
    own.finish_app(anna.store, here(anna), token, pyotp.TOTP(secret).at(now), now)
    assert proving.by_password(anna.store, "anna", NEW, BROWSER, now)


def test_nobody_removes_their_last_way_in(anna: Person) -> None:
    with_key(anna)
    now = anna.clock.now
    with anna.store.writing() as session:
        key = passkeys.of(session, anna.staff.id)[0].id
        own.drop_password(session, anna.staff, now)
        with pytest.raises(LastWayIn):
            own.remove_passkey(session, anna.staff, key, now)


def test_a_passkey_is_removed_by_its_owner_alone(anna: Person) -> None:
    luc = joined(anna.store, anna.clock, login="luc")
    with_key(anna)
    now = anna.clock.now
    with anna.store.writing() as session:
        key = passkeys.of(session, anna.staff.id)[0].id
        assert not own.remove_passkey(session, luc.staff, key, now)
        assert own.remove_passkey(session, anna.staff, key, now)
        assert passkeys.of(session, anna.staff.id) == []
