from __future__ import annotations

import json
from dataclasses import replace

import pytest
from webauthn.helpers import bytes_to_base64url

from coupole.node.staff import accounts, log, own, passkeys, proving
from coupole.node.staff.passkeys import PasskeyLimit, PasskeyRefused, Site
from coupole.node.staff.steps import StepOver
from coupole.node.store import Store
from tests.authenticator import Authenticator
from tests.node.staff.conftest import BROWSER, SITE, Clock, Person, joined, staff_of


def with_key(person: Person, **about: object) -> Authenticator:
    """A key that was added to somebody's account."""
    made = Authenticator(**{"origin": SITE.origin, "host": SITE.host, **about})  # type: ignore[arg-type]
    token, options = own.ask_passkey(person.store, SITE, person.staff, person.clock.now)
    own.add_passkey(person.store, SITE, person.staff, token, made.create(options), "Phone", person.clock.now)
    return made


def entered(store: Store, clock: Clock, key: Authenticator) -> str:
    token, options = proving.ask_passkey(store, SITE, clock.now)
    return proving.by_passkey(store, SITE, token, key.get(options), BROWSER, clock.now).session


def test_a_passkey_signs_in_alone(anna: Person) -> None:
    key = with_key(anna)
    for _ in range(3):
        assert staff_of(anna.store, entered(anna.store, anna.clock, key), anna.clock.now) == anna.staff


@pytest.mark.parametrize(
    "spoilt",
    [
        {"origin": "https://desk.example.org.evil.example"},
        {"origin": "http://desk.example.org"},
        {"host": "evil.example"},
        {"verified": False},
    ],
)
def test_a_key_at_another_address_or_without_its_owner_is_refused(anna: Person, spoilt: dict[str, object]) -> None:
    key = with_key(anna)
    for name, value in spoilt.items():
        setattr(key, name, value)
    with pytest.raises(PasskeyRefused):
        entered(anna.store, anna.clock, key)
    with anna.store.reading() as session:
        assert log.events(session)[0].what == "passkey_refused"


@pytest.mark.parametrize("spoilt", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"verified": False}])
def test_no_such_key_is_added(anna: Person, spoilt: dict[str, object]) -> None:
    with pytest.raises(PasskeyRefused):
        with_key(anna, **spoilt)


def test_an_answer_to_another_question_is_refused_and_uses_it_up(anna: Person) -> None:
    key = with_key(anna)
    _, old = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    token, options = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    with pytest.raises(PasskeyRefused):
        proving.by_passkey(anna.store, SITE, token, key.get(old), BROWSER, anna.clock.now)
    with pytest.raises(StepOver):
        proving.by_passkey(anna.store, SITE, token, key.get(options), BROWSER, anna.clock.now)


def test_an_answer_is_good_once_and_for_ten_minutes(anna: Person) -> None:
    key = with_key(anna)
    token, options = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    sent = key.get(options)
    proving.by_passkey(anna.store, SITE, token, sent, BROWSER, anna.clock.now)
    with pytest.raises(StepOver):
        proving.by_passkey(anna.store, SITE, token, sent, BROWSER, anna.clock.now)
    token, options = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    with pytest.raises(StepOver):
        proving.by_passkey(anna.store, SITE, token, key.get(options), BROWSER, anna.clock.on(minutes=10))


def test_a_copied_key_is_found_by_its_counter(anna: Person) -> None:
    key = with_key(anna)
    entered(anna.store, anna.clock, key)
    entered(anna.store, anna.clock, key)
    key.counter = 0
    with pytest.raises(PasskeyRefused):
        entered(anna.store, anna.clock, key)


def test_a_key_nobody_added_is_refused(anna: Person) -> None:
    with pytest.raises(PasskeyRefused):
        entered(anna.store, anna.clock, Authenticator(SITE.origin, SITE.host))


def test_a_key_that_says_it_is_somebody_elses_is_refused(anna: Person) -> None:
    key = with_key(anna)
    key.handle = b"staff-0000000000000000"
    with pytest.raises(PasskeyRefused):
        entered(anna.store, anna.clock, key)


