from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest

from coupole.node.staff import accounts, codes, joining, proving
from coupole.node.staff.accounts import AccountInvalid, LoginTaken
from coupole.node.staff.joining import CodeRefused
from coupole.node.staff.passkeys import PasskeyRefused
from coupole.node.staff.passwords import PasswordCommon
from coupole.node.staff.proving import SecondFactorRefused, SignInRefused
from coupole.node.staff.steps import StepOver
from coupole.node.store import Store
from coupole.node.store.setup import make_setup_code
from tests.authenticator import Authenticator
from tests.node.passwords import PASSWORD
from tests.node.staff.conftest import BROWSER, SITE, Clock, Person, invited, joined, staff_of


@pytest.fixture
def setup_code(store: Store, clock: Clock) -> str:
    with store.writing() as session:
        return make_setup_code(session, clock.now).code


def named(store: Store, code: str, clock: Clock) -> str:
    token = joining.begin(store, code, clock.now)
    joining.name_first(store, token, "Anna", "Anna Peeters", "nl", clock.now)
    return token


def key() -> Authenticator:
    return Authenticator(SITE.origin, SITE.host)


def test_there_is_no_account_before_somebody_makes_one(store: Store) -> None:
    with store.reading() as session:
        assert accounts.everybody(session) == []


def test_the_set_up_code_makes_the_first_admin_with_password_and_app(
    store: Store, clock: Clock, setup_code: str
) -> None:
    token = named(store, setup_code, clock)
    chosen = joining.choose_password(store, token, PASSWORD, clock.now)
    entered = joining.finish_by_code(store, token, pyotp.TOTP(chosen.secret).at(clock.now), BROWSER, clock.now)
    staff = staff_of(store, entered.session, clock.now)
    assert staff
    assert (staff.login, staff.name, staff.role, staff.language) == ("anna", "Anna Peeters", "admin", "nl")
    assert len(entered.codes) == codes.RECOVERY_CODES
    with pytest.raises(CodeRefused):
        joining.begin(store, setup_code, clock.now)


def test_the_set_up_code_makes_the_first_admin_with_a_passkey_alone(
    store: Store, clock: Clock, setup_code: str
) -> None:
    token = named(store, setup_code, clock)
    hers = key()
    options = joining.ask_passkey(store, SITE, token, clock.now)
    assert options["authenticatorSelection"]["userVerification"] == "required"
    entered = joining.finish_by_passkey(store, SITE, token, hers.create(options), BROWSER, clock.now)
    assert staff_of(store, entered.session, clock.now)
    asked, told = proving.ask_passkey(store, SITE, clock.now)
    again = proving.by_passkey(store, SITE, asked, hers.get(told), BROWSER, clock.now)
    assert staff_of(store, again.session, clock.now)
    with pytest.raises(SignInRefused):
        proving.by_password(store, "anna", "", BROWSER, clock.now)


def test_who_is_interrupted_begins_again_with_the_same_code(store: Store, clock: Clock, setup_code: str) -> None:
    token = named(store, setup_code, clock)
    joining.choose_password(store, token, PASSWORD, clock.now)
    with store.reading() as session:
        assert accounts.everybody(session) == [], "no account is made halfway"
    assert joining.begin(store, setup_code, clock.now)


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "x" * 5_000, "é", "\x00"])
def test_what_is_no_code_is_refused(store: Store, clock: Clock, setup_code: str, code: str) -> None:
    with pytest.raises(CodeRefused):
        joining.begin(store, code, clock.now)


def test_a_set_up_code_that_expired_meanwhile_makes_no_account(store: Store, clock: Clock, setup_code: str) -> None:
    clock.on(days=7, seconds=-60)
    token = named(store, setup_code, clock)
    chosen = joining.choose_password(store, token, PASSWORD, clock.now)
    clock.on(seconds=61)
    with pytest.raises(CodeRefused):
        joining.finish_by_code(store, token, pyotp.TOTP(chosen.secret).at(clock.now), BROWSER, clock.now)
    with store.reading() as session:
        assert accounts.everybody(session) == []


def test_of_two_who_finish_with_one_code_one_gets_an_account(every_store: Store, clock: Clock) -> None:
    with every_store.writing() as session:
        setup_code = make_setup_code(session, clock.now).code
    ways = []
    for login in ("anna", "luc"):
        token = joining.begin(every_store, setup_code, clock.now)
        joining.name_first(every_store, token, login, login.title(), "en", clock.now)
        chosen = joining.choose_password(every_store, token, PASSWORD, clock.now)
        ways.append((token, pyotp.TOTP(chosen.secret).at(clock.now)))

    def finish(way: tuple[str, str]) -> bool:
        try:
            joining.finish_by_code(every_store, way[0], way[1], BROWSER, clock.now)
        except CodeRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(finish, ways)) == 1
    with every_store.reading() as session:
        assert len(accounts.everybody(session)) == 1


