from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest

from coupole.node.staff import accounts, devices, log, passwords, proving, steps, throttle, totp
from coupole.node.staff.proving import Browser, Entered, SecondFactorRefused, SignInRefused
from coupole.node.staff.steps import StepOver
from coupole.node.staff.throttle import FREE, TooManyTries
from coupole.node.store import Store
from coupole.node.store.staff_tables import Account
from coupole.node.store.vault import RecordUnreadable
from tests.node.passwords import PASSWORD
from tests.node.staff.conftest import BROWSER, Clock, Person, joined, staff_of

STRANGER = Browser()


def signed_in(person: Person, browser: Browser = BROWSER) -> Entered:
    token = proving.by_password(person.store, person.staff.login, PASSWORD, browser, person.clock.now)
    return proving.by_second_factor(person.store, token, person.figures(), browser, person.clock.now)


def events(store: Store) -> list[tuple[str, str | None]]:
    with store.reading() as session:
        return [(event.what, event.how) for event in log.events(session)]


def test_password_and_figures_sign_in(anna: Person) -> None:
    entered = signed_in(anna)
    assert staff_of(anna.store, entered.session, anna.clock.now) == anna.staff
    assert entered.session not in repr(entered)


@pytest.mark.parametrize("login", ["anna", "ANNA", "  Anna "])
def test_capitals_and_spaces_make_no_other_name(anna: Person, login: str) -> None:
    assert proving.by_password(anna.store, login, PASSWORD, BROWSER, anna.clock.now)


def test_the_password_alone_opens_nothing(anna: Person) -> None:
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
    assert staff_of(anna.store, token, anna.clock.now) is None
    with pytest.raises(SecondFactorRefused):
        proving.by_second_factor(anna.store, token, "", BROWSER, anna.clock.now)


@pytest.mark.parametrize(
    "code", ["", "123456", "12345", "abcdef", "１２３４５６", "-12345", "0" * 500, "AAAA-AAAA-AAAA-AAAA"]
)
def test_a_wrong_code_is_refused(anna: Person, code: str) -> None:
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
    with pytest.raises(SecondFactorRefused):
        proving.by_second_factor(anna.store, token, code, BROWSER, anna.clock.now)
    assert ("second_factor_refused", None) in events(anna.store)


def test_figures_are_good_once(anna: Person) -> None:
    figures = anna.figures()
    now = anna.clock.now
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, now)
    again = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, now)
    proving.by_second_factor(anna.store, token, figures, BROWSER, now)
    with pytest.raises(SecondFactorRefused):
        proving.by_second_factor(anna.store, again, figures, BROWSER, now)


def test_the_figures_that_proved_the_app_are_used(anna: Person) -> None:
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
    with pytest.raises(SecondFactorRefused):
        proving.by_second_factor(anna.store, token, pyotp.TOTP(anna.secret).at(anna.clock.now), BROWSER, anna.clock.now)


def test_of_many_who_use_the_same_figures_at_one_moment_one_gets_in(every_store: Store, clock: Clock) -> None:
    anna = joined(every_store, clock)
    figures, now = anna.figures(), anna.clock.now

    def attempt(_: int) -> bool:
        with anna.store.writing() as session:
            return totp.use(session, anna.store.vault, anna.staff.id, figures, now)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_figures_are_those_of_thirty_seconds_and_one_step_around(anna: Person) -> None:
    clock = anna.clock
    clock.on(hours=1)
    made = pyotp.TOTP(anna.secret)
    assert totp.step_of(anna.secret, made.at(clock.now), clock.now) is not None
    for off, good in ((-30, True), (30, True), (-90, False), (90, False)):
        code = made.at(clock.now + timedelta(seconds=off))
        assert (totp.step_of(anna.secret, code, clock.now) is not None) is good, off