def test_another_key_under_the_same_identifier_is_refused(anna: Person) -> None:
    key = with_key(anna)
    luc = joined(anna.store, anna.clock, login="luc")
    forged = Authenticator(SITE.origin, SITE.host, id=key.id)
    token, options = own.ask_passkey(anna.store, SITE, luc.staff, anna.clock.now)
    with pytest.raises(PasskeyRefused):
        own.add_passkey(anna.store, SITE, luc.staff, token, forged.create(options), "", anna.clock.now)
    with pytest.raises(PasskeyRefused):
        entered(anna.store, anna.clock, replace(forged, handle=anna.staff.id.encode()))


def test_a_key_of_a_disabled_account_opens_nothing(anna: Person) -> None:
    key = with_key(anna)
    with anna.store.writing() as session:
        accounts.disable(session, anna.staff.id, by=None)
    with pytest.raises(PasskeyRefused):
        entered(anna.store, anna.clock, key)


@pytest.mark.parametrize(
    "sent", ["", "{}", "null", "[]", "not json", '{"id": 1}', "x" * 20_001, '{"id":"a","rawId":"b","response":{}}']
)
def test_what_is_no_answer_of_a_browser_is_refused(anna: Person, sent: str) -> None:
    token, _ = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    with pytest.raises(PasskeyRefused):
        proving.by_passkey(anna.store, SITE, token, sent, BROWSER, anna.clock.now)
    token, _ = own.ask_passkey(anna.store, SITE, anna.staff, anna.clock.now)
    with pytest.raises(PasskeyRefused):
        own.add_passkey(anna.store, SITE, anna.staff, token, sent, "", anna.clock.now)


def test_a_spoilt_signature_is_refused(anna: Person) -> None:
    key = with_key(anna)
    token, options = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    sent = json.loads(key.get(options))
    sent["response"]["signature"] = bytes_to_base64url(b"\x30\x06\x02\x01\x01\x02\x01\x01")
    with pytest.raises(PasskeyRefused):
        proving.by_passkey(anna.store, SITE, token, json.dumps(sent), BROWSER, anna.clock.now)


def test_it_is_still_them_only_with_their_own_key(anna: Person) -> None:
    key = with_key(anna)
    luc = joined(anna.store, anna.clock, login="luc")
    his = with_key(luc)
    token, options = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    with pytest.raises(PasskeyRefused):
        proving.again_by_passkey(anna.store, SITE, token, his.get(options), anna.staff.id, anna.clock.now)
    token, options = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    proving.again_by_passkey(anna.store, SITE, token, key.get(options), anna.staff.id, anna.clock.now)


def test_a_key_is_added_by_whoever_asked_for_it(anna: Person) -> None:
    luc = joined(anna.store, anna.clock, login="luc")
    made = Authenticator(SITE.origin, SITE.host)
    token, options = own.ask_passkey(anna.store, SITE, anna.staff, anna.clock.now)
    with pytest.raises(StepOver):
        own.add_passkey(anna.store, SITE, luc.staff, token, made.create(options), "", anna.clock.now)


def test_an_account_has_so_many_keys_and_no_more(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "MOST", 1)
    with_key(anna)
    with pytest.raises(PasskeyLimit):
        with_key(anna)


def test_a_browser_is_told_which_keys_there_are_so_that_none_is_made_twice(anna: Person) -> None:
    key = with_key(anna)
    _, options = own.ask_passkey(anna.store, SITE, anna.staff, anna.clock.now)
    assert [one["id"] for one in options["excludeCredentials"]] == [bytes_to_base64url(key.id)]
    _, options = proving.ask_passkey(anna.store, SITE, anna.clock.now)
    assert "allowCredentials" not in options or options["allowCredentials"] == [], "no name is asked, none is told"


@pytest.mark.parametrize(
    ("issuer", "host"),
    [
        ("https://desk.example.org", "desk.example.org"),
        ("http://localhost:8100", "localhost"),
        ("http://127.0.0.1:8100", None),
        ("http://[::1]:8100", None),
    ],
)
def test_browsers_know_passkeys_only_where_the_address_has_a_name(issuer: str, host: str | None) -> None:
    found = passkeys.site(issuer, "Atelier Nord")
    assert found == (Site(host, issuer, "Atelier Nord") if host else None)
