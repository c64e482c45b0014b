from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from joserfc.jwk import ECKey

from coupole.node.staff import accounts, codes, joining, log, outside, own, provider, proving, sessions
from coupole.node.staff.accounts import Staff
from coupole.node.staff.joining import CodeRefused
from coupole.node.staff.outside import Back, OutsideAccountTaken, OutsideAccountUnknown, OutsideSignInWeak
from coupole.node.staff.own import LastWayIn
from coupole.node.staff.provider import OutsideSignInRefused
from coupole.node.staff.proving import Entered
from coupole.node.staff.sessions import SessionOver, Signed
from coupole.node.staff.steps import StepOver
from coupole.node.store import Store
from coupole.node.store.staff_tables import Account
from tests.node.passwords import PASSWORD
from tests.node.staff.conftest import BROWSER, Clock, Person, invited, joined, staff_of
from tests.node.staff.provider import FakeProvider
from tests.node.staff.test_passkeys import with_key


@pytest.fixture
def elsewhere(clock: Any) -> FakeProvider:
    return FakeProvider(now=lambda: clock.now.timestamp())


def signed(person: Person, token: str = "") -> Signed:
    found = sessions.current(person.store, token or person.sessions[0], person.clock.now)
    assert found
    return found


def link(person: Person, elsewhere: FakeProvider) -> None:
    party, now = elsewhere.provider(), person.clock.now
    token, address = outside.begin(person.store, party, now, purpose="linking", signed=signed(person))
    found = outside.finish(person.store, party, token, elsewhere.approve(address), BROWSER, now)
    assert found == Back("linking", "/")


def back(store: Store, clock: Clock, elsewhere: FakeProvider, **more: str) -> Back:
    party = elsewhere.provider()
    token, address = outside.begin(store, party, clock.now, going="/people")
    return outside.finish(store, party, token, elsewhere.approve(address, **more), BROWSER, clock.now)


def enter(person: Person, elsewhere: FakeProvider, **more: str) -> Entered | str:
    found = back(person.store, person.clock, elsewhere, **more)
    assert (found.purpose, found.going) == ("entering", "/people")
    return found.entered or found.token


def test_a_linked_account_elsewhere_signs_in(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    entered = enter(anna, elsewhere)
    assert isinstance(entered, Entered)
    assert staff_of(anna.store, entered.session, anna.clock.now) == anna.staff


def test_the_browser_is_sent_with_proof_keys_state_and_nonce_of_256_bits(anna: Person, elsewhere: FakeProvider) -> None:
    _, address = outside.begin(anna.store, elsewhere.provider(), anna.clock.now)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["scope"] == ["openid email"], "no name is asked for"
    assert all(len(asked[name][0]) == 43 for name in ("state", "nonce", "code_challenge"))


def test_nobody_gets_an_account_by_signing_in_elsewhere(anna: Person, elsewhere: FakeProvider) -> None:
    with pytest.raises(OutsideAccountUnknown):
        enter(anna, elsewhere)


def test_an_account_is_known_by_issuer_and_subject_never_by_an_address(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    elsewhere.claims = {
        "sub": "user-2",
        "email": "anna@example.org",
        "email_verified": True,
        "preferred_username": "anna",
    }
    with pytest.raises(OutsideAccountUnknown):
        enter(anna, elsewhere)
    with anna.store.writing() as session:
        row = session.get_one(Account, anna.staff.id)
        row.oidc_issuer = "https://another.example.org"
        session.add(row)
    elsewhere.claims = {}
    with pytest.raises(OutsideAccountUnknown):
        enter(anna, elsewhere)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["atelier", "another"]},
        {"aud": None},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
        {"iat": 9_999_999_999},
    ],
)
def test_an_id_token_that_is_not_exactly_right_is_refused(
    anna: Person, elsewhere: FakeProvider, claims: dict[str, Any]
) -> None:
    link(anna, elsewhere)
    elsewhere.claims = claims
    with pytest.raises(OutsideSignInRefused):
        enter(anna, elsewhere)
    with anna.store.reading() as session:
        assert log.events(session)[0].what == "outside_sign_in_refused"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"header": {"alg": "none"}},
        {"signing": ECKey.generate_key("P-256", {"kid": "one"})},
        {"header": {"kid": "another"}},
        {"token": {"id_token": None}},
        {"token": {"id_token": "not.a.token"}},
        {"token": {"id_token": 7}},
        {"metadata": {"issuer": "https://evil.example"}},
        {"metadata": {"issuer": None}},
        {"metadata": {"token_endpoint": "http://login.example.org/token"}},
        {"metadata": {"jwks_uri": "http://login.example.org/keys"}},
        {"metadata": {"authorization_endpoint": 7}},
        {"metadata": {"id_token_signing_alg_values_supported": ["none", "HS256"]}},
        {"metadata": {"id_token_signing_alg_values_supported": "ES256"}},
        {"status": 500},
        {"whole": b"[]"},
        {"whole": b"<html>"},
        {"claims": ["a list"]},
    ],
)
def test_a_spoilt_provider_signs_nobody_in(anna: Person, elsewhere: FakeProvider, spoilt: dict[str, Any]) -> None:
    link(anna, elsewhere)
    party, now = elsewhere.provider(), anna.clock.now
    token, address = outside.begin(anna.store, party, now)
    for name, value in spoilt.items():
        setattr(elsewhere, name, value)
    with pytest.raises(OutsideSignInRefused):
        outside.finish(anna.store, party, token, elsewhere.approve(address), BROWSER, now)