@pytest.mark.parametrize(
    ("login", "name", "language", "pointer"),
    [
        ("", "Anna", "en", "/login"),
        ("-", "Anna", "en", "/login"),
        ("an na", "Anna", "en", "/login"),
        ("a" * 101, "Anna", "en", "/login"),
        ("anna", " ", "en", "/name"),
        ("anna", "A\nB", "en", "/name"),
        ("anna", "A" * 201, "en", "/name"),
        ("anna", "Anna", "de", "/language"),
    ],
)
def test_who_the_first_admin_is_must_be_said_well(
    store: Store, clock: Clock, setup_code: str, login: str, name: str, language: str, pointer: str
) -> None:
    token = joining.begin(store, setup_code, clock.now)
    with pytest.raises(AccountInvalid) as refused:
        joining.name_first(store, token, login, name, language, clock.now)
    assert refused.value.pointer == pointer


def test_the_first_admin_cannot_take_a_colleagues_name(store: Store, clock: Clock, setup_code: str) -> None:
    invited(store, clock, login="anna")
    token = joining.begin(store, setup_code, clock.now)
    with pytest.raises(LoginTaken):
        joining.name_first(store, token, "ANNA", "Anna", "en", clock.now)


def test_steps_are_taken_in_their_order(store: Store, clock: Clock, setup_code: str) -> None:
    token = joining.begin(store, setup_code, clock.now)
    assert not joining.look(store, token, clock.now).named
    with pytest.raises(AccountInvalid):
        joining.choose_password(store, token, PASSWORD, clock.now)
    with pytest.raises(AccountInvalid):
        joining.ask_passkey(store, SITE, token, clock.now)
    with pytest.raises(AccountInvalid):
        joining.finish_by_code(store, token, "123456", BROWSER, clock.now)
    with pytest.raises(AccountInvalid):
        joining.finish_by_passkey(store, SITE, token, "{}", BROWSER, clock.now)


def test_an_invited_colleague_is_who_the_admin_said_and_nobody_else(store: Store, clock: Clock) -> None:
    staff, code = invited(store, clock, role="officer")
    token = joining.begin(store, code, clock.now)
    with pytest.raises(CodeRefused):
        joining.name_first(store, token, "root", "Root", "en", clock.now)
    chosen = joining.choose_password(store, token, PASSWORD, clock.now)
    entered = joining.finish_by_code(store, token, pyotp.TOTP(chosen.secret).at(clock.now), BROWSER, clock.now)
    assert staff_of(store, entered.session, clock.now) == staff


def test_a_wrong_code_of_the_app_can_be_typed_again(store: Store, clock: Clock) -> None:
    _, code = invited(store, clock)
    token = joining.begin(store, code, clock.now)
    chosen = joining.choose_password(store, token, PASSWORD, clock.now)
    with pytest.raises(SecondFactorRefused):
        joining.finish_by_code(store, token, "000000", BROWSER, clock.now)
    assert joining.finish_by_code(store, token, pyotp.TOTP(chosen.secret).at(clock.now), BROWSER, clock.now)


def test_a_password_that_is_tried_first_is_not_taken(store: Store, clock: Clock) -> None:
    _, code = invited(store, clock)
    token = joining.begin(store, code, clock.now)
    for password in ("password123", "annapeeters"):
        with pytest.raises(PasswordCommon):
            joining.choose_password(store, token, password, clock.now)


def test_an_invitation_of_a_disabled_account_is_no_good(store: Store, clock: Clock) -> None:
    staff, code = invited(store, clock)
    with store.writing() as session:
        accounts.disable(session, staff.id, by=None)
    with pytest.raises(CodeRefused):
        joining.begin(store, code, clock.now)


def test_an_account_disabled_on_the_way_in_does_not_get_in(store: Store, clock: Clock) -> None:
    staff, code = invited(store, clock)
    token = joining.begin(store, code, clock.now)
    chosen = joining.choose_password(store, token, PASSWORD, clock.now)
    with store.writing() as session:
        accounts.disable(session, staff.id, by=None)
    with pytest.raises(CodeRefused):
        joining.finish_by_code(store, token, pyotp.TOTP(chosen.secret).at(clock.now), BROWSER, clock.now)


def reset(person: Person, purpose: codes.Purpose) -> str:
    with person.store.writing() as session:
        code = codes.make(session, person.staff.id, purpose, by="staff-admin", now=person.clock.now).code
    return joining.begin(person.store, code, person.clock.now)