def test_a_recovery_code_stands_in_for_the_app_once(anna: Person) -> None:
    now = anna.clock.now
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, now)
    entered = proving.by_second_factor(anna.store, token, anna.recovery[0].lower(), BROWSER, now)
    assert staff_of(anna.store, entered.session, now)
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, now)
    with pytest.raises(SecondFactorRefused):
        proving.by_second_factor(anna.store, token, anna.recovery[0], BROWSER, now)


def test_of_two_halves_with_one_step_one_signs_in(anna: Person) -> None:
    now = anna.clock.now
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, now)
    proving.by_second_factor(anna.store, token, anna.recovery[0], BROWSER, now)
    with pytest.raises(StepOver):
        proving.by_second_factor(anna.store, token, anna.recovery[1], BROWSER, now)


def test_the_second_half_comes_within_ten_minutes(anna: Person) -> None:
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
    with pytest.raises(StepOver):
        proving.by_second_factor(anna.store, token, anna.recovery[0], BROWSER, anna.clock.on(minutes=10))


def test_unknown_name_wrong_password_and_disabled_account_answer_alike(anna: Person) -> None:
    said = []
    for login, password in (("nobody", PASSWORD), ("anna", "something else"), ("", ""), ("é" * 300, "x" * 2_000)):
        with pytest.raises(SignInRefused) as refused:
            proving.by_password(anna.store, login, password, BROWSER, anna.clock.now)
        said.append((refused.value.code, refused.value.params, refused.value.pointer))
    with anna.store.writing() as session:
        accounts.disable(session, anna.staff.id, by=None)
    with pytest.raises(SignInRefused) as refused:
        proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
    assert all(one == said[0] for one in said)
    assert (refused.value.code, refused.value.params, refused.value.pointer) == said[0]


def test_an_unknown_name_costs_one_password_as_a_known_one_does(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bool] = []
    real = passwords.matches

    def counted(password: str, phc: str | None) -> bool:
        checked.append(phc is not None)
        return real(password, phc)

    monkeypatch.setattr(passwords, "matches", counted)
    for login in ("nobody", "anna"):
        with pytest.raises(SignInRefused):
            proving.by_password(anna.store, login, "something else", BROWSER, anna.clock.now)
    assert checked == [False, True]


def test_the_log_says_whose_account_was_tried_and_never_what_was_typed(anna: Person) -> None:
    for login in ("nobody-at-all", "anna"):
        with pytest.raises(SignInRefused):
            proving.by_password(anna.store, login, "canary-password", BROWSER, anna.clock.now)
    with anna.store.reading() as session:
        rows = [row.model_dump() for row in log.events(session)]
    refused = [row["staff"] for row in rows if row["what"] == "sign_in_refused"]
    assert refused == [anna.staff.id, None]
    assert "nobody-at-all" not in str(rows)
    assert "canary" not in str(rows)


def test_a_stranger_who_guesses_is_slowed_and_the_owner_at_their_own_machine_is_not(anna: Person) -> None:
    now = anna.clock.now
    for _ in range(FREE):
        with pytest.raises(SignInRefused):
            proving.by_password(anna.store, "anna", "a guess at it", STRANGER, now)
    with pytest.raises(TooManyTries):
        proving.by_password(anna.store, "anna", PASSWORD, STRANGER, now)
    entered = signed_in(anna, anna.browser)
    assert entered.device == anna.device, "her browser stays known"


def test_a_browser_known_to_be_somebody_elses_is_a_stranger(anna: Person) -> None:
    luc = joined(anna.store, anna.clock, login="luc")
    for _ in range(FREE):
        with pytest.raises(SignInRefused):
            proving.by_password(anna.store, "anna", "a guess at it", luc.browser, anna.clock.now)
    with pytest.raises(TooManyTries):
        proving.by_password(anna.store, "anna", "a guess at it", STRANGER, anna.clock.now)