def test_a_provider_that_says_it_is_another_is_not_even_asked(anna: Person, elsewhere: FakeProvider) -> None:
    elsewhere.metadata = {"issuer": "https://evil.example"}
    with pytest.raises(OutsideSignInRefused):
        outside.begin(anna.store, elsewhere.provider(), anna.clock.now)
    assert elsewhere.asked == ["/realm/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "more", [{"iss": "https://evil.example"}, {"iss": ""}, {"state": "another"}, {"code": "another"}]
)
def test_what_comes_back_must_be_of_this_provider_and_this_browser(
    anna: Person, elsewhere: FakeProvider, more: dict[str, str]
) -> None:
    link(anna, elsewhere)
    with pytest.raises(OutsideSignInRefused):
        enter(anna, elsewhere, **more)


@pytest.mark.parametrize("query", ["", "error=access_denied&state=x", "code=a&code=b&state=x", "state=x", "%ff"])
def test_what_is_no_answer_signs_nobody_in(anna: Person, elsewhere: FakeProvider, query: str) -> None:
    party, now = elsewhere.provider(), anna.clock.now
    token, _ = outside.begin(anna.store, party, now)
    with pytest.raises(OutsideSignInRefused):
        outside.finish(anna.store, party, token, query, BROWSER, now)


def test_a_provider_that_names_itself_in_no_answer_may_leave_it_out(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    party, now = elsewhere.provider(), anna.clock.now
    for supported, good in ((False, True), (True, False)):
        elsewhere.metadata = {"authorization_response_iss_parameter_supported": supported}
        token, address = outside.begin(anna.store, party, now)
        query = "&".join(part for part in elsewhere.approve(address).split("&") if not part.startswith("iss="))
        if good:
            assert isinstance(outside.finish(anna.store, party, token, query, BROWSER, now).entered, Entered)
        else:
            with pytest.raises(OutsideSignInRefused):
                outside.finish(anna.store, party, token, query, BROWSER, now)


def test_coming_back_works_once_and_only_for_the_browser_that_went(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    party, now = elsewhere.provider(), anna.clock.now
    token, address = outside.begin(anna.store, party, now)
    other, _ = outside.begin(anna.store, party, now)
    query = elsewhere.approve(address)
    with pytest.raises(OutsideSignInRefused):
        outside.finish(anna.store, party, other, query, BROWSER, now)
    assert isinstance(outside.finish(anna.store, party, token, query, BROWSER, now).entered, Entered)
    with pytest.raises(StepOver):
        outside.finish(anna.store, party, token, query, BROWSER, now)


def test_where_no_second_factor_was_asked_for_there_ours_is(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    for weak in ({"amr": ["pwd"]}, {"amr": None}, {"amr": "mfa"}, {"amr": [7]}):
        elsewhere.claims = weak
        token = enter(anna, elsewhere)
        assert isinstance(token, str)
    entered = proving.by_second_factor(anna.store, token, anna.recovery[0], BROWSER, anna.clock.now)
    found = sessions.current(anna.store, entered.session, anna.clock.now)
    assert found
    assert found.how == "outside"
    elsewhere.claims = {"amr": None, "acr": "phr"}
    assert isinstance(enter(anna, elsewhere), Entered)


def test_without_any_second_factor_nobody_comes_in(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    with_key(anna)
    with anna.store.writing() as session:
        own.drop_password(session, anna.staff, anna.clock.now)
    elsewhere.claims = {"amr": ["pwd"]}
    with pytest.raises(OutsideSignInWeak):
        enter(anna, elsewhere)


def test_a_disabled_account_does_not_come_in_from_elsewhere(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    with anna.store.writing() as session:
        accounts.disable(session, anna.staff.id, by=None)
    with pytest.raises(OutsideAccountUnknown):
        enter(anna, elsewhere)


def test_an_account_elsewhere_is_linked_once_and_unlinked_by_its_owner(anna: Person, elsewhere: FakeProvider) -> None:
    luc = joined(anna.store, anna.clock, login="luc")
    link(anna, elsewhere)
    link(anna, elsewhere)
    with pytest.raises(OutsideAccountTaken):
        link(luc, elsewhere)
    with anna.store.writing() as session:
        assert proving.factors(session, anna.staff.id).outside
        outside.unlink(session, anna.staff.id, anna.clock.now)
        assert not proving.factors(session, anna.staff.id).outside
    with pytest.raises(OutsideAccountUnknown):
        enter(anna, elsewhere)
    link(luc, elsewhere)


def test_no_word_of_the_provider_goes_on(anna: Person, elsewhere: FakeProvider) -> None:
    party, now = elsewhere.provider(), anna.clock.now
    token, address = outside.begin(anna.store, party, now)
    query = elsewhere.approve(address, code="another")
    with pytest.raises(OutsideSignInRefused) as refused:
        outside.finish(anna.store, party, token, query, BROWSER, now)
    assert "canary" not in f"{refused.value!r}{refused.value.__cause__}{refused.value.params}"


def test_an_answer_too_long_or_no_object_is_refused(anna: Person, elsewhere: FakeProvider) -> None:
    elsewhere.metadata = {"padding": "x" * provider.LONGEST}
    with pytest.raises(OutsideSignInRefused):
        outside.begin(anna.store, elsewhere.provider(), anna.clock.now)


def test_the_secret_of_the_node_is_shown_nowhere(elsewhere: FakeProvider) -> None:
    assert "its-secret" not in repr(elsewhere.provider())


HERS = "anna@example.org"


def address_of(email: Any = HERS, verified: Any = True) -> dict[str, Any]:
    return {"email": email, "email_verified": verified}


@pytest.fixture
def hers(store: Store, clock: Clock) -> tuple[Staff, str]:
    """Anna was invited, by an account that bears her address."""
    return invited(store, clock, email=HERS)


def test_an_invited_colleague_comes_straight_in_with_the_account_elsewhere(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    staff, code = hers
    elsewhere.claims = address_of()
    entered = back(store, clock, elsewhere).entered
    assert entered
    assert staff_of(store, entered.session, clock.now) == staff
    with store.reading() as session:
        has = proving.factors(session, staff.id)
        assert has == proving.Factors(False, False, 0, 0, True), "no password was made"
        assert codes.waiting(session) == {}
        assert [(row.what, row.how) for row in log.events(session)[:3]] == [
            ("signed_in", "outside"),
            ("outside_account_linked", None),
            ("code_used", "invitation"),
        ]
    with pytest.raises(CodeRefused):
        joining.begin(store, code, clock.now)


def test_once_in_the_account_is_known_by_its_subject_and_the_address_counts_for_nothing(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    elsewhere.claims = address_of()
    back(store, clock, elsewhere)
    elsewhere.claims = address_of("married@example.org")
    assert back(store, clock, elsewhere).entered
    elsewhere.claims = address_of() | {"sub": "user-2"}
    with pytest.raises(OutsideAccountUnknown):
        back(store, clock, elsewhere)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        address_of("luc@example.org"),
        address_of("anna@example.org.evil.example"),
        address_of("anna@evil.example"),
        address_of("anna+desk@example.org"),
        address_of(" anna@example.org"),
        address_of("anna@example.org\x00"),
        address_of("\u0430nna@example.org"),
        address_of([HERS]),
        address_of({"value": HERS}),
        address_of(""),
        address_of(None),
        address_of(verified=False),
        address_of(verified=None),
        address_of(verified="true"),
        address_of(verified=1),
        {"preferred_username": HERS, "upn": HERS, "email_verified": True},
    ],
)
def test_another_address_or_one_that_is_not_verified_accepts_no_invitation(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str], claims: dict[str, Any]
) -> None:
    elsewhere.claims = claims
    with pytest.raises(OutsideAccountUnknown):
        back(store, clock, elsewhere)
    assert joining.begin(store, hers[1], clock.now), "the invitation stays good"


def test_capitals_make_no_other_address_but_letters_that_only_look_alike_do(
    store: Store, clock: Clock, elsewhere: FakeProvider
) -> None:
    invited(store, clock, email="Kristof@Example.org")
    elsewhere.claims = address_of("\u212aristof@example.org")
    assert elsewhere.claims["email"].lower() == "kristof@example.org", "the Kelvin sign, folded as text is"
    with pytest.raises(OutsideAccountUnknown):
        back(store, clock, elsewhere)
    elsewhere.claims = address_of("kristof@EXAMPLE.ORG")
    assert back(store, clock, elsewhere).entered


def test_an_invitation_that_expired_is_not_accepted(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    elsewhere.claims = address_of()
    clock.on(days=7)
    with pytest.raises(OutsideAccountUnknown):
        back(store, clock, elsewhere)


@pytest.mark.parametrize("purpose", ["password", "everything", "visit"])
def test_a_code_that_is_no_invitation_is_not_accepted_by_an_address(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str], purpose: codes.Purpose
) -> None:
    with store.writing() as session:
        codes.make(session, hers[0].id, purpose, by=None, now=clock.now)
    elsewhere.claims = address_of()
    with pytest.raises(OutsideAccountUnknown):
        back(store, clock, elsewhere)


def test_whoever_has_a_way_in_already_is_taken_over_by_no_address(anna: Person, elsewhere: FakeProvider) -> None:
    with anna.store.writing() as session:
        row = session.get_one(Account, anna.staff.id)
        row.email = HERS
        session.add(row)
        codes.make(session, anna.staff.id, "invitation", by=None, now=anna.clock.now)
    elsewhere.claims = address_of()
    with pytest.raises(OutsideAccountUnknown):
        enter(anna, elsewhere)


def test_an_address_two_invited_colleagues_bear_is_nobodys(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    luc, _ = invited(store, clock, login="luc", email=HERS.upper())
    elsewhere.claims = address_of()
    with pytest.raises(OutsideAccountUnknown):
        back(store, clock, elsewhere)
    with store.writing() as session:
        accounts.disable(session, luc.id, by=None)
    assert back(store, clock, elsewhere).entered, "one whose account is closed is not in the way"


def test_an_invitation_is_accepted_only_with_a_second_factor_and_stays_good_until_then(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    elsewhere.claims = address_of() | {"amr": ["pwd"]}
    with pytest.raises(OutsideSignInWeak):
        back(store, clock, elsewhere)
    elsewhere.claims = address_of()
    assert back(store, clock, elsewhere).entered


def test_an_answer_that_was_used_is_good_for_nothing_a_second_time(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    elsewhere.claims = address_of()
    party = elsewhere.provider()
    token, address = outside.begin(store, party, clock.now)
    other, _ = outside.begin(store, party, clock.now)
    query = elsewhere.approve(address)
    assert outside.finish(store, party, token, query, BROWSER, clock.now).entered
    invited(store, clock, login="anna2", email=HERS)
    for again in (token, other):
        with pytest.raises((StepOver, OutsideSignInRefused)):
            outside.finish(store, party, again, query, BROWSER, clock.now)


def test_of_two_who_accept_one_invitation_one_comes_in(every_store: Store, clock: Clock) -> None:
    invited(every_store, clock, email=HERS)
    ways = []
    for subject in ("user-1", "user-2"):
        elsewhere = FakeProvider(now=lambda: clock.now.timestamp(), claims=address_of() | {"sub": subject})
        ways.append((elsewhere, *outside.begin(every_store, elsewhere.provider(), clock.now)))

    def finish(way: tuple[FakeProvider, str, str]) -> bool:
        elsewhere, token, address = way
        query, party = elsewhere.approve(address), elsewhere.provider()
        try:
            outside.finish(every_store, party, token, query, BROWSER, clock.now)
        except OutsideAccountUnknown:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(finish, ways)) == 1


def test_a_code_typed_meanwhile_is_used_up_when_the_invitation_was_accepted_elsewhere(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    token = joining.begin(store, hers[1], clock.now)
    chosen = joining.choose_password(store, token, PASSWORD, clock.now)
    elsewhere.claims = address_of()
    back(store, clock, elsewhere)
    with pytest.raises(CodeRefused):
        joining.finish_by_code(store, token, pyotp.TOTP(chosen.secret).at(clock.now), BROWSER, clock.now)


def test_the_only_way_in_is_not_unlinked(
    store: Store, clock: Clock, elsewhere: FakeProvider, hers: tuple[Staff, str]
) -> None:
    elsewhere.claims = address_of()
    back(store, clock, elsewhere)
    with store.writing() as session, pytest.raises(LastWayIn):
        outside.unlink(session, hers[0].id, clock.now)
    assert back(store, clock, elsewhere).entered


def shown_again(person: Person, elsewhere: FakeProvider, token: str, **claims: Any) -> str:
    """They go to show that it is still them; the token of their session afterwards."""
    party, before = elsewhere.provider(), person.clock.now
    step, address = outside.begin(person.store, party, before, purpose="again", signed=signed(person, token))
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    now = person.clock.on(minutes=1)
    elsewhere.claims = {"auth_time": int(now.timestamp())} | claims
    return outside.finish(person.store, party, step, elsewhere.approve(address), BROWSER, now).token


def test_who_shows_again_elsewhere_who_they_are_goes_on_in_the_same_session(
    anna: Person, elsewhere: FakeProvider
) -> None:
    link(anna, elsewhere)
    anna.clock.on(minutes=12)
    before = signed(anna)
    fresh = shown_again(anna, elsewhere, anna.sessions[0])
    after = signed(anna, fresh)
    assert after.verified_at == anna.clock.now > before.verified_at
    assert (after.begun_at, after.staff) == (before.begun_at, before.staff)
    assert staff_of(anna.store, anna.sessions[0], anna.clock.now) is None, "the token before is dead"


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"sub": "user-2"}, OutsideAccountUnknown),
        ({"auth_time": None}, OutsideSignInRefused),
        ({"auth_time": "now"}, OutsideSignInRefused),
        ({"auth_time": 1}, OutsideSignInRefused),
        ({"amr": ["pwd"]}, OutsideSignInWeak),
    ],
)
def test_an_old_sign_in_elsewhere_or_that_of_another_shows_nothing(
    anna: Person, elsewhere: FakeProvider, claims: dict[str, Any], error: type[Exception]
) -> None:
    link(anna, elsewhere)
    with pytest.raises(error):
        shown_again(anna, elsewhere, anna.sessions[0], **claims)
    assert signed(anna).verified_at == anna.clock.now.replace(minute=0, second=30), "as when she signed in"


def test_a_session_that_was_ended_meanwhile_does_not_go_on(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    party, now = elsewhere.provider(), anna.clock.now
    step, address = outside.begin(anna.store, party, now, purpose="again", signed=signed(anna))
    elsewhere.claims = {"auth_time": int(now.timestamp())}
    with anna.store.writing() as session:
        sessions.end(session, anna.sessions[0], now)
    with pytest.raises(SessionOver):
        outside.finish(anna.store, party, step, elsewhere.approve(address), BROWSER, now)