def test_a_new_password_does_not_do_without_the_second_factor(anna: Person) -> None:
    token = reset(anna, "password")
    new = "vijf rode stoelen in de tuin"
    chosen = joining.choose_password(anna.store, token, new, anna.clock.now)
    assert chosen.secret == "", "the app stays as it is"
    with pytest.raises(CodeRefused):
        joining.ask_passkey(anna.store, SITE, token, anna.clock.now)
    with pytest.raises(SecondFactorRefused):
        joining.finish_by_code(anna.store, token, "000000", anna.browser, anna.clock.now)
    entered = joining.finish_by_code(anna.store, token, anna.figures(), anna.browser, anna.clock.now)
    assert entered.codes == ()
    now = anna.clock.now
    assert staff_of(anna.store, anna.sessions[0], now) is None, "who knew the old one is out"
    assert staff_of(anna.store, entered.session, now) == anna.staff
    with pytest.raises(SignInRefused):
        proving.by_password(anna.store, "anna", PASSWORD, BROWSER, now)
    assert proving.by_password(anna.store, "anna", new, BROWSER, now)


def test_the_old_password_works_until_the_new_one_is_there(anna: Person) -> None:
    joining.choose_password(anna.store, reset(anna, "password"), "vijf rode stoelen in de tuin", anna.clock.now)
    assert proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now)


def test_who_lost_everything_begins_anew_and_nothing_old_works(anna: Person) -> None:
    token = reset(anna, "everything")
    chosen = joining.choose_password(anna.store, token, "vijf rode stoelen in de tuin", anna.clock.now)
    old, now = anna.figures(), anna.clock.now
    joining.finish_by_code(anna.store, token, pyotp.TOTP(chosen.secret).at(now), anna.browser, now)
    for code in (old, anna.recovery[0]):
        half = proving.by_password(anna.store, "anna", "vijf rode stoelen in de tuin", BROWSER, now)
        with pytest.raises(SecondFactorRefused):
            proving.by_second_factor(anna.store, half, code, BROWSER, now)


def test_a_code_that_was_replaced_meanwhile_finishes_nothing(anna: Person) -> None:
    token = reset(anna, "everything")
    chosen = joining.choose_password(anna.store, token, "vijf rode stoelen in de tuin", anna.clock.now)
    with anna.store.writing() as session:
        codes.make(session, anna.staff.id, "everything", by=None, now=anna.clock.now)
    with pytest.raises(CodeRefused):
        joining.finish_by_code(anna.store, token, pyotp.TOTP(chosen.secret).at(anna.clock.now), BROWSER, anna.clock.now)
    assert proving.by_password(anna.store, "anna", PASSWORD, BROWSER, anna.clock.now), "she kept what she had"


def test_a_refused_passkey_uses_up_no_code(store: Store, clock: Clock) -> None:
    _, code = invited(store, clock)
    token = joining.begin(store, code, clock.now)
    options = joining.ask_passkey(store, SITE, token, clock.now)
    elsewhere = Authenticator("https://evil.example", SITE.host)
    with pytest.raises(PasskeyRefused):
        joining.finish_by_passkey(store, SITE, token, elsewhere.create(options), BROWSER, clock.now)
    assert joining.begin(store, code, clock.now)


def test_a_code_for_a_visit_signs_in_once(store: Store, clock: Clock) -> None:
    person = joined(store, clock)
    with store.writing() as session:
        code = codes.make(session, person.staff.id, "visit", by=None, now=clock.now).code
    token = joining.begin(store, code, clock.now)
    entered = joining.visit(store, token, BROWSER, clock.now)
    assert staff_of(store, entered.session, clock.now) == person.staff
    assert staff_of(store, person.sessions[0], clock.now) == person.staff, "it ends no other session"
    with pytest.raises(StepOver):
        joining.visit(store, token, BROWSER, clock.now)
    with pytest.raises(CodeRefused):
        joining.begin(store, code, clock.now)


def test_a_code_for_a_visit_changes_no_way_to_sign_in(anna: Person) -> None:
    token = reset(anna, "visit")
    with pytest.raises(CodeRefused):
        joining.choose_password(anna.store, token, "vijf rode stoelen in de tuin", anna.clock.now)
    with pytest.raises(CodeRefused):
        joining.ask_passkey(anna.store, SITE, token, anna.clock.now)


def test_no_other_code_signs_in_without_factors(store: Store, clock: Clock) -> None:
    _, code = invited(store, clock)
    with pytest.raises(CodeRefused):
        joining.visit(store, joining.begin(store, code, clock.now), BROWSER, clock.now)


def test_the_way_in_is_known_for_ten_minutes(store: Store, clock: Clock) -> None:
    _, code = invited(store, clock)
    token = joining.begin(store, code, clock.now)
    with pytest.raises(StepOver):
        joining.look(store, token, clock.now + timedelta(minutes=10))