def test_a_known_browser_is_forgotten_after_half_a_year_and_when_the_account_is_disabled(anna: Person) -> None:
    now = anna.clock.now
    with anna.store.writing() as session:
        assert devices.known(session, anna.device, anna.staff.id, now + devices.REMEMBERED - timedelta(hours=1))
        assert not devices.known(session, anna.device, anna.staff.id, now + devices.REMEMBERED)
        accounts.disable(session, anna.staff.id, by=None)
        assert not devices.known(session, anna.device, anna.staff.id, now)


def test_guesses_at_the_second_factor_are_slowed_whatever_the_password(anna: Person) -> None:
    now = anna.clock.now
    for _ in range(FREE):
        token = proving.by_password(anna.store, "anna", PASSWORD, STRANGER, now)
        with pytest.raises(SecondFactorRefused):
            proving.by_second_factor(anna.store, token, "000000", STRANGER, now)
    token = proving.by_password(anna.store, "anna", PASSWORD, STRANGER, now)
    with pytest.raises(TooManyTries):
        proving.by_second_factor(anna.store, token, anna.recovery[0], STRANGER, now)


def test_an_account_disabled_between_the_halves_does_not_get_in(anna: Person) -> None:
    token = proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)
    with anna.store.writing() as session:
        accounts.disable(session, anna.staff.id, by=None)
    with pytest.raises(SignInRefused):
        proving.by_second_factor(anna.store, token, anna.recovery[0], BROWSER, anna.clock.now)


def test_an_account_without_a_password_is_not_opened_by_any(store: Store, clock: Clock) -> None:
    with store.writing() as session:
        accounts.create(session, login="luc", name="Luc", role="coach")
    for password in ("", "no account has this password"):
        with pytest.raises(SignInRefused):
            proving.by_password(store, "luc", password, BROWSER, clock.now)
    with store.writing() as session:
        luc = accounts.by_login(session, "luc")
        assert luc
        assert not totp.use(session, store.vault, luc.id, "123456", clock.now)
        assert not totp.use(session, store.vault, "staff-0", "123456", clock.now)


def test_whether_it_is_still_them_is_asked_with_both_factors(anna: Person) -> None:
    now = anna.clock.now
    with pytest.raises(SignInRefused):
        proving.again_by_password(anna.store, anna.staff.id, "something else", anna.recovery[0], BROWSER, now)
    with pytest.raises(SecondFactorRefused):
        proving.again_by_password(anna.store, anna.staff.id, PASSWORD, "000000", BROWSER, now)
    proving.again_by_password(anna.store, anna.staff.id, PASSWORD, anna.recovery[0], BROWSER, now)


def test_a_session_whose_half_was_planted_for_another_kind_of_step_is_refused(anna: Person) -> None:
    with anna.store.writing() as session:
        token = steps.begin(session, anna.store.vault, "passkey", {"asked": "x"}, anna.clock.now)
    with pytest.raises(StepOver):
        proving.by_second_factor(anna.store, token, anna.recovery[0], BROWSER, anna.clock.now)


def test_how_somebody_may_sign_in_is_told(anna: Person) -> None:
    with anna.store.reading() as session:
        has = proving.factors(session, anna.staff.id)
    assert has == proving.Factors(password=True, totp=True, passkeys=0, recovery_codes=10, outside=False)


def test_slowing_down_is_written_down(anna: Person) -> None:
    for _ in range(throttle.FREE):
        with pytest.raises(SignInRefused):
            proving.by_password(anna.store, "anna", "a guess at it", STRANGER, anna.clock.now)
    assert ("sign_in_slowed", "password") in events(anna.store)


def test_a_secret_lies_sealed_where_only_its_account_can_open_it(anna: Person) -> None:
    luc = joined(anna.store, anna.clock, login="luc")
    with anna.store.writing() as session:
        hers, his = session.get_one(Account, anna.staff.id), session.get_one(Account, luc.staff.id)
        assert hers.totp
        assert anna.secret.encode() not in hers.totp
        his.totp = hers.totp
        session.add(his)
        session.flush()
        with pytest.raises(RecordUnreadable):
            totp.use(session, anna.store.vault, luc.staff.id, "123456", anna.clock.now)
