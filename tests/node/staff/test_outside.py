from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey

from coupole.node.staff import accounts, log, outside, proving, sessions
from coupole.node.staff.outside import (
    OutsideAccountTaken,
    OutsideAccountUnknown,
    OutsideSignInRefused,
    OutsideSignInWeak,
)
from coupole.node.staff.proving import Entered
from coupole.node.staff.steps import StepOver
from coupole.node.store.staff_tables import Account
from tests.node.staff.conftest import BROWSER, Person, joined, staff_of
from tests.node.staff.provider import FakeProvider


@pytest.fixture
def elsewhere(clock: Any) -> FakeProvider:
    return FakeProvider(now=lambda: clock.now.timestamp())


def link(person: Person, elsewhere: FakeProvider) -> None:
    provider, now = elsewhere.provider(), person.clock.now
    token, address = outside.begin(person.store, provider, now, linking=person.staff.id)
    assert outside.finish(person.store, provider, token, elsewhere.approve(address), BROWSER, now) is None


def enter(person: Person, elsewhere: FakeProvider, **more: str) -> Entered | str | None:
    provider, now = elsewhere.provider(), person.clock.now
    token, address = outside.begin(person.store, provider, now)
    return outside.finish(person.store, provider, token, elsewhere.approve(address, **more), BROWSER, now)


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
    assert asked["scope"] == ["openid"], "no name and no address is asked for"
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
    provider, now = elsewhere.provider(), anna.clock.now
    token, address = outside.begin(anna.store, provider, now)
    for name, value in spoilt.items():
        setattr(elsewhere, name, value)
    with pytest.raises(OutsideSignInRefused):
        outside.finish(anna.store, provider, token, elsewhere.approve(address), BROWSER, now)


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
    provider, now = elsewhere.provider(), anna.clock.now
    token, _ = outside.begin(anna.store, provider, now)
    with pytest.raises(OutsideSignInRefused):
        outside.finish(anna.store, provider, token, query, BROWSER, now)


def test_a_provider_that_names_itself_in_no_answer_may_leave_it_out(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    provider, now = elsewhere.provider(), anna.clock.now
    for supported, good in ((False, True), (True, False)):
        elsewhere.metadata = {"authorization_response_iss_parameter_supported": supported}
        token, address = outside.begin(anna.store, provider, now)
        query = "&".join(part for part in elsewhere.approve(address).split("&") if not part.startswith("iss="))
        if good:
            assert isinstance(outside.finish(anna.store, provider, token, query, BROWSER, now), Entered)
        else:
            with pytest.raises(OutsideSignInRefused):
                outside.finish(anna.store, provider, token, query, BROWSER, now)


def test_coming_back_works_once_and_only_for_the_browser_that_went(anna: Person, elsewhere: FakeProvider) -> None:
    link(anna, elsewhere)
    provider, now = elsewhere.provider(), anna.clock.now
    token, address = outside.begin(anna.store, provider, now)
    other, _ = outside.begin(anna.store, provider, now)
    query = elsewhere.approve(address)
    with pytest.raises(OutsideSignInRefused):
        outside.finish(anna.store, provider, other, query, BROWSER, now)
    assert isinstance(outside.finish(anna.store, provider, token, query, BROWSER, now), Entered)
    with pytest.raises(StepOver):
        outside.finish(anna.store, provider, token, query, BROWSER, now)


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
    from coupole.node.staff import own
    from tests.node.staff.test_passkeys import with_key

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
    provider, now = elsewhere.provider(), anna.clock.now
    token, address = outside.begin(anna.store, provider, now)
    query = elsewhere.approve(address, code="another")
    with pytest.raises(OutsideSignInRefused) as refused:
        outside.finish(anna.store, provider, token, query, BROWSER, now)
    assert "canary" not in f"{refused.value!r}{refused.value.__cause__}{refused.value.params}"


def test_an_answer_too_long_or_no_object_is_refused(anna: Person, elsewhere: FakeProvider) -> None:
    elsewhere.metadata = {"padding": "x" * outside.LONGEST}
    with pytest.raises(OutsideSignInRefused):
        outside.begin(anna.store, elsewhere.provider(), anna.clock.now)


def test_the_secret_of_the_node_is_shown_nowhere(elsewhere: FakeProvider) -> None:
    assert "its-secret" not in repr(elsewhere.provider())
